"""``overview.png``: the arc of the song in one picture, every row over the same time.

From the top: the sections; glitch intensity and temperature; the mix as a spectrogram; each stem as a waveform; the
loudness of the mix. Waveforms share one scale, so that a quiet part looks quiet (bent by a power, so that it is seen).
"""

from __future__ import annotations

import math

import librosa
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from render import loudness
from render.rendering import Rendering
from scores.performance import BreakpointCurve, SectionSpan
from scores.tempo import TempoMap

ORDER = 10

WIDTH_INCHES, DOTS_PER_INCH = 15.5, 125
LEFT_INCHES, RIGHT_INCHES, TOP_INCHES, BOTTOM_INCHES, GAP_INCHES = 1.15, 0.85, 0.88, 0.5, 0.09
HEIGHTS_INCHES = {"sections": 0.5, "curves": 1.15, "spectrogram": 2.6, "loudness": 1.25}
STEMS_INCHES = (2.4, 4.8)  # least and most for all waveforms together
STEM_INCHES = 0.5

PAPER, PANEL, RULE, INK, QUIET_INK = "#12151c", "#171b24", "#3a4254", "#e6e4df", "#8d95a6"
GLITCH, TEMPERATURE, LOUDNESS, TARGET = "#e0708a", "#e8b463", "#7fb7c9", "#e6e4df"
SECTION_COLOURS = ("#4f6d8f", "#5d8a7d", "#a0795a", "#7b6a9c", "#9a6076", "#6f7f52", "#4e8393", "#8a8158", "#6a6f80")
STEM_COLOURS = ("#7fb7c9", "#86c3a8", "#b9c27e", "#e8b463", "#e2956b", "#e0708a", "#c07fb4", "#9a8fd0", "#7f9fd8")
HEAT = LinearSegmentedColormap.from_list(
    "night", ["#12151c", "#1c2438", "#34345f", "#6a4278", "#a9566f", "#dd8a5f", "#f4ca85", "#fff6dd"], N=512)

COLUMNS, ROWS = 1700, 320  # of the spectrogram, about as many as the panel has dots
COLUMNS_AT_A_TIME = 256  # what is in memory
WINDOW_SECONDS = 0.17
HANN_BINS = 1.5  # equivalent noise bandwidth of a Hann window (Harris, 1978, table 1)
QUIETEST_LOUDEST = 1e-6  # power: silence is drawn dark, not as its own loudest point
LOWEST_HZ, HIGHEST_HZ = 40.0, 16000.0
RANGE_DB = 78.0
FREQUENCY_TICKS = {50: "50 Hz", 100: "100", 200: "200", 500: "500", 1000: "1 kHz", 2000: "2", 5000: "5", 10000: "10"}

LOUDNESS_FLOOR_LUFS, LOUDNESS_TOP_LUFS = -48.0, -6.0
WAVEFORM_POWER = 0.6
POINTS_A_CHARACTER = 0.6  # width of a letter, in units of its height


def write(rendering: Rendering) -> None:
    """Write ``overview.png``; the same rendering gives the same bytes."""
    figure = draw(rendering)
    figure.savefig(rendering.folder / "overview.png", metadata={"Software": None})


def draw(rendering: Rendering) -> Figure:
    """The picture of a rendering."""
    stems_inches = min(max(STEM_INCHES * len(rendering.stems), STEMS_INCHES[0]), STEMS_INCHES[1])
    rows = [("sections", HEIGHTS_INCHES["sections"]), ("curves", HEIGHTS_INCHES["curves"]),
            ("spectrogram", HEIGHTS_INCHES["spectrogram"]), ("stems", stems_inches),
            ("loudness", HEIGHTS_INCHES["loudness"])]
    height = TOP_INCHES + BOTTOM_INCHES + sum(inches for _, inches in rows) + GAP_INCHES * (len(rows) - 1)
    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DOTS_PER_INCH, facecolor=PAPER)
    FigureCanvasAgg(figure)
    seconds = rendering.frames / rendering.rate
    axes: dict[str, Axes] = {}
    top = height - TOP_INCHES
    for name, inches in rows:
        axes[name] = _panel(figure, top - inches, inches, height, seconds)
        top -= inches + GAP_INCHES
    _head(figure, rendering, height)
    _draw_sections(axes["sections"], rendering)
    _draw_curves(axes["curves"], rendering)
    _draw_spectrogram(axes["spectrogram"], rendering)
    _draw_stems(axes["stems"], rendering)
    _draw_loudness(axes["loudness"], rendering)
    for name, panel in axes.items():
        if name != "sections":
            for span in rendering.performance.sections[1:]:
                panel.axvline(span.start_seconds, color=INK, linewidth=0.6, alpha=0.28, zorder=5)
    _draw_time(axes["loudness"], seconds)
    return figure


