"""Comping: short and long chords in the rhythm of a genre, for guitar and keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from scores.composing.form import SIXTEENTH, Tessitura, arch, chord_spans, full_bars, groups, raised, weight
from scores.composing.grooves.swing import swung
from scores.composing.hands.fretting import held_at, left_hand
from scores.composing.hands.voicing import Voicing, choose_voicing
from scores.composing.stage import Draft, Player, Stage
from scores.format.model import Strict
from scores.notation import NotationError
from scores.performance import Bar, Fingering
from scores.players.drums import swing_heard
from scores.score import Part
from scores.table import keys_of, read_table
from scores.theory import Chord, Meter
from scores.theory.fretboard import STRINGS, THIRDS, Shape


@cache
def figures(kind: str) -> dict[str, Figures]:
    """Return the figures of ``tables/comping.yaml`` of one kind: comp or horns."""
    return {name: Figures.model_validate(entry) for name, entry in read_table("comping")[kind].items()}


class Figures(Strict):
    """How a genre comps. The comment at the head of the table explains the fields."""

    bars: dict[str, list[str]]
    cells: dict[int, str]
    length: float = 0.9
    longest_beats: float = 1.0
    voices: int = 4
    spread_seconds: float = 0.004
    tones: Literal["all", "shell"] = "all"

    def of(self, meter: Meter) -> list[str]:
        """Return the bars for a meter, as likely as they stand; one of cells where the table has none."""
        if str(meter) in self.bars:
            return self.bars[str(meter)]
        signs = "".join(self.cells[size] for size in groups(meter, SIXTEENTH))
        return [signs if set(signs) - {REST, "g"} else "X" + signs[1:]]


def parse_genre(value: object) -> str:
    """Return the name of a genre. Raises NotationError for any other value."""
    genres = keys_of("comping", "comp")
    if not isinstance(value, str) or value not in genres:
        raise NotationError(str(value), ", ".join(genres), candidates=genres)
    return value


# Logits.
BARS = (1.4, 0.5, 0.2, 0.0)  # bars of a genre, in the order of its table
VARIATIONS = {"as it is": 1.8, "leave one out": 0.5, "one more": 0.4, "ghost": 0.4}
FIRST_BAR_STEADY = 2.0  # additional logit of "as it is" in the first bar
LIFT = 5.0  # logits that energy moves between one more chord and one less, from 0 to 1
RANGES = {"low": (48, 67), "mid": (55, 74), "high": (60, 81)}  # MIDI numbers on keys: C3–G4, G3–D5, C4–A5
GUITAR_STRINGS = 4  # the highest strings of a shape are struck
ACCENT, GHOST_ACCENT, METER_ACCENT = 0.25, -0.7, 0.2  # accents: of X, of g, of the strongest place of a bar
GHOST_BEATS = 0.12  # length of a ghost [quarter notes]
REST = "-"


@dataclass(frozen=True)
class Kept:
    """Which bar of its genre a section plays."""

    index: int


@dataclass(frozen=True)
class LastChord:
    """The chord that the hand played last."""

    voicing: Voicing | None


class Comp(Player):
    """Chords in the rhythm of a genre; on a guitar a shape on its upper strings."""

    style: ClassVar[str] = "comp"
    genre: Annotated[str, BeforeValidator(parse_genre), WithJsonSchema(
        {"type": "string", "enum": list(keys_of("comping", "comp"))})] = Field(
        "pop", description="rhythm and voicing: " + ", ".join(keys_of("comping", "comp")))
    tessitura: Tessitura = Field("mid", description="where the chords lie")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        style = figures("comp")[self.genre]
        chords = self._shapes(stage) if _is_guitar(stage) else self._voicings(stage, style)
        strokes = self._strokes(stage, bars, style)
        drafts: list[Draft] = []
        for start, end, tones in chords:
            mine = [(beat, sign) for beat, sign in strokes if start - 1e-6 <= beat < end - 1e-6]
            if not any(sign != "g" for _, sign in mine):
                mine = sorted([(start, "x"), *mine[1 if mine and mine[0][0] < start + 1e-6 else 0:]])
            for (beat, sign), until in zip(mine, [*(beat for beat, _ in mine[1:]), end], strict=True):
                drafts += _struck(stage, beat, min(until, end), sign, tones, style)
        return swung(stage, drafts, swing_heard(stage))

    def _shapes(self, stage: Stage) -> list[tuple[float, float, Voicing | Shape]]:
        """Return the spans of the chords in beats, with the shapes in which a hand holds them."""
        held = left_hand(stage, self.tessitura)
        return [(item.span.start_beats, item.span.end_beats, shape) for item in held
                if (shape := held_at(held, item.span.start_beats).shape) is not None]

    def _voicings(self, stage: Stage, style: Figures) -> list[tuple[float, float, Voicing | Shape]]:
        """Return the spans of the chords in beats, with their tones on keys."""
        low, high = RANGES[self.tessitura]
        remembered = stage.memory.recall(LastChord, self.tessitura)
        previous = remembered.voicing if remembered else None
        chords: list[tuple[float, float, Voicing | Shape]] = []
        for span in chord_spans(full_bars(stage)):
            if span.chord is not None:
                place = span.start_beats - span.bar.start_beats
                up, more = raised(stage, span.start_beats), round(2 * stage.lift(span.start_beats))
                chord = shell(span.chord) if style.tones == "shell" else span.chord
                previous = choose_voicing(stage, f"voicing at {place:g}", span.start_beats, chord, previous,
                                          voices=max(style.voices + more, 2), low=low + up, high=high + up)
                chords.append((span.start_beats, span.end_beats, previous))
        stage.memory.keep(LastChord(previous), self.tessitura)
        return chords

    def _strokes(self, stage: Stage, bars: list[Bar], style: Figures) -> list[tuple[float, str]]:
        """Return the strokes of all bars: beat and sign."""
        first = bars[0]
        options = style.of(first.meter)
        known = stage.memory.recall(Kept, (stage.section.like, self.genre))
        index = known.index if known else stage.choose(
            "comping", first.start_beats, [f"bar {i + 1}" for i in range(len(options))], BARS[:len(options)])
        stage.memory.keep(Kept(index), (stage.section.name, self.genre))
        strokes: list[tuple[float, str]] = []
        for number, bar in enumerate(bars):
            signs = _varied(stage, bar, bar_of(style, index, bar.meter, number))
            strokes += [(bar.start_beats + i * float(SIXTEENTH), sign) for i, sign in enumerate(signs) if sign != REST]
        return strokes


def _is_guitar(stage: Stage) -> bool:
    """Return whether the instrument of the part has the strings of a guitar, for whose shapes there are fingerings."""
    return isinstance(stage.part, Part) and stage.part.voice.fretted and stage.part.voice.string_count == STRINGS


def bar_of(style: Figures, index: int, meter: Meter, number: int) -> str:
    """Return bar ``number`` of a section, counted from 0, one sign a sixteenth."""
    options = style.of(meter)
    parts = options[index % len(options)].split("|")
    return parts[number % len(parts)].strip()


def shell(chord: Chord) -> Chord:
    """Return a chord of its third and its seventh, or what stands for them."""
    steps = [step % 12 for step in chord.intervals]
    third = next((step for step in steps if step in THIRDS), next((step for step in steps if step in (2, 5)), 7))
    seventh = next((step for step in steps if step in (10, 11)), next((step for step in steps if step == 9), 7))
    rest = [step for step in chord.intervals if step > 12 and step % 12 not in (third, seventh)]
    return replace(chord, intervals=tuple(dict.fromkeys((third, seventh, *rest))), bass=(chord.root + third) % 12)


def _varied(stage: Stage, bar: Bar, signs: str) -> str:
    """Return what a bar makes of the pattern."""
    logits = dict(VARIATIONS)
    logits["as it is"] += FIRST_BAR_STEADY * (bar.number_in_section == 1)
    lift = stage.lift(bar.start_beats)
    logits["one more"] += LIFT * lift
    logits["leave one out"] -= LIFT * lift
    played = [i for i, sign in enumerate(signs) if sign in "Xx"]
    free = [i for i, sign in enumerate(signs) if sign == REST and i % 2 == 0]
    if len(played) < 2:
        del logits["leave one out"]
    if not free:
        del logits["one more"], logits["ghost"]
    change = list(logits)[stage.choose("variation", bar.start_beats, list(logits), list(logits.values()))]
    if change == "as it is":
        return signs
    options = played[1:] if change == "leave one out" else free
    strengths = [weight(bar.meter, i * float(SIXTEENTH)) for i in options]
    place = options[stage.choose("stroke changed", bar.start_beats, [f"sixteenth {i + 1}" for i in options],
                                 [-value for value in strengths])]
    return signs[:place] + {"leave one out": REST, "one more": "x", "ghost": "g"}[change] + signs[place + 1:]


def _struck(stage: Stage, beat: float, until: float, sign: str, tones: Voicing | Shape, style: Figures) -> list[Draft]:
    """Return the notes of one stroke, which sounds at most until the next one."""
    bar = stage.bar_at(beat)
    accent = (METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
              + ACCENT * (sign == "X") + GHOST_ACCENT * (sign == "g"))
    room = until - beat
    length = min(GHOST_BEATS, room) if sign == "g" else min(style.length * room, style.longest_beats)
    if isinstance(tones, Shape):
        strings = tones.strings[-GUITAR_STRINGS:] if style.tones == "all" else _shell_strings(stage, beat, tones)
        up = round((beat - bar.start_beats) / float(SIXTEENTH)) % 2 == 1  # the wrist goes down and up in sixteenths
        return [Draft(beat, length, tones.pitch(string), stage.velocity(beat, accent),
                      delay_seconds=number * style.spread_seconds / max(len(strings) - 1, 1),
                      fingering=Fingering(string, tones.frets[string], "U" if up else "D"),
                      articulation="palm_mute" if sign == "g" else "plain")
                for number, string in enumerate(strings[::-1] if up else strings)]
    sounding = tones[-2:] if sign == "g" else tones
    return [Draft(beat, length, pitch, stage.velocity(beat, accent),
                  delay_seconds=number * style.spread_seconds / max(len(sounding) - 1, 1))
            for number, pitch in enumerate(sounding)]


def _shell_strings(stage: Stage, beat: float, shape: Shape) -> tuple[int, ...]:
    """Return the strings of a shape that have its root, third and seventh, each once, from the lowest."""
    span = next((span for span in chord_spans(full_bars(stage))
                 if span.start_beats - 1e-6 <= beat < span.end_beats), None)
    if span is None or span.chord is None:
        return shape.strings
    wanted = {span.chord.root, *shell(span.chord).pitch_classes}
    strings: dict[int, int] = {}
    for string in shape.strings:
        if shape.pitch(string) % 12 in wanted:
            strings.setdefault(shape.pitch(string) % 12, string)
    return tuple(sorted(strings.values())) or shape.strings
