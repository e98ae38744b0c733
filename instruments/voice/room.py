"""The room around a singer: what of a voice comes back from near walls, the more the further the microphone is.

A voice with nothing around it is heard in no room on earth: ears, and measures that were trained on recordings, take it
for a machine's. The reverb of a song comes after this one and is its own affair.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from instruments.dsp.arrays import Mono

# Time in which the answer of a small treated room falls by 1/e in amplitude, and how much of it is kept [s].
DECAY_SECONDS = 0.03
ROOM_SECONDS = 0.2
# Energy of the room relative to the voice [dB], at the lips and across the room.
NEAR_DB, FAR_DB = -21.0, -8.0
# Frequencies between which something comes back [Hz]: what lies above is swallowed by the walls; what lies below would
# blur the pitch, and is too long for the room.
LOW_HZ, DULL_HZ = 500.0, 6000.0

def in_room(voice: Mono, distance: float, rate: int) -> Mono:
    """Return a voice with the room around it.

    Parameters
    ----------
    voice
        float32, shape (samples,).
    distance
        From the microphone, 0 at the lips to 1 across the room.
    rate
        Sample rate [Hz].

    Returns
    -------
    ndarray
        Longer by ``ROOM_SECONDS``; float32.
    """
    from scipy.signal import oaconvolve

    level = np.float32(10 ** ((NEAR_DB + (FAR_DB - NEAR_DB) * distance) / 20))
    answer = _answer(rate)
    whole: Mono = (level * oaconvolve(voice, answer)).astype(np.float32)
    whole[:len(voice)] += voice
    return whole

@cache
def _answer(rate: int) -> Mono:
    """Return the impulse response, of energy 1: noise that decays and is dull (after Moorer, 1979)."""
    size = round(ROOM_SECONDS * rate)
    seconds = np.arange(size) / rate
    noise = np.random.Generator(np.random.PCG64(0)).standard_normal(size)
    fading = np.exp(-seconds / DECAY_SECONDS) * np.clip((ROOM_SECONDS - seconds) / (0.25 * ROOM_SECONDS), 0, 1)
    hz = np.fft.rfftfreq(size, 1 / rate)
    band = 1 / np.sqrt((1 + (hz / DULL_HZ) ** 2) * (1 + (LOW_HZ / np.maximum(hz, 1.0)) ** 6))
    dull = np.fft.irfft(np.fft.rfft(noise * fading) * band, size)
    answer: Mono = (dull / np.sqrt((dull**2).sum())).astype(np.float32)
    return answer
