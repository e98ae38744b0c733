"""Tone stacks of guitar amplifiers: the transfer function of the circuit. Amplifiers differ in the parts.

References
----------
D. Yeh and J. Smith, "Discretization of the '59 Fender Bassman Tone Stack", DAFx 2006: eq. 1-3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Parts(NamedTuple):
    """Resistors and capacitors, numbered as in the paper."""

    r1: float  # treble [Ω]
    r2: float  # bass [Ω]
    r3: float  # middle [Ω]
    r4: float  # slope [Ω]
    c1: float  # treble [F]
    c2: float  # bass [F]
    c3: float  # middle [F]


BASSMAN = Parts(250e3, 1e6, 25e3, 56e3, 250e-12, 20e-9, 20e-9)
PLEXI = Parts(220e3, 1e6, 22e3, 33e3, 470e-12, 22e-9, 22e-9)


def transfer(parts: Parts, bass: float, middle: float, treble: float) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator in s, float64 (4,) each, lowest power first.

    Knobs are 0-1. The bass pot's logarithmic track has the share 10^(3.5 (knob − 1)) of its resistance.
    """
    r1, r2, r3, r4, c1, c2, c3 = parts
    t, m, l = treble, middle, 10 ** (3.5 * (bass - 1))  # noqa: E741  # as the paper names them
    ccc = c1 * c2 * c3
    b1 = t * c1 * r1 + m * c3 * r3 + l * (c1 + c2) * r2 + (c1 + c2) * r3
    b2 = (t * c1 * (c2 + c3) * r1 * r4 - m * m * (c1 + c2) * c3 * r3**2
          + m * (c1 * c3 * r1 * r3 + (c1 + c2) * c3 * r3**2)
          + l * (c1 * c2 * r1 * r2 + c1 * c2 * r2 * r4 + c1 * c3 * r2 * r4) + l * m * (c1 + c2) * c3 * r2 * r3
          + c1 * c2 * r1 * r3 + c1 * c2 * r3 * r4 + c1 * c3 * r3 * r4)
    b3 = ccc * (l * m * (r1 * r2 * r3 + r2 * r3 * r4) + (m - m * m) * (r1 * r3**2 + r3**2 * r4)
                + t * (1 - m) * r1 * r3 * r4 + t * l * r1 * r2 * r4)
    a1 = c1 * r1 + c1 * r3 + c2 * r3 + c2 * r4 + c3 * r4 + m * c3 * r3 + l * (c1 + c2) * r2
    a2 = (m * (c1 * c3 * r1 * r3 - c2 * c3 * r3 * r4 + (c1 + c2) * c3 * r3**2) + l * m * (c1 + c2) * c3 * r2 * r3
          - m * m * (c1 + c2) * c3 * r3**2
          + l * (c1 * c2 * r2 * r4 + c1 * c2 * r1 * r2 + c1 * c3 * r2 * r4 + c2 * c3 * r2 * r4)
          + c1 * c2 * r1 * r4 + c1 * c3 * r1 * r4 + c1 * c2 * r3 * r4 + c1 * c2 * r1 * r3 + c1 * c3 * r3 * r4
          + c2 * c3 * r3 * r4)
    a3 = ccc * (l * m * (r1 * r2 * r3 + r2 * r3 * r4) - m * m * (r1 * r3**2 + r3**2 * r4)
                + m * (r3**2 * r4 + r1 * r3**2 - r1 * r3 * r4) + l * r1 * r2 * r4 + r1 * r3 * r4)
    return np.array([0.0, b1, b2, b3]), np.array([1.0, a1, a2, a3])


def bilinear(numerator: np.ndarray, denominator: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Transform an analogue filter by s = 2 rate (1 − z⁻¹) / (1 + z⁻¹): b and a in powers of z⁻¹, a[0] = 1."""
    order = denominator.size - 1
    sides = []
    for polynomial in (numerator, denominator):
        total = np.zeros(order + 1)
        for power, coefficient in enumerate(polynomial.tolist()):
            term = np.array([coefficient * (2 * rate) ** power])
            for _ in range(power):
                term = np.convolve(term, [1.0, -1.0])
            for _ in range(order - power):
                term = np.convolve(term, [1.0, 1.0])
            total += term
        sides.append(total)
    b, a = sides
    return b / a[0], a / a[0]
