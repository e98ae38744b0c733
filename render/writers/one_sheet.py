"""``score/one_sheet.pdf``: the proof sheet of a song on one page.

Form with bars, times and loudness; tempo, key and meter; the range of each part; loudness, true peak, what the stems'
sum differs from the premaster, silence; and what was chosen at which temperature.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure

from render.rendering import Rendering
from render.writers.overview.canvas import FONT, drawable, lost_in
from scores.performance import Performance
from scores.theory import note_name
from scores.visible import visible

ORDER = 10
TARGET = "pdf"

# Size of the page [inches]: A4.
PAGE = (8.27, 11.69)
# Edges of the two columns and the top of the page [share of the page].
LEFT, MIDDLE, TOP = 0.07, 0.55, 0.95
# Distance of lines and of blocks [share of the page's height].
LINE, GAP = 0.0145, 0.012
# Sizes of text [points].
TITLE, HEAD, TEXT = 16, 9, 7.5
# Most rows of a table: more are summed up in a last one.
MOST_ROWS = 22

Row = tuple[str, ...]
# What tells one choice of a kind from another: "melody, line 1", "thumb at 3", "shape of A".
_NUMBERED = re.compile(r",.*|(?: (?:at|to))? \d.*| of .*")


def write(rendering: Rendering) -> None:
    """Write the page. It has no date, so that the bytes repeat."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf  # here: it loads slowly, and few ask for it

    folder = rendering.folder / "score"
    folder.mkdir(exist_ok=True)
    figure = Figure(PAGE)
    page = _Page(figure)
    page.text(LEFT, TOP, visible(rendering.score.title), TITLE)
    page.y = TOP - 0.035
    for line in _facts(rendering):
        page.line(LEFT, line)
    top = page.y - GAP
    page.table(LEFT, top, "Form", (0.0, 0.13, 0.19, 0.26, 0.33, 0.38), _form(rendering))
    below = page.y
    page.table(MIDDLE, top, "Parts", (0.0, 0.16, 0.23, 0.32), _parts(rendering))
    page.table(LEFT, min(page.y, below) - GAP, "What was chosen", (0.0, 0.26, 0.34, 0.44, 0.56),
               _choices(rendering.performance))
    FigureCanvasPdf(figure).print_pdf(folder / "one_sheet.pdf", metadata={"CreationDate": None, "Producer": None,
                                                                          "Creator": "softmax-renderer"})
    names = (rendering.score.title, *(span.name for span in rendering.performance.sections), *rendering.score.parts)
    rendering.notices.extend(lost_in("score/one_sheet.pdf", names))


class _Page:
    """A page that is written from the top down."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self.y = TOP

    def text(self, x: float, y: float, text: str, points: float, *, is_bold: bool = False) -> None:
        font = FONT.with_name("DejaVuSans-Bold.ttf") if is_bold else FONT
        self._figure.text(x, y, drawable(text) if text.strip() else text, size=points, font=font, parse_math=False)

    def line(self, x: float, text: str) -> None:
        self.text(x, self.y, text, TEXT)
        self.y -= LINE

    def table(self, x: float, top: float, head: str, columns: Sequence[float], rows: Sequence[Row]) -> None:
        """Write a head and rows whose columns begin at shares of the page's width from ``x``."""
        self.text(x, top, head, HEAD, is_bold=True)
        self.y = top - LINE * 1.3
        for row in rows:
            for column, cell in zip(columns, row, strict=True):
                self.text(x + column, self.y, cell, TEXT)
            self.y -= LINE


def _facts(rendering: Rendering) -> Iterator[str]:
    score, seconds = rendering.score, rendering.frames / rendering.rate
    yield (f"{score.bpm:g} BPM, {score.key}, {score.meter}, {len(rendering.performance.bars)} bars, "
           f"{int(seconds) // 60}:{seconds % 60:04.1f}; seed {score.seed}, temperature {score.temperature:g}")
    yield (f"mix {_number(rendering.master_lufs)} LUFS, true peak {_number(rendering.master_true_peak_db)} dBTP; "
           f"{len(rendering.stems)} stems that sum to the premaster without a remainder")
    silent = _silence(rendering)
    yield f"silence longer than a second: {silent or 'none'}"


def _silence(rendering: Rendering) -> str:
    """Return where the mix is digitally silent for a second or more."""
    step = rendering.rate // 10
    count = rendering.frames // step
    loud = np.abs(rendering.master[:, :count * step]).reshape(2, count, step).max(axis=(0, 2)) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[True], loud, [True]]).astype(np.int8)))
    return ", ".join(f"{_clock(start / 10)} to {_clock(stop / 10)}" for start, stop in zip(
        edges[::2].tolist(), edges[1::2].tolist(), strict=True) if stop - start >= 10)


def _form(rendering: Rendering) -> list[Row]:
    rows: list[Row] = [("section", "at", "bars", "LUFS", "T", "glitch")]
    performance = rendering.performance
    for span, lufs in zip(performance.sections, rendering.section_lufs, strict=True):
        middle = (span.start_beats + span.end_beats) / 2
        rows.append((visible(span.name)[:24], _clock(span.start_seconds), str(span.bars), _number(lufs),
                     f"{performance.temperature.at(middle):.2g}", f"{performance.glitch.at(middle):.2f}"))
    return _limited(rows)


def _parts(rendering: Rendering) -> list[Row]:
    rows: list[Row] = [("part", "notes", "range", "LUFS")]
    stems = {stem.part: stem for stem in rendering.stems}
    for name in rendering.score.parts:
        pitches = [round(note.pitch) for note in rendering.performance.notes[name] if not note.is_breath]
        reach = f"{note_name(min(pitches))}–{note_name(max(pitches))}" if pitches else ""
        rows.append((visible(name)[:26], str(len(pitches)), reach, _number(stems[name].lufs if name in stems
                                                                          else -math.inf)))
    return _limited(rows)


def _choices(performance: Performance) -> list[Row]:
    """Return, for each kind of choice, how many there were, at which temperatures, and how free they were."""
    kinds: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for choice in performance.choices:
        highest = max(choice.probabilities)
        kinds[_NUMBERED.sub("", choice.address.purpose)].append(
            (choice.temperature, highest, choice.probabilities[choice.pick] == highest))
    rows: list[Row] = [("what", "choices", "at T", "likeliest had", "and was taken")]
    for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        temperatures, shares, taken = zip(*found, strict=True)
        low, high = min(temperatures), max(temperatures)
        rows.append((kind[:40], str(len(found)), f"{low:.2g}" if low == high else f"{low:.2g} to {high:.2g}",
                     f"{100 * sum(shares) / len(shares):.0f} %", f"{100 * sum(taken) / len(taken):.0f} %"))
    return _limited(rows)


def _limited(rows: list[Row]) -> list[Row]:
    if len(rows) <= MOST_ROWS:
        return rows
    return [*rows[:MOST_ROWS], (f"… and {len(rows) - MOST_ROWS} more", *[""] * (len(rows[0]) - 1))]


def _number(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "silent"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
