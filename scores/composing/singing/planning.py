"""Where a line of melody may go: after a line that it takes up, or along contours of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scores.composing.singing.accent import bend
from scores.composing.singing.idiom import CONTOURS, RANGES
from scores.composing.singing.melody import (
    SMALLEST_SHARE_OF_STEPS,
    Ladder,
    PhrasePlan,
    chord_at,
    is_chord_tone,
    sounding_pitch,
)
from scores.composing.singing.motif import Motif
from scores.composing.singing.phrases import Phrase, is_hooked
from scores.composing.singing.rooms import SetSyllable
from scores.composing.stage import PlacedLine, Stage

# Figure of a hook → steps from its first note, and its logit.
_HOOKS: dict[str, tuple[float, tuple[int, ...]]] = {
    "call": (0.9, (0, 1, 3, 2)), "leap": (0.7, (0, 3, 2, 1)), "fall": (0.6, (3, 2, 1, 0)), "climb": (0.4, (0, 0, 1, 2)),
}
# Logit, and scale steps by which a line is moved that takes up another of its section.
_WITHIN = {"as it was": (1.2, 0), "a step lower": (0.0, -1), "a step higher": (0.2, 1)}
# Logit, and scale steps by which a motif is moved that is said again within a line.
_AGAIN_MOTIF = {"as it was": (0.6, 0), "a step lower": (0.4, -1), "a step higher": (0.4, 1), "a third lower": (0.0, -2)}
# Degrees of the last note of a line that asks, the best first: 2, 5, 3.
_OPEN = (1, 4, 2)
# Degrees of the last note of a line that answers: 1, 3.
_CLOSED = (0, 2)
# Cost of each scale step away from the contour of a new line.
_LOOSE = 2.0
# Cost of each scale step away from a line with other words that is taken up.
_TIED = 2.3
# Cost of each scale step away from a line whose words return.
_SAME = 5.0
# Cost of each scale step away from the figure of a hook.
_HOOK = 2.0
# Number of contours along which a new line is tried.
_PLANS = 4
# Gain of a moved line all of whose strong notes are chord tones.
_FIT = 2.0
# Difference of two lines' lengths [quarter notes] above which one is stretched over the other.
_STRETCHED = 1.0
# Cost of each scale step by which a moved line leaves the range, on average.
FLATTENED = 6.0
# Gain of a high point on a stressed syllable.
_STRESSED_PEAK = 2.5
# Cost of a high point that the chord alters.
_ALTERED = 2.5


@dataclass(frozen=True)
class Planner:
    """What is known of a line when its melody is planned."""

    stage: Stage
    placed: PlacedLine
    notes: tuple[SetSyllable, ...]
    steps: Ladder
    index: int
    count: int
    moved: int  # scale steps by which the section moves a tune that it takes up

    def _choose(self, purpose: str, options: Sequence[str], logits: Sequence[float]) -> int:
        name = f"melody, line {self.placed.number}, {purpose}"
        return self.stage.choose(name, self.placed.start_beats, options, logits)

    def _times(self) -> np.ndarray:
        onsets = np.array([note.onset_beats for note in self.notes])
        return np.asarray((onsets - onsets[0]) / max(float(onsets[-1] - onsets[0]), 1e-9))

    def plans(self, again: Phrase | None, within: Phrase | None, begun: bool,
              words: tuple[str, ...]) -> list[PhrasePlan]:
        """Where the line may go: after the line it takes up, or along contours of its own."""
        source = again or within
        if source is not None:
            same = said(source.placed) == words
            moved = 0 if same else self.moved if again else None
            targets = self._taken_up(source, moved)
            if not same:
                return [PhrasePlan(targets, _TIED)]
            kept: tuple[bool, ...] = ()
            if len(source.chords) == len(self.notes):
                kept = tuple(chord_at(self.stage, note.onset_beats) == chord
                             for note, chord in zip(self.notes, source.chords, strict=True))
            return [PhrasePlan(targets, _SAME, accents=0.0, kept=kept)]
        hooked = is_hooked(self.stage)
        if hooked and not begun:
            return [self._new(self._hook(), _HOOK, 1)]
        return [self._new(self._contour(hooked, number), _LOOSE, number) for number in range(1, _PLANS + 1)]

    def of_motif(self, motif: Motif) -> PhrasePlan:
        """Where a line goes that is made of a motif: as it is, and said again where the harmony has its notes."""
        base = np.asarray(motif.degrees(self.steps.key), dtype=float)
        base += 7 * round((0.5 * (self.steps.low + self.steps.high) - float(np.mean(base))) / 7.0)
        wanted: list[float] = []
        for start in range(0, len(self.notes), len(base)):
            notes = self.notes[start:start + len(base)]
            rows = [base[:len(notes)] + shift for _, shift in _AGAIN_MOTIF.values()]
            shift = 0.0
            if start:
                logits = [logit + _FIT * self._fit(self._clipped(row), notes) - FLATTENED * self._flattened(row)
                          for (logit, _), row in zip(_AGAIN_MOTIF.values(), rows, strict=True)]
                purpose = f"motif {start // len(base) + 1}"
                shift = list(_AGAIN_MOTIF.values())[self._choose(purpose, list(_AGAIN_MOTIF), logits)][1]
            wanted += (base[:len(notes)] + shift).tolist()
        return PhrasePlan(self._clipped(np.asarray(wanted)), _SAME, accents=0.0)

    def _top(self) -> float:
        """Degree of the line's high point: the section climbs over two thirds of its lines and then falls."""
        place = self.index / max(self.count - 1, 1)
        return self.steps.high - 2.5 * abs(place - 0.65) / 0.65

    def _contour(self, hooked: bool, number: int) -> tuple[float, ...]:
        names = list(CONTOURS)
        lead = "descent" if hooked else "ascent"  # a contrasting line falls after a hook and climbs in a verse
        logits = [math.log(CONTOURS[name][0]) + (0.6 if self.index and name == lead else 0.0) for name in names]
        shape = CONTOURS[names[self._choose(f"contour {number}", names, logits)]][1]
        heights = np.interp(self._times(), np.linspace(0.0, 1.0, len(shape)), shape)
        ranges = [steps for steps in RANGES if steps <= len(self.notes)] or [min(RANGES)]
        wide = ranges[self._choose(f"range {number}", [f"{steps} steps" for steps in ranges],
                                   [math.log(RANGES[steps]) for steps in ranges])]
        bottom = max(self._top() - wide, self.steps.low)
        return tuple(bottom + (self._top() - bottom) * heights)

    def _hook(self) -> tuple[float, ...]:
        names = list(_HOOKS)
        figure = _HOOKS[names[self._choose("hook", names, [_HOOKS[name][0] for name in names])]][1]
        base = self.steps.low + 0.5 * (self.steps.high - self.steps.low)
        size = len(figure)
        wanted = [base + figure[i % size] + min(i // size, 1) for i in range(len(self.notes))]  # said again, a step up
        for i in range(2 * size, len(wanted)):
            wanted[i] = wanted[2 * size - 1] - 0.9 * (i - 2 * size + 1)
        return tuple(self.steps.clip(degree) for degree in wanted)

    def _taken_up(self, source: Phrase, moved: int | None) -> tuple[float, ...]:
        """Another line's notes laid over this line's syllables, moved by steps that are given or chosen here."""
        theirs = laid_over(source, self.notes, self.placed)
        taken = np.asarray(source.degrees, dtype=float)[theirs]
        octaves = round((0.5 * (self.steps.low + self.steps.high) - float(np.mean(taken))) / 7.0)
        taken += 7 * octaves
        if moved is None:
            rows = [taken + shift for _, shift in _WITHIN.values()]
            logits = [logit + _FIT * self._fit(self._clipped(row)) - FLATTENED * self._flattened(row)
                      for (logit, _), row in zip(_WITHIN.values(), rows, strict=True)]
            moved = list(_WITHIN.values())[self._choose("variation", list(_WITHIN), logits)][1]
        return self._clipped(taken + moved + bend(self.notes, [source.notes[i] for i in theirs]))

    def _clipped(self, row: np.ndarray) -> tuple[float, ...]:
        return tuple(self.steps.clip(float(degree)) for degree in row)

    def _flattened(self, row: np.ndarray) -> float:
        """Mean steps by which a line would leave the ladder and be pressed flat against its end."""
        return float(np.mean(np.abs(row - np.clip(row, self.steps.low, self.steps.high))))

    def _fit(self, row: Sequence[float], notes: Sequence[SetSyllable] = ()) -> float:
        """Share of the strong notes that would be chord tones."""
        strong = [is_chord_tone(self.steps.key, round(degree), chord_at(self.stage, note.onset_beats))
                  for degree, note in zip(row, notes or self.notes, strict=True) if note.strength >= 0.5]
        return sum(strong) / len(strong) if strong else 0.0

    def _new(self, targets: tuple[float, ...], weight: float, number: int) -> PhrasePlan:
        """Choose the high point and the close of a line that takes up none."""
        count, key, times = len(self.notes), self.steps.key, self._times()
        inner = list(range(max(count - 1, 1)))
        logits = [2.5 * (targets[i] - max(targets)) + _STRESSED_PEAK * (self.notes[i].utterance.stress == 1)
                  + self.notes[i].strength - 0.4 * abs(float(times[i]) - 0.6) for i in inner]
        spelled = [self.notes[i].utterance.syllable for i in inner]
        peak_index = inner[self._choose(f"high point {number}", spelled, logits)]
        chord = chord_at(self.stage, self.notes[peak_index].onset_beats)
        wide = int((1.0 - SMALLEST_SHARE_OF_STEPS) * (count - 1))  # intervals that need not be steps, a third each
        down = count - 1 - peak_index + wide
        tops = [d for d in self.steps.degrees if d >= self.steps.low + 3 and self._ends(d, down)] or [self.steps.high]
        wanted = max(targets[peak_index], max(targets) - 1)
        logits = [-2.0 * abs(d - wanted) + 1.0 * is_chord_tone(key, d, chord)
                  - _ALTERED * (sounding_pitch(key, d, chord) != key.pitch(d, 4)) for d in tops]
        peak = tops[self._choose(f"high note {number}", [str(key.pitch(d, 4)) for d in tops], logits)]
        close = self._close(targets, weight, self._ends(peak, down), number)
        return PhrasePlan(targets, weight, peak_index, peak, close)

    def _ends(self, peak: int, down: int) -> list[int]:
        """Chord tones for the last note: below the high point, and within the steps that are left after it."""
        chord = chord_at(self.stage, self.notes[-1].onset_beats)
        lowest = peak - down if len(self.notes) > 1 else self.steps.low
        below = [d for d in self.steps.degrees if lowest <= d < peak or len(self.notes) == 1]
        return [d for d in below if is_chord_tone(self.steps.key, d, chord)]

    def _close(self, targets: tuple[float, ...], weight: float, ends: Sequence[int], number: int) -> int:
        """Choose the degree of the last note: unresolved after an odd line, resolved after an even one and the last."""
        chord = chord_at(self.stage, self.notes[-1].onset_beats)
        is_last = self.index == self.count - 1
        roles = _CLOSED if self.index % 2 or is_last else _OPEN
        logits = []
        for degree in ends:
            rank = roles.index(degree % 7) if degree % 7 in roles else None
            role = 0.0 if rank is None else 2.2 - 0.8 * rank
            tone = sounding_pitch(self.steps.key, degree, chord) % 12
            place = chord.pitch_classes.index(tone) if chord and tone in chord.pitch_classes else 0
            final = 1.0 if is_last and rank == 0 else 0.0
            far = abs(degree - targets[-1])
            logits.append(role + final - 0.25 * place - 0.5 * weight * far)  # the chord's root before its third …
        return ends[self._choose(f"close {number}", [str(self.steps.key.pitch(d, 4)) for d in ends], logits)]


def laid_over(source: Phrase, notes: Sequence[SetSyllable], placed: PlacedLine) -> list[int]:
    """Return the note of a source line for each note: one after the other where there are as many, else the nearest."""
    if len(source.degrees) == len(notes):
        return list(range(len(notes)))
    theirs = np.asarray(source.places)
    ours = np.array([note.onset_beats - placed.start_beats for note in notes])
    ours = theirs[0] + (ours - ours[0]) * (theirs[-1] - theirs[0]) / max(float(ours[-1] - ours[0]), 1e-9) \
        if abs((ours[-1] - ours[0]) - (theirs[-1] - theirs[0])) > _STRETCHED else ours
    nearest = np.abs(np.subtract.outer(ours, theirs)).argmin(axis=1)
    nearest[-1] = len(theirs) - 1  # a line closes as its model does
    return [int(i) for i in nearest]


def said(placed: PlacedLine) -> tuple[str, ...]:
    """Return the words of a line, as what makes it the same line."""
    return tuple(re.findall(r"[^\W_]+(?:'[^\W_]+)*", placed.line.spoken.casefold()))
