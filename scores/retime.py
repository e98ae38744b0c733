"""A performance on another time line: everything keeps its place in beats and is heard at the new tempo."""

from __future__ import annotations

from dataclasses import replace

from scores.performance import Bend, Gesture, Note, Performance, Take
from scores.theory.tempo import TempoMap


def retimed(performance: Performance, tempo: TempoMap) -> Performance:
    """Return a performance at another tempo.

    What is late or early by some milliseconds keeps its place in the beat. Recordings begin on their beat and keep
    their length; glitches keep theirs in beats.

    Parameters
    ----------
    performance
        The song as it was composed.
    tempo
        The new tempo map, of the same beats.
    """
    old = performance.tempo

    def moved(seconds: float) -> float:
        return tempo.seconds(old.beat(seconds))

    def note(before: Note) -> Note:
        onset = moved(before.onset_seconds)
        bend: Bend = tuple((moved(before.onset_seconds + after) - onset, cents) for after, cents in before.bend)
        return replace(before, onset_seconds=onset, duration_seconds=moved(before.end_seconds) - onset, bend=bend)

    def gesture(before: Gesture) -> Gesture:
        onset = moved(before.onset_seconds)
        return replace(before, onset_seconds=onset, duration_seconds=moved(before.end_seconds) - onset,
                       beat_seconds=tempo.beat_seconds(before.onset_beats))

    def take(before: Take) -> Take:
        return replace(before, onset_seconds=moved(before.onset_seconds))

    return replace(
        performance, tempo=tempo,
        bars=tuple(replace(bar, start_seconds=moved(bar.start_seconds)) for bar in performance.bars),
        sections=tuple(replace(span, start_seconds=moved(span.start_seconds), end_seconds=moved(span.end_seconds))
                       for span in performance.sections),
        notes={name: [note(before) for before in notes] for name, notes in performance.notes.items()},
        gestures={name: [gesture(before) for before in found] for name, found in performance.gestures.items()},
        send_gestures={name: [gesture(before) for before in found]
                       for name, found in performance.send_gestures.items()},
        takes={name: [take(before) for before in found] for name, found in performance.takes.items()},
        tails_end_seconds=tuple(moved(seconds) for seconds in performance.tails_end_seconds),
        duration_seconds=moved(performance.duration_seconds))
