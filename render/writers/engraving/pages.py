"""Drawn pages as a PDF: shapes as they are, texts in fonts that matplotlib brings, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from render.writers.engraving.drawing import UNITS_PER_EM, Drawing, Line, Run
from scores.visible import visible

FOLDER = Path(matplotlib.get_data_path(), "fonts", "ttf")
# Fonts by whether they are bold and italic: the widths of STIX are those of Times, with which Verovio reckons. What a
# font lacks is set in the next one.
FONTS = {(False, False): ("STIXGeneral", "DejaVuSans"), (True, False): ("STIXGeneralBol", "DejaVuSans-Bold"),
         (False, True): ("STIXGeneralItalic", "DejaVuSans-Oblique"),
         (True, True): ("STIXGeneralBolIta", "DejaVuSans-BoldOblique")}
# Sign for a character that both fonts lack.
MISSING = "□"
# Points in a unit of a page: a tenth of a millimetre.
POINTS = 72 / 254
# Size at which widths are measured [points at 72 dots per inch].
MEASURED = 1000.0

# Outline and width of a sign of the music font [em], by the sign.
MusicSign = Callable[[str], tuple[Outline, float]]


def write_pdf(path: Path, drawings: Sequence[Drawing], title: str, music_sign: MusicSign) -> set[str]:
    """Write pages; the same pages give the same bytes. Returns the characters that no font has."""
    missing: set[str] = set()
    about = {"Title": title, "Creator": "softmax-renderer", "CreationDate": None, "Producer": None}
    with PdfPages(path, metadata=about) as file:
        for drawing in drawings:
            figure = Figure((drawing.width * POINTS / 72, drawing.height * POINTS / 72), 72)
            FigureCanvasPdf(figure)
            page = _Page(figure, drawing.height, music_sign, missing)
            for line in drawing.lines:
                page.text(line)
            page.fill([*drawing.fills, *page.signs])
            for width, outlines in drawing.strokes.items():
                page.stroke(outlines, width)
            file.savefig(figure)
    return missing


class _Page:
    """A figure that is drawn on in units of the page, from its upper edge."""

    def __init__(self, figure: Figure, height: float, music_sign: MusicSign, missing: set[str]) -> None:
        self.signs: list[Outline] = []
        self._figure, self._height, self._music_sign, self._missing = figure, height, music_sign, missing

    def fill(self, outlines: Sequence[Outline]) -> None:
        if outlines:
            self._add(PathPatch(self._together(outlines), facecolor="black", linewidth=0))

    def stroke(self, outlines: Sequence[Outline], width: float) -> None:
        self._add(PathPatch(self._together(outlines), fill=False, edgecolor="black", linewidth=width * POINTS,
                            capstyle="butt", joinstyle="miter"))

    def _together(self, outlines: Sequence[Outline]) -> Outline:
        whole = Outline.make_compound_path(*outlines)
        return Outline(np.asarray(whole.vertices) * (POINTS, -POINTS) + (0.0, self._height * POINTS), whole.codes)

    def _add(self, artist: PathPatch | Text) -> None:
        artist.set_transform(IdentityTransform())
        self._figure.add_artist(artist)

    def text(self, line: Line) -> None:
        """Set a line of text; its music is filled with the rest."""
        pieces = [piece for run in line.runs for piece in self._pieces(run)]
        x = line.x - line.align * sum(width for _, _, _, width in pieces)
        for text, font, size, width in pieces:
            if font is None:
                outline, _ = self._music_sign(text)
                self.signs.append(Outline(np.asarray(outline.vertices) * (size, -size) + (x, line.y), outline.codes))
            elif text.strip():
                self._add(Text(x * POINTS, (self._height - line.y) * POINTS, text, parse_math=False, color="black",
                               fontproperties=FontProperties(fname=FOLDER / f"{font}.ttf", size=size * POINTS),
                               horizontalalignment="left", verticalalignment="baseline"))
            x += width

    def _pieces(self, run: Run) -> list[tuple[str, str | None, float, float]]:
        """Return the pieces of a run that have one font: text, font (None for music), size and width."""
        if run.is_music:
            return [(sign, None, run.size, run.size * self._music_sign(sign)[1]) for sign in run.text]
        pieces: list[tuple[str, str | None, float, float]] = []
        for sign in visible(run.text):
            font = next((name for name in FONTS[run.is_bold, run.is_italic] if _has(name, sign)), None)
            if font is None:
                self._missing.add(sign)
                sign, font = MISSING, FONTS[run.is_bold, run.is_italic][1]
            width = run.size * _advance(font, sign)
            if pieces and pieces[-1][1] == font:
                before = pieces.pop()
                sign, width = before[0] + sign, before[3] + width
            pieces.append((sign, font, run.size, width))
        return pieces


def _has(font: str, sign: str) -> bool:
    return bool(get_font(str(FOLDER / f"{font}.ttf")).get_char_index(ord(sign)))


@cache
def _advance(font: str, sign: str) -> float:
    """Return the width of a sign [em]."""
    face = get_font(str(FOLDER / f"{font}.ttf"))
    face.set_size(MEASURED, 72)
    return float(face.load_char(ord(sign), LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / MEASURED


def em(outline: Outline) -> Outline:
    """Return the outline of a sign in units of its em."""
    return Outline(np.asarray(outline.vertices) / UNITS_PER_EM, outline.codes)
