"""All output to the terminal: any text is printed safely, and printing never ends the program.

Text of unknown origin (titles, names of tracks and presets, lyrics, output of plug-ins) is printed with visible signs
for its control characters and direction marks. Characters that the stream's encoding lacks are replaced. Output to a
stream that is closed or full is discarded; of a full one, or another that fails, standard error is told once.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO, cast

from rich.console import Console

from scores.visible import visible

# Width of the output [columns] where neither a terminal nor COLUMNS gives one.
PLAIN_WIDTH = 100
# Replacements for characters of our own texts and of chord symbols that code pages 437, 850, 932 and 1252 lack.
PLAINER = str.maketrans({
    "─": "-", "–": "-", "—": "-", "−": "-", "→": "->", "›": ">", "…": "...", "✓": "+", "·": ".", "×": "x",
    "█": "#", "←": "<-", "‘": "'", "’": "'", "“": '"', "”": '"', "♯": "#", "♭": "b", "\u00a0": " "})


class Stream(io.TextIOBase):
    """A text stream over standard output or error that ignores failures of the stream below it."""

    def __init__(self, below: TextIO | None) -> None:
        super().__init__()
        self._below = below

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the stubs know a plain attribute only
        return getattr(self._below, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        try:
            return self._below is not None and self._below.isatty()
        except ValueError:  # closed
            return False

    def fileno(self) -> int:
        if self._below is None:
            raise io.UnsupportedOperation("fileno")
        return self._below.fileno()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._try("write", encodable(text, self.encoding))
        return len(text)

    def flush(self) -> None:
        self._try("flush")

    def _try(self, name: str, *arguments: str) -> None:
        if self._below is None:
            return
        try:
            getattr(self._below, name)(*arguments)
        except (OSError, ValueError) as error:
            is_output = self._below is sys.stdout
            _silence(self._below)
            self._below = None
            # A reader that went away (head, true) asked for no more; Windows reports that as EINVAL.
            if is_output and isinstance(error, OSError) and error.errno not in (errno.EPIPE, errno.EINVAL, errno.EBADF):
                tell(f"What follows on standard output is lost: {(error.strerror or str(error)).lower()}.")


class Screen(Console):
    """A console of rich on such a stream. Texts are printed as they are, without markup."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print objects, with visible signs for the invisible characters of texts."""
        super().print(*(_lines(each) if isinstance(each, str) else each for each in objects), **options)


def screen(stream: TextIO | None) -> Screen:
    """Return the console of a stream.

    It is as wide as its terminal. Where the stream is no terminal, its text is plain, and its width is that of the
    environment variable ``COLUMNS`` or ``PLAIN_WIDTH``.
    """
    file = Stream(stream)
    asked = os.environ.get("COLUMNS", "")
    plain = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) <= 10_000 else PLAIN_WIDTH
    # A title may contain rich's markup: [ ] and : :.
    return Screen(file=cast(TextIO, file), width=None if file.isatty() else plain, highlight=False, markup=False,
                  emoji=False)


def tell(message: str) -> None:
    """Print lines on standard error."""
    stream = Stream(sys.stderr)
    stream.write(_lines(message) + "\n")
    stream.flush()


def close() -> None:
    """Flush the standard streams, so that the end of the interpreter has nothing left that could fail."""
    for stream in (sys.stdout, sys.stderr):
        Stream(stream).flush()


def encodable(text: str, encoding: str) -> str:
    """Replace characters that the encoding lacks: by plainer ones where there are, otherwise by ``?``."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = "".join(_shown(letter, encoding) for letter in text)
    except LookupError:  # an encoding that Python does not know writes ASCII at least
        return encodable(text, "ascii")
    return text


def _shown(letter: str, encoding: str) -> str:
    for candidate in (letter, letter.translate(PLAINER)):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"


def _lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def _silence(stream: TextIO) -> None:
    """Replace a standard stream that failed by the null device; flushing it would fail again."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is stream:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - until the process ends
