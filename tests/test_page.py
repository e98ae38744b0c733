"""The page of a demo, in a real browser and from disk: it plays, follows, solos, loops, and needs no network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from renderings import note, rendering, song, utterance

from effects.bit_crush import BitCrush
from render.audio.wav import sha256
from render.rendering import Rendering
from render.store.folder import Store
from render.writers import page as writer
from render.writers import player
from render.writers.page import sound
from scores.performance import Gesture

TITLE = 'Small "Söng" </script> & <i>co</i>'
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
# Levels [full scale] below which a stem is silent and above which it sounds.
SILENT, SOUNDS = 1e-4, 1e-3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    """A demo of 12 s whose voice sings from 4 s on, with a glitch; its stems are tones of 110 and 220 Hz."""
    score = song(title=TITLE)
    notes = {"voice": [note(score, 8, 1, 62, utterance=utterance("ev", "everything", last=False)),
                       note(score, 9, 1, 65, utterance=utterance("once", "once", last=True, line=2))]}
    found = rendering(tmp_path_factory.mktemp("demo"), score, notes)
    glitch = Gesture("guitar", BitCrush(), 4, 1, 2.0, 0.5, 0.5, 0.5, 1)
    found = replace(found, performance=replace(found.performance, gestures={"voice": (), "guitar": (glitch,)}))
    writer.write(found)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def opened(browser: Any, made: Rendering) -> Iterator[Any]:
    """The page in a window of 1200 pixels; at the end it has said nothing to the console and asked for files only."""
    window = browser.new_page(viewport={"width": 1200, "height": 900})
    said, asked = [], []
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    window.on("request", lambda request: asked.append(request.url))
    window.goto((made.folder / "index.html").as_uri())
    yield window
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data", "blob"}
    window.close()


@pytest.fixture
def window(opened: Any) -> Iterator[Any]:
    """The page as it is when opened: paused at its beginning, with the mix."""
    opened.evaluate("page.player.pause(); page.player.useMix(); page.player.loopOver(null); page.player.seek(0)")
    yield opened
    opened.evaluate("page.player.pause()")


def seek(window: Any, seconds: float) -> None:
    window.evaluate(f"page.player.seek({seconds})")
    window.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def use_stems(window: Any, solo: str = "1") -> None:
    """Solo a part by its key, and wait for the stems."""
    window.keyboard.press(solo)
    window.wait_for_function("page.player.usesStems && !page.player.isLoading")


def test_it_plays_and_its_clock_runs(window: Any) -> None:
    window.keyboard.press("Space")
    window.wait_for_function("document.querySelector('#now').textContent === '0:01'", timeout=5000)
    assert window.locator("#play").get_attribute("aria-label") == "Pause"
    window.keyboard.press("Space")
    stood = window.evaluate("page.player.seconds")
    assert stood == pytest.approx(1.0, abs=0.6)
    window.wait_for_timeout(100)
    assert window.evaluate("page.player.seconds") == stood


def test_the_word_the_chord_and_the_section_of_a_time_are_shown(window: Any) -> None:
    seek(window, 4.1)
    assert window.locator("#line .now").text_content() == "everything"
    assert window.locator("#next").text_content() == "once"
    assert window.locator("[data-line] .now").text_content() == "everything"
    assert window.locator("#chords .now").text_content() == "Cm"
    assert window.locator("[data-section][aria-current]").text_content().startswith("Verse 1")
    seek(window, 4.6)
    assert window.locator("#line .now").text_content() == "once"
    seek(window, 11)
    assert window.locator("#line.silent").text_content() == "Chorus"


def test_a_solo_silences_the_others_and_the_mix_comes_back(window: Any) -> None:
    """Measured behind each stem's gain while it plays."""
    levels = "[0, 1].map((number) => page.player.stems.level(number))"
    window.keyboard.press("Space")
    use_stems(window)
    window.wait_for_function(f"(([voice, guitar]) => voice > {SOUNDS} && guitar < {SILENT})({levels})")
    window.get_by_role("button", name="Solo guitar").click()  # two solos: both are heard
    window.wait_for_function(f"{levels}.every((level) => level > {SOUNDS})")
    window.get_by_role("button", name="Mute voice").click()
    window.wait_for_function(f"(([voice, guitar]) => guitar > {SOUNDS} && voice < {SILENT})({levels})")
    assert window.evaluate("document.querySelector('#audio').paused")
    assert "stems before the master" in window.locator("#heard").text_content()
    window.get_by_role("button", name="Back to the mix").click()
    window.wait_for_function("!page.player.usesStems && !document.querySelector('#audio').paused")
    assert window.locator("[aria-pressed=true]").count() == 0


