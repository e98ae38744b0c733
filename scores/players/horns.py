"""A horn section: stabs and swells between the words, in close chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from scores.composing.form import SIXTEENTH, Tessitura, arch, chord_spans, full_bars, raised, weight
from scores.composing.grooves.swing import swung
from scores.composing.hands.voicing import Voicing, choose_voicing
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Bar
from scores.players.comp import figures
from scores.players.drums import swing_heard

# Range of the section [MIDI numbers]: F3–F5 in the middle.
RANGES = {"low": (48, 65), "mid": (53, 72), "high": (60, 79)}
KINDS: tuple[Literal["stabs", "swells"], ...] = ("stabs", "swells")
# Logits of the figures of a section in the order of the table, and of what two bars do with them.
FIGURES = (1.0, 0.7, 0.4, 0.3, 0.1, 0.0)
PLAYS = {"the figure": 1.2, "its first bar": 0.4, "rest": 0.3}
# Costs of a figure while somebody sings, and of each stab on a word [logits]: horns answer.
SUNG_COST = 1.6
ON_A_WORD = 1.2
LIFT = 3.0  # logits that energy moves between playing and resting, from 0 to 1
SHORT_BEATS = 0.32  # length of a stab [quarter notes]
ACCENT, METER_ACCENT = 0.3, 0.2  # accents of X, and of the strongest place of a bar
SPREAD_SECONDS = 0.006  # time from the first player to the last [s]


@dataclass(frozen=True)
class Figure:
    """Which figure of its table a section plays."""

    index: int


@dataclass(frozen=True)
class LastChord:
    """The chord that was played last."""

    voicing: Voicing | None


class Horns(Player):
    """Three or four players in close harmony, together on each stab."""

    style: ClassVar[str] = "horns"
    figures: Literal["auto", "stabs", "swells"] = Field(
        "auto", description="stabs: short accents; swells: held chords; auto picks one for the section")
    voices: int = Field(3, ge=1, le=5, description="players")
    tessitura: Tessitura = Field("mid", description="where the chords lie")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        kind, index = self._figure(stage, bars[0])
        words = [(d.onset_beats, d.onset_beats + d.duration_beats) for drafts in stage.drafts.values() for d in drafts
                 if d.utterance is not None and d.utterance.syllable]
        strokes: list[tuple[float, float, str]] = []
        for start in range(0, len(bars), 2):
            strokes += _strokes(stage, bars[start:start + 2], kind, index, words)
        low, high = RANGES[self.tessitura]
        remembered = stage.memory.recall(LastChord, self.tessitura)
        previous = remembered.voicing if remembered else None
        drafts: list[Draft] = []
        for span in chord_spans(bars):
            mine = [stroke for stroke in strokes if span.start_beats - 1e-6 <= stroke[0] < span.end_beats - 1e-6]
            if span.chord is None or not mine:
                continue
            up, more = raised(stage, span.start_beats), round(2 * stage.lift(span.start_beats))
            place = span.start_beats - span.bar.start_beats
            previous = choose_voicing(stage, f"voicing at {place:g}", span.start_beats, span.chord, previous,
                                      voices=min(max(self.voices + more, 1), 5), low=low + up, high=high + up)
            for beat, until, sign in mine:
                drafts += _struck(stage, beat, min(until, span.end_beats), sign, previous)
        stage.memory.keep(LastChord(previous), self.tessitura)
        return swung(stage, drafts, swing_heard(stage))

    def _figure(self, stage: Stage, bar: Bar) -> tuple[str, int]:
        """Return the kind of figures of a section and which of them: as where ``like`` points, else new ones."""
        kind = self.figures
        if kind == "auto":
            lift = stage.lift(bar.start_beats)
            kind = KINDS[stage.choose("horns", bar.start_beats, KINDS, [0.5 + 2 * lift, 0.2])]
        options = figures("horns")[kind].of(bar.meter)
        known = stage.memory.recall(Figure, (stage.section.like, kind))
        index = known.index if known else stage.choose(
            "figure", bar.start_beats, [f"figure {i + 1}" for i in range(len(options))], FIGURES[:len(options)])
        stage.memory.keep(Figure(index), (stage.section.name, kind))
        return kind, index


def _strokes(stage: Stage, bars: Sequence[Bar], kind: str, index: int,
             words: Sequence[tuple[float, float]]) -> list[tuple[float, float, str]]:
    """Return onset, end and sign of what is played in two bars, and nothing on most words."""
    first = bars[0]
    sung = sum(max(min(end, bars[-1].end_beats) - max(start, first.start_beats), 0.0) for start, end in words)
    lift = stage.lift(first.start_beats)
    logits = dict(PLAYS)
    logits["rest"] += SUNG_COST * sung / sum(bar.beats for bar in bars) - LIFT * lift
    what = list(logits)[stage.choose("plays", first.start_beats, list(logits), list(logits.values()))]
    if what == "rest":
        return []
    found: list[tuple[float, float, str]] = []
    for number, bar in enumerate(bars[:1] if what == "its first bar" else bars):
        options = figures("horns")[kind].of(bar.meter)
        halves = options[index % len(options)].split("|")
        for place, sign in enumerate(halves[number % len(halves)].strip()):
            beat = bar.start_beats + place * float(SIXTEENTH)
            if sign == "=" and found and abs(found[-1][1] - beat) < 1e-6:
                found[-1] = (found[-1][0], beat + float(SIXTEENTH), found[-1][2])
            elif sign in "Xx":
                found.append((beat, beat + float(SIXTEENTH), sign))
    kept = []
    for beat, until, sign in found:
        busy = any(start - 1e-6 <= beat < end - 1e-6 for start, end in words)
        if not busy or not stage.choose(f"on a word at {beat - stage.bar_at(beat).start_beats:g}", beat,
                                        ["play", "rest"], [2 * lift, ON_A_WORD]):
            kept.append((beat, until, sign))
    return kept


def _struck(stage: Stage, beat: float, until: float, sign: str, voicing: Voicing) -> list[Draft]:
    """Return the notes of one stab; one of a single sign is short."""
    bar = stage.bar_at(beat)
    held = until - beat > float(SIXTEENTH) + 1e-6
    length = 0.95 * (until - beat) if held else min(SHORT_BEATS, until - beat + 0.1)
    accent = METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + ACCENT * (sign == "X")
    accent += arch(stage, beat)
    return [Draft(beat, length, pitch, stage.velocity(beat, accent),
                  delay_seconds=number * SPREAD_SECONDS / max(len(voicing) - 1, 1))
            for number, pitch in enumerate(voicing)]
