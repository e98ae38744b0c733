"""What a page knows of its song: time line, words, chords, curves, glitches, parts and levels, as JSON.

Times are seconds from the start of the song. Curves are pairs of second and value. Heights are bytes in base64, one for
each of equal stretches of the song.
"""

from __future__ import annotations

import base64
import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from render.audio.samples import POINTS, Stereo
from render.meters import loudness
from render.rendering import Rendering, StemFile
from render.writers.lyrics import TimedLine, timed_lines
from render.writers.overview import corners
from render.writers.overview.spectrogram import LogFrequency, spectrogram_db
from scores.performance import Gesture, Performance

# The spectrogram: its frequencies, its highest number of columns, its range [dB below the loudest point], its quality.
AXIS = LogFrequency(50.0, 14000.0, 96)
COLUMNS = 1400
RANGE_DB = 72.0
JPEG_QUALITY = 55
# Distance of two values of the loudness curve [blocks of 100 ms].
LOUDNESS_STEP = 5
# Exponent of a part's height over its peak: quiet parts are seen, and loud ones keep their shape.
SHAPE = 0.6


def facts(rendering: Rendering) -> dict[str, Any]:
    """Return what the page's scripts read, ready for JSON."""
    performance = rendering.performance
    seconds = rendering.frames / rendering.rate
    loudest = max([float(np.abs(stem.envelope).max()) for stem in rendering.stems] + [1e-9])
    return {
        "title": rendering.score.title,
        "artist": rendering.score.artist,
        "seconds": round(seconds, 6),
        "sections": [{"name": span.name, "start": _second(span.start_seconds), "end": _second(span.end_seconds)}
                     for span in performance.sections],
        "bars": [[bar.index, _second(bar.start_seconds)] for bar in performance.bars],
        "chords": list(chords(performance)),
        "lines": [{"section": section, "start": _second(line.start_seconds), "end": _second(line.end_seconds),
                   "words": [[_second(word.start_seconds), _second(word.end_seconds), word.text]
                             for word in line.words]} for section, line in placed_lines(performance)],
        "temperature": _curve(*corners(performance.temperature, performance.tempo, seconds)),
        "glitch": _curve(*corners(performance.glitch, performance.tempo, seconds)),
        "loudness": _loudness(rendering),
        "target": rendering.score.master.loudness,
        "mix": _bytes(_swell(rendering.master)),
        "spectrogram": _spectrogram(rendering),
        "parts": [{"name": shown(stem), "part": stem.part,
                   "heights": _bytes((np.abs(stem.envelope).max(axis=0) / loudest) ** SHAPE),
                   "glitches": _marks(performance.gestures.get(stem.part, ()))} for stem in rendering.stems],
        "sends": [{"name": name.replace("_", " "), "glitches": _marks(found)}
                  for name, found in performance.send_gestures.items() if found],
    }


def shown(stem: StemFile) -> str:
    """Return the name of a stem as people read it."""
    return stem.name.replace("_", " ")


def pretty(symbol: str) -> str:
    """Return a chord symbol or a key with the signs ♭ and ♯."""
    return re.sub(r"(?<=[A-G])b|b(?=\d)", "♭", symbol).replace("#", "♯")


def chords(performance: Performance) -> Iterator[tuple[float, str]]:
    """Yield each chord with the second at which it begins, where it differs from the one before; N.C. for none."""
    before = None
    for bar in performance.bars:
        for start, chord in bar.chords:
            label = pretty(chord.symbol) if chord else "N.C."
            at = _second(performance.tempo.seconds(max(bar.start_beats, bar.start_beats + float(start))))
            if label != before:
                yield at, label
            before = label


def placed_lines(performance: Performance) -> list[tuple[int, TimedLine]]:
    """Return the lines in the order in which they are heard, each with the number of its section.

    A line may begin before its section does. So it belongs to the section of its name that is nearest.
    """
    spans = performance.sections
    starts = [span.start_seconds for span in spans]

    def section(line: TimedLine) -> int:
        middle = (line.start_seconds + line.end_seconds) / 2
        named = [number for number, span in enumerate(spans) if span.name == line.line.section]
        return min(named, key=lambda number: max(spans[number].start_seconds - middle,
                                                 middle - spans[number].end_seconds),
                   default=max(bisect_right(starts, line.start_seconds) - 1, 0))

    return [(section(line), line) for line in timed_lines(performance)]


def _swell(audio: Stereo) -> NDArray[np.float32]:
    """Return the root mean square of equal stretches of a sound relative to the highest of them, shape (POINTS,)."""
    edges = np.linspace(0, audio.shape[1], POINTS + 1).astype(int)[:-1]
    power = sum(np.add.reduceat(np.square(channel), edges) for channel in audio)
    swell: NDArray[np.float32] = np.sqrt(power / max(float(np.max(power)), 1e-12))
    return swell


def _marks(gestures: Iterable[Gesture]) -> list[tuple[float, float, str, float]]:
    """Return start, end, effect and depth of each gesture."""
    return [(_second(each.onset_seconds), _second(each.end_seconds), each.effect.name.replace("_", " "),
             round(each.depth, 2)) for each in gestures]


def _loudness(rendering: Rendering) -> list[tuple[float, float]]:
    """Return the short-term loudness [LUFS] at the middles of its windows of 3 s."""
    curve = loudness.curve(rendering.master_energy)
    ends = np.arange(loudness.SHORT_TERM_BLOCKS - 1, curve.size, LOUDNESS_STEP)
    seconds = (ends + 1 - loudness.SHORT_TERM_BLOCKS / 2) / loudness.BLOCKS_PER_SECOND
    return [(round(float(at), 2), round(float(max(value, -70.0)), 1))
            for at, value in zip(seconds, curve[ends], strict=True)]


def _spectrogram(rendering: Rendering) -> str:
    """Return the spectrogram of the mix as a grey JPEG in a data address: black is silence."""
    levels = spectrogram_db(rendering.master, rendering.rate, AXIS, COLUMNS)
    grey = np.clip((levels[::-1] / RANGE_DB + 1) * 255.99, 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _bytes(heights: NDArray[np.floating[Any]]) -> str:
    """Return heights from 0 to 1 as bytes in base64."""
    return base64.b64encode(np.clip(np.rint(heights * 255), 0, 255).astype(np.uint8).tobytes()).decode("ascii")


def _curve(seconds: Sequence[float], values: Sequence[float]) -> list[tuple[float, float]]:
    return [(_second(at), round(value, 4)) for at, value in zip(seconds, values, strict=True)]


def _second(value: float) -> float:
    return round(value, 3)
