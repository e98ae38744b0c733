"""The string under a bow: the force that it has on the bridge, period by period.

References
----------
M. McIntyre, R. Schumacher and J. Woodhouse, "On the oscillations of musical instruments", JASA 74, 1983.
L. Cremer, The Physics of the Violin, 1984, ch. 3: the rounded corner.
J. Schelleng, "The bowed string and the player", JASA 53, 1973: the ripples.
M. Schroeder, "Synthesis of low-peak-factor signals", IEEE Trans. Information Theory 16, 1970.
"""

from __future__ import annotations

import numpy as np

from instruments.dsp.arrays import Complexes
from instruments.solo.cycles import DYNAMICS

BOW_POSITION = 0.11  # distance of the bow from the bridge, as a share of the string
RIPPLE = 0.25  # depth of the ripples that run between bow and bridge


def bowed(count: int, hz: float, corner_hz: tuple[float, float]) -> Complexes:
    """Return the harmonics of the force on the bridge, as ``Solo.source`` does.

    The string moves in Helmholtz's sawtooth, whose partials fall as 1/n. A light bow rounds its corner.

    Parameters
    ----------
    count
        Number of harmonics.
    hz
        Pitch.
    corner_hz
        Corner of the tone of the lightest and of the firmest bow.
    """
    n = np.arange(1, count + 1)
    corner = corner_hz[0] * (corner_hz[1] / corner_hz[0]) ** DYNAMICS[:, None] + 1.2 * hz
    ripple = 1 + RIPPLE * np.cos(2 * np.pi * n * BOW_POSITION)
    phases = np.exp(-1j * np.pi * n**2 / count)  # low peaks, as the dispersion of body and room makes them
    return np.asarray(phases * ripple / n / (1 + (n * hz / corner) ** 2))
