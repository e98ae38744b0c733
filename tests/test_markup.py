"""What people paste with their lyrics is not sung and not lost: each is understood as meant or told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.catalogue import catalogue
from render.cli import main
from scores.faults import ScoreError
from scores.format.markup import marks_in, sung_rows, unsung, without_marks
from scores.reading.read import ScoreSource, read_score

HEAD = """\
title: T
tempo: 90
key: C major
parts:
  voice: {instrument: hum}
sections:
  - name: A
    bars: 8
    play: {voice: sung}
    lyrics:"""
HARMONY = '    harmony: "| C |"\n'  # without it the chords among the words are played
# A line as it is written → as it is sung, and how its warning begins.
LINES = {
    "[Verse 1] hello there": ("hello there", "[Verse 1] is a tag"),
    "[Cm]I left the [Abmaj7]town": ("I left the town", "[Cm] [Abmaj7]: chords"),
    "oh my love (x2)": ("oh my love", "(x2) is not sung"), "oh my love x4": ("oh my love", "x4 is not sung"),
    "(whispered) come to me": ("come to me", "(whispered) is a direction"),
    "what the f*** is this": ("what the f*** is this", '"f***" is sung as "f"'),
}
UNSUNG = ["[Verse 1]", "[Chorus - loud, full band]", "[Guitar Solo]", "Chorus:", "Verse 2:", "Cm  Ab  Eb  Bb",
          "| Am | F | C G |", "Am7", "[Pre-Chorus]"]
SUNG = ["A", "I am", "receive logits: [3.2, 1.1, -0.4]", "(oh yeah)", "we are *one*", "Am I", "[Eden] burns",
        "Bridge over it", "end", "solo", "hush, *now*", "A B C, it's easy", "Add it up",
        "Ah Ah Ah", "Go Go Go", "Eh Eh"]


def read(folder: Path, lyrics: str) -> ScoreSource:
    path = folder / "song.yaml"
    path.write_text(HEAD + lyrics, encoding="utf-8")
    return read_score(path, catalogue())


@pytest.mark.parametrize(("written", "sung", "told"), [(line, *rest) for line, rest in LINES.items()])
def test_what_is_no_word_is_taken_out_of_a_line_and_told_where_it_stands(
        written: str, sung: str, told: str, tmp_path: Path) -> None:
    source = read(tmp_path, f" |\n      first of all\n      {written}\n{HARMONY}")
    assert source.score.sections[0].lyrics[1].text == sung
    (warning,) = source.warnings
    assert warning.message.startswith(told) and warning.line == 12
    assert (tmp_path / "song.yaml").read_text(encoding="utf-8").splitlines()[11][warning.column - 1:].startswith(
        warning.found or "?")


def test_a_tag_or_a_row_of_chords_is_no_line_and_later_faults_keep_their_places(tmp_path: Path) -> None:
    rows = "      [Verse 1]\n      Cm   Ab\n      hello you\n\n      [Chorus]\n      goodbye (x2)\n"
    source = read(tmp_path, f" |\n{rows}{HARMONY}")
    assert [line.text for line in source.score.sections[0].lyrics] == ["hello you", "goodbye"]
    assert [warning.line for warning in source.warnings] == [11, 12, 15, 16]
    with pytest.raises(ScoreError) as error:
        read(tmp_path, " |\n      [Verse 1]\n      hello you\n      [Chorus]\n      !!!\n")
    assert [(fault.line, fault.column) for fault in error.value.faults] == [(14, 7)]


@pytest.mark.parametrize("line", UNSUNG)
def test_a_whole_line_that_is_no_line_of_words_is_known(line: str) -> None:
    assert unsung(line) and sung_rows(f"a\n{line}\nb") == ["a", "b"]


@pytest.mark.parametrize("line", SUNG)
def test_words_are_left_as_they_are(line: str) -> None:
    assert unsung(line) is None and without_marks(line) == line and not list(marks_in(line))


def test_a_tag_as_an_entry_of_a_list_is_refused_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as error:
        read(tmp_path, '\n      - hello\n      - "[Verse 1]"\n')
    (fault,) = error.value.faults
    assert fault.line == 12 and fault.message == "[Verse 1] is a tag and not sung"


def test_a_line_that_a_number_sign_cuts_is_told_and_a_comment_is_not(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = read(tmp_path, "\n      - You are my #1 girl\n      - and mine # as always\n      - \"my #1\"\n")
    (warning,) = source.warnings
    assert (warning.line, warning.column) == (11, 20) and warning.allowed
    assert '"You are my #1 girl"' in warning.allowed
    assert main([str(tmp_path / "song.yaml"), "--check"]) == 0
    assert "song.yaml:11:20: the text ends here" in capsys.readouterr().out


def test_a_line_of_a_list_may_be_a_number_or_have_a_colon(tmp_path: Path) -> None:
    source = read(tmp_path, "\n      - 1999\n      - She said: hello\n      - hello\n")
    assert [line.text for line in source.score.sections[0].lyrics] == ["1999", "She said: hello", "hello"]


def test_a_line_that_is_quoted_in_part_is_shown_in_quotes(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as error:
        read(tmp_path, "\n      - one\n      - \"Don't,\" she said\n      - two\n")
    (fault,) = error.value.faults
    assert (fault.line, fault.column) == (12, 9)
    assert fault.allowed == "the whole text in quotes" and fault.nearest == "'\"Don''t,\" she said'"


def test_a_line_that_nobody_sings_is_told(tmp_path: Path) -> None:
    path = tmp_path / "song.yaml"
    path.write_text(HEAD.replace("voice: sung", "voice: {style: sung, enters: 5}") + "\n      - one\n      - two\n",
                    encoding="utf-8")
    (warning,) = read_score(path, catalogue()).warnings
    assert warning.message == "nobody sings line 1: voice is silent in bar 1" and warning.line == 11


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="[]()x2*|Cm# aV:-", max_size=80))
def test_any_line_loses_only_what_is_told(line: str) -> None:
    if unsung(line) is None and without_marks(line) != line:
        assert list(marks_in(line))
