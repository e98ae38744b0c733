"""Playing that breathes: phrases, a common pulse, room under words, a tempo that yields; at T = 0 none of it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import mido
import numpy as np
import pytest
from binding import score_from
from renderings import rendering

from render.writers import midi
from scores.compose import compose
from scores.composing.phrasing import words_of
from scores.composing.timeline import lay_out
from scores.performance import Note, Performance
from scores.score import Score

SEEDS = range(1, 6)
HARMONY = "| Cm | Abmaj7 | Eb/G | Bb | Cm | Abmaj7 | Fm7 | G7 |"
LYRICS = "\n".join(["before me you were allowed to feel", "everything at once", "a vector of beliefs",
                    "each logit screaming at a different height"])


def song(seed: int = 1, temperature: float = 0.7, words: bool = True, **fields: Any) -> Score:
    play = {"guitar": "fingerpick", "second": {"style": "fingerpick", "tessitura": "high"}}
    return score_from({
        "title": "t", "tempo": 72, "key": "C minor", "seed": seed, "temperature": temperature,
        "parts": {"guitar": {"instrument": "steel_guitar"}, "second": {"instrument": "nylon_guitar"},
                  "voice": {"instrument": "hum"}, "drums": {"instrument": "drum_kit"}},
        "sections": [{"name": name, "bars": 16, "harmony": HARMONY, "dynamics": "mf", "lyrics": LYRICS if words else (),
                      "play": play | ({"voice": "sung"} if words else {})} for name in ("A", "B")]} | fields)


@cache
def performed(seed: int = 1, temperature: float = 0.7, words: bool = True) -> Performance:
    return compose(song(seed, temperature, words))


def late(performance: Performance, part: str) -> dict[float, float]:
    """Seconds by which the notes of a part are late, by beat, without the first beat of a section."""
    return {note.onset_beats: note.onset_seconds - performance.tempo.seconds(note.onset_beats)
            for note in performance.notes[part] if note.onset_beats % 64}


def test_at_temperature_zero_time_is_a_grid_and_nothing_is_added_to_what_the_players_wrote() -> None:
    """One tempo for the whole song, every note on its beat, the same in both sections; and no stroke is left out."""
    cold = performed(temperature=0)
    assert cold.tempo.beats == (0,)
    for part in ("guitar", "second"):
        assert max(abs(seconds) for seconds in late(cold, part).values()) < 1e-9
        bars = [[(n.onset_beats % 4, n.pitch, n.velocity) for n in cold.notes[part] if n.onset_beats // 32 == half]
                for half in (0, 2)]
        assert bars[0] == bars[1]
    alone = performed(temperature=0, words=False)
    assert alone.notes["guitar"] == cold.notes["guitar"]


def test_loudness_has_the_shape_of_phrases() -> None:
    """Velocities of a section spread by 12 to 18, as pianists' do (15), and the middle of a phrase is louder."""
    for seed in SEEDS:
        for part in ("guitar", "second"):
            inside = [note for note in performed(seed).notes[part] if note.onset_beats < 64]
            place = np.array([note.onset_beats % 16 for note in inside])
            loud = np.array([note.velocity for note in inside])
            assert 12 <= np.std(loud) <= 18, (seed, part)
            middle = (place >= 5) & (place < 11)
            assert loud[middle].mean() > loud[(place < 3) | (place >= 13)].mean() + 10


def test_all_follow_one_pulse_that_wanders_slowly_each_with_a_lag_of_its_own() -> None:
    """Two parts are late together; what one is late on a beat it nearly is on the next; they differ by far less."""
    together, slowly, apart, alone = [], [], [], []
    for seed in SEEDS:
        one, other = late(performed(seed), "guitar"), late(performed(seed), "second")
        both = sorted(one.keys() & other.keys())
        a, b = np.array([one[beat] for beat in both]), np.array([other[beat] for beat in both])
        together.append(np.corrcoef(a, b)[0, 1])
        slowly.append(np.corrcoef(a[1:], a[:-1])[0, 1])
        apart.append(np.std(a - b))
        alone.append(np.std(a))
    assert np.mean(together) > 0.5 and np.mean(slowly) > 0.4
    assert 0.008 < np.mean(alone) < 0.02 and np.mean(apart) < 0.85 * np.mean(alone)  # alone each: 1.41
    lags = [np.mean(list(late(performed(seed), "guitar").values())) for seed in SEEDS]
    assert np.std(lags) > 0.001


def test_the_band_leaves_room_under_the_words_and_answers_between_them() -> None:
    """Against the same song without words: fewer and softer notes under them, no bar's rhythm in half of the bars."""
    fewer, softer = [], []
    for seed in SEEDS:
        sung, alone = performed(seed), performed(seed, words=False)
        spans = words_of({"voice": [note for note in sung.notes["voice"] if note.utterance]})  # type: ignore[list-item]

        def under(notes: list[Note], spans: list[tuple[float, float]] = spans) -> list[bool]:
            return [any(start <= note.onset_beats < end for start, end in spans) for note in notes]

        here, there = list(sung.notes["guitar"]), list(alone.notes["guitar"])
        fewer.append(sum(under(here)) / sum(under(there)))
        loud, covered = np.array([note.velocity for note in here]), np.array(under(here))
        plain, above = np.array([note.velocity for note in there]), np.array(under(there))
        softer.append(loud[covered].mean() - loud[~covered].mean() - plain[above].mean() + plain[~above].mean())
        rhythms = [tuple(sorted({n.onset_beats % 4 for n in here if n.onset_beats // 4 == bar})) for bar in range(16)]
        assert max(rhythms.count(rhythm) for rhythm in rhythms) <= 8
    assert np.mean(fewer) < 0.92 and np.mean(softer) < -6


def beats(performance: Performance) -> np.ndarray:
    return np.diff([performance.tempo.seconds(beat) for beat in range(129)]) * 72 / 60


def test_the_tempo_yields_at_the_ends_of_phrases_and_more_so_of_sections(tmp_path: Any) -> None:
    """In the map that MIDI has too; less where drums keep the time; and whatever it does, no note leaves its beat."""
    length = beats(performed())
    ends = [beat for beat in range(128) if beat % 16 == 15]
    assert all(length[beat] > (1.04 if beat in (63, 127) else 1.005) for beat in ends)
    inside = [beat for beat in range(128) if beat % 16 < 12]
    assert length[inside] == pytest.approx(1) and (length >= 1 - 1e-9).all()
    assert beats(performed(temperature=1.4))[63] - 1 == pytest.approx(np.sqrt(2) * (length[63] - 1), rel=0.02)
    drummed = song()
    drummed = drummed.model_copy(update={"sections": tuple(section.model_copy(
        update={"play": {**section.play, "drums": "drums"}}) for section in drummed.sections)})
    tempo = lay_out(drummed).tempo
    assert 1.005 < (tempo.seconds(64) - tempo.seconds(63)) * 72 / 60 < 1 + 0.4 * (length[63] - 1)
    still = compose(song(rubato=0))
    assert still.tempo.beats == (0,)
    assert [(n.onset_beats, n.pitch) for n in still.notes["guitar"]] == [
        (n.onset_beats, n.pitch) for n in performed().notes["guitar"]]
    midi.write(rendering(tmp_path, song()))
    track = mido.MidiFile(next(tmp_path.glob("*.mid"))).tracks[0]
    written = [60e6 / message.tempo for message in track if message.type == "set_tempo"]
    assert written == pytest.approx(performed().tempo.quarters_per_minute, rel=1e-5)
    assert all(a != b for a, b in pairwise(written)) and len(written) > 20
