"""The count-in: sticks before the song, in a part and a stem of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reading import faults, read
from tiny import TINY

from render.part import render_part
from scores.compose import compose
from scores.score import Score


def counted(folder: Path, more: str, text: str = TINY) -> Score:
    return read(folder, text.replace("tempo: 120\n", f"tempo: 120\n{more}\n")).score


def test_a_count_in_counts_the_felt_beats_before_bar_one_and_moves_the_rest_by_its_length(tmp_path: Path) -> None:
    """Two bars of 4/4 are eight strokes, the first of each bar louder; all other notes come two bars later."""
    plain, song = (compose(counted(tmp_path, more)) for more in ("", "count_in: 2"))
    strokes = song.notes["count_in"]
    assert [note.onset_seconds for note in strokes] == pytest.approx([0.5 * beat for beat in range(8)])
    loud = [note.velocity for note in strokes]
    assert min(loud[0], loud[4]) > max(loud[1:4])
    for part in ("bells", "piano", "last"):
        assert [(note.onset_beats - 8, note.pitch) for note in song.notes[part]] == [
            (note.onset_beats, note.pitch) for note in plain.notes[part]]
    assert [bar.index for bar in song.bars] == [-1, 0, 1, 2, 3]
    assert [span.name for span in song.sections] == ["Count-in", "A", "B"]


def test_the_pickup_lies_in_the_last_bar_of_the_count(tmp_path: Path) -> None:
    """In 3/4 with an upbeat of one: one, two, and the pickup on three."""
    text = TINY.replace('"| A4:1/4 C5 E5 A5 | E5:1/2 A5:1/2 |"', '"| A4:1/4 C5 E5 |"').replace(
        '"| A3:1/2 E4 | C4:1/1 |"', '"| A3:1/2 E4:1/4 |"').replace('"| r:1/2 A5:1/4 r |"', '"| A5:1/2. |"')
    song = compose(counted(tmp_path, "count_in: 1\nmeter: 3/4\nupbeat: 1", text))
    assert [note.onset_beats for note in song.notes["count_in"]] == [0, 1]
    assert [(bar.index, bar.start_beats) for bar in song.bars] == [(-1, 0), (0, 2), (1, 3), (2, 6), (3, 9)]


def test_the_count_has_the_beats_of_an_uneven_meter_and_the_tempo_of_the_first_section(tmp_path: Path) -> None:
    text = TINY.replace("  - name: A\n    bars: 2\n", "  - name: A\n    bars: 2\n    tempo: 60\n").replace(
        '"| A4:1/4 C5 E5 A5 | E5:1/2 A5:1/2 |"', '"| A4:1/4 C5 E5 A5:1/8 |"').replace(
        '"| A3:1/2 E4 | C4:1/1 |"', '"| A3:1/2 E4:1/4. |"').replace('"| r:1/2 A5:1/4 r |"', '"| A5:1/2 A5:1/4. |"')
    song = compose(counted(tmp_path, "count_in: 1\nmeter: 2+2+3/8", text))
    assert [note.onset_seconds for note in song.notes["count_in"]] == pytest.approx([0, 1, 2])


def test_the_count_sounds_in_its_own_stem_alone(tmp_path: Path) -> None:
    """In the bars of the count every other stem is digital silence, and after them its own soon is."""
    score = counted(tmp_path, "count_in: 1")
    song = compose(score)
    rate = 8000
    stems = {name: render_part(score, song, name, rate, round(song.duration_seconds * rate)) for name in score.parts}
    assert list(stems) == ["bells", "piano", "last", "count_in"]
    begin = 2 * rate
    assert np.abs(stems["count_in"][:, :begin]).max() > 0.01
    assert not any(stems[name][:, :begin - 80].any() for name in ("bells", "piano", "last"))
    assert not stems["count_in"][:, 4 * rate:].any()


def test_changes_of_tempo_by_bar_keep_their_bars(tmp_path: Path) -> None:
    text = TINY.replace("tempo: 120\n", "tempo: {start: 120, changes: [{bar: 2, to: 60}]}\n")
    plain, late = (compose(read(tmp_path, text.replace("key:", f"{more}key:", 1)).score) for more in (
        "", "count_in: 1\n"))
    assert late.duration_seconds == pytest.approx(plain.duration_seconds + 2)


@pytest.mark.parametrize(("old", "new", "message"), [
    ("key:", "count_in: 9\nkey:", '"count_in" is out of range: 9'),
    ("key:", "count_in: two\nkey:", '"count_in" is a text'),
    ("  last:", "  count_in: {instrument: glass}\n  last:", "a part cannot be called \"count_in\"")])
def test_a_count_in_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = TINY.replace(old, new, 1)
    if "glass}" in new:
        text = text.replace("key:", "count_in: 1\nkey:", 1)
    found = faults(tmp_path, text)
    assert message in found[0].message and len(found) == 1
