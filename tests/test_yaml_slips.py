"""Slips in YAML are told with the line as it should stand, and what comes after them is read on."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import faults

from scores.format.source import Source

SONG = """\
title: Song
tempo: 100
key: C major
parts:
  voice: {instrument: hum}
sections:
  - name: A
    bars: 4
    play: {voice: sung}
    lyrics:
      - LINE
      - another line
  - name: B
    bars: 0
    play: {voice: sung}
"""


@pytest.mark.parametrize("line", [
    '"Hello," she said', "'Hello,' she said", "true", "said: hello", "@home again", "[Verse] it is", "[a, b]", "%one"])
def test_a_lyric_line_that_needs_quotes_is_shown_in_them_and_later_faults_are_told(line: str, tmp_path: Path) -> None:
    told = faults(tmp_path, SONG.replace("LINE", line))
    assert [(fault.line, fault.message.partition(":")[0]) for fault in told][1:] == [(14, '"bars" is out of range')]
    assert told[0].line == 11
    assert "in quotes" in (told[0].allowed or "")
    put_right = SONG.replace("LINE", told[0].nearest or "")
    assert [fault.line for fault in faults(tmp_path, put_right)] == [14]
    assert Source(put_right).root.data["sections"][0]["lyrics"][0] == line  # type: ignore[union-attr]


def test_every_line_that_cannot_be_read_is_told_with_the_faults_around_it(tmp_path: Path) -> None:
    text = (SONG.replace("LINE", '"Hello," she said').replace("title: Song", "title: Song: 9")
            .replace("C major", "C majorr").replace("name: B", "name: B: the end"))
    assert [fault.line for fault in faults(tmp_path, text)] == [1, 3, 11, 13, 14]


def test_a_tab_may_stand_between_a_key_and_its_value() -> None:
    source = Source("tempo:\t100\nparts:\n  - a: \t b\nlyrics: |\n  la\tla\n")
    assert not source.faults and source.root is not None
    assert source.root.data == {"tempo": 100, "parts": ({"a": "b"},), "lyrics": "la\tla\n"}


@pytest.mark.parametrize("comment", ["instrument: hum #mine", "instrument: hum # 1 of 2"])
def test_a_comment_behind_a_name_of_ours_is_a_comment(comment: str, tmp_path: Path) -> None:
    text = SONG.replace("{instrument: hum}", f"\n    {comment}").replace("LINE", "la")
    assert [fault.message[:6] for fault in faults(tmp_path, text)] == ['"bars"'] and not Source(text).warnings


def test_a_comment_that_cuts_a_title_off_is_a_warning_with_the_whole_title_in_quotes() -> None:
    (warning,) = Source('title: The "one" #9\nkey: C major #sad\n').warnings
    assert (warning.line, warning.column, warning.found) == (1, 18, "#9")
    assert warning.allowed is not None and warning.allowed.endswith("""'The "one" #9'""")


def test_a_key_that_loses_its_sharp_and_its_mode_to_a_comment_is_told() -> None:
    (warning,) = Source("title: A\nkey: C # minor\n").warnings
    assert (warning.line, warning.column) == (2, 8) and warning.allowed is not None
    assert '"C # minor"' in warning.allowed
