"""Notes, keys, chords and meters in the notation musicians write, as plain numbers.

Weighed and left: ``music21`` (heavy to import, its objects are mutable), ``pychord`` and ``mingus`` (no slash
chords with guitar voicings in mind, sharps and flats mixed up in minor keys). What is needed fits in four tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scores.notation import NotationError, nearest
from scores.theory.qualities import tones

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1, "##": 2, "bb": -2}

# The commonest chord qualities → semitones above the root, in the order in which a voicing may leave them out last.
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
    "11": (0, 4, 7, 10, 17),  # eleventh and thirteenth chords as a band plays them: the tones between are left out
    "m11": (0, 3, 7, 10, 17),
    "13": (0, 4, 7, 10, 21),
}

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
# Sharps (+) or flats (−) in the signature of the major key on each tonic; minor is three to the flat side.
_MAJOR_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7, "G#": 8, "D#": 9, "A#": 10,
                 "F": -1, "Bb": -2, "Eb": -3, "Ab": -4, "Db": -5, "Gb": -6, "Cb": -7}
_MODE_FIFTHS = {"major": 0, "minor": -3, "dorian": -2, "mixolydian": -1}
MOST_ACCIDENTALS = 7

_NOTE = re.compile(r"([A-Ga-g])(##|bb|[#♯b♭]?)(-?\d)")
_CHORD = re.compile(r"([A-G])([#♯b♭]?)((?:[^/]|/9)*)(?:/([A-G])([#♯b♭]?))?")
_KEY = re.compile(r"([A-Ga-g])([#♯b♭]?)\s*(\w*)")
_METER = re.compile(r"(\d{1,2})/(\d{1,2})")
_GERMAN_KEY = re.compile(r"([a-h])(is|es|s)?[\s-]*(dur|moll|m?)")
_GERMAN_MODES = {"dur": "major", "": "major", "moll": "minor", "m": "minor"}
_PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
# How the quality of a chord begins → the plain triad it is built on; the first that fits, all others are major.
_TRIADS = (("maj", ""), ("dim", "dim"), ("°", "dim"), ("o", "dim"), ("ø", "dim"), ("aug", "aug"), ("+", "aug"),
           ("sus", "sus4"), ("m", "m"), ("-", "m"))


def pitch_class(name: str) -> int:
    """Pitch class 0–11 of a note name without octave, such as ``Eb`` or ``F♯``."""
    return (LETTERS[name[0].upper()] + ACCIDENTALS[name[1:]]) % 12


def parse_note(text: str) -> int:
    """MIDI number of a note name with octave, ``C4`` = 60. Raises NotationError."""
    match = _NOTE.fullmatch(text.strip())
    if not match:
        spelled = _without_h(text)
        raise NotationError(text, "a note name with its octave, such as C4, Eb3 or F#5",
                            nearest=spelled if spelled and _NOTE.fullmatch(spelled) else None)
    letter, accidental, octave = match.groups()
    number = 12 * (int(octave) + 1) + LETTERS[letter.upper()] + ACCIDENTALS[accidental]
    if not 0 <= number <= 127:
        raise NotationError(text, "a note from C-1 to G9")
    return number


def _valid_chord(text: str) -> str | None:
    """A chord symbol if it parses, or else the one that is nearest to it."""
    try:
        return parse_chord(text).symbol
    except NotationError as error:
        return error.nearest


def note_name(pitch: int) -> str:
    """Name with octave of a MIDI number, 60 = ``C4``, in the spelling of the commonest keys."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def _without_h(text: str) -> str | None:
    """A note or chord that begins with the German H, which is B, as it is written here."""
    return "B" + text[1:] if text[:1] in ("H", "h") else None


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
        return SCALES[self.mode][2] == 3

    @property
    def short(self) -> str:
        """``Cm``, ``A``, ``F#m``: as it stands in a file name."""
        return self.tonic + ("m" if self.is_minor else "")

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"

    def pitch(self, degree: int, octave: int) -> int:
        """MIDI number of the scale degree (0 = tonic, any integer) counted from the tonic of ``octave``."""
        octaves, step = divmod(degree, 7)
        return 12 * (octave + 1 + octaves) + self.pitch_class + SCALES[self.mode][step]


def parse_key(text: str) -> Key:
    """A key such as ``C minor``, ``F♯m``, ``A``. Raises NotationError."""
    allowed = "a tonic and a mode, such as C minor, A major or F# minor; modes: " + ", ".join(SCALES)
    match = _KEY.fullmatch(text.strip())
    if not match:
        raise NotationError(text, allowed, nearest=_german_key(text))
    letter, accidental, mode = match.groups()
    mode = {"": "major", "m": "minor", "maj": "major", "min": "minor"}.get(mode, mode.lower())
    if mode not in SCALES:
        raise NotationError(mode, allowed, nearest=_GERMAN_MODES.get(mode), candidates=SCALES)
    tonic = letter.upper() + accidental.replace("♯", "#").replace("♭", "b")
    if tonic not in _MAJOR_FIFTHS or abs(_MAJOR_FIFTHS[tonic] + _MODE_FIFTHS[mode]) > MOST_ACCIDENTALS:
        same = [other for other, fifths in _MAJOR_FIFTHS.items() if pitch_class(other) == pitch_class(tonic)
                and abs(fifths + _MODE_FIFTHS[mode]) <= MOST_ACCIDENTALS]
        raise NotationError(text, "a key whose signature has at most seven sharps or flats",
                            nearest=f"{same[0]} {mode}" if same else None)
    return Key(tonic, mode)


