"""The melody of a section: which lines share a tune, what returns from an earlier section, and how it is varied.

The first line sets a motif of rhythm and contour; the form says which lines repeat it (AABA, ABAC …). A chorus is built
on a hook, a short figure that is repeated. A section that is ``like`` an earlier one varies the lines of that one.

References
----------
.. [1] Huron, D. (1996). The melodic arch in Western folksongs. Computing in Musicology 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scores.composing.singing.melody import (
    SMALLEST_SHARE_OF_STEPS,
    Ladder,
    PhrasePlan,
    chord_at,
    is_chord_tone,
    sing_phrase,
    sounding_pitch,
)
from scores.composing.singing.prosody import SetSyllable, set_line
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import SungLine

HOOKED = {"chorus", "refrain", "hook"}

# Logit of a form of four lines. The same letter is the same tune.
_VERSE_FORMS = {"ABAC": 1.0, "AABA": 0.7, "ABAB": 0.4, "AABC": 0.2}
_CHORUS_FORMS = {"AABA": 1.0, "AABC": 0.8, "ABAC": 0.3}
# Logit of a contour, and its corners: place in the phrase and height, both from 0 to 1. Arch and descent lead [1]_.
_CONTOURS: dict[str, tuple[float, tuple[tuple[float, float], ...]]] = {
    "arch": (1.0, ((0.0, 0.3), (0.5, 1.0), (1.0, 0.25))),
    "late arch": (0.8, ((0.0, 0.2), (0.68, 1.0), (1.0, 0.4))),
    "descent": (0.5, ((0.0, 0.6), (0.25, 1.0), (1.0, 0.1))),
    "wave": (0.3, ((0.0, 0.55), (0.25, 0.2), (0.65, 1.0), (1.0, 0.35))),
}
# Logit of the figure of a hook, and its steps from the first note.
_HOOKS: dict[str, tuple[float, tuple[int, ...]]] = {
    "call": (0.9, (0, 1, 3, 2)), "turn": (0.7, (0, 1, 0, -1)), "fall": (0.6, (3, 2, 1, 0)),
    "climb": (0.4, (0, 0, 1, 2)),
}
# Variation of a line that returns: logit, transposition in steps, share of its end that is inverted.
_WITHIN = {"as it was": (0.5, 0, 0.0), "a step lower": (0.2, -1, 0.0), "a step higher": (0.2, 1, 0.0)}
_VERSE_AGAIN = {"a step higher": (0.6, 1, 0.0), "end turned round": (0.5, 0, 0.2), "a third higher": (0.3, 2, 0.0),
                "a step lower": (0.1, -1, 0.0)}
_CHORUS_AGAIN = {"a third higher": (0.9, 2, 0.0), "a step higher, end turned round": (0.7, 1, 0.2),
                 "end turned round": (0.3, 0, 0.2)}

# Degrees (from 0) of an open close: 2, 5 and 3 of the scale, and of a closed one: 1 and 3, the best first.
_OPEN = (1, 4, 2)
_CLOSED = (0, 2)
# Cost of each step away from the wanted contour: of a new line, and of a line that returns.
_LOOSE = 0.75
_TIED = 2.0
# Weight of the share of strong notes that are chord tones, for a line that is transposed.
_FIT = 2.0
# Cost of each step by which such a line leaves the range, on average.
_FLATTENED = 6.0
# Cost of a high point that is altered.
_ALTERED = 2.5


@dataclass(frozen=True)
class Phrase:
    """A line with its melody.

    Parameters
    ----------
    notes
        Its syllables, set to time.
    degrees
        Scale steps from the tonic in C4 to B4, one a note.
    peak_index
        Index of the high point.
    label
        Letter of its tune in the form.
    placed
        Where it stands.
    """

    notes: tuple[SetSyllable, ...]
    degrees: tuple[int, ...]
    peak_index: int
    label: str
    placed: PlacedLine

    @property
    def places(self) -> tuple[float, ...]:
        """Onsets in beats from the line's start."""
        return tuple(note.onset_beats - self.placed.start_beats for note in self.notes)


def is_hooked(stage: Stage) -> bool:
    """Return whether the section is a chorus by its tag, or by its name without a number."""
    kind = (stage.section.tag or stage.section.name).lower().split()
    return bool(kind) and kind[0].strip("0123456789") in HOOKED


