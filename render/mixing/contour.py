"""The loudness of sections against each other: nearer together than they were played, and a lift into a chorus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Distance from the loudest section, as a share of the span, up to which a section stays as it was played.
KNEE = 0.4
# How far a lift may be from what is asked [LU].
LIFT_TOLERANCE_LU = 1.0
# Most that a section is changed [dB].
MOST_DB = 12.0


@dataclass(frozen=True)
class Played:
    """A section as it was played.

    Attributes
    ----------
    lufs
        Its loudness [LUFS]; −inf for silence.
    lift
        How much louder than the section before it has to be [LU]; None where nothing is asked.
    level_db
        Level that the score writes for it [dB].
    goes_on
        Whether it is of the kind of the section before, such as a chorus that is sung again. It is then changed by as
        many dB as the lift changed that one.
    """

    lufs: float
    lift: float | None = None
    level_db: float = 0.0
    goes_on: bool = False


def contour(sections: Sequence[Played], span: float | None) -> list[float]:
    """Return the gain of each section in dB.

    Parameters
    ----------
    sections
        In order.
    span
        Distance of the softest from the loudest at most [LU]; None where they keep theirs. Sections keep their order:
        those beyond the knee come nearer in proportion.
    """
    heard = [section.lufs for section in sections if math.isfinite(section.lufs)]
    if not heard:
        return [section.level_db for section in sections]
    loudest, widest = max(heard), max(heard) - min(heard)
    wanted = [section.lufs for section in sections]
    if span is not None and widest > span:
        knee = KNEE * span
        slope = (span - knee) / (widest - knee)
        wanted = [loudest - below if (below := loudest - lufs) <= knee else loudest - knee - slope * (below - knee)
                  for lufs in wanted]
    before, shift = -math.inf, 0.0
    gains: list[float] = []
    for section, lufs in zip(sections, wanted, strict=True):
        if not math.isfinite(section.lufs):
            gains.append(gains[-1] if gains else 0.0)
            continue
        if section.lift is not None and math.isfinite(before):
            lifted = float(np.clip(lufs, before + section.lift - LIFT_TOLERANCE_LU,
                                   before + section.lift + LIFT_TOLERANCE_LU))
            shift = lifted - lufs
        elif not section.goes_on:
            shift = 0.0
        lufs += shift
        gains.append(round(float(np.clip(lufs - section.lufs, -MOST_DB, MOST_DB)), 1))
        before = section.lufs + gains[-1]
    return [gain + section.level_db for gain, section in zip(gains, sections, strict=True)]
