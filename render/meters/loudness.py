"""Loudness by ITU-R BS.1770-4, from one filter pass.

The pass computes the K-weighted energy of short blocks. Integrated, momentary and short-term loudness and that of a
section are computed from these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from render.audio.samples import FULL_SCALE, Curve, Integers, Mask, Span, touched

# Blocks per second: the hop of the gating blocks (BS.1770-4, annex 1: 400 ms with 75 % overlap).
BLOCKS_PER_SECOND = 10
# Length of a gating block [blocks] (same source).
GATE_BLOCKS = 4
# Window of short-term loudness [blocks] (EBU Tech 3341: 3 s).
SHORT_TERM_BLOCKS = 30
# Absolute gate [LUFS] (BS.1770-4, equation 5).
ABSOLUTE_GATE_LUFS = -70.0
# Relative gate [LU], relative to the loudness above the absolute gate (BS.1770-4, equation 6).
RELATIVE_GATE_LU = -10.0
# Offset of the scale [LU] (BS.1770-4, equation 2): a 997 Hz sine at 0 dBFS in one channel reads −3.01 LUFS.
OFFSET_LUFS = -0.691

# Energy of a block below which the filters are at rest [full scale² = 1]; one step of a 24-bit file has 1e-14.
RESTING = 1e-24


def k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the K-weighting filters at a sample rate.

    BS.1770-4 gives coefficients at 48 kHz only. These are derived from the underlying analogue filters; at 48 kHz they
    equal the table. Other meters use the same derivation, so readings agree; at 96 kHz they are 0.02 dB lower.

    Parameters
    ----------
    rate
        Sample rate [Hz].

    Returns
    -------
    NDArray
        Shape (2, 5), float64: rows ``b0 b1 b2 a1 a2`` of the shelf and of the high-pass.

    References
    ----------
    De Man, 2014, "Evaluation of implementations of the EBU R128 loudness measurement".
    """
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * shelf_hz / rate)
    high = 10 ** (shelf_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / shelf_q + k * k
    shelf = ((high + band * k / shelf_q + k * k) / a0, 2 * (k * k - high) / a0,
             (high - band * k / shelf_q + k * k) / a0, 2 * (k * k - 1) / a0, (1 - k / shelf_q + k * k) / a0)
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * pass_hz / rate)
    a0 = 1 + k / pass_q + k * k
    high_pass = (1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / pass_q + k * k) / a0)
    return np.array([shelf, high_pass])


@njit(cache=True, nogil=True)
def _energies(samples: Integers, sounds: Mask, coefficients: NDArray[np.float64], block: int, step: float,
              energies: Curve) -> None:
    """Sum the K-weighted squares of both channels in each block (BS.1770-4, equation 1, times its length).

    A block outside ``sounds`` is skipped once the filters are at rest. Products with older values are added first,
    which shortens the recursion to one product and two sums per sample.
    """
    b0, b1, b2 = coefficients[0, 0], coefficients[0, 1], coefficients[0, 2]
    a1, a2 = -coefficients[0, 3], -coefficients[0, 4]
    c1, c2 = -coefficients[1, 3], -coefficients[1, 4]
    s1 = s2 = h1 = h2 = 0.0  # left: states of shelf and high-pass, transposed direct form II
    t1 = t2 = g1 = g2 = 0.0  # right
    resting = True
    for index in range(energies.size):
        if resting and not sounds[index]:
            continue
        energy = 0.0
        for i in range(index * block, (index + 1) * block):
            x = samples[0, i] * step
            u = samples[1, i] * step
            y = b0 * x + s1
            v = b0 * u + t1
            s1 = (b1 * x + s2) + a1 * y
            t1 = (b1 * u + t2) + a1 * v
            s2 = b2 * x + a2 * y
            t2 = b2 * u + a2 * v
            z = y + h1
            w = v + g1
            h1 = (h2 - 2.0 * y) + c1 * z  # numerator 1 − 2z⁻¹ + z⁻²
            g1 = (g2 - 2.0 * v) + c1 * w
            h2 = y + c2 * z
            g2 = v + c2 * w
            energy += z * z + w * w
        energies[index] = energy
        resting = energy < RESTING
        if resting:  # silence: end the recursion before its values become denormal, which is slow
            s1 = s2 = h1 = h2 = t1 = t2 = g1 = g2 = 0.0


