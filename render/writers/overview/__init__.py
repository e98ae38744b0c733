"""``overview.png``: the arc of the song in one picture, every row over the same time.

From the top: the sections; glitch intensity and temperature; how broken the mix is found to be; the mix as a
spectrogram; each stem as a waveform; the loudness of the mix. Waveforms share one scale, in
decibels below the loudest stem's peak, so that a quiet part is seen and looks quieter.
"""

from __future__ import annotations

import math

import numpy as np

from render.meters import loudness
from render.rendering import Rendering
from render.writers.overview.canvas import Canvas, drawable, line_height, text_width
from render.writers.overview.spectrogram import LogFrequency, spectrogram_db
from scores.performance import BreakpointCurve
from scores.theory.tempo import TempoMap

ORDER = 10

# Pixels
LEFT, COLUMNS, RIGHT = 144, 1688, 112
TOP, GAP, BOTTOM = 110, 12, 60
SECTIONS, CURVES, BROKEN, ROWS, LOUDNESS = 64, 144, 84, 325, 156
STEM, STEMS = 62, (300, 600)  # a row; least and most of all together
INSET = 8

PAPER, PANEL, RULE, INK, QUIET_INK = "#12151c", "#171b24", "#3a4254", "#f1efea", "#9aa2b3"
BROKEN_COLOUR = "#5d3344"
GLITCH_COLOUR, TEMPERATURE_COLOUR, LOUDNESS_COLOUR = "#e0708a", "#e8b463", "#7fb7c9"
SECTION_COLOURS = ("#3f5a7a", "#46705f", "#85613f", "#64548a", "#80495f", "#59683f", "#3a6b7a", "#6f6742", "#565b6b")
STEM_COLOURS = ("#7fb7c9", "#86c3a8", "#b9c27e", "#e8b463", "#e2956b", "#e0708a", "#c07fb4", "#9a8fd0", "#7f9fd8")
HEAT = ("#12151c", "#1c2438", "#34345f", "#6a4278", "#a9566f", "#dd8a5f", "#f4ca85", "#fff6dd")

AXIS = LogFrequency(40.0, 16000.0, ROWS)
RANGE_DB = 78.0
FREQUENCIES_HZ = {50: "50 Hz", 100: "100 Hz", 200: "200 Hz", 500: "500 Hz",
                  1000: "1 kHz", 2000: "2 kHz", 5000: "5 kHz", 10000: "10 kHz"}
STEM_RANGE_DB = 42.0
TICKS_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200)
LOUDNESS_FLOOR_LUFS, LOUDNESS_TOP_LUFS = -48.0, -6.0
SMALL, NORMAL, NAME, TITLE = 8.0, 9.5, 11.0, 17.0  # points
SECTION_NAMES = ((1, False, 8.5), (2, False, 7.5), (1, True, 7.5), (2, True, 5.0))  # lines, upright, least points


def write(rendering: Rendering) -> None:
    """Write ``overview.png``; the same rendering gives the same bytes."""
    draw(rendering).save(rendering.folder / "overview.png")


def draw(rendering: Rendering) -> Canvas:
    """The picture of a rendering."""
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
        f"{score.tempo.start:g} BPM", str(score.key), str(score.meter), clock(_seconds(rendering)),
        f"{decibels(rendering.master_lufs)} LUFS", f"{decibels(rendering.master_true_peak_db)} dBTP",
        f"seed {score.seed}"])
    room = COLUMNS - text_width(facts, NORMAL) - 40
    canvas.text(LEFT, 38, score.title, INK, min(TITLE, TITLE * room / text_width(score.title, TITLE)))
    canvas.text(LEFT + COLUMNS, 38, facts, QUIET_INK, NORMAL, align=1)


def _draw_sections(canvas: Canvas, rendering: Rendering, top: int) -> None:
    """Bands with names, sections of one kind in one colour; above them the number of each first bar."""
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
    """How a name can be read in so much room: its lines, whether upright, and the size in points; None if it cannot."""
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
    """What is found in each section of the mix: the share that is broken as a bar, in words as far as there is room."""
    bottom = top + BROKEN
    for span, found in zip(rendering.performance.sections, rendering.measured, strict=True):
        if found.broken is None:
            continue
        left, right = round(_x(span.start_seconds, rendering)), round(_x(span.end_seconds, rendering))
        height = round((BROKEN - 4) * math.sqrt(found.broken))  # a song is told from the next where both break little
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
    """The corners of a curve's line in seconds and values, held to the end of the song."""
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


def _shades() -> np.ndarray:
    """The colours of the spectrogram, from quiet to loud: shape (256, 3), uint8."""
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
        name = stem.part.replace("_", " ")
        size = min(NORMAL, NORMAL * (LEFT - 2 * INSET) / text_width(name, NORMAL))
        canvas.text(LEFT - INSET, middle, name, INK, size, align=1)
    for line, label in enumerate(("height in dB:", f"{decibels(-STEM_RANGE_DB, 0)} … 0")):
        canvas.text(LEFT + COLUMNS + INSET, top + 10 + line * line_height(SMALL), label, QUIET_INK, SMALL)


def reach(envelope: np.ndarray) -> np.ndarray:
    """How far a waveform reaches from its middle line, −1 to 1: straight in decibels, 0 at −STEM_RANGE_DB and below."""
    levels = 20 * np.log10(np.maximum(np.abs(envelope), 1e-9))
    heights: np.ndarray = np.sign(envelope) * np.clip(1 + levels / STEM_RANGE_DB, 0, 1)
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
    """The name of a row in its corner; ``after`` is what stands there already."""
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
    """``m:ss``, to the nearest second."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def decibels(value: float, digits: int = 1) -> str:
    """A level with so many decimals and a real minus sign; −∞ of silence."""
    return f"{value:.{digits}f}".replace("-", "−") if math.isfinite(value) else "−∞"
