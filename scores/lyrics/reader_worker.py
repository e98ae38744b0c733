"""The program that reads words aloud in writing: espeak-ng's letter-to-sound rules, in a process of their own.

Each line of stdin is a JSON pair of a voice and a word. The answer is a line of JSON: the word in the International
Phonetic Alphabet, its phonemes separated by ``|``; null where the voice does not exist. The program ends with its
stdin. It imports only the standard library, so that it starts within hundredths of a second.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

SYNCHRONOUS, DO_NOT_EXIT = 2, 0x8000
UTF8, IPA, SEPARATOR = 1, 0x02, ord("|") << 8


def main(library_path: str, data_path: str) -> int:
    """Answer until stdin ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the engine prints stays out of the answer
    library = ctypes.CDLL(library_path)
    if library.espeak_Initialize(SYNCHRONOUS, 0, os.fsencode(data_path), DO_NOT_EXIT) <= 0:
        return 1
    translate = library.espeak_TextToPhonemes
    translate.restype = ctypes.c_char_p
    translate.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    loaded = ""
    for line in sys.stdin.buffer:
        voice, word = json.loads(line)
        found: str | None = None
        if voice == loaded or not library.espeak_SetVoiceByName(voice.encode()):
            loaded = voice
            text = ctypes.c_char_p(word.encode())
            pieces = []
            while text.value:  # a clause at a time
                pieces.append((translate(ctypes.byref(text), UTF8, IPA | SEPARATOR) or b"").decode(errors="replace"))
            found = "|".join(pieces)
        out.write(json.dumps(found) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
