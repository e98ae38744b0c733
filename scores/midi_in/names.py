"""Which part of the score a track of a file is: by the name that a program gives it, or by its channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# What programs and people put beside the name of a part: Live writes "Piano - MIDI", others number their tracks.
BESIDE = frozenset({"midi", "track", "trk", "inst", "instrument"})
HANDS = frozenset({"rh", "lh", "r", "l", "right", "left", "hand", "upper", "lower", "staff"})
# Beginning of the names of our tracks of glitches.
GLITCHES = "glitch"
# Channel of percussion in General MIDI, channel 10, counted from 0.
DRUM_CHANNEL = 9
# Words by which a part or its instrument is percussion.
DRUMS = frozenset({"drum", "drums", "percussion", "kit"})


def part_of(name: str, parts: Iterable[str]) -> str | None:
    """Find the part that a track's name means.

    Capitals, spaces and signs do not matter. Where the whole name is no part, numbers and words such as "MIDI" are left
    out, then those of hands ("Piano, RH"), so that several tracks may be one part.

    Returns
    -------
    str or None
        The name of the part, None where the track names none.
    """
    words = _words(name)
    by_words = {tuple(_words(part)): part for part in parts}
    bare = [word for word in words if word not in BESIDE]
    unnumbered = bare[1:] if bare and bare[0].isdigit() else bare
    plain = [word for word in bare if not word.isdigit()]
    for tried in (words, bare, unnumbered, plain, [word for word in plain if word not in HANDS]):
        if tuple(tried) in by_words:
            return by_words[tuple(tried)]
    return None


def is_glitches(name: str) -> bool:
    """Whether a track's name is that of our tracks of glitches, numbered and with "MIDI" beside it or not."""
    words = [word for word in _words(name) if word not in BESIDE and not word.isdigit()]
    return bool(words) and words[0].startswith(GLITCHES)


def drum_part(parts: Mapping[str, str]) -> str | None:
    """Find the part that channel 10 means: the first that is percussion by its name or that of its instrument.

    Parameters
    ----------
    parts
        The instrument of each part.
    """
    return next((part for part, instrument in parts.items()
                 if not DRUMS.isdisjoint([*_words(part), *_words(instrument)])), None)


def part_on(channels: Iterable[int], parts: Mapping[str, str]) -> str | None:
    """Find the part whose notes our own files have on a channel: drum kits on channel 10, all others in their order.

    Parameters
    ----------
    channels
        Channels of a track, from 0; the first one counts.
    parts
        The instrument of each part, in the order of the score.
    """
    for channel in channels:
        if channel == DRUM_CHANNEL:
            return drum_part(parts)
        seated = [part for part, instrument in parts.items() if DRUMS.isdisjoint(_words(instrument))]
        place = channel - (channel > DRUM_CHANNEL)
        return seated[place] if place < len(seated) else None
    return None


def _words(name: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in name.casefold()).split()
