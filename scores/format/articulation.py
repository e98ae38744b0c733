"""What a hand does to a note besides plucking it: the marks behind a written note, and the bends they ask for.

The marks are those of guitar tablature: ``h`` hammer-on, ``p`` pull-off, ``/`` slide, ``b1/2`` bend by half a whole
tone (``b1r`` and back again), ``v`` vibrato, ``pm`` palm mute, ``harm`` natural harmonic.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scores.notation import NotationError
from scores.performance import Articulation, Bend

MARKS: dict[str, Articulation] = {
    "h": "hammer_on", "p": "pull_off", "/": "slide", "pm": "palm_mute", "harm": "harmonic"}
VIBRATO = "v"
HIGHEST_BEND = 2  # whole tones; more and a string breaks
ALLOWED = ("h hammer-on, p pull-off, / slide, b1/2 or b1 bend up by half or a whole tone, b1r up and back, v vibrato, "
           "pm palm mute, harm natural harmonic; several with commas, one of h p / pm harm at most")

SEMITONE_CENTS = 100.0
BEND_WAITS_SECONDS, BEND_RISES_SECONDS = 0.05, 0.18
SLIDE_SECONDS, SLIDE_SECONDS_A_SEMITONE = 0.03, 0.025
VIBRATO_HZ, VIBRATO_CENTS, VIBRATO_WAITS_SECONDS = 5.5, 16.0, 0.25
POINTS_A_CYCLE = 8
STEEPEST_SHARE = 0.4  # of a short note that a bend or a slide may take

_BEND = re.compile(r"b(\d+)(?:/(\d+))?(r?)")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one written note. ``bend_semitones`` is where a bend goes to; ``returns``: and back again."""

    articulation: Articulation = "plain"
    bend_semitones: Fraction = Fraction(0)
    returns: bool = False
    vibrato: bool = False

    @property
    def names(self) -> list[str]:
        """What is asked of the instrument, in words."""
        words = [] if self.articulation == "plain" else [self.articulation.replace("_", "-")]
        return words + ["bend"] * bool(self.bend_semitones) + ["vibrato"] * self.vibrato


PLAIN = Marks()


def parse_marks(text: str) -> Marks:
    """``h``, ``b1/2,v``: marks with commas between. Raises NotationError."""
    articulation: Articulation = "plain"
    bend, returns, vibrato = Fraction(0), False, False
    for mark in (part.strip() for part in text.split(",")):
        match = _BEND.fullmatch(mark)
        if mark in MARKS and articulation == "plain":
            articulation = MARKS[mark]
        elif mark == VIBRATO and not vibrato:
            vibrato = True
        elif match and not bend and int(match[2] or 1) and 0 < Fraction(int(match[1]), int(match[2] or 1)) <= (
                HIGHEST_BEND):
            bend, returns = 2 * Fraction(int(match[1]), int(match[2] or 1)), bool(match[3])
        else:
            raise NotationError(mark, ALLOWED, candidates=(*MARKS, VIBRATO))
    return Marks(articulation, bend, returns, vibrato)


def bend_of(marks: Marks, seconds: float, slides_from_semitones: float = 0.0) -> Bend:
    """How the pitch of a note moves that lasts ``seconds``; a slide starts so many semitones away from it."""
    curves: list[Bend] = []
    if marks.articulation == "slide" and slides_from_semitones:
        taken = min(SLIDE_SECONDS + SLIDE_SECONDS_A_SEMITONE * abs(slides_from_semitones), STEEPEST_SHARE * seconds)
        curves.append(((0.0, SEMITONE_CENTS * slides_from_semitones), (taken, 0.0)))
    if marks.bend_semitones:
        curves.append(_bent(SEMITONE_CENTS * float(marks.bend_semitones), marks.returns, seconds))
    if marks.vibrato:
        curves.append(_vibrato(seconds))
    times = sorted({time for curve in curves for time, _ in curve})
    total = np.zeros(len(times))
    for curve in curves:
        at, cents = zip(*curve, strict=True)
        total += np.interp(times, at, cents)
    return tuple(zip(times, total.tolist(), strict=True))


def _bent(cents: float, returns: bool, seconds: float) -> Bend:
    """Up along half a cosine, and down again in the last third."""
    rise = min(BEND_RISES_SECONDS, STEEPEST_SHARE * seconds)
    wait = min(BEND_WAITS_SECONDS, 0.1 * seconds)
    shape = [(share, cents * (0.5 - 0.5 * math.cos(math.pi * share))) for share in np.linspace(0, 1, 9).tolist()]
    curve = [(wait + share * rise, height) for share, height in shape]
    if returns:
        curve += [(2 * seconds / 3 + share * rise * 0.8, cents - height) for share, height in shape]
    return tuple(curve)


def _vibrato(seconds: float) -> Bend:
    """A sine that sets in after a moment and grows over its first two cycles; whole cycles, at least one."""
    wait = min(VIBRATO_WAITS_SECONDS, STEEPEST_SHARE * seconds)
    cycles = max(math.floor((seconds - wait) * VIBRATO_HZ), 1)
    turns = np.arange(cycles * POINTS_A_CYCLE + 1) / POINTS_A_CYCLE
    cents = VIBRATO_CENTS * np.minimum(turns / 2, 1.0) * np.sin(2 * np.pi * turns)
    return tuple(zip((wait + turns / VIBRATO_HZ).tolist(), cents.tolist(), strict=True))
