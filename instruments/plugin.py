"""A VST3 instrument of the user's own: ``plugin: path.vst3`` in a part, run in a separate process."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import ConfigDict, Field
from typing_extensions import override

from effects.hosting.plugin_host import Flaw, MidiEvent, Setting, faults, play
from instruments import Instrument
from instruments.dsp.arrays import Stereo
from scores.performance import Note

# Default range of the pitch wheel to either side [semitones].
BEND_SEMITONES = 2
# Resolution of the pitch wheel to either side [steps].
BEND_STEPS = 8192
# MIDI status of note-off, pitch bend, note-on and control change.
OFF, BEND, ON, CONTROL = 0x80, 0xE0, 0x90, 0xB0
# Distance of two events of a moving pitch wheel [s].
WHEEL_SECONDS = 0.01


class Plugin(Instrument):
    """A VST3 instrument: the part says ``plugin: path.vst3`` in place of ``instrument``.

    The patch takes the plug-in's own parameters by their names. The sound is as reproducible as the plug-in is.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    name: ClassVar[str] = "plugin"
    program: ClassVar[int] = 1

    file: str = Field(description="the plug-in, a .vst3 file or bundle; a relative path is looked up beside the score",
                      json_schema_extra={"names": "file", "suffixes": [".vst3"]})
    plugin_name: str | None = Field(None, description="name of the plug-in, if the file contains several")
    preset: str | None = Field(None, description="a .vstpreset file, set before the parameters",
                               json_schema_extra={"names": "file", "suffixes": [".vstpreset"]})

    def examine(self) -> Iterator[Flaw]:
        """Report faults of the file and the parameters."""
        yield from faults(self._setting, instrument=True)

    @property
    def _setting(self) -> Setting:
        return Setting(Path(self.file), self.plugin_name, Path(self.preset) if self.preset else None,
                       self.model_extra or {})

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        """Play the notes: see ``Instrument.play``.

        Raises
        ------
        PluginError
            If the plug-in cannot be used.
        """
        sounding = [note for note in notes if not note.is_breath and note.onset_seconds * rate < frames]
        if not sounding:
            return np.zeros((2, frames), np.float32)
        out = play(self._setting, events(sounding), rate, frames)
        out[:, :round(sounding[0].onset_seconds * rate)] = 0.0  # noise of the plug-in before the first note
        return out


def _bent(note: Note) -> list[tuple[float, float]]:
    """Return the bend of a note: times in seconds of the song, and semitones."""
    if not note.bend:
        return [(note.onset_seconds, 0.0)]
    moments, cents = np.transpose(note.bend)
    grid = np.arange(0.0, min(note.duration_seconds, moments[-1] + WHEEL_SECONDS), WHEEL_SECONDS)
    return [(note.onset_seconds + float(t), float(c) / 100)
            for t, c in zip(grid, np.interp(grid, moments, cents), strict=True)]


def events(notes: Sequence[Note]) -> list[MidiEvent]:
    """Convert notes to MIDI messages on one channel, in order of time; the pitch wheel gives fractional pitches."""
    timed: list[tuple[float, int, bytes]] = []
    sounding: dict[int, int] = {}
    bend = 0
    reach = max([BEND_SEMITONES, *(math.ceil(abs(cents) / 100 + 0.5) for note in notes for _, cents in note.bend)])
    if reach > BEND_SEMITONES:  # RPN 0, deselected afterwards
        timed += [(0.0, -1, bytes([CONTROL, *pair])) for pair in ((101, 0), (100, 0), (6, reach), (38, 0), (101, 127),
                                                                  (100, 127))]
    for note in notes:
        key = min(max(round(note.pitch), 0), 127)
        if key in sounding and timed[sounding[key]][0] > note.onset_seconds:  # struck again: the note before ends here
            timed[sounding[key]] = (note.onset_seconds, *timed[sounding[key]][1:])
        for seconds, semitones in _bent(note):
            wheel = min(max(round((note.pitch + semitones - key) / reach * BEND_STEPS), -BEND_STEPS), BEND_STEPS - 1)
            if wheel != bend:
                bend = wheel
                value = wheel + BEND_STEPS
                timed.append((seconds, 1, bytes([BEND, value & 0x7F, value >> 7])))
        timed.append((note.onset_seconds, 2, bytes([ON, key, note.velocity])))
        sounding[key] = len(timed)
        timed.append((note.end_seconds, 0, bytes([OFF, key, 64])))
    return [(seconds, message) for seconds, _, message in sorted(timed, key=lambda event: event[:2])]
