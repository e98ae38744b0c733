"""The melody of a section: which lines share a tune, what returns from an earlier section, and how it is varied.

The first line sets a motif of rhythm and contour; the form says which lines repeat it (AABA, ABAC …). A chorus is built
on a hook, a short figure that is repeated. A section that is ``like`` an earlier one varies the lines of that one.

References
----------
.. [1] Huron, D. (1996). The melodic arch in Western folksongs. Computing in Musicology 10.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scores.composing.singing.idiom import CONTOURS, RANGES
from scores.composing.singing.melody import (
    SMALLEST_SHARE_OF_STEPS,
    Ladder,
    PhrasePlan,
    chord_at,
    is_chord_tone,
    sing_phrase,
    sounding_pitch,
)
from scores.composing.singing.prosody import BREATH_SECONDS, SetSyllable, set_line
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import SungLine
from scores.theory import Chord

HOOKED = {"chorus", "refrain", "hook"}

# Logit of a form of four lines. The same letter is the same tune.
_VERSE_FORMS = {"ABAC": 1.0, "AABA": 0.7, "ABAB": 0.4, "AABC": 0.2}
_CHORUS_FORMS = {"AABA": 1.0, "AABC": 0.8, "ABAC": 0.3}
# Figure of a hook → steps from its first note, and its logit.
_HOOKS: dict[str, tuple[float, tuple[int, ...]]] = {
    "call": (0.9, (0, 1, 3, 2)), "leap": (0.7, (0, 3, 2, 1)), "fall": (0.6, (3, 2, 1, 0)), "climb": (0.4, (0, 0, 1, 2)),
}
# What may happen to a line that comes back with other words, and to a whole tune → (logit, steps it is moved).
_WITHIN = {"as it was": (1.2, 0), "a step lower": (0.0, -1), "a step higher": (0.2, 1)}
_AGAIN = {"as it was": (1.4, 0), "a step higher": (0.5, 1), "a third higher": (0.1, 2)}

_OPEN, _CLOSED = (1, 4, 2), (0, 2)  # degrees that ask (2, 5, 3) and that answer (1, 3), the best first
_LOOSE = 1.3  # cost of a step away from the contour of a new line
_TIED = 2.0  # and from the notes of a line with other words that is taken up
_SAME = 5.0  # and from those of a line whose words return
_HOOK = 2.0  # and from the figure of a hook
_PLANS = 4  # contours along which a new line is tried
_FIT = 2.0  # how much it counts that a moved line's strong notes are chord tones
_STRETCHED = 1.0  # difference of two lines' lengths [quarter notes] above which one is stretched over the other
_FLATTENED = 6.0  # and that it stays inside the range
_ALTERED = 2.5  # a high point that no step of the scale leads to


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
    chords: tuple[Chord | None, ...]
    peak_index: int
    label: str
    placed: PlacedLine

    @property
    def places(self) -> tuple[float, ...]:
        """Onsets in beats from the line's start."""
        return tuple(note.onset_beats - self.placed.start_beats for note in self.notes)


@dataclass(frozen=True)
class Tune:
    """The melody of a section, as a part remembers it."""

    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class SungUntil:
    """The beat of the song up to which a voice is busy."""

    beats: float


def is_hooked(stage: Stage) -> bool:
    """Return whether the section is a chorus by its tag, or by its name without a number."""
    kind = (stage.section.tag or stage.section.name).lower().split()
    return bool(kind) and kind[0].strip("0123456789") in HOOKED


