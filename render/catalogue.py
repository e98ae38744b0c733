"""The instruments and effects that a score may name, and the ranges of its parts.

They stand in this room because ``scores`` imports neither ``instruments`` nor ``effects``.
"""

from __future__ import annotations

from effects import effects, is_gesture
from instruments import instruments
from scores.catalogue import Catalogue
from scores.faults import Fault
from scores.performance import Performance
from scores.score import Score
from scores.theory import note_name


def catalogue() -> Catalogue:
    """Return every discovered instrument and effect."""
    return Catalogue(instruments(), effects(), frozenset(name for name, kind in effects().items() if is_gesture(kind)))


def out_of_range(score: Score, performance: Performance) -> list[Fault]:
    """Return a fault for each part and section with a composed note outside the range of the part's instrument."""
    faults = []
    reach = reaches(score)
    for index, span in enumerate(performance.sections):
        for name in score.sections[index].play:
            kind = score.parts[name].instrument
            lowest, highest = reach[name]
            pitches = [note.pitch for note in performance.notes[name]
                       if span.start_beats <= note.onset_beats < span.end_beats and not note.is_breath]
            beyond = [pitch for pitch in pitches if not lowest <= round(pitch) <= highest]
            if beyond:
                faults.append(Fault(0, 0, f"{name} would play a note that a {kind} does not have",
                                    ("sections", index, "play", name), note_name(round(beyond[0])),
                                    f"{note_name(lowest)} to {note_name(highest)}"))
    return faults


def reaches(score: Score) -> dict[str, tuple[int, int]]:
    """Return the lowest and highest MIDI note number that the instrument of each part can play."""
    return {name: part.voice.reach() for name, part in score.parts.items()}
