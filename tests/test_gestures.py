"""The glitch plan: what it leaves whole, what it breaks together, what the intensity drives beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from binding import score_from
from pydantic import ValidationError
from tiny import tiny, tiny_job

from render.catalogue import catalogue
from render.mixing.drive import STEP_SECONDS, smooth_intensity
from render.part import render_part
from scores.compose import compose
from scores.composing.glitches.clearance import CONSONANT_SECONDS
from scores.faults import ScoreError, ScoreFault
from scores.format.model import LyricLine, Score
from scores.performance import Gesture, Note, Performance
from scores.reading.read import read_score

WORDS = "There is a temperature where I *forgive myself*, it is higher than they ever set me at"
WRITTEN = {"notes": "| C4:1/4 Eb4 G4 C5 |"}


def performance(section: dict[str, Any], **fields: Any) -> Performance:
    return compose(score_from({
        "title": "t", "tempo": 80, "key": "C minor", "glitch": {"per_bar": 12},
        "parts": {"a": {"instrument": "hum"}, "b": {"instrument": "hum"}, "voice": {"instrument": "hum"}},
        "sections": [{"name": "A", "bars": 8, "glitch": 1, **section}], **fields}))


def crossing(gestures: Any, notes: list[Note]) -> list[tuple[Gesture, Note]]:
    return [(gesture, note) for gesture in gestures for note in notes
            if gesture.onset_seconds < note.end_seconds - 1e-6 and gesture.end_seconds > note.onset_seconds + 1e-6]


@pytest.mark.parametrize("style", ["sung", "spoken"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_gesture_crosses_a_protected_word_however_many_there_are(style: str, share: float) -> None:
    section = {"lyrics": "\n".join([WORDS] * 4), "play": {"voice": style, "a": WRITTEN}, "together": share}
    result = performance(section)
    guarded = [note for note in result.notes["voice"]
               if note.utterance and note.utterance.word in ("forgive", "myself")]
    assert len(guarded) == 16
    assert not crossing(result.gestures["voice"], guarded)
    bare = performance(section | {"lyrics": "\n".join([WORDS.replace("*", "")] * 4)})
    if style == "sung":
        assert crossing(bare.gestures["voice"], guarded) and len(result.gestures["voice"]) > 8
    assert share or crossing(result.gestures["a"], guarded)  # what does not sing it may break under it


def test_asterisks_mark_words_and_are_no_part_of_the_line() -> None:
    line = LyricLine.model_validate({"text": "I *forgive myself*, a*b and 2 * 3", "protect": ["I"]})
    assert line.text == "I forgive myself, a*b and 2 * 3"
    assert line.protect == ("I", "forgive myself")
    result = performance({"lyrics": WORDS, "play": {"voice": "sung"}})
    assert not any("*" in note.utterance.syllable for note in result.notes["voice"] if note.utterance)


def test_a_protected_word_that_is_not_in_its_line_is_told_with_the_nearest(tmp_path: Path) -> None:
    score = tiny(tmp_path, ("      bells: {notes", "      voice: sung\n      bells: {notes"),
                 ("parts:\n", "parts:\n  voice: {instrument: hum}\n"),
                 ("    bars: 2\n", "    bars: 2\n    lyrics:\n      - {text: over the hill, protect: [hil]}\n"))
    with pytest.raises(ScoreError) as refused:
        read_score(score, catalogue())
    (fault,) = refused.value.faults
    assert fault.message == 'unknown word in line 1 "hil"' and fault.nearest == "hill"


def test_a_cue_across_a_protected_word_is_refused() -> None:
    cue = {"effect": "stutter", "line": 1, "word": "where", "beats": 8, "part": "voice"}
    with pytest.raises(ScoreFault, match="would cover a protected word of voice"):
        performance({"lyrics": WORDS, "play": {"voice": "sung"}, "cues": [cue]})


def test_gestures_on_spoken_lines_leave_room_around_every_consonant_and_some_are_left() -> None:
    result = performance({"bars": 16, "lyrics": "\n".join([WORDS.replace("*", "")] * 8), "play": {"voice": "spoken"}})
    onsets = np.array([note.onset_seconds for note in result.notes["voice"] if note.utterance.syllable])
    gestures = result.gestures["voice"]
    assert len(gestures) > 20
    for gesture in gestures:
        reach = (onsets > gesture.onset_seconds - CONSONANT_SECONDS + 1e-6) & (
            onsets < gesture.end_seconds + CONSONANT_SECONDS - 1e-6)
        assert not reach.any()
        assert gesture.onset_beats * 16 % 1 == pytest.approx(0, abs=1e-9)  # and they lie on the grid all the same


def test_gestures_together_break_every_part_at_once_and_in_one_way() -> None:
    result = performance({"together": 1, "play": {"a": WRITTEN, "b": WRITTEN}})
    rows = [[(g.onset_beats, g.duration_beats, g.effect.name, g.depth, g.seed) for g in result.gestures[name]]
            for name in "ab"]
    assert rows[0] == rows[1] and len(rows[0]) > 8
    apart = performance({"together": 0, "play": {"a": WRITTEN, "b": WRITTEN}})
    assert [g.onset_beats for g in apart.gestures["a"]] != [g.onset_beats for g in apart.gestures["b"]]


def test_a_section_has_its_own_palette_and_rate_and_the_song_its_own_settings() -> None:
    section = {"palette": {"gate": 1.0}, "per_bar": 1, "play": {"a": WRITTEN}}
    settings = {"per_bar": 12, "settings": {"gate": {"steps": 5}}}
    few = performance(section, glitch=settings).gestures["a"]
    many = performance({"play": {"a": WRITTEN}}).gestures["a"]
    assert {(g.effect.name, g.effect.model_dump()["steps"]) for g in few} == {("gate", 5)}
    assert 3 <= len(few) < len(many) / 3


def test_a_cue_on_all_falls_on_parts_that_take_no_glitches_and_one_on_a_send_on_no_part() -> None:
    parts = {"a": {"instrument": "hum", "glitch": 0, "sends": {"room": -6}}, "b": {"instrument": "hum"}}
    cues = [{"effect": "gate", "bar": 1, "part": "all"}, {"effect": "freeze", "bar": 2, "send": "room"}]
    mix = {"sends": {"room": {"effects": ["reverb"]}}}
    result = performance({"glitch": 0, "cues": cues, "play": {"a": WRITTEN, "b": WRITTEN}}, parts=parts, mix=mix)
    assert {name: [g.effect.name for g in gestures] for name, gestures in result.gestures.items()} == {
        "a": ["gate"], "b": ["gate"]}
    (sent,) = result.send_gestures["room"]
    assert (sent.effect.name, sent.onset_beats) == ("freeze", 4)


def test_what_the_intensity_drives_is_more_gestures_and_refused_beyond_the_range() -> None:
    counts = [len(performance({"bars": 32, "play": {"a": WRITTEN}}, glitch={"per_bar": 1}, parts={
        "a": {"instrument": "hum", "drive": {"density": density}}}).gestures["a"]) for density in (0, "0 -> 1")]
    assert counts[1] / counts[0] == pytest.approx(2, abs=0.3)
    with pytest.raises(ValidationError, match="has to stay from 0 to 2"):
        Score.model_validate({"title": "t", "tempo": 80, "key": "C minor", "sections": [{"name": "A", "bars": 1}],
                              "parts": {"a": {"instrument": "hum", "width": 1.8, "drive": {"width": "0 -> 0.5"}}}})


def test_the_intensity_drives_a_part_s_level_and_width_smoothly(tmp_path: Path) -> None:
    steady, driven = (tiny_job(tmp_path, ("    tails: cut\n", "    glitch: 1\n    palette: {gate: 0}\n"), *change)
                      for change in ((), (("level: -6", "level: -6, width: 1, drive: {level: -3 -> 6}"),)))
    silent = dict.fromkeys(steady.performance.gestures, ())
    plain, louder = (render_part(job.score, replace(job.performance, gestures=silent), "last", 48000, job.frames)
                     for job in (steady, driven))
    late = slice(5 * 48000 + 2400, 5 * 48000 + 12000)
    assert 20 * np.log10(np.abs(louder[:, late]).max() / np.abs(plain[:, late]).max()) == pytest.approx(6, abs=0.01)
    curve = smooth_intensity(driven.performance)
    assert curve[0] == 0 and curve[-1] == 1
    assert max(abs(b - a) for a, b in pairwise(curve.tolist())) < 0.2
    middle = np.searchsorted(curve, 0.5) * STEP_SECONDS
    assert middle == pytest.approx(4, abs=2 * STEP_SECONDS)


def test_a_gesture_on_a_send_changes_what_comes_out_of_the_space_and_nothing_before_it(tmp_path: Path) -> None:
    plain, broken = (tiny_job(tmp_path, *change) for change in ((), ((
        "    bars: 2\n", "    bars: 2\n    cues: [{effect: bit_crush, send: room, bar: 2, beats: 2}]\n"),)))
    bells = [render_part(job.score, job.performance, "bells", 48000, job.frames) for job in (plain, broken)]
    difference = np.abs(bells[1] - bells[0]).max(axis=0)
    changed = np.flatnonzero(difference)
    assert changed[0] >= 2 * 48000 and changed[-1] < 3 * 48000 and difference.max() > 1e-3
    piano = [render_part(job.score, job.performance, "piano", 48000, job.frames) for job in (plain, broken)]
    assert np.array_equal(*piano)  # it is not sent there
