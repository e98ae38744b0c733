"""The program that speaks, in a process of its own: it reads a job from stdin and writes what was said to stdout.

In espeak-ng, lines that were said before can be heard in later ones, and it is not thread-safe. So each of its lines is
said in a fresh state: in a fork made after the engine was loaded or, where there is no fork, in a process of its own.
flite's frames depend on their line alone, so one process says many. The program imports only the standard library, so
that it starts within hundredths of a second.

Input is one JSON object, ``{engine, libraries, data, fork, aloud, lines}``. Output has for each line: a big-endian
length, that many bytes of JSON ``{line, rate, seconds, channels, phones: [[symbol, start_seconds, word], …]}`` with the
engine's own symbols (word −1 is silence), a length, and that many bytes: 16-bit PCM where ``channels`` is 0, else rows
of float32 with so many columns in native byte order. The output of the engine goes to stderr.
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
    """A line as it was said; ``data`` is PCM where ``channels`` is 0, else rows of so many columns."""

    rate: int
    seconds: float
    phones: list[tuple[str, float, int]]
    channels: int
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

    def __init__(self, libraries: list[str], data: str) -> None:
        self.library = ctypes.CDLL(libraries[0])
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
        return Said(self.rate, len(pcm) / 2 / self.rate, phones, 0, bytes(pcm))

    def _spelled(self, word: str) -> str:
        """Phonemes by the engine's own rules, separated by ``|``."""
        translate = _declare(self.library, "espeak_TextToPhonemes", ctypes.c_char_p,
                             ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int)
        text = ctypes.c_char_p(word.encode())
        phonemes: bytes = translate(ctypes.byref(text), self.UTF8, ord("|") << 8)
        return phonemes.decode().replace(" ", "|")


class _Wave(ctypes.Structure):
    _fields_ = [("type", ctypes.c_char_p), ("sample_rate", ctypes.c_int), ("num_samples", ctypes.c_int),
                ("num_channels", ctypes.c_int), ("samples", ctypes.POINTER(ctypes.c_short))]


class _Track(ctypes.Structure):
    _fields_ = [("type", ctypes.c_char_p), ("num_frames", ctypes.c_int), ("num_channels", ctypes.c_int),
                ("times", ctypes.POINTER(ctypes.c_float)), ("frames", ctypes.POINTER(ctypes.c_void_p))]


_HEAR = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)


class _Streaming(ctypes.Structure):
    _fields_ = [("least_samples", ctypes.c_int), ("hear", _HEAR), ("utterance", ctypes.c_void_p),
                ("item", ctypes.c_void_p), ("own", ctypes.c_void_p)]


