"""A picture to draw on: areas, lines, text, and pixels set outright. Pixels count from the top left corner.

Matplotlib's renderer does it, without the figures, axes and ticks on top, which cost more time to load and to lay out
than everything here does to draw. Text is set in the DejaVu Sans that Matplotlib brings, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.transforms import IdentityTransform
from PIL import Image

DOTS_PER_INCH = 125
FONT = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
MIDDLE_EM = 0.36  # from the base line to the middle of a line of text: half of DejaVu's capitals
LINE_EM = 1.15
COMPRESSION = 1  # of 9; a spectrogram hardly shrinks with more, and would take twice as long


class Canvas:
    """A picture of ``width`` × ``height`` pixels in the colour ``paper`` (``#rrggbb``, as all colours here).

    ``pixels`` are the picture's own memory: shape (height, width, 4), uint8, red green blue alpha.
    """

    def __init__(self, width: int, height: int, paper: str) -> None:
        self._renderer = RendererAgg(width, height, DOTS_PER_INCH)
        self._height = height
        self.pixels = np.asarray(self._renderer.buffer_rgba())
        self.fill(0, 0, width, height, paper)

    def fill(self, left: int, top: int, right: int, bottom: int, colour: str) -> None:
        """Fill a rectangle of whole pixels."""
        pixel = np.array([*(round(255 * part) for part in to_rgb(colour)), 255], np.uint8)
        self.pixels.view(np.uint32)[top:bottom, left:right] = pixel.view(np.uint32)

    def area(self, x: np.ndarray, upper: np.ndarray, lower: np.ndarray, colour: str, alpha: float = 1.0) -> None:
        """Fill what lies between two lines over the same ``x``."""
        points = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])])
        self._draw(points, self._context(colour, alpha, 0.0), (*to_rgb(colour), alpha))

    def line(self, x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray, colour: str, width: float,
             alpha: float = 1.0, dashes: tuple[float, float] | None = None) -> None:
        """Draw through places, ``width`` pixels wide; ``dashes`` are the lengths of a stroke and the gap after it."""
        context = self._context(colour, alpha, width)
        if dashes:
            context.set_dashes(0, [_points(length) for length in dashes])
        self._draw(np.column_stack([x, y]), context)

    def text(self, x: float, y: float, text: str, colour: str, points: float, *, align: float = 0.0,
             upright: bool = False) -> None:
        """Set one line of text, its middle at the height ``y``.

        align
            0 begins at ``x``, 0.5 has its middle there, 1 ends there.
        upright
            reads from below; then ``y`` is where ``x`` else is, and ``x`` where ``y`` is.
        """
        before, drop = align and align * text_width(text, points), MIDDLE_EM * points * DOTS_PER_INCH / 72
        place = (x + drop, y + before) if upright else (x - before, y + drop)
        self._renderer.draw_text(self._context(colour, 1.0, 1.0), *place, text, _font(points), 90 if upright else 0)

    def save(self, path: Path) -> None:
        """Write a PNG; the same picture gives the same bytes."""
        Image.fromarray(np.ascontiguousarray(self.pixels[..., :3])).save(path, "png", compress_level=COMPRESSION)

    def _context(self, colour: str, alpha: float, width: float) -> GraphicsContextBase:
        context = self._renderer.new_gc()
        context.set_foreground((*to_rgb(colour), alpha), isRGBA=True)
        context.set_linewidth(_points(width))
        context.set_joinstyle("round")
        return context

    def _draw(self, points: np.ndarray, context: GraphicsContextBase,
              face: tuple[float, float, float, float] | None = None) -> None:
        points[:, 1] = self._height - points[:, 1]  # the renderer counts from below
        self._renderer.draw_path(context, Outline(points), IdentityTransform(), face)


def text_width(text: str, points: float) -> float:
    """Width of a line of text in pixels."""
    width: float = _measure().get_text_width_height_descent(text, _font(points), ismath=False)[0]
    return width


def line_height(points: float) -> float:
    """From one line of text to the next, in pixels."""
    return LINE_EM * points * DOTS_PER_INCH / 72


def _points(pixels: float) -> float:
    return pixels * 72 / DOTS_PER_INCH


@cache
def _font(points: float) -> FontProperties:
    return FontProperties(fname=FONT, size=points)


@cache
def _measure() -> RendererAgg:
    return RendererAgg(1, 1, DOTS_PER_INCH)
