"""At low effort a voice creaks at the ends of its phrases and sighs after them; driven, it does neither."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from singing import VERSE
from stages import played, score_of
from test_guide_vocal import RATE, line, sound

from instruments.dsp.notes import hertz
from instruments.voice.creak import LENGTH_SECONDS, creaked
from instruments.voice.timing import TimeMap
from scores.composing.stage import Draft
from scores.lyrics.line import Delivery

SECONDS = np.arange(0, 1, 0.0125)
VOWEL = (0.1, 0.9)


def creaks(effort: float, seeds: int = 200) -> list[np.ndarray]:
    """The pulses a second of a vowel that is held on 220 Hz, for as many seeds as creak."""
    note = line()[-1]
    times = TimeMap(vowels=[(0, *VOWEL)])
    rows = [creaked([replace(note, seed=seed)], Delivery("sung", effort), times, SECONDS, np.full(80, 220.0))[0]
            for seed in range(seeds)]
    return [row for row in rows if (row != 220).any()]


def test_a_slack_voice_creaks_often_and_a_driven_one_hardly_ever() -> None:
    assert len(creaks(0.05)) > 100 > 60 > len(creaks(0.45)) > 10 > len(creaks(0.9))


def test_creak_is_the_end_of_a_vowel_at_half_the_rate_and_then_at_that_of_vocal_fry() -> None:
    """24 to 77 pulses a second (Blomgren et al. 1998), irregular; what came before keeps its pitch."""
    fry = []
    for row in creaks(0.05):
        assert (row[VOWEL[1] - LENGTH_SECONDS[1] > SECONDS] == 220).all() and (row <= 220).all()
        assert (row[row < 220] <= 110).all() and 110 in row
        fry += row[row < 110].tolist()
    assert 24 < np.percentile(fry, 2) < np.percentile(fry, 98) < 100 and 40 < np.median(fry) < 77
    assert np.std(np.log(fry)) > 0.1


@pytest.mark.parametrize("engine", ["auto", "espeak"])
def test_creak_is_heard_as_a_tone_an_octave_below(engine: str) -> None:
    """Of a line's last vowel the end has partials between those of its pitch, for some seeds; the middle has none."""
    def between(part: np.ndarray, hz: float) -> float:
        power = np.abs(np.fft.rfft(part * np.hanning(part.size))) ** 2
        at = np.fft.rfftfreq(part.size, 1 / RATE) / hz
        near = [power[np.abs(at - n) < 0.12].sum() for n in (1.5, 2, 2.5, 3)]
        return float((near[0] + near[2]) / (near[1] + near[3]))

    ends, middles = [], []
    for seed in range(1, 5):
        notes = line(each=0.8, seed=seed, effort=0.05, breathiness=0.1)
        audio = sound(notes, 7.0, engine=engine, vibrato_cents=0.0, scoop_cents=0.0)
        end, hz = notes[-1].end_seconds, hertz(notes[-1].pitch)
        first, last = (audio[round(at * RATE):round((at + 0.08) * RATE)] for at in (end - 0.45, end - 0.18))
        middles.append(between(first, hz))
        ends.append(between(last, hz))
    assert max(ends) > 4 * max(middles)


def sighs(effort: float, temperature: float = 0.7) -> list[list[Draft]]:
    rows = [played(score_of(seed=seed, temperature=temperature, bars=16, section_lyrics=VERSE,
                            play={"style": "spoken", "effort": effort}))[0] for seed in range(1, 7)]
    for row in rows:
        for here, there in pairwise(row):
            assert here.onset_beats + here.duration_beats <= there.onset_beats + 1e-9
    return [[draft for draft in row if draft.utterance and draft.utterance.is_sigh] for row in rows]


def test_a_sigh_follows_a_line_of_little_effort_where_there_is_time_and_none_is_certain() -> None:
    count = {effort: sum(map(len, sighs(effort))) for effort in (0.05, 0.45, 0.9)}
    assert count[0.05] > 6 and count[0.05] > 2 * count[0.45] and count[0.9] == 0
    assert not any(sighs(0.3, temperature=0.0))
