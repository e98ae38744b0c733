"""The glitch track of the MIDI file is the plan: a stutter plug-in can rebuild it from there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from midi_files import absolute, seconds_at
from renderings import performance, rendering, song

from effects import effects, is_gesture
from render.writers import midi
from render.writers.midi.glitch import DEPTH, EXPRESSION, INTENSITY, WIDTH, keys, lane_value, lanes
from scores.performance import Gesture
from scores.score import GestureKind

GESTURES = sorted(name for name, kind in effects().items() if is_gesture(kind))


def gesture(part: str, effect: str, beat: float, beats: float, depth: float, **parameters: object) -> Gesture:
    kind = GestureKind(effects()[effect], parameters)
    return Gesture(part, kind.at(depth, beats), beat, beats, beat / 2, beats / 2, 0.5, depth, 7)


def written(tmp_path: Path, gestures: dict[str, list[Gesture]], sent: dict[str, list[Gesture]] | None = None,
            **changes: Any) -> mido.MidiFile:
    made = rendering(tmp_path, song(**changes), rate=8000)
    plan = replace(made.performance, gestures={**made.performance.gestures, **gestures}, send_gestures=sent or {})
    midi.write(replace(made, performance=plan))
    return mido.MidiFile(tmp_path / f"{made.basename}.mid")


def test_each_gesture_is_a_note_within_a_tick_on_its_part_s_channel_with_depth_and_parameters(tmp_path: Path) -> None:
    plan = {"voice": [gesture("voice", "stutter", 1, 0.75, 0.4), gesture("voice", "bit_crush", 2.1234, 1, 0.9)],
            "guitar": [gesture("guitar", "stutter", 1, 0.75, 0.4, slice_beats=0.0625)]}
    space = {"sends": {"room": {"effects": ["reverb"]}}}
    file = written(tmp_path, plan, {"room": [gesture("room", "freeze", 8, 2, 1.0)]}, mix=space)
    track = file.tracks[-1]
    assert track.name == "glitch" and len(file.tracks) == 4
    state: dict[tuple[int, int], int] = {}
    begun: dict[tuple[int, int], tuple[float, dict[int, int]]] = {}
    found = []
    for tick, event in absolute(track):
        if event.type == "control_change":
            state[event.channel, event.control] = event.value
        elif event.type == "note_on":
            lane = {control: value for (channel, control), value in state.items() if channel == event.channel}
            begun[event.channel, event.note] = (seconds_at(file, tick), lane)
        elif event.type == "note_off":
            start, lane = begun.pop((event.channel, event.note))
            found.append((event.channel, event.note, start, seconds_at(file, tick), lane))
    expected = [(channel, each) for channel, each in ((0, plan["voice"][0]), (0, plan["voice"][1]),
                                                      (1, plan["guitar"][0]), (2, gesture("room", "freeze", 8, 2, 1)))]
    assert len(found) == len(expected)
    for channel, each in expected:
        (row,) = [row for row in found if row[:2] == (channel, keys()[each.effect.name])]
        assert abs(row[2] - each.onset_seconds) <= 0.5 / 960 and abs(row[3] - each.end_seconds) <= 0.5 / 960
        assert row[4][DEPTH] == round(127 * each.depth)
        for name, control in lanes(type(each.effect)).items():
            assert row[4][control] == lane_value(type(each.effect), name, getattr(each.effect, name))


def test_the_track_ends_with_the_others_lies_below_the_music_and_is_not_there_without_glitches(tmp_path: Path) -> None:
    file = written(tmp_path / "a", {"voice": [gesture("voice", "stutter", 23, 4, 1.0)]})
    assert len({sum(event.time for event in track) for track in file.tracks}) == 1
    assert {(e.note < 21, e.velocity) for e in file.tracks[-1] if e.type == "note_on"} == {(True, 1)}
    assert len(written(tmp_path / "b", {}).tracks) == 3


def test_the_intensity_is_a_lane_that_follows_its_curve(tmp_path: Path) -> None:
    file = written(tmp_path, {"voice": [gesture("voice", "stutter", 1, 1, 0.5)]})
    curve = performance(song()).glitch
    lane = [(seconds_at(file, tick), event.value) for tick, event in absolute(file.tracks[-1])
            if event.type == "control_change" and event.control == INTENSITY]
    for second in np.arange(4.4, 7.6, 0.1):  # Verse 1: 0.1 -> 0.3, away from its steps
        value = [value for at, value in lane if at <= second][-1]
        assert value / 127 == pytest.approx(curve.at(second * 2), abs=0.012)


def test_what_the_intensity_drives_stands_in_the_part_s_own_track(tmp_path: Path) -> None:
    parts = {"voice": {"instrument": "hum", "program": 54, "drive": {"level": "0 -> 10", "width": "0 -> 1"}},
             "guitar": {"instrument": "steel_guitar", "program": 25}}
    file = written(tmp_path, {}, parts=parts)
    sent = {control: [event.value for event in file.tracks[1] if event.type == "control_change"
                      and event.control == control] for control in (EXPRESSION, WIDTH)}
    assert max(sent[EXPRESSION]) == 127 and min(sent[EXPRESSION]) == round(127 * 10 ** (-10 * 0.3 / 40))
    assert (min(sent[WIDTH]), max(sent[WIDTH])) == (64, round(64 * 1.3))
    assert not any(e.type == "control_change" and e.control in (EXPRESSION, WIDTH) for e in file.tracks[2])


@pytest.mark.parametrize("effect", GESTURES)
def test_every_effect_has_a_key_of_its_own_and_every_parameter_a_lane_that_rises_with_it(effect: str) -> None:
    assert sorted(keys().values()) == list(range(len(keys()))) and effect in keys()
    kind = effects()[effect]
    assert set(lanes(kind)) == set(kind.model_fields)
    for name, declared in kind.model_json_schema()["properties"].items():
        options = [declared, *declared.get("anyOf", ())]
        bounds = [(o["minimum"], o["maximum"]) for o in options if "maximum" in o]
        words = [o["enum"] for o in options if "enum" in o]
        is_optional = any(o.get("type") == "null" for o in options)
        if bounds:
            low, high = bounds[0]
            values = [lane_value(kind, name, v) for v in np.geomspace(low, high, 20).tolist()] if low > 0 else [
                lane_value(kind, name, v) for v in np.linspace(low, high, 20).tolist()]
            assert values == sorted(values) and (values[0], values[-1]) == (1 if is_optional else 0, 127)
        elif words:
            assert len({lane_value(kind, name, word) for word in words[0]}) == len(words[0])
        else:
            assert (lane_value(kind, name, False), lane_value(kind, name, True)) == (0, 127)
        if is_optional:
            assert lane_value(kind, name, None) == 0
