"""Acoustics of the phones: where each is noise, how much it hisses, and its air above the source's bandwidth.

References
----------
.. [1] Stevens, K. N. (1998). Acoustic Phonetics. MIT Press, chapters 8 and 9.
"""

from __future__ import annotations

from typing import NamedTuple

from scores.lyrics.phonology import ALL_VOWELS


class Sound(NamedTuple):
    """Acoustics of one phone.

    Parameters
    ----------
    voicing
        Frequency above which the phone is noise [Hz]; 0 for a phone without pitch.
    sharpness
        Share of the de-esser's reduction that it takes, from 0 to 1.
    air_db
        Level of its air above the source's bandwidth [dB], relative to the level just below it.
    """

    voicing: float
    sharpness: float = 0.0
    air_db: float = -9.0


# Voicing [Hz] of phones without noise of their own.
OPEN = 20_000.0
# Acoustics of each phone. Where the noise of voiced fricatives begins follows [1]_; the rest was set by ear.
SOUNDS: dict[str, Sound] = {
    **dict.fromkeys(sorted(ALL_VOWELS), Sound(OPEN)),
    **dict.fromkeys(("L", "R", "W", "Y", "LY", "DX", "RR", "HY"), Sound(OPEN)),
    **dict.fromkeys(("M", "N", "NG", "NY"), Sound(3000.0, 0.0, -18.0)),
    "V": Sound(1800.0, 0.0, -6.0), "DH": Sound(1600.0, 0.0, -6.0),
    "Z": Sound(900.0, 0.8, -3.0), "ZH": Sound(900.0, 0.5, -6.0),
    "B": Sound(1800.0), "D": Sound(1500.0, 0.2), "G": Sound(1500.0), "JH": Sound(700.0, 0.5, -5.0),
    "S": Sound(0.0, 1.0, -2.0), "SH": Sound(0.0, 0.7, -6.0), "CH": Sound(0.0, 0.6, -5.0),
    "F": Sound(0.0, 0.1, -4.0), "TH": Sound(0.0, 0.1, -4.0), "HH": Sound(0.0, 0.0, -8.0),
    "RH": Sound(1800.0), "BH": Sound(1800.0, 0.0, -6.0), "GH": Sound(1500.0), "DZ": Sound(900.0, 0.7, -4.0),
    "X": Sound(0.0, 0.1, -7.0), "CX": Sound(0.0, 0.3, -6.0), "TS": Sound(0.0, 0.9, -3.0), "PF": Sound(0.0, 0.1, -5.0),
    "P": Sound(0.0, 0.0, -8.0), "T": Sound(0.0, 0.5, -4.0), "K": Sound(0.0, 0.1, -7.0),
}
PAUSE = Sound(0.0, 0.0, -20.0)
# Consonants that cannot be held: stops and affricates, and HH, which is a breath.
CLOSURES = frozenset({"P", "T", "K", "B", "D", "G", "CH", "JH", "HH", "TS", "DZ", "PF", "DX"})


def sound(symbol: str) -> Sound:
    """Return the acoustics of a phone without stress, or of a pause."""
    return SOUNDS.get(symbol, PAUSE)


def is_voiced(symbol: str) -> bool:
    """Return whether a phone has a pitch."""
    return sound(symbol).voicing > 0