class Flite:
    """flite 2 by its C library: an utterance is built token by token, so that each can be given its phones.

    Its statistical voices predict means and deviations of a mel-cepstrum every 5 ms, smooth them to the likeliest
    path, and filter pulses with it (Black, 2006). Most of the work is the filter: synthesis is stopped at its first
    samples, and the path is the answer. With ``aloud`` it goes on to the audio.
    """

    STOP, NEVER = -1, 2**30
    RATE, FRAME_SECONDS = 16000, 0.005

    def __init__(self, libraries: list[str], data: str, aloud: bool) -> None:
        self.aloud = aloud
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float
        loaded = [ctypes.CDLL(name, ctypes.RTLD_GLOBAL) for name in libraries]
        flite, voice = loaded[0], loaded[-1]
        self.new_utterance = _declare(flite, "new_utterance", pointer)
        self.utt_init = _declare(flite, "utt_init", pointer, pointer, pointer)
        self.utt_relation_create = _declare(flite, "utt_relation_create", pointer, pointer, text)
        self.utt_relation = _declare(flite, "utt_relation", pointer, pointer, text)
        self.relation_append = _declare(flite, "relation_append", pointer, pointer, pointer)
        self.relation_head = _declare(flite, "relation_head", pointer, pointer)
        self.item_next = _declare(flite, "item_next", pointer, pointer)
        self.item_set_string = _declare(flite, "item_set_string", None, pointer, text, text)
        self.item_feat_float = _declare(flite, "item_feat_float", number, pointer, text)
        self.item_feat_string = _declare(flite, "item_feat_string", text, pointer, text)
        self.path_to_item = _declare(flite, "path_to_item", pointer, pointer, text)
        self.utt_synth_tokens = _declare(flite, "utt_synth_tokens", pointer, pointer)
        self.utt_wave = _declare(flite, "utt_wave", ctypes.POINTER(_Wave), pointer)
        self.feat_set_float = _declare(flite, "feat_set_float", None, pointer, text, number)
        self.feat_set = _declare(flite, "feat_set", None, pointer, text, pointer)
        self.feat_val = _declare(flite, "feat_val", pointer, pointer, text)
        self.val_track = _declare(flite, "val_track", ctypes.POINTER(_Track), pointer)
        self.val_cg_db = _declare(flite, "val_cg_db", pointer, pointer)
        self.mlpg = _declare(flite, "mlpg", ctypes.POINTER(_Track), ctypes.POINTER(_Track), pointer)
        self.delete_track = _declare(flite, "delete_track", None, ctypes.POINTER(_Track))
        self.delete_utterance = _declare(flite, "delete_utterance", None, pointer)
        flite.flite_init()
        self.voice = _declare(voice, data, pointer, pointer)(None)
        self.features = ctypes.cast(self.voice, ctypes.POINTER(pointer))[1]
        self.streaming = _Streaming(self.NEVER if aloud else 0, _HEAR(lambda *_: self.STOP), None, None, None)
        streaming_val = _declare(flite, "audio_streaming_info_val", pointer, ctypes.POINTER(_Streaming))
        self.feat_set(self.features, b"streaming_info", streaming_val(ctypes.byref(self.streaming)))
        self.srand = _declare(ctypes.CDLL(None), "srand", None, ctypes.c_uint)
        self.names: dict[str, bytes] = {}  # flite keeps pointers to the names of features, not copies

    def prepare(self, line: dict[str, Any]) -> None:
        for name, value in line["features"].items():
            self.feat_set_float(self.features, self.names.setdefault(name, name.encode()), value)

    def say(self, line: dict[str, Any]) -> Said:
        self.srand(line["seed"] % 2**32)  # the noise in its audio is the C library's rand()
        utterance = self.new_utterance()
        self.utt_init(utterance, self.voice)
        tokens = self._tokens(utterance, line["words"], line["phones"])
        if not self.utt_synth_tokens(utterance):
            raise RuntimeError("flite refused the line")
        said, start = [], 0.0
        segment = self.relation_head(self.utt_relation(utterance, b"Segment"))
        while segment:
            token = self.path_to_item(segment, b"R:SylStructure.parent.parent.R:Token.parent")
            symbol = self.item_feat_string(segment, b"name").decode()
            said.append((symbol, start, tokens.index(token) if token in tokens else -1))
            start = self.item_feat_float(segment, b"end")
            segment = self.item_next(segment)
        if self.aloud:
            wave = self.utt_wave(utterance).contents
            channels, data = 0, ctypes.string_at(wave.samples, 2 * wave.num_samples)
            seconds = wave.num_samples / self.RATE
        else:
            channels, rows = self._path(utterance)
            data, seconds = b"".join(rows), (len(rows) - 1) * self.FRAME_SECONDS
        self.delete_utterance(utterance)
        return Said(self.RATE, seconds, said, channels, data)

    def _tokens(self, utterance: int, words: list[str], phones: list[str | None]) -> list[int]:
        relation = self.utt_relation_create(utterance, b"Token")
        tokens: list[int] = []
        for word, given in zip(words, phones, strict=True):
            token = self.relation_append(relation, None)
            self.item_set_string(token, b"name", word.encode())
            self.item_set_string(token, b"whitespace", b" ")
            self.item_set_string(token, b"prepunctuation", b"")
            self.item_set_string(token, b"punc", b"")
            if given:  # flite says equal phones of two tokens in a row only once
                self.item_set_string(token, b"phones", (" " * (len(tokens) % 2) + given).encode())
            tokens.append(token)
        return tokens

    def _path(self, utterance: int) -> tuple[int, list[bytes]]:
        """Pitch and mel-cepstrum of each frame, as the engine's own filter takes them."""
        features = ctypes.cast(utterance, ctypes.POINTER(ctypes.c_void_p))[0]
        predicted = self.val_track(self.feat_val(features, b"param_track"))
        if not predicted.contents.num_frames:
            raise RuntimeError("flite has no frames of the line")
        smoothed = self.mlpg(predicted, self.val_cg_db(self.feat_val(features, b"cg_db")))
        frames, channels = smoothed.contents.frames, smoothed.contents.num_channels
        rows = [ctypes.string_at(frames[k], 4 * channels) for k in range(smoothed.contents.num_frames)]
        self.delete_track(smoothed)
        return channels, rows


def _answer(out: Any, number: int, said: Said) -> None:
    head = json.dumps({"line": number, "rate": said.rate, "seconds": said.seconds, "channels": said.channels,
                       "phones": said.phones}).encode()
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


def _said_in_a_fork(engine: Espeak | Flite, out: Any, number: int, line: dict[str, Any]) -> int:
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
    loaded = job["libraries"], job["data"]
    engine = Espeak(*loaded) if job["engine"] == "espeak" else Flite(*loaded, job["aloud"])
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
