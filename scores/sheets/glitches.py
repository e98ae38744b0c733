"""Glitch and temperature over the song, where the page speaks of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scores.sheets.band import Band, palette_words
from scores.sheets.playing import Manner
from scores.sheets.sheet import Sheet, SheetSection

# Glitch of the section in which it begins, and of the last one, in a style that is nothing but glitch.
_FIRST, _LAST = 0.08, 0.9
# Logit of an effect that the style names, and of the song's usual ones beside it.
_NAMED, _USUAL = 1.0, 0.0
# Temperature where a line goes to T = 0, and where it goes beyond all bounds.
COLD, HOT = 0.02, 1.8
_GOES = r"(?<!\w)(?:T|τ|temperature)\W{0,3}(?:→|->|approach\w*|to|goes to|falls to|rises to|=)\W{0,3}"
_TO_ZERO = re.compile(_GOES + r"(?:0|zero)(?!\w)", re.IGNORECASE)
_TO_ALL = re.compile(_GOES + r"(?:∞|infinity|god|all)", re.IGNORECASE)


def glitch_curves(manners: Sequence[Manner], band: Band) -> list[tuple[float, float]]:
    """Return the glitch of each section, from and to: what its cue says, else rising from where it begins."""
    strength = float(band.table("glitch", 0.0))
    cued = [i for i, manner in enumerate(manners) if manner.glitch is not None and manner.glitch[1] > 0]
    if not strength and not cued:
        return [(0.0, 0.0)] * len(manners)
    first = min(cued) if cued else 1
    rises = strength > 0 or any(manner.more for manner in manners)
    strength = strength or 0.7
    curves, before = [], 0.0
    for i, manner in enumerate(manners):
        if manner.glitch is not None:
            curve = manner.glitch
        elif i < first or not rises:
            curve = (0.0, 0.0)
        else:
            steps = max(len(manners) - first, 1)
            low = _FIRST + (_LAST - _FIRST) * strength * (i - first) / steps
            high = _FIRST + (_LAST - _FIRST) * strength * (i + 1 - first) / steps
            curve = (max(low, min(before, high)), high)
        if manner.more:
            curve = (curve[0], min(max(curve[1], curve[0] + 0.3), 1.0))
        curves.append((round(curve[0], 2), round(curve[1], 2)))
        before = curve[1] or before
    return curves


def palette_of(sheet: Sheet) -> dict[str, float]:
    """Return the song's palette, where its style names effects; empty where it does not."""
    named = list(dict.fromkeys(found.means for found in palette_words().find(f"{sheet.style} . {sheet.talk}")))
    if not named:
        return {}
    palette: dict[str, float] = dict.fromkeys(named, _NAMED)
    for usual in ("stutter", "bit_crush", "rate_hold"):
        palette.setdefault(usual, _USUAL)
    return palette


def temperature_curve(section: SheetSection) -> dict[str, Any] | None:
    """Return the temperature of a section whose lines speak of it, by its lines; None for the others."""
    points: dict[str, Any] = {}
    for n, line in enumerate(section.lines, 1):
        if _TO_ZERO.search(line.text):
            points |= {f"line {n}": COLD}
        elif _TO_ALL.search(line.text):
            points |= {f"line {n}": HOT}
    if _TO_ZERO.search(section.cue):
        return {"start": 0.7, "end": COLD}
    if _TO_ALL.search(section.cue):
        return {"start": 0.7, "end": HOT}
    if not points:
        return None
    return ({} if "line 1" in points else {"start": 0.7}) | points
