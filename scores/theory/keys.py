"""Keys and their scales."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scores.notation import NotationError
from scores.theory.notes import pitch_class

# Steps of each mode in semitones above the tonic.
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    # The six notes of the blues scale and the sixth of the tonic's seventh chord, between fifth and seventh.
    "blues": (0, 3, 5, 6, 7, 9, 10),
}
# Modes whose scale is over a major chord although it has the minor third: blue notes.
_OVER_MAJOR = {"blues"}
# Sharps (+) or flats (−) in the signature of the major key on each tonic.
_MAJOR_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7, "G#": 8, "D#": 9, "A#": 10,
                 "F": -1, "Bb": -2, "Eb": -3, "Ab": -4, "Db": -5, "Gb": -6, "Cb": -7}
# Sharps (+) or flats (−) that a mode adds to the major key on its tonic.
_MODE_FIFTHS = {"major": 0, "minor": -3, "dorian": -2, "mixolydian": -1, "lydian": 1, "phrygian": -4,
                "harmonic minor": -3, "melodic minor": -3, "blues": 0}
# Most sharps or flats in a key signature.
MOST_ACCIDENTALS = 7

_KEY = re.compile(r"([A-Ga-g])(b|♭|\s*[#♯]|[\s-]*(?:sharp|flat)\b)?[\s-]*(\w*(?:[\s-]+\w+)*)")
_GERMAN_KEY = re.compile(r"([a-h])(is|es|s)?[\s-]*(dur|moll|m?)")
_GERMAN_MODES = {"dur": "major", "": "major", "moll": "minor", "m": "minor"}
# Other names of the modes.
_MODES = {"": "major", "m": "minor", "maj": "major", "min": "minor", "mi": "minor", "M": "major", "dur": "major",
          "moll": "minor", "menor": "minor", "mayor": "major", "maggiore": "major", "minore": "minor",
          "majeur": "major", "mineur": "minor", "ionian": "major", "aeolian": "minor", "dor": "dorian",
          "mix": "mixolydian", "natural minor": "minor", "harm minor": "harmonic minor", "mel minor": "melodic minor",
          "minor harmonic": "harmonic minor", "minor melodic": "melodic minor", "major blues": "blues"}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and a mode."""

    tonic: str
    mode: str

    @property
    def pitch_class(self) -> int:
        return pitch_class(self.tonic)

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes (0–11), from the tonic upwards."""
        return tuple((self.pitch_class + step) % 12 for step in SCALES[self.mode])

    @property
    def fifths(self) -> int:
        """Sharps (positive) or flats (negative) in the key signature, −7 … 7."""
        return _MAJOR_FIFTHS[self.tonic] + _MODE_FIFTHS[self.mode]

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return 3 in SCALES[self.mode] and self.mode not in _OVER_MAJOR

    @property
    def tonic_chord(self) -> str:
        """Symbol of the chord on the tonic: minor, major, or a seventh chord in blues."""
        return f"{self.tonic}7" if self.mode == "blues" else self.short

    @property
    def short(self) -> str:
        """Short form for file names: ``Cm``, ``A``, ``F#m``."""
        return self.tonic + ("m" if self.is_minor else "")

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"

    def pitch(self, degree: int, octave: int) -> int:
        """Return the MIDI number of a scale degree (0 is the tonic, any integer) from the tonic of ``octave`` on."""
        octaves, step = divmod(degree, 7)
        return 12 * (octave + 1 + octaves) + self.pitch_class + SCALES[self.mode][step]


def parse_key(text: str) -> Key:
    """Parse a key such as ``C minor``, ``F♯m`` or ``A``.

    Raises
    ------
    NotationError
        For any other text, and for keys with more than seven sharps or flats.
    """
    allowed = "a tonic and a mode, such as C minor, A major or F# minor; modes: " + ", ".join(SCALES)
    german = _german_key(text) if re.search(r"dur|moll", text, re.IGNORECASE) else None
    if german and german[0] == "B" and text.strip()[0] in "Bb":
        meant = german.replace("B", "Bb", 1) if german[1] == " " else german
        raise NotationError(text, f"{meant}, or {german}: a German B is B flat", nearest=meant)
    match = _KEY.fullmatch((german or text).strip())
    if not match:
        raise NotationError(text, allowed, nearest=_german_key(text))
    letter, written, mode = match.groups()
    named = " ".join(re.split(r"[\s-]+", mode))
    mode = _MODES.get(named) or _MODES.get(named.lower()) or named.lower()
    if mode not in SCALES:
        raise NotationError(mode, allowed, candidates=SCALES)
    accidental = (written or "").strip(" -")
    tonic = letter.upper() + {"sharp": "#", "flat": "b", "♯": "#", "♭": "b"}.get(accidental, accidental)
    if tonic not in _MAJOR_FIFTHS or abs(_MAJOR_FIFTHS[tonic] + _MODE_FIFTHS[mode]) > MOST_ACCIDENTALS:
        same = [other for other, fifths in _MAJOR_FIFTHS.items() if pitch_class(other) == pitch_class(tonic)
                and abs(fifths + _MODE_FIFTHS[mode]) <= MOST_ACCIDENTALS]
        raise NotationError(text, "a key whose signature has at most seven sharps or flats",
                            nearest=f"{same[0]} {mode}" if same else None)
    return Key(tonic, mode)


def _german_key(text: str) -> str | None:
    """Return a key with a German name, such as ``H dur``, ``fis-moll`` or ``Es dur``, in English spelling."""
    match = _GERMAN_KEY.fullmatch(text.strip().casefold())
    if not match:
        return None
    letter = "B" if match[1] == "h" else match[1].upper()
    return f"{letter}{'#' if match[2] == 'is' else 'b' if match[2] else ''} {_GERMAN_MODES[match[3]]}"
