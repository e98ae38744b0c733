"""Reads a page that Verovio drew: its SVG becomes filled shapes, strokes and texts.

Verovio draws with ``path``, ``rect``, ``ellipse``, ``polygon``, ``polyline``, with ``use`` of the glyphs in its
``defs``, and with ``text``, moved by ``transform``. An element that is none of these is an error, so that nothing is
lost in silence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree as Xml

import numpy as np
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path.parser import parse_path
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

NAMESPACE = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
# Font of the music, whose signs also stand in texts.
MUSIC_FONT = "Leipzig"
# Units of its em.
UNITS_PER_EM = 1000
# Classes of groups whose text is bold or italic, as in the style sheet of each page.
BOLD, ITALIC = frozenset(("ending", "fing", "reh", "tempo")), frozenset(("dir", "dynam", "mNum"))
# Class of what is there but not seen.
HIDDEN = "placeholder"
# What holds others, and what is not drawn.
GROUPS, UNDRAWN = frozenset(("g", "svg")), frozenset(("desc", "defs", "style", "title"))
# Codes of matplotlib's paths by the operations of a pen, and the points that each has.
CODES: dict[str, list[int]] = {
    "moveTo": [int(Outline.MOVETO)], "lineTo": [int(Outline.LINETO)], "curveTo": [int(Outline.CURVE4)] * 3,
    "qCurveTo": [int(Outline.CURVE3)] * 2, "closePath": [int(Outline.CLOSEPOLY)], "endPath": []}
_STEP = re.compile(r"(translate|scale|rotate)\(([^)]*)\)")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A piece of text in one font: its size [units of the page], and whether its signs are those of the music font."""

    text: str
    size: float
    is_bold: bool
    is_italic: bool
    is_music: bool


@dataclass(frozen=True)
class Line:
    """A text: its place on the page, 0, 0.5 or 1 for its beginning, middle or end there, and its runs."""

    x: float
    y: float
    align: float
    runs: tuple[Run, ...]


@dataclass
class Drawing:
    """A page: its size, what is filled, what is stroked by the pen's width, and its texts. ``y`` runs downwards."""

    width: float
    height: float
    fills: list[Outline] = field(default_factory=list)
    strokes: dict[float, list[Outline]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class _Style:
    size: float = 0.0
    is_bold: bool = False
    is_italic: bool = False
    is_music: bool = False


def drawn(svg: str) -> Drawing:
    """Return the page that an SVG of Verovio shows.

    Raises
    ------
    ValueError
        If something in it is not understood.
    """
    root = Xml.fromstring(svg)
    _, _, width, height = _box(root)
    page = Drawing(width, height)
    glyphs = {str(glyph.get("id")): glyph for glyph in root.iter(f"{NAMESPACE}g") if glyph.get("id")}
    for element in root:
        _element(element, np.identity(3), _Style(), page, glyphs)
    return page


def _box(element: Xml.Element) -> list[float]:
    return [float(number) for number in _NUMBER.findall(element.get("viewBox", ""))]


def _element(element: Xml.Element, above: Matrix, style: _Style, page: Drawing, glyphs: dict[str, Xml.Element]) -> None:
    kind = element.tag.removeprefix(NAMESPACE)
    if kind in UNDRAWN:
        return
    here = above @ _moved(element.get("transform", ""))
    if kind in GROUPS:
        if kind == "svg":
            _, _, width, height = _box(element)
            here = here @ np.diag((page.width / width, page.height / height, 1.0))
        classes = set(element.get("class", "").split())
        if HIDDEN in classes:
            return
        inside = _Style(style.size, style.is_bold or bool(classes & BOLD), style.is_italic or bool(classes & ITALIC))
        for child in element:
            _element(child, here, inside, page, glyphs)
    elif kind == "use":
        for child in glyphs[element.get(LINK, "").removeprefix("#")]:
            _element(child, here, style, page, glyphs)
    elif kind == "text":
        page.lines += _lines(element, here, style)
    elif kind in SHAPES:
        _shape(element, SHAPES[kind](element), here, page)
    else:
        raise ValueError(f"Verovio drew a <{kind}>, which is not understood")


def _moved(transform: str) -> Matrix:
    matrix: Matrix = np.identity(3)
    for kind, numbers in _STEP.findall(transform):
        values = [float(number) for number in _NUMBER.findall(numbers)]
        if kind == "translate":
            step = np.array([[1, 0, values[0]], [0, 1, values[1] if len(values) > 1 else 0.0], [0, 0, 1]])
        elif kind == "scale":
            step = np.diag((values[0], values[-1], 1.0))
        else:
            turn, (x, y) = math.radians(values[0]), values[1:3] or (0.0, 0.0)
            cos, sin = math.cos(turn), math.sin(turn)
            step = np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y], [0, 0, 1]])
        matrix = matrix @ step
    return matrix