def test_the_stems_together_are_the_premaster_sample_for_sample_in_time(window: Any, made: Rendering) -> None:
    """From a start in the middle of a piece: no encoder's delay is left, no stem is late, and none is softer."""
    use_stems(window)
    offset, seconds = 3.21, 1.5
    heard = window.evaluate("""async ([offset, seconds]) => {
        const { gain } = JSON.parse(document.getElementById("song").textContent);
        const rate = page.player.stems.context.sampleRate;
        const context = new OfflineAudioContext(2, seconds * rate, rate);
        const stems = new page.Stems(page.player.stems.paths, gain, context);
        stems.pieces = page.player.stems.pieces;
        stems.bus.disconnect();
        stems.bus.connect(context.destination);
        stems.start(offset, 0);
        stems.stop(0.5); // as a stem that becomes ready makes it: an end and a start on one sample
        stems.start(offset + 0.5, 0.5);
        return [rate, Array.from((await context.startRendering()).getChannelData(0))];
    }""", [offset, seconds])
    rate, samples = heard[0], np.array(heard[1])
    premaster = soundfile.read(made.premaster_path)[0][:, 0]
    at = (offset + np.arange(samples.size) / rate) * made.rate
    expected = [np.interp(at + lag * made.rate / rate, np.arange(premaster.size), premaster) for lag in (-1, 0, 1)]
    errors = [float(np.sqrt(np.mean((samples - each) ** 2))) for each in expected]
    assert errors[1] == min(errors)
    assert errors[1] < 0.002 * float(np.abs(premaster).max())


def test_a_looped_section_begins_again(window: Any) -> None:
    seek(window, 5)
    window.keyboard.press("l")
    assert window.evaluate("page.player.loop") == {"start": 4, "end": 8}
    use_stems(window)
    seek(window, 7.8)
    window.keyboard.press("Space")
    window.wait_for_function("page.player.seconds < 5", timeout=3000)
    assert window.evaluate("page.player.seconds") >= 4
    assert window.evaluate("page.player.isPlaying")
    seek(window, 7.5)  # the next round is on the clock already
    window.keyboard.press("Space")
    window.wait_for_function("page.player.stems.playing.size === 0")


def test_keys_go_by_bars_and_sections_and_a_click_on_a_line_plays_from_it(window: Any) -> None:
    for key, seconds in (("ArrowRight", 2), ("ArrowRight", 4), ("ArrowLeft", 2), ("n", 4), ("n", 8), ("Home", 0)):
        window.keyboard.press(key)
        assert window.evaluate("page.player.seconds") == pytest.approx(seconds), key
    window.get_by_role("button", name="once").click()
    assert window.evaluate("page.player.seconds") == pytest.approx(4.45)
    window.get_by_role("button", name="Chorus").click()
    assert window.evaluate("page.player.seconds") == pytest.approx(8)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_people_who_see_little_or_use_no_mouse_can_use_it(opened: Any, scheme: str, width: int) -> None:
    """axe-core finds nothing serious, nothing is wider than the window, and no line is cut."""
    from axe_playwright_python.sync_playwright import Axe

    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": width, "height": 844})
    seek(opened, 4.1)
    found = Axe().run(opened).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    line = "document.querySelector('#line')"
    opened.evaluate(f"{line}.firstChild.textContent = 'unnormalised '.repeat(8); page.words.fit()")
    assert opened.evaluate(f"{line}.scrollHeight - {line}.clientHeight") <= 1  # a long line is smaller, and whole
    opened.set_viewport_size({"width": 1200, "height": 900})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colour_of_every_temperature_can_be_read(opened: Any, scheme: str) -> None:
    """At 4.5 : 1 on paper and panel, and as paper on it (WCAG 2.2, 1.4.3)."""
    opened.emulate_media(color_scheme=scheme)
    seek(opened, 4.1)
    ratios = opened.evaluate("""() => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
        const pen = canvas.getContext("2d", { willReadFrequently: true });
        const luminance = (colour) => {
            pen.fillStyle = colour;
            pen.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((value) => value / 255)
                .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const style = getComputedStyle(document.documentElement);
        return ["--paper", "--panel"].map((name) => luminance(style.getPropertyValue(name))).flatMap((under) =>
            Array.from({ length: 41 }, (_, i) => luminance(page.timeline.colours.warm(i / 20)))
                .map((each) => Math.max(each / under, under / each)));
    }""")
    assert len(ratios) == 82
    assert min(ratios) > 4.5
    assert max(ratios) < 14  # none is the ink


def test_nothing_moves_while_it_opens_and_its_title_is_text(browser: Any, made: Rendering) -> None:
    player.write(replace(made, folder=made.folder))  # the page without stems, in the same folder
    try:
        window = browser.new_page()
        window.goto((made.folder / "index.html").as_uri())
        assert window.locator("h1").text_content() == TITLE
        assert window.locator(".controls button").count() == 0
        window.keyboard.press("Space")
        window.wait_for_function("page.player.seconds > 0.1")
        shifts = """new Promise((done) => new PerformanceObserver((list) =>
            done(list.getEntries().map((each) => each.value))).observe({type: 'layout-shift', buffered: true})
            || setTimeout(() => done([]), 50))"""
        assert window.evaluate(shifts) == []
        window.close()
    finally:
        writer.write(made)


