"""Which part of the score a track of a file is, by the name that a program gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# What programs and people put beside the name of a part: Live writes "Piano - MIDI", others number their tracks.
BESIDE = frozenset({"midi", "track", "trk", "inst", "instrument"})
HANDS = frozenset({"rh", "lh", "r", "l", "right", "left", "hand", "upper", "lower", "staff"})
DRUM_CHANNEL = 9  # counted from 0: General MIDI's channel 10
DRUMS = ("drums", "drum", "percussion", "beat", "kit")


def part_of(name: str, parts: Sequence[str]) -> str | None:
    """The part that a track's name means; None where it names none.

    Capitals, spaces and signs do not matter. Where the whole name is no part, numbers and words such as "MIDI" are left
    out, then those of hands ("Piano, RH"), by which several tracks may be one part.
    """
    words = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    by_words = {tuple("".join(c if c.isalnum() else " " for c in part.casefold()).split()): part for part in parts}
    bare = [word for word in words if word not in BESIDE]
    unnumbered = bare[1:] if bare and bare[0].isdigit() else bare
    plain = [word for word in bare if not word.isdigit()]
    for tried in (words, bare, unnumbered, plain, [word for word in plain if word not in HANDS]):
        if tuple(tried) in by_words:
            return by_words[tuple(tried)]
    return None


def part_on(channels: Iterable[int], parts: Sequence[str]) -> str | None:
    """The part whose notes our own files have on a channel: the first on channel 1, channel 10 left for drums."""
    for channel in channels:
        if channel == DRUM_CHANNEL:
            return next((part for name in DRUMS for part in parts if name in part.casefold()), None)
        place = channel - (channel > DRUM_CHANNEL)
        return parts[place] if place < len(parts) else None
    return None
