"""Syntax errors in YAML: the mistake that a user most likely made where the scanner failed, and its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError, YAMLError

# What the scanner reports, the mistake that most likely lies behind it, and what may stand there.
_HINTS = (
    ("mapping values are not allowed", "a colon and a space inside a text, or a key that is indented too far",
     "a text with ': ' in it stands in quotes; keys of one mapping start in one column"),
    ("while scanning a block scalar", "a text that begins with | or >",
     "such a text stands in quotes, or on the lines below"),
    ("cannot start any token", "a text that begins with a character YAML reserves", "such a text stands in quotes"),
    ("while scanning a quoted scalar", "a quote that is not closed", "a closing quote"),
    ("a key without a space", "a key without a space after its colon", "key: value, with a space after the colon"),
    ("expected ',' or ']'", "a list that is not closed", "commas between, and ] at the end"),
    ("expected ',' or '}'", "a mapping that is not closed", "commas between, and } at the end"),
    ("could not find expected ':'", "a line without a key",
     "key: value, or a line that belongs to a text and is indented below it"),
    ("expected <block end>", "a line that is not indented like its neighbours",
     "the keys of one mapping start in one column"),
    ("unknown escape character", "an unknown escape after \\", "\\\\ for a backslash, or single quotes"),
)

_LINE = re.compile(r"^( *)([^\n]*)", re.MULTILINE)
_BLOCK_TEXT = re.compile(r": +[|>][-+0-9]*\s*(?:#.*)?$")
# A value that begins with a quote which its own line does not close.
_QUOTED_VALUE = re.compile(r"""(?:- +)?(?:\w+: +)?(["'])(?!.*\1)""")
# A text that begins with a quoted text and goes on after it, such as: "Hello," she said.
_ENDED_QUOTE = re.compile(r"""(["'])(?:(?!\1).)*\1 *[^\s#:,\]}]""")
# Text after a closing bracket.
_BRACKETED = re.compile(r"[\[{][^\]}]*[\]}] *[^\s#:,\]}]")
_KEY_LINE = re.compile(r"\n *(?:- +)?\w+:(?:\s|$)")
# A line of a score: its indentation, the dashes of a list, its key and the rest.
_ROW = re.compile(r"""(?P<indent> *)(?P<dashes>(?:- +)*)(?P<key>\w+:(?: +|$))?(?P<rest>.*)""")
# Parts of the messages for mistakes that quotes correct.
_QUOTES_HELP = ("a text with ': ' in it", "a text that begins with", "goes on after it")


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake: its index in the text, what was done there, and what may stand there."""

    index: int
    mistake: str
    allowed: str
    nearest: str | None = None


def slip_of(text: str, error: YAMLError | ValueError, last: int) -> Slip:
    """Return the mistake behind an error of the scanner.

    Parameters
    ----------
    text
        The whole file.
    error
        The error as ruamel.yaml raised it.
    last
        Index in ``text`` of the last event that was read.
    """
    problem, context, index = str(error), "", last
    if isinstance(error, MarkedYAMLError):
        problem, context = error.problem or "", error.context or ""
        index = _begin(error, last)
    quote = _open_quote(text, index)
    if quote is not None:
        index, problem, context = quote, "", "while scanning a quoted scalar"
    elif "could not find expected ':'" in problem or "mapping values are not allowed" in problem:
        index, problem, context = _slipped_key(text, index, problem, context)
    mistake, allowed = next(((mistake, allowed) for key, mistake, allowed in _HINTS if key in f"{context} {problem}"),
                            (problem.splitlines()[0] if problem else "a character that fits nowhere", "YAML 1.2"))
    row = _ROW.match(text, text.rfind("\n", 0, index) + 1)
    rest = row["rest"] if row else ""
    if row and quote is None and _ENDED_QUOTE.match(rest):
        index = row.start("rest")
        mistake, allowed = "a text that begins with a quote and goes on after it", "the whole text in quotes"
    elif quote is None and _BRACKETED.match(rest):
        mistake, allowed = "a text that begins with a bracket", "such a text stands in quotes"
    helps = rest and any(words in f"{mistake} {allowed}" for words in _QUOTES_HELP)
    return Slip(index, mistake, allowed, quoted(rest) if helps else None)


def quoted(text: str) -> str:
    """Return the text in quotes: those that it does not contain, or else single ones, its own doubled."""
    text = text.rstrip()
    return f'"{text}"' if not re.search(r'["\\]', text) else "'" + text.replace("'", "''") + "'"


def text_of_row(text: str, index: int) -> str:
    """Return the line of an index without its indentation and the dashes of a list."""
    row = _ROW.match(text, text.rfind("\n", 0, index) + 1)
    return (row["key"] or "") + row["rest"] if row else ""


def without_row(text: str, index: int) -> str:
    """Return the text with a word of equal length in place of the line of an index, so that the rest can be read."""
    begin = text.rfind("\n", 0, index) + 1
    row = _ROW.match(text, begin)
    if row is None or not row["rest"]:
        return text
    keeps = row["key"] or row["dashes"]
    stand_in = ("x" if keeps else " ") * len(row["rest"])
    return text[:row.start("rest")] + stand_in + text[row.end():]


def _begin(error: MarkedYAMLError, last: int) -> int:
    """Return the index at which the unreadable piece begins, which may lie before the place where reading failed."""
    begin, end = error.context_mark, error.problem_mark
    context = error.context or ""
    if begin and end and ("quoted scalar" in context or "simple key" in context
                          or ("flow" in context and begin.line != end.line)):
        return int(begin.index)
    return int(end.index) if end else last


def _open_quote(text: str, end: int) -> int | None:
    """Return the index of a quote left open before ``end``, recognised by whole keys before the next such quote."""
    block_indent = None
    for match in _LINE.finditer(text, 0, end):
        indent = len(match[1])
        if block_indent is not None and (indent > block_indent or not match[2]):
            continue
        block_indent = indent if _BLOCK_TEXT.search(match[2]) else None
        value = _QUOTED_VALUE.match(match[2])
        if value is None:
            continue
        start = match.start(2) + value.start(1)
        close = text.find(value[1], start + 1)
        if match.end() < close <= end and _KEY_LINE.search(text, match.end(), close):
            return start
    return None


def _slipped_key(text: str, index: int, problem: str, context: str) -> tuple[int, str, str]:
    """Return index, problem and context of a line that lacks its colon, or the space after it."""
    if "mapping values" in problem:
        begin = text.rfind("\n", 0, index) + 1
        above = text[:begin].rstrip()
        before = above[above.rfind("\n") + 1:]
        is_whole = re.search(r":(?:\s|$)|^\s*(?:#|- )", before)
        if not before or is_whole or not _KEY_LINE.match("\n" + text[begin:]):
            return index, problem, context
        index, problem = len(above) - len(before.lstrip()), "could not find expected ':'"
    if re.match(r"[\w ]+:\S", text[index:index + 100]):
        return index, "a key without a space", ""
    return index, problem, context
