"""What comes after the words: silence, one note that rings, a breath, as the stage directions say."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from scores.sheets.directions import directions_in
from scores.sheets.draft import DraftSection
from scores.theory import Key, Meter

_VALUES = ((Fraction(6), "1."), (Fraction(4), "1"), (Fraction(3), "1/2."), (Fraction(2), "1/2"),
           (Fraction(3, 2), "1/4."), (Fraction(1), "1/4"), (Fraction(1, 2), "1/8"), (Fraction(1, 4), "1/16"),
           (Fraction(1, 8), "1/32"))
_CRUSHED: dict[str, Any] = {"instrument": "felt_piano", "effects": [{"bit_crush": {"bits": 4, "full_scale_db": -12}}],
                            "glitch": 0}
_PLAIN: dict[str, Any] = {"instrument": "felt_piano", "sends": {"plate": -13}, "glitch": 0}


def values_of(beats: Fraction) -> list[str]:
    """Return the note values that make up a length in quarter notes, the longest first."""
    found = []
    for length, value in _VALUES:
        while beats >= length:
            found.append(value)
            beats -= length
    return found


def coda_of(directions: Sequence[str], key: Key, meter: Meter) -> tuple[DraftSection, dict[str, Any]] | None:
    """Return the section that stage directions make, and the part that plays its last note.

    Returns
    -------
    tuple or None
        The part is empty where nobody plays; None where no direction asks for bars.
    """
    bars: list[str] = []
    part: dict[str, Any] = {}
    rest = " ".join(f"r:{value}" for value in values_of(meter.bar_beats))
    octave = 3 if key.pitch_class < 7 else 2
    for direction in directions:
        asked = directions_in(direction)
        if "note" in asked:
            part = dict(_CRUSHED if "crushed" in asked else _PLAIN)
            note = f"{key.tonic}{octave}"
            full = [f"{note}:{value}" for value in values_of(meter.bar_beats)]
            half = meter.bar_beats / 2 if meter.bar_beats.denominator == 1 and meter.bar_beats % 2 == 0 else None
            held = [f"{note}:{value}" for value in values_of(half or meter.bar_beats)]
            ring = [token + "~" for token in full] + [token + "~" for token in held[:-1]] + held[-1:]
            first = ring[0].removesuffix("~") + "@112~"
            second = " ".join(ring[len(full):]) + (" " + " ".join(f"r:{value}" for value in values_of(half))
                                                   if half else "")
            bars += [" ".join([first, *ring[1:len(full)]]), second]
        elif "silence" in asked or "breath" in asked:
            bars.append(rest)
    if not bars:
        return None
    values: dict[str, Any] = {"name": "Coda", "tag": "End", "cue": ", ".join(directions)[:200], "bars": len(bars)}
    if part:
        values |= {"dynamics": "mf", "tails": "cut",
                   "play": {"last_note": {"notes": "| " + " | ".join(bars) + " |", "exact": True}}}
    else:
        values["tails"] = "cut"
    return DraftSection("end", values), part
