"""Interpolation by Lagrange polynomials: between the samples of a signal, and through three measured points.

References
----------
T. Laakso, V. Välimäki, M. Karjalainen and U. Laine, "Splitting the Unit Delay", IEEE Signal Processing Magazine 13(1),
1996.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from instruments.dsp.arrays import Singles


@register_jitable
def cubic_weights(fraction: float) -> tuple[float, float, float, float]:
    """Compute the weights of four neighbouring samples for a point between the second and the third.

    Callable from Python and from compiled kernels.

    Parameters
    ----------
    fraction
        Distance of the point from the second sample, in samples, 0–1.

    Returns
    -------
    tuple of float
        Weights of the samples at −1, 0, 1 and 2.
    """
    before, after, last = fraction + 1.0, 1.0 - fraction, 2.0 - fraction
    return (-fraction * after * last / 6.0, before * after * last / 2.0, fraction * before * last / 2.0,
            -fraction * before * after / 6.0)


def weights_at(fraction: float) -> Singles:
    """Return ``cubic_weights`` as an array for products with whole signals, shape (4,)."""
    return np.array(cubic_weights(fraction), dtype=np.float32)


def parabola(at: tuple[float, float, float], values: tuple[float, float, float], where: float) -> float:
    """Evaluate the parabola through three points.

    Parameters
    ----------
    at, values
        Abscissae, all different, and ordinates of the points.
    where
        Abscissa of the result.

    Returns
    -------
    float
        Ordinate at ``where``.
    """
    (a, b, c), (x, y, z) = at, values
    return (x * (where - b) * (where - c) / ((a - b) * (a - c)) + y * (where - a) * (where - c) / ((b - a) * (b - c))
            + z * (where - a) * (where - b) / ((c - a) * (c - b)))
