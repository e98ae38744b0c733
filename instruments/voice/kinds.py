"""Kinds of singers that one voice gives: how large a body is, how it swings, and how rough and airy it is."""

from __future__ import annotations

from typing import Literal, NamedTuple

KindName = Literal["own", "low", "high", "boyish", "older", "man"]


class Kind(NamedTuple):
    """A kind of singer, relative to the engine's own voice.

    Parameters
    ----------
    formants
        Factor on every resonance: a longer tract has lower ones. A man's are 15 % below a woman's and a boy's of ten
        10 % above (Peterson and Barney, J. Acoust. Soc. Am. 24, 1952; Lee, Potamianos and Narayanan, ibid. 105, 1999).
    roughness
        Factor on the irregularity of cycles.
    swing, pace
        Factors on depth and rate of vibrato.
    breath, brightness
        Added to the settings of these names.
    """

    formants: float = 1.0
    roughness: float = 1.0
    swing: float = 1.0
    pace: float = 1.0
    breath: float = 0.0
    brightness: float = 0.0


KINDS: dict[KindName, Kind] = {
    "own": Kind(),
    "low": Kind(0.93, swing=0.9, pace=0.96, brightness=-0.12),
    "high": Kind(1.05, swing=1.1, pace=1.05, brightness=0.1),
    "boyish": Kind(1.11, roughness=0.8, swing=0.35, breath=0.08, brightness=0.05),
    "older": Kind(0.98, roughness=2.2, swing=1.5, pace=0.88, breath=0.12, brightness=-0.08),
    "man": Kind(0.85, roughness=1.3, pace=0.97, brightness=-0.05),
}
