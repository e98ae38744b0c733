"""The form of a song: sections that repeat, and the order in which named sections are played, written out.

A section that is played again becomes a section of its own, with a name of its own and with what differs. This happens
to the parsed text before it is checked, so that what differs is checked like any section, and a fault is told at its
place, be it in the section or in the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scores.faults import Fault
from scores.format.source import Node
from scores.format.timing import A_TEMPO
from scores.format.wording import fault, unknown, warning

# Most times that a section is repeated at once, and most sections of a song.
MOST_REPEATS = 16
MOST_SECTIONS = 1_000
# What a section may set and the next ones keep.
_HELD = ("key", "meter", "tempo")
# In place of a tempo: one that a ritardando or accelerando has left.
_LEFT = Node(0)
# Longest name of a section, as its model has it.
LONGEST_NAME = 40


@dataclass(frozen=True)
class Unfolded:
    """A score with its form written out.

    Parameters
    ----------
    root
        The score's value; without ``order`` and ``repeat`` where they could be followed.
    copies
        Indices of the sections that repeat an earlier one.
    faults
        What is wrong with the form, and warnings.
    """

    root: Node
    copies: frozenset[int]
    faults: tuple[Fault, ...]


def unfold(root: Node) -> Unfolded:
    """Write out ``order`` and ``repeat``. What cannot be followed stays, for the model to refuse."""
    listed = root.children.get("sections")
    if listed is None or not isinstance(listed.data, tuple):
        return Unfolded(root, frozenset(), ())
    sections = [listed.children[i] for i in range(len(listed.data))]
    order = root.children.get("order")
    faults: list[Fault] = []
    plays: list[tuple[int, Node | None]] | None = [(i, None) for i in range(len(sections))]
    if order is not None:
        plays = _ordered(order, sections, faults)
    asks = any(isinstance(section.data, Mapping) and "repeat" in section.data for section in sections)
    if plays is None or (order is None and not asks):
        return Unfolded(root, frozenset(), tuple(faults))
    played: list[Node] = []
    copies: set[int] = set()
    first: dict[int, str] = {}  # the name under which a section was first played
    now: dict[str, Node | None] = dict.fromkeys(_HELD)  # what holds here; None: the song's own
    heard: dict[int, dict[str, Node | None]] = {}  # what held where a section was first played
    returned: set[int] = set()
    taken = {name for section in sections if (name := _name(section)) is not None}
    for index, changed in plays:
        section = sections[index]
        for time in range(_repeats(section, changed)):
            if len(played) >= MOST_SECTIONS:
                faults.append(fault(("order",), f"more than {MOST_SECTIONS} sections", on_key=True,
                                    allowed=f"at most {MOST_SECTIONS} sections, repeats included"))
                return Unfolded(root, frozenset(), tuple(faults))
            own = _name(changed) if time == 0 else None
            name = own or _name(section)
            if name is not None and index in first and own is None:
                name = _free(_name(changed) or name, taken)
            merged = _merged(section, changed)
            if name is not None:
                if index in first:
                    copies.add(len(played))
                    merged = _with(merged, {"name": name} | ({} if changed is not None and "like" in changed.children
                                                             else {"like": first[index]}))
                elif name != _name(section):
                    merged = _with(merged, {"name": name})
                first.setdefault(index, name)
                taken.add(name)
            if isinstance(merged.data, Mapping):
                held = heard.setdefault(index, dict(now))
                merged = _as_before(merged, held, now, root) if index in returned else merged
                returned.add(index)
                _go_on(now, merged)
            played.append(merged)
    children: dict[str | int, Node] = dict(enumerate(played))
    list_node = replace(listed, data=tuple(node.data for node in played), children=children)
    data = {key: value for key, value in root.data.items() if key != "order"} | {"sections": list_node.data}
    return Unfolded(replace(root, data=data, children={**root.children, "sections": list_node}), frozenset(copies),
                    tuple(faults))


def _ordered(order: Node, sections: list[Node], faults: list[Fault]) -> list[tuple[int, Node | None]] | None:
    """Return which section each entry of the order plays, and what differs; None where it is no such list."""
    if not isinstance(order.data, tuple) or not order.data:
        return None
    by_name: dict[str, int] = {}
    for i, section in enumerate(sections):
        name = _name(section)
        if name is not None and name in by_name:
            faults.append(fault(("sections", i, "name"), f'an earlier section is called "{name}" too', found=name,
                                allowed="a different name for each section that the order may name"))
        elif name is not None:
            by_name[name] = i
    plays: list[tuple[int, Node | None]] = []
    for n in range(len(order.data)):
        entry = order.children[n]
        changed: Node | None = None
        named: Any = entry.data
        if isinstance(entry.data, Mapping) and len(entry.data) == 1:
            (named, value), = entry.data.items()
            changed = entry.children[named] if value is not None else None
            if value is not None and not isinstance(value, Mapping):
                return None
        elif isinstance(entry.data, int | float) and not isinstance(entry.data, bool):
            named = str(entry.data)
        elif not isinstance(entry.data, str):
            return None
        if named in by_name:
            plays.append((by_name[named], changed))
        else:
            faults.append(unknown("section", named, by_name, ("order", n), on_key=isinstance(entry.data, Mapping)))
    played = {index for index, _ in plays}
    faults += [warning(("sections", i, "name"), f'"{name}" is not in the order: nobody plays it',
                       instead=f"order: with {name} in it, or the section left out")
               for name, i in by_name.items() if i not in played]
    return plays or None


def _as_before(section: Node, before: Mapping[str, Node | None], now: Mapping[str, Node | None], root: Node) -> Node:
    """Return a section that returns with the key, the meter and the tempo that held where it was first played."""
    at = section.children.get("name", section)
    for key in _HELD:
        node = before[key]
        if key in section.data or now[key] is node or node is _LEFT:
            continue
        if node is None:
            node = Node(at.start, at.end, A_TEMPO) if key == "tempo" else root.children.get(
                key, Node(at.start, at.end, "4/4"))
        section = _put(section, key, node, at.start)
    return section


def _go_on(now: dict[str, Node | None], section: Node) -> None:
    """Note what holds after a section."""
    for key in ("key", "meter"):
        now[key] = section.children.get(key, now[key])
    tempo = section.children.get("tempo")
    if tempo is None:
        return
    words = " ".join(map(str, tempo.data)) + str(tempo.data.get("to", "")) if isinstance(tempo.data, Mapping) \
        else str(tempo.data).lower()
    if any(word in words for word in ("rit", "rall", "accel", "slower", "faster")):
        now["tempo"] = _LEFT
    else:
        now["tempo"] = None if "tempo" in words else tempo


def _repeats(section: Node, changed: Node | None) -> int:
    """Return how often a section is played at once; 1 for a value that its model will refuse."""
    for node in (changed, section):
        if node is not None and isinstance(node.data, Mapping) and "repeat" in node.data:
            return node.data["repeat"] if _may_repeat(node.data) else 1
    return 1


def _may_repeat(data: Any) -> bool:
    """Whether the ``repeat`` of a section can be followed."""
    times = data.get("repeat") if isinstance(data, Mapping) else None
    return type(times) is int and 1 <= times <= MOST_REPEATS


def _name(section: Node | None) -> str | None:
    name = section.data.get("name") if section is not None and isinstance(section.data, Mapping) else None
    return str(name) if isinstance(name, str | int | float) and not isinstance(name, bool) else None


def _free(name: str, taken: set[str]) -> str:
    """Return the next name after one that is taken: Chorus 2; Verse 1 (2), since it ends with a number already."""
    for n in range(2, MOST_SECTIONS + 2):
        tail = f" ({n})" if name[-1:].isdigit() else f" {n}"
        if (numbered := name[:LONGEST_NAME - len(tail)] + tail) not in taken:
            return numbered
    raise AssertionError("fewer sections than numbers")


def _merged(section: Node, changed: Node | None) -> Node:
    """Return a section with what differs; ``play`` is merged part by part, and a key without a value is left out."""
    merged = section
    if changed is None or not isinstance(section.data, Mapping):
        return _without(merged, "repeat") if _may_repeat(merged.data) else merged
    for key, at in changed.keys.items():
        node = changed.children[key]
        before = merged.children.get(key)
        if node.data is None:
            merged = _without(merged, key)
        elif key == "play" and before is not None and isinstance(node.data, Mapping) \
                and isinstance(before.data, Mapping):
            merged = _put(merged, key, _merged(before, node), at)
        else:
            merged = _put(merged, key, node, at)
    return _without(merged, "repeat") if _may_repeat(merged.data) else merged


def _put(node: Node, key: str, child: Node, at: int) -> Node:
    return replace(node, data={**node.data, key: child.data}, children={**node.children, key: child},
                   keys={**node.keys, key: at})


def _without(node: Node, key: str) -> Node:
    if not isinstance(node.data, Mapping) or key not in node.data:
        return node
    return replace(node, data={k: v for k, v in node.data.items() if k != key},
                   children={k: v for k, v in node.children.items() if k != key},
                   keys={k: v for k, v in node.keys.items() if k != key})


def _with(node: Node, values: Mapping[str, str]) -> Node:
    """Return a section with some texts, which stand where its name stands."""
    at = node.children.get("name", node)
    for key, value in values.items():
        node = _put(node, key, Node(at.start, at.end, value), node.keys.get("name", node.start))
    return node
