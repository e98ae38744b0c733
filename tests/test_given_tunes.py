"""Laws of the tune that a score gives: whole or as a motif, with pickups and melismas, and the same again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from singing import VERSE, lines_of, perform
from stages import played, score_of

from scores.composing.stage import Draft
from scores.lyrics.line import HELD

PLAY = {"style": "sung", "notes": "| G4:1/4 A4 B4 D5 | C5:1/2. r:1/4 |"}
SECTION = {"name": "Chorus", "bars": 2, "harmony": "| G | C |", "lyrics": ["Carry me home now"],
           "play": {"player": PLAY}}


def sung(row: list[Draft]) -> list[tuple[float, float, str]]:
    """Onset, pitch and spelling of each syllable."""
    return [(d.onset_beats, d.pitch, d.utterance.syllable) for d in row if d.utterance and d.utterance.syllable]


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_same_is_the_same_note_for_note_over_other_chords_and_at_any_temperature(seed: int) -> None:
    chorus = {"name": "Chorus", "bars": 8, "harmony": "| Cm | Ab | Eb | Bb | Cm | Ab | G7 | Cm |", "lyrics": VERSE,
              "play": {"player": "sung"}}
    again = chorus | {"name": "Chorus 2", "same": "Chorus", "harmony": "| Ab | Fm | Cm | G7 |"}
    first, second = played(score_of(seed=seed, temperature=1.5, sections=[chorus, again]))
    assert [(on + 32, pitch, text) for on, pitch, text in sung(first)] == sung(second)


def test_the_same_in_a_higher_key_is_as_much_higher() -> None:
    again = SECTION | {"name": "Chorus 2", "same": "Chorus", "key": "A major", "play": {"player": "sung"}}
    first, second = played(score_of(key="G major", sections=[SECTION, again]))
    assert [pitch + 2 for _, pitch, _ in sung(first)] == [pitch for _, pitch, _ in sung(second)]


@pytest.mark.parametrize(("words", "pitches"), [
    ("Carry me on and home now", 7), ("Home now", 2), ("Carry me home", 4)])
def test_the_same_tune_takes_more_and_fewer_syllables(words: str, pitches: int) -> None:
    again = SECTION | {"name": "Chorus 2", "same": "Chorus", "lyrics": [words], "play": {"player": "sung"}}
    first, second = played(score_of(key="G major", sections=[SECTION, again]))
    assert len(sung(second)) == pitches
    assert {pitch for _, pitch, _ in sung(second)} <= {pitch for _, pitch, _ in sung(first)}
    assert sung(second)[0][0] == 8


def test_a_motif_is_what_the_lines_of_a_chorus_begin_with_and_say_again() -> None:
    motif = "| E4:1/4 G4:1/8 A4:1/8 G4:1/2 |"
    hits, again = [], []
    for seed in range(1, 7):
        section = {"name": "Chorus", "bars": 8, "harmony": "| C | C | F | C |", "play": {"player": {
            "style": "sung", "motif": motif}}, "lyrics": ["Sing it over water tonight", "sing it under heaven above",
                                                          "bells are on the morning air", "bring it over home again"]}
        ((_, drafts),) = perform(score_of(seed=seed, key="C major", tempo=100, sections=[section]))
        lines = lines_of(drafts)
        hits.append(np.diff([d.pitch for d in lines[0][:4]]).tolist() == [3, 2, -2])
        rhythm = [d.onset_beats - lines[0][0].onset_beats for d in lines[0][:4]]
        again.append(rhythm)
    assert np.mean(hits) >= 0.8
    assert sum(row == [0, 1, 1.5, 2] for row in again) >= 4


def test_an_underscore_holds_a_syllable_on_one_note_more_and_is_not_printed() -> None:
    tune = "| G4:1/4 A4 B4 D5 | C5:1/2 B4:1/4 A4 |"
    score = score_of(play={"style": "sung", "notes": tune}, bars=2, key="G major", harmony="| G | C |",
                     section_lyrics=["Carry _ me home _ _"])
    (row,) = played(score)
    assert [text for *_, text in sung(row)] == ["Car", "ry", HELD, "me", "home", HELD, HELD]
    assert score.sections[0].lyrics[0].text == "Carry me home"
    held = [d.utterance.phones for d in row if d.utterance and d.utterance.syllable == HELD]
    assert held == [("IY0",), ("AO1",), ("OW1", "M")]


def test_a_composed_tune_may_have_melismas_where_the_score_writes_them_or_the_style_asks() -> None:
    def held(play: Any, line: str) -> int:
        score = score_of(seed=3, play=play, bars=4, tempo=60, key="C major", harmony="| C | F |", section_lyrics=[line])
        return sum(text == HELD for *_, text in sung(played(score)[0]))

    assert held("sung", "Glory _ _ to the morning") == 2 and held("sung", "Glory to the day") == 0
    assert held({"style": "sung", "melisma": 1}, "Go the whole way, carry me high") >= 1


def test_a_short_first_bar_of_a_written_tune_is_sung_before_the_bar_line() -> None:
    section = {"name": "A", "bars": 2, "harmony": "| G | C |", "play": {"player": "sung"}, "lyrics": ["Home now"]}
    notes = PLAY | {"notes": "| D4:1/4 " + PLAY["notes"]}
    tune = SECTION | {"lyrics": ["And carry me home now"], "play": {"player": notes}}
    _, row = played(score_of(key="G major", sections=[section, tune]))
    assert sung(row)[0] == (7, 62, "And") and [on for on, *_ in sung(row)] == [7, 8, 9, 10, 11, 12]
