"""What a score may ask for: the instruments and effects that are there, and what they can play.

Here, since scores know of neither.
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
    """Every instrument and effect that is discovered."""
    return Catalogue(instruments(), effects(), frozenset(name for name, kind in effects().items() if is_gesture(kind)))


def out_of_range(score: Score, performance: Performance) -> list[Fault]:
    """A fault for each part of each section in which a composed note lies outside of what the instrument can play."""
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
    """Lowest and highest MIDI number that the instrument of each part can play."""
    return {name: part.voice.reach() for name, part in score.parts.items()}
