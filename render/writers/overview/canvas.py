"""A picture to draw on in pixels, counted from the top left corner: Matplotlib's Figure without axes.

Text is set in the DejaVu Sans that Matplotlib brings, the same on every machine.

Weighed and left: Matplotlib's bare Agg renderer, which saves 0.3 s of 21 s of CPU for a render; Pillow, which loads
0.4 s sooner, but does not smooth edges, and whose own font has no ``é`` and no ``−``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from numpy.typing import ArrayLike, NDArray

from scores.visible import FIRST_PICTURE, visible

# Resolution [dots per inch]: relates font sizes in points to pixels.
DOTS_PER_INCH = 125
FONT = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
# Height of a line's middle above its base line [em]: half of DejaVu's capitals.
MIDDLE_EM = 0.36
# Distance of two base lines [em]: set by eye.
LINE_EM = 1.15
# Level of zlib, 0 to 9: a spectrogram hardly shrinks with more, and takes twice as long.
COMPRESSION = 1
# Signs for a space in a text of nothing but spaces, and for a character that the font lacks.
BLANK, MISSING = "␣", "□"
ALIGNMENTS: dict[float, Literal["left", "center", "right"]] = {0.0: "left", 0.5: "center", 1.0: "right"}


class Canvas:
    """A picture; what is drawn later covers what was drawn before.

    Parameters
    ----------
    width, height
        Size [pixels].
    paper
        Background, ``#rrggbb`` as all colours here.
    """

    def __init__(self, width: int, height: int, paper: str) -> None:
        self._figure = Figure((width / DOTS_PER_INCH, height / DOTS_PER_INCH), DOTS_PER_INCH, facecolor=paper)
        self._canvas = FigureCanvasAgg(self._figure)
        self._height = height
        self._drawn = 0

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """Render the picture: shape (height, width, 4), red, green, blue, alpha."""
        self._canvas.draw()
        return np.asarray(self._canvas.buffer_rgba())

    def fill(self, left: int, top: int, right: int, bottom: int, colour: str) -> None:
        """Fill a rectangle of whole pixels."""
        self._add(Rectangle((left, self._height - bottom), right - left, bottom - top, color=colour, linewidth=0,
                            antialiased=False))

    def image(self, left: int, top: int, pixels: NDArray[np.uint8]) -> None:
        """Lay an image on the picture, shape (height, width, 3): red, green, blue."""
        self._drawn += 1
        self._figure.figimage(pixels, left, self._height - top - pixels.shape[0], origin="upper", zorder=self._drawn)

    def area(self, x: ArrayLike, upper: ArrayLike, lower: ArrayLike, colour: str, alpha: float = 1.0) -> None:
        """Fill the area between two lines over the same ``x``."""
        across, above, below = np.asarray(x), np.asarray(upper), np.asarray(lower)
        points = np.column_stack([np.concatenate([across, across[::-1]]),
                                  self._height - np.concatenate([above, below[::-1]])])
        self._add(Polygon(points, color=colour, alpha=alpha, linewidth=0))

    def line(self, x: ArrayLike, y: ArrayLike, colour: str, width: float, alpha: float = 1.0,
             dashes: tuple[float, float] | None = None) -> None:
        """Draw a line through points, ``width`` pixels wide; ``dashes`` are the lengths of a stroke and of a gap."""
        line = Line2D(np.asarray(x), self._height - np.asarray(y), linewidth=_points(width), color=colour, alpha=alpha,
                      solid_joinstyle="round", solid_capstyle="butt")
        if dashes:
            line.set_linestyle((0, [length / width for length in dashes]))
        self._add(line)

    def text(self, x: float, y: float, text: str, colour: str, points: float, *, align: float = 0.0,
             upright: bool = False) -> None:
        """Set one line of text with its middle at the height ``y``.

        Parameters
        ----------
        x, y
            Place [pixels]. Of upright text ``x`` is the place of its middle and ``y`` that of its alignment.
        text
            One line, taken literally.
        points
            Size of the font [points].
        align
            0: the text begins at the place, 0.5: its middle is there, 1: it ends there.
        upright
            Whether it reads from bottom to top.
        """
        drop = MIDDLE_EM * points * DOTS_PER_INCH / 72
        place = (x + drop, y) if upright else (x, y + drop)
        self._add(Text(place[0], self._height - place[1], drawable(text), color=colour, fontproperties=_font(points),
                       horizontalalignment=ALIGNMENTS[align], verticalalignment="baseline", rotation_mode="anchor",
                       rotation=90 if upright else 0, parse_math=False))

    def save(self, path: Path) -> None:
        """Write a PNG file; the same picture gives the same bytes."""
        self._figure.savefig(path, pil_kwargs={"compress_level": COMPRESSION}, metadata={"Software": None})

    def _add(self, artist: Artist) -> None:
        self._drawn += 1
        artist.set_transform(IdentityTransform())
        artist.set_zorder(self._drawn)
        self._figure.add_artist(artist)


def text_width(text: str, points: float) -> float:
    """Width of a line of text [pixels]."""
    renderer = _measure().get_renderer()
    width: float = renderer.get_text_width_height_descent(drawable(text), _font(points), ismath=False)[0]
    return width


def drawable(text: str) -> str:
    """Replace characters that the font does not draw by visible signs. The result is never blank."""
    shown = visible(text)
    if not shown.strip():
        return BLANK * max(len(shown), 1)
    return "".join(letter if _glyphs().get_char_index(ord(letter)) else _named(letter) for letter in shown)


def lost_in(file: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield a notice of the letters for which a box stands in a file, if there are any."""
    lost = {letter for text in texts for letter in visible(text) if drawable(letter) == MISSING != letter}
    if lost:
        yield f"{file}: its font has no {' '.join(sorted(lost))}; {MISSING} stands there."


def _named(letter: str) -> str:
    """Return the sign for a character that the font lacks: the number of a control character, otherwise a box."""
    code = ord(letter) - FIRST_PICTURE
    return f"<U+{code:04X}>" if 0 <= code < 0x20 else MISSING


def line_height(points: float) -> float:
    """Distance of two lines of text [pixels]."""
    return LINE_EM * points * DOTS_PER_INCH / 72


def _points(pixels: float) -> float:
    return pixels * 72 / DOTS_PER_INCH


@cache
def _font(points: float) -> FontProperties:
    return FontProperties(fname=FONT, size=points)


@cache
def _glyphs() -> FT2Font:
    return get_font(str(FONT))


@cache
def _measure() -> FigureCanvasAgg:
    return FigureCanvasAgg(Figure((1, 1), DOTS_PER_INCH))
