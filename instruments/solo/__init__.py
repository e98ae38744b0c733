"""Instruments of one line that breathe, bend and swell: bowed and blown ones, and voices in choir.

An instrument subclasses ``Solo`` and says how its source moves in one period (``source``), what the source drives
(``reflects``, ``dulls``) and what radiates (``body``).
"""

from __future__ import annotations

from instruments.solo.colour import minimum_phase, radiated
from instruments.solo.cycles import DYNAMICS, harmonics_of
from instruments.solo.line import Cycles
from instruments.solo.patch import Attack, BreathNoise, Drift, Scoop, Swell, Vibrato, VibratoDelay, VibratoRate
from instruments.solo.player import Solo, Voice

__all__ = [
    "DYNAMICS",
    "Attack",
    "BreathNoise",
    "Cycles",
    "Drift",
    "Scoop",
    "Solo",
    "Swell",
    "Vibrato",
    "VibratoDelay",
    "VibratoRate",
    "Voice",
    "harmonics_of",
    "minimum_phase",
    "radiated",
]
