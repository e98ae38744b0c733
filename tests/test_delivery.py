"""Laws of how words are given: one mouth, breaths where there is room, low whispers, speech in its own time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from singing import every_line, lines_of, perform, relation, seconds, song, sung
from stages import score_of

from scores.composing.stage import Draft
from scores.players.voice import Whisper


@pytest.mark.parametrize("style", ["sung", "whispered", "spoken", "breath"])
def test_one_mouth_never_says_two_things_at_once(style: str) -> None:
    for stage, drafts in perform(song(style=style)):
        for here, there in pairwise(drafts):
            assert here.onset_beats + here.duration_beats <= there.onset_beats + 1e-9
        assert all(stage.span.start_beats - 4.0 <= d.onset_beats <= stage.span.end_beats for d in drafts)
        assert {d.utterance.delivery.manner for d in drafts if d.utterance and d.utterance.syllable} == {style}


def test_a_breath_is_drawn_before_each_phrase_that_has_room_and_can_be_turned_off() -> None:
    def breaths(style: Any) -> list[list[Draft]]:
        return [[d for d in drafts if d.utterance and not d.utterance.syllable]
                for _, drafts in perform(song(style=style))]

    for stage, drafts in sung(1):
        for here, there in pairwise(drafts):
            if here.utterance and not here.utterance.syllable:
                start, end = seconds(stage, [here])
                assert here.utterance.delivery.manner == "breath" and 0.24 <= end - start <= 0.4
                assert 0.0 < stage.tempo.seconds(there.onset_beats) - end < 0.1
    assert all(len(row) >= 3 for row in breaths("sung"))
    assert not any(breaths({"style": "sung", "breaths": False}))


def test_a_whisper_is_low_and_narrow_and_keeps_the_tune_for_later() -> None:
    score = song(3)
    whisper = score.sections[0].model_copy(update={"players": {"player": Whisper()}})
    performed = perform(score.model_copy(update={"sections": (whisper, *score.sections[1:])}))
    whispered = [d.pitch for line in lines_of(performed[0][1]) for d in line]
    assert min(whispered) >= 57 and max(whispered) <= 63 and len(set(whispered)) >= 3
    assert relation(performed[0][1], performed[2][1]) >= 0.5
    loudness = [np.mean([d.velocity for d in performed[i][1]]) for i in (0, 2)]
    assert loudness[0] < loudness[1] - 4


def test_speech_keeps_its_own_time_at_a_speakers_rate() -> None:
    on_grid = []
    for stage, drafts in perform(song(style="spoken")):
        for line in lines_of(drafts):
            start, end = seconds(stage, line)
            assert 2.0 <= len(line) / (end - start) <= 5.0
            on_grid += [abs(d.onset_beats * 4 - round(d.onset_beats * 4)) < 1e-3 for d in line]
    assert np.mean(on_grid) < 0.1


def test_speech_lengthens_stresses_and_phrase_ends_and_falls_unless_it_asks() -> None:
    text = "banana bandana in the pan"
    (_, drafts), = perform(score_of(play="spoken", section_lyrics=[text, text + "?"]))
    told, asked = lines_of(drafts)
    assert told[1].duration_beats > 1.2 * told[0].duration_beats  # baNAna
    assert told[-1].duration_beats > 1.3 * told[-2].duration_beats
    assert told[-1].pitch < told[-2].pitch < asked[-1].pitch
    assert np.polyfit(range(len(told)), [d.pitch for d in told], 1)[0] < 0


def test_a_phrase_swells_to_its_high_point_and_stresses_stand_out() -> None:
    peaks, edges, stressed, unstressed = [], [], [], []
    for _, line in every_line():
        velocities = [d.velocity for d in line]
        peak = int(np.argmax([d.pitch for d in line]))
        peaks.append(velocities[peak])
        edges += [velocities[0], velocities[-1]]
        for d in line:
            (stressed if d.utterance and d.utterance.stress == 1 else unstressed).append(d.velocity)
    assert np.mean(peaks) > np.mean(edges) + 4 and np.mean(stressed) > np.mean(unstressed) + 3
