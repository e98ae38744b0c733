"""Chords of the sections that leave theirs to the reader: ``harmony: auto``, and chords among the words."""

from __future__ import annotations

from scores.composing.chorded import Span, has_chords, in_bars, place_chords
from scores.composing.timeline import lines_in_bars
from scores.format.harmony import HarmonyText
from scores.format.model import Score, Section
from scores.progressions import kind_of, progression
from scores.theory import Chord, Meter, parse_chord


def with_harmony(score: Score) -> Score:
    """Return the score with chords in place of each ``auto``, and where lines have chords and ``harmony`` is left out.

    Composed, sections of one kind have the same phrase, as the names or tags tell the kind; verse, chorus and bridge
    differ. The song's last section ends on the tonic. Among the words, each chord begins on its syllable.
    """
    sections, key, meter = [], score.key, score.meter
    before: Chord | None = None
    pace: float | None = None
    for n, section in enumerate(score.sections):
        key, meter = section.key or key, section.meter or meter
        if section.tempo is not None and section.tempo.to is not None:
            pace = None if section.tempo.to == "a tempo" else section.tempo.to
        if section.harmony is not None and section.harmony.is_auto:
            symbols = progression(key, kind_of(section.tag or section.name), section.bars, score.seed,
                                  score.temperature, title=score.title, closes=n == len(score.sections) - 1)
            chords = HarmonyText(tuple((parse_chord(symbol),) for symbol in symbols))
            section = section.model_copy(update={"harmony": chords})
        elif section.harmony is None and has_chords(section.lyrics):
            section = _chorded(score, section, meter, pace, before, is_first=n == bool(score.count_in))
        if section.harmony is not None and section.harmony.bars and section.harmony.bars[-1]:
            before = section.harmony.bars[-1][-1]
        sections.append(section)
    return score.model_copy(update={"sections": tuple(sections)})


def _chorded(score: Score, section: Section, meter: Meter, pace: float | None, before: Chord | None, *,
             is_first: bool) -> Section:
    """Return a section with the chords of its lines on their beats and in its bars."""
    bar_beats = float(meter.bar_beats)
    spans = [Span(start * bar_beats, max(end, start + 0.01) * bar_beats) for start, end in lines_in_bars(section)]
    room = score.upbeat * 4 / meter.denominator if is_first else bar_beats
    beat_seconds = 60 / score.tempo.quarters(pace or score.tempo.start, meter)
    lines = place_chords(section.lyrics, spans, meter, beat_seconds, score.lexicon, room)
    first = next(chord.chord for line in lines for chord in line.chords)
    rows = in_bars(lines, spans, section.bars, meter, before or first)
    return section.model_copy(update={"harmony": HarmonyText(rows), "lyrics": tuple(lines)})
