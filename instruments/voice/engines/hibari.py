"""hibari-tts as the singer's source: a small network with a woman's voice, to 12 kHz, in a wheel for every system.

The package (Apache-2.0, M. Williams) carries the network. Its voice descends from the voice af_heart of Kokoro-82M
(Apache-2.0, hexgrad), from whose speech it was trained. Nothing is ever loaded from elsewhere; a person may name a
file of the same kind.

It says a line twice. First it tells how long each sound lasts in speech; then, when the singer has put the sounds in
time, it makes the spectra for just these lengths and this melody. Formants so move as in speech of that pace, and a
held vowel is no frozen one.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np

from instruments.dsp.arrays import Booleans, Floats, Integers
from instruments.voice.engines.network import ROWS_A_UNIT, UNIT_SECONDS, Network
from instruments.voice.engines.symbols import EDGE_UNITS, Spelling, phones_of
from instruments.voice.phones import is_voiced
from instruments.voice.source import Decoded, Melody, Phone, Speech, SpeechError, SpeechRequest, Stretch, through
from scores.lyrics.phonology import is_vowel

# Sample rate of the sound that its spectra are made for [Hz].
RATE = 24_000
# Time by which a sound comes before its symbols [s]: measured on vowels after consonants without voice.
AHEAD_SECONDS = 0.06
# Pitch from which a row has a voice [Hz].
VOICED_HZ = 60.0
# Bins by which it is judged where the voice of a vowel begins: 120 to 1,500 Hz.
VOICE_BINS = slice(6, 76)
# Level of these bins, relative to the vowel's own, from which it has begun [nepers]: 6 dB.
BEGUN = 0.69
# Time by which a row reaches that level before its vowel is heard [s]: the median of 94 sung ones.
BEFORE_SECONDS = 0.004
# Greatest time by which a vowel's beginning is moved to where it is heard [s].
SEARCH_SECONDS = 0.12
# Least energy of a vowel that is sung, on the network's own scale, where vowels of speech have 6 to 8.
LEAST_ENERGY = 6.5
# Pitches of the speech that the network was trained on [Hz], and how much of a higher one it is told: with none of it
# vowels are clearest, but their pitch strays.
KNOWN_HZ = (140.0, 280.0)
DRAWN = 0.15
# Longest vowel that the network is told [s], and the share at either end of one that is not held beyond it.
LONGEST_TOLD_SECONDS = 0.18
HELD_EDGE = 0.4
# Silence between two phones that is none [s].
ADJACENT_SECONDS = 1e-6
# Time after the beginning of a sound without voice from which it has none, and before its end to which [s].
EDGE_SECONDS, BEFORE_VOICE_SECONDS = 0.015, 0.05
# Time inside a vowel's edges from which it has a voice, whatever speech would have [s].
INSIDE_SECONDS = 0.03
REMEMBERED_LINES = 512


class Hibari:
    """The network as a VocalSource, in this process.

    Parameters
    ----------
    path
        The file of the network, the package's own or a person's.
    languages
        Codes of the languages that it is asked for; None for any, with an English accent.
    """

    name: ClassVar[str] = "hibari"
    monotone_hz: ClassVar[float] = 200.0

    def __init__(self, path: Path, languages: frozenset[str] | None = None) -> None:
        self._path, self.languages = path, languages
        self._lock = threading.Lock()
        self._said: OrderedDict[SpeechRequest, Speech] = OrderedDict()
        self.version = version("hibari-tts")

    @cached_property
    def _network(self) -> Network:
        return Network(self._path)

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        vocabulary: dict[str, int] = json.loads((_assets() / "vocab.json").read_text(encoding="utf-8"))
        return vocabulary

    def check(self) -> None:
        """Try the network. Raises NetworkError where it does not answer as one of hibari-tts does."""
        self._network.check(Spelling.of([("AA1", 0), ("M", 0)]).numbers(self._vocabulary))

    def speak(self, lines: list[SpeechRequest]) -> list[Speech]:
        """Tell how each line is said; its decoder makes the spectra.

        Raises
        ------
        SpeechError
            Where a word without a pronunciation does not come out with its syllables.
        """
        return [self._speech(line) for line in lines]

    def _speech(self, line: SpeechRequest) -> Speech:
        with self._lock:
            if line not in self._said:
                self._said[line] = _Line(self._network, self._vocabulary, line).speech()
            self._said.move_to_end(line)
            while len(self._said) > REMEMBERED_LINES:
                self._said.popitem(last=False)
            return self._said[line]


class _Line:
    """One line: its phones, each with the symbols that spell it."""

    def __init__(self, network: Network, vocabulary: dict[str, int], line: SpeechRequest) -> None:
        self._network, self._vocabulary, self._line = network, vocabulary, line
        self._lasting: dict[str, Integers] = {}
        self._phones = [(phone, number) for number, (text, given, wanted)
                        in enumerate(zip(line.words, line.pronunciations, line.syllables, strict=True))
                        for phone in (given.split() if given else self._read(text, wanted))]

    def _read(self, text: str, wanted: int) -> list[str]:
        """Phones of a word without a pronunciation, by the package's own rules of reading."""
        phones = phones_of(_reading()(text))
        syllables = sum(map(is_vowel, phones))
        if syllables != wanted:
            many = f"{syllables} syllable{'s' * (syllables != 1)}"
            raise SpeechError(self._line.text, f'hibari says "{text}" in {many}, not in {wanted}',
                              f"its pronunciation: under pronounce, {text.lower()}: phones in ARPAbet")
        return phones

    def speech(self) -> Speech:
        """Return the line in speech's own time."""
        spelled = Spelling.of(self._phones)
        durations = self._in_speech(spelled)
        edge = int(durations[0])
        times = [0.0, *(UNIT_SECONDS / self._line.pace * (end - edge) for end in spelled.ends(durations))]
        phones = tuple(Phone(phone.rstrip("012"), start, end, word, is_vowel(phone))
                       for (phone, word), start, end in zip(self._phones, times, times[1:], strict=False))
        return Speech(RATE, phones, decoder=self)

    def _in_speech(self, spelled: Spelling) -> Integers:
        """Return how long each symbol lasts in speech [units]; asked once for each spelling of the line."""
        if spelled.symbols not in self._lasting:
            self._lasting[spelled.symbols] = self._network.durations(spelled.numbers(self._vocabulary))
        return self._lasting[spelled.symbols]

    def decode(self, stretches: Sequence[Stretch], melody: Melody, *, is_sung: bool) -> Decoded:
        """Return the spectra of the line; see ``Decoder.decode``."""
        gaps = [0.0, *(after.start_seconds - before.end_seconds for before, after in pairwise(stretches))]
        spelled = Spelling.of(self._phones, gaps)
        symbols = spelled.numbers(self._vocabulary)
        asked = np.array([[one.start_seconds, one.end_seconds] for one in stretches])
        origin = float(asked[0, 0]) - EDGE_UNITS * UNIT_SECONDS
        told = self._told(asked) if is_sung else asked
        units = np.round((told - origin) / UNIT_SECONDS).astype(np.int64)
        bounds = [(int(start), int(end)) for start, end in units]
        durations = spelled.durations(bounds, self._in_speech(spelled))
        row_seconds = UNIT_SECONDS / ROWS_A_UNIT
        seconds = origin + AHEAD_SECONDS + row_seconds * np.arange(ROWS_A_UNIT * int(durations.sum()))
        own, energy = self._network.prosody(symbols, durations)
        is_voiced = own > VOICED_HZ
        if is_sung:
            is_voiced = self._mouth(told, seconds, is_voiced, energy)
        heard = through(seconds, *_knots(asked, told)[::-1])
        pitch = np.where(is_voiced, melody(heard, np.where(own > VOICED_HZ, own, 0.0)), 0.0).astype(np.float32)
        spectra = self._network.spectra(symbols, durations, _known(pitch), energy)
        ends = np.array(spelled.ends(durations))
        written = origin + UNIT_SECONDS * np.stack([np.maximum(units[:, 0], [0, *ends[:-1]]), ends], axis=1)
        level = 0.5 * np.log(np.exp(2 * spectra.voice[:, VOICE_BINS]).mean(axis=1))
        found = self._found(told, written, seconds, np.where(is_voiced, level, -np.inf))
        return Decoded(spectra, pitch, seconds, *_knots(asked, found))

    def _told(self, asked: Floats) -> Floats:
        """Return the stretches that the network is told: a vowel is never longer than it knows, and is held later."""
        lengths = asked[:, 1] - asked[:, 0]
        held = np.array([is_vowel(phone) for phone, _ in self._phones])
        shorter = np.where(held, np.minimum(lengths, LONGEST_TOLD_SECONDS), lengths)
        starts = asked[:, 0] - np.concatenate([[0.0], np.cumsum(lengths - shorter)[:-1]])
        return np.stack([starts, starts + shorter], axis=1)

    def _mouth(self, asked: Floats, seconds: Floats, is_voiced: Booleans, energy: Floats) -> Booleans:
        """Return which rows of a sung line have a voice; energy is raised in place where a vowel is held."""
        for (start, end), (phone, _) in zip(asked, self._phones, strict=True):
            if not _has_voice(phone):
                is_voiced &= (seconds < start + EDGE_SECONDS) | (seconds > end - BEFORE_VOICE_SECONDS)
        nuclei = [False, *(is_vowel(phone) for phone, _ in self._phones), False]
        for k in np.flatnonzero(nuclei) - 1:  # in speech a vowel of half a second dies away
            after, before = (0.0 if nuclei[beside] else INSIDE_SECONDS for beside in (k, k + 2))
            inside = (seconds > asked[k, 0] + after) & (seconds < asked[k, 1] - before)
            if inside.any():
                is_voiced |= inside
                energy[inside] = np.maximum(energy[inside], max(energy[inside].max(), LEAST_ENERGY))
        return is_voiced

    def _found(self, asked: Floats, written: Floats, seconds: Floats, level: Floats) -> Floats:
        """Return where phones begin and end: as written, but a vowel after no voice where its voice is heard."""
        found = written.copy()
        for k, (phone, _) in enumerate(self._phones):
            if is_vowel(phone) and not (k and _has_voice(self._phones[k - 1][0])):
                earliest = float(found[k - 1].mean()) if k else -np.inf
                found[k, 0] = max(_begins(level, seconds, *found[k]) - BEFORE_SECONDS, earliest)
                if k and asked[k, 0] - asked[k - 1, 1] < ADJACENT_SECONDS:
                    found[k - 1, 1] = found[k, 0]
        return np.maximum.accumulate(found.ravel()).reshape(found.shape)


