"""The lead sheet as pages: what Verovio draws stands on them whole, and the same song gives the same bytes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from renderings import note, rendering, song, utterance

from render.rendering import Rendering
from render.writers import lead_sheet
from render.writers.engraving.drawing import Drawing, drawn, outline_of
from render.writers.engraving.pages import write_pdf
from render.writers.musicxml import lead_sheet as music

SHARP = "E262"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    score = song(title="Übersee & Söhne")
    notes = [note(score, 8, 1, 66, utterance=utterance("ev", "everything", last=False)),
             note(score, 9, 1.5, 68, utterance=utterance("naïve", "naïve", last=True, line=2)),
             note(score, 16, 1, 73, utterance=utterance("soft", "soft", last=True, line=3))]
    return rendering(tmp_path_factory.mktemp("demo"), score, {"voice": notes})


def texts(page: Drawing) -> str:
    return " ".join("".join(run.text for run in line.runs) for line in page.lines)


def test_words_chords_sections_title_and_accidentals_stand_on_the_page(made: Rendering) -> None:
    sheet = music(made)
    assert sheet
    svgs = lead_sheet._engraved(sheet)
    pages = [drawn(svg) for svg in svgs]
    read = " ".join(map(texts, pages)).replace("\xa0", " ")
    for word in ("Übersee & Söhne", "Intro", "Verse 1", "Chorus", "Cm", "ev", "naïve", "soft", "= 120"):
        assert word in read
    glyph = re.search(rf'id="{SHARP}[^"]*">\s*<path[^>]* d="([^"]*)"', svgs[0])
    assert glyph, "the notes need sharps in C minor"
    shape = np.asarray(outline_of(glyph.group(1)).vertices) * (1, -1)
    shape = (shape - shape[0]) / np.ptp(shape)
    same = [fill for page in pages for fill in page.fills if len(fill.vertices) == len(shape) and np.allclose(
        (np.asarray(fill.vertices) - fill.vertices[0]) / np.ptp(np.asarray(fill.vertices) - fill.vertices[0])
        * np.ptp(shape), shape, atol=1e-6)]
    used = sum(svg.count(f'href="#{SHARP}') for svg in svgs)
    assert len(same) == used > 0


def test_moves_scales_and_pens_are_followed_to_the_page() -> None:
    page = drawn("""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
        viewBox="0 0 210 297"><defs><g id="a"><path transform="scale(1,-1)" d="M0 0h10v20z"/></g></defs>
        <svg viewBox="0 0 2100 2970"><g transform="translate(100, 200)">
        <use xlink:href="#a" transform="translate(50, 60) scale(0.5, 0.5)"/>
        <g class="staff placeholder"><rect x="0" y="0" width="9" height="9"/></g>
        <path d="M0 0 L30 0" stroke-width="20"/>
        <g class="reh"><text x="10" y="20" text-anchor="middle"><tspan font-size="40px">A</tspan></text></g>
        </g></svg></svg>""")
    assert len(page.fills) == 1
    assert np.allclose(page.fills[0].vertices[:3], [(15, 26), (15.5, 26), (15.5, 25)])
    assert [(width, np.asarray(lines[0].vertices).tolist()) for width, lines in page.strokes.items()] == [
        (2.0, [[10, 20], [13, 20]])]
    (line,) = page.lines
    assert (line.x, line.y, line.align) == (11, 22, 0.5)
    assert (line.runs[0].text, line.runs[0].size, line.runs[0].is_bold) == ("A", pytest.approx(4), True)


def test_what_is_not_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="<image>"):
        drawn('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g><image/></g></svg>')


def test_the_pages_repeat_byte_for_byte_and_tell_what_no_font_has(made: Rendering, tmp_path: Path) -> None:
    lead_sheet.write(made)
    file = made.folder / "score" / "lead_sheet.pdf"
    first = file.read_bytes()
    lead_sheet.write(made)
    assert file.read_bytes() == first
    assert len(re.findall(rb"/Type /Page\b", first)) == 1
    page = drawn('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99"><text x="1" y="9" font-size="9">'
                 "<tspan>я ﷽</tspan></text></svg>")
    assert write_pdf(tmp_path / "a.pdf", [page], "", lead_sheet._music_sign) == {"﷽"}


def test_without_verovio_a_notice_says_how_to_get_it(made: Rendering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_sheet.importlib.util, "find_spec", lambda name: None)
    lead_sheet.write(made)
    assert "pip install 'verovio" in made.notices.pop()
