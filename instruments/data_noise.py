"""Data noise: short grains of filtered noise, random levels, clicks, modem tones and frequency-modulated blips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numba import njit
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Mono, Reals, Seeds, Stereo
from instruments.dsp.notes import hertz, pan_gains, velocity_gain
from instruments.dsp.random import generator, kernel_seed, uniform
from scores.performance import Note

LEVEL = 0.25  # peak of a grain at velocity 100 before its trim, −12 dBFS
TRIM_DB = {"burst": 0.0, "bits": -4.0, "clicks": 2.0, "modem": -4.0, "blip": -3.0}  # gain of each kind [dB]
KINDS = tuple(TRIM_DB)  # names of the kinds, in the order of their numbers
BURST, BITS, CLICKS, MODEM, BLIP = range(len(KINDS))  # numbers of the kinds in the kernel
SPACE_TO_MARK = 1270 / 1070  # ratio of the two tones of a modem, Bell 103 (1962)
BITS_PER_CYCLE = 300 / 1070  # bits per cycle of the lower tone, Bell 103 at 300 baud
CLICKS_PER_CYCLE = 1 / 64  # clicks per cycle of the colour
HELD_LEVELS = 8  # levels of the kind "bits"


@njit(cache=True, nogil=True)
def add_grains(
    out: Stereo, grains: Reals, seeds: Seeds, sound: Mono, rate: float, edge: int, damping: float
) -> None:
    """Add grains to ``out``, each normalised to its peak, with raised-cosine edges.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    grains
        Shape (n, 6), float64: first sample, length in samples, kind, colour in Hz, peak left, peak right.
    seeds
        Shape (n,), uint64.
    sound
        Workspace for the longest grain, float32.
    rate
        Sample rate in Hz.
    edge
        Length of each edge in samples; no grain is shorter than two edges.
    damping
        1/Q of the band-pass of noise and clicks.

    References
    ----------
    A. Simper, "Linear trapezoidal integrated SVF", 2013.
    """
    for g in range(grains.shape[0]):
        start, length, kind, hz = int(grains[g, 0]), int(grains[g, 1]), int(grains[g, 2]), grains[g, 3]
        seed = seeds[g]
        step = hz / rate
        # State-variable filter, trapezoidal integration (Simper 2013).
        tangent = math.tan(math.pi * (step if step < 0.45 else 0.45))
        a1 = 1.0 / (1.0 + tangent * (tangent + damping))
        a2 = tangent * a1
        band, low = 0.0, 0.0
        phase = 0.0
        ratio = 1.4 + 1.2 * (uniform(seed, int(-1.0)) + 1.0)  # ratio of modulator to carrier, inharmonic
        sweep = 1.5 * uniform(seed, int(-2.0))  # sweep of a blip [octaves]
        travelling, bend = step, math.exp(math.log(2.0) * sweep / length)
        cell, held = -1, 0.0  # random value that is held for several samples: its index and value
        peak = 1e-9
        banded = kind in (BURST, CLICKS)
        for n in range(length):
            share = n / length
            if banded:
                if kind == BURST:
                    x = uniform(seed, n)
                else:
                    count = int(n * step * CLICKS_PER_CYCLE)
                    first = n == 0 or count != int((n - 1) * step * CLICKS_PER_CYCLE)
                    x = 0.6 + 0.4 * uniform(seed, count) if first else 0.0
                v3 = x - low
                v1 = a1 * band + a2 * v3
                v2 = low + tangent * v1
                band, low = 2.0 * v1 - band, 2.0 * v2 - low
                y = v1
            elif kind == BITS:
                if int(n * step) != cell:
                    cell = int(n * step)
                    level = int((uniform(seed, cell) + 1.0) * 0.5 * HELD_LEVELS)
                    held = (2.0 * level + 1.0) / HELD_LEVELS - 1.0
                y = held
            elif kind == MODEM:
                if int(n * step * BITS_PER_CYCLE) != cell:
                    cell = int(n * step * BITS_PER_CYCLE)
                    held = step * (SPACE_TO_MARK if uniform(seed, cell) > 0.0 else 1.0)
                phase += held
                y = math.sin(2.0 * math.pi * phase)
            else:
                phase += travelling
                travelling *= bend
                y = math.sin(2.0 * math.pi * phase + 2.5 * (1.0 - share) * math.sin(2.0 * math.pi * ratio * phase))
            if n < edge:
                y *= 0.5 - 0.5 * math.cos(math.pi * (n + 0.5) / edge)
            if length - 1 - n < edge:
                y *= 0.5 - 0.5 * math.cos(math.pi * (length - 0.5 - n) / edge)
            sound[n] = y
            peak = abs(y) if abs(y) > peak else peak
        left, right = np.float32(grains[g, 4] / peak), np.float32(grains[g, 5] / peak)
        for n in range(length if length < out.shape[1] - start else out.shape[1] - start):
            out[0, start + n] += left * sound[n]
            out[1, start + n] += right * sound[n]


class DataNoise(Instrument):
    """Glitch textures: the pitch of a note is the colour, its duration the length of the grain, its seed the kind.

    With all weights at 0 it is silent.
    """

    name: ClassVar[str] = "data_noise"
    program: ClassVar[int] = 127
    range: ClassVar[tuple[int, int]] = (24, 100)
    pitched: ClassVar[bool] = False

    burst: float = Field(1.0, ge=0, le=10, description="Weight of bursts of coloured noise among the grains")
    bits: float = Field(1.0, ge=0, le=10, description="Weight of random levels, held as long as a cycle of the colour")
    clicks: float = Field(1.0, ge=0, le=10, description="Weight of trains of clicks")
    modem: float = Field(0.6, ge=0, le=10, description="Weight of bits sent as two tones")
    blip: float = Field(0.8, ge=0, le=10, description="Weight of frequency-modulated blips")
    transpose_octaves: float = Field(
        2.0, ge=-2, le=2.5, description="How far the colours lie above the written notes, in octaves"
    )
    resonance: float = Field(3.0, ge=0.5, le=40, description="Q of the band that colours bursts and clicks")
    edge_seconds: float = Field(0.001, ge=0.0005, le=0.05, description="Rise and fall of a grain, in seconds")
    width: float = Field(0.9, ge=0, le=1, description="How far grains are thrown to the sides")

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        weights = np.cumsum([getattr(self, kind) for kind in KINDS])
        if weights[-1] == 0:
            return out
        edge = math.ceil(self.edge_seconds * rate)
        grains = np.empty((len(notes), 6))
        for row, note in zip(grains, notes, strict=True):
            draw = generator(note.seed)
            kind = int(np.searchsorted(weights, draw.random() * weights[-1], side="right"))
            gain = LEVEL * 10 ** (TRIM_DB[KINDS[kind]] / 20) * velocity_gain(note.velocity)
            side = self.width * (1.0 if draw.random() < 0.5 else -1.0) * (0.5 + 0.5 * draw.random())
            left, right = pan_gains(side)
            loudest = max(left, right)
            row[:] = (
                round(note.onset_seconds * rate),
                max(round(note.duration_seconds * rate), 2 * edge),
                kind,
                hertz(note.pitch) * 2.0**self.transpose_octaves,
                gain * left / loudest,
                gain * right / loudest,
            )
        seeds = np.array([kernel_seed(note.seed) for note in notes], np.uint64)
        inside = grains[:, 0] < frames
        sound = np.empty(int(grains[inside, 1].max(initial=0.0)), np.float32)
        add_grains(out, grains[inside], seeds[inside], sound, float(rate), edge, 1.0 / self.resonance)
        return out
