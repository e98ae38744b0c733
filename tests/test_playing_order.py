"""Repeats, endings, D.C., D.S., Fine and Coda: bars are played in the order in which a band plays them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scores.notation_in.written import written_in
from scores.sheets.convert import convert
from scores.sheets.forms.playing_order import Turns, playing_order, words_of

# A bar a letter: "(" opens a repeat, ")" closes it, digits before a letter are its endings, "!" stops an ending;
# $ segno, @ coda, > to coda, F fine, C da capo, S dal segno stand behind their letter.
FORMS = {
    "abc": "abc",
    "(ab)c": "ababc",
    "ab)c": "ababc",
    "(a)(b)c": "aabbc",
    "(a1b)2c!d": "abacd",
    "(a12b)3c!d": "ababacd",
    "(a1b)d": "abad",
    "(a1bc)2de!f": "abcadef",
    "abFcC": "abcab",
    "ab$c>dSe@f": "abcdbcef",
    "(ab)cC": "ababcabc",
    "(a1b)2c!dFeC": "abacdeacd",
    "a$(b1c)2d!>eSf@": "abcbdeabdf",
}
# Two signs of the coda and no word of it: who goes there is left to the reader, and some programs do not.
UNSAID = {"a@bSc@": "abac"}
MARKS = {"$": "segno", "@": "coda", ">": "to coda", "F": "fine", "C": "da capo", "S": "dal segno"}


def bars_of(form: str) -> tuple[list[Turns], str]:
    bars, letters, opens, endings = list[Turns](), "", False, frozenset[int]()
    for sign in form:
        if sign == "(":
            opens = True
        elif sign.isdigit():
            endings |= {int(sign)}
        elif sign == ")":
            bars[-1].closes = 2
        elif sign == "!":
            bars[-1].stops = True
        elif sign in MARKS:
            bars[-1].marks |= {MARKS[sign]}
        else:
            bars.append(Turns(opens=opens, endings=endings))
            letters, opens, endings = letters + sign, False, frozenset()
    return bars, letters


@pytest.mark.parametrize(("form", "played"), [*FORMS.items(), *UNSAID.items()])
def test_a_form_is_played_as_a_band_plays_it(form: str, played: str) -> None:
    bars, letters = bars_of(form)
    assert "".join(letters[place] for place in playing_order(bars, 99)) == played


@given(st.text("abcd(123)!$@>FCS", max_size=24))
def test_any_marks_have_an_order_of_bars_that_are_there(form: str) -> None:
    try:
        bars, letters = bars_of(form)
    except IndexError:  # a mark before the first bar
        return
    order = playing_order(bars, 200)
    assert len(order) <= 200
    assert set(order) <= set(range(len(letters)))
    assert not bars or order[:1] == [0] or bars[0].endings


def test_words_of_a_score_are_marks() -> None:
    said = {"D.S. al Coda": {"dal segno"}, "D.C. al Fine": {"da capo"}, "Da Capo": {"da capo"}, "To Coda": {"to coda"},
            "Fine": {"fine"}, "D.C.": {"da capo"}, "fine art": set()}
    assert {text: words_of(text) for text in said} == said


BAR = """<measure number="{n}">{left}{attributes}{before}<note><pitch><step>{step}</step><octave>4</octave></pitch>
<duration>4</duration><type>whole</type>{lyrics}</note>{after}{right}</measure>"""


def document(form: str, verses: int = 1) -> bytes:
    """The form as MusicXML, each bar a note of its letter, with as many verses."""
    bars, letters = bars_of(form)
    measures, ending = [], frozenset[int]()
    for n, (turns, letter) in enumerate(zip(bars, letters, strict=True)):
        ending = turns.endings or ending
        number = ", ".join(map(str, sorted(ending)))
        starts = f'<ending number="{number}" type="start"/>' if turns.endings else ""
        opens = '<repeat direction="forward"/>' if turns.opens else ""
        left = f'<barline location="left">{starts}{opens}</barline>' if starts or opens else ""
        ends = turns.closes or turns.stops
        kind = "stop" if turns.closes else "discontinue"
        stops = f'<ending number="{number}" type="{kind}"/>' if ending and ends else ""
        times = f' times="{max(ending, default=1) + 1}"' if len(ending) > 1 else ""
        closes = f'<repeat direction="backward"{times}/>' if turns.closes else ""
        right = f'<barline location="right">{stops}{closes}</barline>' if stops or closes else ""
        ending = frozenset() if ends else ending
        spelled = {"segno": "segno", "coda": "coda", "to coda": "tocoda", "fine": "fine", "da capo": "dacapo",
                   "dal segno": "dalsegno"}
        until = " al Fine" if "F" in form else " al Coda" if ">" in form else ""
        words = {"to coda": "To Coda", "fine": "Fine", "da capo": f"D.C.{until}", "dal segno": f"D.S.{until}"}
        shown = {mark: f"<words>{words[mark]}</words>" if mark in words else f"<{mark}/>" for mark in turns.marks}
        said = {mark: f'<direction><direction-type>{sign}</direction-type><sound {spelled[mark]}="yes"/></direction>'
                for mark, sign in shown.items()}
        lyrics = "".join(f'<lyric number="{verse}"><syllabic>single</syllabic><text>{letter}{verse}</text></lyric>'
                         for verse in range(1, verses + 1))
        measures.append(BAR.format(
            n=n + 1, step=letter.upper(), left=left, right=right, lyrics=lyrics,
            before="".join(text for mark, text in said.items() if mark in ("segno", "coda")),
            after="".join(text for mark, text in said.items() if mark not in ("segno", "coda")),
            attributes="" if n else "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type>"
            "</time></attributes>"))
    return ('<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Voice</part-name></score-part>'
            f'</part-list><part id="P1">{"".join(measures)}</part></score-partwise>').encode()


def test_what_comes_back_with_repeats_is_unfolded_each_time_with_its_verse() -> None:
    written = written_in(document("(a1b)2c!dFeC", verses=2), is_abc=False)
    assert [note.syllable for note in written.parts[0].notes] == ["a1", "b1", "a2", "c1", "d1", "e1", "a2", "c2", "d2"]
    assert [note.tick for note in written.parts[0].notes] == [4 * 960 * place for place in range(9)]


def test_a_sheet_with_dal_segno_is_imported_as_it_is_played() -> None:
    abc = b"X:1\nT:Form\nM:4/4\nL:1/1\nK:C\nA | !segno! B | C !dacoda! | D !D.S.alcoda! | !coda! E | F |]\n"
    for data, name in ((document("ab$c>dSe@f"), "a.musicxml"), (abc, "a.abc")):
        notes = convert(data, name).yaml.split("notes:")[1].split('"')[1]
        assert [token[0] for token in notes.split() if token[0] in "ABCDEFG"] == list("ABCDBCEF")


def test_signs_that_stand_for_the_bars_before_are_written_out() -> None:
    """A sign for one bar, twice, then a bar of its own."""
    style = '<attributes><measure-style><measure-repeat type="{}">1</measure-repeat></measure-style></attributes>'
    data = document("abcd").decode()
    data = data.replace('<measure number="2">', '<measure number="2">' + style.format("start"))
    data = data.replace('<measure number="4">', '<measure number="4">' + style.format("stop"))
    written = written_in(data.encode(), is_abc=False)
    assert [note.key for note in written.parts[0].notes] == [69, 69, 69, 62]
    assert [note.tick for note in written.parts[0].notes] == [0, 3840, 7680, 11520]


@pytest.mark.whole_song
@pytest.mark.skipif(not shutil.which("mscore3"), reason="not installed: musescore3")
def test_musescore_plays_the_forms_in_the_same_order(tmp_path: Path) -> None:
    keys = {"a": 69, "b": 71, "c": 60, "d": 62, "e": 64, "f": 65}
    for n, (form, played) in enumerate(FORMS.items()):
        (tmp_path / f"{n}.musicxml").write_bytes(document(form))
        subprocess.run(["mscore3", "-o", tmp_path / f"{n}.mid", tmp_path / f"{n}.musicxml"], check=True,
                       capture_output=True, timeout=60, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
        struck = [message.note for message in mido.MidiFile(tmp_path / f"{n}.mid")
                  if message.type == "note_on" and message.velocity]
        assert (form, "".join(next(name for name in keys if keys[name] == key) for key in struck)) == (form, played)
