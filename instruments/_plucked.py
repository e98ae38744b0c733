"""What the plucked instruments share: strings, the hand that plays them, and the way from notes to sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments._body import Wood, impulse_response, magnitude, resonate, sounding
from instruments._notes import hertz
from instruments._string import FADE_SECONDS, REFERENCE_HZ, Hand, Loop, design, inharmonicity, sound_string
from scores.performance import Note

REFERENCE_VELOCITY = 100.0
DECIBELS_A_VELOCITY = 0.25
VELOCITY_OF_HALF_CORNER = 33.0  # so much more velocity makes the corner of the pluck half as soft
NOISE_LEVEL = 4.0  # of the whole rub before its filter, to the pluck as 1
RUB_SECONDS = 0.0015  # 1/e time of the rub
VELOCITY_OF_TWICE_NOISE = 60.0  # and so much makes its rub twice as loud against the note
TOUCH_SECONDS = 0.016  # a finger rests on the string so long before it plucks again
TOUCH_T60_SECONDS = 0.03
UP_T60_SHARE = 0.45  # the plane that drives the body decays in this share of the other's time
SLANT, WEAK = 0.45, 0.5  # what the pluck gives the plane along the top, and what the bridge feels of that plane
FRET_DECAY_POWER = 0.6  # a string stopped an octave up decays in 2^−0.6 of the time
EAR_SECONDS = 0.2  # over which an ear, and the evenness of the range, weighs how loud a note is
SILENCE = 10 ** (-104 / 20)
FINGERS = {"": (1.0, 1.0), "p": (1.35, 1.12), "i": (1.0, 1.0), "m": (0.95, 0.98), "a": (0.9, 0.95)}  # corner, place

PluckPosition = Annotated[float, Field(ge=0.03, le=0.5, description="where the string is plucked, as share of its "
                                                                    "length from the bridge")]
Hardness = Annotated[float, Field(ge=0, le=1, description="what plucks: 0 the flesh of a thumb, 0.5 nails, "
                                                          "1 a hard plectrum")]
StringAge = Annotated[float, Field(ge=0, le=1, description="0 new strings, that ring bright, to 1 dead ones")]
Sustain = Annotated[float, Field(ge=0.1, le=3, description="decay times, to those of the instrument as 1")]
Detune = Annotated[float, Field(ge=0, le=10, description="how far apart the two planes of a string are tuned, in "
                                                         "cents: slow beating")]
PluckNoise = Annotated[float, Field(ge=0, le=1, description="level of the rub of skin or nail in the pluck")]
Release = Annotated[float, Field(ge=0.03, le=3, description="seconds in which a note that has ended falls by 60 dB")]
Body = Annotated[float, Field(ge=0, le=1, description="share of the wooden body in the sound, to the string's own")]


class Strings(NamedTuple):
    """The strings of an instrument from the lowest up, an entry each."""

    open_pitch: np.ndarray  # MIDI numbers
    core_millimetres: np.ndarray
    tension_newtons: np.ndarray
    youngs_modulus_gpa: np.ndarray
    t60_seconds: np.ndarray  # open string, toward 0 Hz, in the plane that lasts
    t60_reference_seconds: np.ndarray  # what damps the partials at 4 kHz on top of that, when new


def strings(*rows: tuple[float, float, float, float, float, float]) -> Strings:
    """A table of strings from one row a string, in the order of the fields of ``Strings``."""
    return Strings(*(np.array(column) for column in zip(*rows, strict=True)))


def allocate(notes: Sequence[Note], open_pitch: np.ndarray) -> np.ndarray:
    """The string of each note: its fingering's, or else the one that a hand would take.

    That is the highest string that reaches down to the note and is free; when none is free the one whose note ends
    first. A note below the lowest string is played on it, tuned down.
    """
    free_at = np.full(len(open_pitch), -np.inf)
    taken = np.zeros(len(notes), dtype=np.int64)
    for index, note in enumerate(notes):
        if note.fingering is not None:
            string = note.fingering.string
            if not 0 <= string < len(open_pitch):
                raise ValueError(f"string {string} of a note at {note.onset_seconds:.3f} s: there are "
                                 f"{len(open_pitch)}, counted from 0")
        else:
            reach = [s for s in range(len(open_pitch)) if open_pitch[s] <= note.pitch + 0.5] or [0]
            free = [s for s in reach if free_at[s] <= note.onset_seconds + 1e-6]
            string = max(free) if free else min(reach, key=lambda s: (free_at[s], -s))
        taken[index] = string
        free_at[string] = note.end_seconds
    return taken


class PluckedString(Instrument):
    """An instrument of plucked strings on a body. Subclasses give the strings, the wood and the level."""

    strings: ClassVar[Strings]
    wood: ClassVar[Wood]
    length_metres: ClassVar[float]
    softest_seconds: ClassVar[float]  # corner τ of flesh at the reference velocity
    hardest_seconds: ClassVar[float]  # and of a plectrum
    level: ClassVar[float]  # brings a note of the reference velocity to its place between −18 and −9 dBFS

    pluck_position: PluckPosition = 0.14
    hardness: Hardness = 0.5
    string_age: StringAge = 0.3
    sustain: Sustain = 1.0
    detune_cents: Detune = 0.6
    pluck_noise: PluckNoise = 0.15
    release_seconds: Release = 0.18
    body: Body = 0.7

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        """Each string from its first note to its last, summed on the bridge, then the body."""
        out = np.zeros((2, frames), dtype=np.float32)
        if not notes:
            return out
        response = impulse_response(self.wood, rate, self.body)
        taken = allocate(notes, self.strings.open_pitch)
        starts, ends = [], []
        for string in np.unique(taken):
            mine = [note for note, used in zip(notes, taken, strict=True) if used == string]
            up, along, hand, seeds = self._plan(mine, int(string), rate, response)
            end = sound_string(out[0], up, along, hand, seeds, SLANT, WEAK, SILENCE, round(FADE_SECONDS * rate))
            starts.append(np.ceil(hand.onset).astype(np.int64))
            ends.append(end)
        resonate(out, sounding(np.concatenate(starts), np.concatenate(ends)), response)
        return out

    def _plan(self, notes: Sequence[Note], string: int, rate: int,
              response: np.ndarray) -> tuple[Loop, Loop, Hand, np.ndarray]:
        """The loops and the hand for the notes of one string."""
        table = Strings(*(column[string] for column in self.strings))
        seeds = np.array([note.seed % 2**64 for note in notes], dtype=np.uint64)
        frequency = np.array([hertz(note.pitch) for note in notes])
        open_hz = np.array(hertz(float(table.open_pitch)))
        velocity = np.array([note.velocity for note in notes], dtype=np.float64)
        softer, further = np.array([FINGERS.get(note.fingering.finger if note.fingering else "", (1.0, 1.0))
                                    for note in notes]).T

        stiffness = inharmonicity(frequency, open_hz, self.length_metres, table.core_millimetres,
                                  table.tension_newtons, table.youngs_modulus_gpa)
        shorter = (open_hz / frequency) ** FRET_DECAY_POWER
        t60 = self.sustain * table.t60_seconds * shorter
        dull = self.sustain * table.t60_reference_seconds * 2.0 ** (-3.0 * self.string_age) * np.sqrt(shorter)
        loops = []
        for share, cents in ((UP_T60_SHARE, -0.5), (1.0, 0.5)):
            slow = share * t60
            loops.append(design(frequency * 2.0 ** (cents * self.detune_cents / 1200), stiffness, slow,
                                1 / (1 / slow + 1 / dull), rate))
        quick = np.minimum(TOUCH_T60_SECONDS, 0.5 * t60)
        touched = design(frequency, stiffness, quick, 0.4 * quick, rate)
        ended = np.minimum(self.release_seconds, 0.5 * t60)
        released = design(frequency, stiffness, ended, 0.4 * ended, rate)

        # A pick and a thumb never land twice on one spot.
        spot = (seeds * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)).astype(np.float64) / 2**23 - 1.0
        position = np.clip(self.pluck_position * further * (1 + 0.05 * spot), 0.02, 0.5)
        flesh = softer * self.softest_seconds * (self.hardest_seconds / self.softest_seconds) ** self.hardness
        corner = flesh * 2.0 ** ((REFERENCE_VELOCITY - velocity) / VELOCITY_OF_HALF_CORNER)
        onset = np.array([note.onset_seconds for note in notes]) * rate
        period = rate / frequency
        touch = onset - TOUCH_SECONDS * rate
        touch[1:] = np.maximum(touch[1:], onset[:-1] + 2.0)
        even = self._evenness(frequency, position, corner, UP_T60_SHARE * t60, dull, rate, response)
        hand = Hand(
            touch=np.maximum(touch, 0.0), onset=onset,
            release=np.ceil(np.array([note.end_seconds for note in notes]) * rate),
            touch_gain=touched.gain, touch_pole=touched.pole, release_gain=released.gain, release_pole=released.pole,
            period=period,
            amplitude=self.level * even * 10 ** (DECIBELS_A_VELOCITY * (velocity - REFERENCE_VELOCITY) / 20),
            position=position, corner=corner * rate,
            noise=NOISE_LEVEL * self.pluck_noise * 2.0 ** ((velocity - REFERENCE_VELOCITY) / VELOCITY_OF_TWICE_NOISE),
            noise_decay=np.full_like(corner, RUB_SECONDS * rate),
            noise_pole=np.exp(-2.0 / (corner * rate)))
        return loops[0], loops[1], hand, seeds

    def _evenness(self, frequency: np.ndarray, position: np.ndarray, corner: np.ndarray, t60: np.ndarray,
                  dull: np.ndarray, rate: int, response: np.ndarray) -> np.ndarray:
        """Gain of each note that makes the power of its partials over its first moments the same for all.

        A player does this by ear, note by note; a body alone would let some notes boom and others vanish. Times are
        in seconds: ``corner`` of the pluck, ``t60`` toward 0 Hz and ``dull``, that is added to it at 4 kHz.
        """
        partial = np.arange(1, 41)
        hz = frequency[:, None] * partial
        strength = 2 * np.sin(np.pi * partial * position[:, None]) / (np.pi * partial)
        strength = strength / (1 + (2 * np.pi * hz * corner[:, None]) ** 2)
        strength = np.where(hz < rate / 2, strength, 0.0) * magnitude(response, rate, hz)
        fall = 6 * np.log(10) * EAR_SECONDS * (1 / t60[:, None] + (hz / REFERENCE_HZ) ** 2 / dull[:, None])
        return np.asarray(1 / np.sqrt(np.sum(strength**2 * -np.expm1(-fall) / fall, axis=1)))
