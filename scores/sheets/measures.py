"""Tempo, meter, key and the bars of the lines: as the sheet says, or else as style and words have them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from scores.lyrics.mouth import least_seconds
from scores.lyrics.syllables import words
from scores.notation import NotationError
from scores.sheets.band import Band, moods
from scores.sheets.draft import Guesses
from scores.sheets.say import spoken
from scores.sheets.sheet import Sheet, SheetLine
from scores.theory import Key, Meter, parse_chord, parse_key, parse_meter
from scores.theory.keys import SCALES
from scores.theory.notes import pitch_class

# Usual rate of the syllables of a line, with its rests [1/s], by how it is given.
_RATES = {"sung": 2.0, "whispered": 1.9, "breath": 1.8, "spoken": 2.6, "rap": 4.6}
# Rate of a chorus, to that of a verse.
_CHORUS_RATE = 0.85
# Highest rate that is planned for [syllables/s]: the reader refuses 6.
_MOST_RATE = 4.4
# Most syllables of a bar that is rapped, a sixteenth each with room to breathe.
_MOST_RAPPED = 12
# Cost of a rate away from the usual one, for each factor of e.
_RATE_COST = 5.0
# Logit of the bars that a line had in the earlier section of the kind.
_AS_BEFORE = 6.0
# Fewest distances between stresses by which a meter is told.
FEWEST_GAPS = 12
# Share of hurried lines from which all lines have more room.
_MANY = 0.4
# Lengths of a line that are tried [bars].
_BARS_A_LINE = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
_GUITAR_KEYS = {"G major": 1.2, "C major": 1.0, "D major": 1.0, "A major": 0.6, "E major": 0.6, "F major": -0.3,
                "A minor": 1.2, "E minor": 1.2, "D minor": 0.6, "B minor": 0.2, "F# minor": -0.3, "C minor": -0.6,
                "A dorian": 0.6, "D dorian": 0.6, "E dorian": 0.3, "D mixolydian": 0.6, "G mixolydian": 0.6,
                "A mixolydian": 0.6}
_KEYBOARD_KEYS = {"C major": 1.0, "F major": 0.8, "G major": 0.8, "Bb major": 0.6, "Eb major": 0.6, "Ab major": 0.4,
                  "D major": 0.4, "A minor": 1.0, "D minor": 0.8, "C minor": 0.8, "G minor": 0.6, "F minor": 0.5,
                  "E minor": 0.5, "D dorian": 0.6, "C dorian": 0.4, "G dorian": 0.5, "G mixolydian": 0.5,
                  "C mixolydian": 0.4}


def tempo_of(sheet: Sheet, band: Band, guesses: Guesses) -> tuple[float, str]:
    """Return the tempo in felt beats a minute, and why where it is a guess."""
    if sheet.tempo is not None:
        return sheet.tempo.value, "" if sheet.tempo.is_sure else f'guessed from "{sheet.tempo.words}"'
    low, high = band.table("tempo", (76, 108))
    faster, _ = moods(f"{sheet.style} {sheet.talk}")
    return round(guesses.share(low, high, "song", "tempo") * faster), f"guessed: {_name(band)} goes at {low} to {high}"


def meter_of(sheet: Sheet, band: Band, guesses: Guesses, language: str) -> tuple[Meter, str]:
    """Return the meter, and why where it is a guess."""
    if sheet.meter is not None:
        return sheet.meter.value, "" if sheet.meter.is_sure else f'guessed from "{sheet.meter.words}"'
    logits = {"4/4": 1.0, "3/4": -1.5, "6/8": -1.5}
    for option, logit in band.logits("meter").items():
        logits[option] = logits.get(option, -2.0) + logit
    in_threes = language == "en" and _goes_in_threes(sheet)
    if in_threes:
        logits["3/4"] += 6.0
        logits["6/8"] += 4.5
    meter = guesses.pick(logits, "song", "meter")
    why = "guessed: the words go in dactyls" if in_threes and meter != "4/4" else (
        "" if meter == "4/4" else f"guessed: {_name(band)}")
    return parse_meter(meter), why


def _name(band: Band) -> str:
    return band.genres[0].replace("_", " ")


def _goes_in_threes(sheet: Sheet) -> bool:
    """Whether most stresses lie three syllables apart: two or four apart, with a weak word between, go in twos."""
    gaps = []
    for section in sheet.sections:
        for line in section.lines[:40]:
            stresses = [syllable.stress for word in words(line.text) for syllable in word.syllables]
            gaps += [b - a for a, b in pairwise(i for i, stress in enumerate(stresses) if stress == 1)]
    threes, twos = (sum(gap in alike for gap in gaps) for alike in ((3, 6), (2, 4, 8)))
    return len(gaps) >= FEWEST_GAPS and threes > twos


def key_of(sheet: Sheet, band: Band, guesses: Guesses) -> tuple[Key, str]:
    """Return the key, and why where it is a guess."""
    if sheet.key is not None:
        return sheet.key.value, "" if sheet.key.is_sure else f'guessed from "{sheet.key.words}"'
    symbols = [chord.symbol for section in sheet.sections for line in section.lines for chord in line.chords]
    symbols += [symbol for section in sheet.sections for row in section.rows for symbol in row if symbol != "N.C."]
    if symbols:
        return key_of_chords(symbols), "guessed from the chords"
    logits = {"major": 0.3, "minor": 0.3, **band.logits("mode")}
    _, minor = moods(f"{sheet.style} {sheet.talk} {sheet.title}")
    logits = {mode: logit + (minor if SCALES[mode][2] == 3 else 0.0) for mode, logit in logits.items()}
    mode = guesses.pick(logits, "song", "mode")
    table = _GUITAR_KEYS if band.comping in ("guitar", "nylon", "electric") else _KEYBOARD_KEYS
    tonics = {name: logit for name, logit in table.items() if name.endswith(" " + mode)}
    return parse_key(guesses.pick(tonics, "song", "tonic")), f"guessed: {mode}, as {_name(band)} often is"


def key_of_chords(symbols: Sequence[str]) -> Key:
    """Return the key that chords fit best: by their tones, with more weight on the first and the last root."""
    chords = [parse_chord(symbol) for symbol in symbols]
    best, most = parse_key("C major"), -math.inf
    for tonic in ("C", "G", "D", "A", "E", "B", "F#", "F", "Bb", "Eb", "Ab", "Db"):
        for mode in ("major", "minor"):
            try:
                key = parse_key(f"{tonic} {mode}")
            except ValueError:
                continue
            scale = set(key.scale) | ({(key.pitch_class + 11) % 12} if key.is_minor else set())
            fit = sum(sum(1 if tone in scale else -1.5 for tone in chord.pitch_classes) / len(chord.pitch_classes)
                      for chord in chords) / len(chords)
            for chord, weight in ((chords[0], 0.3), (chords[-1], 0.25)):
                if chord.root == key.pitch_class and chord.is_minor == key.is_minor:
                    fit += weight
            fit += 0.6 * sum(c.root == key.pitch_class and c.is_minor == key.is_minor for c in chords) / len(chords)
            if fit > most + 1e-9:
                best, most = key, fit
    return best


def transposed(symbol: str, semitones: int, flats: bool) -> str:
    """Return a chord symbol higher by so many semitones."""
    if not semitones or symbol == "N.C.":
        return symbol
    names = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B") if flats else (
        "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    head, slash, bass = symbol.partition("/")
    size = 2 if head[1:2] in ("#", "b") else 1
    moved = names[(pitch_class(head[:size]) + semitones) % 12] + head[size:]
    if slash and bass[:1] in "ABCDEFG":
        moved += "/" + names[(pitch_class(bass) + semitones) % 12]
    elif slash:
        moved += "/" + bass
    return moved


def raised(key: Key, semitones: int) -> Key:
    """Return a key higher by so many semitones, by the name that has a signature."""
    for flats in (key.fifths < 0 or semitones in (1, 3), True, False):
        try:
            return parse_key(f"{transposed(key.tonic, semitones, flats)} {key.mode}")
        except NotationError:
            continue
    return key


def syllables(line: SheetLine, language: str) -> int:
    """Count the syllables of a line as it is said; 0 where no word is in it."""
    said = spoken(line.text, language)
    return sum(len(word.syllables) for word in words(said))


def line_bars(lines: Sequence[SheetLine], delivery: str, bar_seconds: float, guesses: Guesses, where: str,
              language: str, given: int | None = None, is_chorus: bool = False,
              before: float | None = None) -> list[float]:
    """Return how many bars each line of a section takes.

    Parameters
    ----------
    lines
        At least one.
    delivery
        How they are given: sung, whispered, breath, spoken.
    bar_seconds
        Length of a bar [s].
    guesses, where
        The decisions, and the section they are for.
    language
        Of the words.
    given
        Bars of the section where the page says, which the lines then share.
    is_chorus
        Whether the words have more room than those of a verse.
    before
        Bars of a line in the earlier section of this kind.
    """
    counts = [syllables(line, language) for line in lines]
    mean, rate = sum(counts) / len(counts), _RATES[delivery] * (_CHORUS_RATE if is_chorus else 1.0)
    if given is not None and given * bar_seconds * _MOST_RATE > sum(counts):
        each = [given / len(lines)] * len(lines)
    else:
        logits: dict[str, float] = {}
        chords = sum(len(line.chords) for line in lines) / len(lines)
        for bars in _BARS_A_LINE:
            total = bars * len(lines)
            cost = _RATE_COST * abs(math.log(mean / (bars * bar_seconds) / rate))
            cost += 0.0 if total % 4 == 0 else 1.8 if total % 2 == 0 else 2.4 if total == int(total) else 9.0
            cost += 3.0 if total < 2 else 0.8 if total < 8 and len(lines) > 2 else 0.0
            cost += 1.2 * abs(math.log2(chords / bars)) if chords else 0.0
            logits[str(bars)] = -3 * cost + (_AS_BEFORE if bars == before else 0.0)
        each = [float(guesses.pick(logits, where, "bars a line"))] * len(lines)
    usual = each[0]
    for n, line in enumerate(lines):
        while _is_hurried(line, counts[n], each[n] * bar_seconds, language) or (
                delivery == "rap" and counts[n] > _MOST_RAPPED * each[n]):
            each[n] += max(usual, 0.5)
    if given is None and sum(bars > usual for bars in each) >= _MANY * len(each):
        each = [max(each)] * len(each)  # so that they are alike
    if sum(each) != int(sum(each)):
        each[-1] += math.ceil(sum(each)) - sum(each)
    return each


def _is_hurried(line: SheetLine, count: int, seconds: float, language: str) -> bool:
    room = seconds - min(0.4, 0.25 * seconds)
    return count / room > _MOST_RATE or least_seconds(words(spoken(line.text, language))) > 0.85 * room
