"""``score/lead_sheet.pdf``: the lead sheet as pages to print: tune, chords, words, section marks and tempo."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from render.rendering import Rendering
from render.writers.musicxml import lead_sheet

if TYPE_CHECKING:
    from matplotlib.path import Path as Outline

ORDER = 10
TARGET = "pdf"

# A4 in tenths of a millimetre, with margins; words stand a little further apart than by default.
OPTIONS = {"pageWidth": 2100, "pageHeight": 2970, "pageMarginTop": 120, "pageMarginBottom": 120, "pageMarginLeft": 130,
           "pageMarginRight": 130, "scale": 100, "svgViewBox": True, "breaks": "auto", "header": "auto",
           "footer": "none", "font": "Leipzig", "lyricWordSpace": 2.0}
# Width of a sign that the music font lacks [em].
SPACE_EM = 0.25
MISSING = ("score/lead_sheet.pdf is not written: it is set by Verovio, which is not installed. "
           "Install it with: pip install 'verovio>=6.4,<7'")


def write(rendering: Rendering) -> None:
    """Write the pages; a song without words has none, and where Verovio is not installed a notice says so."""
    sheet = lead_sheet(rendering)
    if sheet is None:
        return
    if importlib.util.find_spec("verovio") is None:
        rendering.notices.append(MISSING)
        return
    folder = rendering.folder / "score"
    folder.mkdir(exist_ok=True)
    from render.writers.engraving.drawing import drawn  # here: few ask for it
    from render.writers.engraving.pages import write_pdf

    pages = [drawn(svg) for svg in _engraved(sheet)]
    lost = write_pdf(folder / "lead_sheet.pdf", pages, rendering.score.title, _music_sign)
    if lost:
        rendering.notices.append(f"score/lead_sheet.pdf: its fonts have no {' '.join(sorted(lost))}; □ stands there.")


def _engraved(sheet: bytes) -> list[str]:
    """Return the pages that Verovio draws of a MusicXML document."""
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(OPTIONS)
    if not toolkit.loadData(sheet.decode()):
        raise RuntimeError("Verovio does not read the lead sheet")
    return [toolkit.renderToSVG(number) for number in range(1, toolkit.getPageCount() + 1)]


@cache
def _music_sign(sign: str) -> tuple[Outline, float]:
    """Return outline and width of a sign of the music font [em], from the files that Verovio brings."""
    from pathlib import Path

    import verovio
    from matplotlib.path import Path as Outline

    from render.writers.engraving.drawing import MUSIC_FONT, UNITS_PER_EM, outline_of
    from render.writers.engraving.pages import em

    folder = Path(verovio.__file__).parent / "data" / MUSIC_FONT
    file = folder / f"{ord(sign):04X}.xml"
    paths = [element.get("d", "") for element in Xml.parse(file).getroot().iter("path")] if file.is_file() else []
    outline = em(outline_of(paths[0])) if paths else Outline([(0.0, 0.0)])  # a space has none
    widths = folder.with_suffix(".xml").read_text(encoding="utf-8")
    found = re.search(rf'c="{ord(sign):04X}"[^>]*h-a-x="([\d.]+)"', widths)
    return outline, float(found.group(1)) / UNITS_PER_EM if found else SPACE_EM
