"""Magnetic pickups under strings, and the coils and circuits behind them.

A pickup responds to the velocity of the string above it. If the string pulls the bridge with a force F, that velocity
is proportional to F minus F delayed by the way to the pickup and back. So partial n is scaled by |sin πnβ|, where β is
the place of the pickup as a share of the string.

References
----------
M. Karjalainen, H. Penttinen and V. Välimäki, "Acoustic Sound from the Electric Guitar Using DSP Techniques", ICASSP
2000.

T. Jungmann, "Theoretical and Practical Studies on the Behaviour of Electric Guitar Pick-Ups", Helsinki University of
Technology, 1994: the coil.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numba import njit

from instruments.dsp.arrays import Complexes, Mono, Reals, Singles
from instruments.dsp.interpolation import weights_at

LONGEST_SECONDS = 0.02  # length of a circuit's impulse response [s]

Taps: TypeAlias = Sequence[tuple[float, float]]
"""Each pickup's delay, from the bridge to it and back, in seconds, and its gain: negative if reversed."""


def hear(out: Mono, force: Mono, start: int, end: int, taps: Taps, rate: int) -> int:
    """Add the signal of the pickups under one string to ``out``.

    Parameters
    ----------
    out, force
        Shape (frames,), float32: added to, and the force on the bridge.
    start, end
        Samples between which the force is not zero.
    taps
        The pickups.
    rate
        Sample rate in Hz.

    Returns
    -------
    int
        Sample from which nothing of it is left.
    """
    frames = out.shape[0]
    last = end
    for seconds, gain in taps:
        whole = int(seconds * rate)
        after, here, before, earlier = (-gain * weights_at(seconds * rate - whole)).tolist()
        _hear(out, force, start, end, whole, gain, np.array([after, here, before, earlier], np.float32))
        last = max(last, min(end + whole + 2, frames))
    return last


@njit(cache=True, nogil=True, fastmath={"contract"})
def _hear(out: Mono, force: Mono, start: int, end: int, whole: int, gain: float, late: Singles) -> None:
    """Add the force, and the force ``whole`` samples and a fraction earlier; ``late`` has the weights."""
    a, b, c, d = late[0], late[1], late[2], late[3]
    direct, frames = np.float32(gain), out.shape[0]
    now = out[start:end]
    pull = force[start:end]
    for k in range(pull.shape[0]):
        now[k] += direct * pull[k]
    # All samples that this loop reads lie between ``start`` and ``end``; outside, the force is zero.
    count = min(end - start - 3, frames - start - whole - 2)
    if count > 0:
        to = out[start + whole + 2:start + whole + 2 + count]
        first, second, third, fourth = force[start:], force[start + 1:], force[start + 2:], force[start + 3:]
        for k in range(count):
            to[k] += (d * first[k] + c * second[k]) + (b * third[k] + a * fourth[k])
    for k in range(-1, end - start + 2):
        if 2 <= k < count + 2 or not 0 <= start + whole + k < frames:
            continue
        for step in range(-1, 3):  # weight number ``step`` + 1 is of the sample ``whole`` + ``step`` ago
            at = k - step
            if 0 <= at < end - start:
                out[start + whole + k] += late[step + 1] * pull[at]


def comb(hz: Reals, taps: Taps) -> Reals:
    """Compute the gain of the pickups at each frequency in Hz; shape as ``hz``."""
    return np.asarray(np.abs(sum(gain * -np.expm1(-2j * np.pi * hz * seconds) for seconds, gain in taps)))


def coil(hz: Reals, resonance_hz: float, quality: float) -> Complexes:
    """Compute the response of a coil with its cable, a low-pass of second order, at frequencies in Hz."""
    s = 1j * hz / resonance_hz
    return np.asarray(1 / (1 + s / quality + s * s))


def impulse_response(response: Complexes, rate: int) -> Reals:
    """Compute the impulse response of a causal circuit.

    Parameters
    ----------
    response
        Shape (rate // 2 + 1,): its response at each whole frequency in Hz.
    rate
        Sample rate in Hz.

    Returns
    -------
    Reals
        Shape (taps,).
    """
    taps = round(LONGEST_SECONDS * rate)
    impulse = np.fft.irfft(response)[:taps]
    impulse *= np.cos(np.pi / 2 * np.clip(np.arange(taps) / taps * 2 - 1, 0, 1)) ** 2  # fade-out of the second half
    return np.asarray(impulse)
