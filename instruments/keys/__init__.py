"""Struck instruments: pianos and bells.

The names below are what an instrument needs: it subclasses ``Piano`` or ``Bells`` and gives its own defaults.
"""

from __future__ import annotations

from instruments.keys.bells import Bells, Damping, Decay, Hardness, Shimmer
from instruments.keys.piano import Felt, HammerNoise, Inharmonicity, KeyNoise, Piano, Unison, Width
from instruments.keys.piano import Hardness as Voicing

__all__ = [
    "Bells",
    "Damping",
    "Decay",
    "Felt",
    "HammerNoise",
    "Hardness",
    "Inharmonicity",
    "KeyNoise",
    "Piano",
    "Shimmer",
    "Unison",
    "Voicing",
    "Width",
]
