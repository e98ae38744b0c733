"""Rubato: a tempo that yields where phrases and sections end, and takes up again.

It is part of the tempo map, so that audio, MIDI and every other file agree. How far it yields grows as the root of the
temperature, so that at T = 0 time is a grid.

References
----------
.. [1] Todd, N. (1985). A model of expressive timing in tonal music. Music Perception 3, 33–58: the end of a phrase is
   lengthened, the more the higher it stands in the form.
.. [2] Repp, B. H. (1992). Diversity and commonality in music performance. J. Acoust. Soc. Am. 92, 2546–2568: pianists
   take 10 to 40 % more time for the last beats of a section, a few per cent for those of the phrases inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from scores.composing.bars import PHRASE_BARS, BarRow
from scores.composing.pace import holds, paces
from scores.composing.pulse import looseness
from scores.format.model import Score, Section
from scores.performance import BreakpointCurve
from scores.theory.tempo import Stretch

# By how much the last beat of a phrase, and the end of a section, last longer at rubato 1 and T = 1 [ratio] [2].
PHRASE_LONGER, SECTION_LONGER = 0.06, 0.2
# Rubato where the score does not say.
USUAL = 0.5
# Share of it that is left where drums keep the time.
WITH_DRUMS = 0.3


def yields(score: Score, rows: Sequence[BarRow], temperature: BreakpointCurve) -> list[Stretch]:
    """Return the spans in which the tempo yields: the last beat of each phrase, and the last bar of a section.

    A section shorter than a phrase does not yield, and neither does a bar in which the score moves the tempo itself. In
    the last bar the first beat keeps its time.
    """
    asked = [(pace.beat, max(pace.end_beat, pace.beat + 1e-6)) for pace in paces(score, rows) if pace.over_beats]
    asked += [(start, end) for start, end, _ in holds(score, rows)]
    found = []
    for index, group in groupby(rows, key=lambda row: row.section):
        section = score.sections[index]
        amount = score.rubato if section.rubato is None else section.rubato
        amount = USUAL * (WITH_DRUMS if _has_drums(section) else 1.0) if amount is None else amount
        for row in group:
            is_last = row.number == section.bars
            if section.bars < PHRASE_BARS or not (is_last or (row.number and row.number % PHRASE_BARS == 0)):
                continue
            start, end = float(row.start), float(row.end)
            depth = amount * looseness(temperature.at(end - 1e-6)) * (SECTION_LONGER if is_last else PHRASE_LONGER)
            if depth > 1e-6 and not any(begin < end and start < stop for begin, stop in asked):
                pulses = row.meter.pulse_starts
                first = pulses[min(1, len(pulses) - 1)] if is_last else pulses[-1]
                found.append(Stretch(start + float(first), end, 1.0, 1.0 + depth))
    return found


def _has_drums(section: Section) -> bool:
    return any((play.get("style") if isinstance(play, Mapping) else play) == "drums" for play in section.play.values())
