"""The marks of the hand behind a written note, and the pitch curves they stand for.

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
# Widest bend [whole tones]; a wider one breaks the string.
HIGHEST_BEND = 2
ALLOWED = ("h hammer-on, p pull-off, / slide, b1/2 or b1 bend up by half or a whole tone, b1r up and back, v vibrato, "
           "pm palm mute, harm natural harmonic; several with commas between, but only one of h p / pm harm")

SEMITONE_CENTS = 100.0
# Time from the onset of a note to the start of its bend [s].
BEND_WAITS_SECONDS = 0.05
# Time that a bend takes to rise [s].
BEND_RISES_SECONDS = 0.18
# Time that a slide takes [s], and the time added for each semitone.
SLIDE_SECONDS = 0.03
SLIDE_SECONDS_A_SEMITONE = 0.025
# Vibrato of the hand: rate [Hz], depth [cents], and delay from the onset [s].
VIBRATO_HZ = 5.5
VIBRATO_CENTS = 16.0
VIBRATO_WAITS_SECONDS = 0.25
# Breakpoints in one cycle of vibrato.
POINTS_A_CYCLE = 8
# Largest share of a short note that a bend, a slide or the delay of vibrato may take.
STEEPEST_SHARE = 0.4
# Largest share of a short note before its bend starts.
LONGEST_WAIT_SHARE = 0.1
# Duration of a bend's return relative to its rise.
RETURN_SHARE = 0.8

_BEND = re.compile(r"b(\d+)(?:/(\d+))?(r?)")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one written note.

    Parameters
    ----------
    articulation
        How the note is sounded.
    bend_semitones
        Height of the bend above the note; 0 for none.
    returns
        Whether the bend goes back to the note.
    vibrato
        Whether the note has vibrato.
    """

    articulation: Articulation = "plain"
    bend_semitones: Fraction = Fraction(0)
    returns: bool = False
    vibrato: bool = False

    @property
    def names(self) -> list[str]:
        """The techniques that the instrument needs, in words."""
        words = [] if self.articulation == "plain" else [self.articulation.replace("_", "-")]
        return words + ["bend"] * bool(self.bend_semitones) + ["vibrato"] * self.vibrato


PLAIN = Marks()


def parse_marks(text: str) -> Marks:
    """Parse marks with commas between, such as ``h`` or ``b1/2,v``.

    Raises
    ------
    NotationError
        For any other text, and for two marks that exclude each other.
    """
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
    """Return the pitch curve of a note.

    Parameters
    ----------
    marks
        The marks of the note.
    seconds
        Its duration.
    slides_from_semitones
        Where a slide starts, relative to the note.
    """
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
    """Return a bend: up along half a cosine and, where it returns, down again in the last third of the note."""
    rise = min(BEND_RISES_SECONDS, STEEPEST_SHARE * seconds)
    wait = min(BEND_WAITS_SECONDS, LONGEST_WAIT_SHARE * seconds)
    shape = [(share, cents * (0.5 - 0.5 * math.cos(math.pi * share))) for share in np.linspace(0, 1, 9).tolist()]
    curve = [(wait + share * rise, height) for share, height in shape]
    if returns:
        curve += [(2 * seconds / 3 + share * rise * RETURN_SHARE, cents - height) for share, height in shape]
    return tuple(curve)


def _vibrato(seconds: float) -> Bend:
    """Return vibrato: a sine after a delay, which grows over its first two cycles and ends with a whole cycle."""
    wait = min(VIBRATO_WAITS_SECONDS, STEEPEST_SHARE * seconds)
    cycles = max(math.floor((seconds - wait) * VIBRATO_HZ), 1)
    turns = np.arange(cycles * POINTS_A_CYCLE + 1) / POINTS_A_CYCLE
    cents = VIBRATO_CENTS * np.minimum(turns / 2, 1.0) * np.sin(2 * np.pi * turns)
    return tuple(zip((wait + turns / VIBRATO_HZ).tolist(), cents.tolist(), strict=True))
