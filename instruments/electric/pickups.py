"""Magnetic pickups under strings, and the coils and circuits behind them.

A pickup hears the string's velocity where it stands. Of a string that pulls the bridge with a force F, that is F less
what F was before it went to the pickup and back, so partial n has |sin πnβ| of it: M. Karjalainen, H. Penttinen and
V. Välimäki, "Acoustic Sound from the Electric Guitar Using DSP Techniques", ICASSP 2000; T. Jungmann, "Theoretical and
Practical Studies on the Behaviour of Electric Guitar Pick-Ups", Helsinki University of Technology, 1994 (the coil).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instruments.dsp.notes import between

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
    pull = force[start:end]
    out[start:end] += np.float32(sum(gain for _, gain in taps)) * pull
    for seconds, gain in taps:
        whole = int(seconds * rate)
        weights = np.float32(-gain) * between(whole + 1 - seconds * rate)
        for offset, weight in zip((2, 1, 0, -1), weights, strict=True):
            late = whole + offset
            to = start + late
            count = min(end - start, frames - to)
            if count > 0:
                out[to:to + count] += weight * pull[:count]
        last = max(last, min(end + whole + 2, frames))
    return last


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