def compose_tune(stage: Stage, lines: Sequence[SungLine], steps: Ladder) -> list[Phrase]:
    """Compose the melody of a section.

    It is kept in the part's memory under the section's name, for a later section that takes it up.

    Parameters
    ----------
    lines
        The words of each of the stage's lines.
    steps
        The notes that the melody may use.

    Returns
    -------
    list of Phrase
        One for each line that has words.
    """
    remembered: Sequence[Phrase] = stage.memory.get(stage.section.like or "", ())
    labels = _form(stage, remembered)
    phrases: list[Phrase] = []
    for i, (placed, line) in enumerate(zip(stage.lines, lines, strict=True)):
        again = remembered[i % len(remembered)] if remembered else None
        within = next((phrase for phrase in phrases if phrase.label == labels[i]), None)
        model = again or within or (phrases[0] if phrases else None)
        notes = set_line(stage, placed, line, model.places if model else ())
        if not notes:
            continue
        before = phrases[-1].degrees[-1] if phrases else None
        planner = _Line(stage, placed, tuple(notes), steps, i, len(stage.lines))
        targets, weight = planner.targets(again, within, phrases[0] if phrases else None)
        plan = planner.plan(targets, weight)
        degrees = sing_phrase(stage, f"melody, line {placed.number}", notes, steps, plan, before)
        phrases.append(Phrase(tuple(notes), degrees, int(np.argmax(degrees)), labels[i], placed))
    stage.memory[stage.section.name] = phrases
    return phrases


