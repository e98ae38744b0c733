"""The program that speaks, in a process of its own: it reads a job from stdin and writes what was said to stdout.

In espeak-ng, lines that were said before can be heard in later ones, and it is not thread-safe. So each of its lines is
said in a fresh state: in a fork made after the engine was loaded or, where there is no fork, in a process of its own.
The program imports only the standard library, so that it starts within hundredths of a second.

Input is one JSON object, ``{engine, library, data, fork, lines}``. Output has for each line: a big-endian length, that
many bytes of JSON ``{line, rate, seconds, phones: [[symbol, start_seconds, word], …]}`` with the engine's own symbols
(word −1 is silence), a length, and that many bytes of 16-bit PCM. The output of the engine goes to stderr.
"""

from __future__ import annotations

import bisect
import ctypes
import json
import os
import signal
import struct
import sys
import threading
import time
from typing import Any, NamedTuple

# Option of Linux's prctl(2) that sets the signal sent on the death of the parent.
PR_SET_PDEATHSIG = 1
# Time between two looks for the parent [s].
WATCH_SECONDS = 0.5


class Said(NamedTuple):
    """A line as it was said; ``data`` is PCM."""

    rate: int
    seconds: float
    phones: list[tuple[str, float, int]]
    data: bytes


def _declare(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


class _Identity(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user_data", ctypes.c_void_p), ("id", _Identity)]


class Espeak:
    """espeak-ng 1.52 by its C interface, speak_lib.h."""

    SYNCHRONOUS, PHONEME_EVENTS, DO_NOT_EXIT = 2, 0x1, 0x8000
    RATE, PITCH, RANGE = 1, 3, 4
    UTF8, PHONEMES = 1, 0x100
    PHONEME_EVENT = 7

    def __init__(self, library: str, data: str) -> None:
        self.library = ctypes.CDLL(library)
        flags = self.PHONEME_EVENTS | self.DO_NOT_EXIT
        self.rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 200, os.fsencode(data), flags)
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng did not start with its data in {data}")
        self.callback_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int,
                                              ctypes.POINTER(_Event))
        self.voice = ""

    def prepare(self, line: dict[str, Any]) -> None:
        """Load the line's voice, which reads a hundred files, unless it is loaded."""
        if line["voice"] != self.voice:
            self.voice = line["voice"]
            if self.library.espeak_SetVoiceByName(self.voice.encode()):
                raise RuntimeError(f"espeak-ng has no voice {self.voice}")

    def say(self, line: dict[str, Any]) -> Said:
        library, pcm, events = self.library, bytearray(), list[tuple[str, int, int]]()

        def hear(samples: Any, count: int, event: Any) -> int:
            if samples and count:
                pcm.extend(ctypes.string_at(samples, 2 * count))
            i = 0
            while event[i].type:
                if event[i].type == self.PHONEME_EVENT:
                    events.append((bytes(event[i].id.string).decode(), event[i].sample, event[i].text_position))
                i += 1
            return 0

        callback = self.callback_type(hear)
        library.espeak_SetSynthCallback(callback)
        _declare(library, "espeak_ng_SetRandSeed", None, ctypes.c_long)(line["seed"])
        for parameter, value in ((self.RATE, line["rate"]), (self.PITCH, line["pitch"]), (self.RANGE, line["range"])):
            library.espeak_SetParameter(parameter, value, 0)
        text, starts = "", []
        for word, phones in zip(line["words"], line["phones"], strict=True):
            starts.append(len(text) + 1)
            text += f"[[{phones or '|'.join(map(self._spelled, word.split()))}]] "
        encoded = text.encode()
        synth = _declare(library, "espeak_Synth", ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint,
                         ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p)
        if synth(encoded, len(encoded) + 1, 0, 1, 0, self.UTF8 | self.PHONEMES, None, None):
            raise RuntimeError("espeak-ng refused the line")
        library.espeak_Synchronize()
        phones = [(name, sample / self.rate, -1 if name.startswith("_") else bisect.bisect(starts, at) - 1)
                  for name, sample, at in events]
        return Said(self.rate, len(pcm) / 2 / self.rate, phones, bytes(pcm))

    def _spelled(self, word: str) -> str:
        """Phonemes by the engine's own rules, separated by ``|``."""
        translate = _declare(self.library, "espeak_TextToPhonemes", ctypes.c_char_p,
                             ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int)
        text = ctypes.c_char_p(word.encode())
        phonemes: bytes = translate(ctypes.byref(text), self.UTF8, ord("|") << 8)
        return phonemes.decode().replace(" ", "|")


def _answer(out: Any, number: int, said: Said) -> None:
    head = json.dumps({"line": number, "rate": said.rate, "seconds": said.seconds, "phones": said.phones}).encode()
    out.write(struct.pack(">I", len(head)) + head + struct.pack(">I", len(said.data)) + said.data)
    out.flush()


def end_with_parent(parent: int) -> None:
    """End this process when its parent ends, whatever the cause."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    elif os.name == "posix":
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.name == "posix" and os.getppid() != parent:
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def _said_in_a_fork(engine: Espeak, out: Any, number: int, line: dict[str, Any]) -> int:
    """Say one line in a copy of this process; returns its exit code, negative if a signal ended it."""
    worker = os.getpid()
    child = os.fork()
    if not child:
        try:
            end_with_parent(worker)
            _answer(out, number, engine.say(line))
            os._exit(0)
        except RuntimeError as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Say the lines of one job in order until one fails."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the engine prints stays out of the answer
    job = json.loads(sys.stdin.buffer.read())
    engine = Espeak(job["library"], job["data"])
    for number, line in enumerate(job["lines"]):
        try:
            engine.prepare(line)
            if not job["fork"]:
                _answer(out, number, engine.say(line))
            elif code := _said_in_a_fork(engine, out, number, line):
                raise RuntimeError(f"signal {-code}" if code < 0 else f"exit code {code}")
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    sys.exit(main())
