"""Solos: a line that begins with the hook of the chorus, develops it, rises to a high point and comes to rest.

Every two bars are one gesture. The rhythm and the contour of a gesture come first; then each note is a softmax over the
notes of key and chord, near the contour, a tone of the chord where it is strong or long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from scores.composing.form import Tessitura, arch, chord_spans, full_bars, weight
from scores.composing.grooves.swing import swung
from scores.composing.singing.hook import Hook, HookNote, hook_of
from scores.composing.stage import Draft, Player, Stage
from scores.format.articulation import BEND_RISES_SECONDS, Marks, bend_of
from scores.performance import Articulation, Bar, Bend
from scores.players.drums import swing_heard
from scores.theory import Chord

# Lowest note of a solo [MIDI number] by tessitura, and the width of its range in semitones.
LOWEST = {"low": 52, "mid": 60, "high": 67}
WIDTH = 22
# Logits of the gestures, and what the arc of the solo (0 calm, 1 its high point) adds to them.
GESTURES: dict[str, tuple[float, float]] = {"quote": (0.0, -1.0), "sequence": (1.0, 0.3), "free": (0.9, 0.5),
                                            "run": (-0.6, 2.0), "held": (0.7, -1.0)}
QUOTE_FIRST, QUOTE_LAST = 4.0, 1.6  # additional logits of a quotation where the solo begins, and in its last gesture
AGAIN = -2.0  # additional logit of the kind of gesture that was played last
# One pulse: shares of it, negative ones are rests. Logit of each; the density moves those of many notes.
EVEN: dict[tuple[float, ...], float] = {
    (1.0,): 0.4, (0.5, 0.5): 0.9, (0.75, 0.25): 0.2, (-0.5, 0.5): 0.3, (0.5, 0.25, 0.25): 0.1, (-0.5, 0.25, 0.25): 0.0,
    (0.25, 0.25, 0.25, 0.25): 0.0, (-1.0,): -0.4}
THREES: dict[tuple[float, ...], float] = {
    (1.0,): 0.4, (2 / 3, 1 / 3): 0.8, (1 / 3, 1 / 3, 1 / 3): 0.5, (-1 / 3, 1 / 3, 1 / 3): 0.3, (-1.0,): -0.4}
DENSITY_LOGIT = 2.0  # per note of a pulse above 1.5, at density 1
FASTEST_SECONDS = 0.09  # shortest note
SCALE_STEP = 12 / 7  # mean step of a scale [semitones]
# Cost of each semitone between a note and the contour of a free gesture, a run and a quotation [logits].
AWAY, AWAY_IN_RUN, AWAY_FROM_HOOK = 0.55, 1.3, 2.5
# Cost of a note outside of the chord [logits], by the metrical strength of its place.
FOREIGN = {1.0: 2.4, 0.75: 2.0, 0.5: 1.4, 0.25: 0.5, 0.0: 0.3}
LONG_FOREIGN = 2.0  # further cost of such a note where it is long [logits]
LEAP = 0.22  # cost of each semitone of a leap beyond a third [logits]
REPEAT = 1.3  # cost of a repeated note [logits]
SEQUENCES = {"a step up": (0.8, 2), "a third up": (0.6, 4), "a step down": (0.4, -2)}
OCTAVE_UP = 0.75  # arc from which a sequence is an octave higher
PEAK_AT = 0.75  # share of the solo at which it is highest
METER_ACCENT = 0.3  # accent of a note by metrical weight [−1 … 1]
ARC_ACCENT = 0.4  # additional accent of a long note, per second
GATE = 0.94  # share of the written length that sounds
# Logits: whether the next note is picked, and how a long note is reached.
TOUCHES = {"picked": 1.0, "legato": 0.5}
ARRIVALS = {"plain": 0.8, "slide": 0.4, "bend": 0.3}
BENT_CENTS = 200.0  # a bend comes from a whole tone below
LONG_SECONDS = 0.5  # length from which a note has vibrato


class Aim(NamedTuple):
    """A note before its pitch is chosen: its beat in the song, its length, the pitch of its contour, and its cost."""

    beat: float
    length_beats: float
    pitch: float
    away: float = AWAY


@dataclass(frozen=True)
class OwnHook:
    """What a solo quotes where nothing was sung: its own first gesture."""

    hook: Hook


class Lead(Player):
    """A solo, one note at a time."""

    style: ClassVar[str] = "lead"
    goes_on: ClassVar[bool] = True
    quotes: bool = Field(True, description="whether it quotes the hook: the first line of the latest chorus, or of "
                                           "what was sung first; without a voice its own first gesture")
    density: float = Field(0.5, ge=0, le=1, description="notes: 0 few and long, 1 many and fast")
    tessitura: Tessitura = Field("mid", description="where it begins: from E3, C4 or G4 up, as far as the instrument "
                                                    "reaches")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        window = self._window(stage)
        hook = self._hook(stage, bars[0], window)
        halves = [bars[i:i + 2] for i in range(0, len(bars), 2)]
        aims: list[Aim] = []
        before = ""
        for number, half in enumerate(halves):
            progress = number / max(len(halves) - 1, 1)
            arc = progress / PEAK_AT if progress < PEAK_AT else 1 - 0.6 * (progress - PEAK_AT) / (1 - PEAK_AT)
            arc = min(max(0.2 + 0.8 * arc + stage.lift(half[0].start_beats), 0.0), 1.0)
            gesture = self._gesture(stage, half[0], number, len(halves), arc, hook, before)
            made = self._aims(stage, half, gesture, arc, hook, window)
            if hook is None and made:
                hook = _own_hook(stage, half[0], made)
            aims += made
            before = gesture
        return swung(stage, self._pitched(stage, bars, aims, window), swing_heard(stage))

    def _window(self, stage: Stage) -> tuple[int, int]:
        """Return the lowest and the highest note of the solo, MIDI numbers."""
        part: Any = stage.part
        low, high = part.voice.reach()
        start = min(max(LOWEST[self.tessitura], low), max(high - WIDTH, low))
        return start, min(start + WIDTH, high)

    def _hook(self, stage: Stage, bar: Bar, window: tuple[int, int]) -> Hook | None:
        """Return the hook in this key and register."""
        if not self.quotes:
            return None
        own = stage.memory.recall(OwnHook)
        hook = hook_of(stage.heard) or (own.hook if own else None)
        if hook is None:
            return None
        moved = (bar.key.pitch_class - hook.key.pitch_class + 6) % 12 - 6
        pitches = [note.pitch + moved for note in hook.notes]
        middle = sum(pitches) / len(pitches)
        target = window[0] + 0.3 * (window[1] - window[0])
        moved += 12 * round((target - middle) / 12)
        return hook._replace(key=bar.key, notes=tuple(
            note._replace(pitch=note.pitch + moved) for note in hook.notes))

    @staticmethod
    def _gesture(stage: Stage, bar: Bar, number: int, count: int, arc: float, hook: Hook | None, before: str) -> str:
        logits = {name: base + slope * arc for name, (base, slope) in GESTURES.items()}
        if hook is None or abs(hook.bar_beats - bar.beats) > 1e-6:
            del logits["quote"]
            if hook is None:
                del logits["sequence"]
        elif number == 0:
            logits["quote"] += QUOTE_FIRST
        elif number == count - 1 and count > 2:
            logits["quote"] += QUOTE_LAST
        if before in logits:
            logits[before] += AGAIN
        return list(logits)[stage.choose("gesture", bar.start_beats, list(logits), list(logits.values()))]

    def _aims(self, stage: Stage, half: Sequence[Bar], gesture: str, arc: float, hook: Hook | None,
              window: tuple[int, int]) -> list[Aim]:
        """Return rhythm and contour of a gesture."""
        start, end = half[0].start_beats, half[-1].end_beats
        if gesture == "quote" and hook is not None:
            made = [Aim(start + note.beats, note.length_beats, note.pitch, AWAY_FROM_HOOK) for note in hook.notes]
            made = [aim for aim in made if stage.bars[0].start_beats - 1e-6 <= aim.beat < end - 1e-6]
            last = max((aim.beat + aim.length_beats for aim in made), default=start)
            rest = [bar for bar in half if bar.start_beats > last - 1e-6]
            return made + (self._free(stage, rest, arc, window) if rest else [])
        if gesture == "sequence" and hook is not None:
            return self._sequence(stage, half, hook, arc, window[1])
        base, top = _span(window, arc)
        pulse = float(half[0].meter.pulse_beats)
        if gesture == "held":
            held = half[0].beats - pulse
            return [Aim(start, held, top - 2), *self._free(stage, half[1:], arc, window)]
        if gesture == "run":
            three = half[0].meter.pulse_beats.numerator % 3 == 0
            unit = pulse / (3 if three else 4)
            if stage.tempo.seconds(start + unit) - stage.tempo.seconds(start) < FASTEST_SECONDS:
                unit = pulse / (3 if three else 2)
            turn = start + half[0].beats  # a step of the scale each, up to the second bar's first beat
            count = max(min(round((top - base) / SCALE_STEP), round(half[0].beats / unit) - 1), 1)
            run = [Aim(turn - (count - i) * unit, unit, base + (top - base) * i / count, AWAY_IN_RUN)
                   for i in range(count)]
            before = [Aim(start, run[0].beat - start, base)] if run[0].beat > start + 1e-6 else []
            return [*before, *run, Aim(turn, max(end - turn - pulse, pulse), top)]
        return self._free(stage, half, arc, window)

    def _free(self, stage: Stage, half: Sequence[Bar], arc: float, window: tuple[int, int]) -> list[Aim]:
        """Return a new line of one or two bars: pulses filled by softmax, then a long note and a breath."""
        if not half:
            return []
        base, top = _span(window, arc)
        start, end = half[0].start_beats, half[-1].end_beats
        dense = self.density + 0.6 * (arc - 0.5) + 0.6 * stage.lift(start)
        made: list[Aim] = []
        for bar in half:
            for place, length in zip(bar.meter.pulse_starts, bar.meter.pulse_lengths, strict=True):
                beat, pulse = bar.start_beats + float(place), float(length)
                table = THREES if length.numerator % 3 == 0 else EVEN
                contour = base + (top - base) * math.sin(math.pi * min((beat - start + pulse) / (end - start), 1.0))
                if beat >= end - 2 * pulse - 1e-6 and bar.meter.pulses > 1:  # where the line comes to rest
                    if beat < end - pulse - 1e-6:
                        made.append(Aim(beat, 1.5 * pulse, contour))
                    continue
                seconds = stage.tempo.seconds(beat + pulse) - stage.tempo.seconds(beat)
                cells = [cell for cell in table if min(map(abs, cell)) * seconds >= FASTEST_SECONDS] or [(1.0,)]
                logits = [table.get(cell, 0.0)
                          + DENSITY_LOGIT * (dense - 0.5) * (sum(share > 0 for share in cell) - 1.5) for cell in cells]
                cell = cells[stage.choose(f"solo, rhythm at {beat - bar.start_beats:g}", beat,
                                          [" ".join(f"{share:.3g}" for share in cell) for cell in cells], logits)]
                for share in cell:
                    if share > 0:
                        made.append(Aim(beat, share * pulse, contour))
                    beat += abs(share) * pulse
        return made

    @staticmethod
    def _sequence(stage: Stage, half: Sequence[Bar], hook: Hook, arc: float, highest: int) -> list[Aim]:
        """Return the head of the hook in each bar, each time from another step, at the high point an octave higher."""
        up = 12 if arc > OCTAVE_UP and max(note.pitch for note in hook.notes) + 12 <= highest else 0
        name = list(SEQUENCES)[stage.choose("sequence", half[0].start_beats, list(SEQUENCES),
                                            [logit for logit, _ in SEQUENCES.values()])]
        step = SEQUENCES[name][1]
        if max(note.pitch for note in hook.notes) + up + len(half) * step > highest:
            step = -2  # there is no room above
        made: list[Aim] = []
        for number, bar in enumerate(half, 1):
            pulse = float(bar.meter.pulse_beats)
            head = [note for note in hook.notes if 0 <= note.beats < bar.beats - pulse - 1e-6]
            for note in head or [HookNote(0.0, pulse, hook.notes[0].pitch)]:
                length = min(note.length_beats, bar.beats - note.beats)
                made.append(Aim(bar.start_beats + note.beats, length, note.pitch + up + number * step, AWAY_IN_RUN))
        return made

    def _pitched(self, stage: Stage, bars: Sequence[Bar], aims: Sequence[Aim], window: tuple[int, int]) -> list[Draft]:
        """Choose the pitch of each note, and how the hand plays it."""
        spans = chord_spans(bars)
        by_beat = {round(aim.beat, 6): aim for aim in aims}
        ordered = [by_beat[beat] for beat in sorted(by_beat)]
        drafts: list[Draft] = []
        previous: int | None = None
        for number, aim in enumerate(ordered):
            chord = next((s.chord for s in spans if s.start_beats - 1e-6 <= aim.beat < s.end_beats - 1e-6),
                         spans[0].chord)
            if chord is None:
                previous = None
                continue
            following = ordered[number + 1].beat if number + 1 < len(ordered) else bars[-1].end_beats
            length = min(aim.length_beats, following - aim.beat, bars[-1].end_beats - aim.beat)
            pitch = _pitch(stage, aim, length, chord, previous, window, number)
            drafts.append(self._draft(stage, aim.beat, length, pitch, previous, drafts[-1] if drafts else None, number))
            previous = pitch
        return drafts

    @staticmethod
    def _draft(stage: Stage, beat: float, length: float, pitch: int, previous: int | None, before: Draft | None,
               number: int) -> Draft:
        bar = stage.bar_at(beat)
        seconds = stage.tempo.seconds(beat + length) - stage.tempo.seconds(beat)
        accent = METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
        accent += ARC_ACCENT * min(seconds - 0.3, 0.5)
        articulation: Articulation = "plain"
        bend: Bend = ()
        part: Any = stage.part
        if part.voice.fretted:
            joined = before is not None and beat - before.onset_beats - before.duration_beats < 0.1 * length + 0.02
            step = pitch - previous if previous is not None and joined else 0
            if seconds >= LONG_SECONDS:
                way = list(ARRIVALS)[stage.choose(f"arrival {number}", beat, list(ARRIVALS), list(ARRIVALS.values()))]
                if way == "slide" and step:
                    articulation = "slide"
                bend = bend_of(Marks(articulation, vibrato=True), seconds, float(-step))
                if way == "bend":
                    rise = min(BEND_RISES_SECONDS, 0.4 * seconds)
                    bend = ((0.0, -BENT_CENTS), (rise, 0.0), *(each for each in bend if each[0] > rise))
            elif 1 <= abs(step) <= 2 and list(TOUCHES)[stage.choose(
                    f"touch {number}", beat, list(TOUCHES), list(TOUCHES.values()))] == "legato":
                articulation = "hammer_on" if step > 0 else "pull_off"
        return Draft(beat, GATE * length, pitch, stage.velocity(beat, accent), articulation=articulation, bend=bend)


def _pitch(stage: Stage, aim: Aim, length: float, chord: Chord, previous: int | None, window: tuple[int, int],
           number: int) -> int:
    """Choose a pitch near the contour, of the key or the chord."""
    bar = stage.bar_at(aim.beat)
    strong = weight(bar.meter, aim.beat - bar.start_beats)
    tones, scale = chord.pitch_classes, bar.key.scale
    near = [p for p in range(window[0], window[1] + 1) if abs(p - aim.pitch) <= 7] or [
        round(min(max(aim.pitch, window[0]), window[1]))]
    options = [p for p in near if p % 12 in tones or (p % 12 in scale and not any(
        (p - tone) % 12 in (1, 11) and tone not in scale for tone in tones))] or near
    logits = []
    for p in options:
        logit = -aim.away * abs(p - aim.pitch)
        if p % 12 not in tones:
            logit -= FOREIGN[strong] if strong in FOREIGN else FOREIGN[0.75]
            logit -= LONG_FOREIGN * (length >= 1.5 * float(bar.meter.pulse_beats))
        if previous is not None and aim.away != AWAY_FROM_HOOK:
            logit -= LEAP * max(abs(p - previous) - 4, 0) + REPEAT * (p == previous)
        logits.append(logit)
    return options[stage.choose(f"solo note {number}", aim.beat, [str(p) for p in options], logits)]


def _span(window: tuple[int, int], arc: float) -> tuple[float, float]:
    """Return where a line of this arc begins and how high it goes, MIDI numbers."""
    low, width = window[0], window[1] - window[0]
    return low + (0.15 + 0.35 * arc) * width, low + (0.4 + 0.55 * arc) * width


def _own_hook(stage: Stage, bar: Bar, made: Sequence[Aim]) -> Hook:
    """Keep the first gesture of a solo, for this one and later ones to quote."""
    notes = tuple(HookNote(aim.beat - bar.start_beats, aim.length_beats, aim.pitch) for aim in made)
    hook = Hook(notes, bar.key, bar.beats)
    stage.memory.keep(OwnHook(hook))
    return hook
