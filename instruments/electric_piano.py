"""An electric piano: tines before magnets (Rhodes) or reeds between charged plates (Wurlitzer)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Reals, Stereo
from instruments.dsp.loudness import half_k
from instruments.dsp.notes import hertz, velocity_gain
from instruments.dsp.partials import add_partials, contact_rolloff, first_sample, knock, raised_cosine
from instruments.dsp.random import generator
from instruments.electric.tines import ACTIONS, Action, Model, induced, over_keys, spectrum
from scores.performance import Note

EAR_SECONDS = 0.4  # time over which the loudness of a note is integrated [s]
LEVEL = 0.08  # r.m.s. of that time at velocity 100, with half of the K-weighting
HARDER_HITS = -0.35  # exponent with which the contact time depends on the velocity's gain
KEYS_DB = 0.9  # standard deviation of the level from key to key [dB]
KEYS_OFFSET = 0.07  # the same of the rest position, relative to the width of the pickup's field
BLOWS_DB = 0.5  # standard deviation of the level from blow to blow [dB]
NOISE = 0.25  # amplitude of the noise at 0 dB and velocity 100
LANDS_SECONDS = 0.012  # time constant with which a damper lands [s]
FLOOR = 3e-5  # swing that counts as silence: −90 dB of a strong one
TREMOLO_BLOCK = 64  # samples between two values of the tremolo


class ElectricPiano(Instrument):
    """A hammer makes a tine or a reed swing. The field of its pickup is nonlinear and makes the overtones."""

    name: ClassVar[str] = "electric_piano"
    program: ClassVar[int] = 5
    range: ClassVar[tuple[int, int]] = (28, 100)

    model: Model = Field("rhodes", description="rhodes: tines before magnets; wurlitzer: reeds between plates")
    bark: float = Field(1, ge=0.3, le=2, description="How near the pickups are: nearer barks more when hit hard")
    voicing: float = Field(1, ge=0.2, le=2, description="How far the pickups are off the middle: 0.2 rings an octave "
                                                        "higher, 2 is round")
    bell: float = Field(1, ge=0, le=3, description="Strength of the overtones of the tine itself, the ping")
    hardness: float = Field(0.5, ge=0, le=1, description="Hardness of the hammers' tips")
    decay: float = Field(1, ge=0.2, le=3, description="Ringing time, as a multiple of the instrument's")
    noise_db: float = Field(-30, ge=-80, le=-6, description="Thump of hammers and dampers, in dB")
    tremolo: float = Field(0.25, ge=0, le=1, description="Depth of the tremolo, to and fro on a rhodes")
    tremolo_hz: float = Field(4.8, ge=0.5, le=9, description="Rate of the tremolo, in Hz")

    @override
    def midi_program(self) -> int:
        return 5 if self.model == "rhodes" else 6

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)  # the pickups write to the first channel, the tremolo to both
        action = ACTIONS[self.model]
        for note in notes:
            onset = note.onset_seconds * rate
            start, _ = first_sample(onset)
            if start >= frames:
                break
            swing, voicing, gain = self._blow(note, action)
            ringing = math.log(1000) / (over_keys(action.t60_seconds, note.pitch) * self.decay)
            damped = math.log(1000) / action.damper_seconds
            fall = math.log(max(swing / FLOOR, 1.0))
            end = note.end_seconds * rate - start
            until_damped = note.duration_seconds + fall / damped + 2 * LANDS_SECONDS
            rings = min(fall / ringing * action.aftersound[1], until_damped)
            length = min(math.ceil(rings * rate) + 64, frames - start)
            moved = np.zeros((2, length + 1), np.float32)
            rows, contact = self._modes(note, action, swing, ringing)
            attack = raised_cosine(contact / 2 * rate, onset)
            heard = rows[rows[:, 0] < 0.45 * rate]
            add_partials(moved, onset - start + 1.0, moved.shape[1], float(rate), heard, attack, FLOOR)
            swings = moved[0, 1:]
            if (first := max(math.ceil(end), 0)) < length:
                # The damper lands within milliseconds, so the exponent grows smoothly.
                since = (np.arange(first, length) - end) / rate
                pressed = since + LANDS_SECONDS * np.expm1(-since / LANDS_SECONDS)
                swings[first:] *= np.exp(-damped * pressed).astype(np.float32)
            voltage = induced(swings, voicing, action.slope)
            voltage *= np.float32(gain * rate / (2 * math.pi * hertz(note.pitch)))
            out[0, start:start + length] += voltage
            self._noises(out, note, rate)
        self._tremble(out, notes, rate)
        return out

    def _blow(self, note: Note, action: Action) -> tuple[float, float, float]:
        """Return swing and rest position of the tine, relative to its pickup's field, and the gain after the pickup."""
        setting = generator(round(note.pitch * 100)).standard_normal(2).clip(-2, 2)
        by_chance = generator(note.seed).standard_normal()
        voicing = action.offset * self.voicing + KEYS_OFFSET * float(setting[0])
        usual = over_keys(action.swing, note.pitch) * self.bark
        hz: Reals = hertz(note.pitch) * np.arange(1.0, 41.0)
        loud = spectrum(usual, voicing, action.slope)
        fall = 2 * EAR_SECONDS * math.log(1000) / (over_keys(action.t60_seconds, note.pitch) * self.decay)
        power = float(np.sum(np.where(hz < 16000, loud**2 / 2 * half_k(hz), 0.0))) * -math.expm1(-fall) / fall
        gain = LEVEL / math.sqrt(power) * 10 ** (KEYS_DB * float(setting[1]) / 20)
        swing = usual * velocity_gain(note.velocity) * 10 ** (BLOWS_DB * float(np.clip(by_chance, -2, 2)) / 20)
        return swing, voicing, gain

    def _modes(self, note: Note, action: Action, swing: float, ringing: float) -> tuple[Reals, float]:
        """Return the modes for ``add_partials`` in units of the pickup's field, and the contact time in seconds."""
        soft, hard = action.contact_seconds
        contact = soft * (hard / soft) ** self.hardness * velocity_gain(note.velocity) ** HARDER_HITS
        contact *= 2 ** ((60 - note.pitch) / 48)
        lowest = hertz(note.pitch)
        after, longer = action.aftersound
        modes = [(1.0, 1.0 - after, 1.0), *((1.0, after, longer) for _ in range(1) if after > 0),
                 *((ratio, self.bell * strength, share) for ratio, strength, share in action.overtones)]
        ratio, strength, share = np.array(modes).T
        shape = contact_rolloff(lowest * ratio, contact)
        rows = np.zeros((len(modes), 7))
        rows[:, 0] = lowest * ratio
        rows[:, 1] = rows[:, 2] = ringing / share
        rows[:, 4] = -swing * strength * shape / shape[0]  # sines, for the tine begins at rest
        return rows, contact

    def _noises(self, out: Stereo, note: Note, rate: int) -> None:
        """Add the thump of the hammer, and that of the damper as it falls on the tine."""
        draw = generator([note.seed % 2**63, 1])
        level = NOISE * 10 ** (self.noise_db / 20)
        thump = knock(draw, 8, 90.0, 900.0, 90.0, level * velocity_gain(note.velocity))
        felt = knock(draw, 8, 120.0, 1500.0, 60.0, 0.12 * level)
        for seconds, rows, rise in ((note.onset_seconds, thump, 0.002), (note.end_seconds, felt, 0.006)):
            at = seconds * rate
            if at <= out.shape[1] - 1:
                rows[:, 5:] = 0.0
                add_partials(out, at, out.shape[1], float(rate), rows, raised_cosine(rise * rate, at))

    def _tremble(self, out: Stereo, notes: Sequence[Note], rate: int) -> None:
        """Apply the tremolo: from the first channel to both, in place. It begins with the first note."""
        if not notes:
            return
        frames, size = out.shape[1], 1024 * TREMOLO_BLOCK
        ramp = np.arange(TREMOLO_BLOCK, dtype=np.float32) / TREMOLO_BLOCK
        for start in range(0, frames, size):
            stop = min(start + size, frames)
            borders = np.arange(-(-(stop - start) // TREMOLO_BLOCK) + 1) * TREMOLO_BLOCK + start
            sway = self.tremolo * np.sin(2 * np.pi * self.tremolo_hz * (borders / rate - notes[0].onset_seconds))
            if self.model == "rhodes":
                left, right = np.cos(np.pi / 4 * (1 + sway)), np.sin(np.pi / 4 * (1 + sway))
            else:
                left = right = math.sqrt(0.5) * (1 + sway) / (1 + 0.5 * self.tremolo)
            mono = out[0, start:stop].copy()
            for channel, gain in enumerate((left, right)):
                steps = np.diff(gain).astype(np.float32)[:, None] * ramp + gain[:-1, None].astype(np.float32)
                np.multiply(mono, steps.ravel()[:mono.size], out=out[channel, start:stop])