def _panel(figure: Figure, bottom: float, inches: float, height: float, seconds: float) -> Axes:
    width = WIDTH_INCHES - LEFT_INCHES - RIGHT_INCHES
    panel = figure.add_axes((LEFT_INCHES / WIDTH_INCHES, bottom / height, width / WIDTH_INCHES, inches / height))
    panel.set_facecolor(PANEL)
    panel.set_xlim(0, seconds)
    panel.tick_params(colors=QUIET_INK, labelsize=8, length=0, pad=5)
    panel.set_xticks([])
    panel.set_yticks([])
    for spine in panel.spines.values():
        spine.set_visible(False)
    return panel


def _head(figure: Figure, rendering: Rendering, height: float) -> None:
    score = rendering.score
    facts = [f"{score.tempo.start:g} BPM", str(score.key), str(score.meter), clock(rendering.frames / rendering.rate),
             f"{decibels(rendering.master_lufs)} LUFS", f"{decibels(rendering.master_true_peak_db)} dBTP",
             f"seed {score.seed}"]
    left, right = LEFT_INCHES / WIDTH_INCHES, 1 - RIGHT_INCHES / WIDTH_INCHES
    figure.text(left, 1 - 0.3 / height, score.title, color=INK, fontsize=17, va="center", parse_math=False)
    figure.text(right, 1 - 0.3 / height, "   ·   ".join(facts), color=QUIET_INK, fontsize=9.5, va="center", ha="right")


def _draw_sections(panel: Axes, rendering: Rendering) -> None:
    """Bands with names, sections of one kind in one colour; above them the number of each first bar."""
    kinds: dict[str, str] = {}
    panel.set_ylim(0, 1)
    points = (WIDTH_INCHES - LEFT_INCHES - RIGHT_INCHES) * 72 / rendering.performance.duration_seconds
    free_from = 0.0
    for span in rendering.performance.sections:
        colour = kinds.setdefault(span.name.rstrip(" 0123456789"), SECTION_COLOURS[len(kinds) % len(SECTION_COLOURS)])
        panel.axvspan(span.start_seconds, span.end_seconds, color=colour, linewidth=0)
        panel.axvline(span.start_seconds, color=PAPER, linewidth=2)
        _name(panel, span, points)
        if span.start_seconds >= free_from:
            label = f"{span.start_bar}" if free_from else f"bar {span.start_bar}"
            panel.text(span.start_seconds, 1.12, label, color=QUIET_INK, fontsize=8, va="bottom")
            free_from = span.start_seconds + (len(label) + 1) * 8 * POINTS_A_CHARACTER / points


def _name(panel: Axes, span: SectionSpan, points_a_second: float) -> None:
    """A section's name in its band: level or upright, on one line or two, the first of these that can be read."""
    words = span.name.split()
    one, two = [span.name], [" ".join(words[:-1]), words[-1]]
    along, across = (span.end_seconds - span.start_seconds) * points_a_second - 5, HEIGHTS_INCHES["sections"] * 72 - 5
    for lines, rotation, least in ((one, 0, 9.0), (two, 0, 7.5), (one, 90, 7.5), (two, 90, 5.0)):
        width, height = (across, along) if rotation else (along, across)
        size = min(11.0, width / (POINTS_A_CHARACTER * max(map(len, lines))), height / (1.15 * len(lines)))
        if size >= least and all(lines):
            panel.text((span.start_seconds + span.end_seconds) / 2, 0.49, "\n".join(lines), color=INK, fontsize=size,
                       ha="center", va="center", rotation=rotation, linespacing=1.05, parse_math=False)
            return


