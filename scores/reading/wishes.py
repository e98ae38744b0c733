"""What a person may call otherwise: other names of keys become the keys that the models declare, in place."""

from __future__ import annotations

from typing import TypeVar

from scores.format.source import Node

V = TypeVar("V")
K = TypeVar("K", str, str | int)

# Other names of a section's keys.
_OF_SECTION = {"chords": "harmony"}


def take_wishes(root: Node) -> None:
    """Give keys that people call otherwise their own names: ``chords`` in a section is ``harmony``."""
    sections = root.children.get("sections")
    for section in sections.children.values() if sections is not None else ():
        for other, key in _OF_SECTION.items():
            if other in section.keys and key not in section.keys:
                _rename(section.children, other, key)
                _rename(section.keys, other, key)
                _rename(section.data, other, key)


def _rename(table: dict[K, V], other: K, key: K) -> None:
    """Rename a key in place; the order of the keys stays."""
    entries = [(key if name == other else name, value) for name, value in table.items()]
    table.clear()
    table.update(entries)
