"""What a mouth does with a syllable as it is spelled: the vowel's resonances, and the noise of its consonants."""

from __future__ import annotations

import re
from typing import NamedTuple

Formants = tuple[float, float, float]

# Lips closed: resonances of throat and nose, and the frequency the shut mouth takes away; Fujimura, JASA 34 (1962),
# figures for /m/, raised by a seventh for a woman's tract.
HUM_HZ: Formants = (320.0, 1150.0, 2250.0)
HUM_ZERO_HZ = 1050.0

# Formants of American women: Peterson and Barney, JASA 24 (1952), table II, under the spellings that most often
# stand for each vowel; a diphthong has its first half.
VOWELS_HZ: dict[str, Formants] = {
    "ee": (310, 2790, 3310),
    "ea": (310, 2790, 3310),
    "ie": (310, 2790, 3310),
    "oo": (370, 950, 2670),
    "ou": (850, 1220, 2810),
    "ow": (850, 1220, 2810),
    "er": (500, 1640, 1960),
    "ir": (500, 1640, 1960),
    "ur": (500, 1640, 1960),
    "au": (590, 920, 2710),
    "aw": (590, 920, 2710),
    "i": (430, 2480, 3070),
    "y": (430, 2480, 3070),
    "e": (610, 2330, 2990),
    "a": (860, 2050, 2850),
    "o": (590, 920, 2710),
    "u": (760, 1400, 2780),
}
SCHWA_HZ: Formants = (500, 1640, 2700)

# Consonants that are heard as noise: level against a whispered vowel in dB, and the middle of their band in Hz;
# Jongman, Wayland and Wong, JASA 108 (2000), for the fricatives, Stevens, "Acoustic Phonetics" (1998), for the stops.
HISSES: dict[str, tuple[float, float]] = {
    "sh": (-2, 3700),
    "ch": (-3, 3900),
    "th": (-14, 5100),
    "ph": (-13, 5100),
    "s": (-2, 6800),
    "z": (-6, 6800),
    "c": (-5, 6000),
    "x": (-4, 6500),
    "f": (-13, 5100),
    "t": (-7, 5500),
    "k": (-9, 3000),
    "p": (-12, 1800),
    "j": (-7, 3900),
    "h": (-10, 1700),
}

_VOWEL = re.compile("|".join(VOWELS_HZ))
_HISS = "|".join(HISSES)
_ONSET, _CODA = re.compile(f"^(?:{_HISS})"), re.compile(f"({_HISS})e?$")


class Mouth(NamedTuple):
    """A syllable's vowel in Hz; its first and last hiss as (dB, Hz), where it has one."""

    vowel_hz: Formants
    onset: tuple[float, float] | None
    coda: tuple[float, float] | None


def mouth(spelling: str) -> Mouth:
    """How a syllable is mouthed, by rule of thumb from its spelling; without a vowel letter it is a schwa."""
    letters = spelling.lower()
    vowel, onset, coda = _VOWEL.search(letters), _ONSET.search(letters), _CODA.search(letters)
    return Mouth(
        VOWELS_HZ[vowel.group()] if vowel else SCHWA_HZ,
        HISSES[onset.group()] if onset else None,
        HISSES[coda.group(1)] if coda else None,
    )
