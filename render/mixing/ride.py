"""What the balance does to a part: a fader that moves, and two gentle filters whose depth moves.

The filters are added to the sound, ``y = x + d·F(x)`` with d from −1 to 0, so that their coefficients never change and
a depth of 0 leaves every bit as it is (Regalia and Mitra, 1987, "Tunable digital frequency response equalization
filters"). F is a band-pass, which dips the presence band, or a high-pass of first order, which shelves the hiss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from render.audio.samples import Curve, Span, Stereo
from render.meters.bands import PRESENCE_HZ, block_frames

# Corner of the shelf [Hz].
SHELF_HZ = 5000.0


@dataclass(frozen=True)
class Ride:
    """Curves of one part over the song, with a point at each edge of a block of ``render.meters.bands``.

    Attributes
    ----------
    gain_db
        Of the fader [dB]: shape (blocks + 1,).
    dip_db
        Of the presence band [dB], at most 0: of the same shape.
    shelf_db
        Of the hiss [dB], at most 0: of the same shape.
    """

    gain_db: Curve
    dip_db: Curve
    shelf_db: Curve

    @classmethod
    def none(cls, blocks: int) -> Ride:
        """Return the ride that changes nothing."""
        return cls(np.zeros(blocks + 1), np.zeros(blocks + 1), np.zeros(blocks + 1))

    @property
    def is_nothing(self) -> bool:
        return not (self.gain_db.any() or self.dip_db.any() or self.shelf_db.any())

    def apply(self, audio: Stereo, spans: Sequence[Span], rate: int) -> None:
        """Change a part, shape (2, frames), in place. Outside ``spans`` it is zero and stays zero."""
        if self.is_nothing:
            return
        gain = 10 ** (self.gain_db / 20)
        dip, shelf = 10 ** (self.dip_db / 20) - 1, 10 ** (self.shelf_db / 20) - 1
        filters = np.array([band_pass(rate), high_pass(rate)])
        for start, stop in spans:
            _ride(audio, start, stop, block_frames(rate), gain, dip, shelf, filters)


def band_pass(rate: int) -> tuple[float, float, float, float, float]:
    """Return ``b0 b1 b2 a1 a2`` of a band-pass over the presence band, 0 dB at its centre and −3 dB at its edges.

    Bristow-Johnson, 1998, "Cookbook formulae for audio EQ biquad filter coefficients", BPF with constant peak gain.
    """
    low, high = PRESENCE_HZ
    centre = np.sqrt(low * high)
    angle = 2 * np.pi * centre / rate
    alpha = np.sin(angle) * (high - low) / (2 * centre)
    return alpha / (1 + alpha), 0.0, -alpha / (1 + alpha), -2 * np.cos(angle) / (1 + alpha), (1 - alpha) / (1 + alpha)


def high_pass(rate: int) -> tuple[float, float, float, float, float]:
    """Return ``b0 b1 b2 a1 a2`` of a high-pass of first order at ``SHELF_HZ``, by the bilinear transform."""
    k = np.tan(np.pi * SHELF_HZ / rate)
    return 1 / (1 + k), -1 / (1 + k), 0.0, (k - 1) / (1 + k), 0.0


@njit(cache=True, nogil=True)
def _ride(audio: Stereo, start: int, stop: int, block: int, gain: Curve, dip: Curve, shelf: Curve,
          filters: NDArray[np.float64]) -> None:
    """Change the frames ``start`` … ``stop``; all three curves are straight between the edges of blocks."""
    p0, p2, q1, q2 = filters[0, 0], filters[0, 2], filters[0, 3], filters[0, 4]
    h0, h1, g1 = filters[1, 0], filters[1, 1], filters[1, 3]
    last = gain.size - 1
    for channel in range(audio.shape[0]):
        s1 = s2 = t1 = 0.0  # states, transposed direct form II
        for first in range(start // block * block, stop, block):
            here = min(first // block, last)
            after = min(here + 1, last)
            begin, end = max(first, start), min(first + block, stop)
            filtered = dip[here] < 0 or dip[after] < 0 or shelf[here] < 0 or shelf[after] < 0
            if not filtered and gain[here] == 1.0 and gain[after] == 1.0:
                s1 = s2 = t1 = 0.0
                continue
            for i in range(begin, end):
                share = (i - first) / block
                x = float(audio[channel, i])
                y = x
                if filtered:
                    middle = p0 * x + s1
                    s1 = s2 - q1 * middle
                    s2 = p2 * x - q2 * middle
                    high = h0 * x + t1
                    t1 = h1 * x - g1 * high
                    y += (dip[here] + share * (dip[after] - dip[here])) * middle
                    y += (shelf[here] + share * (shelf[after] - shelf[here])) * high
                audio[channel, i] = y * (gain[here] + share * (gain[after] - gain[here]))
            if not filtered:
                s1 = s2 = t1 = 0.0
