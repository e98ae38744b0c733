"""Right-hand patterns of fingerpicking: the fingers p, i, m and a in each group of a bar.

A pattern is a row of tokens, one for each place of the grid: fingers that pluck together (``p``, ``pm``, ``ima``) or
``-`` for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scores.composing.form import groups
from scores.notation import NotationError
from scores.theory import Meter

# One token for each grid place of one bar.
Pattern = tuple[str, ...]
FINGERS = "pima"
REST = "-"

# The groups of each family by their length in grid places; the groups of a bar take them in turn.
FAMILIES: dict[str, dict[int, tuple[str, ...]]] = {
    "travis": {  # the thumb keeps the pulse, the fingers syncopate
        1: ("p",), 2: ("p i", "p m"), 3: ("p i m", "p m i"), 4: ("pm - p i", "p m p i"),
        6: ("pm - p i p m", "p i p m p i")},
    "arpeggio": {  # up and down through the chord, one thumb a group
        1: ("p",), 2: ("p i", "m a"), 3: ("p i m", "a m i"), 4: ("p i m a", "p a m i"),
        6: ("p i m a m i", "p m a m i m")},
    "roll": {  # forward rolls
        1: ("p",), 2: ("p m", "i m"), 3: ("p i m", "p i a"), 4: ("p i m i", "p m a m"),
        6: ("p i m p i m", "p i a p i m")},
    "broken": {  # outside in
        1: ("p",), 2: ("p a", "i m"), 3: ("p a m", "i a m"), 4: ("p m i a", "p i m i"),
        6: ("p a m i a m", "p m i a m i")},
    "pinch": {  # bass and melody together, air around them
        1: ("p",), 2: ("pa", "im"), 3: ("pa i m", "p i m"), 4: ("pa - i m", "p - ima -"),
        6: ("pa - im - im -", "p - im - im -")},
    "ballad": {  # few notes
        1: ("p",), 2: ("p -", "i m"), 3: ("p - i", "m - -"), 4: ("p - i m", "a - m -"),
        6: ("p - i m a -", "p - m - i -")},
}
# Logits of each family by the length of a bar's first group: how usual it is in such a meter.
SUITS = {
    "travis": {4: 0.7, 3: -0.5, 6: -0.4}, "arpeggio": {3: 0.6, 6: 0.6, 4: 0.4}, "roll": {3: 0.3},
    "broken": {}, "pinch": {6: 0.5, 4: -0.1}, "ballad": {},
}
# Last group of a phrase, by its length.
FILLS = {1: "p", 2: "p m", 3: "p m a", 4: "pi m a m", 6: "p i m a m a"}


def family_pattern(family: str, meter: Meter, unit: Fraction) -> Pattern:
    """Return one bar of a family in a meter; ``unit`` is the grid in quarter notes."""
    table = FAMILIES[family]
    return tuple(token for i, size in enumerate(groups(meter, unit)) for token in table[size][i % 2].split())


def suits(family: str, meter: Meter, unit: Fraction) -> float:
    """Return how usual a family is in a meter, in logits."""
    return SUITS[family].get(groups(meter, unit)[0], 0.0)


def parse_picking(value: object) -> str:
    """Check a pattern: ``auto``, the name of a family, or fingers such as ``p i m a m i``.

    Raises
    ------
    NotationError
        For any other text.
    """
    allowed = "auto, one of " + ", ".join(FAMILIES) + ", or fingers such as p i m a; pm for two together, - for none"
    text = value.strip() if isinstance(value, str) else str(value)
    if text == "auto" or text in FAMILIES:
        return text
    tokens = text.split()
    if len(tokens) < 2 or len(tokens) > 128 or not all(
            token == REST or (set(token) <= set(FINGERS) and len(set(token)) == len(token)) for token in tokens):
        raise NotationError(text, allowed, candidates=("auto", *FAMILIES))
    if all(token == REST for token in tokens):
        raise NotationError(text, "at least one finger", nearest="p i m a")
    return text


def explicit_pattern(text: str, places: int) -> Pattern:
    """Return written fingers, one for each grid place, repeated until the bar is full."""
    tokens = text.split()
    return tuple(tokens[i % len(tokens)] for i in range(places))


def density(pattern: Sequence[str]) -> float:
    """Return the share of the grid places on which something is plucked, 0–1."""
    return sum(token != REST for token in pattern) / len(pattern)
