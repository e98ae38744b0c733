"""The form of a song: sections that repeat, and their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import faults, read

from scores.compose import compose
from scores.performance import Performance, sung_phrases
from scores.score import Score

HEAD = """\
title: Form
tempo: 120
key: D dorian
temperature: 0
parts:
  drums: {instrument: drum_kit}
  piano: {instrument: upright_piano}
  voice: {instrument: guide_vocal}
"""
SECTIONS = """\
sections:
  - {name: Verse 1, bars: 4, harmony: "| Dm | G | C | Am |", play: {piano: piano, voice: sung}, lyrics: [walking down]}
  - {name: Verse 2, bars: 4, harmony: "| Dm | G | C | Am |", play: {piano: piano, voice: sung}, lyrics: [walking up]}
  - {name: Chorus, bars: 4, harmony: "| F | C | F | G |", play: {piano: piano, voice: sung}, lyrics: [oh my river, sea]}
"""


def song(folder: Path, order: str, sections: str = SECTIONS) -> Score:
    return read(folder, HEAD + order + sections).score


def names(score: Score) -> list[str]:
    return [section.name for section in score.sections]


def tune(performance: Performance, index: int) -> list[tuple[float, float, float]]:
    """Onset, length and pitch of each syllable of a section, relative to its start."""
    span = performance.sections[index]
    return [(round(note.onset_beats - span.start_beats, 6), round(note.duration_beats, 6), note.pitch)
            for phrase in sung_phrases(performance.notes["voice"]) for note in phrase.notes
            if span.start_beats - 1 <= note.onset_beats < span.end_beats - 1]


def test_an_order_plays_named_sections_as_often_as_it_names_them_under_names_of_their_own(tmp_path: Path) -> None:
    order = "order: [Verse 1, Chorus, Verse 2, Chorus, Chorus: {name: Last, repeat: 2}, Verse 1]\n"
    score = song(tmp_path, order)
    assert names(score) == ["Verse 1", "Chorus", "Verse 2", "Chorus 2", "Last", "Last 2", "Verse 1 (2)"]
    assert [section.name for section in compose(score).sections] == names(score)
    assert [section.like for section in score.sections] == [None, None, None, *["Chorus"] * 3, "Verse 1"]
    repeated = song(tmp_path, "", SECTIONS.replace("name: Chorus", "name: Chorus, repeat: 3"))
    assert names(repeated) == ["Verse 1", "Verse 2", "Chorus", "Chorus 2", "Chorus 3"]


def test_a_chorus_that_returns_is_the_same_music(tmp_path: Path) -> None:
    """At temperature 0 its tune and its piano return note for note, whatever stands between."""
    played = compose(song(tmp_path, "order: [Verse 1, Chorus, Verse 2, Chorus]\n"))
    assert len(tune(played, 1)) >= 5
    assert tune(played, 1) == tune(played, 3)
    piano = [[(note.onset_beats - span.start_beats, note.pitch) for note in played.notes["piano"]
              if span.start_beats <= note.onset_beats < span.end_beats] for span in played.sections]
    assert piano[1] == piano[3] and piano[1] != piano[0]


def test_an_entry_of_the_order_says_only_what_differs(tmp_path: Path) -> None:
    """Keys replace those of the section, parts are added to those that play, and one without a value is taken out."""
    order = ("order:\n  - Verse 1\n  - Chorus: {dynamics: f, play: {drums: drums, piano: {style: piano, texture: "
             "block}}}\n  - Chorus: {lyrics: [oh my mountain], play: {piano: }, key: E dorian}\n  - Verse 2\n")
    first, second = song(tmp_path, order).sections[1:3]
    assert list(first.players) == ["piano", "voice", "drums"]
    assert first.dynamics.values[0] > second.dynamics.values[0]
    assert list(second.players) == ["voice"] and second.lyrics[0].text == "oh my mountain"
    assert str(second.key) == "E dorian" and first.lyrics[0].text == "oh my river"


def test_a_section_put_in_between_moves_no_other(tmp_path: Path) -> None:
    """Cues, curves, tempo and tune of each section stay where they are in it."""
    slow = SECTIONS.replace("name: Chorus", "name: Chorus, tempo: '100, ritardando', fermata: end").replace(
        "name: Verse 2", "name: Verse 2, tempo: a tempo")
    short = compose(song(tmp_path, "order: [Verse 1, Chorus, Verse 2]\n", slow))
    long = compose(song(tmp_path, "order: [Verse 1, Verse 2, Chorus, Verse 2]\n", slow))
    for before, after in ((0, 0), (1, 2), (2, 3)):
        spans = short.sections[before], long.sections[after]
        one, other = (span.end_seconds - span.start_seconds for span in spans)
        assert one == pytest.approx(other)
    assert tune(short, 1) == tune(long, 2)


def test_a_section_returns_in_the_key_meter_and_tempo_that_it_had(tmp_path: Path) -> None:
    """What the section before has changed holds for new sections, not for one that was heard before."""
    text = SECTIONS.replace("name: Chorus", "name: Chorus, key: G major, meter: 3/4, tempo: '90, ritardando'").replace(
        "name: Verse 2", "name: Verse 2, key: A minor, tempo: 100")
    order = "order: [Verse 1, Chorus, Verse 1, Chorus, Verse 2, Verse 1]\n"
    played = compose(song(tmp_path, order, text))
    first = {bar.section: bar for bar in reversed(played.bars)}
    course = [(first[i].key.short, str(first[i].meter),
               round(60 / played.tempo.beat_seconds(span.start_beats))) for i, span in enumerate(played.sections)]
    verse, chorus = ("Dm", "4/4", 120), ("G", "3/4", 90)
    assert course == [verse, chorus, verse, chorus, ("Am", "3/4", 100), verse]


@pytest.mark.parametrize(("order", "line", "message", "allowed"), [
    ("order: [Verse 1, Chrous]", 9, 'unknown section "Chrous"', "Verse 1, Verse 2, Chorus"),
    ("order: [Verse 1, Chorus: {dynamics: loud}]", 9, '"dynamics" cannot be read', "ppp"),
    ("order: [Verse 1, Chorus: {bar: 3}]", 9, 'unknown key "bar"', "bars"),
    ("order: [Verse 1, Chorus: {repeat: 99}]", 9, '"repeat" is out of range: 99', "from 1 to 16"),
    ("order: [Verse 1, Chorus: loud]", 9, "order", ""),
    ("order: Verse 1", 9, '"order" is a text', "a list"),
    ("order: [Chorus: {play: {drum: drums}}, Verse 1]", 9, 'unknown part "drum"', "drums")])
def test_a_mistake_in_the_order_is_told_at_its_place(tmp_path: Path, order: str, line: int, message: str,
                                                     allowed: str) -> None:
    found = faults(tmp_path, HEAD + order + "\n" + SECTIONS)
    assert [each.line for each in found] == [line]
    assert message in found[0].message and allowed in (found[0].allowed or "")


def test_a_mistake_in_a_section_that_is_played_twice_is_told_once(tmp_path: Path) -> None:
    wrong = SECTIONS.replace("voice: sung}, lyrics: [oh", "voice: {style: sung, enters: 9}}, dynamics: loud, "
                             "lyrics: [oh")
    found = faults(tmp_path, HEAD + "order: [Verse 1, Verse 2, Chorus, Chorus]\n" + wrong)
    assert len(found) == len({(fault.line, fault.column) for fault in found})
    assert {fault.line for fault in found} == {13}


def test_a_section_that_the_order_leaves_out_is_told(tmp_path: Path) -> None:
    told = read(tmp_path, HEAD + "order: [Verse 1, Chorus]\n" + SECTIONS).warnings
    assert [(each.line, each.message) for each in told] == [(13, '"Verse 2" is not in the order: nobody plays it')]
