"""Listening while a song is written: a real server, a real edit, a real browser; and an end that leaves nothing."""

from __future__ import annotations

import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tiny import tiny, tiny_job

from render.catalogue import catalogue
from render.console.report import Quiet
from render.listen.desk import moved
from render.listen.moment import moment, on_the_desk
from render.listen.whole import whole
from scores.reading.read import read_score

FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
SCORE = """\
title: Draft
tempo: 120
key: C minor
rubato: 0
seed: 3   # mine
parts:
  tone: {instrument: glass}
  guitar: {instrument: steel_guitar}
sections:
  - name: A
    harmony: "| Cm | Ab | Fm | G |"
    play:
      tone: {notes: "| C4:1/1 | C4:1/1 | C4:1/1 | C4:1/1 |"}
      guitar: fingerpick
"""
FIXED = """([what, label]) => [...document.querySelectorAll("#why .choice")].some((each) =>
    each.querySelector("h3").textContent === what && each.textContent.includes("fixed by the score")
    && each.querySelector("[aria-pressed=true] span").textContent === label)"""


@pytest.mark.parametrize(("old", "new"), [
    ("E5:1/2 A5:1/2 |", "C5:1/2 F5:1/2 |"), ("pan: -0.6, sends: {room: -6}", "pan: 0.6, sends: {room: -6}")])
def test_a_moment_is_nearly_what_the_whole_song_becomes(tmp_path: Path, old: str, new: str) -> None:
    """Seen from the song before, most of the difference is there; where nothing changed there is no moment."""
    before, job = whole(tiny_job(tmp_path), "1.wav", tmp_path, 2, Quiet()), tiny_job(tmp_path, (old, new))
    found = moment(job, before, 2.03, 1.5, map, Quiet())
    assert found
    sound, start = found
    assert start == pytest.approx(2.0)
    after = whole(job, "2.wav", tmp_path, 2, Quiet())
    span = slice(2 * 48000, 2 * 48000 + sound.samples.shape[1])
    heard, was, becomes = (np.asarray(each, np.float64) for each in (
        sound.samples, before.mastered.samples[:, span], after.mastered.samples[:, span]))
    assert np.std(heard - becomes) < 0.15 * np.std(was - becomes)
    assert moment(tiny_job(tmp_path), before, 2.03, 1.5, map, Quiet()) is None
    assert moment(job, after, 2.03, 1.5, map, Quiet()) is None


@pytest.mark.parametrize(("old", "new", "now", "off"), [
    ("felt_piano, level: -3", "felt_piano, level: -9", ("piano", -9.0, None), 0.001),
    ("felt_piano, level: -3", "felt_piano, level: -3, pan: 0.5", ("piano", None, 0.5), 0.001),
    ("glass, pan: -0.6", "glass, level: -6, pan: -0.6", ("bells", -6.0, None), 0.001),
    ("pan: -0.6", "pan: 0.4", ("bells", None, 0.4), 0.5)])  # its room is turned with it, and played soon after
def test_a_level_or_a_place_is_heard_as_if_the_part_were_played(
        tmp_path: Path, old: str, new: str, now: tuple[str, float | None, float | None], off: float) -> None:
    before = whole(tiny_job(tmp_path), "", tmp_path, 2, Quiet())
    known, played = on_the_desk(before, *now, 2.0, 1.5), moment(tiny_job(tmp_path, (old, new)), before, 2.0, 1.5, map,
                                                               Quiet())
    assert known
    assert played
    assert known[1] == played[1]
    heard, becomes, was = (np.asarray(each, np.float64) for each in (
        known[0].samples, played[0].samples, before.mastered.samples[:, 2 * 48000:][:, :known[0].samples.shape[1]]))
    assert np.std(heard - becomes) < off * np.std(was - becomes)