def compose_tune(stage: Stage, lines: Sequence[SungLine], steps: Ladder, syncopation: float = 0.0) -> list[Phrase]:
    """Compose the melody of a section.

    It is kept in the part's memory, for a later section or line that takes it up.

    Parameters
    ----------
    lines
        The words of each of the stage's lines.
    steps
        The notes that the melody may use.
    syncopation
        How readily stressed syllables anticipate a strong place, 0 to 1.

    Returns
    -------
    list of Phrase
        One for each line that has words.
    """
    tunes = stage.memory.all(Tune)
    remembered = _remembered(stage, tunes)
    returning = {_said(phrase.placed): phrase for tune in tunes.values() for phrase in tune.phrases}
    labels = _form(stage, remembered)
    moved = _moved(stage, steps, remembered)
    phrases: list[Phrase] = []
    busy = stage.memory.recall(SungUntil)
    free = -math.inf if busy is None else after_a_breath(stage, busy.beats)
    for i, (placed, line) in enumerate(zip(stage.lines, lines, strict=True)):
        same = returning.get(_said(placed))
        again = same or (remembered[i % len(remembered)] if remembered else None)
        within = next((phrase for phrase in phrases if phrase.label == labels[i]), None)
        model = again or within or (phrases[0] if phrases else None)
        notes = set_line(stage, placed, line, model.places if model else (), free, _following(stage, lines, i),
                         syncopation)
        if not notes:
            continue
        before = phrases[-1].degrees[-1] if phrases else None
        planner = _Line(stage, placed, tuple(notes), steps, i, len(stage.lines), moved)
        plans = planner.plans(again, within, bool(phrases), _said(placed))
        degrees = sing_phrase(stage, f"melody, line {placed.number}", notes, steps, plans, before)
        chords = tuple(chord_at(stage, note.onset_beats) for note in notes)
        phrases.append(Phrase(tuple(notes), degrees, chords, int(np.argmax(degrees)), labels[i], placed))
        returning.setdefault(_said(placed), phrases[-1])
        free = after_a_breath(stage, notes[-1].onset_beats + notes[-1].duration_beats)
    stage.memory.keep(Tune(tuple(phrases)), stage.section.name)
    return phrases


def _following(stage: Stage, lines: Sequence[SungLine], i: int) -> SungLine | None:
    """The line that begins where line ``i`` ends."""
    follows = i + 1 < len(lines) and abs(stage.lines[i + 1].start_beats - stage.lines[i].end_beats) < 1e-6
    return lines[i + 1] if follows else None


def _said(placed: PlacedLine) -> tuple[str, ...]:
    """The words of a line, as what makes it the same line."""
    return tuple(re.findall(r"[^\W_]+(?:'[^\W_]+)*", placed.line.spoken.casefold()))


def _kind(name: str) -> str:
    """The kind of a section by its name without its number: Verse 2 is a verse."""
    return re.sub(r"[\s\d]+(?:again)?$", "", name.casefold())


def _remembered(stage: Stage, tunes: Mapping[str, Tune]) -> Sequence[Phrase]:
    """The tune that is taken up: that of the section named by ``like``, else of the first section of this kind."""
    if stage.section.like is not None:
        return tunes[stage.section.like].phrases if stage.section.like in tunes else ()
    kind = _kind(stage.section.name)
    return next((tune.phrases for name, tune in tunes.items() if tune.phrases and _kind(name) == kind), ())


def _moved(stage: Stage, steps: Ladder, remembered: Sequence[Phrase]) -> int:
    """Scale steps by which a section moves the whole tune that it takes up."""
    if not remembered:
        return 0
    highest = max(max(phrase.degrees) for phrase in remembered)
    logits = [logit - _FLATTENED * max(highest + shift - steps.high, 0) for logit, shift in _AGAIN.values()]
    return list(_AGAIN.values())[stage.choose("melody, moved", stage.span.start_beats, list(_AGAIN), logits)][1]