def test_sent_without_its_demo_it_plays_the_mix_that_it_carries(browser: Any, made: Rendering, tmp_path: Path) -> None:
    shutil.copy(made.folder / "index.html", tmp_path)
    shutil.copytree(made.folder / "page", tmp_path / "page")
    window = browser.new_page()
    window.goto((tmp_path / "index.html").as_uri())
    window.keyboard.press("Space")
    window.wait_for_function("page.player.seconds > 0.1")
    assert window.evaluate("document.querySelector('#audio').currentSrc").endswith("/page/mix.mp3")
    window.close()


def test_the_page_repeats_byte_for_byte_and_holds_what_is_known(made: Rendering) -> None:
    mix, sent = (soundfile.read(path)[0][:, 0] for path in (made.mix_path, made.folder / "page" / "mix.mp3"))
    assert np.std(sent) == pytest.approx(np.std(mix), rel=0.01)
    files = [made.folder / "index.html", *sorted((made.folder / "page").iterdir())]
    before = [sha256(path) for path in files]
    writer.write(made)
    assert [sha256(path) for path in files] == before
    text = files[0].read_text(encoding="utf-8")
    told = json.loads(re.search(r'id="song">(.*)</script>', text)[1])
    assert told["parts"][1]["glitches"] == [[2, 2.5, "bit crush", 0.5]]
    assert [line["words"] for line in told["lines"]] == [[[4, 4.5, "everything"]], [[4.5, 5, "once"]]]
    assert told["stems"] == ["page/01_voice.js", "page/02_guitar.js"]
    assert "http" not in re.sub(r"data:[^\"]*", "", text)


def test_stems_from_the_store_are_byte_for_byte_those_without_it(made: Rendering, tmp_path: Path) -> None:
    """Kept by what they sound like: found again under another number, not found at another bit rate."""
    store = Store(tmp_path / "store")
    kept = replace(made, store=store)
    for rendered, name in ((made, "without"), (kept, "first"), (kept, "again")):
        sound.write_stem(rendered, 0, tmp_path / name, 96)
    assert store.size()[0] == 1
    assert (tmp_path / "first").read_bytes() == (tmp_path / "again").read_bytes() == (tmp_path / "without").read_bytes()
    sound.write_stem(replace(kept, stems=kept.stems[::-1]), 1, tmp_path / "moved", 96)
    assert store.size()[0] == 1
    assert (tmp_path / "moved").read_text()[8:] == (tmp_path / "first").read_text()[8:]
    sound.write_stem(kept, 0, tmp_path / "smaller", 64)
    assert store.size()[0] == 2
    assert (tmp_path / "smaller").stat().st_size < 0.8 * (tmp_path / "first").stat().st_size


def test_a_stem_is_encoded_where_it_sounds_and_a_dense_song_stays_small(made: Rendering) -> None:
    stem, frames = made.stems[0], 360 * made.rate
    heights = np.zeros_like(stem.envelope)
    heights[:, 200:400] = heights[:, 402:500] = heights[:, 1000:1100] = 0.5  # 36 s, 0.36 s apart 18 s, 18 s
    sparse = replace(stem, envelope=heights)
    found = [(piece.start_seconds, piece.span.stop / made.rate) for piece in sound.pieces(sparse, made.rate, frames)]
    assert found == [(pytest.approx(36), pytest.approx(90)), (pytest.approx(180), pytest.approx(198))]
    assert sound.stem_kbps([sparse] * 12, made.rate, frames) == sound.MOST_KBPS
    dense = replace(stem, envelope=np.full_like(heights, 0.5))
    kbps = sound.stem_kbps([dense] * 12, made.rate, frames)
    assert 32 <= kbps < sound.MOST_KBPS
    assert 360 * 125 * (sound.MIX_KBPS + 12 * kbps * sound.BASE64) < 40e6


@pytest.mark.whole_song
def test_the_song_of_six_minutes_is_under_40_mb_and_says_the_word_of_1_30(browser: Any, tmp_path: Path) -> None:
    """The word that another writer's file, the LRC, has at that time; and all twelve stems are found and decoded."""
    subprocess.run([sys.executable, "-m", "render", "scores/softmax.yaml", "--for", "page,lyrics", "--out",
                    str(tmp_path)], cwd=Path(__file__).parent.parent, check=True)
    demo = tmp_path / "softmax"
    assert sum(path.stat().st_size for path in (demo / "index.html", *(demo / "page").iterdir())) < 40e6
    timed = re.findall(r"<(\d+):([\d.]+)>\s*([^<\n]+)", next((demo / "lyrics").glob("*.lrc")).read_text("utf-8"))
    sung = [word.strip() for minutes, seconds, word in timed if int(minutes) * 60 + float(seconds) <= 90]
    window = browser.new_page()
    window.goto((demo / "index.html").as_uri())
    seek(window, 90)
    assert window.locator("#line .now").text_content() == sung[-1]
    use_stems(window)
    assert window.evaluate("page.player.stems.pieces.filter((pieces) => pieces.length).length") == 12
    window.close()
