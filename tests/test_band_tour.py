"""The tour of the band: all that the band has is in it, under its name, and sounds in its section alone."""

from __future__ import annotations

from typing import get_args

import pytest
from reading import shipped

from effects.dsp.amplifier import Channel
from instruments.electric.presets import PRESETS
from instruments.electric_bass import TECHNIQUES
from scores.composing.grooves.table import grooves
from scores.performance import Performance
from scores.players.comp import figures
from scores.score import Score
from scores.table import style_names

TOGETHER = {"band", "locked", "horns", "lead", "fills", "energy"}  # sections of more than one part
FREE = {"horns", "lead", "fills", "drone"}  # players who rest or hold as they like
LATE = {"build_and_drop", "feedback"}  # ends in silence; ties a note over bars
Tour = tuple[Score, Performance]


@pytest.fixture(scope="module")
def tour() -> Tour:
    return shipped("band_tour")


def test_every_groove_preset_channel_and_technique_has_a_section_of_its_name(tour: Tour) -> None:
    names = {section.name for section in tour[0].sections}
    assert set(grooves()) <= names
    assert {f"synth_{preset}" for preset in PRESETS} <= names
    assert {f"guitar_{channel}" for channel in get_args(Channel)} <= names
    assert {f"bass_{technique}" for technique in TECHNIQUES} <= names
    assert {"organ", "rhodes", "wurlitzer", "clavinet", "amp", "rotary", "band", "feedback"} <= names
    assert {f"comp_{genre}" for genre in figures("comp")} <= names
    assert {"arpeggio", "power_chords", "drone", "riff", "walking", "locked", "horns", "lead", "fills",
            "energy"} <= names


def test_each_section_but_the_last_is_one_part_and_each_part_plays_in_every_bar_that_is_its_own(tour: Tour) -> None:
    score, performance = tour
    for section, span in zip(score.sections, performance.sections, strict=True):
        assert (len(section.play) == 1) == (section.name not in TOGETHER)
        for part in section.play:
            onsets = [note.onset_beats for note in performance.notes[part]
                      if span.start_beats - 0.5 <= note.onset_beats < span.end_beats]
            bars = [bar for bar in performance.bars if span.start_beats <= bar.start_beats < span.end_beats
                    and bar.number_in_section >= section.players[part].enters]
            if section.players[part].style in FREE or section.players[part].from_energy > 0 or section.name in LATE:
                assert onsets, (section.name, part)
                continue
            assert all(any(bar.start_beats - 0.5 <= onset < bar.end_beats for onset in onsets) for bar in bars), part


def test_the_tour_of_styles_has_each_style_and_all_parts_play_somewhere_in_it() -> None:
    score, performance = shipped("style_tour")
    assert {section.name for section in score.sections} == set(style_names())
    assert all(performance.notes.values())
