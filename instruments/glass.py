"""Glass bells: wine glasses struck by a soft mallet."""

from __future__ import annotations

from typing import ClassVar

from instruments.keys import Bells


class Glass(Bells):
    """Wine glasses. Struck at the rim, a glass vibrates with 2, 3, 4 … waves around its circumference."""

    name: ClassVar[str] = "glass"
    program: ClassVar[int] = 9
    range: ClassVar[tuple[int, int]] = (48, 108)

    # Modes (2,0) (3,0) (4,0) (5,0) (6,0): T. Rossing, "Acoustics of the glass harmonica", JASA 95, 1994, p. 1106.
    modes: ClassVar[tuple[tuple[float, float], ...]] = (
        (1.0, 1.0), (2.32, 0.55), (4.25, 0.4), (6.63, 0.3), (9.38, 0.22))
    level: ClassVar[float] = 0.24
    decay_power: ClassVar[float] = 0.8
    contact_seconds: ClassVar[tuple[float, float]] = (2e-3, 0.25e-3)
    contact_power: ClassVar[float] = -0.2  # Hertz's law of contact between round bodies: speed^(−1/5)
    tap: ClassVar[tuple[float, float, float]] = (900.0, 6000.0, 300.0)
