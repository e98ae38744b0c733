"""Speech engines in worker processes: each line is said once, and every failure is reported with its line."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from instruments.dsp.arrays import Mono
from instruments.voice.source import PAUSE, Phone, Speech, SpeechError, SpeechRequest
from scores.lyrics.phonology import ALL_VOWELS, is_vowel

WORKER = Path(__file__).with_name("worker.py")
# Time limit of a worker process [s]: for its start, and for each of its lines.
START_SECONDS = 20.0
LINE_SECONDS = 2.0
# Least number of lines of a process: with fewer, a second process costs more than it saves.
LINES_A_PROCESS = 6
# Number of lines that an engine remembers.
REMEMBERED_LINES = 512
# Number of lines of an engine's output that are reported when it dies.
LAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker answers for a line.

    Parameters
    ----------
    rate
        Sample rate [Hz].
    seconds
        Length of the line [s].
    phones
        The engine's own symbols, each with its start [s] and the number of its word (−1 for silence).
    data
        16-bit PCM.
    """

    rate: int
    seconds: float
    phones: tuple[tuple[str, float, int], ...]
    data: bytes


Symbols = list[tuple[str, float, int]]  # ARPAbet or PAUSE, start [s], number of the word


class Engine(ABC):
    """A VocalSource that speaks in worker processes and remembers what it said."""

    name: ClassVar[str]
    monotone_hz: ClassVar[float]
    version: str

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: OrderedDict[SpeechRequest, Future[Speech]] = OrderedDict()

    @abstractmethod
    def job(self) -> dict[str, Any]:
        """Return what the worker has to load."""

    @abstractmethod
    def order(self, line: SpeechRequest) -> dict[str, Any]:
        """Return a line as the worker takes it: words, phones and settings."""

    @abstractmethod
    def arpabet(self, line: SpeechRequest, said: Said) -> Symbols:
        """Return the engine's symbols in ARPAbet without stress.

        Raises
        ------
        SpeechError
            Where they are not those of the pronunciation.
        """

    def speak(self, lines: list[SpeechRequest]) -> list[Speech]:
        with self._lock:
            new = [line for line in dict.fromkeys(lines) if line not in self._said]
            futures = {line: self._said.setdefault(line, Future()) for line in lines}
            for line in lines:
                self._said.move_to_end(line)
            while len(self._said) > max(REMEMBERED_LINES, len(futures)):
                self._said.popitem(last=False)
        if new:
            self._say(new, futures)
        try:
            return [futures[line].result() for line in lines]
        except SpeechError as error:
            if error.line in {line.text for line in lines}:
                raise
        return self.speak(lines)  # a batch stopped at a line of another request

    def _say(self, lines: list[SpeechRequest], futures: dict[SpeechRequest, Future[Speech]]) -> None:
        """Say each line and set its future. A line that was not said is forgotten, so that it can be tried again."""
        size = max(LINES_A_PROCESS, -(-len(lines) // _cores())) if hasattr(os, "fork") else 1
        batches = [lines[start:start + size] for start in range(0, len(lines), size)]

        def batch(some: list[SpeechRequest]) -> None:
            try:
                for line, said in zip(some, self._run(some), strict=True):
                    futures[line].set_result(self._speech(line, said))
            except BaseException as error:
                with self._lock:
                    for line in some:
                        if not futures[line].done():
                            self._said.pop(line, None)
                            futures[line].set_exception(error)
                if not isinstance(error, SpeechError):
                    raise

        with ThreadPoolExecutor(_cores()) as executor:
            list(executor.map(batch, batches))

    def _run(self, lines: list[SpeechRequest]) -> list[Said]:
        return _run({**self.job(), "fork": hasattr(os, "fork")}, [self.order(line) for line in lines], lines)

    @staticmethod
    def _nuclei(given: str | None, symbols: list[str]) -> list[bool]:
        """Which phones of a word are held: vowels, and the hums and hisses of words that have none."""
        meant = given.split() if given else []
        return [is_vowel(phone) for phone in meant] if len(meant) == len(symbols) else [
            symbol in ALL_VOWELS for symbol in symbols]

    def _speech(self, line: SpeechRequest, said: Said) -> Speech:
        if said.seconds <= 0:
            raise SpeechError(line.text, f"{self.name} said nothing")
        symbols = [entry for entry in self.arpabet(line, said) if entry[1] < said.seconds]
        ends = [start for _, start, _ in symbols[1:]] + [said.seconds]
        is_foreign = line.language != "en"
        held = [iter(self._nuclei(given, [symbol for symbol, _, word in symbols if word == index]))
                for index, given in enumerate(line.pronunciations)]
        phones = tuple(Phone(symbol, start, end, word, word >= 0 and next(held[word], False))
                       for (symbol, start, word), end in zip(symbols, ends, strict=True))
        for index, (word, wanted) in enumerate(zip(line.words, line.syllables, strict=True)):
            found = sum(phone.is_vowel for phone in phones if phone.word == index)
            if found != wanted and not line.pronunciations[index] and not is_foreign:
                parts = " and ".join(re.split(r"[-‐‑]", word.lower()))
                raise SpeechError(
                    line.text, f'{self.name} says "{word}" in {found} syllable{"s" * (found != 1)}, not in {wanted}',
                    f"its pronunciation: under pronounce, {parts}: phones in ARPAbet")
        return Speech(said.rate, phones, partial(_audio, said))


def _audio(said: Said) -> Mono:
    return np.frombuffer(said.data, "=i2").astype(np.float32) / np.float32(32768)


def with_edges(symbols: Symbols) -> Symbols:
    """Return symbols that begin at 0, with silence before a first one that is late, and adjacent silences merged."""
    out: Symbols = [] if symbols and symbols[0][1] <= 0 else [(PAUSE, 0.0, -1)]
    for entry in symbols:
        if not (out and out[-1][0] == PAUSE == entry[0]):
            out.append(entry)
    return out


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(job: dict[str, Any], orders: list[dict[str, Any]], lines: list[SpeechRequest]) -> list[Said]:
    """Have one worker say some lines. Raises SpeechError with the line at which it stopped and its last output."""
    asked = json.dumps({**job, "lines": orders}).encode()
    worker = subprocess.Popen([sys.executable, "-I", "-S", str(WORKER), str(os.getpid())], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    limit = START_SECONDS + LINE_SECONDS * len(lines)
    late = False
    try:
        answer, printed = worker.communicate(asked, timeout=limit)
    except subprocess.TimeoutExpired:
        late = True
        worker.kill()
        answer, printed = worker.communicate()
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()
    said = _read(answer)
    if len(said) < len(lines):
        last = " / ".join(printed.decode(errors="replace").strip().splitlines()[-LAST_WORDS:])
        what = f"did not answer within {limit:.0f} seconds" if late else "stopped while it said this"
        raise SpeechError(lines[len(said)].text, f"{job['engine']} {what}" + (f"; its last words: {last}" * bool(last)))
    return said


def _read(answer: bytes) -> list[Said]:
    """Return the complete answers in the output of a worker; a truncated one is omitted."""
    said, at = list[Said](), 0
    while True:
        pieces = []
        for _ in range(2):
            if len(answer) < at + 4:
                return said
            (length,) = struct.unpack_from(">I", answer, at)
            if len(answer) < at + 4 + length:
                return said
            pieces.append(answer[at + 4:at + 4 + length])
            at += 4 + length
        head = json.loads(pieces[0])
        phones = tuple((name, start, word) for name, start, word in head["phones"])
        said.append(Said(head["rate"], head["seconds"], phones, pieces[1]))
