"""``score/score.musicxml``, ``score/lead_sheet.musicxml``: MusicXML 4.0 (W3C, 2021), for MuseScore, Dorico and others.

Words with syllables and melismas, chord symbols, section marks, tempo and meter, tablature for fretted parts. Notes
stand as composed, not as humanised; the heads of spoken and whispered notes are crosses.
"""

from __future__ import annotations

from render.rendering import Rendering
from render.writers.notation import lead
from render.writers.notation.folding import lead_tree
from render.writers.notation.parts import stave_parts
from render.writers.notation.tree import document, score_tree

ORDER = 10
TARGET = "score"


def write(rendering: Rendering) -> None:
    """Write the score of all parts, and a lead sheet where there are words."""
    folder = rendering.folder / "score"
    folder.mkdir(exist_ok=True)
    score, performance = rendering.score, rendering.performance
    (folder / "score.musicxml").write_bytes(document(score_tree(score, performance, stave_parts(score, performance))))
    if sheet := lead_sheet(rendering):
        (folder / "lead_sheet.musicxml").write_bytes(sheet)


def lead_sheet(rendering: Rendering) -> bytes | None:
    """Return the lead sheet as a document; None where there are no words."""
    def made() -> bytes | None:
        melody = lead(rendering.performance)
        return document(lead_tree(rendering.score, rendering.performance, melody)) if melody else None

    return rendering.once(lead_sheet, made)
