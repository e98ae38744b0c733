"""The pianos: a hammer and up to three strings per key, bridge and soundboard, pedal, and noises of the action."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Complexes, Integers, Reals, Singles, Stereo
from instruments.dsp.notes import pan_gains, velocity_gain
from instruments.dsp.partials import add_partials, contact_rolloff, first_sample, knock, raised_cosine
from instruments.dsp.random import MASK, generator
from instruments.dsp.scatter import of_keys, of_strokes
from instruments.keys.hammer import GIVEN, STEP_RATE, Hammer, blow, hammer, speed, under_hammer
from instruments.keys.piano_strings import (
    damping_per_second,
    decays_per_second,
    partials_hz,
    stretch_cents,
    undamped,
    unison_modes,
)
from instruments.keys.soundboard import LOSS, modes, radiation, response
from instruments.keys.sympathetic import RISE_SECONDS, along_with, whoosh
from scores.pedal import Pedal, pedals
from scores.performance import Note

LOUDNESS = 0.118  # K-weighted r.m.s. of the first 0.4 s of a note at velocity 100: about −18.5 LUFS
EAR_SECONDS = 0.4  # window of the momentary loudness [s], ITU-R BS.1770
KNOCK = 0.26  # amplitude of a noise of 0 dB at velocity 100
BRIGHTEST_HZ = 12_000.0  # upper limit of the partials [Hz]
INAUDIBLE = 10 ** (-76 / 20)  # level below which a partial is left out, relative to the strongest, −76 dB
INAUDIBLE_BESIDE = 10 ** (-62 / 20)  # level below which the weaker modes of a partial are left out, −62 dB
FLOOR = 10 ** (-96 / 20)  # sum of the magnitudes left and right below which a partial has ended, −96 dBFS
UNEVEN = 0.03  # standard deviation of the difference between the blows on the strings of a unison, relative to a blow
KEY_DB = 2.4  # standard deviation of the level from key to key [dB]; seven recorded pianos scatter by 2.2 to 3.0
STROKE_DB = 0.6  # standard deviation of the level from stroke to stroke of a key [dB]; hands differ by 0.5 to 0.7
BUILDS_BELOW_HZ = 2500.0  # frequency above which the board builds up at once [Hz]
UNDAMPED_DB = -28.0  # level of the strings without dampers after a knock, relative to it [dB]
KNOCK_TOP_HZ = 9000.0  # highest mode of the board in the knock [Hz]
CASE_PER_SECOND = 14.0  # decay of board and case after a knock at 0 Hz [Np/s]
CASE_PER_CYCLE = 0.008  # increase of that decay per frequency [Np/s/Hz]
ACTION_VELOCITY = 60  # MIDI velocity of the note whose level the noises of key and pedal have
THUD_SECONDS = 0.006  # rise of the thud of a key [s]
PEDAL_SECONDS = 0.05  # rise of the noise of the pedal [s]

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
                                                                     "string's length, in the bass")]
Inharmonicity = Annotated[float, Field(ge=0, le=4, description="Stiffness of the strings, as a multiple of the mean "
                                                               "of pianos")]
Stretch = Annotated[float, Field(ge=0, le=2, description="Octave stretch, as a multiple of what a tuner does for "
                                                         "these strings: 0 equal temperament")]
Decay = Annotated[float, Field(ge=0.2, le=4, description="Ringing time, as a multiple of an upright's")]
Damper = Annotated[float, Field(ge=0.03, le=3, description="Time in which the damper takes 60 dB from middle C, in "
                                                           "seconds")]
Wood = Annotated[float, Field(ge=0, le=1, description="Unevenness of the soundboard: 0 radiates all alike, 1 as its "
                                                      "single modes do")]
Scatter = Annotated[float, Field(ge=0, le=3, description="How unlike keys and strokes are, as a multiple of recorded "
                                                         "pianos: 0 not at all")]
Width = Annotated[float, Field(ge=0, le=1, description="How far the keyboard spreads from left (low) to right (high)")]


class Key(NamedTuple):
    """A key: hammer, strings and board as any note of this pitch finds them."""

    struck: Hammer
    frequency_hz: Reals  # shape (partials,)
    shape: Reals  # displacement of each partial where the hammer strikes, shape (partials,)
    exponents: Complexes  # exponents of the modes [1/s], shape (partials, modes)
    damping: Reals  # decay by the damper [Np/s], shape (partials,)
    even: Complexes  # amplitude left and right after an even blow, shape (2, partials, modes)
    uneven: Complexes  # the same after an uneven blow, see ``unison_modes``
    weight: Reals  # K-weighted power over ``EAR_SECONDS`` of a partial of amplitude 1, shape (partials,)
    board: Complexes  # response from the bridge to the microphones, shape (2, partials)
    gains: tuple[float, float]  # gains of the stereo position, left and right
    db: float  # level, relative to the mean of the keys [dB]


class Piano(Instrument):
    """A piano: partials of stiff strings, up to three per note, coupled by the bridge and struck by a felt hammer.

    The first partial of each note lies on the stretch curve of ``piano_strings.stretch_cents``.
    """

    felt: Felt = 0.0
    hardness: Hardness = 0.55
    hammer_noise_db: HammerNoise = -12
    key_noise_db: KeyNoise = -34
    pedal_noise_db: PedalNoise = -38
    resonance: Resonance = 1.0
    unison_cents: Unison = 0.4
    strike_position: StrikePosition = 0.121
    inharmonicity: Inharmonicity = 1.0
    stretch: Stretch = 1.0
    decay: Decay = 1.0
    damper_seconds: Damper = 0.22
    wood: Wood = 0.5
    scatter: Scatter = 1.0
    width: Width = 0.35

    @override
    def temperament_cents(self, pitch: float) -> float:
        return self.stretch * stretch_cents(pitch, self.inharmonicity)

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        keys: dict[float, Key] = {}
        along: dict[float, tuple[Integers, Reals, Complexes]] = {}
        feet = pedals(notes)
        up_seconds = {note: pedal.up_seconds for pedal in feet for note in pedal.notes}
        seeds = np.array([note.seed & MASK for note in notes], np.uint64)
        strokes = (10 ** (self.scatter * STROKE_DB * of_strokes(seeds) / 20)).tolist()
        for note, stroke in zip(notes, strokes, strict=True):
            onset = note.onset_seconds * rate
            start, lag = first_sample(onset)
            if start >= frames:
                continue
            if note.pitch not in keys:
                keys[note.pitch] = self._key(note.pitch, rate)
            key = keys[note.pitch]
            draw = generator(note.seed)
            gain = velocity_gain(note.velocity) * stroke * 10 ** (key.db / 20)
            velocity, given = blow(key.struck, stroke * speed(note.velocity), key.frequency_hz, key.shape)
            attack = _rise(given, lag, rate)
            force = _on_bridge(key, velocity, gain)
            hold = max(round(note.duration_seconds * rate), attack.size)
            add_partials(out, onset, hold, float(rate), _strings(key, force, self.wood, draw), attack, FLOOR)
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
        """Design a key."""
        frequency = partials_hz(pitch, min(BRIGHTEST_HZ, 0.45 * rate), self.inharmonicity, self.stretch)
        n = np.arange(1, len(frequency) + 1)
        exponents, even, uneven = unison_modes(pitch, frequency, self.unison_cents)
        gains = pan_gains(float(np.clip((pitch - 60) / 44, -1, 1)) * self.width)
        board = response(frequency, self.wood)
        heard = np.array(gains)[:, None] * board
        bridge, own = decays_per_second(pitch, frequency)
        fall = 2 * EAR_SECONDS * (0.8 * bridge + own) / self.decay
        weight = _k_weight(frequency) * np.sum(np.abs(heard) ** 2, axis=0) / 2 * -np.expm1(-fall) / fall
        shape = under_hammer(pitch, self.strike_position, len(n), self.scatter)
        db = self.scatter * KEY_DB * float(of_keys(np.array([pitch]))[0])
        return Key(hammer(pitch, self.felt, self.hardness), frequency, shape, exponents / self.decay,
                   damping_per_second(pitch, len(n), self.damper_seconds), heard[..., None] * even,
                   heard[..., None] * uneven, weight, board, gains, db)

    def _knock(self, key: Key, contact_seconds: float, gain: float, draw: np.random.Generator) -> Reals:
        """Return the knock of a blow on the soundboard, its lower modes, as rows for ``add_partials``."""
        hz, strength = modes()
        low = hz < KNOCK_TOP_HZ
        hz, strength = hz[low], strength[:, low]
        noise = KNOCK * gain * 10 ** (self.hammer_noise_db / 20)
        share = contact_rolloff(hz, contact_seconds) * radiation(hz)
        heard = noise * share / np.sqrt(2 * np.sum(share**2)) * strength * np.array(key.gains)[:, None] * (
            draw.standard_normal(len(hz)) + 1j * draw.standard_normal(len(hz)))
        decay = CASE_PER_SECOND + CASE_PER_CYCLE * hz
        free_hz, free_decay = undamped(self.inharmonicity, self.stretch)
        halo = noise * 10 ** (UNDAMPED_DB / 20) / np.sqrt(2 * len(free_hz)) * np.array(key.gains)[:, None] * (
            draw.standard_normal(len(free_hz)) + 1j * draw.standard_normal(len(free_hz)))
        return np.concatenate([_rows(hz, decay, decay, heard),
                               _rows(free_hz, free_decay / self.decay, free_decay / self.decay, halo)])

    def _free(self, key: Key, along: tuple[Integers, Reals, Complexes], force: Complexes) -> Reals:
        """Return the sympathetic strings as rows for ``add_partials``; ``along`` is from ``along_with``."""
        by, rows, answer = along
        heard = self.resonance * force[by] * key.board[:, by] * answer
        return _rows(rows[:, 0], rows[:, 1], rows[:, 2], heard)

    def _let_go(self, out: Stereo, note: Note, rate: int, draw: np.random.Generator) -> None:
        """Add the thud of a key that comes up."""
        end = note.end_seconds * rate
        if end <= out.shape[1] - 1:
            thud = knock(draw, 12, 70.0, 700.0, 60.0, _noise(self.key_noise_db))
            add_partials(out, end, out.shape[1], float(rate), thud, raised_cosine(THUD_SECONDS * rate, end))

    def _move_pedal(self, out: Stereo, pedal: Pedal, rate: int) -> None:
        """Add the noises of the pedal: dampers leave the strings, which hum, and later fall back more softly."""
        draw = generator([pedal.notes[0].seed, 1])
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
    """Return the amplitude of a noise of the action, which does not depend on the touch."""
    return KNOCK * velocity_gain(ACTION_VELOCITY) * float(10 ** (db / 20))


def _on_bridge(key: Key, velocity: Complexes, gain: float) -> Complexes:
    """Return the force of each partial on the bridge, shape (partials,), from its velocity after the blow.

    The force is proportional to the slope of the string, n times its displacement. The displacement is zero at first
    contact, so the partials are sines. ``gain`` is the amplitude of the note's MIDI velocity.
    """
    force = -1j * velocity * np.arange(1, len(velocity) + 1) / key.frequency_hz
    # Voicing: every key is as loud as its neighbours.
    return np.asarray(force * LOUDNESS * gain / math.sqrt(float(np.sum(key.weight * np.abs(force) ** 2))))


def _strings(key: Key, force: Complexes, wood: float, draw: np.random.Generator) -> Reals:
    """Return the struck strings as rows for ``add_partials``, partial by partial, mode by mode.

    What the single modes of the board radiate, ``wood`` of it, builds up in their time constant 1 / (πηf). That is the
    sound that has been there at once less one that dies in that time.
    """
    heard = force[:, None] * (key.even + UNEVEN * draw.standard_normal() * key.uneven)
    loud = np.abs(heard).max(axis=0)
    strongest = loud == loud.max(axis=1, keepdims=True)
    kept = loud > np.where(strongest, INAUDIBLE, INAUDIBLE_BESIDE) * loud.max()
    decay = -key.exponents.real
    hz = key.frequency_hz[:, None] + key.exponents.imag / (2 * np.pi)
    rows = _rows(hz[kept], decay[kept], (decay + key.damping[:, None])[kept], heard[:, kept])
    builds = (key.frequency_hz < BUILDS_BELOW_HZ) & kept.any(axis=1)
    low = key.frequency_hz[builds]
    return np.concatenate([rows, _rows(low, np.pi * LOSS * low, np.pi * LOSS * low,
                                       -wood * np.sum(heard[:, builds], axis=2))])


def _rows(hz: Reals, decay: Reals, damped: Reals, heard: Complexes) -> Reals:
    """Return rows for ``add_partials``; ``heard`` is the complex amplitude left and right, shape (2, n)."""
    return np.column_stack([hz, decay, damped, heard[0].real, heard[0].imag, heard[1].real, heard[1].imag])


def _rise(given: Reals, lag: float, rate: int) -> Singles:
    """Return the share of the blow's momentum that the string has at each sample, rising to 1."""
    at = (np.arange(math.ceil(given.size * rate / STEP_RATE)) + lag) * STEP_RATE / rate
    rise: Singles = np.interp(at, np.arange(given.size + 1), np.concatenate([[0.0], given])).astype(np.float32)
    return rise


def _k_weight(frequency_hz: Reals) -> Reals:
    """Return the power gain of the K-weighting of ITU-R BS.1770: high-pass at 38 Hz, shelf of 4 dB about 1.5 kHz."""
    high, shelf = frequency_hz**2 / (frequency_hz**2 + 38.0**2), (frequency_hz / 1500.0) ** 2
    return np.asarray(high**2 * (1 + 1.51 * shelf / (1 + shelf)))
