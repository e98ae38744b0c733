"""How a word that no dictionary has is read: by the letter-to-sound rules of espeak-ng, in any of its languages.

The engine's wheel is a requirement of the project, so every machine reads alike, whichever engine sings. It runs in a
process of its own (``reader_worker``), which is started with the first word that needs it and ends with this one.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from scores.faults import InputError

WORKER = Path(__file__).with_name("reader_worker.py")
# Greatest number of letters of a word that is read at once; a longer one is read in pieces.
LONGEST_WORD = 40
# Time after which a reader that has not answered is given up [s].
LONGEST_WAIT_SECONDS = 20.0


class ReaderMissing(InputError):  # noqa: N818 - what is missing is no error of the program
    """espeak-ng's wheel is not installed, and a word is to be read that no dictionary has."""


class _Reader:
    """The process, started anew where it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, voice: str, word: str) -> str | None:
        """Return the answer to one word; None where there is none."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            given_up = threading.Timer(LONGEST_WAIT_SECONDS, process.kill)
            given_up.start()
            try:
                process.stdin.write(json.dumps([voice, word]).encode() + b"\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except OSError:
                answer = b""
            finally:
                given_up.cancel()
            if not answer:  # it died of this word
                self.close()
                return None
            found: str | None = json.loads(answer)
            return found

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            if find_spec("espeakng_loader") is None:
                raise ReaderMissing("espeak-ng is not installed, and the song has words that only it can read",
                                    allowed="pip install espeakng-loader; or these words under pronounce")
            import espeakng_loader

            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(WORKER), str(espeakng_loader.get_library_path()),
                 str(espeakng_loader.get_data_path())],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return self._process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


_READER = _Reader()
atexit.register(_READER.close)


def read_word(word: str, voice: str) -> tuple[str, ...]:
    """Return a word in the International Phonetic Alphabet, phoneme by phoneme, with stress marks before vowels.

    As ``read_words``, with all that it says in one.
    """
    return tuple(sound for said in read_words(word, voice) for sound in said)


@cache
def read_words(word: str, voice: str) -> tuple[tuple[str, ...], ...]:
    """Return the words that one stands for, as a number does for several, in the International Phonetic Alphabet.

    Parameters
    ----------
    word
        Letters, digits, apostrophes and hyphens.
    voice
        Name of a voice of espeak-ng, such as ``en-us``.

    Returns
    -------
    tuple of tuple of str
        Phoneme by phoneme, with stress marks before vowels; empty where the engine has nothing to say.

    Raises
    ------
    ReaderMissing
        Where espeak-ng is not installed.
    """
    said: list[tuple[str, ...]] = []
    for start in range(0, len(word), LONGEST_WORD):
        answer = _READER.ask(voice, word[start:start + LONGEST_WORD]) or ""
        said += [tuple(filter(_is_sound, spoken.split("|"))) for spoken in answer.split()]
    return tuple(filter(None, said))


def _is_sound(text: str) -> bool:
    """Whether a piece of an answer is a phoneme: "(en)" and "_" are a change of language and a pause."""
    return bool(text.strip("_ˈˌ")) and not text.startswith("(")
