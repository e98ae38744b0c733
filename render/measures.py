"""What tells takes of a song apart: measures of a demo, which people sort by, and how many notes differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from render.writers.manifest import Manifest
from scores.performance import Note, Performance, sung_phrases

# Notes of a figure, as short as a hook can be.
FIGURE_NOTES = 4
# For each part the place and pitch of each of its notes.
Notes = Mapping[str, frozenset[tuple[float, float]]]


@dataclass(frozen=True)
class Measure:
    """A measure of a demo.

    Attributes
    ----------
    name
        What the user sorts by.
    heading
        Of its column.
    meaning
        In words.
    of
        Returns it from the manifest and the performance; None where there is nothing to measure.
    """

    name: str
    heading: str
    meaning: str
    of: Callable[[Manifest, Performance], float | None]


def _loudness_range(manifest: Manifest, _: Performance) -> float | None:
    heard = [section.lufs for section in manifest.sections if section.lufs is not None]
    return max(heard) - min(heard) if heard else None


def _balance(manifest: Manifest, _: Performance) -> float | None:
    """How evenly the voice lies over the band: less the largest distance of a section from the mean."""
    over = [section.voice_over_band_db for section in manifest.sections if section.voice_over_band_db is not None]
    return -max(abs(each - sum(over) / len(over)) for each in over) if over else None


def _broken(manifest: Manifest, _: Performance) -> float | None:
    found = [(section.measured.broken, section.end_s - section.start_s) for section in manifest.sections
             if section.measured.broken is not None]
    length = sum(seconds for _, seconds in found)
    return sum(share * seconds for share, seconds in found) / length if length else None


def _glitches(manifest: Manifest, _: Performance) -> float | None:
    return float(sum(section.measured.events for section in manifest.sections))


def hook(notes: Sequence[Note]) -> float | None:
    """Return the share of a tune that lies in the figure which it repeats most: 1 for a tune of nothing else.

    A figure is the intervals and the distances in time of ``FIGURE_NOTES`` notes that follow one another.
    """
    steps = [(round(after.pitch - before.pitch), round(8 * (after.onset_beats - before.onset_beats)))
             for before, after in pairwise(notes)]
    size = FIGURE_NOTES - 1
    figures = [tuple(steps[i:i + size]) for i in range(len(steps) - size + 1)]
    if not figures:
        return None
    (best, times), = Counter(figures).most_common(1)
    if times < 2:
        return 0.0
    inside = {n for i, figure in enumerate(figures) if figure == best for n in range(i, i + FIGURE_NOTES)}
    return len(inside) / len(notes)


def _hook(_: Manifest, performance: Performance) -> float | None:
    tunes = [[note for phrase in sung_phrases(notes) for note in phrase.notes] for notes in performance.notes.values()]
    return hook(max(tunes, key=len, default=[]))


MEASURES = (
    Measure("hook", "Hook", "share of the longest tune that lies in the figure which it repeats most", _hook),
    Measure("balance", "Balance dB", "how far the voice over its band strays from its mean, at most", _balance),
    Measure("range", "Range LU", "loudest section less the quietest", _loudness_range),
    Measure("broken", "Broken", "share of the time that is broken", _broken),
    Measure("glitches", "Glitches", "gestures of the glitch plan", _glitches),
)


def measured(manifest: Manifest, performance: Performance) -> dict[str, float | None]:
    """Return every measure of a demo by its name."""
    found = {measure.name: measure.of(manifest, performance) for measure in MEASURES}
    return {name: None if value is None else round(value, 4) for name, value in found.items()}


def notes_of(performance: Performance) -> dict[str, frozenset[tuple[float, float]]]:
    """Return place and pitch of the notes of each part, for :func:`differing`."""
    return {name: frozenset((round(note.onset_beats, 3), round(note.pitch, 2)) for note in notes)
            for name, notes in performance.notes.items()}


def differing(one: Notes, other: Notes) -> dict[str, float]:
    """Return for each part that differs the share of its notes that only one of two takes has, the most first."""
    shares = {}
    for name in one.keys() & other.keys():
        if both := one[name] | other[name]:
            shares[name] = len(one[name] ^ other[name]) / len(both)
    return {name: share for share, name in sorted(((share, name) for name, share in shares.items() if share),
                                                  key=lambda each: (-each[0], each[1]))}
