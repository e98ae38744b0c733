"""What each speech sound is to a singer: whether it has a pitch, how much of it is noise, and how sharp it hisses."""

from __future__ import annotations

from typing import NamedTuple

from scores.lyrics.phonology import VOWELS


class Sound(NamedTuple):
    """``voicing`` is the frequency in Hz above which the sound is noise, 0 where it has no pitch at all; ``sharpness``
    how much of the de-esser it takes, 0–1; ``air_db`` the level of its air above the source's bandwidth."""

    voicing: float
    sharpness: float = 0.0
    air_db: float = -9.0


OPEN = 20_000.0  # noise only as the delivery has it

# Where the noise of voiced fricatives begins follows Stevens, "Acoustic Phonetics" (1998), chapters 8 and 9.
SOUNDS: dict[str, Sound] = {
    **dict.fromkeys(VOWELS, Sound(OPEN)),
    **dict.fromkeys(("L", "R", "W", "Y"), Sound(OPEN)),
    **dict.fromkeys(("M", "N", "NG"), Sound(3000.0, 0.0, -18.0)),
    "V": Sound(1800.0, 0.0, -6.0), "DH": Sound(1600.0, 0.0, -6.0),
    "Z": Sound(900.0, 0.8, -3.0), "ZH": Sound(900.0, 0.5, -6.0),
    "B": Sound(1800.0), "D": Sound(1500.0, 0.2), "G": Sound(1500.0), "JH": Sound(700.0, 0.5, -5.0),
    "S": Sound(0.0, 1.0, -2.0), "SH": Sound(0.0, 0.7, -6.0), "CH": Sound(0.0, 0.6, -5.0),
    "F": Sound(0.0, 0.1, -4.0), "TH": Sound(0.0, 0.1, -4.0), "HH": Sound(0.0, 0.0, -8.0),
    "P": Sound(0.0, 0.0, -8.0), "T": Sound(0.0, 0.5, -4.0), "K": Sound(0.0, 0.1, -7.0),
}
PAUSE = Sound(0.0, 0.0, -20.0)
CLOSURES = frozenset({"P", "T", "K", "B", "D", "G", "CH", "JH", "HH"})  # sounds that are not held; HH is a breath


def sound(symbol: str) -> Sound:
    return SOUNDS.get(symbol, PAUSE)


def is_voiced(symbol: str) -> bool:
    return sound(symbol).voicing > 0
