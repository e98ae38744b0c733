"""One value of a score written into its text; every other character stays as it is, comments and spaces included."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from scores.faults import InputError
from scores.format.source import Node, Source

# Keys and texts that YAML takes for nothing else, in any version of it.
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z0-9_]+)*")
_NO_WORDS = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null")


class UnamendableError(InputError):
    """The value cannot be written without changing something else; the message is the line to write by hand."""


def amended(text: str, path: Sequence[str], value: int | float | str) -> str:
    """Return the text of a score in which a value is set.

    Parameters
    ----------
    text
        The text as it stands in the file.
    path
        The keys that lead to the value; those that are missing are added.
    value
        The value.

    Raises
    ------
    UnamendableError
        If the text has faults or is written so that this would change something else (aliases, odd line ends).
    """
    by_hand = _line(path, value)
    plain = text.replace("\r\n", "\n")
    source = Source(plain)
    root = source.root
    if source.faults or source.text != plain or root is None or not isinstance(root.data, Mapping):
        raise UnamendableError(by_hand)
    node, missing = root, list(path)
    while missing and isinstance(node.data, Mapping) and missing[0] in node.children:
        node = node.children[missing.pop(0)]
    if not missing:
        changed = plain[:node.start] + _scalar(value) + plain[node.end:]
    elif not isinstance(node.data, Mapping):
        raise UnamendableError(by_hand)
    else:
        changed = _added(plain, node, missing, value, is_root=node is root)
    again = Source(changed)
    if again.faults or again.root is None or again.root.data != _with(root.data, path, value):
        raise UnamendableError(by_hand)
    if plain != text:
        changed = changed.replace("\n", "\r\n")
        if len(text) - len(plain) != plain.count("\n"):  # some lines end so, and some otherwise
            raise UnamendableError(by_hand)
    return changed


def _added(text: str, node: Node, missing: Sequence[str], value: int | float | str, *, is_root: bool) -> str:
    """Return the text with an entry more in a mapping."""
    entry = _line(missing, value)
    if is_root and not text.startswith("{", node.start):
        ends = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{ends}{entry}\n"
    if text.startswith("{", node.start):
        last = max((child.end for child in node.children.values()), default=node.start + 1)
        return f"{text[:last]}{', ' if node.children else ''}{entry}{text[last:]}"
    first = min(node.keys.values())
    column = first - (text.rfind("\n", 0, first) + 1)
    return f"{text[:first]}{entry}\n{' ' * column}{text[first:]}"


def _line(path: Sequence[str], value: int | float | str) -> str:
    """Return a value with its keys, as it stands on one line."""
    told = _scalar(value)
    for key in reversed(path[1:]):
        told = f"{{{_scalar(key)}: {told}}}"
    return f"{_scalar(path[0])}: {told}"


def _scalar(value: int | float | str) -> str:
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    is_plain = _WORDS.fullmatch(value) and not _NO_WORDS.fullmatch(value)
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _with(data: Any, path: Sequence[str], value: int | float | str) -> Any:
    """Return a mapping with a value set in it."""
    if not path:
        return value
    return {**data, path[0]: _with(data.get(path[0], {}), path[1:], value)}