def _draw_curves(panel: Axes, rendering: Rendering) -> None:
    performance = rendering.performance
    end = performance.duration_seconds
    seconds, glitch = corners(performance.glitch, performance.tempo, end)
    panel.set_ylim(0, 1.08)
    panel.fill_between(seconds, glitch, color=GLITCH, alpha=0.28, linewidth=0)
    panel.plot(seconds, glitch, color=GLITCH, linewidth=1.6)
    panel.set_yticks([0, 0.5, 1], ["0", "0.5", "1"], color=GLITCH)
    _label(panel, "glitch", GLITCH)
    _label(panel, "temperature", TEMPERATURE, 0.048)
    other = panel.twinx()
    for spine in other.spines.values():
        spine.set_visible(False)
    seconds, temperature = corners(performance.temperature, performance.tempo, end)
    top = max(math.ceil(max(temperature) * 2) / 2, 0.5)
    other.set_ylim(0, 1.08 * top)
    other.plot(seconds, temperature, color=TEMPERATURE, linewidth=1.6)
    other.tick_params(colors=TEMPERATURE, labelsize=8, length=0, pad=5)
    other.set_yticks([0, top / 2, top], ["0", f"{top / 2:g}", f"T = {top:g}"])


def corners(curve: BreakpointCurve, tempo: TempoMap, end_seconds: float) -> tuple[list[float], list[float]]:
    """The corners of a curve's line in seconds and values, held to the end of the song."""
    seconds = [tempo.seconds(beat) for beat in curve.beats] + [end_seconds]
    return [0.0, *seconds], [curve.values[0], *curve.values, curve.values[-1]]


def _draw_spectrogram(panel: Axes, rendering: Rendering) -> None:
    levels = spectrogram_db(rendering.master, rendering.rate)
    panel.set_ylim(0, ROWS)
    panel.imshow(levels, origin="lower", aspect="auto", extent=(0, rendering.frames / rendering.rate, 0, ROWS),
                 cmap=HEAT, vmin=-RANGE_DB, vmax=0, interpolation="nearest", zorder=1)
    octaves = math.log2(HIGHEST_HZ / LOWEST_HZ)
    panel.set_yticks([ROWS * math.log2(hz / LOWEST_HZ) / octaves for hz in FREQUENCY_TICKS], FREQUENCY_TICKS.values())
    _label(panel, "mix", INK)


