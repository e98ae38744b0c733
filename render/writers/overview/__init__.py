"""``overview.png``: the whole song in one picture, all rows over the same time axis.

From the top: the sections; glitch intensity and temperature; how broken the mix sounds; a spectrogram of the mix; a
waveform of each stem; the loudness of the mix. The waveforms share one scale, in decibels below the peak of the
loudest stem, so that a quiet part is visible and looks quieter.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from render.audio.samples import Envelope
from render.meters import loudness
from render.rendering import Rendering
from render.writers.overview.canvas import Canvas, drawable, line_height, lost_in, text_width
from render.writers.overview.spectrogram import LogFrequency, spectrogram_db
from scores.performance import BreakpointCurve
from scores.theory.tempo import TempoMap

ORDER = 10
TARGET = "overview"

# Widths of the left margin, the time axis and the right margin [pixels].
LEFT, COLUMNS, RIGHT = 144, 1688, 112
# Heights of the head, the space between rows and the foot [pixels].
TOP, GAP, BOTTOM = 110, 12, 60
# Heights of the rows [pixels].
SECTIONS, CURVES, BROKEN, ROWS, LOUDNESS = 64, 144, 84, 325, 156
# Height of a stem's waveform [pixels].
STEM = 62
# Least and greatest height of all waveforms together [pixels].
STEMS = (300, 600)
# Distance of labels from a row's edge [pixels].
INSET = 8

# Colours: of the picture, of the share that is broken, of the curves, and of sections, stems and levels in order.
PAPER, PANEL, RULE, INK, QUIET_INK = "#12151c", "#171b24", "#3a4254", "#f1efea", "#9aa2b3"
BROKEN_COLOUR = "#5d3344"
GLITCH_COLOUR, TEMPERATURE_COLOUR, LOUDNESS_COLOUR = "#e0708a", "#e8b463", "#7fb7c9"
SECTION_COLOURS = ("#3f5a7a", "#46705f", "#85613f", "#64548a", "#80495f", "#59683f", "#3a6b7a", "#6f6742", "#565b6b")
STEM_COLOURS = ("#7fb7c9", "#86c3a8", "#b9c27e", "#e8b463", "#e2956b", "#e0708a", "#c07fb4", "#9a8fd0", "#7f9fd8")
HEAT = ("#12151c", "#1c2438", "#34345f", "#6a4278", "#a9566f", "#dd8a5f", "#f4ca85", "#fff6dd")

# Frequencies of the spectrogram.
AXIS = LogFrequency(40.0, 16000.0, ROWS)
# Range of the spectrogram's colours [dB below its loudest point].
RANGE_DB = 78.0
# Labels of the frequency axis.
FREQUENCIES_HZ = {50: "50 Hz", 100: "100 Hz", 200: "200 Hz", 500: "500 Hz",
                  1000: "1 kHz", 2000: "2 kHz", 5000: "5 kHz", 10000: "10 kHz"}
# Range of the waveforms [dB below the loudest stem's peak].
STEM_RANGE_DB = 42.0
# Possible distances of the marks on the time axis [s].
TICKS_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200)
# Ends of the loudness axis [LUFS].
LOUDNESS_FLOOR_LUFS, LOUDNESS_TOP_LUFS = -48.0, -6.0
# Sizes of fonts [points].
SMALL, NORMAL, NAME, TITLE = 8.0, 9.5, 11.0, 17.0
# Layouts of a section's name, the best first: number of lines, whether upright, smallest font [points].
SECTION_NAMES = ((1, False, 8.5), (2, False, 7.5), (1, True, 7.5), (2, True, 5.0))


def write(rendering: Rendering) -> None:
    """Write ``overview.png``; the same rendering gives the same bytes."""
    draw(rendering).save(rendering.folder / "overview.png")
    names = (rendering.score.title, *(span.name for span in rendering.performance.sections), *rendering.score.parts)
    rendering.notices.extend(lost_in("overview.png", names))


def draw(rendering: Rendering) -> Canvas:
    """Draw the picture of a rendering."""
    stems = min(max(STEM * len(rendering.stems), STEMS[0]), STEMS[1])
    heights = (SECTIONS, CURVES, BROKEN, ROWS, stems, LOUDNESS)
    tops = [TOP + sum(heights[:row]) + GAP * row for row in range(len(heights) + 1)]
    canvas = Canvas(LEFT + COLUMNS + RIGHT, tops[-1] - GAP + BOTTOM, PAPER)
    for top, height in zip(tops[1:], heights[1:], strict=False):
        canvas.fill(LEFT, top, LEFT + COLUMNS, top + height, PANEL)
    _draw_head(canvas, rendering)
    _draw_sections(canvas, rendering, tops[0])
    _draw_spectrogram(canvas, rendering, tops[3])
    _draw_curves(canvas, rendering, tops[1])
    _draw_broken(canvas, rendering, tops[2])
    _draw_stems(canvas, rendering, tops[4], stems)
    _draw_loudness(canvas, rendering, tops[5])
    for span in rendering.performance.sections[1:]:
        for top, height in zip(tops[1:], heights[1:], strict=False):
            x = round(_x(span.start_seconds, rendering)) + 0.5
            canvas.line([x, x], [top, top + height], INK, 1, alpha=0.3)
    _draw_time(canvas, rendering, tops[-1] - GAP)
    return canvas


def _seconds(rendering: Rendering) -> float:
    return rendering.frames / rendering.rate


def _x(seconds: float, rendering: Rendering) -> float:
    return LEFT + COLUMNS * seconds / _seconds(rendering)


def _draw_head(canvas: Canvas, rendering: Rendering) -> None:
    score = rendering.score
    facts = "   ·   ".join([
        f"{score.bpm:g} BPM", str(score.key), str(score.meter), clock(_seconds(rendering)),
        f"{decibels(rendering.master_lufs)} LUFS", f"{decibels(rendering.master_true_peak_db)} dBTP",
        f"seed {score.seed}"])
    room = COLUMNS - text_width(facts, NORMAL) - 40
    canvas.text(LEFT, 38, score.title, INK, min(TITLE, TITLE * room / text_width(score.title, TITLE)))
    canvas.text(LEFT + COLUMNS, 38, facts, QUIET_INK, NORMAL, align=1)


def _draw_sections(canvas: Canvas, rendering: Rendering, top: int) -> None:
    """Draw the sections with their names, those of one kind in one colour, and the numbers of their first bars."""
    kinds: dict[str, str] = {}
    free_from = 0.0
    for span in rendering.performance.sections:
        colour = kinds.setdefault(span.name.rstrip(" 0123456789"), SECTION_COLOURS[len(kinds) % len(SECTION_COLOURS)])
        left, right = round(_x(span.start_seconds, rendering)), round(_x(span.end_seconds, rendering))
        canvas.fill(min(left + 2, right), top, right, top + SECTIONS, colour)
        _draw_name(canvas, span.name, (left + right) / 2 + 1, top + SECTIONS / 2, right - left)
        if left >= free_from:
            label = f"{span.start_bar}" if free_from else f"bar {span.start_bar}"
            canvas.text(left + 2, top - 16, label, QUIET_INK, SMALL)
            free_from = left + text_width(label, SMALL) + 10


def _draw_name(canvas: Canvas, name: str, x: float, y: float, width: float) -> None:
    found = fit(name, width - INSET, SECTIONS - INSET)
    if found:
        lines, upright, size = found
        for index, line in enumerate(lines):
            shift = (index - (len(lines) - 1) / 2) * line_height(size)
            canvas.text(x + shift * upright, y + shift * (not upright), line, INK, size, align=0.5, upright=upright)


def fit(name: str, width: float, height: float) -> tuple[list[str], bool, float] | None:
    """Find the best layout in which a name fits.

    Parameters
    ----------
    name
        The name of a section.
    width, height
        Space for it [pixels].

    Returns
    -------
    tuple of list of str, bool and float, or None
        Its lines, whether they are upright, and the size of the font [points]; None if it fits in no layout.
    """
    words = drawable(name).split()
    for count, upright, least in SECTION_NAMES:
        lines = [" ".join(words)] if count == 1 else [" ".join(words[:-1]), words[-1]]
        along, across = (height, width) if upright else (width, height)
        widest = max(text_width(line, NAME) for line in lines)
        size = NAME * min(1.0, along / widest, across / (line_height(NAME) * count))
        if size >= least and all(lines):
            return lines, upright, size
    return None


def _draw_curves(canvas: Canvas, rendering: Rendering, top: int) -> None:
    performance = rendering.performance
    bottom, height = top + CURVES, CURVES / 1.08
    highest = max(math.ceil(max(performance.temperature.values) * 2) / 2, 0.5)
    for curve, most, colour in ((performance.glitch, 1.0, GLITCH_COLOUR),
                                (performance.temperature, highest, TEMPERATURE_COLOUR)):
        seconds, values = (np.array(row) for row in corners(curve, performance.tempo, performance.duration_seconds))
        x, y = LEFT + COLUMNS * seconds / _seconds(rendering), bottom - height * values / most
        if curve is performance.glitch:
            canvas.area(x, y, np.full(y.size, float(bottom)), colour, 0.28)
        canvas.line(x, y, colour, 3)
    for share in (0.0, 0.5, 1.0):
        y_tick = bottom - height * share
        canvas.text(LEFT - INSET, y_tick, f"{share:g}", GLITCH_COLOUR, SMALL, align=1)
        label = f"{highest * share:g}" if share < 1 else f"T = {highest:g}"
        canvas.text(LEFT + COLUMNS + INSET, y_tick, label, TEMPERATURE_COLOUR, SMALL)
    _label(canvas, top, "glitch", GLITCH_COLOUR)
    _label(canvas, top, "temperature", TEMPERATURE_COLOUR, after="glitch")


def _draw_broken(canvas: Canvas, rendering: Rendering, top: int) -> None:
    """Draw the measurements of each section: a bar for the share that is broken, and texts as far as they fit."""
    bottom = top + BROKEN
    for span, found in zip(rendering.performance.sections, rendering.measured, strict=True):
        if found.broken is None:
            continue
        left, right = round(_x(span.start_seconds, rendering)), round(_x(span.end_seconds, rendering))
        height = round((BROKEN - 4) * math.sqrt(found.broken))  # the root shows differences between small shares
        canvas.fill(left + 2, bottom - height, right, bottom, BROKEN_COLOUR)
        lines = [f"{found.broken:.1%} broken", f"{found.levels:,} levels".replace(",", "\u2009")]
        lines += [f"entropy {found.entropy:.2f}"] if found.entropy is not None else []
        lines += [f"side {decibels(found.side_db, 0)} dB"] if found.side_db is not None else []
        room = right - left - INSET
        if text_width(lines[0], SMALL) > room:
            lines[0] = f"{found.broken:.0%}"
        fitting = [line for line in lines if text_width(line, SMALL) <= room]
        for number, line in enumerate(fitting):
            canvas.text((left + right) / 2, top + 17 + number * line_height(SMALL), line, INK, SMALL, align=0.5)
    canvas.text(LEFT - INSET, top + BROKEN / 2, "found in the mix", QUIET_INK, SMALL, align=1)


def corners(curve: BreakpointCurve, tempo: TempoMap, end_seconds: float) -> tuple[list[float], list[float]]:
    """Return the points of a curve, times [s] and values, extended to the start and the end of the song."""
    seconds = [tempo.seconds(beat) for beat in curve.beats] + [end_seconds]
    return [0.0, *seconds], [curve.values[0], *curve.values, curve.values[-1]]


def _draw_spectrogram(canvas: Canvas, rendering: Rendering, top: int) -> None:
    levels = spectrogram_db(rendering.master, rendering.rate, AXIS, COLUMNS)
    shades = np.clip((levels[::-1] / RANGE_DB + 1) * 255.99, 0, 255).astype(np.uint8)
    wide = shades[:, np.arange(COLUMNS) * levels.shape[1] // COLUMNS]
    canvas.image(LEFT, top, _shades()[wide])
    for hz, label in FREQUENCIES_HZ.items():
        canvas.text(LEFT - INSET, top + ROWS - AXIS.row(hz), label, QUIET_INK, SMALL, align=1)
    _label(canvas, top, "mix", INK)


def _shades() -> NDArray[np.uint8]:
    """Return the colours of the spectrogram from quiet to loud: shape (256, 3)."""
    stops = np.array([list(bytes.fromhex(colour[1:])) for colour in HEAT])
    places = np.linspace(0, 255, len(HEAT))
    return np.stack([np.interp(np.arange(256), places, row) for row in stops.T], axis=1).round().astype(np.uint8)


def _draw_stems(canvas: Canvas, rendering: Rendering, top: int, height: int) -> None:
    count = len(rendering.stems)
    loudest = max([float(np.abs(stem.envelope).max()) for stem in rendering.stems] + [1e-9])
    for row, stem in enumerate(rendering.stems):
        low, high = 0.47 * height / count * reach(stem.envelope / loudest)
        x = LEFT + COLUMNS * (np.arange(high.size) + 0.5) / high.size
        middle = int(top + height * (row + 0.5) / count) + 0.5
        colour = STEM_COLOURS[row * len(STEM_COLOURS) // count]
        canvas.line([LEFT, LEFT + COLUMNS], [middle, middle], colour, 1, alpha=0.4)
        canvas.area(x, middle - high, middle - low, colour)
        name = stem.name.replace("_", " ")
        size = min(NORMAL, NORMAL * (LEFT - 2 * INSET) / text_width(name, NORMAL))
        canvas.text(LEFT - INSET, middle, name, INK, size, align=1)
    for line, label in enumerate(("height in dB:", f"{decibels(-STEM_RANGE_DB, 0)} … 0")):
        canvas.text(LEFT + COLUMNS + INSET, top + 10 + line * line_height(SMALL), label, QUIET_INK, SMALL)


def reach(envelope: Envelope) -> Envelope:
    """Return the height of a waveform above its middle line, −1 to 1.

    Parameters
    ----------
    envelope
        Lowest and highest samples relative to the loudest stem's peak: shape (2, points), −1 to 1.

    Returns
    -------
    Envelope
        Of the same shape: linear in decibels, 0 at −``STEM_RANGE_DB`` and below.
    """
    levels = 20 * np.log10(np.maximum(np.abs(envelope), 1e-9))
    heights: Envelope = np.sign(envelope) * np.clip(1 + levels / STEM_RANGE_DB, 0, 1)
    return heights


def _draw_loudness(canvas: Canvas, rendering: Rendering, top: int) -> None:
    def y(lufs: float) -> float:
        return top + LOUDNESS * (LOUDNESS_TOP_LUFS - lufs) / (LOUDNESS_TOP_LUFS - LOUDNESS_FLOOR_LUFS)

    curve = loudness.curve(rendering.master_energy)
    step = max(curve.size // COLUMNS, 1)
    ends = np.arange(loudness.SHORT_TERM_BLOCKS - 1, curve.size, step)
    if ends.size:
        # a window of 3 s is drawn at its middle
        seconds = (ends + 1 - loudness.SHORT_TERM_BLOCKS / 2) / loudness.BLOCKS_PER_SECOND
        heights = np.array([y(lufs) for lufs in np.clip(curve[ends], LOUDNESS_FLOOR_LUFS, LOUDNESS_TOP_LUFS)])
        x = LEFT + COLUMNS * seconds / _seconds(rendering)
        canvas.area(x, heights, np.full(x.size, float(top + LOUDNESS)), LOUDNESS_COLOUR, 0.22)
        canvas.line(x, heights, LOUDNESS_COLOUR, 2.5)
    target = rendering.score.master.loudness
    canvas.line([LEFT, LEFT + COLUMNS], [y(target)] * 2, INK, 1.5, alpha=0.7, dashes=(8, 7))
    canvas.text(LEFT + COLUMNS + INSET, y(target), f"{target:g} LUFS".replace("-", "−"), INK, SMALL)
    for lufs in (-40, -30, -20):
        canvas.text(LEFT - INSET, y(lufs), decibels(lufs, 0), QUIET_INK, SMALL, align=1)
    _label(canvas, top, "loudness (3 s)", LOUDNESS_COLOUR)


def _label(canvas: Canvas, top: int, text: str, colour: str, after: str = "") -> None:
    """Write the name of a row into its corner, after the name ``after`` if there is one."""
    before = text_width(after, NORMAL) + 2 * INSET if after else 0.0
    canvas.text(LEFT + INSET + before, top + 17, text, colour, NORMAL)


def _draw_time(canvas: Canvas, rendering: Rendering, top: int) -> None:
    seconds = _seconds(rendering)
    step = next(step for step in TICKS_SECONDS if seconds / step <= 16 or step == TICKS_SECONDS[-1])
    for tick in np.arange(0, seconds, step):
        x = round(_x(tick, rendering))
        canvas.fill(x, top, x + 1, top + 6, RULE)
        canvas.text(x, top + 22, clock(tick), QUIET_INK, SMALL, align=0.5)


def clock(seconds: float) -> str:
    """Return a time as ``m:ss``, rounded to seconds."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def decibels(value: float, digits: int = 1) -> str:
    """Return a level with ``digits`` decimals and a minus sign (U+2212); −∞ for silence."""
    return f"{value:.{digits}f}".replace("-", "−") if math.isfinite(value) else "−∞"
