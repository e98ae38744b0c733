"""YAML 1.2 to plain data, with the place of every key and value.

Built on the events of ruamel.yaml, which carry places, instead of its constructors: no tag ever makes an object, every
duplicate key is reported, nesting needs no recursion, and an alias is counted before it is expanded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from scores.faults import Fault, ScorePath
from scores.format.plainly import plainly
from scores.format.slips import quoted, slip_of, without_row
from scores.format.wording import kind, shown

# Most values of a score, aliases expanded: ten times those of the longest songs.
MAX_NODES = 20_000
# Most levels of nesting; a score needs seven.
MAX_DEPTH = 24
# Most digits of a number.
MAX_DIGITS = 40

# Scalars of the core schema (YAML 1.2.2, section 10.3.2): yes, no, on and off are words, 010 is ten.
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A comment that follows a text and begins like a word: "you are #1" has lost its end; "# a comment" is one.
_CUT = re.compile(r"[ \t]+(#[^\s#!=-][^\n]*)")
# A key that has lost its sharp and its mode: C # minor.
_CUT_KEY = re.compile(r"(?<=[ \t:][A-Ga-g])[ \t]+(# *(?:major|minor|maj|min|moll|dur|m|dorian|mixolydian)\b[^\n]*)")
# Keys whose values are words for people.
_WORDED = frozenset(("title", "name", "text", "say"))
# Keys whose values are words even where they look like numbers: title: 1984.
_NAMES = _WORDED | {"tag", "like", "cue", "excerpt"}
# Most lines with a syntax error that are reported.
MAX_SLIPS = 20
_LEADING_TAB = re.compile(r"^ *\t", re.MULTILINE)


@dataclass(slots=True)
class Node:
    """A value with its place in the file.

    Parameters
    ----------
    start, end
        Indices into the text; a block text is without its ``|`` line.
    data
        The value in plain types: dict, tuple, str, int, float, bool or None.
    children
        The values of a mapping or list, by key or index.
    keys
        Index into the text of each key of a mapping.
    size
        Values in it, itself included.
    depth
        Levels of nesting, its own included.
    """

    start: int
    end: int = 0
    data: Any = None
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class _Frame:
    node: Node
    path: ScorePath
    is_mapping: bool
    anchor: str | None
    key: str | None = None
    awaits_value: bool = False  # a mapping's key has been read; its value is dropped where ``key`` is None


class Source:
    """A parsed text of YAML.

    Attributes
    ----------
    text
        The text, its lines ended by a line feed alone.
    root
        Its value; None where there is none.
    faults
        Every mistake that was found, with its place.
    warnings
        What may have been meant otherwise, with its place.
    unread
        Lines with a syntax error; values on them are placeholders.
    copies
        Sections that repeat an earlier one, so that a fault in them is told once.
    """

    def __init__(self, text: str) -> None:
        self.text = plainly(text)
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.unread: set[int] = set()
        self.copies: frozenset[int] = frozenset()
        self.root: Node | None = None
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self._frames: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        for match in _UNPRINTABLE.finditer(self.text):
            self._refuse(match.start(), "a character that is not text", found=f"U+{ord(match[0]):04X}",
                         allowed="letters, punctuation and spaces in UTF-8")
        if not self.faults:
            self._read()

    def place(self, index: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an index into the text."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def _read(self) -> None:
        """Read the text. A line with a syntax error is reported and left out, so that later ones are reported too."""
        text, slips = self.text, list[Fault]()
        while (slip := self._parse(text)) is not None:
            index, told = slip
            slips += told
            self.root, self.faults, self.warnings, self._frames, self._anchors = None, list(slips), [], [], {}
            line = self.place(index)[0]
            shorter = without_row(text, index)
            if line in self.unread or shorter == text or len(self.unread) >= MAX_SLIPS:
                return
            self.unread.add(line)
            text = shorter
        if self.unread and self.root is not None and not isinstance(self.root.data, dict):
            self.root = None
        if self.unread or (self.root is None and self.faults):
            return
        if not self.faults and (self.root is None or self.root.data is None):
            self._refuse(0, "the file is empty", allowed="a score: title, tempo, key, parts and sections")
        elif self.root is not None and not isinstance(self.root.data, dict):
            self._refuse(self.root.start, f"the file holds {kind(self.root.data)}",
                         allowed="keys at the left margin: title, tempo, key, parts, sections")
            self.root = None

    def _parse(self, text: str) -> tuple[int, list[Fault]] | None:
        """Build the tree. Returns None, or the index of a syntax error and the faults that report it."""
        documents = 0
        last = 0
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                last = event.start_mark.index
                documents += isinstance(event, DocumentStartEvent)
                if documents > 1:
                    self._refuse(last, "a second document in the file", allowed="one song per file, without ---")
                    break
                if not self._take(event):
                    self.root = None
                    break
        except (YAMLError, ValueError) as error:
            before = len(self.faults)
            index = self._refuse_syntax(text, error, last)
            return index, self.faults[before:]
        return None

    def _take(self, event: Event) -> bool:
        """Add one event to the tree. Returns False where reading cannot go on."""
        index = event.start_mark.index
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) and event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._refuse(index, f"a tag: {tag}", found=tag, allowed="plain values without ! in front")
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = node
            return self._attach(node, index)
        if isinstance(event, SequenceStartEvent | MappingStartEvent):
            if len(self._frames) >= MAX_DEPTH:
                self._refuse(index, "nested too deeply", allowed=f"at most {MAX_DEPTH} levels")
                return False
            self._frames.append(_Frame(Node(index), self._path(), isinstance(event, MappingStartEvent), event.anchor))
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            frame = self._frames.pop()
            node = frame.node
            node.end = event.end_mark.index
            values = {key: child.data for key, child in node.children.items()}
            node.data = values if frame.is_mapping else tuple(values.values())
            if frame.anchor:
                self._anchors[frame.anchor] = node
            return self._attach(node, node.start)
        elif isinstance(event, AliasEvent):
            return self._alias(str(event.anchor), index)
        return True

    def _alias(self, name: str, index: int) -> bool:
        if any(frame.anchor == name for frame in self._frames):
            self._refuse(index, f"*{name} repeats something that contains it", found=f"*{name}")
        elif name not in self._anchors:
            self._refuse(index, f"nothing before is marked &{name}", found=f"*{name}", allowed=" ".join(
                f"*{anchor}" for anchor in self._anchors) or "an alias of something that is marked & further up")
        else:
            return self._attach(self._anchors[name], index)
        return self._attach(Node(index, index), index)

    def _attach(self, node: Node, index: int) -> bool:
        """Put a finished node into the mapping or list that is open."""
        if not self._frames:
            self.root = node
            return True
        frame = self._frames[-1]
        parent = frame.node
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        if sum(open_.node.size for open_ in self._frames) > MAX_NODES or len(self._frames) + node.depth > MAX_DEPTH:
            self._refuse(index, "too many values: a score that is too large, or aliases that repeat too much",
                         allowed=f"at most {MAX_NODES} values in {MAX_DEPTH} levels")
            return False
        if not frame.is_mapping:
            parent.children[len(parent.children)] = node
        elif not frame.awaits_value:
            frame.key, frame.awaits_value = self._key(frame, node, index), True
        else:
            if frame.key is not None:
                parent.children[frame.key] = node
            frame.key, frame.awaits_value = None, False
        return True

    def _key(self, frame: _Frame, node: Node, index: int) -> str | None:
        if not isinstance(node.data, str):
            self._refuse(index, f"a key that is {kind(node.data)}", found=shown(node.data), allowed="a word as key")
            return None
        if node.data in frame.node.children:
            first = self.place(frame.node.keys[node.data])[0]
            self._refuse(index, f'the key "{node.data}" appears twice, first on line {first}', found=node.data,
                         allowed="each key once", path=(*frame.path, node.data))
            return None
        frame.node.keys[node.data] = index
        return node.data

    def _scalar(self, event: ScalarEvent) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        node = Node(start, end)
        if event.style in ("|", ">"):
            node.start = min(self.text.find("\n", start, end) + 1 or end, end)
        node.data = event.value if event.style or event.tag is not None else self._plain(event.value, start)
        if isinstance(node.data, int | float) and not isinstance(node.data, bool) and self._is_worded(_NAMES):
            node.data = event.value
        is_plain = not event.style and event.tag is None and isinstance(node.data, str)
        pattern = _CUT if self._is_worded() else _CUT_KEY if self._path()[-1:] == ("key",) else None
        if is_plain and pattern is not None and (cut := pattern.match(self.text, end)):
            whole = quoted(self.text[start:cut.end()])
            line, column = self.place(cut.start(1))
            self.warnings.append(Fault(line, column, f"the text ends here: YAML takes {shown(cut[1])} for a comment",
                                       self._path(), cut[1], f"in quotes it is whole: {whole}", is_warning=True))
        if isinstance(node.data, str) and (wrong := _UNPRINTABLE.search(node.data)):
            self._refuse(start, "an escaped character that is not text", found=f"U+{ord(wrong[0]):04X}",
                         allowed="letters, punctuation and spaces")
            node.data = "?"
        return node

    def _is_worded(self, keys: frozenset[str] = _WORDED) -> bool:
        """Whether the next value is words for people: a title, a name, a lyric line."""
        path = self._path()
        return bool(path) and (path[-1] in keys or (isinstance(path[-1], int) and "lyrics" in path))

    def _plain(self, text: str, index: int) -> str | float | bool | None:
        """Return a plain scalar by the core schema: null, boolean, integer, number, or else text."""
        if _NULL.fullmatch(text):
            return None
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        is_number = _INTEGER.fullmatch(text) or _NUMBER.fullmatch(text)
        too_large = is_number and (len(text) > MAX_DIGITS or not isfinite(float(_integer(text))))
        if too_large or _NOT_FINITE.fullmatch(text):
            self._refuse(index, f"not a finite number: {shown(text)}", found=text[:MAX_DIGITS],
                         allowed=f"a finite number of at most {MAX_DIGITS} digits")
            return 0
        if _INTEGER.fullmatch(text):
            return int(_integer(text))
        return float(text) if is_number else text

    def _path(self) -> ScorePath:
        if not self._frames:
            return ()
        frame = self._frames[-1]
        return (*frame.path, (frame.key or "?") if frame.is_mapping else len(frame.node.children))

    def _refuse(self, index: int, message: str, *, found: str | None = None, allowed: str | None = None,
                path: ScorePath | None = None, nearest: str | None = None) -> None:
        line, column = self.place(index)
        self.faults.append(Fault(line, column, message, self._path() if path is None else path, found, allowed,
                                 nearest))

    def _refuse_syntax(self, text: str, error: YAMLError | ValueError, last: int) -> int:
        """Report a syntax error. Returns its index."""
        slip = slip_of(text, error, last)
        index = slip.index
        tabs = [match.end() - 1 for match in _LEADING_TAB.finditer(text)]
        if any(self.place(tab)[0] == self.place(index)[0] for tab in tabs):
            for tab in tabs:
                self._refuse(tab, "a tab in the indentation", found="tab", allowed="spaces", path=())
                self.unread.add(self.place(tab)[0])  # the place of what is below them is unknown
            return index
        begin = self._line_starts[self.place(index)[0] - 1]
        found = self.text[begin:begin + 60].split("\n")[0].strip()
        self._refuse(index, f"syntax error: {slip.mistake}", found=found, allowed=slip.allowed, path=(),
                     nearest=slip.nearest)
        return index


def _integer(text: str) -> int | float | str:
    """Return the number of an octal or hexadecimal text; any other text as it is."""
    return int(text, 0) if text[:2] in ("0o", "0x") else text


def find(source: Source, root: Node, path: Sequence[str | int]) -> tuple[Node, tuple[str | int, ...], int | None]:
    """Follow a path from ``root`` as far as it leads.

    Returns
    -------
    tuple
        The node there, the steps that are left of the path, and the index into the text of the last key (None where
        the last step was an entry of a list).
    """
    node, key = root, None
    for depth, step in enumerate(path):
        if step not in node.children:
            return node, tuple(path[depth:]), key
        key = node.keys.get(step) if isinstance(step, str) else None
        node = node.children[step]
    return node, (), key
