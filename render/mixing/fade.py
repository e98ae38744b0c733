"""Fades of everything that sounds: the last step of each stem, so that stems still sum to the mix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from render.audio.samples import Curve, Stereo
from render.mixing.drive import STEP_SECONDS, Driven
from scores.performance import Performance, SectionSpan
from scores.score import Score

# Power of the share of a fade that is left: a square falls by 12 dB to the middle and ever faster to silence, as a hand
# on a fader does.
POWER = 2.0


def fades(score: Score, performance: Performance) -> list[tuple[float, float, bool]]:
    """Return the fades of a song: where each begins and ends [s], and whether it goes out."""
    found = []
    for section, span in zip(score.sections, performance.sections, strict=True):
        if section.fade is None:
            continue
        if section.fade.rise is not None:
            found.append((span.start_seconds, _after(performance, span, min(section.fade.rise, span.bars)), False))
        if section.fade.out is not None:
            begin = _after(performance, span, max(span.bars - section.fade.out, 0))
            found.append((begin, span.end_seconds, True))
    return found


def _after(performance: Performance, span: SectionSpan, bars: float) -> float:
    """Return the time that lies some bars after the start of a section [s]."""
    share = bars / span.bars
    return performance.tempo.seconds(span.start_beats + share * (span.end_beats - span.start_beats))


def gain_at(found: list[tuple[float, float, bool]], seconds: Curve) -> Curve:
    """Return the gain factor of fades at some times [s]: 1 outside of them, exactly 0 where one is over."""
    gain = np.ones_like(seconds)
    for start, end, is_out in found:
        inside = (seconds >= start) & (seconds < end)
        share = (seconds[inside] - start) / (end - start)
        gain[inside] *= np.power(1 - share if is_out else share, POWER)
    return gain


def with_fades(driven: Driven, found: list[tuple[float, float, bool]]) -> Driven:
    """Return the curves of a driven part with the fades of the song in its level, down to −60 dB."""
    gain = gain_at(found, np.asarray(np.arange(driven.level_db.size) * STEP_SECONDS, np.float64))
    return replace(driven, level_db=driven.level_db + 20 * np.log10(np.maximum(gain, 1e-3)))


def fade(stem: Stereo, score: Score, performance: Performance, rate: int, place: int = 0) -> None:
    """Fade a finished stem, shape (2, frames), that begins at frame ``place`` of the song, in place."""
    for start, end, is_out in fades(score, performance):
        first, last = max(round(start * rate), place), min(round(end * rate), place + stem.shape[1])
        if first >= last:
            continue
        gain = gain_at([(start, end, is_out)], np.asarray(np.arange(first, last) / rate, np.float64))
        stem[:, first - place:last - place] *= gain.astype(np.float32)
