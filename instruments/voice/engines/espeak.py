"""espeak-ng as the singer's source: a formant synthesiser with a bandwidth of 11 kHz, in a wheel for every system.

espeak-ng is GPL-3.0-or-later. The mnemonics are those of its voice en-us. It has one phoneme for a vowel with the R
that closes its syllable; this is split into two phones.
"""

from __future__ import annotations

import ctypes
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

from instruments.voice.engines.mnemonics import mnemonics, phone_of
from instruments.voice.engines.process import Engine, Said, Symbols, with_edges
from instruments.voice.phones import is_voiced
from instruments.voice.source import PAUSE, SpeechError, SpeechRequest
from scores.lyrics.languages import LANGUAGES
from scores.lyrics.phonology import ALL_VOWELS, undrawn

VARIANT = "+f2"
VOICE = "en-us" + VARIANT
# Speed of speech: slower than talk, so that a sung vowel is stretched less.
WORDS_PER_MINUTE = 115
# Lowest speed that the engine takes.
SLOWEST_WORDS_PER_MINUTE = 80
# Pitch and range of the voice on the engine's own scale from 0 to 100: the defaults of the variant.
PITCH = 50
RANGE = 50

# ARPAbet to mnemonics.
VOWELS = {"AA": "A:", "AE": "a", "AH": "V", "AO": "O:", "AW": "aU", "AY": "aI", "EH": "E", "ER": "3:", "EY": "eI",
          "IH": "I", "IY": "i:", "OW": "oU", "OY": "OI", "UH": "U", "UW": "u:"}
UNSTRESSED = {"AH": "@", "ER": "3", "IY": "i"}
BEFORE_R = {"AA": "A@", "AO": "O@", "OW": "O@", "EH": "e@", "EY": "e@", "AE": "e@", "IH": "i@3", "IY": "i@3",
            "UH": "U@", "UW": "U@"}
CONSONANTS = {"B": "b", "CH": "tS", "D": "d", "DH": "D", "F": "f", "G": "g", "HH": "h", "JH": "dZ", "K": "k", "L": "l",
              "M": "m", "N": "n", "NG": "N", "P": "p", "R": "r", "S": "s", "SH": "S", "T": "t", "TH": "T", "V": "v",
              "W": "w", "Y": "j", "Z": "z", "ZH": "Z"}
# Consonants that are a syllable: "hmm".
HELD = {"M": "m-", "N": "n-"}
STRESS = {"0": "", "1": "'", "2": ","}
# Share of a phoneme of vowel and R that is the vowel.
VOWEL_BEFORE_R = 0.6
# Length [s] below which a phone is taken as having none of its own.
SHORTEST_SECONDS = 0.004
# Share of a phoneme of vowel and L that is the L, and the longest such L [s].
VOWEL_BEFORE_L = 0.35
LONGEST_L_SECONDS = 0.09
# Delay [s] with which a vowel is heard after an unvoiced consonant: the engine fades it in over 60 ms.
RISE_SECONDS = 0.012
# Glides that the engine puts between a vowel and what follows.
LINKS = {";", "r-", "", "|"}
# The same in some languages, and a vowel in others.
WEAK_LINK = "@-"

# Mnemonics to ARPAbet, by their first letters, for words that the engine reads by its own rules.
READ = {"@L": "AH L", "@r": "AH R", "A@": "AA R", "O@": "AO R", "e@": "EH R", "i@": "IH R", "U@": "UH R", "aI@": "AY R",
        "aI3": "AY R", "aU@": "AW R", "a": "AE", "A": "AA", "aI": "AY", "aU": "AW", "E": "EH", "eI": "EY", "i": "IY",
        "I": "IH", "I2": "IH", "O": "AO", "OI": "OY", "oU": "OW", "o": "OW", "0": "AA", "U": "UH", "u": "UW",
        "V": "AH", "@": "AH", "3": "ER", "x": "K", "?": "", "t2": "T", "w#": "W", "n-": "N", "m-": "M"}


