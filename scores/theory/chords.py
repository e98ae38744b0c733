"""Chords by symbol."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scores.notation import NotationError, nearest
from scores.theory.notes import pitch_class, without_h
from scores.theory.qualities import tones

# Semitones above the root of each of the most common chord qualities; ``qualities.tones`` reads the others.
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "mmaj7": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "7sus4": (0, 5, 7, 10),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "69": (0, 4, 7, 9, 14),
    "m69": (0, 3, 7, 9, 14),
    "7b5": (0, 4, 6, 10),
    "aug7": (0, 4, 8, 10),
    "7b9": (0, 4, 7, 10, 13),
    "7#9": (0, 4, 7, 10, 15),
    "11": (0, 4, 7, 10, 17),  # eleventh and thirteenth chords without the tones between, as bands play them
    "m11": (0, 3, 7, 10, 17),
    "13": (0, 4, 7, 10, 21),
}
_CHORD = re.compile(r"([A-G])([#♯b♭]?)((?:[^/]|/9)*)(?:/([A-G])([#♯b♭]?))?")
# How the quality of a chord begins, and the triad it is built on. The first that fits counts; all others are major.
_TRIADS = (("maj", ""), ("dim", "dim"), ("°", "dim"), ("o", "dim"), ("ø", "dim"), ("aug", "aug"), ("+", "aug"),
           ("sus", "sus4"), ("m", "m"), ("-", "m"))


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord.

    Parameters
    ----------
    symbol
        The chord symbol as written.
    root, bass
        Pitch classes, 0–11; the bass differs from the root in a slash chord.
    intervals
        Semitones of the tones above the root, the root (0) first.
    """

    symbol: str
    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes of the chord's tones, root first, without a slash bass that is not one of them."""
        return tuple(dict.fromkeys((self.root + step) % 12 for step in self.intervals))

    @property
    def is_minor(self) -> bool:
        return 3 in self.intervals and 4 not in self.intervals


def parse_chord(symbol: str) -> Chord:
    """Parse a chord symbol with an optional slash bass: ``Cm``, ``Abmaj7``, ``Eb/G``.

    Raises
    ------
    NotationError
        For any other text, with the nearest chord.
    """
    text = symbol.strip()
    match = _CHORD.fullmatch(text)
    if not match:
        capital = without_h(text) or text[:1].upper() + text[1:]
        raise NotationError(text, "a chord symbol such as Cm, Abmaj7, Eb/G or F#m7b5",
                            nearest=_valid_chord(capital) if capital != text else None)
    letter, accidental, quality, bass_letter, bass_accidental = match.groups()
    intervals = QUALITIES.get(quality) or tones(quality)
    if intervals is None:
        raise NotationError(
            text,
            "a letter from A to G, then nothing for major or a quality such as " + ", ".join(q for q in QUALITIES if q),
            nearest=letter + accidental + _nearest_quality(quality),
        )
    root = pitch_class(letter + accidental)
    bass = pitch_class(bass_letter + bass_accidental) if bass_letter else root
    return Chord(text, root, intervals, bass)


def _nearest_quality(quality: str) -> str:
    """Return the known quality nearest in spelling, on the same triad; the triad itself where none is near.

    It has the same numbers and accidentals, because others would be another chord.
    """
    triad, marks = _triad(quality), _marks(quality)
    return nearest(quality, [known for known in QUALITIES
                             if known and _triad(known) == triad and _marks(known) == marks]) or triad


def _marks(quality: str) -> tuple[list[str], set[str]]:
    """Return the numbers and the accidentals of a quality."""
    return re.findall(r"\d+", quality), set(quality.replace("♯", "#").replace("♭", "b")) & {"#", "b"}


def _triad(quality: str) -> str:
    """Return the triad that a quality is built on."""
    return next((triad for beginning, triad in _TRIADS if quality.startswith(beginning)), "")


def _valid_chord(text: str) -> str | None:
    """Return a chord symbol if it is valid, the nearest one otherwise."""
    try:
        return parse_chord(text).symbol
    except NotationError as error:
        return error.nearest
