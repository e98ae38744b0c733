"""Plucked and bowed strings: digital waveguides, bodies, and the hands that play them.

The names below are what an instrument needs. A plucked one subclasses ``PluckedString`` and gives its strings, its body
and its defaults; a bowed ensemble uses ``move_hands`` and ``add_bows``.
"""

from __future__ import annotations

from instruments.strings.body import Wood
from instruments.strings.bows import DRAWS, NOISE, UNIT, Bowing, add_bows, move_hands
from instruments.strings.patch import (
    Body,
    Detune,
    Distance,
    Handling,
    Hardness,
    Knock,
    Pluck,
    PluckNoise,
    PluckPosition,
    Release,
    Squeak,
    StringAge,
    Sustain,
    Sympathy,
    Tone,
)
from instruments.strings.plucked import PluckedString
from instruments.strings.table import Strings, strings

__all__ = [
    "DRAWS",
    "NOISE",
    "UNIT",
    "Body",
    "Bowing",
    "Detune",
    "Distance",
    "Handling",
    "Hardness",
    "Knock",
    "Pluck",
    "PluckNoise",
    "PluckPosition",
    "PluckedString",
    "Release",
    "Squeak",
    "StringAge",
    "Strings",
    "Sustain",
    "Sympathy",
    "Tone",
    "Wood",
    "add_bows",
    "move_hands",
    "strings",
]
