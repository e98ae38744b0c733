"""``score/lead_sheet.abc``: tune, chords and words in ABC 2.1 (Walshaw, 2011): people paste it, YuE2 sings from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from render.rendering import Rendering
from render.writers.notation import Measure, Piece, lead, measures, spell
from render.writers.notation.grid import DIVISIONS
from render.writers.notation.spelling import Accidentals
from scores.lyrics.line import HELD
from scores.performance import Bar, Note, Performance
from scores.score import Score
from scores.theory import Key

ORDER = 10
TARGET = "score"

# Unit of a note's length [places]: an eighth.
UNIT = DIVISIONS // 2
# Bars of a line of music.
BARS_A_LINE = 4
# Modes as ABC abbreviates them; minor keys of any kind have the signature of the natural minor.
MODES = {"major": "", "minor": "m", "dorian": "dor", "mixolydian": "mix", "lydian": "lyd", "phrygian": "phr"}
SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


def write(rendering: Rendering) -> None:
    """Write the lead sheet; a song without words has its chords alone."""
    folder = rendering.folder / "score"
    folder.mkdir(exist_ok=True)
    (folder / "lead_sheet.abc").write_text(abc(rendering.score, rendering.performance), encoding="utf-8", newline="\n")


def abc(score: Score, performance: Performance) -> str:
    """Return the lead sheet of a song."""
    bars = performance.bars
    filled = measures(bars, lead(performance), cuts_rests=True)
    head = ["X:1", f"T:{_line(score.title)}", f"M:{bars[0].meter}", "L:1/8", f"Q:{_tempo(performance)}",
            f"K:{_key(bars[0].key)}"]
    return "\n".join([*head, *_music(performance, filled)]) + "\n"


def _tempo(performance: Performance) -> str:
    pulse = Fraction(performance.bars[0].meter.pulse_beats) / 4
    return f"{pulse.numerator}/{pulse.denominator}={performance.tempo.quarters_per_minute[0] / float(4 * pulse):.4g}"


def _key(key: Key) -> str:
    mode = MODES.get(key.mode)
    return f"{key.tonic}{mode if mode is not None else 'm' if key.is_minor else ''}"


def _music(performance: Performance, filled: Sequence[Measure]) -> Iterator[str]:
    """Yield lines of music, each followed by its words; a section begins a line."""
    starts = {span.start_bar: span.name for span in performance.sections}
    upbeat = filled[0].bar.index == 0
    before = filled[0].bar
    chord = ""
    line: list[Measure] = []
    for place, measure in enumerate(filled):
        name = starts.get(measure.bar.index)
        if upbeat and place == 0:
            name = performance.sections[0].name
        elif upbeat and measure.bar.index == 1:
            name = None
        if line and (name or len(line) >= BARS_A_LINE):
            yield from _row(line, before, chord)
            before, chord, line = line[-1].bar, _last_chord(line[-1].bar), []
        if name:
            yield f'P:{_line(name)}'
        line.append(measure)
    yield from _row(line, before, chord, is_last=True)


def _row(line: Sequence[Measure], before: Bar, chord: str, *, is_last: bool = False) -> Iterator[str]:
    """Yield a line of music and, where there are any, its words."""
    text, words = [], list[str]()
    for measure in line:
        bar = measure.bar
        changes = ("" if str(bar.meter) == str(before.meter) else f"[M:{bar.meter}]") + (
            "" if bar.key == before.key else f"[K:{_key(bar.key)}]")
        notes, chord = _bar(measure, chord, words)
        text.append(changes + notes)
        before = bar
    yield " | ".join(text) + (" |]" if is_last else " |")
    if words:
        yield "w: " + " ".join(words)


def _bar(measure: Measure, chord: str, words: list[str]) -> tuple[str, str]:
    """Return the notes of a bar with its chords; add their syllables to ``words``."""
    shown = {max(round((measure.bar.start_beats + float(start)) * DIVISIONS) - measure.start, 0):
             name.symbol if name else "N.C." for start, name in measure.bar.chords}
    accidentals = Accidentals(measure.bar.key)
    text = ""
    for index, piece in enumerate(measure.pieces):
        for place in sorted(place for place in shown if place < piece.start + piece.places):
            if (symbol := shown.pop(place)) != chord:
                text += f'"{symbol}"'
                chord = symbol
        if piece.is_triplet and piece.opens:
            group = [other for other in measure.pieces[index:] if other.is_triplet
                     and other.start // DIVISIONS == piece.start // DIVISIONS]
            text += f"(3:2:{len(group)}"
        text += _note(piece, measure.bar.key, accidentals)
        ends_beat = (piece.start + piece.places) % round(measure.bar.meter.pulse_beats * DIVISIONS) == 0
        text += "" if piece.goes_on and not ends_beat else " " if ends_beat else ""
        if piece.event and not piece.is_begun:
            words.append(_syllable(piece.event.notes[-1]))
    return text.strip(), chord


def _note(piece: Piece, key: Key, accidentals: Accidentals) -> str:
    """Return a note or rest; an accidental holds to the end of the bar, as on paper."""
    # ABC writes the note value of a triplet's notes, not the time that they last.
    length = _length(piece.places * 3 // 2 if piece.is_triplet else piece.places)
    if piece.event is None:
        return f"z{length}"
    spelled = spell(round(piece.event.notes[-1].pitch), key)
    letter, _, octave = spelled
    alter = accidentals.written(spelled)
    sign = "" if alter is None else SIGNS[alter]
    name = letter.lower() + "'" * (octave - 5) if octave >= 5 else letter + "," * (4 - octave)
    return f"{sign}{name}{length}{'-' if piece.goes_on else ''}"


def _length(places: int) -> str:
    length = Fraction(places, UNIT)
    if length == 1:
        return ""
    top = "" if length.numerator == 1 else str(length.numerator)
    return top if length.denominator == 1 else f"{top}/{length.denominator}"


def _syllable(note: Note) -> str:
    """Return a syllable as a line of words has it: ``-`` within a word, ``_`` for a melisma, ``*`` without words."""
    utterance = note.utterance
    if utterance is None or utterance.place is None:
        return "*"
    if utterance.syllable == HELD:
        return "_"
    word = utterance.line.words[utterance.word_index]
    later = [syllable for syllable in word.syllables[utterance.place + 1:] if syllable.spelling != HELD]
    text = utterance.syllable + ("" if later else word.mark)
    for sign in "\\-_*|~":  # what a line of words gives a meaning
        text = text.replace(sign, "\\-" if sign == "-" else "")
    return (text or "*") + ("-" if later else "")


def _last_chord(bar: Bar) -> str:
    chord = bar.chords[-1][1]
    return chord.symbol if chord else "N.C."


def _line(text: str) -> str:
    return " ".join(text.split())