def test_a_number_that_was_changed_is_found_in_the_text_and_nothing_else_is(tmp_path: Path) -> None:
    source = read_score(tiny(tmp_path), catalogue())
    text = (tmp_path / "tiny.yaml").read_text()
    for old, new, part, level, pan in (("level: -3,", "level: -13.5,", "piano", -13.5, None),
                                       ("pan: -0.6", "pan: 0.6", "bells", None, 0.6),
                                       ("level: -6}\nmix", "level: -60}\nmix", "last", -60, None)):
        assert moved(source, text.replace(old, new)) == (part, level, pan)
    for old, new in (("pan: -0.6", "pan: -7"), ("pan: -0.6", "pan: left"), ("room: -6", "room: -7"), ("A4", "A5"),
                     ("level: -3,", "level: -3, pan: 1,"), ("level: -3", "lever: -3"), ("level: -3", "level: 3e1")):
        assert moved(source, text.replace(old, new)) is None
    assert moved(source, text) is None


class Listening:
    """The command in a process of its own, as a user starts it."""

    def __init__(self, folder: Path) -> None:
        self.score = folder / "draft.yaml"
        self.score.write_text(SCORE, encoding="utf-8")
        (folder / "secret.txt").write_text("not yours")
        above = Path(__file__).parents[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "render", "listen", str(self.score), "--no-browser"], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(above), "TMPDIR": str(folder)})
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip()

    def change(self, old: str, new: str) -> None:
        text = self.score.read_text(encoding="utf-8")
        assert old in text
        self.score.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    begun = Listening(tmp_path_factory.mktemp("draft"))
    yield begun
    begun.process.kill()
    begun.process.wait()


@pytest.fixture(scope="module")
def window(listening: Listening) -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        opened = browser.new_page(bypass_csp=True)  # Playwright waits by eval
        opened.goto(listening.address)
        opened.wait_for_function("window.page && page.live && page.player.mix.element.duration > 0")
        yield opened
        browser.close()


def test_a_save_is_heard_where_the_playhead_is_and_the_page_shows_it(listening: Listening, window: Any) -> None:
    window.keyboard.press("Space")
    window.wait_for_function("page.player.seconds > 0.5")
    source = window.evaluate("page.player.mix.element.currentSrc")
    listening.change("title: Draft", "title: Second draft")
    listening.change('"| C4:1/1', '"| G4:1/1')
    window.wait_for_function("document.title === 'Second draft'")
    assert window.evaluate("page.player.mix.element.currentSrc") != source
    assert window.evaluate("!page.player.mix.element.paused && page.player.seconds > 0.5")


