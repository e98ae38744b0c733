"""Fills: a melody instrument that answers the voice in the room between its lines, and holds a tone under them.

What it answers with is the end of the line that was just sung, or a figure of its own; both are notes of the chord near
a contour, chosen by softmax. A player who fills never talks over the singer: under the words there is one long tone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from pydantic import Field

from scores.composing.form import chord_spans, full_bars
from scores.composing.grooves.swing import swung
from scores.composing.phrasing import words_of
from scores.composing.stage import Draft, Stage
from scores.performance import Bar
from scores.players.drums import swing_heard
from scores.players.lead import AWAY, AWAY_FROM_HOOK, EVEN, FASTEST_SECONDS, THREES, Aim, Lead

# Shortest room that is filled, and the longest figure [pulses].
LEAST_PULSES, MOST_PULSES = 1.5, 8.0
# Logits of what a room is filled with; the density is for both and against a rest.
ECHO, FIGURE, REST = 1.1, 0.6, 0.1
DENSITY_LOGIT = 3.0
# Syllables that an echo takes up: fewest, and most.
FEWEST_ECHOED, MOST_ECHOED = 3, 6
# Logit of a tone under words against silence, and the cost of one for each semitone from the tone before.
HELD, MOVED = 0.3, 0.4
# Logits of the chord's tones to hold: the third and the seventh say what the chord is.
GUIDES = {3: 1.0, 4: 1.0, 10: 0.8, 11: 0.8, 7: 0.2, 0: 0.0}
# Length without words after which a section has a fill nevertheless [bars].
PHRASE_BARS = 4


class Room(NamedTuple):
    """A stretch between words, from and to in quarter notes of the song, and whether words come before it."""

    start: float
    end: float
    follows_words: bool


class Fills(Lead):
    """Short answers between the lines of the voices that stand before it in the score, and long tones under them."""

    style: ClassVar[str] = "fills"
    goes_on: ClassVar[bool] = False
    holds: bool = Field(True, description="whether it holds tones of the chords under the words")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        window = self._window(stage)
        words = words_of(stage.drafts)
        aims: list[Aim] = []
        for number, room in enumerate(_rooms(bars, words)):
            aims += self._answer(stage, bars, room, number, window)
        filled = [(aims[i].beat, aims[i].beat + aims[i].length_beats) for i in range(len(aims))]
        if self.holds:
            aims += self._held(stage, bars, filled, window)
        return swung(stage, self._pitched(stage, bars, aims, window), swing_heard(stage))

    def _answer(self, stage: Stage, bars: Sequence[Bar], room: Room, number: int, window: tuple[int, int]) -> list[Aim]:
        """Return what fills a room: an echo of the words before, a figure, or nothing."""
        pulse = float(bars[0].meter.pulse_beats)
        start = math.ceil(room.start / (pulse / 2) - 1e-6) * pulse / 2
        end = min(room.end - pulse / 4, start + MOST_PULSES * pulse)
        if end - start < LEAST_PULSES * pulse:
            return []
        dense = DENSITY_LOGIT * (self.density - 0.5) + 2 * stage.lift(start)
        logits = {"figure": FIGURE + dense, "rest": REST - dense}
        echo = _echo(stage, room, start, end) if room.follows_words and self.quotes else []
        if echo:
            logits["echo"] = ECHO + dense
        name = list(logits)[stage.choose(f"fill {number + 1}", start, list(logits), list(logits.values()))]
        if name == "echo":
            middle = sum(aim.pitch for aim in echo) / len(echo)
            moved = 12 * round((window[0] + 0.45 * (window[1] - window[0]) - middle) / 12)
            return [aim._replace(pitch=aim.pitch + moved) for aim in echo]
        return self._figure(stage, start, end, window) if name == "figure" else []

    def _figure(self, stage: Stage, start: float, end: float, window: tuple[int, int]) -> list[Aim]:
        """Return a rhythm of pulses that rises or falls, and a note to end on."""
        falls = stage.choose("fill, direction", start, ["rises", "falls"], [0.0, 0.5]) == 1
        low, width = window[0] + 0.25 * (window[1] - window[0]), 0.4 * (window[1] - window[0])
        made: list[Aim] = []
        beat = start
        while beat < end - 1e-6:
            bar = stage.bar_at(beat)
            length = bar.meter.pulse_beats
            pulse = float(length)
            share = (beat - start) / (end - start)
            pitch = low + width * (1 - share if falls else share)
            if end - beat < 1.5 * pulse:
                made.append(Aim(beat, end - beat, pitch))
                break
            seconds = stage.tempo.seconds(beat + pulse) - stage.tempo.seconds(beat)
            table = THREES if length.numerator % 3 == 0 else EVEN
            cells = [cell for cell in table if min(map(abs, cell)) * seconds >= FASTEST_SECONDS] or [(1.0,)]
            cell = cells[stage.choose(f"fill, rhythm at {beat - bar.start_beats:g}", beat,
                                      [" ".join(f"{part:.3g}" for part in cell) for cell in cells],
                                      [table.get(cell, 0.0) for cell in cells])]
            for part in cell:
                if part > 0:
                    made.append(Aim(beat, part * pulse, pitch, AWAY))
                beat += abs(part) * pulse
        return made

    def _held(self, stage: Stage, bars: Sequence[Bar], filled: Sequence[tuple[float, float]],
              window: tuple[int, int]) -> list[Aim]:
        """Return a tone of each chord where nothing else is played, near the one before."""
        aims: list[Aim] = []
        before = window[0] + 0.4 * (window[1] - window[0])
        for span in chord_spans(bars):
            start, end = span.start_beats, span.end_beats
            for first, last in filled:
                if first < end and last > start:
                    start, end = (last, end) if first <= start else (start, first)
            if span.chord is None or end - start < float(span.bar.meter.pulse_beats):
                continue
            tones = [(pitch, GUIDES.get((pitch - span.chord.root) % 12, -1.0) - MOVED * abs(pitch - before))
                     for pitch in range(window[0], window[1] + 1) if pitch % 12 in span.chord.pitch_classes]
            options = [("rest", -HELD), *((str(pitch), logit) for pitch, logit in tones if abs(pitch - before) < 9)]
            name = options[stage.choose(f"tone at {start - span.bar.start_beats:g}", start,
                                        [option for option, _ in options], [logit for _, logit in options])][0]
            if name != "rest":
                before = float(name)
                aims.append(Aim(start, end - start, before, AWAY_FROM_HOOK))
        return aims


def _rooms(bars: Sequence[Bar], words: Sequence[tuple[float, float]]) -> Iterator[Room]:
    """Yield the stretches without words; where there are none, the last bar of each phrase."""
    first, last = bars[0].start_beats, bars[-1].end_beats
    inside = [(start, end) for start, end in words if end > first and start < last]
    if not inside:
        for n in range(PHRASE_BARS - 1, len(bars), PHRASE_BARS):
            yield Room(bars[n].start_beats, bars[n].end_beats, False)
        return
    if inside[0][0] > first:
        yield Room(first, inside[0][0], False)
    for n, (_, end) in enumerate(inside):
        following = inside[n + 1][0] if n + 1 < len(inside) else last
        yield Room(end, following, True)


def _echo(stage: Stage, room: Room, start: float, end: float) -> list[Aim]:
    """Return the last syllables before a room, as far as they fit into it: their rhythm, and pitches to aim at."""
    sung = sorted((draft for drafts in stage.drafts.values() for draft in drafts
                   if draft.utterance is not None and not draft.utterance.is_breath
                   and draft.utterance.delivery.manner == "sung" and draft.onset_beats < room.start),
                  key=lambda draft: draft.onset_beats)
    taken = sung[-MOST_ECHOED:]
    while len(taken) >= FEWEST_ECHOED:
        moved = start - taken[0].onset_beats
        if taken[-1].onset_beats + moved < end - 0.5:
            return [Aim(draft.onset_beats + moved, min(draft.duration_beats, end - draft.onset_beats - moved),
                        float(draft.pitch), AWAY_FROM_HOOK) for draft in taken]
        taken = taken[1:]
    return []
