"""Songs with the MIDI file that is written of them, to be changed and brought back."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest
from reading import SHIPPED, shipped

from render.catalogue import catalogue, reaches
from render.mixing.balance import Balance
from render.rendering import Rendering
from render.run import Once
from render.writers import midi
from scores.compose import compose
from scores.faults import ScoreError, explain
from scores.midi_in.edited import play_edited
from scores.performance import Performance
from scores.reading.read import read_score

SUNG = """\
title: Sung
tempo: 90
rubato: 0
key: A minor
parts:
  voice: {instrument: hum}
  guitar: {instrument: steel_guitar}
sections:
  - name: Verse
    bars: 4
    harmony: "| Am | F | C | G |"
    play: {guitar: fingerpick, voice: sung}
    lyrics: everything at once
"""


class Song:
    """A composed score with the MIDI file that is written of it."""

    def __init__(self, path: Path, folder: Path) -> None:
        if path in SHIPPED:
            self.score, self.performance = shipped(path.stem)
        else:
            self.score = read_score(path, catalogue()).score
            self.performance = compose(self.score)
        rendering = object.__new__(Rendering)  # what the writer reads, and nothing that has to be rendered first
        for name, value in (("score", self.score), ("performance", self.performance), ("folder", folder),
                            ("basename", "song"), ("notices", []), ("balance", Balance())):
            object.__setattr__(rendering, name, value)
        self.rendering, self.path = rendering, folder / "song.mid"
        self.write()

    def write(self) -> None:
        object.__setattr__(self.rendering, "once", Once())  # what is made anew is written anew
        midi.write(self.rendering)
        self.file = mido.MidiFile(self.path)

    def track(self, name: str) -> mido.MidiTrack:
        return next(track for track in self.file.tracks if track.name == name)

    def back(self) -> tuple[Performance, list[str]]:
        self.file.save(self.path)
        return play_edited(self.path, self.score, self.performance, reaches(self.score))

    def refused(self) -> str:
        with pytest.raises(ScoreError) as caught:
            self.back()
        return explain(caught.value)


def others(song: Song) -> int:
    """Notes of the guitar but for one."""
    return len(song.performance.notes["guitar"]) - 1


def note(key: int, wait: int, length: int, channel: int = 0) -> list[mido.Message]:
    return [mido.Message("note_on", note=key, velocity=80, time=wait, channel=channel),
            mido.Message("note_off", note=key, time=length, channel=channel)]


def write(folder: Path, *tracks: tuple[str, list[mido.Message | mido.MetaMessage]], ticks: int = 480) -> Path:
    """A file of another program: no tempo, other ticks, its own names."""
    file = mido.MidiFile(type=1, ticks_per_beat=ticks)
    for name, messages in tracks:
        file.tracks.append(mido.MidiTrack([mido.MetaMessage("track_name", name=name), *messages]))
    file.save(folder / "other.mid")
    return folder / "other.mid"
