"""Scores at their limits: what cannot be played is told, what runs past the end ends, and time grows with the song."""

from __future__ import annotations

import time
from pathlib import Path

import mido
import pytest

from render.catalogue import catalogue
from render.cli import main
from scores.compose import compose
from scores.reading.read import read_score

BASS = """\
title: T
tempo: 120
key: C
parts: {b: {instrument: finger_bass}}
sections:
  - {name: A, bars: 2, play: {b: strum}}
"""
RITARDANDO = """\
title: T
tempo: {start: 120, changes: [{bar: 2, to: 80, over: 2}]}
key: C
parts: {p: {instrument: celesta}}
sections:
  - {name: A, bars: 2, play: {p: {notes: "| C5:1/1 |"}}}
"""
GLITCHES = """\
title: T
tempo: 240
key: C
glitch: {per_bar: 16, together: 0.5}
parts: {g: {instrument: felt_piano, drive: {density: 3}}, h: {instrument: glass}}
sections:
  - {name: A, bars: BARS, glitch: 1, play: {g: pad, h: pad}}
"""
SIXTY_FOURTHS = BASS.replace("bars: 2", "bars: 8000").replace("tempo: 120", "tempo: 300").replace(
    "b: strum", "b: {notes: '| C2:1/64" + " C2" * 63 + " |'}")


def written(folder: Path, text: str) -> Path:
    path = folder / "song.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("style", ["strum", "fingerpick"])
@pytest.mark.parametrize("bass", ["finger_bass", "upright_bass"])
def test_a_bass_that_is_to_hold_a_guitars_chords_is_told(
        style: str, bass: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = BASS.replace("b: strum", f"b: {style}").replace("finger_bass", bass)
    assert main([str(written(tmp_path, text)), "--check"]) == 2
    told = capsys.readouterr().err
    assert f"song.yaml:6:34: {style} takes the 6 strings of a guitar; {bass} has 4" in told
    assert "allowed: bass or written for this part, or one of" in told and "steel_guitar" in told
    assert main([str(written(tmp_path, text.replace(f"b: {style}", "b: bass"))), "--check"]) == 0


def test_a_tempo_change_that_runs_past_the_end_ends_with_the_song(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path, RITARDANDO)), "--out", str(tmp_path)]) == 0
    assert ("Notice: The tempo change at bar 2 takes 2 bars and the song ends after 1: it ends with the song, before "
            "it reaches 80 BPM.") in capsys.readouterr().out.replace("\n", " ")
    (path,) = (tmp_path / "song").glob("*.mid")
    file = mido.MidiFile(path)
    assert all(message.time >= 0 for track in file.tracks for message in track)
    tempi = [message for message in file.tracks[0] if message.type == "set_tempo"]
    assert len(tempi) == 1 + 9  # a step each half beat of the last bar, its end included
    assert 95 < 60e6 / tempi[-1].tempo < 105
    ends = {sum(message.time for message in track) for track in file.tracks}
    assert max(ends) == 8 * file.ticks_per_beat


def test_planning_glitches_takes_time_in_proportion_to_the_bars(tmp_path: Path) -> None:
    seconds = []
    for bars in (60, 240):
        score = read_score(written(tmp_path, GLITCHES.replace("BARS", f"{bars}")), catalogue()).score
        began = time.process_time()
        performance = compose(score)
        seconds.append(time.process_time() - began)
        assert len(performance.gestures["g"]) > 4 * bars
    assert seconds[1] < 8 * seconds[0]  # sixteen times as much where each looks at all before it


def test_more_notes_than_can_be_held_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path, SIXTY_FOURTHS)), "--check"]) == 2
    assert "with its repeats the part has 512000 notes here" in capsys.readouterr().err
