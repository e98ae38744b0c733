"""A tonewheel organ: drawbars, percussion, key click, vibrato and rotary speaker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator
from typing_extensions import override

from effects.dsp.rotary import Cabinet, Speed
from instruments import Instrument
from instruments.dsp.arrays import Reals, Singles, Stereo
from instruments.dsp.loudness import half_k
from instruments.dsp.partials import add_partials, first_sample
from instruments.dsp.random import generator
from instruments.electric.scanner import Vibrato, scanned
from instruments.electric.tonewheels import (
    FEET,
    REGISTRATIONS,
    cents_off,
    drawbars,
    leaking,
    wheel_of,
    wheels,
)
from scores.performance import Note

LEVEL = 0.07  # r.m.s. of a key at velocity 100, with half of the K-weighting
PEDAL_POWER = 0.8  # exponent of velocity, which is the expression pedal: the keys of an organ are not touch-sensitive
CONTACTS_SECONDS = 0.004  # time from the first to the last of a key's nine contacts, pressed softly [s]
SMOOTH_SECONDS = 0.005  # rise of a contact at ``click`` 0 [s]
SHARP_SECONDS = 0.0002  # the same at ``click`` 1 [s]
BOUNCE_SECONDS = 0.0012  # time constant with which a contact stops bouncing [s]
BOUNCE_HZ = (1800.0, 7000.0)  # range of the bounces' frequencies [Hz]
RELEASE_SECONDS = 0.09  # T60 after a key is released [s]
PERCUSSION_FEET = {"second": 12, "third": 19}  # semitones from the key to the harmonic of the percussion
SWELL_AFTER_SECONDS = 0.7  # time after an onset at which the player switches the rotors to fast [s]
SWELL_LEAST_SECONDS = 1.6  # shortest note on which this is done [s]
CHUNK = 1 << 16  # samples that pass through the speaker at a time


class Organ(Instrument):
    """Sines of 91 wheels, mixed by nine drawbars; each key closes nine contacts, and none of them at the same time."""

    name: ClassVar[str] = "organ"
    program: ClassVar[int] = 17
    range: ClassVar[tuple[int, int]] = (36, 96)

    registration: str = Field(
        "888000000", pattern=f"^([0-8]{{9}}|{'|'.join(REGISTRATIONS)})$",
        description="Drawbars from 16' to 1', nine digits from 0 to 8, or one of " + ", ".join(REGISTRATIONS))
    click: float = Field(0.5, ge=0, le=1, description="How sharply the contacts of a key close: 0 no click")
    percussion: Literal["off", "second", "third"] = Field(
        "off", description="Harmonic that is struck when no other key is down")
    percussion_seconds: float = Field(0.7, ge=0.2, le=4, description="Time in which it falls by 60 dB, in seconds")
    percussion_db: float = Field(0, ge=-24, le=6, description="Level of the percussion to a full drawbar, in dB")
    leakage_db: float = Field(-48, ge=-100, le=-20, description="Leakage of other wheels, in dB, relative to the wheel")
    vibrato: Vibrato = Field("off", description="Scanner: vibrato v1 to v3 or chorus c1 to c3")
    rotary: Literal["off", "stop", "slow", "fast", "swell"] = Field(
        "swell", description="Rotary speaker: swell is slow, and fast while long notes are held; off is none")

    @field_validator("registration")
    @classmethod
    def _sounds(cls, registration: str) -> str:
        if not drawbars(registration).any():
            raise ValueError("at least one drawbar is to be pulled")
        return registration

    @override
    def temperament_cents(self, pitch: float) -> float:
        return cents_off(pitch)

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)  # the first channel is the dry organ
        if not notes or (first := first_sample(notes[0].onset_seconds * rate)[0]) >= frames:
            return out
        held_until = -math.inf
        for note in notes:
            self._press(out, note, notes[0].onset_seconds, note.onset_seconds >= held_until, rate)
            held_until = max(held_until, note.end_seconds)
        dry = scanned(out[0, first:], self.vibrato, rate)
        if self.rotary == "off":
            out[:, first:] = math.sqrt(0.5) * dry
            return out
        cabinet = Cabinet(rate, self._switches(notes))
        for start in range(0, dry.size, CHUNK):
            out[:, first + start:first + start + CHUNK] = cabinet.turn(dry[start:start + CHUNK])
        return out

    def _press(self, out: Stereo, note: Note, began_seconds: float, alone: bool, rate: int) -> None:
        """Add one key to the first channel of ``out``. The wheels turn from ``began_seconds`` on."""
        hz, level, _ = wheels()
        draw = generator(note.seed)
        pulled = drawbars(self.registration).copy()
        struck = alone and self.percussion != "off"
        if struck and pulled[:8].any():
            pulled[8] = 0.0  # the percussion uses the contact of this drawbar
        taken = [wheel_of(round(note.pitch), feet) for feet in FEET]
        gain = LEVEL * (note.velocity / 100) ** PEDAL_POWER / math.sqrt(float(np.sum(
            pulled**2 / 2 * half_k(hz[taken]))))
        late = CONTACTS_SECONDS * (1 - note.velocity / 160) * draw.random(len(FEET))
        late -= late[pulled > 0].min()
        damped = math.log(1000) / RELEASE_SECONDS
        for bar in np.flatnonzero(pulled):
            rows = [(taken[bar], 1.0), *leaking(taken[bar], self.leakage_db)]
            numbers = [wheel for wheel, _ in rows]
            strength = gain * pulled[bar] * level[numbers] * np.array([share for _, share in rows])
            self._close(out, note, late[bar], began_seconds, numbers, strength, 0.0, damped, draw, rate)
        if struck:
            wheel = wheel_of(round(note.pitch), PERCUSSION_FEET[self.percussion])
            strength = np.array([gain * 10 ** (self.percussion_db / 20)])
            decay = math.log(1000) / self.percussion_seconds
            self._close(out, note, 0.0, began_seconds, [wheel], strength, decay, damped, draw, rate)

    def _close(self, out: Stereo, note: Note, late: float, began_seconds: float, numbers: list[int],
               amplitude: Reals, decay: float, damped: float, draw: np.random.Generator, rate: int) -> None:
        """Add one contact, which closes ``late`` seconds after the onset, for the wheels of these numbers."""
        hz, _, phase = wheels()
        onset_seconds = note.onset_seconds + late
        onset = onset_seconds * rate
        if onset > out.shape[1] - 1:
            return
        rows = np.zeros((len(numbers), 7))
        rows[:, 0], rows[:, 1], rows[:, 2] = hz[numbers], decay, decay + damped
        turned = 2 * np.pi * hz[numbers] * (onset_seconds - began_seconds) + phase[numbers]
        rows[:, 3], rows[:, 4] = amplitude * np.cos(turned), amplitude * np.sin(turned)
        attack = self._contact(onset, draw, rate)
        hold = max(math.ceil(note.end_seconds * rate) - first_sample(onset)[0], attack.size)
        add_partials(out, onset, hold, float(rate), rows, attack)

    def _contact(self, onset: float, draw: np.random.Generator, rate: int) -> Singles:
        """Compute the gain of a contact as it closes: a rise, and bounces that decay."""
        rise = SMOOTH_SECONDS * (SHARP_SECONDS / SMOOTH_SECONDS) ** self.click
        count = math.ceil((rise + 4 * BOUNCE_SECONDS) * rate)
        time = (np.arange(count) + first_sample(onset)[1]) / rate
        first_hz, second_hz = draw.uniform(*BOUNCE_HZ, 2)
        turned, other = draw.uniform(0, 2 * np.pi, 2)
        bounces = np.sin(2 * np.pi * first_hz * time + turned) + np.sin(2 * np.pi * second_hz * time + other)
        closed = 0.5 - 0.5 * np.cos(np.pi * np.minimum(time / rise, 1))
        fading = np.exp(-time / BOUNCE_SECONDS) * np.minimum((time[-1] - time) / BOUNCE_SECONDS, 1)
        return np.asarray(closed * (1 + 0.5 * self.click * fading * bounces), np.float32)

    def _switches(self, notes: Sequence[Note]) -> list[tuple[float, Speed]]:
        """Return when the speed of the rotors is switched, in seconds from the first note."""
        if self.rotary in ("stop", "slow", "fast"):
            return [(0.0, self.rotary)]
        switches: list[tuple[float, Speed]] = [(0.0, "slow")]
        began = notes[0].onset_seconds
        for note in notes:
            if note.duration_seconds < SWELL_LEAST_SECONDS:
                continue
            fast, slow = note.onset_seconds + SWELL_AFTER_SECONDS - began, note.end_seconds - began
            if len(switches) > 1 and fast <= switches[-1][0]:
                switches[-1] = (max(switches[-1][0], slow), "slow")
            else:
                switches += [(fast, "fast"), (slow, "slow")]
        return switches