class Espeak(Engine):
    """espeak-ng from the wheel espeakng-loader."""

    name: ClassVar[str] = "espeak-ng"
    monotone_hz: ClassVar[float] = 170.5  # measured with VOICE at PITCH
    languages: frozenset[str] | None = None

    def __init__(self, library: Path, data: Path) -> None:
        super().__init__()
        self._library, self._data = str(library), str(data)
        info = ctypes.CDLL(self._library).espeak_Info
        info.restype, info.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
        self.version = info(None).decode().split()[0]

    def job(self) -> dict[str, Any]:
        return {"engine": "espeak", "library": self._library, "data": str(self._data)}

    def order(self, line: SpeechRequest) -> dict[str, Any]:
        phones = [None if line.language in LANGUAGES or not given else
                  "|".join(mnemonic for mnemonic, _ in _mnemonics(given)) for given in line.pronunciations]
        voice = VOICE
        if line.language in LANGUAGES:
            voice = LANGUAGES[line.language].voice + VARIANT
            read = line.read or (False,) * len(line.words)
            phones = [None if is_read or not given else mnemonics(given, line.language)
                      for given, is_read in zip(line.pronunciations, read, strict=True)]
            words = tuple(undrawn(word.lower()).replace("-", " ") for word in line.words)
        else:
            words = line.words
        return {"words": words, "phones": phones, "seed": line.seed % 2**31, "voice": voice,
                "rate": max(round(WORDS_PER_MINUTE * line.pace), SLOWEST_WORDS_PER_MINUTE),
                "pitch": PITCH, "range": RANGE if line.intonation else 0}

    def arpabet(self, line: SpeechRequest, said: Said) -> Symbols:
        heard: list[list[tuple[str, float]]] = [[] for _ in line.words]
        pauses: Symbols = []
        for name, start, word in said.phones:
            if word < 0:
                pauses.append((PAUSE, start, -1))
            elif (plain := name.lstrip("',%=|")) not in LINKS:
                heard[word].append((plain, start))
        starts = [*sorted(start for _, start, _ in said.phones), said.seconds]
        symbols = pauses
        for index, (given, names) in enumerate(zip(line.pronunciations, heard, strict=True)):
            if line.language in LANGUAGES:
                names, meant = _foreign(names, given)
            else:
                meant = [arpabet for _, arpabet in _mnemonics(given)] if given else [_read(name) for name, _ in names]
                names = _without_linking_r(names, meant)
            if len(names) != len(meant):
                raise SpeechError(line.text, f'{self.name} says "{line.words[index]}" as '
                                             f"{' '.join(name for name, _ in names)}, not as {given}")
            for (_, start), phones in zip(names, meant, strict=True):
                end = next(after for after in starts if after > start)
                for i, phone in enumerate(phones):
                    symbols.append((phone, start + (VOWEL_BEFORE_R * (end - start) if i else 0.0), index))
        return with_edges(_risen(_parted(sorted(symbols, key=lambda entry: entry[1]))))


def _mnemonics(given: str) -> list[tuple[str, tuple[str, ...]]]:
    """Convert a pronunciation to the engine's mnemonics with stress, each with its phones."""
    phones, i = given.split(), 0
    out: list[tuple[str, tuple[str, ...]]] = []
    while i < len(phones):
        plain = phones[i].rstrip("012")
        if plain in CONSONANTS:  # with a digit a hum or a hiss that is held
            out.append((CONSONANTS[plain] if plain == phones[i] else HELD.get(plain, CONSONANTS[plain]), (plain,)))
        else:
            stress, after = phones[i][-1], phones[i + 1:i + 3]
            if after[:1] == ["R"] and plain in BEFORE_R and not (len(after) > 1 and after[1][-1].isdigit()):
                out.append((STRESS[stress] + BEFORE_R[plain], (plain, "R")))
                i += 1
            else:
                vowel = UNSTRESSED.get(plain, VOWELS[plain]) if stress == "0" else VOWELS[plain]
                out.append((STRESS[stress] + vowel, (plain,)))
        i += 1
    return out


def _parted(symbols: Symbols) -> Symbols:
    """Give a phone without length the end of the vowel before it, in which it was said; drop silence without length.

    The engine reports an L that closes a syllable at the same time as the phone after it.
    """
    out: Symbols = []
    for i, (symbol, start, word) in enumerate(symbols):
        empty = i + 1 < len(symbols) and symbols[i + 1][1] - start < SHORTEST_SECONDS
        if empty and symbol == PAUSE:
            continue
        if empty and out and out[-1][0] != PAUSE:
            start -= min(VOWEL_BEFORE_L * (start - out[-1][1]), LONGEST_L_SECONDS)
        out.append((symbol, start, word))
    return out


def _risen(symbols: Symbols) -> Symbols:
    """Delay each vowel after an unvoiced consonant to where it is heard."""
    out = list(symbols)
    for i, ((before, _, _), (symbol, start, word)) in enumerate(pairwise(symbols), 1):
        if before != PAUSE and not is_voiced(before) and symbol in ALL_VOWELS:
            out[i] = (symbol, start + RISE_SECONDS, word)
    return out


def _without_linking_r(names: list[tuple[str, float]], meant: list[tuple[str, ...]]) -> list[tuple[str, float]]:
    """Remove each R that the engine inserted between an R-coloured vowel and another vowel."""
    out = list(names)
    for i in range(len(out) - 1, 0, -1):
        if len(out) > len(meant) and out[i][0] == "r" and out[i - 1][0][-1] in "@3:":
            del out[i]
    return out


def _foreign(names: list[tuple[str, float]], given: str | None
             ) -> tuple[list[tuple[str, float]], list[tuple[str, ...]]]:
    """Sounds of a word of another language, and their phones: those of its pronunciation where they are as many."""
    meant = [phone.rstrip("012") for phone in given.split()] if given else []
    for heard in (names, [entry for entry in names if entry[0] != WEAK_LINK]):
        if len(meant) == len(heard):
            return heard, [(phone,) for phone in meant]
    return names, [(phone_of(name),) for name, _ in names]


def _read(mnemonic: str) -> tuple[str, ...]:
    """Convert a mnemonic that the engine chose to ARPAbet."""
    for length in range(len(mnemonic), 0, -1):
        head = mnemonic[:length]
        if head in READ:
            return tuple(READ[head].split())
        for arpabet, own in CONSONANTS.items():
            if own == head:
                return (arpabet,)
    return ("AH",) if mnemonic[:1] in "aAeEiIoOuUV@03&" else ()
