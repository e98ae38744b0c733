"""Comping: short and long chords in the rhythm of a genre, for guitar and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from scores.composing.form import SIXTEENTH, Tessitura, arch, chord_spans, full_bars, groups, weight
from scores.composing.grooves.swing import swung
from scores.composing.hands.fretting import held_at, left_hand
from scores.composing.hands.voicing import Voicing, choose_voicing
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Bar, Fingering
from scores.players.drums import swing_heard
from scores.score import Part
from scores.theory import Meter
from scores.theory.fretboard import Shape

Genre = Literal["pop", "funk", "reggae", "bossa", "ballad"]


class Style(NamedTuple):
    """How a genre comps. A sign is a sixteenth: X an accented chord, x a chord, g a damped ghost, - none."""

    bars: tuple[str, ...]  # bars of 4/4 in the order of likelihood; a bar of two parts, "|", alternates
    cells: dict[int, str]  # in other meters: each group of the bar, by its number of sixteenths
    length: float  # length of a chord, relative to the time until the next stroke
    longest_beats: float  # longest chord [quarter notes]
    voices: int  # tones of a chord on keys
    spread_seconds: float  # time from the first to the last tone of a chord [s]


STYLES: dict[Genre, Style] = {
    # Even eighths, with the accents of the backbeat or pushed.
    "pop": Style(("X-x-X-x-X-x-X-x-", "X-x-X-X-x-X-x-x-", "X-x-x-X-x-x-X-x-", "X---X-x-X---X-x-"),
                 {1: "x", 2: "X-", 3: "X-x", 4: "X-x-", 6: "X-x-x-"}, 0.85, 1.0, 4, 0.008),
    # Sixteenths of the wrist: few chords, many ghosts.
    "funk": Style(("X-gx-gX-g-gxX-g-", "X--xg-X-gg-xg-X-", "--gXg-xgX-ggX-g-", "X-g-gxX--gX-gxg-"),
                  {1: "g", 2: "Xg", 3: "X-g", 4: "X-gx", 6: "X-gxg-"}, 0.5, 0.5, 4, 0.005),
    # The skank: short chords on the off-beats.
    "reggae": Style(("--X---X---X---X-", "----X-------X---", "--X---X---X---Xg", "--Xg--X---Xg--X-"),
                    {1: "-", 2: "-X", 3: "-X-", 4: "--X-", 6: "--X--g"}, 0.4, 0.25, 3, 0.006),
    # Two bars of the pattern that J. Gilberto's right hand made common; its fingers pluck together.
    "bossa": Style(("X-----X-----X--- | ----X-----X-----", "X---x-----X----- | X-----X---X-----",
                    "----X-----X----- | X-----X-----X---"),
                   {1: "X", 2: "X-", 3: "X-x", 4: "X-x-", 6: "X--x--"}, 0.7, 1.0, 4, 0.002),
    "ballad": Style(("X---------------", "X-------x-------", "X---x---x---x---", "X-----x-x-------"),
                    {1: "X", 2: "X-", 3: "X--", 4: "X---", 6: "X-----"}, 1.0, 4.0, 4, 0.018),
}
# Logits.
BARS = (1.4, 0.5, 0.2, 0.0)  # bars of a genre, in the order of its table
VARIATIONS = {"as it is": 1.8, "leave one out": 0.5, "one more": 0.4, "ghost": 0.4}
FIRST_BAR_STEADY = 2.0  # additional logit of "as it is" in the first bar
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
    """Chords in the rhythm of a genre; on a fretted instrument a shape on its upper strings."""

    style: ClassVar[str] = "comp"
    genre: Genre = Field("pop", description="pop: eighths; funk: sixteenths with ghosts; reggae: the off-beat skank; "
                                            "bossa: its two-bar pattern; ballad: long chords")
    tessitura: Tessitura = Field("mid", description="where the chords lie")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        style = STYLES[self.genre]
        chords = self._shapes(stage) if _fretted(stage) else self._voicings(stage, style)
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

    def _voicings(self, stage: Stage, style: Style) -> list[tuple[float, float, Voicing | Shape]]:
        """Return the spans of the chords in beats, with their tones on keys."""
        low, high = RANGES[self.tessitura]
        remembered = stage.memory.recall(LastChord, self.tessitura)
        previous = remembered.voicing if remembered else None
        chords: list[tuple[float, float, Voicing | Shape]] = []
        for span in chord_spans(full_bars(stage)):
            if span.chord is not None:
                place = span.start_beats - span.bar.start_beats
                previous = choose_voicing(stage, f"voicing at {place:g}", span.start_beats, span.chord, previous,
                                          voices=style.voices, low=low, high=high)
                chords.append((span.start_beats, span.end_beats, previous))
        stage.memory.keep(LastChord(previous), self.tessitura)
        return chords

    def _strokes(self, stage: Stage, bars: list[Bar], style: Style) -> list[tuple[float, str]]:
        """Return the strokes of all bars: beat and sign."""
        first = bars[0]
        known = stage.memory.recall(Kept, (stage.section.like, self.genre))
        index = known.index if known else stage.choose(
            "comping", first.start_beats, [f"bar {i + 1}" for i in range(len(style.bars))], BARS[:len(style.bars)])
        stage.memory.keep(Kept(index), (stage.section.name, self.genre))
        strokes: list[tuple[float, str]] = []
        for number, bar in enumerate(bars):
            signs = _varied(stage, bar, bar_of(style, index, bar.meter, number))
            strokes += [(bar.start_beats + i * float(SIXTEENTH), sign) for i, sign in enumerate(signs) if sign != REST]
        return strokes


def _fretted(stage: Stage) -> bool:
    """Return whether the instrument of the part has frets."""
    return isinstance(stage.part, Part) and stage.part.voice.fretted


def bar_of(style: Style, index: int, meter: Meter, number: int) -> str:
    """Return bar ``number`` of a section, counted from 0, one sign a sixteenth."""
    if str(meter) == "4/4":
        parts = style.bars[index].split("|")
        return parts[number % len(parts)].strip()
    signs = ""
    for size in groups(meter, SIXTEENTH):
        signs += style.cells[size]
    return signs if set(signs) - {REST, "g"} else "X" + signs[1:]


def _varied(stage: Stage, bar: Bar, signs: str) -> str:
    """Return what a bar makes of the pattern."""
    logits = dict(VARIATIONS)
    logits["as it is"] += FIRST_BAR_STEADY * (bar.number_in_section == 1)
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


def _struck(stage: Stage, beat: float, until: float, sign: str, tones: Voicing | Shape, style: Style) -> list[Draft]:
    """Return the notes of one stroke, which sounds at most until the next one."""
    bar = stage.bar_at(beat)
    accent = (METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
              + ACCENT * (sign == "X") + GHOST_ACCENT * (sign == "g"))
    room = until - beat
    length = min(GHOST_BEATS, room) if sign == "g" else min(style.length * room, style.longest_beats)
    if isinstance(tones, Shape):
        strings = tones.strings[-GUITAR_STRINGS:]
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