def after_a_breath(stage: Stage, end_beats: float) -> float:
    """The beat from which a voice may sing again after a note that ends there."""
    return stage.tempo.beat(stage.tempo.seconds(end_beats) + BREATH_SECONDS)


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
    moved: int  # scale steps by which the section moves a tune that it takes up

    def _choose(self, purpose: str, options: Sequence[str], logits: Sequence[float]) -> int:
        name = f"melody, line {self.placed.number}, {purpose}"
        return self.stage.choose(name, self.placed.start_beats, options, logits)

    def _times(self) -> np.ndarray:
        onsets = np.array([note.onset_beats for note in self.notes])
        return np.asarray((onsets - onsets[0]) / max(float(onsets[-1] - onsets[0]), 1e-9))

    def plans(self, again: Phrase | None, within: Phrase | None, begun: bool,
              said: tuple[str, ...]) -> list[PhrasePlan]:
        """Where the line may go: after the line it takes up, or along contours of its own."""
        source = again or within
        if source is not None:
            same = _said(source.placed) == said
            moved = 0 if same else self.moved if again else None
            targets = self._taken_up(source, moved)
            if not same:
                return [PhrasePlan(targets, _TIED)]
            kept = len(source.chords) == len(self.notes)
            return [PhrasePlan(targets, _SAME, kept=tuple(
                kept and chord_at(self.stage, note.onset_beats) == source.chords[i] for i, note in enumerate(self.notes)))]
        hooked = is_hooked(self.stage)
        if hooked and not begun:
            return [self._new(self._hook(), _HOOK, 1)]
        return [self._new(self._contour(hooked, number), _LOOSE, number) for number in range(1, _PLANS + 1)]

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
        taken = np.asarray(_laid_over(source, self.notes, self.placed), dtype=float)
        octaves = round((0.5 * (self.steps.low + self.steps.high) - float(np.mean(taken))) / 7.0)
        taken += 7 * octaves
        if moved is None:
            rows = [taken + shift for _, shift in _WITHIN.values()]
            logits = [logit + _FIT * self._fit(self._clipped(row)) - _FLATTENED * self._flattened(row)
                      for (logit, _), row in zip(_WITHIN.values(), rows, strict=True)]
            moved = list(_WITHIN.values())[self._choose("variation", list(_WITHIN), logits)][1]
        return self._clipped(taken + moved)

    def _clipped(self, row: np.ndarray) -> tuple[float, ...]:
        return tuple(self.steps.clip(float(degree)) for degree in row)

    def _flattened(self, row: np.ndarray) -> float:
        """Mean steps by which a line would leave the ladder and be pressed flat against its end."""
        return float(np.mean(np.abs(row - np.clip(row, self.steps.low, self.steps.high))))

    def _fit(self, row: Sequence[float]) -> float:
        """Share of the strong notes that would be chord tones."""
        strong = [is_chord_tone(self.steps.key, round(degree), chord_at(self.stage, note.onset_beats))
                  for degree, note in zip(row, self.notes, strict=True) if note.strength >= 0.5]
        return sum(strong) / len(strong) if strong else 0.0

    def _new(self, targets: tuple[float, ...], weight: float, number: int) -> PhrasePlan:
        """Choose the high point and the close of a line that takes up none."""
        count, key, times = len(self.notes), self.steps.key, self._times()
        inner = list(range(max(count - 1, 1)))
        logits = [2.5 * (targets[i] - max(targets)) + 0.8 * (self.notes[i].utterance.stress == 1)
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
        return ends[self._choose(f"close {number}", [str(self.steps.key.pitch(d, 4)) for d in ends], logits)]


def _laid_over(source: Phrase, notes: Sequence[SetSyllable], placed: PlacedLine) -> list[int]:
    """The degree of a source line for each note: note by note where there are as many, else by the nearest onset."""
    if len(source.degrees) == len(notes):
        return list(source.degrees)
    theirs = np.asarray(source.places)
    ours = np.array([note.onset_beats - placed.start_beats for note in notes])
    ours = theirs[0] + (ours - ours[0]) * (theirs[-1] - theirs[0]) / max(float(ours[-1] - ours[0]), 1e-9) \
        if abs((ours[-1] - ours[0]) - (theirs[-1] - theirs[0])) > _STRETCHED else ours
    nearest = np.abs(np.subtract.outer(ours, theirs)).argmin(axis=1)
    nearest[-1] = len(theirs) - 1  # a line closes as its model does
    return [source.degrees[i] for i in nearest]
