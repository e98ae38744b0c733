"""The kits by name, each a table of pieces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Literal, get_args

from instruments.drums.acoustic import ACOUSTIC
from instruments.drums.electronic import TR808, TR909
from instruments.drums.keys import nearest_piece
from instruments.drums.levels import TRIM_DB
from instruments.drums.percussion import PERCUSSION
from instruments.drums.pieces import Piece
from instruments.drums.small import BRUSHES, CAJON, LOFI

KitName = Literal["acoustic", "brushes", "cajon", "lofi", "808", "909"]
KITS: dict[str, dict[str, Piece]] = {
    "acoustic": ACOUSTIC,
    "brushes": BRUSHES,
    "cajon": CAJON,
    "lofi": LOFI,
    "808": TR808,
    "909": TR909,
}
# Programs of the drum kits on channel 10 (General MIDI level 2 and Roland GS), counted from 1.
PROGRAMS: dict[str, int] = {"acoustic": 1, "brushes": 41, "cajon": 1, "lofi": 1, "808": 26, "909": 25}
assert set(KITS) == set(get_args(KitName)) == set(PROGRAMS)


@cache
def kit(name: str) -> dict[str, Piece]:
    """Return the pieces of a kit, with hand percussion, at their levels."""
    whole = PERCUSSION | KITS[name]
    trims = TRIM_DB["acoustic"] | TRIM_DB[name]
    return {piece: replace(made, level_db=made.level_db + trims.get(piece, 0.0)) for piece, made in whole.items()}


@cache
def piece_of(name: str, key: int) -> str:
    """Return the piece of a kit for a MIDI key."""
    return nearest_piece(key, frozenset(kit(name)))
