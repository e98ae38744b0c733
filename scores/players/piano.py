"""Piano: a bass in the left hand and voice-led chords in the right, from full chords to a single note."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pydantic import Field

from scores.composing.form import (
    EIGHTH,
    SIXTEENTH,
    ChordSpan,
    arch,
    chord_spans,
    ends_phrase,
    full_bars,
    grid_beats,
    group_starts,
    groups,
    raised,
    weight,
)
from scores.composing.hands.voicing import Voicing, choose_bass, choose_voicing
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Bar

# Ranges [MIDI number]: right hand E3 to E5, left hand C2 to D3, single notes G3 to G5.
RIGHT_HAND = (52, 76)
LEFT_HAND = (36, 50)
SINGLE_NOTE = (55, 79)
# Highest note of the right hand after a leap of an octave [MIDI number]: C6.
HIGHEST = 84
# Logits of the rhythm of block chords: on each chord, on the accents of the bar, or on each beat.
RHYTHMS = {"chord": 0.6, "accents": 0.8, "pulse": 0.2}
# Order of the voices of a broken chord, by the length of a group.
ORDERS: dict[str, dict[int, tuple[int, ...]]] = {
    "up": {1: (0,), 2: (0, 2), 3: (0, 1, 2), 4: (0, 1, 2, 3), 6: (0, 1, 2, 3, 2, 1)},
    "wave": {1: (0,), 2: (0, 1), 3: (0, 2, 1), 4: (0, 1, 2, 1), 6: (0, 1, 2, 3, 1, 2)},
    "alberti": {1: (0,), 2: (0, 2), 3: (0, 2, 1), 4: (0, 2, 1, 2), 6: (0, 2, 1, 2, 1, 2)},
    "fall": {1: (3,), 2: (3, 1), 3: (3, 2, 1), 4: (3, 2, 1, 0), 6: (3, 2, 1, 0, 1, 2)},
}
# Logits of the variations of a bar of broken chords.
VARIATIONS = {"as it is": 1.6, "leave one out": 0.5, "turn": 0.4, "octave": 0.3}
# Logit added to "as it is" in the first bar.
FIRST_BAR_STEADY = 2.0
# Logits of what a beat of the sparse texture has.
SPARSE = {"rest": 0.5, "one note": 0.9, "two notes": 0.3}
# Logit added to "rest" on the weakest beats, relative to the strongest.
SPARSE_STRONG = 1.5
# Cost of a single note per semitone from the note before [logits].
SINGLE_STEP_COST = 0.15
# Logits of a single note by its interval above the root; 0 for other tones.
SINGLE_TONES = {0: 1.0, 3: 0.4, 4: 0.4, 7: 0.5}
# Accents [−1 … 1] by metrical weight, of the left hand, and of the inner voices and top voice of a chord.
METER_ACCENT = 0.4
LEFT_ACCENT = -0.05
INNER_ACCENT = -0.12
TOP_ACCENT = 0.1
# Time from note to note of a rolled chord [s], at loudness 0 and 1.
SLOW_ROLL_SECONDS = 0.022
FAST_ROLL_SECONDS = 0.004


@dataclass(frozen=True)
class Hands:
    """Where the hands lay last: the chord of the right, the bass note of the left."""

    right: Voicing | None
    left: float | None


# Rhythms of chords from calm to busy, by which energy moves their logits, from 0 to 1; and the lift from which the left
# hand plays octaves.
BUSY = ("chord", "accents", "pulse")
LIFT = 4.0
FULL = 0.2


@dataclass(frozen=True)
class Kept:
    """A choice that holds through a section."""

    choice: str


class Piano(Player):
    """Both hands, and the sustain pedal, which changes with the harmony."""

    style: ClassVar[str] = "piano"
    texture: Literal["block", "broken", "sparse", "single"] = Field(
        "block", description="block: chords; broken: arpeggios; sparse: few notes; single: one per chord")
    voices: int = Field(4, ge=2, le=5, description="notes of the right hand's chords")
    left_hand: Literal["octave", "note", "none"] = Field("note", description="bass under them: octave, note or none")
    grid: Literal["1/8", "1/16"] = Field("1/8", description="note value of broken chords")
    ending: Literal["play", "single"] = Field("play", description="single: the last bar is one note that rings; play: "
                                                                  "it is like the others")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        drafts: list[Draft] = []
        hands = stage.memory.recall(Hands) or Hands(None, None)
        previous, bass = hands.right, hands.left
        last_start = bars[-1].start_beats if self.ending == "single" else float("inf")
        for span in chord_spans(bars):
            if span.chord is None:
                continue
            if span.end_beats > last_start + 1e-9:  # the last bar is for the one note
                until = max(last_start, span.start_beats)
                if until < span.end_beats - 1e-9 and not any(d.onset_beats >= last_start - 1e-9 for d in drafts):
                    ending = replace(span, start_beats=until, end_beats=bars[-1].end_beats)
                    drafts += self._single(stage, ending, previous)
                if span.start_beats >= last_start - 1e-9:
                    continue
                span = replace(span, end_beats=last_start)
            assert span.chord is not None
            if self.texture == "single":
                notes = self._single(stage, span, previous)
                previous = (int(notes[0].pitch),)
                drafts += notes
                continue
            place = f"{span.start_beats - span.bar.start_beats:g}"
            up, more = raised(stage, span.start_beats), round(2 * stage.lift(span.start_beats))
            previous = choose_voicing(stage, f"voicing at {place}", span.start_beats, span.chord, previous,
                                      voices=min(max(self.voices + more, 2), 5), low=RIGHT_HAND[0] + up,
                                      high=RIGHT_HAND[1] + up)
            bass = choose_bass(stage, f"left hand at {place}", span.start_beats, span.chord.bass, bass,
                               low=LEFT_HAND[0], high=LEFT_HAND[1])
            texture = {"block": self._block, "broken": self._broken, "sparse": self._sparse}[self.texture]
            drafts += texture(stage, span, previous, int(bass))
        stage.memory.keep(Hands(previous, bass))
        return _pedalled(drafts)

    def _note(self, stage: Stage, span: ChordSpan, beat: float, pitch: int, accent: float, delay: float = 0.0) -> Draft:
        bar = stage.bar_at(beat)
        accent += METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
        return Draft(beat, span.end_beats - beat, pitch, stage.velocity(beat, accent), delay_seconds=delay)

    def _left(self, stage: Stage, span: ChordSpan, beats: Sequence[float], bass: int) -> list[Draft]:
        full = self.left_hand == "note" and stage.lift(span.start_beats) > FULL
        pitches = {"octave": (bass - 12, bass), "note": (bass,), "none": ()}["octave" if full else self.left_hand]
        return [self._note(stage, span, beat, pitch, LEFT_ACCENT) for beat in beats for pitch in pitches]

    def _rolled(self, stage: Stage, span: ChordSpan, beat: float, voicing: Voicing, roll: float = 1.0) -> list[Draft]:
        loudness = stage.dynamics.at(beat)
        step = roll * (SLOW_ROLL_SECONDS + (FAST_ROLL_SECONDS - SLOW_ROLL_SECONDS) * loudness)
        return [self._note(stage, span, beat, pitch, TOP_ACCENT if pitch == voicing[-1] else INNER_ACCENT, i * step)
                for i, pitch in enumerate(voicing)]

    def _block(self, stage: Stage, span: ChordSpan, voicing: Voicing, bass: int) -> list[Draft]:
        """Play chords in one rhythm for the section, with a bass on new chords and bar lines."""
        lift = stage.lift(stage.bars[0].start_beats)
        rhythm = _kept(stage, "rhythm", span.start_beats, {
            name: logit + LIFT * lift * (BUSY.index(name) - 1) for name, logit in RHYTHMS.items()})
        beats = [span.start_beats]
        for bar in _bars_in(stage, span):
            places = {"chord": [0.0], "accents": [float(p) for p in group_starts(bar.meter, grid_beats(bar.meter))],
                      "pulse": [float(p) for p in bar.meter.pulse_starts]}[rhythm]
            onsets = [bar.start_beats + place for place in places]
            beats += [beat for beat in onsets if span.start_beats + 1e-9 < beat < span.end_beats - 1e-9]
        lines = [beat for beat in beats if beat in (span.start_beats, stage.bar_at(beat).start_beats)]
        chords = [note for beat in beats for note in self._rolled(stage, span, beat, voicing, float(beat == beats[0]))]
        return self._left(stage, span, lines, bass) + chords

    def _broken(self, stage: Stage, span: ChordSpan, voicing: Voicing, bass: int) -> list[Draft]:
        """Play one voice after the other in one order for the section, varied from bar to bar."""
        order = ORDERS[_kept(stage, "order", span.start_beats, dict.fromkeys(ORDERS, 0.0) | {"wave": 0.4, "up": 0.3})]
        drafts = []
        for bar in _bars_in(stage, span):
            unit = grid_beats(bar.meter, {"1/8": EIGHTH, "1/16": SIXTEENTH}[self.grid])
            voices = [voice for size in groups(bar.meter, unit) for voice in order[size]]
            start = max(bar.start_beats, span.start_beats)
            onsets = [bar.start_beats + float(i * unit) for i in range(len(voices))]
            places = [i for i, beat in enumerate(onsets) if start - 1e-9 <= beat < span.end_beats - 1e-9]
            if not places:
                continue
            drafts += self._left(stage, span, [start], bass)
            varied, raised = self._varied(stage, bar, start, places, voices)
            for i in places:
                if varied[i] >= 0:
                    pitch = voicing[varied[i] % len(voicing)]
                    pitch += 12 * (i == raised and pitch + 12 <= HIGHEST)
                    drafts.append(self._note(stage, span, onsets[i], pitch, 0.0))
        return drafts

    def _varied(self, stage: Stage, bar: Bar, start: float, places: list[int],
                voices: list[int]) -> tuple[list[int], int]:
        """Return the bar's voices with one variation (−1 is no note), and the place an octave higher (−1: none)."""
        logits = dict(VARIATIONS)
        logits["as it is"] += FIRST_BAR_STEADY * (bar == full_bars(stage)[0])
        logits["octave"] += 1.5 * ends_phrase(stage, bar)
        at = f"{start - bar.start_beats:g}"
        variation = list(logits)[stage.choose(f"variation at {at}", start, list(logits), list(logits.values()))]
        varied, inner = list(voices), places[1:]
        if variation == "as it is" or len(inner) < 2:
            return varied, -1
        place = inner[stage.choose(f"varied at {at}", start, [f"place {i + 1}" for i in inner],
                                   [0.1 * i for i in range(len(inner))])]
        if variation == "leave one out":
            varied[place] = -1
        elif variation == "turn":
            varied[place - 1], varied[place] = varied[place], varied[place - 1]
        return varied, place if variation == "octave" else -1

    def _sparse(self, stage: Stage, span: ChordSpan, voicing: Voicing, bass: int) -> list[Draft]:
        """Play a bass where the chord begins, and sometimes one or two notes from the top of the chord."""
        drafts = self._left(stage, span, [span.start_beats], bass)
        for bar in _bars_in(stage, span):
            for beat in (bar.start_beats + float(start) for start in bar.meter.pulse_starts):
                if not span.start_beats - 1e-9 <= beat < span.end_beats - 1e-9:
                    continue
                strong = weight(bar.meter, beat - bar.start_beats)
                logits = [SPARSE["rest"] + SPARSE_STRONG * (1 - strong), SPARSE["one note"],
                          SPARSE["two notes"] + strong - 0.5]
                at = f"{beat - bar.start_beats:g}"
                count = stage.choose(f"notes at {at}", beat, list(SPARSE), logits)
                top = -1 - stage.choose(f"voice at {at}", beat, ["top", "under the top"], [0.6, 0.0]) if count else -1
                chosen = voicing[max(len(voicing) + top - count + 1, 0): len(voicing) + top + 1]
                drafts += self._rolled(stage, span, beat, chosen)
        return drafts

    def _single(self, stage: Stage, span: ChordSpan, previous: Voicing | None) -> list[Draft]:
        """Choose one note for the whole chord, near the note before; the last of the section prefers the root."""
        chord = span.chord
        assert chord is not None
        near = previous[-1] if previous else sum(SINGLE_NOTE) / 2
        options = [p for p in range(SINGLE_NOTE[0], SINGLE_NOTE[1] + 1) if p % 12 in chord.pitch_classes]
        closing = abs(span.end_beats - stage.bars[-1].end_beats) < 1e-9
        logits = [SINGLE_TONES.get((p - chord.root) % 12, 0.0) * (1 + 2 * closing) - SINGLE_STEP_COST * abs(p - near)
                  for p in options]
        pick = stage.choose(f"single note at {span.start_beats - stage.bar_at(span.start_beats).start_beats:g}",
                            span.start_beats, [str(p) for p in options], logits)
        return [self._note(stage, span, span.start_beats, options[pick], 0.0)]


