"""The process that speaks, a program of its own. Reads its job from stdin, writes what it said to stdout.

Both engines remember what they said before, in ways that can be heard, and espeak-ng breaks when threads call it. So
each line is said in a state that nobody has spoken in: a fork made after the engine was loaded, or, where there is no
fork, a process of its own. Imports only what a bare interpreter has, so that it starts in some hundredths of a second.

In: one JSON object, ``{engine, libraries, data, fork, lines}``. Out, for each line: a big-endian length, that many
bytes of JSON ``{line, rate, phones: [[symbol, start_seconds, word], …]}`` with the engine's own symbols (word −1:
silence), a length and that many bytes of 16-bit PCM. What the engine prints goes to stderr.
"""

from __future__ import annotations

import bisect
import ctypes
import json
import os
import struct
import sys
from typing import Any

Said = tuple[int, list[tuple[str, float, int]], bytes]  # rate, phones, PCM


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
        if library.espeak_SetVoiceByName(line["voice"].encode()):
            raise RuntimeError(f"espeak-ng has no voice {line['voice']}")
        for parameter, value in ((self.RATE, line["rate"]), (self.PITCH, line["pitch"]), (self.RANGE, line["range"])):
            library.espeak_SetParameter(parameter, value, 0)
        text, starts = "", []
        for word, phones in zip(line["words"], line["phones"], strict=True):
            starts.append(len(text) + 1)
            text += f"[[{phones or self._spelled(word)}]] "
        encoded = text.encode()
        synth = _declare(library, "espeak_Synth", ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint,
                         ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p)
        if synth(encoded, len(encoded) + 1, 0, 1, 0, self.UTF8 | self.PHONEMES, None, None):
            raise RuntimeError("espeak-ng refused the line")
        library.espeak_Synchronize()
        return self.rate, [(name, sample / self.rate, -1 if name.startswith("_") else bisect.bisect(starts, at) - 1)
                           for name, sample, at in events], bytes(pcm)

    def _spelled(self, word: str) -> str:
        """Phonemes by the engine's own rules, parted by ``|``."""
        translate = _declare(self.library, "espeak_TextToPhonemes", ctypes.c_char_p,
                             ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int)
        text = ctypes.c_char_p(word.encode())
        phonemes: bytes = translate(ctypes.byref(text), self.UTF8, ord("|") << 8)
        return phonemes.decode().replace(" ", "|")


class _Wave(ctypes.Structure):
    _fields_ = [("type", ctypes.c_char_p), ("sample_rate", ctypes.c_int), ("num_samples", ctypes.c_int),
                ("num_channels", ctypes.c_int), ("samples", ctypes.POINTER(ctypes.c_short))]


class Flite:
    """flite 2 by its C library: an utterance is made token by token, so that each can be given its phones."""

    def __init__(self, libraries: list[str], data: str) -> None:
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
        flite.flite_init()
        self.voice = _declare(voice, data, pointer, pointer)(None)
        self.srand = _declare(ctypes.CDLL(None), "srand", None, ctypes.c_uint)

    def say(self, line: dict[str, Any]) -> Said:
        features = ctypes.cast(self.voice, ctypes.POINTER(ctypes.c_void_p))[1]
        held = [name.encode() for name in line["features"]]  # flite keeps pointers to its strings, not copies of them
        for name, value in zip(held, line["features"].values(), strict=True):
            self.feat_set_float(features, name, value)
        utterance = self.new_utterance()
        self.utt_init(utterance, self.voice)
        relation = self.utt_relation_create(utterance, b"Token")
        tokens: list[int] = []
        for word, phones in zip(line["words"], line["phones"], strict=True):
            token = self.relation_append(relation, None)
            given = {"name": word, "whitespace": " ", "prepunctuation": "", "punc": ""} | (
                # phones that are the last token's again it takes for those of one word in two tokens, and says once
                {"phones": " " * (len(tokens) % 2) + phones} if phones else {})
            for key, value in given.items():
                held += [key.encode(), value.encode()]
                self.item_set_string(token, *held[-2:])
            tokens.append(token)
        self.srand(line["seed"] % 2**32)  # the noise of its consonants is the C library's rand()
        utterance = self.utt_synth_tokens(utterance)
        if not utterance:
            raise RuntimeError("flite refused the line")
        said, start = [], 0.0
        segment = self.relation_head(self.utt_relation(utterance, b"Segment"))
        while segment:
            token = self.path_to_item(segment, b"R:SylStructure.parent.parent.R:Token.parent")
            symbol = self.item_feat_string(segment, b"name").decode()
            said.append((symbol, start, tokens.index(token) if token in tokens else -1))
            start = self.item_feat_float(segment, b"end")
            segment = self.item_next(segment)
        wave = self.utt_wave(utterance).contents
        return wave.sample_rate, said, ctypes.string_at(wave.samples, 2 * wave.num_samples)


def _answer(out: Any, number: int, said: Said) -> None:
    rate, phones, pcm = said
    head = json.dumps({"line": number, "rate": rate, "phones": phones}).encode()
    out.write(struct.pack(">I", len(head)) + head + struct.pack(">I", len(pcm)) + pcm)
    out.flush()


def _said_in_a_fork(engine: Espeak | Flite, out: Any, number: int, line: dict[str, Any]) -> int:
    """Say one line in a copy of this process; returns its exit code, negative if a signal ended it."""
    child = os.fork()
    if not child:
        try:
            _answer(out, number, engine.say(line))
            os._exit(0)
        except RuntimeError as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Say the lines of one job, in order, until one fails."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # an engine that prints does not print into the answer
    job = json.loads(sys.stdin.buffer.read())
    loaded = job["libraries"], job["data"]
    engine = Espeak(*loaded) if job["engine"] == "espeak" else Flite(*loaded)
    for number, line in enumerate(job["lines"]):
        if job["fork"]:
            if code := _said_in_a_fork(engine, out, number, line):
                print(f"signal {-code}" if code < 0 else f"exit code {code}", file=sys.stderr)
                return 1
        else:
            _answer(out, number, engine.say(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
