"""Bass: the bass of each chord, other tones of the chord, and notes that lead into the next chord."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from scores.composing.form import (
    EIGHTH,
    ChordSpan,
    arch,
    chord_spans,
    ends_phrase,
    following_chord,
    full_bars,
    grid_beats,
    group_starts,
    weight,
)
from scores.composing.grooves.lock import kicks_of, locked
from scores.composing.grooves.swing import swung
from scores.composing.hands.voicing import choose_bass
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Bar
from scores.players.drums import Drums, swing_heard
from scores.score import Section
from scores.theory import Chord

# Range [MIDI number]: E1 to G2.
LOWEST = 28
HIGHEST = 43
# Logits of a note on a later accent of a chord, by its tone.
INSIDE_THE_CHORD = {"bass": 0.9, "fifth": 0.8, "octave": 0.3, "third": -0.3}
# Cost per semitone from the note before [logits].
LEAP_COST = 0.1
# Logits of the note before a new chord; "stay" adds none.
APPROACHES = {"stay": 0.9, "diatonic from below": 0.5, "diatonic from above": 0.4, "chromatic from below": 0.3,
              "fifth above": 0.1}
# Logit added to "stay" in a walking bass.
WALKING_STAYS = -1.5
# Logit subtracted from "stay" at the end of a phrase.
APPROACH_AT_PHRASE_END = 0.7
# Costs of a walking note [logits]: per semitone from the line to the goal, for a repeated note, and for a tone that is
# not in the chord. On the strong beats, one and three of four, a walking bass is on a tone of the chord.
LINE_COST = 0.25
REPEAT_COST = 1.5
FOREIGN_COST = 0.3
STRONG = 0.75
# Distance of the energy from the middle from which there are fewer or more notes, and the metrical weight of those that
# are left.
MOVES = 0.22
CALM = 0.5
# Accents [−1 … 1] by metrical weight, and of a note before a new chord.
METER_ACCENT = 0.4
APPROACH_ACCENT = -0.2
# Share of the written length that sounds: a bassist's finger stops the string before it plucks again.
DETACHED = 0.94


@dataclass(frozen=True)
class LastBass:
    """The bass note that was played last, as a MIDI number."""

    pitch: float


class Bass(Player):
    """One note at a time, E1 to G2."""

    style: ClassVar[str] = "bass"
    keeps_time: ClassVar[bool] = True  # what is locked to the bass drum
    rhythm: Literal["auto", "whole", "half", "pulse", "octaves", "walking", "kick"] = Field(
        "auto", description="whole: one note per bar; half: the accents of the bar; pulse: each beat; octaves: each "
                            "half beat, low and high in turn; walking: a line; kick: with the bass drum; auto is kick "
                            "where drums play before it in the score, else half")
    lock: Annotated[str, Field(json_schema_extra={"names": "part", "or": ["auto", "off"]})] = Field(
        "auto", description="part whose bass drum it locks to: notes that fall together with it share its time; auto "
                            "is a part with the style drums that stands before it, off is none")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        kicks = self._kicks(stage)
        rhythm = ("kick" if kicks else "half") if self.rhythm == "auto" else self.rhythm
        spans = chord_spans(bars)
        last_bass = stage.memory.recall(LastBass)
        previous = None if last_bass is None else last_bass.pitch
        targets: list[int | None] = []  # the bass under each chord
        for span in spans:
            if span.chord is None:
                targets.append(None)
                continue
            place = span.start_beats - span.bar.start_beats
            previous = choose_bass(stage, f"octave at {place:g}", span.start_beats, span.chord.bass, previous,
                                   low=LOWEST, high=HIGHEST)
            targets.append(int(previous))
        following = following_chord(stage)
        last = targets[-1]
        after = None if following is None or last is None else _nearest(following.bass, last)
        onsets = sorted({beat for bar in bars for beat in self._onsets(bar, rhythm, kicks, stage.lift(bar.start_beats))}
                        | {span.start_beats for span in spans})
        drafts: list[Draft] = []
        for i, span in enumerate(spans):
            target = targets[i]
            if span.chord is not None and target is not None:
                inside = onsets[bisect_left(onsets, span.start_beats - 1e-9):bisect_left(onsets, span.end_beats - 1e-9)]
                goal = targets[i + 1] if i + 1 < len(spans) else after
                drafts += self._span(stage, span, span.chord, target, goal, inside, rhythm)
        if previous is not None:
            stage.memory.keep(LastBass(previous))
        return swung(stage, locked(stage, drafts, kicks), swing_heard(stage))

    def _kicks(self, stage: Stage) -> list[Draft]:
        """Return the strokes of the bass drum to which the bass is locked."""
        names = [] if self.lock == "off" else [self.lock]
        if self.lock == "auto":
            players = stage.section.players if isinstance(stage.section, Section) else {}
            names = [name for name in stage.drafts if isinstance(players.get(name), Drums)]
        return kicks_of(draft for name in names for draft in stage.drafts.get(name, ()))

    def _onsets(self, bar: Bar, rhythm: str, kicks: Sequence[Draft], lift: float) -> list[float]:
        """Return the beats of a bar, in quarter notes of the song, on which a rhythm plays, fewer or more by energy."""
        if rhythm == "half" and abs(lift) > MOVES:
            rhythm = "pulse" if lift > 0 else "whole"
        if rhythm == "kick":
            struck = [kick.onset_beats for kick in kicks
                      if bar.start_beats - 1e-6 <= kick.onset_beats < bar.end_beats - 1e-6]
            if struck and lift < -MOVES:
                return [beat for beat in struck if weight(bar.meter, beat - bar.start_beats) >= CALM] or struck[:1]
            if struck:
                return struck if lift <= MOVES else sorted({*struck, *self._onsets(bar, "pulse", (), lift)})
            rhythm = "half"
        pulse = float(bar.meter.pulse_beats)
        if rhythm == "whole":
            return [bar.start_beats]
        if rhythm == "half":
            places = [float(start) for start in group_starts(bar.meter, grid_beats(bar.meter))]
            if len(places) == 1 and bar.meter.pulses > 2:
                places.append(bar.beats - pulse)  # a waltz: the first beat and the last
            return [bar.start_beats + place for place in places]
        if rhythm == "octaves":
            return [bar.start_beats + i * float(EIGHTH) for i in range(int(bar.beats / float(EIGHTH)))]
        return [bar.start_beats + float(start) for start in bar.meter.pulse_starts]

    def _span(self, stage: Stage, span: ChordSpan, chord: Chord, bass: int, goal: int | None,
              onsets: Sequence[float], rhythm: str) -> list[Draft]:
        """Return the notes under one chord: its bass, then other tones, and last a note that leads to ``goal``."""
        notes = [(span.start_beats, bass, 0.0)]
        walking = rhythm == "walking"
        for beat in onsets[1:]:
            left = sum(onset >= beat - 1e-9 for onset in onsets)
            pitch = (bass + 12 * (round((beat - stage.bar_at(beat).start_beats) / float(EIGHTH)) % 2)
                     if rhythm == "octaves" else
                     self._step(stage, span, chord, beat, notes[-1][1], goal, left) if walking
                     else self._inside(stage, chord, beat, bass, notes[-1][1]))
            notes.append((beat, pitch, 0.0))
        bar = stage.bar_at(span.end_beats - 1e-6)
        lead = float(bar.meter.pulse_beats) / (1 if walking else 3 if bar.meter.pulse_beats == 1.5 else 2)
        if goal is not None and span.end_beats - lead > notes[0][0] + lead - 1e-9:
            beat = span.end_beats - lead
            if rhythm == "kick":  # the way to the next chord goes with the bass drum, or not at all
                beat = notes[-1][0] if notes[-1][0] > beat - lead - 1e-9 else span.end_beats
            earlier = [note for note in notes if note[0] < beat - 1e-9]
            approach = (self._approach(stage, bar, beat, earlier[-1][1], goal, walking)
                        if earlier and beat < span.end_beats - 1e-9 else None)
            if approach is not None:
                notes = [*earlier, (beat, approach, APPROACH_ACCENT)]
        ends = [beat for beat, _, _ in notes[1:]] + [span.end_beats]
        drafts = []
        for (beat, pitch, extra), end in zip(notes, ends, strict=True):
            own = stage.bar_at(beat)
            accent = METER_ACCENT * (weight(own.meter, beat - own.start_beats) - 0.5) + arch(stage, beat) + extra
            drafts.append(Draft(beat, DETACHED * (end - beat), pitch, stage.velocity(beat, accent)))
        return drafts

    def _inside(self, stage: Stage, chord: Chord, beat: float, bass: int, before: int) -> int:
        """Choose a tone of the chord for a later accent; a new bar begins with the bass again."""
        bar = stage.bar_at(beat)
        if abs(beat - bar.start_beats) < 1e-9:
            return bass
        fifth = next((step for step in chord.intervals if step in (6, 7, 8)), None)
        third = next((step for step in chord.intervals if step in (3, 4)), None)
        options = {"bass": bass}
        if fifth is not None:
            options["fifth"] = _nearest((chord.root + fifth) % 12, bass)
        if third is not None:
            options["third"] = _nearest((chord.root + third) % 12, bass)
        if bass + 12 <= HIGHEST:
            options["octave"] = bass + 12
        logits = [INSIDE_THE_CHORD[name] - LEAP_COST * abs(pitch - before) for name, pitch in options.items()]
        pick = stage.choose(f"inside at {beat - bar.start_beats:g}", beat, list(options), logits)
        return list(options.values())[pick]

    def _step(self, stage: Stage, span: ChordSpan, chord: Chord, beat: float, before: int, goal: int | None,
              left: int) -> int:
        """Choose a walking note: near the straight line to the goal, and a tone of the chord on strong beats."""
        bar = stage.bar_at(beat)
        place = beat - bar.start_beats
        line = before + ((goal if goal is not None else before + 5) - before) / (left + 1)
        options = [p for p in range(max(before - 7, LOWEST), min(before + 7, HIGHEST) + 1)
                   if p % 12 in (*bar.key.scale, *chord.pitch_classes)]
        strong = weight(bar.meter, place) >= STRONG
        if strong:
            options = [p for p in options if p % 12 in chord.pitch_classes] or options
        logits = [-LINE_COST * abs(p - line) - REPEAT_COST * (p == before)
                  - (p % 12 not in chord.pitch_classes) * FOREIGN_COST
                  for p in options]
        return options[stage.choose(f"walk at {place:g}", beat, [str(p) for p in options], logits)]

    def _approach(self, stage: Stage, bar: Bar, beat: float, before: int, goal: int, walking: bool) -> int | None:
        """Choose the last note before a change of chord, or None."""
        pitches = {
            "diatonic from below": next(goal - down for down in (1, 2, 3) if (goal - down) % 12 in bar.key.scale),
            "diatonic from above": next(goal + up for up in (1, 2, 3) if (goal + up) % 12 in bar.key.scale),
            "chromatic from below": goal - 1, "fifth above": goal + 7}
        names = ["stay", *(name for name, p in pitches.items() if LOWEST <= p <= HIGHEST and p != before)]
        logits = np.array([APPROACHES[name] - LEAP_COST * abs(pitches.get(name, before) - before) for name in names])
        logits[0] += WALKING_STAYS * walking - APPROACH_AT_PHRASE_END * ends_phrase(stage, bar)
        name = names[stage.choose(f"approach at {beat - bar.start_beats:g}", beat, names, logits)]
        return pitches.get(name)


def _nearest(pitch_class: int, to: int) -> int:
    """Return the pitch of a class that is nearest to another pitch, within the range."""
    return min((p for p in range(LOWEST, HIGHEST + 1) if p % 12 == pitch_class), key=lambda p: abs(p - to))