def _known(pitch: Floats) -> Floats:
    """Return the pitch for which a line is asked: that of the melody, drawn towards what the network was trained on."""
    lowest, highest = KNOWN_HZ
    high = highest * (np.maximum(pitch, highest) / highest) ** DRAWN
    known: Floats = np.where(pitch > 0, np.minimum(np.maximum(pitch, lowest), high), 0.0).astype(np.float32)
    return known


def _knots(asked: Floats, found: Floats) -> tuple[Floats, Floats]:
    """Return knots of a map between two timings of phones; where a phone is held its edges keep their pace."""
    first, second = [], []
    for (start, end), (begin, finish) in zip(asked, found, strict=True):
        edge = HELD_EDGE * (finish - begin)
        inner = end - start > 1.05 * (finish - begin)
        first += [start, start + edge, end - edge, end] if inner else [start, end]
        second += [begin, begin + edge, finish - edge, finish] if inner else [begin, finish]
    return np.array(first), np.array(second)


def _has_voice(phone: str) -> bool:
    return is_voiced(phone.rstrip("012"))


def _begins(level: Floats, seconds: Floats, start: float, end: float) -> float:
    """When a vowel's voice begins that was written from ``start`` to ``end`` [s]."""
    first, last = np.searchsorted(seconds, [start - SEARCH_SECONDS, min(start + SEARCH_SECONDS, 0.5 * (start + end))])
    own = level[first:max(int(np.searchsorted(seconds, end)), last + 1)].max()
    inside = level[first:last + 1]
    quiet = int(np.argmin(inside))
    late = int(np.argmax(inside[quiet:] > own - BEGUN)) + quiet
    return float(seconds[min(first + late, len(seconds) - 1)])


@cache
def _reading() -> Callable[[str], str]:
    from hibari.g2p import G2P

    reading: Callable[[str], str] = G2P()
    return reading


def found() -> Path | None:
    """Return the file of the package's network; None where the package or what it needs is not installed."""
    if find_spec("hibari") is None or find_spec("onnxruntime") is None:
        return None
    path = _assets() / "hibari.onnx"
    return path if path.exists() else None


def _assets() -> Path:
    spec = find_spec("hibari")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("assets")
