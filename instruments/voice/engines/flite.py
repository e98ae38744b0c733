"""flite's voice cmu_us_slt as the singer's source: a statistical woman's voice, to 8 kHz, the clearer of the two.

flite has a licence like BSD's (Carnegie Mellon University). It is in no Python package index; Debian's package is
libflite1, which its ffmpeg depends on.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import math
import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from instruments.voice.engines.process import Engine, Said, Symbols, with_edges
from instruments.voice.mel_cepstrum import linear, sharpened
from instruments.voice.source import PAUSE, Frames, SpeechError, SpeechRequest
from scores.lyrics.phonology import VOWELS

# Libraries in the order in which they are loaded.
NEEDED = ("flite", "flite_usenglish", "flite_cmulex", "flite_cmu_us_slt")
# Length of its phones, relative to its own: longer, so that a sung vowel is stretched less.
STRETCH = 1.15
# Standard deviation of its own melody [Hz].
DEVIATION_HZ = 22.0
# Parameters of the filter that the voice has in flite: warping of the mel-cepstra, strength of the postfilter, gain.
WARPING = 0.42
SHARPENING = 0.4
GAIN = 1.5
# Number of quefrencies, 6 ms: what lies beyond is below 0.001 dB.
KEPT = 96
# Symbols of the engine that are not ARPAbet.
SAME = {"ax": "AH", "axr": "ER", "pau": PAUSE, "ssil": PAUSE, "h#": PAUSE, "brth": PAUSE}


class Flite(Engine):
    """flite from the system's libraries."""

    name: ClassVar[str] = "flite"
    monotone_hz: ClassVar[float] = 190.0
    forgets: ClassVar[bool] = True

    def __init__(self, libraries: tuple[str, ...]) -> None:
        super().__init__()
        self._libraries = libraries
        self.version = f"{_version(libraries[0])} cmu_us_slt"

    def job(self) -> dict[str, Any]:
        return {"engine": "flite", "libraries": self._libraries, "data": "register_cmu_us_slt"}

    def order(self, line: SpeechRequest) -> dict[str, Any]:
        deviation = DEVIATION_HZ if line.intonation else 0.0
        features = {"duration_stretch": STRETCH / line.pace, "int_f0_target_mean": self.monotone_hz,
                    "int_f0_target_stddev": deviation}
        phones = [_phones(given) if given else None for given in line.pronunciations]
        return {"words": line.words, "phones": phones, "seed": line.seed, "features": features}

    def frames(self, said: Said) -> Frames:
        rows = np.frombuffer(said.data, "=f4").reshape(-1, said.channels)
        cepstra = linear(sharpened(rows[:, 1:], WARPING, SHARPENING), WARPING, KEPT)
        cepstra[:, 0] += math.log(GAIN / 32768)
        return Frames(cepstra, rows[:, 0].copy())

    def arpabet(self, line: SpeechRequest, said: Said) -> Symbols:
        symbols: Symbols = []
        for name, start, word in said.phones:
            symbol = SAME.get(name, name.rstrip("012").upper())
            symbols.append((symbol, start, -1 if symbol == PAUSE else word))
        for index, (text, given) in enumerate(zip(line.words, line.pronunciations, strict=True)):
            spoken = [symbol for symbol, _, number in symbols if number == index]
            if given and len(spoken) != len(given.split()):
                raise SpeechError(line.text, f'flite says "{text}" as {" ".join(spoken)}, not as {given}')
        return with_edges(symbols)


def libraries() -> tuple[str, ...] | None:
    """Return the names under which the system loads flite and its voice; None where one is missing."""
    found = tuple(ctypes.util.find_library(name) for name in NEEDED)
    return tuple(name for name in found if name) if all(found) else None


def _phones(given: str) -> str:
    """ARPAbet as the voice's lexicon writes it: stress 0 or 1, and ``ax`` for the weak vowel of "about"."""
    def phone(symbol: str) -> str:
        if symbol == "AH0":
            return "ax0"
        plain = symbol.rstrip("012")
        return (symbol.replace("2", "1") if plain in VOWELS else plain).lower()  # "M1" is a hum

    return " ".join(phone(symbol) for symbol in given.split())


class _Place(ctypes.Structure):
    _fields_ = [("file", ctypes.c_char_p), ("base", ctypes.c_void_p), ("symbol", ctypes.c_char_p),
                ("address", ctypes.c_void_p)]


def _version(library: str) -> str:
    """Return the version in the file name of a loaded library; flite has no function for it."""
    place = _Place()
    loaded = ctypes.CDLL(library)
    if not ctypes.CDLL(None).dladdr(ctypes.cast(loaded.flite_init, ctypes.c_void_p), ctypes.byref(place)):
        return "?"
    match = re.search(r"(\d+(?:\.\d+)+)", Path((place.file or b"").decode()).resolve().name)
    return match[1] if match else "?"
