"""The glitch plan as MIDI: a track named ``glitch`` from which a stutter plug-in in a DAW can rebuild what breaks.

A note a gesture, its key by effect, on the channel of the part that breaks (sends have the channels after the parts).
At its onset the channel gets the depth and every parameter of the effect, each in a lane of its own. The intensity of
the song is a lane on the first channel. The notes lie below what any instrument plays and have velocity 1, so that a
player that takes them for music is not heard to play them.

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

from mido import Message

from effects import effects, is_gesture
from render.mixing.drive import STEP_SECONDS, Driven, smooth_intensity
from scores.performance import Effect, Gesture, Performance

TRACK = "glitch"
KEYS = ("stutter", "bit_crush", "rate_hold", "granular", "shuffle", "tape_stop", "reverse", "dropout", "gate", "freeze",
        "spectral_softmax", "argmax_trace")
EXPRESSION, WIDTH, INTENSITY, DEPTH, FIRST_LANE, LAST_LANE = 11, 20, 102, 103, 104, 119
MOST = 127
UNHEARD = 1  # velocity
WIDE_RATIO = 100  # a range above zero that spans so much is heard in ratios, and lies in its lane in ratios
CURVE_SECONDS = 0.1  # a point of a curve's lane, where its value has changed


class Event(NamedTuple):
    """A message and the time in seconds it belongs to."""

    seconds: float
    message: Message


@cache
def keys() -> Mapping[str, int]:
    """The key of each effect that can be a gesture: fixed, whatever effects are added."""
    others = sorted(name for name, kind in effects().items() if is_gesture(kind) and name not in KEYS)
    return {name: key for key, name in enumerate((*KEYS, *others))}


@cache
def lanes(effect: type[Effect]) -> Mapping[str, int]:
    """The control change of each parameter of an effect."""
    return {name: FIRST_LANE + n for n, name in enumerate(_declared(effect)) if FIRST_LANE + n <= LAST_LANE}


@cache
def _declared(effect: type[Effect]) -> dict[str, Any]:
    declared: dict[str, Any] = effect.model_json_schema()["properties"]
    return declared


def lane_value(effect: type[Effect], name: str, value: object) -> int:
    """The value in its lane, 0 … 127, of a parameter: its range spread over the lane, evenly, or in equal ratios where
    it lies above zero and its end is 100 times its start. A choice is the number of its word, false and true are 0 and
    127. Where a parameter may be null, 0 is null and its range begins at 1."""
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
        raise TypeError(f"{effect.name}.{name} is {value!r}: no lane for it")
    if low > 0 and high / low >= WIDE_RATIO:
        share = math.log(value / low) / math.log(high / low)
    else:
        share = (value - low) / (high - low)
    return lowest + round(share * (MOST - lowest))


def gesture_events(gestures: Sequence[Gesture], channel: int) -> Iterator[Event]:
    """Control changes, note-on and note-off of the gestures of one part or send."""
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
    """The intensity curve of the song as a lane, steps rounded off as they are heard."""
    stride = round(CURVE_SECONDS / STEP_SECONDS)
    yield from _lane([round(MOST * value) for value in smooth_intensity(performance)[::stride].tolist()],
                     INTENSITY, channel, performance)


def driven_events(driven: Driven, width: float, channel: int, performance: Performance) -> Iterator[Event]:
    """Level and width of a part as the intensity drives them: CC 11 below the highest level, dB = 40 log10(CC / 127);
    CC 20 the width itself, 64 as played, up to 127."""
    stride = round(CURVE_SECONDS / STEP_SECONDS)
    below = driven.level_db[::stride] - driven.level_db.max()
    yield from _lane([max(round(MOST * 10 ** (level / 40)), 1) for level in below.tolist()], EXPRESSION, channel,
                     performance)
    yield from _lane([min(round(64 * (width + added)), MOST) for added in driven.width[::stride].tolist()], WIDTH,
                     channel, performance)


def _lane(values: Sequence[int], control: int, channel: int, performance: Performance) -> Iterator[Event]:
    """A control change wherever the value of a curve has changed."""
    before = None
    for number, value in enumerate(values):
        if value != before:
            seconds = min(number * CURVE_SECONDS, performance.duration_seconds)
            yield Event(seconds, Message("control_change", channel=channel, control=control, value=value))
        before = value
