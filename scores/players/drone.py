"""Drones: the tonic, held under everything that changes."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from scores.composing.form import chord_spans, ends_phrase, full_bars
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Bar
from scores.theory import Key

LOWEST = {"low": 36, "mid": 48, "high": 60}  # MIDI number from which the tonic is sought: C2, C3, C4
# Semitones above the tonic of each voicing, and its logit.
VOICINGS: dict[str, tuple[int, ...]] = {"tonic": (0,), "tonic and octave": (0, 12), "open fifth": (0, 7),
                                        "fifth and octave": (0, 7, 12)}
LOGITS = {"tonic": -0.2, "tonic and octave": 0.2, "open fifth": 0.4, "fifth and octave": 0.6}
LIFT = 3.0  # logits of each voice more than two that energy adds, from 0 to 1
# Logits of what happens at the end of a phrase.
SWELLS = {"held": 1.6, "struck again": 0.8}


class Drone(Player):
    """Holds the tonic of the key, with its fifth or octave, until the key changes or the harmony is silent."""

    style: ClassVar[str] = "drone"
    voicing: Literal["auto", "tonic", "tonic and octave", "open fifth", "fifth and octave"] = Field(
        "auto", description="what is held; auto picks it for the section")
    tessitura: Literal["low", "mid", "high"] = Field("low", description="where the tonic lies: from C2, C3 or C4 up")
    every: int = Field(0, ge=0, le=64, description="bars after which it is struck again; 0 leaves that to chance at "
                                                   "the ends of phrases")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        name = self.voicing
        if name == "auto":
            name = list(VOICINGS)[stage.choose("drone", bars[0].start_beats,  # type: ignore[assignment]
                                               list(VOICINGS), [
                logit + LIFT * stage.lift(bars[0].start_beats) * (len(VOICINGS[voicing]) - 2)
                for voicing, logit in LOGITS.items()])]
        drafts: list[Draft] = []
        for start, end, key in self._held(stage, bars):
            tonic = LOWEST[self.tessitura] + (key.pitch_class - LOWEST[self.tessitura]) % 12
            drafts += [Draft(start, end - start, tonic + above, stage.velocity(start)) for above in VOICINGS[name]]
        return drafts

    def _held(self, stage: Stage, bars: list[Bar]) -> list[tuple[float, float, Key]]:
        """Return the spans in beats for which the drone is held, with their keys."""
        silences = [span for span in chord_spans(bars) if span.chord is None]
        held: list[tuple[float, float, Key]] = []
        for number, bar in enumerate(bars):
            edges = [bar.start_beats]
            for silence in silences:
                if silence.start_beats < bar.end_beats and silence.end_beats > bar.start_beats:
                    edges += [max(silence.start_beats, bar.start_beats), min(silence.end_beats, bar.end_beats)]
            edges.append(bar.end_beats)
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                if end - start < 1e-9:
                    continue
                joins = bool(held) and abs(held[-1][1] - start) < 1e-9 and held[-1][2] == bar.key
                if joins and not self._again(stage, bars, number, start):
                    held[-1] = (held[-1][0], end, bar.key)
                else:
                    held.append((start, end, bar.key))
        return held

    def _again(self, stage: Stage, bars: list[Bar], number: int, beat: float) -> bool:
        """Return whether the drone is struck again at the beginning of a bar."""
        if self.every:
            return number % self.every == 0
        if not ends_phrase(stage, bars[number - 1]):
            return False
        return bool(stage.choose("drone goes on", beat, list(SWELLS), list(SWELLS.values())))