def _shape(element: Xml.Element, outline: Outline, here: Matrix, page: Drawing) -> None:
    corners = np.asarray(outline.vertices)
    outline = Outline(corners @ here[:2, :2].T + here[:2, 2], outline.codes)
    is_open = element.tag == f"{NAMESPACE}polyline" or (
        element.tag == f"{NAMESPACE}path" and "Z" not in element.get("d", "").upper() and len(corners) <= 2)
    if element.get("fill") != "none" and element.get("fill-opacity") != "0" and not is_open:
        page.fills.append(outline)
    if pen := float(element.get("stroke-width", "0")):
        page.strokes.setdefault(round(pen * math.sqrt(abs(np.linalg.det(here[:2, :2]))), 4), []).append(outline)


@lru_cache(4096)
def outline_of(path: str) -> Outline:
    """Return the outline of a path in SVG's notation."""
    pen = RecordingPen()
    parse_path(path, pen)
    points, codes = list[Sequence[float]](), list[int]()
    for kind, arguments in pen.value:
        codes += CODES[kind]
        points += arguments if kind != "closePath" else [(0.0, 0.0)]
    return Outline(np.array(points, float).reshape(-1, 2), np.array(codes, Outline.code_type))


def _rectangle(element: Xml.Element) -> Outline:
    x, y, width, height = (float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
    return Outline([(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], closed=True)


def _ellipse(element: Xml.Element) -> Outline:
    x, y, across, along = (float(element.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
    circle = Outline.unit_circle()
    return Outline(np.asarray(circle.vertices) * (across, along) + (x, y), circle.codes)


def _points(element: Xml.Element) -> NDArray[np.float64]:
    return np.array([float(number) for number in _NUMBER.findall(element.get("points", ""))]).reshape(-1, 2)


SHAPES: dict[str, Callable[[Xml.Element], Outline]] = {
    "path": lambda element: outline_of(element.get("d", "")),
    "rect": _rectangle,
    "ellipse": _ellipse,
    "polyline": lambda element: Outline(_points(element)),
    "polygon": lambda element: Outline(np.vstack([_points(element), _points(element)[:1]]), closed=True),
}


def _lines(text: Xml.Element, here: Matrix, style: _Style) -> Iterator[Line]:
    """Yield the texts of an element: each begins where ``x`` or ``y`` is given."""
    scale = math.sqrt(abs(np.linalg.det(here[:2, :2])))
    place, align, runs = (0.0, 0.0), 0.0, list[Run]()
    for element, found in _within(text, style):
        if element.get("x") is not None or element.get("y") is not None:
            if runs:
                yield _line(place, align, runs, here)
                runs = []
            place = float(element.get("x", "0")), float(element.get("y", "0"))
            align = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", ""), 0.0)
        if not len(element) and element.text and element.tag == f"{NAMESPACE}tspan":
            runs.append(Run(element.text, found.size * scale, found.is_bold, found.is_italic, found.is_music))
    if runs:
        yield _line(place, align, runs, here)


def _line(place: tuple[float, float], align: float, runs: list[Run], here: Matrix) -> Line:
    x, y, _ = (here @ (*place, 1.0)).tolist()
    return Line(x, y, align, tuple(runs))


def _within(element: Xml.Element, above: _Style) -> Iterator[tuple[Xml.Element, _Style]]:
    """Yield an element and all within it, each with its style."""
    if element.tag == f"{NAMESPACE}title":
        return
    size, weight, slant, family = (element.get(name) for name in ("font-size", "font-weight", "font-style",
                                                                  "font-family"))
    style = _Style(float(size.removesuffix("px")) if size else above.size,
                   weight == "bold" if weight else above.is_bold, slant == "italic" if slant else above.is_italic,
                   family == MUSIC_FONT if family else above.is_music)
    yield element, style
    for child in element:
        yield from _within(child, style)
