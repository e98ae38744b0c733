"""A clavinet: one string a key, struck by a tangent that stays on it; two pickups; yarn that damps the strings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Literal, TypeVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Complexes, Reals, Stereo
from instruments.dsp.loudness import half_k
from instruments.dsp.notes import hertz, velocity_gain
from instruments.dsp.partials import add_partials, knock, raised_cosine
from instruments.dsp.random import generator, uniform_of
from instruments.dsp.spans import Span, merged
from instruments.electric.pickups import coil, comb, hear, impulse_response
from instruments.strings.body import resonate
from instruments.strings.string import FADE_SECONDS, REFERENCE_HZ, Hand, Loop, design, loss
from instruments.strings.waveguide import sound_string
from scores.performance import Note

LEVEL = 0.041  # r.m.s. of the beginning of a note at velocity 100, with half of the K-weighting
EAR_SECONDS = 0.25  # time over which the loudness of a note is integrated [s]
SILENCE = 10 ** (-100 / 20)  # force on the bridge that counts as silence, −100 dBFS
NEVER = 2.0**60  # a time later than any song [samples]
TANGENT = 0.95  # distance of the tangent from the bridge, as a share of the string
CORNER_SECONDS = (1.5e-4, 2.6e-5)  # corner of the softest and of the hardest rubber's blow at velocity 100 [s]
HARDER_VELOCITY = 34.0  # increase of MIDI velocity that halves it
BRIDGE, NECK = 0.085, 0.23  # distances of the pickups from the bridge, as a share of the string
WEAK = 0.5  # level of the plane along the top in the pickups, relative to that of the other plane
# Tables over the keys, pairs of MIDI number and value, interpolated in the logarithm of the value.
T60_SECONDS = ((29, 11.0), (48, 8.0), (64, 5.5), (88, 2.5))  # decay to −60 dB toward 0 Hz [s]
DULL_SECONDS = ((29, 1.6), (48, 1.3), (64, 1.0), (88, 0.7))  # additional damping at 4 kHz [s]
STIFFNESS = ((29, 2.5e-4), (48, 1.2e-4), (64, 2.0e-4), (88, 8.0e-4))  # coefficient B
UP_SECONDS = 0.035  # time for which a key is up before it is struck again [s]
MUTED_SECONDS = 0.12  # T60 under the mute at 1 [s]
TOUCH = 0.65  # exponent of the velocity's gain: a harder blow is brighter rather than louder
KEYS_DB = 0.8  # standard deviation of the level from key to key [dB]
BLOWS_DB = 0.5  # the same from blow to blow [dB]
UNIFORM_DEVIATIONS = 1.7  # bound of a uniform distribution, relative to its standard deviation: √3

Columns = TypeVar("Columns", Loop, Hand)
# Filter of each tone tab: kind and cut-off in Hz, simplified from the circuit.
TABS: dict[str, tuple[str, float]] = {
    "brilliant": ("high", 2200.0), "treble": ("high", 700.0), "medium": ("low", 2400.0), "soft": ("low", 500.0)}
COIL_HZ, COIL_QUALITY = 6500.0, 1.1  # resonance of the pickups [Hz], and its Q


class Clavinet(Instrument):
    """A rubber tangent presses the string onto an anvil and strikes it near its end. The yarn damps a released key."""

    name: ClassVar[str] = "clavinet"
    program: ClassVar[int] = 8
    range: ClassVar[tuple[int, int]] = (29, 88)

    pickups: Literal["neck", "bridge", "both", "against"] = Field(
        "both", description="Pickups that are switched on: against is both with one reversed, thin and nasal")
    brilliant: bool = Field(False, description="Tone tab: what is above 2 kHz")
    treble: bool = Field(True, description="Tone tab: what is above 700 Hz")
    medium: bool = Field(True, description="Tone tab: what is below 2.4 kHz")
    soft: bool = Field(False, description="Tone tab: what is below 500 Hz")
    hardness: float = Field(0.5, ge=0, le=1, description="Hardness of the tangents' rubber")
    mute: float = Field(0, ge=0, le=1, description="How far the mute is on: 1 leaves a dry thud")
    yarn: float = Field(0.5, ge=0, le=1, description="How firmly the yarn damps a string whose key is up")
    decay: float = Field(1, ge=0.2, le=3, description="Ringing time, as a multiple of the instrument's")
    noise_db: float = Field(-28, ge=-80, le=-6, description="Noise of keys and tangents, in dB")

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        if not notes:
            return out
        circuit = self._circuit(rate)
        by_key = sorted(range(len(notes)), key=lambda i: (notes[i].pitch, notes[i].onset_seconds))
        ordered = [notes[i] for i in by_key]
        up, along, hand = self._plan(ordered, circuit, rate)
        seeds = np.array([note.seed % 2**64 for note in ordered], np.uint64)
        force = np.zeros(frames, np.float32)
        heard: list[Span] = []
        pitch = np.array([note.pitch for note in ordered])
        edges = [0, *(np.flatnonzero(np.diff(pitch)) + 1).tolist(), len(ordered)]
        for low, high in pairwise(edges):
            key = slice(low, high)
            taps = self._taps(float(hand.period[low]) / rate)
            stops = sound_string(force, _part(up, key), _part(along, key), _part(hand, key), np.zeros((0, 2)),
                                 seeds[key], WEAK, SILENCE, round(FADE_SECONDS * rate))
            starts = np.ceil(hand.onset[key]).astype(np.int64)
            for start, end in merged(np.column_stack([starts, stops]).tolist()):
                heard.append((start, hear(out[0], force, start, end, taps, rate)))
                force[start:end] = 0.0
        resonate(out, merged(heard), np.tile(impulse_response(circuit, rate), (2, 1)))
        for note in notes:
            self._noise(out, note, rate)
        return out

    def _taps(self, period_seconds: float) -> list[tuple[float, float]]:
        """Return the pickups for a string of this period."""
        bridge, neck = (BRIDGE * period_seconds, 1.0), (NECK * period_seconds, 1.0)
        return {"bridge": [bridge], "neck": [neck], "both": [bridge, neck],
                "against": [bridge, (neck[0], -1.0)]}[self.pickups]

    def _circuit(self, rate: int) -> Complexes:
        """Compute the response of coils and tabs at every hertz. Tabs that are down add up; without any, all passes."""
        hz = np.arange(rate // 2 + 1, dtype=float)
        heard = np.zeros(hz.size, complex)
        down = [tab for tab in TABS if getattr(self, tab)]
        for tab in down:
            kind, edge = TABS[tab]
            s = 1j * hz / edge
            heard += (s if kind == "high" else 1.0) / (1 + s)
        return coil(hz, COIL_HZ, COIL_QUALITY) * (heard if down else 1.0)

    def _plan(self, notes: list[Note], circuit: Complexes, rate: int) -> tuple[Loop, Loop, Hand]:
        """Design loops and hand of notes that are sorted by key, then by onset."""
        pitch = np.array([note.pitch for note in notes])
        velocity = np.array([note.velocity for note in notes], float)
        frequency = np.array([hertz(note.pitch) for note in notes])
        full, dull, stiffness = (np.exp(np.interp(pitch, *np.array([(p, math.log(v)) for p, v in table]).T))
                                 for table in (T60_SECONDS, DULL_SECONDS, STIFFNESS))
        free = full * self.decay
        t60 = free * (np.minimum(MUTED_SECONDS, free) / free) ** self.mute
        bright = 1 / (1 / t60 + 1 / (dull * self.decay))
        loops = [design(frequency, stiffness, share * t60, 1 / (1 / (share * t60) + 1 / bright), rate)
                 for share in (0.8, 1.0)]
        ended = np.minimum(0.25 * 0.12 ** self.yarn, 0.5 * t60)
        released = loss(frequency, ended, 0.5 * ended, rate)
        soft, hard = CORNER_SECONDS
        corner = soft * (hard / soft) ** self.hardness * 2 ** ((100 - velocity) / HARDER_VELOCITY)
        onset = np.array([note.onset_seconds for note in notes]) * rate
        release = np.ceil(np.array([note.end_seconds for note in notes]) * rate)
        again = np.append(pitch[1:] == pitch[:-1], False)
        release = np.where(again, np.minimum(release, np.append(onset[1:], 0.0) - UP_SECONDS * rate), release)
        release = np.maximum(release, np.ceil(onset) + 1)
        setting = np.array([generator(round(p * 100)).standard_normal() for p in pitch])
        blows = UNIFORM_DEVIATIONS * uniform_of(np.array([note.seed % 2**64 for note in notes], np.uint64))
        db = KEYS_DB * np.clip(setting, -2, 2) + BLOWS_DB * blows
        amplitude = LEVEL * 10 ** (db / 20) * np.array([velocity_gain(note.velocity) ** TOUCH for note in notes])
        amplitude *= self._evenness(frequency, corner * 2 ** ((velocity - 100) / HARDER_VELOCITY), free, dull, circuit)
        same = np.ones_like(frequency)
        nothing, unbent = np.zeros_like(frequency), np.zeros(frequency.size, np.int64)
        hand = Hand(touch=NEVER * same, onset=onset, release=release, touch_gain=released[0], touch_pole=released[1],
                    release_gain=released[0], release_pole=released[1], period=rate / frequency, amplitude=amplitude,
                    slant=0.3 * same, position=TANGENT * same, corner=corner * rate, noise=nothing,
                    noise_decay=same, noise_pole=0.5 * same, knock=nothing, knock_decay=same, bend_first=unbent,
                    bend_last=unbent)
        return loops[0], loops[1], hand

    def _evenness(self, frequency: Reals, corner: Reals, t60: Reals, bright: Reals, circuit: Complexes) -> Reals:
        """Return the gain of each note that gives its partials the same weighted power over ``EAR_SECONDS``."""
        partial = np.arange(1, 61)
        hz = frequency[:, None] * partial
        strength = 2 * np.sin(np.pi * partial * TANGENT) / (np.pi * partial)
        strength = strength / (1 + (2 * np.pi * hz * corner[:, None]) ** 2)
        heard = np.interp(hz, np.arange(circuit.size), np.abs(circuit), right=0.0)
        picked = np.stack([comb(row, self._taps(1 / row[0])) for row in hz])
        fall = 6 * np.log(10) * EAR_SECONDS * (1 / t60[:, None] + (hz / REFERENCE_HZ) ** 2 / bright[:, None])
        power = (strength * heard * picked) ** 2 / 2 * half_k(hz) * -np.expm1(-fall) / fall
        return np.asarray(1 / np.sqrt(power.sum(axis=1)))

    def _noise(self, out: Stereo, note: Note, rate: int) -> None:
        """Add the knock of the tangent on its anvil, and that of the key that comes up."""
        draw = generator([note.seed % 2**63, 1])
        level = LEVEL * 6 * 10 ** (self.noise_db / 20)
        struck = knock(draw, 10, 250.0, 3500.0, 180.0, level * velocity_gain(note.velocity) ** TOUCH)
        lifted = knock(draw, 8, 200.0, 1800.0, 140.0, 0.3 * level)
        for seconds, rows, rise in ((note.onset_seconds, struck, 0.0008), (note.end_seconds, lifted, 0.004)):
            if (at := seconds * rate) <= out.shape[1] - 1:
                add_partials(out, at, out.shape[1], float(rate), rows, raised_cosine(rise * rate, at))


def _part(columns: Columns, rows: slice) -> Columns:
    """Return some of the notes of a table that has one array a column."""
    return columns._replace(**{name: column[rows] for name, column in columns._asdict().items()})
