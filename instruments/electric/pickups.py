"""Magnetic pickups under strings, and the coils and circuits behind them.

A pickup hears the string's velocity where it stands. Of a string that pulls the bridge with a force F, that is F less
what F was before it went to the pickup and back, so partial n has |sin πnβ| of it: M. Karjalainen, H. Penttinen and
V. Välimäki, "Acoustic Sound from the Electric Guitar Using DSP Techniques", ICASSP 2000; T. Jungmann, "Theoretical and
Practical Studies on the Behaviour of Electric Guitar Pick-Ups", Helsinki University of Technology, 1994 (the coil).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from instruments.dsp.interpolation import weights_at

LONGEST_SECONDS = 0.02  # of a circuit's impulse response

# Of each pickup the seconds that a wave takes from the bridge to it and back, and its gain; less than 0 is reversed.
Taps = Sequence[tuple[float, float]]


def hear(out: np.ndarray, force: np.ndarray, start: int, end: int, taps: Taps, rate: int) -> int:
    """Add what pickups hear of one string to ``out``; returns the sample from which nothing of it is left.

    out, force
        float32 (frames,); the force on the bridge, of which ``start`` to ``end`` is heard.
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
def _hear(out: np.ndarray, force: np.ndarray, start: int, end: int, whole: int, gain: float, late: np.ndarray) -> None:
    """Add the force, and what it was ``whole`` samples and a part of one ago by ``late``'s weights of four of them."""
    a, b, c, d = late[0], late[1], late[2], late[3]
    direct, frames = np.float32(gain), out.shape[0]
    now = out[start:end]
    pull = force[start:end]
    for k in range(pull.shape[0]):
        now[k] += direct * pull[k]
    # the samples that are read lie inside of the stretch; before and after it there is nothing
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


def comb(hz: np.ndarray, taps: Taps) -> np.ndarray:
    """What the pickups make of each frequency, as amplitude; shape as ``hz``."""
    return np.abs(sum(gain * -np.expm1(-2j * np.pi * hz * seconds) for seconds, gain in taps))


def coil(hz: np.ndarray, resonance_hz: float, quality: float) -> np.ndarray:
    """Complex response of a coil with its cable: a lowpass of second order."""
    s = 1j * hz / resonance_hz
    return np.asarray(1 / (1 + s / quality + s * s))


def impulse_response(response: np.ndarray, rate: int) -> np.ndarray:
    """Impulse response, float64 (taps,), of a causal circuit from its response at the bins of a real transform.

    The transform is of one second, so ``response`` has rate // 2 + 1 bins.
    """
    taps = round(LONGEST_SECONDS * rate)
    impulse = np.fft.irfft(response)[:taps]
    impulse *= np.cos(np.pi / 2 * np.clip(np.arange(taps) / taps * 2 - 1, 0, 1)) ** 2  # the second half fades out
    return np.asarray(impulse)
