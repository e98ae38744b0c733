"""The contact sheet, in a real browser and from disk: takes go on where the one before was left, and can be sorted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from render.writers.page.contact import Heading, Listed, contact_sheet

FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    from playwright.sync_api import sync_playwright

    folder: Path = tmp_path_factory.mktemp("sheet")
    for seed in (1, 2, 3):
        (folder / f"a b {seed}").mkdir()
        soundfile.write(folder / f"a b {seed}" / "mix.wav", np.zeros((48000, 2)), 8000)
    takes = [Listed("<song>", seed, f"a b {seed}/mix.wav", "", lufs, [value], "guitar 5 %")
             for seed, lufs, value in ((1, -14.0, 0.5), (2, -20.0, None), (3, -17.0, 0.75))]
    headings = [Heading("Hook", "what comes again", sorts=True)]
    (folder / "sheet.html").write_text(contact_sheet("<song>", headings, takes))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        opened = browser.new_page()
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto((folder / "sheet.html").as_uri())
        yield opened
        browser.close()
        assert all(each.startswith(("file:", "data:")) for each in asked)


def test_the_next_take_goes_on_where_this_one_is_at_the_loudness_of_the_quietest(window: Any) -> None:
    window.get_by_role("button", name="<song> 1").press("Enter")
    window.wait_for_function("sheet.sound.currentTime > 0.05")
    window.evaluate("sheet.sound.currentTime = 3")
    assert window.evaluate("sheet.sound.volume") == pytest.approx(10 ** (-6 / 20), abs=1e-3)
    for key, source, volume in (("ArrowDown", "a%20b%202", 1.0), ("ArrowDown", "a%20b%203", 10 ** (-3 / 20)),
                                ("x", "a%20b%202", 1.0), ("x", "a%20b%203", 10 ** (-3 / 20))):
        window.keyboard.press(key)
        window.wait_for_function("(source) => sheet.sound.currentSrc.includes(source) && sheet.sound.currentTime >= 3",
                                 arg=source)
        assert not window.evaluate("sheet.sound.paused")
        assert window.evaluate("sheet.sound.volume") == pytest.approx(volume, abs=1e-3)
    assert window.get_by_role("button", name="<song> 3").get_attribute("aria-pressed") == "true"
    window.get_by_role("button", name="Pause").press("Space")
    window.wait_for_function("sheet.sound.paused")


def test_a_heading_sorts_the_takes_and_a_screen_reader_hears_it(window: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    def order() -> list[str]:
        return [text[-1] for text in window.locator("tbody .hears").all_text_contents()]

    assert order() == ["1", "2", "3"]
    window.get_by_role("button", name="Hook").press("Enter")
    assert order() == ["2", "1", "3"]  # it was sorted by this, the highest first
    window.get_by_role("button", name="Hook").press("Enter")
    assert order() == ["3", "1", "2"]
    assert window.locator("th[aria-sort=descending]").count() == 1
    violations = Axe().run(window).response["violations"]
    assert [each["id"] for each in violations if each["impact"] in ("serious", "critical")] == []
