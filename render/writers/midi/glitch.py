"""The glitch plan as MIDI: a track named ``glitch`` that can drive a stutter plug-in in a DAW.

Each gesture is a note whose key depends on the effect, on the channel of its part (the sends' channels follow those of
the parts). At its onset the depth and each parameter of the effect are sent as control changes of their own. The
glitch intensity of the song is a control change on the first channel. The notes lie below the range of any instrument
and have velocity 1, so that a synthesiser that plays them stays inaudible.

=====================  =====================================================================================
keys 0 … 11            ``KEYS``: stutter, bit_crush … ; effects that are not in the table follow it by name
CC 102                 glitch intensity, 0 … 127 for 0 … 1
CC 103                 depth, 0 … 127 for 0 … 1
CC 104, 105 …          the effect's parameters in the order of ``scores/REFERENCE.md``, see :func:`lane_value`
CC 11, CC 20           on a part's own track, where the intensity drives its level and its width
=====================  =====================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from mido import Message

from effects import effects, is_gesture
from render.mixing.drive import STEP_SECONDS, Driven, smooth_intensity
from render.mixing.fade import gain_at
from scores.performance import Effect, Gesture, Performance

# Name of the track.
TRACK = "glitch"
# Effects in the order of their keys, from key 0. An effect keeps its key for ever, so new ones are appended.
KEYS = ("stutter", "bit_crush", "rate_hold", "granular", "shuffle", "tape_stop", "reverse", "dropout", "gate", "freeze",
        "spectral_softmax", "argmax_trace")
# Control change of a part's level relative to its highest (General MIDI: expression).
EXPRESSION = 11
# Control change of a part's width (MIDI 1.0: undefined).
WIDTH = 20
# Control change of the glitch intensity; 102 … 119 are undefined in MIDI 1.0.
INTENSITY = 102
# Control change of a gesture's depth.
DEPTH = 103
# Control change of an effect's first parameter.
FIRST_LANE = 104
# Control change of its last one that can be sent.
LAST_LANE = 119
# Highest value of a MIDI data byte.
MOST = 127
# Velocity of the notes: the lowest that is no note-off.
UNHEARD = 1
# Ratio of the ends of a positive range from which its parameter is mapped logarithmically.
WIDE_RATIO = 100
# Distance of two points of a curve [s]; a point is sent where the value has changed.
CURVE_SECONDS = 0.1


class Event(NamedTuple):
    """A message and its time [s]."""

    seconds: float
    message: Message


@cache
def keys() -> Mapping[str, int]:
    """Return the key of each effect that can be a gesture; effects outside ``KEYS`` follow, sorted by name."""
    others = sorted(name for name, kind in effects().items() if is_gesture(kind) and name not in KEYS)
    return {name: key for key, name in enumerate((*KEYS, *others))}


@cache
def lanes(effect: type[Effect]) -> Mapping[str, int]:
    """Return the control change of each parameter of an effect."""
    return {name: FIRST_LANE + n for n, name in enumerate(_declared(effect)) if FIRST_LANE + n <= LAST_LANE}


@cache
def _declared(effect: type[Effect]) -> dict[str, Any]:
    declared: dict[str, Any] = effect.model_json_schema()["properties"]
    return declared


def lane_value(effect: type[Effect], name: str, value: object) -> int:
    """Return the control value of a parameter.

    The parameter's range is mapped linearly to 0 … 127; logarithmically if it is positive and its end is at least 100
    times its start. A choice is the number of its word; false and true are 0 and 127. If a parameter may be null, 0 is
    null and its range begins at 1.

    Parameters
    ----------
    effect
        The effect that declares the parameter.
    name
        The parameter.
    value
        Its value, in its declared range.

    Returns
    -------
    int
        0 … 127.

    Raises
    ------
    TypeError
        If a value of this type has no control value.
    """
    declared = _declared(effect)[name]
    options = [declared, *declared.get("anyOf", ())]
    lowest = 1 if any(option.get("type") == "null" for option in options) else 0
    words = next((option["enum"] for option in options if "enum" in option), None)
    if value is None:
        return 0
    if isinstance(value, bool):
        return MOST if value else lowest
    if words is not None:
        return lowest + int(words.index(value))
    low, high = next((option["minimum"], option["maximum"]) for option in options if "maximum" in option)
    if not isinstance(value, int | float):
        raise TypeError(f"{effect.name}.{name} is {value!r}, which has no control value")
    if low > 0 and high / low >= WIDE_RATIO:
        share = math.log(value / low) / math.log(high / low)
    else:
        share = (value - low) / (high - low)
    return lowest + round(share * (MOST - lowest))


def gesture_events(gestures: Sequence[Gesture], channel: int) -> Iterator[Event]:
    """Yield the control changes, note-on and note-off events of the gestures of one part or send."""
    for gesture in gestures:
        kind, setting = type(gesture.effect), gesture.effect.model_dump()
        values = {DEPTH: round(MOST * gesture.depth)}
        values |= {control: lane_value(kind, name, setting[name]) for name, control in lanes(kind).items()}
        key = keys()[gesture.effect.name]
        for control, value in values.items():
            yield Event(gesture.onset_seconds, Message("control_change", channel=channel, control=control, value=value))
        yield Event(gesture.onset_seconds, Message("note_on", channel=channel, note=key, velocity=UNHEARD))
        yield Event(gesture.end_seconds, Message("note_off", channel=channel, note=key, velocity=64))


def intensity_events(performance: Performance, channel: int) -> Iterator[Event]:
    """Yield the glitch intensity of the song as control changes, smoothed as it is heard."""
    stride = round(CURVE_SECONDS / STEP_SECONDS)
    yield from _lane([round(MOST * value) for value in smooth_intensity(performance)[::stride].tolist()],
                     INTENSITY, channel, performance)


def driven_events(driven: Driven, width: float, channel: int, performance: Performance) -> Iterator[Event]:
    """Yield level and width of a part that the glitch intensity drives.

    CC 11 is the level relative to the part's highest, dB = 40 log10(CC / 127). CC 20 is the width: 64 for the sound as
    played, at most 127.
    """
    stride = round(CURVE_SECONDS / STEP_SECONDS)
    below = driven.level_db[::stride] - driven.level_db.max()
    yield from _lane([max(round(MOST * 10 ** (level / 40)), 1) for level in below.tolist()], EXPRESSION, channel,
                     performance)
    yield from _lane([min(round(64 * (width + added)), MOST) for added in driven.width[::stride].tolist()], WIDTH,
                     channel, performance)


def fade_events(found: list[tuple[float, float, bool]], channel: int, performance: Performance) -> Iterator[Event]:
    """Yield the fades of a part that nothing else moves, as CC 11: dB = 40 log10(CC / 127)."""
    seconds = np.arange(0.0, performance.duration_seconds + CURVE_SECONDS, CURVE_SECONDS)
    yield from _lane([round(MOST * float(gain) ** 0.5) for gain in gain_at(found, seconds)], EXPRESSION, channel,
                     performance)


def _lane(values: Sequence[int], control: int, channel: int, performance: Performance) -> Iterator[Event]:
    """Yield a control change wherever the value of a curve changes; its points are ``CURVE_SECONDS`` apart."""
    before = None
    for number, value in enumerate(values):
        if value != before:
            seconds = min(number * CURVE_SECONDS, performance.duration_seconds)
            yield Event(seconds, Message("control_change", channel=channel, control=control, value=value))
        before = value