def test_a_fault_is_shown_at_its_line_and_the_last_good_sound_goes_on(listening: Listening, window: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    source = window.evaluate("page.player.mix.element.currentSrc")
    listening.change("instrument: glass", "instrument: glas")
    window.wait_for_selector("#faults:not([hidden])")
    said = window.locator("#faults").text_content()
    assert "Line 7, column " in said
    assert "did you mean glass?" in said
    assert window.evaluate("page.player.mix.element.currentSrc") == source
    assert window.evaluate("!page.player.mix.element.paused")
    violations = Axe().run(window).response["violations"]
    assert [each["id"] for each in violations if each["impact"] in ("serious", "critical")] == []
    listening.change("instrument: glas", "instrument: glass")
    window.wait_for_selector("#faults", state="hidden")


def test_a_click_tells_why_and_another_choice_is_written_into_the_score(listening: Listening, window: Any) -> None:
    """Chosen, rolled again and locked by keyboard; the rest of the file stays to the byte, and each can be undone."""
    from axe_playwright_python.sync_playwright import Axe

    before = listening.score.read_bytes()
    window.get_by_role("button", name="Why guitar plays so").press("Enter")
    window.wait_for_selector("#why:not([hidden]) .option")
    assert "guitar, A, bar" in window.locator("#why-title").text_content()
    choice = window.locator("#why .choice", has=window.locator("button.option[aria-pressed=false]")).first
    shares = [float(each.split()[0]) for each in choice.locator(".share").all_text_contents()]
    assert 50 < sum(shares) < 101
    what = choice.locator("h3").text_content()
    other = choice.locator("button.option[aria-pressed=false]").first
    label = other.locator("span").first.text_content()
    other.press("Enter")
    window.wait_for_function(FIXED, arg=[what, label])
    now = listening.score.read_bytes()
    assert now.startswith(before) and now[len(before):].startswith(b"choose: {guitar: {A: {\"")
    assert now.count(b"\n") == before.count(b"\n") + 1
    violations = Axe().run(window).response["violations"]
    assert [each["id"] for each in violations if each["impact"] in ("serious", "critical")] == []
    for button, line in (("Play it otherwise here", b"reroll: {guitar: {A: 1}}\n"),
                         ("Lock A", b"lock: {guitar: {A: 3}}\n")):
        window.get_by_role("button", name=button).press("Enter")
        window.wait_for_function("document.querySelector('#why .said').textContent === 'Written into the score.'")
        assert listening.score.read_bytes().endswith(line)
        now += line
    assert listening.score.read_bytes() == now
    for _ in range(3):
        window.get_by_role("button", name="Undo").press("Enter")
        window.wait_for_function("document.querySelector('#why .said').textContent === 'Taken back.'")
    assert listening.score.read_bytes() == before


def test_takes_are_heard_in_turn_at_one_loudness_and_one_is_kept(listening: Listening, window: Any) -> None:
    window.wait_for_function("!document.querySelector('#live:not([hidden])')")
    window.get_by_role("button", name="Make 3 takes").press("Enter")
    window.wait_for_function("document.querySelectorAll('#takes .hears').length === 4")
    song = window.evaluate("page.player.mix.element.currentSrc")
    for found in ("take4.mp3", song, "take4.mp3"):
        window.keyboard.press("x")
        window.wait_for_function("(found) => page.player.mix.element.currentSrc.endsWith(found)", arg=found)
    volumes = window.evaluate("page.live.takes.told.takes.map((each) => 20 * Math.log10(each.volume) + each.lufs)")
    assert max(volumes) - min(volumes) < 0.02
    assert window.evaluate("page.player.mix.element.volume") == pytest.approx(
        window.evaluate("page.live.takes.told.takes[0].volume"))
    window.get_by_role("button", name="Keep seed 5").press("Enter")
    window.wait_for_function("page.live.takes.told.takes.length === 0")
    assert "\nseed: 5   # mine\n" in listening.score.read_text()
    window.wait_for_function("page.player.mix.element.currentSrc.endsWith('wav') && "
                             "!document.querySelector('#live:not([hidden])')")


def answer(address: str, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.content = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def test_without_the_token_or_outside_the_demo_there_is_nothing(listening: Listening, window: Any) -> None:
    token = listening.address.split("/")[3]
    for path in ("/", "/index.html", "/wrong/", f"/{token[:-1]}/", "/secret.txt"):
        assert answer(listening.address, path).status == 403, path
    for path in ("../secret.txt", "secret.txt", "%2e%2e/secret.txt", str(listening.score.with_name("secret.txt"))):
        found = answer(listening.address, f"/{token}/{path}")
        assert found.status == 404, path
        assert b"not yours" not in found.content
    assert answer(listening.address, f"/{token}/", Host="evil.example").status == 403
    assert listening.address.startswith("http://127.0.0.1:")


def test_a_browser_can_seek_in_the_sound(listening: Listening, window: Any) -> None:
    """Any range of bytes is that of the whole file, which is a 24-bit WAV file of the song's length."""
    window.wait_for_function("page.player.mix.element.duration > 7.9")  # the whole song, and no moment of it
    path = "/" + window.evaluate("page.player.mix.element.currentSrc").split("/", 3)[3]
    whole = answer(listening.address, path)
    assert whole.status == 200
    data, rate = soundfile.read(io.BytesIO(whole.content))
    assert (data.shape, rate) == ((8 * 48000, 2), 48000)
    assert np.abs(data).max() > 0.1
    for asked, start, stop in (("bytes=0-", 0, None), ("bytes=1000-1999", 1000, 2000), ("bytes=200001-", 200001, None),
                               ("bytes=-7", -7, None), ("bytes=20-99", 20, 100)):
        part = answer(listening.address, path, Range=asked)
        assert part.status == 206
        assert part.content == whole.content[start:stop], asked
    assert answer(listening.address, path, Range=f"bytes={len(whole.content)}-").status == 416


def test_ctrl_c_leaves_nothing(listening: Listening, window: Any) -> None:
    """No process of its session, no open port, no file beside the score: while pages are open."""
    process, host = listening.process, listening.address.split("/")[2]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(host.split(":"), timeout=5)
    assert sorted(path.name for path in listening.score.parent.iterdir()) == ["draft.yaml", "secret.txt"]
    assert "Traceback" not in process.stdout.read()
