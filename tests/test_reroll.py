"""A part that is rolled again changes in its section, and nothing else does; a locked one stays, whatever the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from render import cli
from render.catalogue import catalogue
from render.parts import Parts, slice_of
from render.produce import plan
from render.store.folder import Store
from render.wanted import named
from scores.compose import Composition, compose
from scores.faults import ScoreError, explain
from scores.performance import Note, Performance
from scores.reading.changes import Changes
from scores.reading.read import read_score
from scores.score import Score

SONG = """\
title: Tiny
tempo: 120
key: A minor
seed: 3
temperature: 1.2
glitch: {per_bar: 2, together: 0.5}
parts:
  drums: {instrument: drum_kit}
  guitar: {instrument: steel_guitar}
  piano: {instrument: felt_piano}
  bass: {instrument: finger_bass}
  voice: {instrument: hum}
  second: {instrument: hum}
sections:
SECTIONS"""
SECTION = """\
  - {name: A, harmony: "| Am | F | C | G |", lyrics: [where do you go, nobody knows], glitch: 0.6,
     play: {drums: {style: drums, groove: rock}, guitar: fingerpick, piano: arpeggio, bass: bass, voice: sung,
            second: {style: double, of: voice}}}
"""
SONG = SONG.replace("SECTIONS", SECTION + SECTION.replace("name: A", "name: B") + SECTION.replace(
    "name: A", "name: C, like: B"))
PARTS = ("drums", "guitar", "piano", "bass", "voice", "second")


def song(more: str = "", seed: int = 3) -> str:
    return SONG.replace("seed: 3", f"seed: {seed}") + more


def read(folder: Path, text: str) -> Score:
    path = folder / "tiny.yaml"
    path.write_text(text)
    return read_score(path, catalogue()).score


@cache
def composed(folder: Path, text: str) -> tuple[Score, Performance]:
    score = read(folder, text)
    return score, compose(score)


def notes(performance: Performance, part: str, section: str) -> list[Note]:
    """Its notes but for their lengths: where the next section begins, it may end a note of the one before."""
    span = next(span for span in performance.sections if span.name == section)
    return [replace(note, duration_seconds=0.0) for note in performance.notes[part]
            if span.start_beats - 1e-6 <= note.onset_beats < span.end_beats - 1e-6]


def differing(one: Performance, other: Performance) -> set[tuple[str, str]]:
    return {(part, section) for part in PARTS for section in "ABC"
            if notes(one, part, section) != notes(other, part, section)}


@pytest.mark.parametrize("part", PARTS[:5])
def test_a_roll_changes_the_part_in_its_section_and_who_doubles_it_and_nothing_else(
        part: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    touched, section = ({part, "second"}, "A") if part == "voice" else ({part}, "B")  # B takes up the tune of A
    plain, rolled = (composed(folder, song(more)) for more in ("", f"reroll: {{{part}: {{{section}: 1}}}}\n"))
    assert differing(plain[1], rolled[1]) == {(each, section) for each in touched}
    keys = [{name: Parts(44100, 1000, folder, Store(folder)).key(*slice_of(*each, name), name) for name in PARTS}
            for each in (plain, rolled)]
    assert {name for name in PARTS if keys[0][name] != keys[1][name]} == touched  # all others are the same bytes
    assert plain[1].send_gestures == rolled[1].send_gestures
    why = [{(choice.address.section, choice.address.part): choice.options for choice in each[1].choices}
           for each in (plain, rolled)]
    assert why[0].keys() == why[1].keys()
    assert {choice.address.roll for choice in rolled[1].choices if (choice.address.part, choice.address.section) == (
        part, section) and "glitch" not in choice.address.purpose} == {1}


def test_each_roll_is_another_and_none_depends_on_the_others(tmp_path: Path) -> None:
    found = [composed(tmp_path, song(more))[1] for more in (
        "", "reroll: {guitar: {B: 1}}\n", "reroll: {guitar: {B: 2}}\n",
        "reroll: {piano: {A: 4}, guitar: {B: 2, C: 1}}\n", "reroll: {guitar: {B: 0}}\n")]
    assert len({repr(notes(each, "guitar", "B")) for each in found}) == 3
    assert notes(found[2], "guitar", "B") == notes(found[3], "guitar", "B")
    assert found[4] == found[0]


def test_what_is_locked_stays_when_the_seed_changes_and_the_rest_is_of_the_new_seed(tmp_path: Path) -> None:
    rolls = "reroll: {voice: {A: 1}}\n"
    old, new = (composed(tmp_path, song(rolls, seed))[1] for seed in (3, 9))
    locked = composed(tmp_path, song(rolls + "lock: {guitar: {B: 3}, voice: {A: 3}, piano: {C: 9}}\n", 9))[1]
    kept = {("guitar", "B"), ("voice", "A")}
    assert not differing(old, locked) & kept
    assert differing(new, locked) == kept

    def broken(performance: Performance) -> Mapping[str, object]:
        span = performance.sections[1]
        return {part: [gesture for gesture in gestures if span.start_beats <= gesture.onset_beats < span.end_beats]
                for part, gestures in performance.gestures.items()}

    assert broken(locked)["guitar"] == broken(old)["guitar"] != broken(new)["guitar"]
    assert broken(locked)["bass"] == broken(new)["bass"]


@pytest.mark.parametrize(("more", "told"), [
    ("reroll: {guitr: {B: 1}}", "did you mean guitar?"), ("reroll: {guitar: {D: 1}}", "allowed: A, B, C"),
    ("reroll: {guitar: {B: -1}}", "a whole number from 0"), ("reroll: {guitar: B}", "a mapping"),
    ("lock: {guitar: {B: x}}", "a whole number"), ("lock: {piano: {BB: 3}}", "BB"),
    ("choose: {guitr: {B: {1 x: y}}}", "did you mean guitar?"), ("choose: {all: {D: {1 x: y}}}", "allowed: A, B, C"),
    ("choose: {guitar: {B: {variation: y}}}", "as explain tells it"),
])
def test_what_cannot_be_rolled_or_locked_is_told_with_its_place(more: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as caught:
        read(tmp_path, song(more + "\n"))
    assert told in explain(caught.value) and f"tiny.yaml:{song().count(chr(10)) + 1}:" in explain(caught.value)


def test_a_part_that_does_not_play_in_a_section_cannot_be_rolled_there(tmp_path: Path) -> None:
    text = song("  - {name: D, harmony: '| Am |', play: {piano: pad}}\nreroll: {guitar: {D: 1}}\n")
    with pytest.raises(ScoreError) as caught:
        read(tmp_path, text)
    assert "guitar does not play in D" in explain(caught.value) and "A, B, C" in explain(caught.value)


def test_the_command_rolls_as_the_score_would_and_says_how_to_keep_it(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(song("lock: {bass: {A: 3}}\n"))
    asked = plan(path, changes=Changes(reroll=(("guitar", "b"), ("guitar", "B"))))
    assert asked.performance == composed(tmp_path, song("lock: {bass: {A: 3}}\nreroll: {guitar: {B: 2}}\n"))[1]
    assert asked.notices[-1].endswith("write it in the score: reroll: {guitar: {B: 2}}")
    assert named("tiny", 7, 0.25, [("guitar", "Verse 2")]) == "tiny_seed7_T0.25_reroll_guitar_Verse_2"
    path.write_text(song("lock: {bass: {A: 3}}\n"))
    for what, told in (("bass@A", "bass is locked in A"), ("bas@A", "did you mean bass?"), ("bass@X", "A, B, C"),
                       ("bass", "such as guitar@")):
        assert cli.main([str(path), "--out", str(tmp_path / "out"), "--reroll", what]) == 2
        assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_the_score_chooses_is_played_and_what_cannot_be_is_told(tmp_path: Path) -> None:
    plain = composed(tmp_path, song())[1]
    choice = next(each for each in plain.choices if each.address.part == "guitar" and each.address.section == "B"
                  and len(each.options) > 2 and each.address.purpose.startswith("shape"))
    at, other = choice.address, choice.options[choice.runner_up or 0]
    line = f'choose: {{guitar: {{B: {{"{at.bar} {at.purpose}": "{other}", "1 nothing": x}}}}}}\n'
    path = tmp_path / "chosen.yaml"
    path.write_text(song(line))
    chosen = plan(path)
    again = next(each for each in chosen.performance.choices if each.address == at)
    assert again.options[again.pick] == other != choice.options[choice.pick]
    assert again.probabilities == choice.probabilities
    assert ("guitar", "B") in differing(plain, chosen.performance)
    assert not {("drums", "B"), ("piano", "A"), ("guitar", "A")} & differing(plain, chosen.performance)
    told = [notice for notice in chosen.notices if notice.startswith("choose")]
    assert told == ['choose: guitar: B: "1 nothing": x has no effect: nothing is chosen there.']


@pytest.mark.parametrize(("old", "new"), [
    ("name: C, like: B", "name: C, like: A"), ('C, like: B, harmony: "| Am | F |', 'C, like: B, harmony: "| F | Am |'),
    ("name: C, ", "name: C, tempo: 90, "), ("sections:", "reroll: {guitar: {C: 1}, voice: {C: 2}}\nsections:"),
    ("sections:", "choose: {bass: {C: {1 x: y}}}\nsections:")])
def test_a_song_that_goes_on_from_where_another_was_is_the_song_from_its_beginning(
        old: str, new: str, tmp_path: Path) -> None:
    was = Composition.of(read(tmp_path, song()), remembers=True)
    was.play()
    before = was.performance()
    score = read(tmp_path, song().replace(old, new))
    now = was.changed(score)
    assert now.heard  # it does not begin at the beginning
    now.play()
    assert now.performance() == compose(score)
    assert was.performance() == before