def _german_key(text: str) -> str | None:
    """A key with a German name, ``H dur``, ``fis-moll``, ``Es dur``, as it is written here."""
    match = _GERMAN_KEY.fullmatch(text.strip().casefold())
    if not match:
        return None
    letter = "B" if match[1] == "h" else match[1].upper()
    return f"{letter}{'#' if match[2] == 'is' else 'b' if match[2] else ''} {_GERMAN_MODES[match[3]]}"


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol: its spelling, the root's and the bass's pitch class and the tones above the root."""

    symbol: str
    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes of the chord's own tones, root first; a foreign slash bass is not among them."""
        return tuple(dict.fromkeys((self.root + step) % 12 for step in self.intervals))

    @property
    def is_minor(self) -> bool:
        return 3 in self.intervals and 4 not in self.intervals


def parse_chord(symbol: str) -> Chord:
    """A chord symbol with an optional slash bass: ``Cm``, ``Abmaj7``, ``Eb/G``. Raises NotationError."""
    text = symbol.strip()
    match = _CHORD.fullmatch(text)
    if not match:
        capital = _without_h(text) or text[:1].upper() + text[1:]
        raise NotationError(text, "a chord symbol such as Cm, Abmaj7, Eb/G or F#m7b5",
                            nearest=_valid_chord(capital) if capital != text else None)
    letter, accidental, quality, bass_letter, bass_accidental = match.groups()
    intervals = QUALITIES.get(quality) or tones(quality)
    if intervals is None:
        raise NotationError(
            text,
            "a chord whose quality is major (nothing) or such as " + ", ".join(q for q in QUALITIES if q),
            nearest=letter + accidental + _nearest_quality(quality),
        )
    root = pitch_class(letter + accidental)
    bass = pitch_class(bass_letter + bass_accidental) if bass_letter else root
    return Chord(text, root, intervals, bass)


def _nearest_quality(quality: str) -> str:
    """The quality spelled most like an unknown one, of those on the same triad; the triad where none is like it.

    One with other numbers or other accidentals is another chord, and nobody's meaning.
    """
    triad = _triad(quality)
    said = _said(quality)
    return nearest(quality, [known for known in QUALITIES
                             if known and _triad(known) == triad and _said(known) == said]) or triad


def _said(quality: str) -> tuple[list[str], set[str]]:
    """Numbers and accidentals of a quality."""
    return re.findall(r"\d+", quality), set(quality.replace("♯", "#").replace("♭", "b")) & {"#", "b"}


def _triad(quality: str) -> str:
    return next((triad for beginning, triad in _TRIADS if quality.startswith(beginning)), "")


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature. A beat in this project is a quarter note; ``pulse_beats`` is what the foot taps."""

    numerator: int
    denominator: int

    @property
    def bar_beats(self) -> Fraction:
        """Length of a bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def pulse_beats(self) -> Fraction:
        """Length of the felt beat in quarter notes: a dotted quarter in 6/8, the written unit elsewhere."""
        compound = self.denominator == 8 and self.numerator % 3 == 0 and self.numerator > 3
        return Fraction(4 * (3 if compound else 1), self.denominator)

    @property
    def pulses(self) -> int:
        """Felt beats in a bar."""
        return int(self.bar_beats / self.pulse_beats)

    def strength(self, beat: Fraction | float) -> float:
        """Metrical weight 0–1 of a place in the bar, in quarter notes from the bar line.

        1 on the first pulse, 0.75 on a middle pulse that divides the bar, 0.5 on the others, 0.25 half a pulse
        away (a third in compound time), 0 elsewhere.
        """
        return _strength(self, round(beat * PLACES))

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


PLACES = 96  # of a quarter note, on which every binary and ternary note value down to 1/128 falls


@lru_cache(maxsize=4096)
def _strength(meter: Meter, place: int) -> float:
    bar, pulse = round(meter.bar_beats * PLACES), round(meter.pulse_beats * PLACES)
    if place % bar == 0:
        return 1.0
    if place % pulse == 0:
        return 0.75 if meter.pulses % 2 == 0 and place // pulse % meter.pulses == meter.pulses // 2 else 0.5
    division = 3 if meter.pulse_beats == Fraction(3, 2) else 2
    return 0.25 if place % (pulse // division) == 0 else 0.0


def parse_meter(text: str) -> Meter:
    """A time signature such as ``4/4`` or ``6/8``. Raises NotationError."""
    match = _METER.fullmatch(text.strip())
    if not match or int(match[1]) not in range(1, 33) or int(match[2]) not in (1, 2, 4, 8, 16, 32):
        raise NotationError(text, "a meter such as 4/4, 3/4, 6/8 or 5/4",
                            candidates=("4/4", "3/4", "2/4", "5/4", "7/4", "2/2", "3/8", "6/8", "9/8", "12/8"))
    return Meter(int(match[1]), int(match[2]))