def spectrogram_db(audio: np.ndarray, rate: int) -> np.ndarray:
    """Spectrogram on a logarithmic frequency axis, in dB below its loudest point: shape (ROWS, columns), float32.

    audio
        shape (2, frames). At most COLUMNS windows spread over it are looked at, so that memory and time do not grow
        with its length; where they are further apart than they are long, what lies between is not seen.
    """
    frames = audio.shape[1]
    size = 2 ** round(math.log2(WINDOW_SECONDS * rate))
    columns = max(min(COLUMNS, frames // (size // 8)), 1)
    centres = ((np.arange(columns) + 0.5) * frames / columns).astype(int)
    edges_hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, ROWS + 1)
    edges = edges_hz * size / rate + 0.5  # in bins: each reaches half its width to each side
    widths, edges = np.diff(edges)[:, None], np.minimum(edges, size // 2 + 1)
    widths = np.minimum(widths, HANN_BINS)  # so that a tone is as bright in a wide row as in a narrow one
    whole = np.minimum(edges.astype(int), size // 2)
    part = (edges - whole)[:, None].astype(np.float32)
    power = np.empty((ROWS, columns), np.float32)
    for first in range(0, columns, COLUMNS_AT_A_TIME):
        windows = np.zeros((min(COLUMNS_AT_A_TIME, columns - first), size), np.float32)
        for window, centre in zip(windows, centres[first:], strict=False):
            start, stop = max(centre - size // 2, 0), min(centre + size // 2, frames)
            window[:stop - start] = audio[:, start:stop].sum(axis=0)
        spectrum = librosa.stft(windows.ravel(), n_fft=size, hop_length=size, center=False)
        below = np.zeros((size // 2 + 2, windows.shape[0]))
        np.cumsum(np.square(np.abs(spectrum)), axis=0, dtype=np.float64, out=below[1:])
        reached = below[whole] + part * (below[whole + 1] - below[whole])
        power[:, first:first + windows.shape[0]] = np.diff(reached, axis=0) / widths
    loudest = max(float(power.max()), QUIETEST_LOUDEST)
    levels: np.ndarray = librosa.power_to_db(np.maximum(power, 0), ref=loudest, amin=1e-10 * loudest, top_db=None)
    return levels


def _draw_stems(panel: Axes, rendering: Rendering) -> None:
    count = len(rendering.stems)
    panel.set_ylim(count, 0)
    loudest = max([float(np.abs(stem.envelope).max()) for stem in rendering.stems] + [1e-9])
    seconds = rendering.frames / rendering.rate
    for row, stem in enumerate(rendering.stems):
        low, high = np.sign(stem.envelope) * (np.abs(stem.envelope) / loudest) ** WAVEFORM_POWER
        colour = STEM_COLOURS[row * len(STEM_COLOURS) // count if count > 1 else 0]
        x = (np.arange(high.size) + 0.5) * seconds / high.size
        middle = row + 0.5
        panel.axhline(middle, color=colour, linewidth=0.5, alpha=0.35)
        panel.fill_between(x, middle - 0.47 * high, middle - 0.47 * low, color=colour, linewidth=0.3)
    panel.set_yticks([row + 0.5 for row in range(count)], [""] * count)
    for row, stem in enumerate(rendering.stems):
        room = LEFT_INCHES * 72 - 12
        size = min(9.5, room / (POINTS_A_CHARACTER * len(stem.part)))
        panel.annotate(stem.part.replace("_", " "), (0, row + 0.5), xytext=(-6, 0), textcoords="offset points",
                       ha="right", va="center", fontsize=size, color=INK, annotation_clip=False, parse_math=False)


def _draw_loudness(panel: Axes, rendering: Rendering) -> None:
    short_term = np.clip(loudness.curve(rendering.master_energy), LOUDNESS_FLOOR_LUFS - 1, LOUDNESS_TOP_LUFS)
    # a window of 3 s is drawn at its middle
    seconds = (np.arange(short_term.size) + 1 - loudness.SHORT_TERM_BLOCKS / 2) / loudness.BLOCKS_PER_SECOND
    drawn = slice(loudness.SHORT_TERM_BLOCKS - 1, None, max(short_term.size // 4000, 1))
    panel.set_ylim(LOUDNESS_FLOOR_LUFS, LOUDNESS_TOP_LUFS)
    panel.fill_between(seconds[drawn], short_term[drawn], LOUDNESS_FLOOR_LUFS, color=LOUDNESS, alpha=0.22, linewidth=0)
    panel.plot(seconds[drawn], short_term[drawn], color=LOUDNESS, linewidth=1.3)
    target = rendering.score.master.loudness
    panel.axhline(target, color=TARGET, linewidth=0.8, linestyle=(0, (5, 4)), alpha=0.7)
    panel.set_yticks([-40, -30, -20], ["−40", "−30", "−20"])
    panel.annotate(f"{target:g} LUFS".replace("-", "−"), (1, target), xycoords=("axes fraction", "data"), xytext=(5, 0),
                   textcoords="offset points", va="center", fontsize=8, color=INK, annotation_clip=False)
    _label(panel, "loudness (3 s)", LOUDNESS)


def _label(panel: Axes, text: str, colour: str, x: float = 0.005) -> None:
    panel.text(x, 0.93, text, transform=panel.transAxes, color=colour, fontsize=9, va="top", zorder=6)


def _draw_time(panel: Axes, seconds: float) -> None:
    step = next(step for step in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200) if seconds / step <= 16 or step == 1200)
    ticks = np.arange(0, seconds, step)
    panel.set_xticks(ticks, [clock(tick) for tick in ticks])
    panel.tick_params(axis="x", length=4, color=RULE)


def clock(seconds: float) -> str:
    """``m:ss``, to the nearest second."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def decibels(value: float) -> str:
    """A level with one decimal and a real minus sign; −∞ of silence."""
    return f"{value:.1f}".replace("-", "−") if math.isfinite(value) else "−∞"