def _form(stage: Stage, remembered: Sequence[Phrase]) -> str:
    """A letter for each line: the remembered section's form, or one that is chosen."""
    count = len(stage.lines)
    if remembered:
        letters = "".join(phrase.label for phrase in remembered)
    else:
        forms = _CHORUS_FORMS if is_hooked(stage) else _VERSE_FORMS
        beat = stage.lines[0].start_beats if stage.lines else stage.span.start_beats
        letters = list(forms)[stage.choose("melody, form", beat, list(forms), list(forms.values()))]
    return (letters * (count // len(letters) + 1))[:count]


@dataclass(frozen=True)
class _Line:
    """What is known of a line when its melody is planned."""

    stage: Stage
    placed: PlacedLine
    notes: tuple[SetSyllable, ...]
    steps: Ladder
    index: int
    count: int

    def _choose(self, purpose: str, options: Sequence[str], logits: Sequence[float]) -> int:
        name = f"melody, line {self.placed.number}, {purpose}"
        return self.stage.choose(name, self.placed.start_beats, options, logits)

    def _times(self) -> np.ndarray:
        onsets = np.array([note.onset_beats for note in self.notes])
        return np.asarray((onsets - onsets[0]) / max(float(onsets[-1] - onsets[0]), 1e-9))

    def targets(self, again: Phrase | None, within: Phrase | None,
                first: Phrase | None) -> tuple[tuple[float, ...], float]:
        """Return the degree that is wanted at each note, and the cost of each step away from it."""
        hooked = is_hooked(self.stage)
        if again:
            return self._taken_up(again, _CHORUS_AGAIN if hooked else _VERSE_AGAIN), _TIED
        if within:
            return self._taken_up(within, _WITHIN), _TIED
        return (self._hook(), _TIED) if hooked and first is None else (self._contour(hooked), _LOOSE)

    def _top(self) -> float:
        """Degree of the line's high point: the section climbs over two thirds of its lines and then falls."""
        place = self.index / max(self.count - 1, 1)
        return self.steps.high - 2.5 * abs(place - 0.65) / 0.65

    def _contour(self, hooked: bool) -> tuple[float, ...]:
        names = list(_CONTOURS)
        lead = "descent" if hooked else "late arch"  # a contrasting line falls after a hook and climbs in a verse
        logits = [_CONTOURS[name][0] + (0.6 if self.index and name == lead else 0.0) for name in names]
        corners = _CONTOURS[names[self._choose("contour", names, logits)]][1]
        heights = np.interp(self._times(), [t for t, _ in corners], [h for _, h in corners])
        bottom = self.steps.low + 0.15 * (self.steps.high - self.steps.low)
        return tuple(bottom + (self._top() - bottom) * heights)

    def _hook(self) -> tuple[float, ...]:
        names = list(_HOOKS)
        figure = _HOOKS[names[self._choose("hook", names, [_HOOKS[name][0] for name in names])]][1]
        base = self.steps.low + 0.5 * (self.steps.high - self.steps.low)
        size = len(figure)
        wanted = [base + figure[i % size] + min(i // size, 1) for i in range(len(self.notes))]  # said again, a step up
        for i in range(2 * size, len(wanted)):
            wanted[i] = wanted[2 * size - 1] - 0.7 * (i - 2 * size + 1)
        return tuple(self.steps.clip(degree) for degree in wanted)

    def _taken_up(self, source: Phrase, changes: dict[str, tuple[float, int, float]]) -> tuple[float, ...]:
        """The contour of another line on this line's notes, varied in one of the ways of a table."""
        places = np.array(source.places)
        places = (places - places[0]) / max(float(places[-1] - places[0]), 1e-9)
        taken = np.interp(self._times(), places, source.degrees)
        octaves = round((0.5 * (self.steps.low + self.steps.high) - float(np.mean(taken))) / 7.0)
        taken += 7 * octaves
        names = list(changes)
        wanted = [self._changed(taken, shift, turned) for _, shift, turned in changes.values()]
        logits = [changes[name][0] + _FIT * self._fit(row) - _FLATTENED * self._flattened(taken, changes[name])
                  for name, row in zip(names, wanted, strict=True)]
        return wanted[self._choose("variation", names, logits)]

    def _changed(self, taken: np.ndarray, shift: int, turned: float) -> tuple[float, ...]:
        return tuple(self.steps.clip(float(degree)) for degree in _moved(taken, shift, turned))

    def _flattened(self, taken: np.ndarray, change: tuple[float, int, float]) -> float:
        """Mean number of steps by which a variation would leave the range, where it is clipped."""
        row = _moved(taken, *change[1:])
        return float(np.mean(np.abs(row - np.clip(row, self.steps.low, self.steps.high))))

    def _fit(self, row: Sequence[float]) -> float:
        """Share of the strong notes that would be chord tones."""
        strong = [is_chord_tone(self.steps.key, round(degree), chord_at(self.stage, note.onset_beats))
                  for degree, note in zip(row, self.notes, strict=True) if note.strength >= 0.5]
        return sum(strong) / len(strong) if strong else 0.0

    def plan(self, targets: tuple[float, ...], weight: float) -> PhrasePlan:
        """Choose the high point and the close of the line."""
        count, key, times = len(self.notes), self.steps.key, self._times()
        inner = list(range(max(count - 1, 1)))
        height = 1.2
        if weight == _TIED:  # a tune that comes back keeps its high point, to the nearest syllables
            height = 2.4
            inner = sorted(inner, key=lambda i: (abs(float(times[i]) - _peak_time(times, targets)), i))[:3]
        logits = [height * (targets[i] - max(targets)) + 0.8 * (self.notes[i].utterance.stress == 1)
                  + self.notes[i].strength - 1.2 * abs(float(times[i]) - 0.6) for i in inner]
        peak_index = inner[self._choose("high point", [self.notes[i].utterance.syllable for i in inner], logits)]
        chord = chord_at(self.stage, self.notes[peak_index].onset_beats)
        wide = int((1.0 - SMALLEST_SHARE_OF_STEPS) * (count - 1))  # intervals that need not be steps, a third each
        down = count - 1 - peak_index + wide
        tops = [d for d in self.steps.degrees if d >= self.steps.low + 3 and self._ends(d, down)] or [self.steps.high]
        wanted = max(targets[peak_index], max(targets) - 1)
        logits = [-1.0 * abs(d - wanted) + 1.0 * is_chord_tone(key, d, chord)
                  - _ALTERED * (sounding_pitch(key, d, chord) != key.pitch(d, 4)) for d in tops]
        peak = tops[self._choose("high note", [str(key.pitch(d, 4)) for d in tops], logits)]
        return PhrasePlan(targets, weight, peak_index, peak, self._close(targets, weight, self._ends(peak, down)))

    def _ends(self, peak: int, down: int) -> list[int]:
        """Chord tones for the last note: below the high point, and within the steps that are left after it."""
        chord = chord_at(self.stage, self.notes[-1].onset_beats)
        lowest = peak - down if len(self.notes) > 1 else self.steps.low
        below = [d for d in self.steps.degrees if lowest <= d < peak or len(self.notes) == 1]
        return [d for d in below if is_chord_tone(self.steps.key, d, chord)]

    def _close(self, targets: tuple[float, ...], weight: float, ends: Sequence[int]) -> int:
        """Choose the last note: open after an odd line, closed after an even one, most of all after the last line."""
        chord = chord_at(self.stage, self.notes[-1].onset_beats)
        is_last = self.index == self.count - 1
        roles = _CLOSED if self.index % 2 or is_last else _OPEN
        logits = []
        for degree in ends:
            rank = roles.index(degree % 7) if degree % 7 in roles else None
            role = 0.0 if rank is None else 2.2 - 0.4 * rank
            tone = sounding_pitch(self.steps.key, degree, chord) % 12
            place = chord.pitch_classes.index(tone) if chord and tone in chord.pitch_classes else 0
            final = 1.0 if is_last and rank == 0 else 0.0
            far = abs(degree - targets[-1])
            logits.append(role + final - 0.25 * place - 0.5 * weight * far)  # the chord's root before its third …
        return ends[self._choose("close", [str(self.steps.key.pitch(d, 4)) for d in ends], logits)]


def _moved(taken: np.ndarray, shift: int, turned: float) -> np.ndarray:
    """Transpose a contour by ``shift`` steps and invert the share ``turned`` at its end, below the high point."""
    row = taken + shift
    start = len(row) - round(turned * len(row))
    if turned and 0 < start < len(row):
        row[start:] = np.minimum(2 * row[start - 1] - row[start:], row[:start].max() - 1)
    return row


def _peak_time(times: np.ndarray, targets: Sequence[float]) -> float:
    return float(times[int(np.argmax(targets[:-1]))]) if len(targets) > 1 else 0.0
