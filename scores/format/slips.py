"""Slips in YAML: what a person most likely did where the scanner gave up, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError, YAMLError

# What the scanner complains of → what a person did, and what may stand there.
_HINTS = (
    ("mapping values are not allowed", "a colon and a space inside a text, or a key that is indented too far",
     "a text with ': ' in it stands in quotes; keys of one mapping stand in one column"),
    ("while scanning a block scalar", "a text that begins with | or >",
     "such a text stands in quotes, or on the lines below"),
    ("cannot start any token", "a text that begins with a sign YAML keeps for itself", "such a text stands in quotes"),
    ("while scanning a quoted scalar", "a quote that is not closed", "a closing quote"),
    ("a key without a space", "a key without a space after its colon", "key: value, with a space after the colon"),
    ("expected ',' or ']'", "a list that is not closed", "commas between, and ] at the end"),
    ("expected ',' or '}'", "a mapping that is not closed", "commas between, and } at the end"),
    ("could not find expected ':'", "a line without a key",
     "key: value, or a line that belongs to a text and is indented below it"),
    ("expected <block end>", "a line that is not indented like its neighbours", "one column for keys of one mapping"),
    ("unknown escape character", "an unknown escape after \\", "\\\\ for a backslash, or single quotes"),
)

_LINE = re.compile(r"^( *)([^\n]*)", re.MULTILINE)
_BLOCK_TEXT = re.compile(r": +[|>][-+0-9]*\s*(?:#.*)?$")
_QUOTED_VALUE = re.compile(r"""(?:- +)?(?:\w+: +)?(["'])(?!.*\1)""")  # a quote that its own line does not close
_ENDED_QUOTE = re.compile(r"""(["'])(?:(?!\1).)*\1 *[^\s#:,\]}]""")
_BRACKETED = re.compile(r"[\[{][^\]}]*[\]}] *[^\s#:,\]}]")
_KEY_LINE = re.compile(r"\n *(?:- +)?\w+:(?:\s|$)")


# A line of a score: its indentation, the dashes of a list, its key and what stands behind.
_ROW = re.compile(r"""(?P<indent> *)(?P<dashes>(?:- +)*)(?P<key>\w+:(?: +|$))?(?P<rest>.*)""")
# What is said where quotes are all that is missing.
_QUOTES_HELP = ("a text with ': ' in it", "a text that begins with", "text behind its closing quote")


@dataclass(frozen=True, slots=True)
class Slip:
    """What was done, at which index of the text, and what may stand there."""

    index: int
    told: str
    allowed: str
    nearest: str | None = None


def slip_of(text: str, error: YAMLError | ValueError, last: int) -> Slip:
    """The slip behind an error of the scanner; ``last`` is the index of the last thing that could be read."""
    problem, context, index = str(error), "", last
    if isinstance(error, MarkedYAMLError):
        problem, context = error.problem or "", error.context or ""
        index = _begin(error, last)
    quote = _open_quote(text, index)
    if quote is not None:
        index, problem, context = quote, "", "while scanning a quoted scalar"
    elif "could not find expected ':'" in problem or "mapping values are not allowed" in problem:
        index, problem, context = _slipped_key(text, index, problem, context)
    told, allowed = next(((told, allowed) for key, told, allowed in _HINTS if key in f"{context} {problem}"),
                         (problem.splitlines()[0] if problem else "a sign that fits nowhere", "YAML 1.2"))
    row = _ROW.match(text, text.rfind("\n", 0, index) + 1)
    rest = row["rest"] if row else ""
    if quote is None and _ENDED_QUOTE.match(rest):
        told, allowed = "a quoted text, and more text behind its closing quote", "the whole text in quotes"
    elif quote is None and _BRACKETED.match(rest):
        told, allowed = "a text that begins with a bracket", "such a text stands in quotes"
    helps = rest and any(words in f"{told} {allowed}" for words in _QUOTES_HELP)
    return Slip(index, told, allowed, quoted(rest) if helps else None)


def quoted(text: str) -> str:
    """The text as YAML takes it whole: in quotes that it does not hold itself, or else with its own doubled."""
    text = text.rstrip()
    return f'"{text}"' if not re.search(r'["\\]', text) else "'" + text.replace("'", "''") + "'"


def text_of_row(text: str, index: int) -> str:
    """What stands on the line of an index behind the dashes of a list."""
    row = _ROW.match(text, text.rfind("\n", 0, index) + 1)
    return (row["key"] or "") + row["rest"] if row else ""


def without_row(text: str, index: int) -> str:
    """The text with a word in place of what the line of an index says, as long as it: what follows can be read."""
    begin = text.rfind("\n", 0, index) + 1
    row = _ROW.match(text, begin)
    if row is None or not row["rest"]:
        return text
    keeps = row["key"] or row["dashes"]
    stand_in = ("x" if keeps else " ") * len(row["rest"])
    return text[:row.start("rest")] + stand_in + text[row.end():]


def _begin(error: MarkedYAMLError, last: int) -> int:
    """Index where what could not be read begins, and not where reading gave up."""
    begin, end = error.context_mark, error.problem_mark
    context = error.context or ""
    if begin and end and ("quoted scalar" in context or "simple key" in context
                          or ("flow" in context and begin.line != end.line)):
        return int(begin.index)
    return int(end.index) if end else last


def _open_quote(text: str, end: int) -> int | None:
    """Index of a quote that was left open before ``end``: up to the next quote of its kind there are whole keys."""
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
    """Index, problem and context where a line lacks its colon or the space after it, and the next one shows it."""
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
