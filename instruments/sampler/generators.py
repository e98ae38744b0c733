"""The generators of a SoundFont: their numbers, defaults and ranges.

After "SoundFont Technical Specification" 2.04, sections 8.1.2 and 8.1.3.
"""

from __future__ import annotations

import numpy as np

# Numbers of the generators that are read.
START, END, LOOP_START, LOOP_END, START_COARSE, MOD_LFO_TO_PITCH = range(6)
VIB_LFO_TO_PITCH, MOD_ENV_TO_PITCH, FILTER_CENTS, FILTER_Q, MOD_LFO_TO_FILTER, MOD_ENV_TO_FILTER = range(6, 12)
END_COARSE, MOD_LFO_TO_VOLUME, PAN = 12, 13, 17
MOD_LFO_DELAY, MOD_LFO_CENTS, VIB_LFO_DELAY, VIB_LFO_CENTS = range(21, 25)
MOD_DELAY, MOD_ATTACK, MOD_HOLD, MOD_DECAY, MOD_SUSTAIN, MOD_RELEASE, KEY_TO_MOD_HOLD, KEY_TO_MOD_DECAY = range(25, 33)
DELAY, ATTACK, HOLD, DECAY, SUSTAIN, RELEASE, KEY_TO_HOLD, KEY_TO_DECAY = range(33, 41)
INSTRUMENT, KEYS, VELOCITIES, LOOP_START_COARSE, KEY, VELOCITY, ATTENUATION = 41, 43, 44, 45, 46, 47, 48
LOOP_END_COARSE, COARSE_TUNE, FINE_TUNE, SAMPLE, SAMPLE_MODES = 50, 51, 52, 53, 54
SCALE_TUNING, CLASS, ROOT = 56, 57, 58
GENERATORS = 61

DEFAULTS = np.zeros(GENERATORS)
DEFAULTS[[FILTER_CENTS, SCALE_TUNING, KEY, VELOCITY, ROOT]] = 13500, 100, -1, -1, -1
DEFAULTS[[MOD_LFO_DELAY, VIB_LFO_DELAY, *range(MOD_DELAY, MOD_DECAY + 1), MOD_RELEASE,
          *range(DELAY, DECAY + 1), RELEASE]] = -12000

# Lowest and highest value of each generator (8.1.3) in its own unit: cents, timecents, centibels, tenths of a per cent.
# A key, velocity or root of −1 is not set.
RANGES: dict[tuple[int, ...], tuple[int, int]] = {
    (MOD_LFO_TO_PITCH, VIB_LFO_TO_PITCH, MOD_ENV_TO_PITCH, MOD_LFO_TO_FILTER, MOD_ENV_TO_FILTER): (-12000, 12000),
    (FILTER_CENTS,): (1500, 13500),
    (FILTER_Q,): (0, 960),
    (MOD_LFO_TO_VOLUME,): (-960, 960),
    (PAN,): (-500, 500),
    (MOD_LFO_DELAY, VIB_LFO_DELAY, MOD_DELAY, MOD_HOLD, DELAY, HOLD): (-12000, 5000),
    (MOD_LFO_CENTS, VIB_LFO_CENTS): (-16000, 4500),
    (MOD_ATTACK, MOD_DECAY, MOD_RELEASE, ATTACK, DECAY, RELEASE): (-12000, 8000),
    (MOD_SUSTAIN,): (0, 1000),
    (SUSTAIN, ATTENUATION): (0, 1440),
    (KEY_TO_MOD_HOLD, KEY_TO_MOD_DECAY, KEY_TO_HOLD, KEY_TO_DECAY): (-1200, 1200),
    (KEY, VELOCITY, ROOT): (-1, 127),
    (COARSE_TUNE,): (-120, 120),
    (FINE_TUNE,): (-99, 99),
    (SCALE_TUNING,): (0, 1200),
}
LOWEST, HIGHEST = np.full(GENERATORS, -np.inf), np.full(GENERATORS, np.inf)
for _numbers, _range in RANGES.items():
    LOWEST[list(_numbers)], HIGHEST[list(_numbers)] = _range

# Generators that a preset does not add to (8.5): positions of samples, switches, and ranges, which are intersected.
NOT_ADDED = (START, END, LOOP_START, LOOP_END, START_COARSE, END_COARSE, LOOP_START_COARSE, LOOP_END_COARSE, KEY,
             VELOCITY, SAMPLE_MODES, CLASS, ROOT, INSTRUMENT, SAMPLE, KEYS, VELOCITIES)


def stated(which: int, amount: float) -> float:
    """Return an instrument's amount, limited to the range of the generator."""
    return float(min(max(amount, LOWEST[which]), HIGHEST[which]))


def clamped(generators: np.ndarray) -> np.ndarray:
    """Limit the sums of all amounts to their ranges.

    The fine tuning is not limited: instrument and preset may each detune by most of a semitone, and modulators by more.

    Parameters
    ----------
    generators
        Shape (GENERATORS,).
    """
    within: np.ndarray = np.clip(generators, LOWEST, HIGHEST)
    within[FINE_TUNE] = generators[FINE_TUNE]
    return within
