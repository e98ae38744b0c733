"""How much the glitches of a song change its sound: the sum of the stems compared to that of the stems without them.

In the mix alone reverberation masks glitches: the reverb of a word crushed to two bits has many levels. The comparison
with the sound without glitches shows every change. Two measures of a section:

* changed: the share of its non-silent time, in steps of 0.1 s, in which the difference of both sums is less than 20 dB
  below the sum without glitches.
* entropy change: the mean of |H − H′|, the spectral entropies of both sums at the same times: a glitch may whiten a
  spectrum or reduce it to one tone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from render.audio.samples import Curve, Stereo
from render.meters.glitch_measures import QUIET, entropies
from scores.performance import SectionSpan

# Length of a step [s].
STEP_SECONDS = 0.1
# Energy of the difference relative to that of the sound, from which a step has changed [ratio]: −20 dB.
CHANGED = 0.01


@dataclass(frozen=True)
class SectionChanges:
    """How much the glitches change one section; None where both sounds are silent."""

    changed: float | None
    entropy_change: float | None


def changes(premaster: Path, stems_dry: Sequence[Path], sections: Sequence[SectionSpan],
            rate: int) -> list[SectionChanges]:
    """Compare each section of the premaster with the sum of the stems without glitches.

    Parameters
    ----------
    premaster, stems_dry
        Audio files.
    sections
        The sections of the song.
    rate
        Sample rate of the files [Hz].
    """
    found = []
    for span in sections:
        first, last = (round(seconds * rate) for seconds in (span.start_seconds, span.end_seconds))
        found.append(compare(_sum([premaster], first, last), _sum(stems_dry, first, last), rate))
    return found


def compare(wet: Stereo, dry: Stereo, rate: int) -> SectionChanges:
    """Measure the change from ``dry`` to ``wet``, sounds of the same shape (2, frames), float32."""
    step = round(STEP_SECONDS * rate)
    was, became, difference = (_energies(sound, step) for sound in (dry, wet, wet - dry))
    sounds = np.maximum(was, became) > 2 * step * QUIET**2
    if not sounds.any():
        return SectionChanges(None, None)
    moved = np.abs(entropies(wet, rate) - entropies(dry, rate))
    return SectionChanges(float(np.mean(difference[sounds] > CHANGED * was[sounds])),
                          None if np.isnan(moved).all() else float(np.nanmean(moved)))


def _sum(paths: Sequence[Path], first: int, last: int) -> Stereo:
    """Return the sum of files over the frames ``first`` … ``last``."""
    total = np.zeros((2, last - first), np.float32)
    for path in paths:
        read = soundfile.read(path, start=first, stop=last, dtype="float32", always_2d=True)[0].T
        total[:, :read.shape[1]] += read
    return total


def _energies(audio: Stereo, step: int) -> Curve:
    whole = audio[:, :audio.shape[1] // step * step].reshape(len(audio), -1, step)
    return np.asarray(np.einsum("cns,cns->n", whole, whole))
