"""Speech engines at work: lines spread over fresh processes, each said once, and every failure told with its line."""

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
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from instruments.voice.source import PAUSE, Frames, Phone, Speech, SpeechError, SpeechRequest
from scores.lyrics.phonology import VOWELS

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS, LINE_SECONDS = 20.0, 2.0  # what a process and each of its lines may take, at most
LINES_A_PROCESS = 6  # below it a second process costs more than it saves
REMEMBERED_LINES = 512
LAST_WORDS = 3  # lines of what an engine printed before it died


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker answers for a line: its length, the engine's own symbols with start and word (−1: silence), and
    16-bit PCM, or where ``channels`` is not 0 float32 rows of so many numbers."""

    rate: int
    seconds: float
    phones: tuple[tuple[str, float, int], ...]
    channels: int
    data: bytes


Symbols = list[tuple[str, float, int]]  # ARPAbet or PAUSE, start in seconds, word


class Engine(ABC):
    """A VocalSource that speaks in worker processes and remembers what it said."""

    name: ClassVar[str]
    monotone_hz: ClassVar[float]
    forgets: ClassVar[bool]  # what it said before, so that one process may say many lines
    version: str

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: OrderedDict[SpeechRequest, Future[Speech]] = OrderedDict()

    @abstractmethod
    def job(self) -> dict[str, Any]:
        """What the worker has to load."""

    @abstractmethod
    def order(self, line: SpeechRequest) -> dict[str, Any]:
        """A line as the worker takes it: words, phones and settings."""

    @abstractmethod
    def arpabet(self, line: SpeechRequest, said: Said) -> Symbols:
        """The engine's symbols in ARPAbet without stress, each in its place. Raises SpeechError where they differ."""

    def frames(self, said: Said) -> Frames:
        """What the worker answered in rows. Only of an engine that answers so."""
        raise NotImplementedError

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
        return self.speak(lines)  # a batch stopped at a line that somebody else had asked for

    def _say(self, lines: list[SpeechRequest], futures: dict[SpeechRequest, Future[Speech]]) -> None:
        """Say each line and settle its future. What was not said is forgotten, so that it may be tried again."""
        size = max(LINES_A_PROCESS, -(-len(lines) // _cores())) if self.forgets or hasattr(os, "fork") else 1
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

    def _run(self, lines: list[SpeechRequest], *, aloud: bool = False) -> list[Said]:
        job = {**self.job(), "fork": hasattr(os, "fork") and not self.forgets, "aloud": aloud}
        return _run(job, [self.order(line) for line in lines], lines)

    def _aloud(self, line: SpeechRequest) -> np.ndarray:
        (said,) = self._run([line], aloud=True)
        return _audio(said)

    def _speech(self, line: SpeechRequest, said: Said) -> Speech:
        if said.seconds <= 0:
            raise SpeechError(line.text, f"{self.name} said nothing")
        symbols = [entry for entry in self.arpabet(line, said) if entry[1] < said.seconds]
        ends = [start for _, start, _ in symbols[1:]] + [said.seconds]
        phones = tuple(Phone(symbol, start, end, word, symbol in VOWELS)
                       for (symbol, start, word), end in zip(symbols, ends, strict=True))
        for index, (word, wanted) in enumerate(zip(line.words, line.syllables, strict=True)):
            found = sum(phone.is_vowel for phone in phones if phone.word == index)
            if found != wanted:
                parts = " and ".join(re.split(r"[-‐‑]", word.lower()))
                raise SpeechError(
                    line.text, f'{self.name} says "{word}" in {found} syllable{"s" * (found != 1)}, not in {wanted}',
                    f"tell how it is said: under pronounce, {parts}: phones in ARPAbet")
        if said.channels:  # the audio is for who asks for it
            return Speech(said.rate, phones, cache(partial(self._aloud, line)), self.frames(said))
        return Speech(said.rate, phones, partial(_audio, said))


def _audio(said: Said) -> np.ndarray:
    return np.frombuffer(said.data, "=i2").astype(np.float32) / 32768


def with_edges(symbols: Symbols) -> Symbols:
    """Symbols from second 0 on, silence before the first where it starts late; silence next to silence is one."""
    out: Symbols = [] if symbols and symbols[0][1] <= 0 else [(PAUSE, 0.0, -1)]
    for entry in symbols:
        if not (out and out[-1][0] == PAUSE == entry[0]):
            out.append(entry)
    return out


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(job: dict[str, Any], orders: list[dict[str, Any]], lines: list[SpeechRequest]) -> list[Said]:
    """Have one worker say some lines. Raises SpeechError with the line at which it stopped and its last words."""
    asked = json.dumps({**job, "lines": orders}).encode()
    worker = subprocess.Popen([sys.executable, "-I", "-S", str(WORKER)], stdin=subprocess.PIPE,
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
    """The whole answers in what a worker wrote; one that was cut off is left out."""
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
        said.append(Said(head["rate"], head["seconds"], phones, head["channels"], pieces[1]))
