"""One word for how a band plays: every style for every role, what a score overrides, and what energy moves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.catalogue import catalogue
from scores.compose import compose
from scores.composing.grooves.table import grooves
from scores.faults import ScoreError
from scores.performance import Performance
from scores.players import players
from scores.reading.read import read_score
from scores.reading.styles import band_of, role_of
from scores.score import Score
from scores.table import read_table, style_names

BAND = {"voice": "guide_vocal", "kit": "drum_kit", "low": "electric_bass", "guitar": "steel_guitar",
        "electric": "electric_guitar", "rhodes": "electric_piano", "organ": "organ", "strings": "string_pad"}
LISTED = ("rock", "pop", "ballad", "half_time", "hip_hop", "trap", "funk", "shuffle", "blues", "brushes", "bossa",
          "samba", "reggae", "country", "gospel", "waltz")
CHORDS = "| Cm | Ab | Eb | Bb |"


def song(folder: Path, *sections: Mapping[str, Any], head: str = "style: rock", band: Mapping[str, str] | None = None,
         temperature: float = 0.7) -> Score:
    rows = [f"title: Band\ntempo: 104\nkey: C minor\ntemperature: {temperature}", head, "parts:"]
    rows += [f"  {name}: {{instrument: {kind}}}" for name, kind in (band or BAND).items()] + ["sections:"]
    for i, section in enumerate(sections):
        given = {"name": f"A{i}", "bars": 8, "harmony": f'"{CHORDS}"'} | dict(section)
        rows.append("  - {" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}")
    path = folder / "song.yaml"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return read_score(path, catalogue()).score


def heard(performance: Performance, part: str, section: int) -> list[tuple[float, float]]:
    span = performance.sections[section]
    return [(n.onset_seconds, n.pitch) for n in performance.notes[part]
            if span.start_seconds - 0.05 <= n.onset_seconds < span.end_seconds - 0.05]


def test_the_table_has_every_listed_style_and_each_role_of_each_is_a_player_that_can_be_made() -> None:
    assert set(LISTED) <= set(style_names())
    roles = {*read_table("roles"), "drums", "voice"}
    for style in style_names():
        assert set(read_table("styles")[style]) <= roles | {"about"}, style
        for ways in band_of(style).values():
            for way in ways:
                player = players()[way["style"]]
                player.model_validate({key: value for key, value in way.items() if key != "style"}, strict=True)
        assert band_of(style)["drums"][0]["groove"] in grooves(), style


@pytest.mark.parametrize("style", ["bossa", "funk", "jazz"])
def test_one_word_gives_everybody_their_player(style: str, tmp_path: Path) -> None:
    score = song(tmp_path, {"dynamics": "f"}, head=f"style: {style}")
    chosen = score.sections[0].players
    assert {name for name in BAND if name != "voice"} == set(chosen)
    assert chosen["kit"].groove == band_of(style)["drums"][0]["groove"]
    assert chosen["rhodes"].genre == band_of(style)["keys"][0]["genre"]
    performance = compose(score)
    assert all(heard(performance, name, 0) for name in chosen)


def test_a_section_has_its_own_style_and_each_part_its_own_word_over_it(tmp_path: Path) -> None:
    score = song(tmp_path, {}, {"style": "bossa"},
                 {"style": "bossa", "play": "{kit: {style: drums, density: 0.9}, guitar: strum, organ: 'off'}"})
    first, second, third = (section.players for section in score.sections)
    assert first["kit"].groove == "rock" and second["kit"].groove == "bossa"
    assert third["kit"].groove == "bossa" and third["kit"].density == 0.9
    assert third["guitar"].style == "strum" and second["guitar"].style == "comp"
    assert "organ" in second and "organ" not in third


def test_a_voice_sings_where_there_are_words_and_a_lead_plays_where_there_are_none(tmp_path: Path) -> None:
    score = song(tmp_path, {"lyrics": "[and here we go again]"}, {},
                 band={**BAND, "solo": "synth, patch: {preset: lead}"})
    assert score.sections[0].players["voice"].style == "sung" and "solo" not in score.sections[0].players
    assert score.sections[1].players["solo"].style == "lead" and "voice" not in score.sections[1].players


def test_without_a_style_nothing_changes_and_off_is_silence(tmp_path: Path) -> None:
    score = song(tmp_path, {"play": "{kit: drums, guitar: 'off'}"}, head="seed: 2")
    assert set(score.sections[0].players) == {"kit"}
    assert score.sections[0].energy is None


def test_a_style_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as refused:
        song(tmp_path, {}, head="style: bosanova")
    assert refused.value.faults[0].nearest == "bossa" and refused.value.faults[0].line == 5


def test_an_energy_at_a_bar_that_is_none_is_refused_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as refused:
        song(tmp_path, {"energy": "{bar 1: 0.2, bar 12: 0.9}"})
    assert "bar 12" in refused.value.faults[0].message and refused.value.faults[0].line > 5


def test_energy_lifts_density_register_layers_and_fills_of_all_who_play(tmp_path: Path) -> None:
    """The same section at energy 0.15 and 0.9, at one loudness: more play, more often, higher, and the drums fill."""
    score = song(tmp_path, {"energy": 0.15, "dynamics": "mf"}, {"energy": 0.9, "dynamics": "mf"}, head="style: soul")
    performance = compose(score)
    low, high = ({name: heard(performance, name, i) for name in BAND} for i in (0, 1))
    assert sum(map(bool, low.values())) + 3 <= sum(map(bool, high.values()))
    for name in ("rhodes", "guitar"):
        assert len(high[name]) > 1.15 * len(low[name]), name
    assert np.mean([p for _, p in high["rhodes"]]) > np.mean([p for _, p in low["rhodes"]]) + 3
    fills = [sum(pitch in (50, 47, 41) for seed in range(4) for _, pitch in heard(compose(
        song(tmp_path, {"energy": energy, "dynamics": "mf"}, head=f"style: rock\nseed: {seed}",
             band={"kit": "drum_kit"})), "kit", 0)) for energy in (0.3, 1.0)]
    assert fills[1] > fills[0]


def test_energy_is_a_curve_and_brings_parts_in_where_it_reaches_them(tmp_path: Path) -> None:
    """From 0 to 1 over eight bars: the organ, from energy 0.4 on, begins between the third and the fifth bar."""
    score = song(tmp_path, {"energy": '"0 -> 1"'}, head="style: pop")
    performance = compose(score)
    bars = performance.bars
    first = heard(performance, "organ", 0)[0][0]
    assert bars[2].start_seconds - 0.1 <= first <= bars[4].start_seconds
    starts = {name: heard(performance, name, 0)[0][0] for name in BAND if name != "voice"}
    assert starts["guitar"] < starts["low"] < starts["organ"]
    loud = [n.velocity for n in performance.notes["guitar"]]
    assert np.mean(loud[-40:]) > np.mean(loud[:40]) + 30  # where dynamics are left out, loudness follows too


def test_a_band_without_a_drummer_swings_as_the_style_does(tmp_path: Path) -> None:
    score = song(tmp_path, {}, head="style: shuffle", band={"rhodes": "electric_piano"}, temperature=0)
    places = {round(note.onset_beats % 1, 3) for note in compose(score).notes["rhodes"]}
    assert 0.66 in places and 0.5 not in places


def test_no_player_writes_what_its_instrument_does_not_have(tmp_path: Path) -> None:
    """High riffs on a guitar, arpeggios on a celesta, octaves of a left hand: each within the instrument's reach."""
    band = {"electric": "electric_guitar", "bells": "celesta", "keys": "clavinet"}
    for style in ("trap", "bolero"):
        score = song(tmp_path, {"energy": 1}, head=f"style: {style}", band=band)
        performance = compose(score)
        for name in band:
            low, high = score.parts[name].voice.reach()
            notes = performance.notes[name]
            assert notes and all(low <= note.pitch <= high for note in notes), (style, name)


def test_an_instrument_has_its_role_by_what_it_is(tmp_path: Path) -> None:
    score = song(tmp_path, {})
    found = {name: role_of(part, catalogue(), tmp_path) for name, part in score.parts.items()}
    assert found == {"voice": "voice", "kit": "drums", "low": "bass", "guitar": "guitar", "electric": "electric",
                     "rhodes": "keys", "organ": "organ", "strings": "pad"}
