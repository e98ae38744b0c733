"""The melody of a section: which lines share a tune, what comes back from an earlier section, and how it is changed.

The first line makes a motif of rhythm and contour; the form says which lines take it up (AABA, ABAC …). A chorus is
built on a hook, a short figure said twice. A section that is ``like`` an earlier one sings that one's lines, varied.
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

# Form of four lines → logit. The same letter is the same tune.
_VERSE_FORMS = {"ABAC": 1.0, "AABA": 0.7, "ABAB": 0.4, "AABC": 0.2}
_CHORUS_FORMS = {"AABA": 1.0, "AABC": 0.8, "ABAC": 0.3}
# Contour → (place in the phrase 0–1, height 0–1) corners, and its logit; arch and descent lead (Huron, 1996).
_CONTOURS: dict[str, tuple[float, tuple[tuple[float, float], ...]]] = {
    "arch": (1.0, ((0.0, 0.3), (0.5, 1.0), (1.0, 0.25))),
    "late arch": (0.8, ((0.0, 0.2), (0.68, 1.0), (1.0, 0.4))),
    "descent": (0.5, ((0.0, 0.6), (0.25, 1.0), (1.0, 0.1))),
    "wave": (0.3, ((0.0, 0.55), (0.25, 0.2), (0.65, 1.0), (1.0, 0.35))),
}
# Figure of a hook → steps from its first note, and its logit.
_HOOKS: dict[str, tuple[float, tuple[int, ...]]] = {
    "call": (0.9, (0, 1, 3, 2)), "turn": (0.7, (0, 1, 0, -1)), "fall": (0.6, (3, 2, 1, 0)),
    "climb": (0.4, (0, 0, 1, 2)),
}
# What may happen to a line that comes back → (logit, steps it is moved, share of its end that is turned round).
_WITHIN = {"as it was": (0.5, 0, 0.0), "a step lower": (0.2, -1, 0.0), "a step higher": (0.2, 1, 0.0)}
_VERSE_AGAIN = {"a step higher": (0.6, 1, 0.0), "end turned round": (0.5, 0, 0.2), "a third higher": (0.3, 2, 0.0),
                "a step lower": (0.1, -1, 0.0)}
_CHORUS_AGAIN = {"a third higher": (0.9, 2, 0.0), "a step higher, end turned round": (0.7, 1, 0.2),
                 "end turned round": (0.3, 0, 0.2)}

_OPEN, _CLOSED = (1, 4, 2), (0, 2)  # degrees that ask (2, 5, 3) and that answer (1, 3), the best first
_LOOSE, _TIED = 0.75, 2.0  # how much a step away from the wanted contour costs: a new line, a line taken up
_FIT = 2.0  # how much it counts that a moved line's strong notes are chord tones
_FLATTENED = 6.0  # and that it stays inside the range
_ALTERED = 2.5  # a high point that no step of the scale leads to


@dataclass(frozen=True)
class Phrase:
    """A line with its melody. ``degrees`` are scale steps from the tonic in C4–B4; ``peak_index`` is the high point."""

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
    """Whether the section is a chorus by its tag, or by its name without its number."""
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
    """One line on its way to a plan."""

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
        """The degree wanted at each note, and what a step away from it costs."""
        hooked = is_hooked(self.stage)
        if again:
            return self._taken_up(again, _CHORUS_AGAIN if hooked else _VERSE_AGAIN), _TIED
        if within:
            return self._taken_up(within, _WITHIN), _TIED
        return (self._hook(), _TIED) if hooked and first is None else (self._contour(hooked), _LOOSE)

    def _top(self) -> float:
        """Height of the line's high point: the section climbs to about two thirds of its lines and comes down."""
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
        """Another line's contour laid over this line's notes, and changed in one of the ways of a table."""
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
        """Mean steps by which a change would leave the ladder and be pressed flat against its end."""
        row = _moved(taken, *change[1:])
        return float(np.mean(np.abs(row - np.clip(row, self.steps.low, self.steps.high))))

    def _fit(self, row: Sequence[float]) -> float:
        """Share of the strong notes that would be chord tones."""
        strong = [is_chord_tone(self.steps.key, round(degree), chord_at(self.stage, note.onset_beats))
                  for degree, note in zip(row, self.notes, strict=True) if note.strength >= 0.5]
        return sum(strong) / len(strong) if strong else 0.0

    def plan(self, targets: tuple[float, ...], weight: float) -> PhrasePlan:
        """Choose the high point and the close."""
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
        """Chord tones that the last note may be: under the high point, and no further than the phrase can step down."""
        chord = chord_at(self.stage, self.notes[-1].onset_beats)
        lowest = peak - down if len(self.notes) > 1 else self.steps.low
        below = [d for d in self.steps.degrees if lowest <= d < peak or len(self.notes) == 1]
        return [d for d in below if is_chord_tone(self.steps.key, d, chord)]

    def _close(self, targets: tuple[float, ...], weight: float, ends: Sequence[int]) -> int:
        """The last note: open after an odd line, closed after an even one and most of all after the last."""
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
    """A contour moved by ``shift`` steps; its last share ``turned`` mirrored, but kept under its high point."""
    row = taken + shift
    start = len(row) - round(turned * len(row))
    if turned and 0 < start < len(row):
        row[start:] = np.minimum(2 * row[start - 1] - row[start:], row[:start].max() - 1)
    return row


def _peak_time(times: np.ndarray, targets: Sequence[float]) -> float:
    return float(times[int(np.argmax(targets[:-1]))]) if len(targets) > 1 else 0.0