def block_energy(samples: Integers, rate: int, blocks_per_second: int = BLOCKS_PER_SECOND,
                 spans: Sequence[Span] | None = None) -> Curve:
    """Measure the mean K-weighted energy of each block, summed over both channels.

    Parameters
    ----------
    samples
        Shape (2, frames), int32, full scale 2²³.
    rate
        Sample rate [Hz].
    blocks_per_second
        A divisor of ``rate``.
    spans
        Spans outside which the sound is zero; None if unknown.

    Returns
    -------
    Curve
        Shape (frames · blocks_per_second // rate,), float64; an incomplete block at the end is omitted.

    Raises
    ------
    ValueError
        If ``blocks_per_second`` is no divisor of ``rate``.
    """
    block, rest = divmod(rate, blocks_per_second)
    if rest:
        raise ValueError(f"{blocks_per_second} blocks a second do not divide {rate} Hz")
    frames = samples.shape[1]
    energies = np.zeros(frames // block)
    sounds = touched([Span(0, frames)] if spans is None else spans, block, frames)
    _energies(samples, sounds, k_weighting(rate), block, 1 / FULL_SCALE, energies)
    return energies / block


def to_lufs(energy: float) -> float:
    """Return the loudness [LUFS] of a mean K-weighted energy; −inf for 0 (BS.1770-4, equation 2)."""
    return OFFSET_LUFS + 10 * math.log10(energy) if energy > 0 else -math.inf


def _sliding(energy: Curve, blocks: int) -> Curve:
    if energy.size < blocks:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(energy)])
    windows: Curve = np.maximum(total[blocks:] - total[:-blocks], 0.0) / blocks
    return windows


def integrated(energy: Curve) -> float:
    """Return the integrated loudness (BS.1770-4, equations 5 to 7).

    Parameters
    ----------
    energy
        Of :func:`block_energy`, at 10 blocks per second. Less than a gating block (0.4 s) counts as one.

    Returns
    -------
    float
        [LUFS]; −inf if no block passes the gate.
    """
    gating = _sliding(energy, min(GATE_BLOCKS, max(energy.size, 1)))
    loud = gating[gating > 10 ** ((ABSOLUTE_GATE_LUFS - OFFSET_LUFS) / 10)]  # BS.1770-4, equation 5
    if not loud.size:
        return -math.inf
    relative = loud.mean() * 10 ** (RELATIVE_GATE_LU / 10)  # equation 6
    return to_lufs(float(loud[loud > relative].mean()))  # equation 7


def between(energy: Curve, start_seconds: float, end_seconds: float) -> float:
    """Return the integrated loudness [LUFS] of a stretch, from the blocks that lie entirely inside it."""
    first = math.ceil(start_seconds * BLOCKS_PER_SECOND - 1e-6)
    last = math.floor(end_seconds * BLOCKS_PER_SECOND + 1e-6)
    return integrated(energy[first:max(last, first)])


def curve(energy: Curve, blocks: int = SHORT_TERM_BLOCKS) -> Curve:
    """Return the loudness over time.

    Parameters
    ----------
    energy
        Of :func:`block_energy`, at 10 blocks per second.
    blocks
        Length of the window: 30 for short-term, 4 for momentary loudness.

    Returns
    -------
    Curve
        [LUFS], of the same shape: the loudness of the window that ends with each block; −inf for silence, and for the
        first ``blocks`` − 1 blocks.
    """
    values = np.full(energy.size, -np.inf)
    windows = _sliding(energy, blocks)
    heard = np.flatnonzero(windows > 1e-15)
    values[heard + blocks - 1] = OFFSET_LUFS + 10 * np.log10(windows[heard])
    return values