class Chords(Piano):
    """The piano player under another name of its style."""

    style: ClassVar[str] = "chords"


def _kept(stage: Stage, what: str, beat: float, options: dict[str, float]) -> str:
    """Return a choice that is made once per section, or taken from the section that ``like`` names."""
    recall = stage.memory.recall
    kept = recall(Kept, (what, stage.section.name)) or recall(Kept, (what, stage.section.like))
    if kept is None:
        kept = Kept(list(options)[stage.choose(what, beat, list(options), list(options.values()))])
    stage.memory.keep(kept, (what, stage.section.name))
    return kept.choice


def _bars_in(stage: Stage, span: ChordSpan) -> list[Bar]:
    first = bisect_right(stage.bars, span.start_beats + 1e-9, key=lambda bar: bar.start_beats) - 1
    last = bisect_left(stage.bars, span.end_beats - 1e-9, key=lambda bar: bar.start_beats)
    return list(stage.bars[first:last])


def _pedalled(drafts: Sequence[Draft]) -> list[Draft]:
    """End notes where their key is struck again; the pedal holds the others until the harmony changes."""
    ordered = sorted(drafts, key=lambda draft: (draft.onset_beats, draft.delay_seconds, draft.pitch))
    next_onset: dict[float, float] = {}
    held = []
    for draft in reversed(ordered):
        end = min(draft.onset_beats + draft.duration_beats, next_onset.get(draft.pitch, float("inf")))
        if end > draft.onset_beats:  # two voices on one key are one note
            held.append(replace(draft, duration_beats=end - draft.onset_beats, pedalled=True))
            next_onset[draft.pitch] = draft.onset_beats
    return held[::-1]
