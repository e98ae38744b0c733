"""How far the glitches of a song have changed its sound: what was rendered, beside the same stems without them.

Reverberation hides in a mix what was done to a part: a word crushed to two bits rings on in a room of many levels.
Against the sound that would have been there, every change shows. Two measures of a section:

* changed: the share of its sounding time, in steps of 0.1 s, in which the sum of the stems is another one: what was
  added or taken away lies less than 20 dB under what would have been there.
* entropy change: the mean of |H − H′|, the spectral entropies of both at the same moments: a glitch may whiten a
  spectrum or leave one tone of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from render.meters.glitch_measures import QUIET, entropies
from scores.performance import SectionSpan

STEP_SECONDS = 0.1
CHANGED = 0.01  # energy of the difference over that of the sound: −20 dB


@dataclass(frozen=True)
class SectionChanges:
    """What glitches changed in one section; None where neither sound is heard."""

    changed: float | None
    entropy_change: float | None


def changes(premaster: Path, stems_dry: Sequence[Path], sections: Sequence[SectionSpan],
            rate: int) -> list[SectionChanges]:
    """Compare each section of the premaster with the sum of the stems without glitches, by their files."""
    found = []
    for span in sections:
        first, last = (round(seconds * rate) for seconds in (span.start_seconds, span.end_seconds))
        found.append(compare(_sum([premaster], first, last), _sum(stems_dry, first, last), rate))
    return found


def compare(wet: np.ndarray, dry: np.ndarray, rate: int) -> SectionChanges:
    """What was changed from ``dry`` to ``wet``, two sounds of one shape (2, frames), float32."""
    step = round(STEP_SECONDS * rate)
    was, became, difference = (_energies(sound, step) for sound in (dry, wet, wet - dry))
    sounds = np.maximum(was, became) > 2 * step * QUIET**2
    if not sounds.any():
        return SectionChanges(None, None)
    moved = np.abs(entropies(wet, rate) - entropies(dry, rate))
    return SectionChanges(float(np.mean(difference[sounds] > CHANGED * was[sounds])),
                          None if np.isnan(moved).all() else float(np.nanmean(moved)))


def _sum(paths: Sequence[Path], first: int, last: int) -> np.ndarray:
    """The sum of some files from one frame to another, shape (2, frames), float32."""
    total = np.zeros((2, last - first), np.float32)
    for path in paths:
        read = soundfile.read(path, start=first, stop=last, dtype="float32", always_2d=True)[0].T
        total[:, :read.shape[1]] += read
    return total


def _energies(audio: np.ndarray, step: int) -> np.ndarray:
    whole = audio[:, :audio.shape[1] // step * step].reshape(len(audio), -1, step)
    return np.asarray(np.einsum("cns,cns->n", whole, whole))
