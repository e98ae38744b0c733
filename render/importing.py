"""``python -m render import SHEET``: a page becomes a score beside it; ``python -m render SHEET`` renders it too."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from render.console.screen import screen
from scores.faults import InputError

if TYPE_CHECKING:
    from scores.sheets.convert import Converted

# Endings of the pages that the command renders at once.
SHEETS = (".md", ".markdown", ".txt", ".cho", ".chordpro", ".crd", ".abc", ".musicxml", ".mxl", ".xml")
STANDARD_INPUT = "-"
DESCRIPTION = """\
Make a score from a page: lyrics with or without headings and chords, Markdown,
Suno's tags, ChordPro, ABC, MusicXML or a MIDI lead sheet. The score is written
beside the page, and says what was guessed; it renders at once."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what ``import`` was asked for. Ends the process where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m render import", description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", metavar="SHEET", help="the page; - reads standard input")
    parser.add_argument("--out", metavar="FILE", type=Path,
                        help="where the score goes (default: beside the page, with the ending .yaml)")
    parser.add_argument("--seed", metavar="N", help="of the guesses: another whole number, other guesses (default: 1)")
    parser.add_argument("--temperature", metavar="T", help="how freely it guesses, 0 to 10 (default: 0.7)")
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace) -> int:
    """Import a page; return the exit code.

    Raises
    ------
    InputError
        Where the page cannot be read, or the score must not be written over.
    """
    from scores.reading.changes import possible

    seed = None if asked.seed is None else possible("seed", asked.seed)
    temperature = None if asked.temperature is None else possible("temperature", asked.temperature)
    made = _converted(asked.sheet, seed, temperature)
    if asked.out is None and asked.sheet == STANDARD_INPUT:
        _hand_out(made.yaml)
        report(made, sys.stderr)
        return 0
    out: Path = asked.out or Path(asked.sheet).with_suffix(".yaml")
    _write(out, made.yaml, named=asked.out is not None)
    report(made, sys.stdout)
    screen(sys.stdout).print(f"score: {out}\nrender it: python -m render {out}", soft_wrap=True)
    return 0


def score_of(sheet: Path, seed: int | None, temperature: float | None, folder: Path | None = None) -> Path:
    """Import a page on the way to its demo; return the score.

    Parameters
    ----------
    sheet
        The page.
    seed, temperature
        Of the guesses and of the render.
    folder
        Where the score is written, by default beside the page.

    Raises
    ------
    InputError
        Where the page cannot be read, or its score has been edited since.
    """
    made = _converted(str(sheet), seed, temperature)
    out = (folder or sheet.parent) / (sheet.stem + ".yaml")
    _write(out, made.yaml, named=False)
    report(made, sys.stdout)
    screen(sys.stdout).print("" if folder else f"score: {out}\n", soft_wrap=True)
    return out


def _hand_out(score: str) -> None:
    """Write a score to standard output, in UTF-8 like every score, whatever the console's encoding is."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(score.encode())
        sys.stdout.buffer.flush()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"standard output takes no score: {why.lower()}", allowed="--out FILE") from None


def _converted(sheet: str, seed: int | None, temperature: float | None) -> Converted:
    from scores.sheets.convert import convert
    from scores.sheets.page import MAX_BYTES

    if sheet == STANDARD_INPUT:
        return convert(sys.stdin.buffer.read(MAX_BYTES + 1), sheet, seed, temperature)
    path = Path(sheet)
    try:
        if path.is_dir():
            raise InputError(f"{sheet}: this is a folder", allowed="a page: a file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"{sheet}: the page cannot be read: {reason}", allowed="a page that you may read") from error
    try:
        return convert(data, path.name, seed, temperature)
    except InputError as error:
        raise InputError(f"{sheet}: {error.message}", found=error.found, allowed=error.allowed,
                         nearest=error.nearest) from error


def _write(out: Path, text: str, *, named: bool) -> None:
    """Write a score; one that somebody has edited stays as it is."""
    from scores.sheets.writer import is_untouched

    try:
        if out.exists():
            before = out.read_text(encoding="utf-8", errors="replace")
            if before == text:
                return
            if not is_untouched(before):
                raise InputError(f"{out} is there already and is not as an import wrote it" + (
                    "" if named else ": it would be lost"),
                                 allowed=f"another name: --out FILE; or render what is there: python -m render {out}")
        beside = out.with_name(f".{out.name}.{os.getpid()}")
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(out)
    except OSError as error:
        raise InputError(f"{out}: the score cannot be written: {error.strerror or error}",
                         allowed="a place where you may write: --out FILE") from error


def report(made: Converted, stream: TextIO) -> None:
    """Print what was understood, guessed and left out."""
    for head, lines in (("understood", made.understood), ("guessed", made.guessed), ("left out", made.left_out)):
        for n, line in enumerate(lines):
            screen(stream).print(f"{head if n == 0 else '':<12}{line}", soft_wrap=True)
