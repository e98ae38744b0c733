"""What the pianos share: a hammer and up to three strings to a key, bridge and board, and the noises of the action."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments.dsp.notes import pan_gains, velocity_gain
from instruments.dsp.partials import add_partials, contact_rolloff, first_sample, knock, raised_cosine
from instruments.keys.hammer import GIVEN, STEP_RATE, Hammer, blow, hammer, speed
from instruments.keys.piano_strings import (
    damping_per_second,
    decays_per_second,
    partials_hz,
    stretch_cents,
    unison_modes,
)
from instruments.keys.soundboard import modes, response
from instruments.keys.sympathetic import RISE_SECONDS, along_with, whoosh
from scores.performance import Note, Pedal, pedals

LOUDNESS = 0.118  # r.m.s., K-weighted, of a note's first 0.4 s at velocity 100: about −18.5 LUFS
EAR_SECONDS = 0.4  # the momentary loudness of ITU-R BS.1770
KNOCK = 0.26  # amplitude of 0 dB of noise at velocity 100
BRIGHTEST_HZ = 12_000.0
INAUDIBLE = 10 ** (-60 / 20)  # partials that start this far below the strongest are left out
FLOOR = 10 ** (-80 / 20)  # a partial has ended when its parts, left and right, together are below it: −86 dBFS each
INAUDIBLE_BESIDE = 10 ** (-50 / 20)  # and so far those of a partial's modes that are not its strongest
UNEVEN = 0.03  # how much harder one string of a unison is struck than another; the felt is never quite even
HIGHEST_EVEN = 60  # up to here a hammer strikes at one share of the string; above it nears the end,
STRIKE_HALVES = 36.0  # by half in so many semitones: 1/8 at C4, 1/16 at C7 as in Chaigne and Askenfelt (1994)
KNOCK_TOP_HZ = 5000.0
CASE_PER_SECOND, CASE_PER_CYCLE = 14.0, 0.008  # nepers a second, and more for each Hz: board and case after a knock
ACTION_VELOCITY = 60  # key and pedal move as with a note of this velocity, however hard it was
THUD_SECONDS, PEDAL_SECONDS = 0.006, 0.05  # in which their noises rise

Felt = Annotated[float, Field(ge=0, le=1, description="Thickness of the practice felt: 0 bare hammers, 1 muffled")]
Hardness = Annotated[float, Field(ge=0, le=1, description="Voicing of the hammers: 0 needled soft, 1 lacquered hard")]
HammerNoise = Annotated[float, Field(ge=-80, le=-6, description="Knock of hammer and key against the strings, in dB")]
KeyNoise = Annotated[float, Field(ge=-80, le=-6, description="Thud of a key that comes up, in dB")]
PedalNoise = Annotated[float, Field(ge=-80, le=-6, description="Thump and whoosh of the sustain pedal, in dB")]
Resonance = Annotated[float, Field(ge=0, le=4, description="How much the other strings sound along under the pedal, as "
                                                           "a multiple of an upright's")]
Unison = Annotated[float, Field(ge=0, le=12, description="Mistuning between the outer strings of a note, in cents: "
                                                         "slow beats")]
StrikePosition = Annotated[float, Field(ge=0.03, le=0.5, description="Where the hammer strikes, as a share of the "
                                                                     "string's length, up to C4")]
Inharmonicity = Annotated[float, Field(ge=0, le=4, description="Stiffness of the strings, as a multiple of the mean "
                                                               "of pianos")]
Stretch = Annotated[float, Field(ge=0, le=2, description="Octave stretch, as a multiple of what a tuner does for "
                                                         "these strings: 0 equal temperament")]
Decay = Annotated[float, Field(ge=0.2, le=4, description="Ringing time, as a multiple of an upright's")]
Damper = Annotated[float, Field(ge=0.03, le=3, description="Time in which the damper takes 60 dB from middle C, in "
                                                           "seconds")]
Wood = Annotated[float, Field(ge=0, le=1, description="Unevenness of the soundboard: 0 radiates all alike, 1 as its "
                                                      "single modes do")]
Width = Annotated[float, Field(ge=0, le=1, description="How far the keyboard spreads from left (low) to right (high)")]


class Key(NamedTuple):
    """What a key is, whoever strikes it."""

    struck: Hammer
    frequency_hz: np.ndarray  # (partials,)
    shape: np.ndarray  # (partials,) the displacement of each partial where the hammer strikes
    exponents: np.ndarray  # complex (partials, modes)
    damping: np.ndarray  # (partials,) nepers a second
    even: np.ndarray  # complex (2, partials, modes): heard left and right of an even blow
    uneven: np.ndarray  # and of what an uneven one adds
    weight: np.ndarray  # (partials,) K-weighted power of its first moments for an amplitude of 1
    board: np.ndarray  # complex (2, partials): what the microphones hear of the bridge
    gains: tuple[float, float]


class Piano(Instrument):
    """A piano: the partials of stiff strings, two or three to a note, coupled by the bridge, struck by a felt hammer.

    The first partial of each note lies on the stretch curve of ``stretch_cents``.
    """

    felt: Felt = 0.0
    hardness: Hardness = 0.5
    hammer_noise_db: HammerNoise = -20
    key_noise_db: KeyNoise = -34
    pedal_noise_db: PedalNoise = -38
    resonance: Resonance = 1.0
    unison_cents: Unison = 0.6
    strike_position: StrikePosition = 0.125
    inharmonicity: Inharmonicity = 1.0
    stretch: Stretch = 1.0
    decay: Decay = 1.0
    damper_seconds: Damper = 0.22
    wood: Wood = 0.4
    width: Width = 0.35

    def temperament_cents(self, pitch: float) -> float:
        return self.stretch * stretch_cents(pitch, self.inharmonicity)

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        keys: dict[float, Key] = {}
        along: dict[float, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        feet = pedals(notes)
        up_seconds = {note: pedal.up_seconds for pedal in feet for note in pedal.notes}
        for note in notes:
            onset = note.onset_seconds * rate
            start, lag = first_sample(onset)
            if start >= frames:
                continue
            if note.pitch not in keys:
                keys[note.pitch] = self._key(note.pitch, rate)
            key = keys[note.pitch]
            draw = np.random.Generator(np.random.Philox(key=note.seed))
            gain = velocity_gain(note.velocity)
            velocity, given = blow(key.struck, speed(note.velocity), key.frequency_hz, key.shape)
            attack = _rise(given, lag, rate)
            force = _on_bridge(key, velocity, gain)
            hold = max(round(note.duration_seconds * rate), attack.size)
            add_partials(out, onset, hold, float(rate), _strings(key, force, draw), attack, FLOOR)
            wood = self._knock(key, np.searchsorted(given, GIVEN) / STEP_RATE, gain, draw)
            add_partials(out, onset, frames, float(rate), wood, attack, FLOOR)
            if note not in up_seconds:
                self._let_go(out, note, rate, draw)
            elif self.resonance > 0:
                if note.pitch not in along:
                    along[note.pitch] = along_with(note.pitch, key.frequency_hz, self.inharmonicity, self.stretch,
                                                   self.decay, self.damper_seconds, self.width)
                rise = raised_cosine(RISE_SECONDS * rate, onset)
                hold = max(round((up_seconds[note] - note.onset_seconds) * rate), rise.size)
                add_partials(out, onset, hold, float(rate), self._free(key, along[note.pitch], force), rise,
                             FLOOR)
        for pedal in feet:
            self._move_pedal(out, pedal, rate)
        return out

    def _key(self, pitch: float, rate: int) -> Key:
        frequency = partials_hz(pitch, min(BRIGHTEST_HZ, 0.45 * rate), self.inharmonicity, self.stretch)
        n = np.arange(1, len(frequency) + 1)
        strike = self.strike_position * 2 ** (-max(pitch - HIGHEST_EVEN, 0.0) / STRIKE_HALVES)
        exponents, even, uneven = unison_modes(pitch, frequency, self.unison_cents)
        gains = pan_gains(float(np.clip((pitch - 60) / 44, -1, 1)) * self.width)
        board = response(frequency, self.wood)
        heard = np.array(gains)[:, None] * board
        bridge, own = decays_per_second(pitch, frequency)
        fall = 2 * EAR_SECONDS * (0.8 * bridge + own) / self.decay
        weight = _k_weight(frequency) * np.sum(np.abs(heard) ** 2, axis=0) / 2 * -np.expm1(-fall) / fall
        return Key(hammer(pitch, self.felt, self.hardness), frequency, np.sin(np.pi * n * strike),
                   exponents / self.decay, damping_per_second(pitch, len(n), self.damper_seconds),
                   heard[..., None] * even, heard[..., None] * uneven, weight, board, gains)

    def _knock(self, key: Key, contact_seconds: float, gain: float, draw: np.random.Generator) -> np.ndarray:
        """Rows of what the blow shakes beside the strings: the board's lower modes, and the felt's own rustle."""
        hz, strength = modes()
        low = hz < KNOCK_TOP_HZ
        hz, strength = hz[low], strength[:, low]
        noise = KNOCK * gain * 10 ** (self.hammer_noise_db / 20)
        share = contact_rolloff(hz, contact_seconds)
        heard = noise * share / np.sqrt(2 * np.sum(share**2)) * strength * np.array(key.gains)[:, None] * (
            draw.standard_normal(len(hz)) + 1j * draw.standard_normal(len(hz)))
        decay = CASE_PER_SECOND + CASE_PER_CYCLE * hz
        return _rows(hz, decay, decay, heard)

    def _free(self, key: Key, along: tuple[np.ndarray, np.ndarray, np.ndarray], force: np.ndarray) -> np.ndarray:
        """Rows of the strings that sound along, of what ``along_with`` returns."""
        by, rows, answer = along
        heard = self.resonance * force[by] * key.board[:, by] * answer
        return _rows(rows[:, 0], rows[:, 1], rows[:, 2], heard)

    def _let_go(self, out: np.ndarray, note: Note, rate: int, draw: np.random.Generator) -> None:
        """The key comes up and its damper falls."""
        end = note.end_seconds * rate
        if end <= out.shape[1] - 1:
            thud = knock(draw, 12, 70.0, 700.0, 60.0, _noise(self.key_noise_db))
            add_partials(out, end, out.shape[1], float(rate), thud, raised_cosine(THUD_SECONDS * rate, end))

    def _move_pedal(self, out: np.ndarray, pedal: Pedal, rate: int) -> None:
        """The dampers leave the strings, which hum a little; they fall on them again with a softer sound."""
        draw = np.random.Generator(np.random.Philox(key=[pedal.notes[0].seed, 1]))
        loud = _noise(self.pedal_noise_db)
        down, up = pedal.down_seconds * rate, pedal.up_seconds * rate
        if down <= out.shape[1] - 1:
            rise = raised_cosine(PEDAL_SECONDS * rate, down)
            rows = np.concatenate([knock(draw, 12, 50.0, 400.0, 30.0, loud), whoosh(draw, 0.3 * loud)])
            add_partials(out, down, max(round(up - down), rise.size), float(rate), rows, rise)
        if up <= out.shape[1] - 1:
            rise = raised_cosine(PEDAL_SECONDS / 2 * rate, up)
            add_partials(out, up, out.shape[1], float(rate), knock(draw, 12, 60.0, 600.0, 50.0, 0.5 * loud), rise)


def _noise(db: float) -> float:
    """Amplitude of a noise of the action, which does not follow the touch."""
    return KNOCK * velocity_gain(ACTION_VELOCITY) * float(10 ** (db / 20))


def _on_bridge(key: Key, velocity: np.ndarray, gain: float) -> np.ndarray:
    """Force of each partial on the bridge: complex (partials,), from the velocity that the blow gave it.

    It goes with the string's slope, n times its displacement; the displacement is zero as the blow begins, so its
    partials are sines. ``gain`` is that of the note's velocity.
    """
    force = -1j * velocity * np.arange(1, len(velocity) + 1) / key.frequency_hz
    # The voicer's work: every key is as loud as its neighbours.
    return np.asarray(force * LOUDNESS * gain / math.sqrt(float(np.sum(key.weight * np.abs(force) ** 2))))


def _strings(key: Key, force: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Rows for ``add_partials`` of the struck strings, partial by partial, mode by mode."""
    heard = force[:, None] * (key.even + UNEVEN * draw.standard_normal() * key.uneven)
    loud = np.abs(heard).max(axis=0)
    strongest = loud == loud.max(axis=1, keepdims=True)
    kept = loud > np.where(strongest, INAUDIBLE, INAUDIBLE_BESIDE) * loud.max()
    decay = -key.exponents.real
    hz = key.frequency_hz[:, None] + key.exponents.imag / (2 * np.pi)
    return _rows(hz[kept], decay[kept], (decay + key.damping[:, None])[kept], heard[:, kept])


def _rows(hz: np.ndarray, decay: np.ndarray, damped: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """Rows as ``add_partials`` takes them; ``heard`` is complex (2, n)."""
    return np.column_stack([hz, decay, damped, heard[0].real, heard[0].imag, heard[1].real, heard[1].imag])


def _rise(given: np.ndarray, lag: float, rate: int) -> np.ndarray:
    """What share of the blow's momentum the string has at each sample: float32, the last one 1."""
    at = (np.arange(math.ceil(given.size * rate / STEP_RATE)) + lag) * STEP_RATE / rate
    rise: np.ndarray = np.interp(at, np.arange(given.size + 1), np.concatenate([[0.0], given])).astype(np.float32)
    return rise


def _k_weight(frequency_hz: np.ndarray) -> np.ndarray:
    """Power gain of the K-weighting of ITU-R BS.1770: a high pass at 38 Hz and a shelf of 4 dB about 1.5 kHz."""
    high, shelf = frequency_hz**2 / (frequency_hz**2 + 38.0**2), (frequency_hz / 1500.0) ** 2
    return np.asarray(high**2 * (1 + 1.51 * shelf / (1 + shelf)))
