"""``python -m render import``: what is written where, what is said, what is refused."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from render.cli import main
from scores.faults import InputError
from scores.sheets.convert import convert
from scores.sheets.page import text_of

PAGE = ("Small Rain\n\nStyle: folk, acoustic guitar\nTempo: 90\nKey: G\n\n"
        "[Verse]\nSmall rain on the window\nSmall bread on the shelf\n")
HOSTILE = {
    "empty.txt": b"", "blank.txt": b" \n\n", "binary.md": bytes(range(256)) * 40, "large.md": b"la la la\n" * 300_000,
    "page.md": b"<!DOCTYPE html><html><body><div><p>hello</p></div></body></html>",
    "chords.txt": b"Am F C G\nAm F C G\n", "tab.txt": b"e|---0---3---5---|\nB|---1---0---2---|\n",
    "hebrew.txt": "שלום עולם\nאני שר לך\n".encode(), "headings.md": b"[Verse]\n\n[Chorus]\n",
    "emoji.md": "🔥🔥\n".encode(),
    "midi.mid": b"MThd\0\0", "xml.musicxml": b"<score-partwise><part></score", "tune.abc": b"X:1\nT:x\nK:C\n",
    "entities.musicxml": b'<!DOCTYPE x [<!ENTITY a "b">]><score-partwise version="3.1">&a;</score-partwise>',
    "brackets.md": b"[" * 3900, "long.md": b"a" * 100_000, "hours.md": b"[Verse]\n" + b"la la la la\n" * 4_900}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_page_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(InputError) as caught:
        convert(HOSTILE[name], name)
    assert caught.value.message and caught.value.allowed


def test_a_refused_page_ends_with_code_2_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(HOSTILE["page.md"])
    assert main(["import", str(page)]) == 2
    assert main([str(page), "--check"]) == 2
    assert "HTML" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [page]
    assert main(["import", str(tmp_path / "none.md")]) == 2


def test_the_score_is_written_beside_the_page_and_tells_what_it_guessed(tmp_path: Path,
                                                                         capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "rain.md"
    page.write_text(PAGE, encoding="utf-8")
    assert main(["import", str(page)]) == 0
    told = capsys.readouterr().out
    assert "understood  Small Rain: 1 sections, 2 lines in English, 90 BPM, 4/4, G major" in told
    assert "guessed     the chords" in told
    text = (tmp_path / "rain.yaml").read_text(encoding="utf-8")
    assert "guessed: a verse in G major" in text and 'guessed from "acoustic guitar"' in text
    assert "seed" not in text and "temperature" not in text and "meter" not in text  # defaults
    assert main([str(tmp_path / "rain.yaml"), "--check"]) == 0


def test_a_score_that_somebody_has_edited_is_not_written_over(tmp_path: Path) -> None:
    page, score = tmp_path / "rain.md", tmp_path / "rain.yaml"
    page.write_text(PAGE, encoding="utf-8")
    assert main(["import", str(page)]) == 0
    page.write_text(PAGE + "Small light on the water\n", encoding="utf-8")
    assert main(["import", str(page)]) == 0  # nobody has touched it: it follows the page
    mine = score.read_text(encoding="utf-8").replace("tempo: 90", "tempo: 91")
    score.write_text(mine, encoding="utf-8")
    assert main(["import", str(page)]) == 2
    assert score.read_text(encoding="utf-8") == mine
    assert main(["import", str(page), "--out", str(tmp_path / "other.yaml")]) == 0


def test_a_page_is_checked_without_leaving_a_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "rain.txt"
    page.write_text(PAGE, encoding="utf-8")
    assert main([str(page), "--check", "--seed", "3"]) == 0
    assert "seed 3" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [page]


def test_standard_input_becomes_standard_output(monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    assert main(["import", "-"]) == 0
    said = capsys.readouterr()
    assert said.out == convert(PAGE.encode(), "-").yaml
    assert "understood" in said.err


@pytest.mark.parametrize("arguments", [["--seed", "x"], ["--temperature", "99"], ["--nonsense"]])
def test_a_wrong_option_is_refused(arguments: list[str], tmp_path: Path) -> None:
    page = tmp_path / "rain.md"
    page.write_text(PAGE, encoding="utf-8")
    assert main(["import", str(page), *arguments]) == 2
    assert list(tmp_path.iterdir()) == [page]


def test_a_line_without_a_word_is_left_out_and_told() -> None:
    made = convert(b"[Verse]\nOne small line\n#_#\nAnd another\n", "x.md")
    assert "#_#" not in made.yaml and any("#_#" in line for line in made.left_out)


@pytest.mark.parametrize(("data", "text"), [
    ("don’t – “yes”".encode("cp1252"), "don’t – “yes”"), ("été".encode("latin-1"), "été"),
    ("don\u0092t".encode(), "don’t"), ("où été là ça".encode() + b"\xff!", "où été là ça\ufffd!"),
    ("a\ufffeb\u0081c".encode(), "abc"), ("Grüße".encode("utf-16"), "Grüße")])
def test_a_page_of_another_encoding_is_read_and_has_no_sign_that_a_score_cannot_hold(data: bytes, text: str) -> None:
    assert text_of(data) == text


def test_a_score_on_standard_output_is_utf_8_whatever_the_console_is(
        monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PAGE}Лес и 日本\n".encode())))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="cp1252"))
    assert main(["import", "-"]) == 0
    assert "Лес и 日本" in out.getvalue().decode()
