"""Mastering, the only processing after the sum: gain, a smooth look-ahead limiter and a brickwall limiter.

The loss of loudness by the limiter is computed from the energies of blocks of a millisecond, so the gain is found
before the samples are processed. The result is measured, and gain and ceiling are corrected until both targets are
met. The brickwall limiter attacks within one sample, which distorts audibly if it has much to do: it only processes
the stretches in which the smooth limiter left true peaks above the limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pedalboard import BrickwallLimiter

from render.audio.samples import FULL_SCALE, Curve, Integers, Mask, Span, merged
from render.meters.loudness import BLOCKS_PER_SECOND, block_energy, integrated
from render.meters.true_peak import block_peaks, to_db, true_peak
from render.mixing.smooth_limiter import SmoothLimiter
from render.run import Run
from scores.format.model import Master

# Accepted error of the integrated loudness [LU].
LOUDNESS_TOLERANCE_LU = 0.04
# Margin of the true peak [dB] below the score's limit: other meters' filters read up to 0.006 dB more.
PEAK_MARGIN_DB = 0.02
# First ceiling of the smooth limiter [dB], relative to the score's limit: a moving gain adds a little between samples.
FIRST_CEILING_DB = -0.05
# Largest excess that the brickwall limiter removes [dB]; above it, the smooth limiter's ceiling is lowered.
NET_MOST_DB = 0.1
# Upper limit of the rounds of mastering and measuring.
ROUNDS = 8
# Upper limit of the gain [dB], relative to the gain without limiter: more would give a square wave.
MOST_GAIN_DB = 24.0
# Usual gain that compensates the limiter [dB]: a first guess.
USUAL_EXCESS_DB = 3.0
# Gain above which the song is reported as very quiet [dB].
QUIET_GAIN_DB = 36.0

# Release of the brickwall limiter [ms].
NET_RELEASE_MS = 100.0
# Look-ahead of the brickwall limiter [ms].
NET_LOOKAHEAD_MS = 5.0
# Stretch processed before a peak [s]: the look-ahead and the delay of the oversampling filter, with a margin.
BEFORE_SECONDS = 0.05
# Stretch processed after a peak [s]: ten release times, after which the gain has recovered.
AFTER_SECONDS = 1.0
# Crossfade at the end of the stretch [s]: in float32 the gain recovers to 0.9999 only.
JOIN_SECONDS = 0.02


@dataclass(frozen=True)
class Mastered:
    """The mastered mix and its measurements.

    Attributes
    ----------
    samples
        Shape (2, frames), int32, full scale 2²³.
    energy
        K-weighted energy of each 100 ms.
    lufs
        Integrated loudness [LUFS]; −inf for silence.
    true_peak_db
        True peak [dBTP], 8 times oversampled, so not below that of a meter with 4 times.
    gain_db
        Gain before the limiter [dB].
    ceiling_db
        Ceiling of the smooth limiter [dBFS].
    notices
        Notices for the user.
    limiter
        The smooth limiter, with its gains; None where the mix is not mastered.
    """

    samples: Integers
    energy: Curve
    lufs: float
    true_peak_db: float
    gain_db: float
    ceiling_db: float
    notices: tuple[str, ...] = ()
    limiter: SmoothLimiter | None = None

    def alike(self, sound: Integers, rate: int, run: Run = map) -> Integers:
        """Return what the master makes of a share of the mix: the gain is that of the whole mix, at every moment.

        Parameters
        ----------
        sound
            Shape (2, frames), int32: some of the parts that were mastered together.
        rate
            Sample rate [Hz].
        run
            ``map``, or a function like it.
        """
        if self.limiter is None:
            return sound.copy()
        limited = np.empty_like(sound)
        self.limiter.apply(sound, _block(rate), 10 ** (self.gain_db / 20), limited, run)
        return limited


    def gain_at(self, start: int, stop: int, rate: int) -> Curve:
        """Return the gain of the whole mix at the frames ``start`` … ``stop`` as a factor, after its end that there."""
        if self.limiter is None:
            return np.ones(stop - start)
        edges = self.limiter.gains * 10 ** (self.gain_db / 20)
        return np.interp(np.arange(start, stop) / _block(rate), np.arange(edges.size), edges)


def master(premaster: Integers, rate: int, settings: Master, run: Run = map) -> Mastered:
    """Bring a mix to the loudness and the true peak that the score asks for.

    Parameters
    ----------
    premaster
        Shape (2, frames), int32, full scale 2²³; not changed, and not shared with the result.
    rate
        Sample rate [Hz].
    settings
        The targets.
    run
        ``map``, or a function like it that shares the work; the result does not depend on it.
    """
    per_block, block = _finest(rate), _block(rate)
    fine = block_energy(premaster, rate, per_block * BLOCKS_PER_SECOND)
    loudness = integrated(_coarse(fine, per_block))
    if loudness == -math.inf:
        energy = _coarse(fine, per_block)
        peak_db = to_db(true_peak(premaster, rate, run=run))
        return Mastered(premaster.copy(), energy, loudness, peak_db, 0.0, 0.0,
                        ("The song is silent or too short to have a loudness, so its mix is not mastered.",))
    least_db = settings.loudness - loudness
    permitted_db = settings.true_peak - PEAK_MARGIN_DB
    ceiling_db, target = settings.true_peak + FIRST_CEILING_DB, settings.loudness
    samples = np.empty_like(premaster)
    limiter, floor_db = None, ceiling_db - least_db - USUAL_EXCESS_DB
    for _ in range(ROUNDS):
        if limiter is None:
            peaks = block_peaks(premaster, rate, block, 10 ** (floor_db / 20), run)
            limiter = SmoothLimiter(peaks, 1000 * block / rate)
        gain_db = _solve(limiter, fine, per_block, least_db, ceiling_db, target)
        if gain_db > ceiling_db - floor_db + 1e-3:  # the gain raises peaks below ``floor_db``, which were not measured
            limiter, floor_db = None, ceiling_db - gain_db - 1.0
            continue
        limiter.apply(premaster, block, 10 ** (gain_db / 20), samples, run)
        peak_db = to_db(true_peak(samples, rate, run=run))
        if 0 < peak_db - permitted_db <= NET_MOST_DB:
            _catch(samples, rate, block, permitted_db, 2 * permitted_db - peak_db, run)
            peak_db = to_db(true_peak(samples, rate, run=run))
        energy = block_energy(samples, rate)
        lufs = integrated(energy)
        at_limit = gain_db > least_db + MOST_GAIN_DB - 0.01
        if peak_db <= permitted_db + PEAK_MARGIN_DB / 2 and (
                abs(lufs - settings.loudness) <= LOUDNESS_TOLERANCE_LU or at_limit):
            break
        ceiling_db -= max(peak_db - permitted_db, 0.0)
        target += settings.loudness - lufs
    notices = tuple(_notices(settings, lufs, peak_db, gain_db))
    return Mastered(samples, energy, lufs, peak_db, gain_db, ceiling_db, notices, limiter)


def _notices(settings: Master, lufs: float, peak_db: float, gain_db: float) -> list[str]:
    notices = []
    if abs(lufs - settings.loudness) > 0.1:
        notices.append(f"The mix reaches {lufs:.1f} LUFS, not {settings.loudness:g}: its sound is too short or its "
                       f"peaks are too high to be louder below {settings.true_peak:g} dBTP.")
    if peak_db > settings.true_peak:
        notices.append(f"The mix peaks at {peak_db:.2f} dBTP, above the limit of {settings.true_peak:g}.")
    if gain_db > QUIET_GAIN_DB:
        notices.append(f"The sum of the parts is very quiet: mastering raised it by {gain_db:.0f} dB.")
    return notices


def _finest(rate: int) -> int:
    """Return the number of equal parts, of 1 ms or a little more, into which a block of 100 ms is divided."""
    return max(parts for parts in range(1, 101) if rate // BLOCKS_PER_SECOND % parts == 0)


def _block(rate: int) -> int:
    """Return the length of such a part [samples]."""
    return rate // (_finest(rate) * BLOCKS_PER_SECOND)


def _coarse(fine: Curve, per_block: int) -> Curve:
    whole = fine.size // per_block
    means: Curve = fine[:whole * per_block].reshape(whole, per_block).mean(axis=1)
    return means


def _solve(limiter: SmoothLimiter, fine: Curve, per_block: int, least_db: float, ceiling_db: float,
           target: float) -> float:
    """Find by bisection the gain [dB] at which the limited mix has the target loudness; the limiter keeps it."""
    low, high = least_db - 1.0, least_db + MOST_GAIN_DB

    def loudness(gain_db: float) -> float:
        edges = limiter.solve(10 ** (gain_db / 20), 10 ** (ceiling_db / 20))[:fine.size + 1]
        gains = (edges[:-1] + edges[1:]) * (10 ** (gain_db / 20) / 2)
        return integrated(_coarse(fine * np.square(gains), per_block))

    while high - low > 1e-3:
        middle = (low + high) / 2
        if loudness(middle) < target:
            low = middle
        else:
            high = middle
    loudness(high)
    return high


def _zones(over: Mask, block: int, frames: int, rate: int) -> list[Span]:
    """Return the stretches around the blocks in ``over``, extended by the limiter's delay and its release."""
    before, after = round(BEFORE_SECONDS * rate), round(AFTER_SECONDS * rate)
    starts = (np.flatnonzero(over) * block).tolist()
    return merged((max(start - before, 0), min(start + block + after, frames)) for start in starts)


def _catch(samples: Integers, rate: int, block: int, permitted_db: float, ceiling_db: float, run: Run) -> None:
    """Process the stretches that still exceed the permitted true peak by the brickwall limiter, in place."""
    peaks = block_peaks(samples, rate, block, 10 ** (permitted_db / 20), run)
    frames, join = samples.shape[1], round(JOIN_SECONDS * rate)

    def limit(zone: Span) -> None:
        start, stop = zone
        audio = samples[:, start:stop] * np.float32(1 / FULL_SCALE)
        limiter = BrickwallLimiter(ceiling_db=ceiling_db, release_ms=NET_RELEASE_MS, lookahead_ms=NET_LOOKAHEAD_MS,
                                   true_peak=True)
        limited = limiter(audio, rate)
        if stop < frames:
            fade = np.linspace(0, 1, join, dtype=np.float32)
            limited[:, -join:] += fade * (audio[:, -join:] - limited[:, -join:])
        samples[:, start:stop] = np.rint(limited * np.float32(FULL_SCALE))

    list(run(limit, _zones(peaks > 10 ** (permitted_db / 20), block, frames, rate)))
