"""``harmony: auto``: chords for the sections that leave theirs to the reader."""

from __future__ import annotations

from scores.format.harmony import HarmonyText
from scores.format.model import Score
from scores.progressions import kind_of, progression
from scores.theory import parse_chord


def with_harmony(score: Score) -> Score:
    """Return the score with chords in place of each ``auto``.

    Sections of one kind have the same phrase, as the names or tags tell the kind; verse, chorus and bridge differ. The
    song's last section ends on the tonic.
    """
    sections, key = [], score.key
    for n, section in enumerate(score.sections):
        key = section.key or key
        if section.harmony is not None and section.harmony.is_auto:
            symbols = progression(key, kind_of(section.tag or section.name), section.bars, score.seed,
                                  score.temperature, title=score.title, closes=n == len(score.sections) - 1)
            chords = HarmonyText(tuple((parse_chord(symbol),) for symbol in symbols))
            section = section.model_copy(update={"harmony": chords})
        sections.append(section)
    return score.model_copy(update={"sections": tuple(sections)})
