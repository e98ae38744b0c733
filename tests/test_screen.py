"""The one door to the terminal: all that is printed is shown and harmless, and printing never ends the program."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from tiny import tiny

from render.cli import main
from render.console.screen import encodable, screen
from render.writers.overview import fit
from render.writers.overview.canvas import Canvas, drawable, text_width

ROOT = Path(__file__).parent.parent
BELL, ESCAPE, OVERRIDE = "\x07", "\x1b", "\u202e"


def check_in(encoding: str, score: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "render", str(score), "--check"], cwd=ROOT, capture_output=True,
                          env=os.environ | {"PYTHONIOENCODING": encoding}, check=False)


def test_a_console_without_our_signs_shows_plainer_ones(tmp_path: Path) -> None:
    score = tiny(tmp_path, ("title: Tiny", 'title: "Grüße — ♯ 日本"'))
    done = check_in("cp1252", score)
    told = done.stdout.decode("cp1252")
    assert done.returncode == 0 and not done.stderr
    assert "Grüße — # ??" in told and "-----" in told


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp850", "cp932", "ascii", "no such encoding"])
def test_what_an_encoding_lacks_is_replaced(encoding: str) -> None:
    shown = encodable("─ – → Grüße ♯9 日本 ✓ \ud800", encoding)
    try:
        shown.encode(encoding)
    except LookupError:
        assert shown.isascii()
    assert "?" in shown and "9" in shown
    assert encodable("plain", encoding) == "plain"


def test_signs_that_command_a_terminal_are_shown_in_their_place() -> None:
    out = io.StringIO()
    screen(out).print(f"a{ESCAPE}[31m{BELL}{OVERRIDE}b\nnext [bold]")
    assert out.getvalue() == "a␛[31m␇<U+202E>b\nnext [bold]\n"


def test_no_name_in_a_score_or_an_option_reaches_the_terminal_raw(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = tiny(tmp_path, ("title: Tiny", 'title: "a\\u202eb\\u2066"'), ("name: A", 'name: "x\\u200by"'))
    assert main([str(score), "--check"]) == 0
    assert main([str(tmp_path / f"none{ESCAPE}[2J{OVERRIDE}.yaml")]) == 2
    assert main([str(score), f"--{ESCAPE}[2J{OVERRIDE}"]) == 2
    assert main([str(score), "--voice", f"{ESCAPE}[2J"]) == 2
    told = "".join(capsys.readouterr())
    assert "a<U+202E>b<U+2066>" in told and "x<U+200B>y" in told
    assert not {ESCAPE, BELL, OVERRIDE, "\u2066", "\u200b"} & set(told)


@pytest.mark.skipif(os.name != "posix", reason="streams are closed by a shell")
@pytest.mark.parametrize("streams", [
    ">&-", ">&- 2>&-", "<&- >&- 2>&-", "> /dev/full", "> /dev/full 2> /dev/full", "| true"])
def test_a_stream_that_takes_nothing_does_not_end_the_program(streams: str) -> None:
    if "/dev/full" in streams and not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    command = f"set -o pipefail; {sys.executable} -m render --help {streams}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    told = "What follows on standard output is lost: no space left on device.\n" if streams == "> /dev/full" else ""
    assert (done.returncode, done.stderr) == (0, told)


@pytest.mark.parametrize(("title", "shown"), [
    ("", "␣"), (" ", "␣"), ("\t", "<U+0009>"), ("a\u2028b", "a<U+2028>b"), ("\u200b", "<U+200B>"),
    (f"a{OVERRIDE}b", "a<U+202E>b"), (f"{ESCAPE}[31m", "<U+001B>[31m"), ("日本", "□□"), ("Café −3 ♯", "Café −3 ♯")])
def test_a_title_is_drawn_as_what_is_seen_of_it(title: str, shown: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert drawable(title) == shown
        assert text_width(title, 10) > 0
        assert fit(title, 200, 60)
        pictures = []
        for text in (title, shown):
            canvas = Canvas(300, 50, "#000000")
            canvas.text(5, 25, text, "#ffffff", 10)
            pictures.append(canvas.pixels.copy())
    assert pictures[0].any() and (pictures[0] == pictures[1]).all()
