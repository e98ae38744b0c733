"""A SoundFont of the user's own: ``soundfont: path.sf2`` in a part, played with sample accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.drums.keys import stem_of
from instruments.dsp.arrays import Mono, Reals, Stereo
from instruments.dsp.notes import pan_gains
from instruments.sampler import generators as gen
from instruments.sampler import modulators, sf2, voice
from instruments.sampler.chunks import BankError
from scores.faults import Flaw
from scores.performance import Note

# Bank of the drum kits (SoundFont 2.04, section 7.2).
DRUMS = 128
# Gain of a full-scale sample: pianos and guitars of common banks then peak near −12 dBFS at velocity 100.
LEVEL = 0.5
# Time between two steps of the control values [s].
CONTROL_SECONDS = 0.001
# Shortest stage of an envelope [s], against clicks: banks write 1 ms for "at once".
SHORTEST_SECONDS = 0.001
# Shortest release [s], as in FluidSynth: banks write 1 ms and mean a damper.
SHORTEST_RELEASE_SECONDS = 2**-6
# Greatest distance from the pitch of the recording [cents]: ten octaves, beyond which nothing is audible.
FARTHEST_CENTS = 12_000.0


class SoundFont(Instrument):
    """A preset of a SoundFont bank, SF2 or SF3: the part says ``soundfont: path.sf2`` in place of ``instrument``.

    Onsets are exact to fractions of a sample, at any rate. The bank's own reverb and chorus sends are ignored: reverb
    and chorus are the score's effects.
    """

    name: ClassVar[str] = "soundfont"
    program: ClassVar[int] = 1
    has_pieces: ClassVar[bool] = True

    file: str = Field(description="the bank, a .sf2 or .sf3 file; a relative path is looked up beside the score",
                      json_schema_extra={"names": "file", "suffixes": [".sf2", ".sf3"]})
    preset: str | int = Field(1, description="the preset's name, or its program number, 1 to 128 as General MIDI "
                                             "counts")
    bank: int = Field(0, ge=0, le=128, description="bank of the preset; 128 holds the drums")

    def examine(self) -> Iterator[Flaw]:
        """Report faults of the file and the preset."""
        try:
            bank = sf2.read_bank(Path(self.file))
        except (BankError, OSError) as error:
            why = str(error) if isinstance(error, BankError) else (error.strerror or str(error)).lower()
            message = f"this SoundFont cannot be used: {why}"
            yield Flaw("file", message, Path(self.file).name, BankError.ALLOWED)
            return
        if (where_is := self._where(bank)) is not None:
            try:
                bank.check(where_is)
            except BankError as error:
                yield Flaw("file", f"this SoundFont cannot be used: {error}", Path(self.file).name, error.ALLOWED)
        else:
            names = [name for (number, _), name in bank.names.items() if number == self.bank]
            if not names:
                banks = sorted({number for number, _ in bank.names})
                yield Flaw("bank", f"the SoundFont has no bank {self.bank}", str(self.bank),
                           ", ".join(map(str, banks)))
                return
            shown = ", ".join(names[:12]) + (f" … ({len(names)} in all)" if len(names) > 12 else "")
            where = f"bank {self.bank} of the SoundFont"
            if isinstance(self.preset, int):
                programs = [program + 1 for number, program in bank.names if number == self.bank]
                near = min(programs, key=lambda program: abs(program - int(self.preset)))
                yield Flaw("preset", f"{where} has no program {self.preset}", str(self.preset),
                           f"a program it has: {shown}", [str(near)])
            else:
                yield Flaw("preset", f'{where} has no preset "{self.preset}"', self.preset, shown, names)

    @override
    def drum_program(self) -> int | None:
        where = self._where(sf2.read_bank(Path(self.file))) if self.bank == DRUMS else None
        return where[1] + 1 if where else None

    @override
    def piece(self, note: Note) -> str:
        return stem_of(round(note.pitch)) if self.bank == DRUMS else "notes"

    @override
    def midi_program(self) -> int:
        where = self._where(sf2.read_bank(Path(self.file)))
        return where[1] + 1 if where else self.program

    @override
    def reach(self) -> tuple[int, int]:
        bank = sf2.read_bank(Path(self.file))
        where = self._where(bank)
        return bank.keys(where) if where else (0, 127)

    def _where(self, bank: sf2.Bank) -> tuple[int, int] | None:
        """Return bank and program of the preset; capitals in its name do not matter."""
        if isinstance(self.preset, int):
            return (self.bank, self.preset - 1) if (self.bank, self.preset - 1) in bank.names else None
        wanted = self.preset.casefold()
        return next((where for where, name in bank.names.items()
                     if where[0] == self.bank and name.casefold() == wanted), None)

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        """Play the notes: see ``Instrument.play``.

        Raises
        ------
        BankError
            If ``examine`` refuses the bank.
        """
        out = np.zeros((2, frames), np.float32)
        if not notes:
            return out
        bank = sf2.read_bank(Path(self.file))
        where = self._where(bank)
        if where is None:
            raise BankError(f"it has no preset {self.preset} in bank {self.bank}")
        rows: list[tuple[sf2.Region, Reals, Reals]] = []
        sounding: dict[int, list[tuple[float, Reals]]] = {}  # by exclusive class: onset and voice
        for note in notes:
            if note.is_breath:
                continue
            key = min(max(round(note.pitch), 0), 127)
            regions = list(bank.regions(where, key, note.velocity))
            for group in {int(region.generators[gen.CLASS]) for region in regions} - {0}:
                for onset, row in sounding.pop(group, ()):  # an open hi-hat ends when it is closed (8.1.2, 57)
                    row[voice.KILLED] = note.onset_seconds - onset
            bend = np.array(note.bend or [(0.0, 0.0)], np.float64).T.copy()
            for region in regions:
                row = _voice(region, note, key, rate)
                rows.append((region, row, bend))
                if group := int(region.generators[gen.CLASS]):
                    sounding.setdefault(group, []).append((note.onset_seconds, row))
        block = max(round(CONTROL_SECONDS * rate), 1)
        waves: dict[tuple[int, ...], tuple[Mono, Mono]] = {}
        for region, row, bend in rows:
            loop = region.loop_start - region.start, region.loop_end - region.start, int(row[voice.LOOPING])
            wave = region.sample, region.start, region.end, *loop
            if wave not in waves:
                waves[wave] = voice.waves(region.frames[region.start:region.end], *loop)
            semitones = math.ceil(12 * math.log2(row[voice.STEP]) + bend[1].max() / 100 - 1e-9)
            voice.sound(out, *waves[wave], voice.interpolator(max(semitones, 0)), row, bend, float(rate), block)
        return out


def _voice(region: sf2.Region, note: Note, key: int, rate: int) -> Reals:
    """Return the voice of a region and a note, as the row of numbers that ``voice.sound`` takes."""
    g = region.generators
    row = np.zeros(voice.NUMBERS)
    struck = key if g[gen.KEY] < 0 else int(g[gen.KEY])
    cents = ((struck - region.root) * g[gen.SCALE_TUNING] + 100 * (note.pitch - key) + 100 * g[gen.COARSE_TUNE]
             + g[gen.FINE_TUNE] + region.cents)
    cents = min(max(cents, -FARTHEST_CENTS), FARTHEST_CENTS)
    row[voice.STEP] = region.rate / rate * 2 ** (cents / 1200)
    first = math.ceil(note.onset_seconds * rate - 1e-6)
    row[voice.FIRST], row[voice.PHASE] = first, first - note.onset_seconds * rate
    row[voice.STOP], row[voice.LOOP_FROM], row[voice.LOOP_TO] = (
        voice.LEAD + place - region.start for place in (region.end, region.loop_start, region.loop_end))
    mode = int(g[gen.SAMPLE_MODES]) & 3
    row[voice.LOOPING] = mode if mode in (1, 3) and region.loop_end > region.loop_start + 1 else 0
    row[voice.RELEASED] = max(note.duration_seconds, SHORTEST_SECONDS)
    row[voice.KILLED] = np.inf
    # half of the resonance's height is subtracted from the level (9.1.3), so that a resonant filter is not louder
    gain = LEVEL / 32768 * 10 ** (-(g[gen.ATTENUATION] - modulators.VOLUME_AT_REST_CB + g[gen.FILTER_Q] / 2) / 200)
    row[voice.MOST] = 10 ** (g[gen.ATTENUATION] / 200)  # a tremolo can cancel the attenuation and no more
    left, right = pan_gains(g[gen.PAN] / 500)
    row[voice.LEFT], row[voice.RIGHT] = gain * left * math.sqrt(2), gain * right * math.sqrt(2)

    def seconds(cents: float) -> float:
        return max(2 ** (cents / 1200), SHORTEST_SECONDS)

    def waits(cents: float) -> float:
        return 0.0 if cents <= -12000 else 2 ** (min(cents, 5000) / 1200)

    for to, delay, by_hold, by_decay in ((voice.DELAY, gen.DELAY, gen.KEY_TO_HOLD, gen.KEY_TO_DECAY),
                                         (voice.M_DELAY, gen.MOD_DELAY, gen.KEY_TO_MOD_HOLD, gen.KEY_TO_MOD_DECAY)):
        row[to] = waits(g[delay])
        row[to + 1] = seconds(g[delay + 1])
        row[to + 2] = waits(g[delay + 2] + (60 - struck) * g[by_hold])
        row[to + 3] = seconds(min(g[delay + 3] + (60 - struck) * g[by_decay], 8000))
        row[to + 5] = max(seconds(g[delay + 5]), SHORTEST_RELEASE_SECONDS)
    row[voice.SUSTAIN_DB] = min(g[gen.SUSTAIN] / 10, 100.0)
    row[voice.M_SUSTAIN] = 1 - g[gen.MOD_SUSTAIN] / 1000
    row[voice.M_PITCH], row[voice.M_FILTER] = g[gen.MOD_ENV_TO_PITCH], g[gen.MOD_ENV_TO_FILTER]
    row[voice.LFO_DELAY], row[voice.LFO_HZ] = waits(g[gen.MOD_LFO_DELAY]), _hertz(g[gen.MOD_LFO_CENTS])
    row[voice.LFO_PITCH], row[voice.LFO_FILTER] = g[gen.MOD_LFO_TO_PITCH], g[gen.MOD_LFO_TO_FILTER]
    row[voice.LFO_DB] = g[gen.MOD_LFO_TO_VOLUME] / 10
    row[voice.VIB_DELAY], row[voice.VIB_HZ] = waits(g[gen.VIB_LFO_DELAY]), _hertz(g[gen.VIB_LFO_CENTS])
    row[voice.VIB_PITCH] = g[gen.VIB_LFO_TO_PITCH]
    is_open = g[gen.FILTER_CENTS] >= 13500 and not row[voice.M_FILTER] and not row[voice.LFO_FILTER]
    row[voice.FILTER_HZ] = np.inf if is_open else _hertz(g[gen.FILTER_CENTS])
    row[voice.FILTER_Q] = math.sqrt(0.5) * 10 ** (g[gen.FILTER_Q] / 200)
    return row


def _hertz(cents: float) -> float:
    """Convert absolute cents to Hz: 0 is 8.176 Hz, the lowest key (SoundFont 2.04, section 8.1.3)."""
    return 8.1757989 * 2 ** (cents / 1200)
