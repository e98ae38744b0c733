"""The percussion map of General MIDI, and the substitutes for pieces that a kit lacks.

References
----------
MIDI Manufacturers Association, General MIDI System Level 1, 1991.
"""

from __future__ import annotations

# Piece of each MIDI key.
PIECES: dict[int, str] = {
    35: "low_kick",
    36: "kick",
    37: "side_stick",
    38: "snare",
    39: "clap",
    40: "rim_shot",
    41: "floor_tom",
    42: "closed_hat",
    43: "high_floor_tom",
    44: "pedal_hat",
    45: "low_tom",
    46: "open_hat",
    47: "low_mid_tom",
    48: "high_mid_tom",
    49: "crash",
    50: "high_tom",
    51: "ride",
    52: "china",
    53: "ride_bell",
    54: "tambourine",
    55: "splash",
    56: "cowbell",
    57: "second_crash",
    58: "vibraslap",
    59: "second_ride",
    60: "high_bongo",
    61: "low_bongo",
    62: "mute_conga",
    63: "open_conga",
    64: "low_conga",
    65: "high_timbale",
    66: "low_timbale",
    67: "high_agogo",
    68: "low_agogo",
    69: "cabasa",
    70: "maracas",
    71: "short_whistle",
    72: "long_whistle",
    73: "short_guiro",
    74: "long_guiro",
    75: "claves",
    76: "high_wood_block",
    77: "low_wood_block",
    78: "mute_cuica",
    79: "open_cuica",
    80: "mute_triangle",
    81: "open_triangle",
}
# The pieces that a drummer would put microphones to, by the name of their stem; all others are percussion.
STEMS: dict[str, tuple[int, ...]] = {
    "kick": (35, 36), "snare": (37, 38, 40), "hats": (42, 44, 46), "toms": (41, 43, 45, 47, 48, 50),
    "ride": (51, 53, 59), "crash": (49, 52, 55, 57), "claps": (39,)}
KEYS = {piece: key for key, piece in PIECES.items()}
LOWEST, HIGHEST = min(PIECES), max(PIECES)

# Substitute of a piece, similar in sound and length; if the kit lacks it too, its own substitute is taken.
NEAREST: dict[str, str] = {
    "low_kick": "kick",
    "rim_shot": "snare",
    "high_floor_tom": "floor_tom",
    "low_mid_tom": "low_tom",
    "high_mid_tom": "low_mid_tom",
    "high_tom": "high_mid_tom",
    "pedal_hat": "closed_hat",
    "second_crash": "crash",
    "china": "crash",
    "splash": "crash",
    "second_ride": "ride",
    "ride_bell": "ride",
    "short_whistle": "mute_triangle",
    "long_whistle": "open_triangle",
    "mute_cuica": "mute_conga",
    "open_cuica": "open_conga",
}


def stem_of(key: int) -> str:
    """Return the name of the stem of a MIDI key."""
    return next((name for name, keys in STEMS.items() if key in keys), "percussion")


def nearest_piece(key: int, kit: frozenset[str]) -> str:
    """Return the piece of a kit for a MIDI key: its own, or the nearest substitute that the kit has.

    A key beyond the map is that of the nearest end.
    """
    piece = PIECES[min(max(key, LOWEST), HIGHEST)]
    while piece not in kit:
        piece = NEAREST[piece]
    return piece
