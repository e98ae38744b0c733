"""Formants and hisses of a syllable by its spelling: what the hum knows of words, which it does not pronounce.

References
----------
.. [1] Fujimura, O. (1962). Analysis of nasal consonants. JASA 34.
.. [2] Peterson, G. E. and Barney, H. L. (1952). Control methods used in a study of the vowels. JASA 24, table II.
.. [3] Jongman, A., Wayland, R. and Wong, S. (2000). Acoustic characteristics of English fricatives. JASA 108.
.. [4] Stevens, K. N. (1998). Acoustic Phonetics. MIT Press.
"""

from __future__ import annotations

import re
from typing import NamedTuple

Formants = tuple[float, float, float]

# Resonances of throat and nose with the lips closed [Hz]: /m/ in [1]_, raised by a seventh for a woman's tract.
HUM_HZ: Formants = (320.0, 1150.0, 2250.0)
# Zero of the closed mouth [Hz]: from the same figures.
HUM_ZERO_HZ = 1050.0

# Formants of American women [Hz], [2]_, under the commonest spellings of each vowel; a diphthong has its first half.
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

# Consonants that are noise: level [dB] relative to a whispered vowel, and centre of the band [Hz]. Fricatives after
# [3]_, stops after [4]_.
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
    """Formants of a syllable's vowel [Hz]; its first and last hiss as level [dB] and frequency [Hz], or None."""

    vowel_hz: Formants
    onset: tuple[float, float] | None
    coda: tuple[float, float] | None


def mouth(spelling: str) -> Mouth:
    """Return the formants and hisses of a syllable, guessed from its spelling; without a vowel letter a schwa."""
    letters = spelling.lower()
    vowel, onset, coda = _VOWEL.search(letters), _ONSET.search(letters), _CODA.search(letters)
    return Mouth(
        VOWELS_HZ[vowel.group()] if vowel else SCHWA_HZ,
        HISSES[onset.group()] if onset else None,
        HISSES[coda.group(1)] if coda else None,
    )
