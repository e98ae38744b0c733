"""``count_in: 1``: the bars before a song as a section of their own, with a part of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scores.faults import Fault
from scores.format.source import Node
from scores.format.wording import fault

# The part and the section.
PART = "count_in"
SECTION = "Count-in"
# Most bars.
MOST_BARS = 4


def with_count_in(root: Node) -> tuple[Node, list[Fault]]:
    """Return a score with its count-in written out, and what is wrong with it.

    The count-in is a part like any other, so it has a stem, is in the sum of the stems and in the MIDI file, and a DAW
    can mute it. Everybody else is silent in its section, and it is silent in theirs.
    """
    bars, parts, sections = (root.data.get(key) for key in (PART, "parts", "sections"))
    if type(bars) is not int or not 1 <= bars <= MOST_BARS or not isinstance(parts, Mapping) \
            or not isinstance(sections, tuple) or not sections or not isinstance(sections[0], Mapping):
        return root, []
    here = root.children[PART]
    if PART in parts:
        return root, [fault(("parts", PART), f'a part cannot be called "{PART}" where a count-in is asked for',
                            found=PART, on_key=True, allowed="another name, or no count_in at the top")]
    first = root.children["sections"].children[0]
    kept = {key: first.children[key] for key in ("meter", "key") if key in first.data}
    tempo = first.data.get("tempo")
    if isinstance(tempo, int | float) or (isinstance(tempo, str) and "," not in tempo and any(map(str.isdigit, tempo))):
        kept["tempo"] = first.children["tempo"]
    silent = dict.fromkeys(parts, "off")
    count = _node(here, {"name": SECTION, "bars": bars, "harmony": "N.C.", "temperature": 0,
                         "play": {**silent, PART: PART}}, kept)
    played = [count, *(_silent(section, here) for section in root.children["sections"].children.values())]
    listed = replace(root.children["sections"], data=tuple(node.data for node in played),
                     children=dict(enumerate(played)))
    part = _node(here, {"instrument": "drum_kit"}, {})
    band = root.children["parts"]
    band = replace(band, data={**parts, PART: part.data}, children={**band.children, PART: part},
                   keys={**band.keys, PART: here.start})
    data = {**root.data, "parts": band.data, "sections": listed.data}
    return replace(root, data=data, children={**root.children, "parts": band, "sections": listed}), []


def _silent(section: Node, here: Node) -> Node:
    """Return a section in which the count-in does not play."""
    play = section.children.get("play") if isinstance(section.data, Mapping) else None
    if not isinstance(section.data, Mapping) or (play is not None and not isinstance(play.data, Mapping)):
        return section
    off = Node(here.start, here.end, "off")
    band = play if play is not None else Node(here.start, here.end, {})
    band = replace(band, data={**band.data, PART: "off"}, children={**band.children, PART: off},
                   keys={**band.keys, PART: here.start})
    return replace(section, data={**section.data, "play": band.data}, children={**section.children, "play": band},
                   keys={"play": here.start, **section.keys})


def _node(here: Node, data: Mapping[str, Any], children: Mapping[str, Node]) -> Node:
    """Return a mapping that stands where the count-in is asked for."""
    made: dict[str | int, Node] = {key: _node(here, value, {}) if isinstance(value, Mapping)
                                   else Node(here.start, here.end, value) for key, value in data.items()}
    made.update(children.items())
    return Node(here.start, here.end, {key: node.data for key, node in made.items()}, made,
                {str(key): here.start for key in made})
