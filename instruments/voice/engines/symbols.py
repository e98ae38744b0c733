"""How a line is spelled for the network of hibari-tts, and how long each symbol of it lasts.

A phone has one symbol or two, and a mark before a vowel that has stress; between words there is a space, where they
are apart a comma too. Marks and spaces last as well: the sound around them is heard in that time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from instruments.dsp.arrays import Integers
from scores.lyrics.phonology import VOWELS

# ARPAbet in the network's symbols, mostly of the International Phonetic Alphabet; diphthongs are capitals.
SYMBOLS = {"AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ", "EY": "A",
           "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð",
           "F": "f", "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p",
           "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ"}
# Sounds that English lacks, as the likest that it has: the network was trained on English, and its symbols for the
# others were not, so that words in them are lost.
FOREIGN = {"A": "ɑ", "E": "ɛ", "O": "ɔ", "UE": "u", "OE": "ʌ", "OEH": "ʌ",
           "AN": "ɑŋ", "EN": "æŋ", "ON": "ɔŋ", "UN": "ʌŋ", "INN": "iŋ", "UNN": "uŋ", "AUN": "Wŋ",
           "EU": "ɛw", "IU": "iw", "NY": "nj", "LY": "lj", "DX": "T", "RR": "ɹ",
           "RH": "ɹ", "X": "h", "CX": "ʃ", "BH": "v", "GH": "ɡ", "TS": "ts", "DZ": "dz", "PF": "pf", "HY": "w"}
UNSTRESSED = {"AH0": "ə", "ER0": "əɹ"}
STRESS = {"1": "ˈ", "2": "ˌ"}
SPACE, COMMA, STOP = " ", ",", "."
# Number of the symbol before and after a line.
EDGE = 0
# Silence between two words from which there is a comma [s].
COMMA_SECONDS = 0.2
# Fewest units of a sound, with its marks. What it has too much is taken from the next.
LEAST_UNITS = 1
# Units of the full stop, and of the edges of a line, in which the network begins and ends.
STOP_UNITS = 4
EDGE_UNITS = 8

# The network's other symbols, as ARPAbet: reduced vowels and the flap of "water".
OTHERS = {"ə": "AH", "ɐ": "AH", "ᵊ": "AH", "ᵻ": "IH", "T": "T", "ɾ": "T", "ɜ": "ER", "a": "AE", "ɒ": "AA", "o": "OW",
          "Q": "OW", "e": "EY"}


def phones_of(symbols: str) -> list[str]:
    """Return ARPAbet with stress digits of symbols as the package reads a word; what is no sound is left out."""
    known = {symbol: phone for phone, symbol in SYMBOLS.items()} | OTHERS
    phones: list[str] = []
    stress = "0"
    for at, symbol in enumerate(symbols):
        if symbol in STRESS.values():
            stress = next(digit for digit, mark in STRESS.items() if mark == symbol)
        elif symbol == "ɹ" and at and symbols[at - 1] in "ɜə" and phones[-1][:2] in ("ER", "AH"):
            phones[-1] = "ER" + phones[-1][-1]
        elif (phone := known.get(symbol)) is not None:
            phones.append(phone + stress if phone in VOWELS else phone)
            stress = "0" if phone in VOWELS else stress
    return phones


@dataclass(frozen=True)
class Spelling:
    """A line in symbols.

    Parameters
    ----------
    symbols
        In order, without the edges.
    owners
        For each the number of its phone; −1 for what stands between words.
    """

    symbols: str
    owners: tuple[int, ...]

    @classmethod
    def of(cls, phones: Sequence[tuple[str, int]], gaps: Sequence[float] = ()) -> Spelling:
        """Spell phones.

        Parameters
        ----------
        phones
            ARPAbet with stress digits, each with the number of its word.
        gaps
            Silence before each phone [s]; none where it is empty.
        """
        spelled: list[tuple[str, int]] = []
        for k, (phone, word) in enumerate(phones):
            if k and word != phones[k - 1][1]:
                spelled += [(COMMA, -1)] * bool(gaps and gaps[k] >= COMMA_SECONDS) + [(SPACE, -1)]
            plain, stress = phone.rstrip("012"), phone[-1]
            if stress in STRESS and plain != phone:
                spelled.append((STRESS[stress], k))
            spelled += [(symbol, k) for symbol in UNSTRESSED.get(phone) or SYMBOLS.get(plain) or FOREIGN[plain]]
        spelled.append((STOP, -1))
        return cls("".join(symbol for symbol, _ in spelled), tuple(owner for _, owner in spelled))

    def numbers(self, vocabulary: Mapping[str, int]) -> Integers:
        """Return the network's numbers of the symbols and of the edges; int64, shape (symbols + 2,)."""
        return np.array([EDGE, *(vocabulary[symbol] for symbol in self.symbols), EDGE], np.int64)

    def ends(self, durations: Integers) -> list[int]:
        """Return where each phone ends, from the beginning of the line [units], given how long each symbol lasts."""
        after = np.cumsum(durations)
        last = {owner: at for at, owner in enumerate(self.owners, 1) if owner >= 0}
        return [int(after[last[k]]) for k in sorted(last)]

    def durations(self, bounds: Sequence[tuple[int, int]], own: Integers) -> Integers:
        """Return how long each symbol lasts so that each phone lies where it shall.

        Parameters
        ----------
        bounds
            Start and end of each phone [units], the first from ``EDGE_UNITS`` on; each ends before the next starts.
            One that is too short ends later, and the next one starts later.
        own
            How long each symbol lasts in speech [units]: a phone's symbols share its length as they do there; int64,
            shape (symbols + 2,).

        Returns
        -------
        ndarray
            [units]; int64, shape (symbols + 2,).
        """
        lengths = np.zeros(len(self.symbols) + 2, np.int64)
        free, after = 0, 1  # where the phone before ends, and the symbol after it
        for k, (start, end) in enumerate(bounds):
            last = max(at for at, owner in enumerate(self.owners, 1) if owner == k)
            begin = max(start, free)
            if begin > free:  # in silence the space before a word, and its comma, are all that lasts
                lengths[max(after - 1, 0) if self.owners[after - 1] == k else after] += begin - free
                after += sum(owner < 0 for owner in self.owners[after - 1:last])
            length = max(end - begin, LEAST_UNITS)
            lengths[after:last + 1] += _shared(length, own[after:last + 1])
            free, after = begin + length, last + 1
        lengths[-2], lengths[-1] = STOP_UNITS, EDGE_UNITS
        return lengths


def _shared(length: int, own: Integers) -> Integers:
    """Divide a length [units] as speech does, each part at least a unit where there are enough, the last ones first."""
    ends = np.round(length * np.cumsum(own) / max(own.sum(), 1)).astype(np.int64)
    latest = length - np.arange(len(own))[::-1]  # so that each symbol after it has a unit
    earliest = np.arange(1, len(own) + 1) if length >= len(own) else np.zeros(len(own), np.int64)
    ends = np.clip(np.maximum(ends, earliest), 0, np.maximum(latest, 0))
    ends[-1] = length
    parts: Integers = np.diff(ends, prepend=0)
    return parts
