"""Ornaments of fingerpicking: hammer-ons, pull-offs, and bass notes that lead into the next chord."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scores.composing.form import arch, ends_phrase, following_chord, weight
from scores.composing.hands.fretting import Held, held_at
from scores.composing.stage import Stage
from scores.performance import Bar
from scores.theory.fretboard import SPAN_FRETS, Shape

# Logits of the bass note before a new chord.
APPROACHES = {"none": 1.0, "diatonic from below": 0.5, "diatonic from above": 0.3, "chromatic from below": 0.2}
# Logit subtracted from "none" at the end of a phrase.
APPROACH_AT_PHRASE_END = 0.8
# Logit subtracted from a pull-off, since most ornaments of fingerpicking are hammer-ons.
PULLED_OFF = 0.8
# Accents [−1 … 1] by metrical weight, of the thumb, of the highest finger, and of an ornament.
METER_ACCENT = 0.5
THUMB_ACCENT = 0.14
TOP_ACCENT = 0.06
ORNAMENT_ACCENT = -0.3


@dataclass(frozen=True, slots=True)
class Pluck:
    """A string plucked on a beat of the song.

    Parameters
    ----------
    beat
        In quarter notes of the song.
    string, fret
        As in ``Fingering``.
    finger
        One of p i m a; empty where the left hand sounds the note.
    accent
        −1 … 1.
    muted
        Whether the palm mutes it.
    """

    beat: float
    string: int
    fret: int
    finger: str
    accent: float
    muted: bool = False


def strings_of_fingers(shape: Shape) -> Mapping[str, int]:
    """Return the string of each finger: the bass for p, the three highest others for i, m and a, shared if fewer."""
    upper = shape.strings[1:][-3:]
    upper = (upper[0],) * (3 - len(upper)) + upper
    return {"p": shape.strings[0], "i": upper[0], "m": upper[1], "a": upper[2]}


def hammered(stage: Stage, bar: Bar, held: Sequence[Held], plucks: list[Pluck], step: float) -> list[Pluck]:
    """Replace one pluck by a neighbouring scale tone from which the left hand sounds the note half a place later.

    From below it is a hammer-on, from above a pull-off.

    Parameters
    ----------
    stage, bar, held
        Where the bar lies, and the chords under the hand.
    plucks
        The plucks of the bar.
    step
        Grid of the pattern in quarter notes.
    """
    options: list[tuple[int, int]] = []  # which pluck, and the fret that is plucked before it
    for i, pluck in enumerate(plucks):
        shape = held_at(held, pluck.beat).shape
        if shape is None or pluck.finger == "p":
            continue
        for steps in ((-1, -2), (1, 2)):
            for fret in (pluck.fret + step_frets for step_frets in steps):
                in_reach = (shape.position <= fret < max(shape.position, 1) + SPAN_FRETS
                            or (fret == 0 and shape.position <= SPAN_FRETS - 2))
                if in_reach and fret >= 0 and (shape.open_pitches[pluck.string] + fret) % 12 in bar.key.scale:
                    options.append((i, fret))
                    break
    if not options:
        return plucks
    logits = [weight(bar.meter, plucks[i].beat - bar.start_beats) - PULLED_OFF * (fret > plucks[i].fret)
              for i, fret in options]
    labels = [f"{'hammer on' if fret < plucks[i].fret else 'pull off'} at {plucks[i].beat - bar.start_beats:g}"
              for i, fret in options]
    index, fret = options[stage.choose("hammered", bar.start_beats, labels, logits)]
    pluck = plucks[index]
    landed = replace(pluck, beat=pluck.beat + step / 2, accent=pluck.accent + ORNAMENT_ACCENT, finger="")
    return [*plucks[:index], replace(pluck, fret=fret), landed, *plucks[index + 1:]]


def approached(stage: Stage, bar: Bar, held: Sequence[Held], plucks: list[Pluck], step: float) -> list[Pluck]:
    """Add a thumb note that leads into the next chord's bass, before each change where the hand can reach one.

    Parameters
    ----------
    stage, bar, held, plucks, step
        As in ``hammered``.
    """
    following = following_chord(stage)
    first = bisect_right(held, bar.start_beats + 1e-9, key=lambda item: item.span.end_beats)
    for i in range(first, len(held)):
        item = held[i]
        change = item.span.end_beats
        if change > bar.end_beats + 1e-9:
            break
        if item.shape is None or item.span.beats < 4 * step:
            continue
        after = held[i + 1] if i + 1 < len(held) else None
        chord = after.span.chord if after else following
        if chord is None:
            continue
        bass = item.shape.pitch(item.shape.strings[0])
        target = (after.shape.pitch(after.shape.strings[0]) if after and after.shape
                  else bass + (chord.bass - bass + 6) % 12 - 6)
        steps = _approach_pitches(bar, target)
        reach = {name: _reach(item.shape, pitch) for name, pitch in steps.items() if pitch is not None}
        names = ["none", *(name for name, string in reach.items() if string is not None and steps[name] != bass)]
        logits = np.array([APPROACHES[name] for name in names])
        logits[0] -= APPROACH_AT_PHRASE_END * ends_phrase(stage, bar)
        name = names[stage.choose(f"approach to {change - bar.start_beats:g}", change - step, names, logits)]
        if name == "none":
            continue
        string = reach[name]
        assert string is not None
        fret = steps[name] - item.shape.open_pitches[string]
        beat = change - step
        accent = METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
        plucks = [p for p in plucks if not (abs(p.beat - beat) < 1e-9 and (p.finger == "p" or p.string == string))]
        plucks.append(Pluck(beat, string, fret, "p", accent + THUMB_ACCENT))
    return plucks


def _approach_pitches(bar: Bar, target: int) -> dict[str, int]:
    """Return the pitches that lead to a target: its neighbours in the key, and the semitone below it."""
    below = next(target - down for down in (1, 2, 3) if (target - down) % 12 in bar.key.scale)
    above = next(target + up for up in (1, 2, 3) if (target + up) % 12 in bar.key.scale)
    return {"diatonic from below": below, "diatonic from above": above, "chromatic from below": target - 1}


def _reach(shape: Shape, pitch: int) -> int | None:
    """Return a low string on which the hand reaches a pitch without leaving its position, or None."""
    upper = set(strings_of_fingers(shape).values()) - {shape.strings[0]}
    for string in range(2, -1, -1):
        fret = pitch - shape.open_pitches[string]
        if string not in upper and (fret == 0 or max(shape.position, 1) <= fret < max(shape.position, 1) + SPAN_FRETS):
            return string
    return None
