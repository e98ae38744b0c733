"""The only thing after the sum: gain and a true-peak brickwall limiter, measured and looped to the targets.

The limiter is the costly part, so its effect on loudness is predicted first from millisecond blocks, and it runs only
over the stretches that come near the ceiling: elsewhere its output is its input, bit for bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from pedalboard import BrickwallLimiter

from render.loudness import BLOCKS_PER_SECOND, FULL_SCALE, block_energy, integrated
from render.run import Run
from render.true_peak import block_peaks, to_db, true_peak
from scores.model import Master

LOUDNESS_TOLERANCE_LU = 0.04
PEAK_MARGIN_DB = 0.02  # below the permitted peak: other meters' filters read up to 0.006 dB more
FIRST_CEILING_DB = -0.4  # below the permitted peak: how far the limiter overshoots on music
ROUNDS = 8
MOST_GAIN_DB = 24.0  # above what the loudness alone asks for; more would be a square wave
USUAL_EXCESS_DB = 3.0  # what is usually added to that gain for what the limiter takes away
QUIET_GAIN_DB = 36.0  # a song that has to be raised by more than this is worth a word

LOOKAHEAD_MS, RELEASE_MS = 5.0, 100.0
NEAR = 0.9  # of the ceiling: its detector and ours differ by less than this
BEFORE_SECONDS = 0.05  # its look-ahead and the delay of its oversampling filter, with room
AFTER_SECONDS = 1.0  # ten release times: its gain has come back as far as it will
SEGMENT_SECONDS = 20.0  # what one thread limits at a time
PREROLL_SECONDS = 1.5  # its state forgets what was before (e⁻¹⁵)
JOIN_SECONDS = 0.02  # its gain stalls at 0.9999 in float32: fade from that to 1


@dataclass(frozen=True)
class Mastered:
    """The mastered mix: ``samples`` shape (2, frames), int32, full scale 2²³, with what was measured on them."""

    samples: np.ndarray
    energy: np.ndarray  # K-weighted, by 100 ms
    lufs: float
    true_peak_db: float  # 8 times oversampled, and so at least that of 4 times
    gain_db: float
    ceiling_db: float
    notices: tuple[str, ...] = ()


def master(premaster: np.ndarray, rate: int, settings: Master, run: Run = map) -> Mastered:
    """Bring a mix to the loudness and the true peak that the score asks for.

    premaster
        shape (2, frames), int32, full scale 2²³; not changed.
    run
        ``map``, or that of a thread pool; the result does not depend on it.
    """
    per_block = _finest(rate)
    fine = block_energy(premaster, rate, per_block * BLOCKS_PER_SECOND)
    loudness = integrated(_coarse(fine, per_block))
    if loudness == -math.inf:
        energy = _coarse(fine, per_block)
        peak_db = to_db(true_peak(premaster, rate, run=run))
        return Mastered(premaster.copy(), energy, loudness, peak_db, 0.0, 0.0,
                        ("The song is silent or too short to have a loudness, so its mix is not mastered.",))
    least_db = settings.loudness - loudness
    ceiling_db = settings.true_peak + FIRST_CEILING_DB
    frames_per_block = rate // (per_block * BLOCKS_PER_SECOND)
    peaks = block_peaks(premaster, rate, frames_per_block, 10 ** ((ceiling_db - least_db - USUAL_EXCESS_DB) / 20), run)
    target, samples = settings.loudness, np.empty_like(premaster)
    for _ in range(ROUNDS):
        gain_db = _solve(fine, peaks, per_block, least_db, ceiling_db, target)
        _limit(premaster, samples, rate, gain_db, ceiling_db, peaks, frames_per_block, run)
        energy = block_energy(samples, rate)
        lufs = integrated(energy)
        peak_db = to_db(true_peak(samples, rate, run=run))
        at_limit = gain_db > least_db + MOST_GAIN_DB - 0.01
        if peak_db <= settings.true_peak - PEAK_MARGIN_DB / 2 and (
                abs(lufs - settings.loudness) <= LOUDNESS_TOLERANCE_LU or at_limit):
            break
        ceiling_db -= max(peak_db - settings.true_peak + PEAK_MARGIN_DB, 0.0)
        target += settings.loudness - lufs
    notices = tuple(_notices(settings, lufs, peak_db, gain_db))
    return Mastered(samples, energy, lufs, peak_db, gain_db, ceiling_db, notices)


def _notices(settings: Master, lufs: float, peak_db: float, gain_db: float) -> list[str]:
    notices = []
    if abs(lufs - settings.loudness) > 0.1:
        notices.append(f"The mix reaches {lufs:.1f} LUFS, not {settings.loudness:g}: what sounds in it is too short or "
                       f"too peaky to be louder below {settings.true_peak:g} dBTP.")
    if peak_db > settings.true_peak:
        notices.append(f"The mix peaks at {peak_db:.2f} dBTP, above the {settings.true_peak:g} that was asked for.")
    if gain_db > QUIET_GAIN_DB:
        notices.append(f"The sum of the parts is very quiet: mastering raised it by {gain_db:.0f} dB.")
    return notices


def _finest(rate: int) -> int:
    """Most parts (of about a millisecond) that a block of 100 ms can be cut into evenly."""
    return max(parts for parts in range(1, 101) if rate // BLOCKS_PER_SECOND % parts == 0)


def _coarse(fine: np.ndarray, per_block: int) -> np.ndarray:
    whole = fine.size // per_block
    means: np.ndarray = fine[:whole * per_block].reshape(whole, per_block).mean(axis=1)
    return means


@njit(cache=True, nogil=True)
def _limited_energy(energy: np.ndarray, peaks: np.ndarray, gain: float, ceiling: float, ahead: int, release: float,
                    limited: np.ndarray) -> None:
    """The limiter's envelope by blocks: instant attack, hold for the look-ahead, exponential release."""
    envelope, hold = 1.0, 0
    for i in range(peaks.size + ahead):
        wanted = 1.0
        if i < peaks.size and peaks[i] * gain > ceiling:
            wanted = ceiling / (peaks[i] * gain)
        if wanted < envelope:
            envelope, hold = wanted, ahead
        elif wanted < 1.0:
            hold = ahead
        elif hold > 0:
            hold -= 1
        else:
            envelope += release * (1.0 - envelope)
        at = i - ahead  # what sounds now came in that much earlier
        if 0 <= at < energy.size:
            limited[at] = energy[at] * (gain * envelope) ** 2


def _solve(fine: np.ndarray, peaks: np.ndarray, per_block: int, least_db: float, ceiling_db: float,
           target: float) -> float:
    """Gain in dB at which the limited mix is predicted to have the target loudness, by bisection."""
    block_ms = 1000 / (per_block * BLOCKS_PER_SECOND)
    ahead = max(round(LOOKAHEAD_MS / block_ms), 1)
    release = 1 - math.exp(-block_ms / RELEASE_MS)
    limited = np.empty_like(fine)
    low, high = least_db - 1.0, least_db + MOST_GAIN_DB
    while high - low > 1e-3:
        middle = (low + high) / 2
        _limited_energy(fine, peaks, 10 ** (middle / 20), 10 ** (ceiling_db / 20), ahead, release, limited)
        if integrated(_coarse(limited, per_block)) < target:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True)
class _Stretch:
    """Frames ``start`` … ``stop`` of the mix. If limited, the limiter hears it from ``heard`` on."""

    start: int
    stop: int
    heard: int
    limited: bool
    ends_zone: bool = False


def _stretches(near: np.ndarray, block: int, frames: int, rate: int) -> list[_Stretch]:
    """Cut the mix into stretches that come near the ceiling (blocks in ``near``), and those that do not."""
    before, after = round(BEFORE_SECONDS * rate), round(AFTER_SECONDS * rate)
    zones: list[tuple[int, int]] = []
    for index in np.flatnonzero(near).tolist():
        start, stop = max(index * block - before, 0), min((index + 1) * block + after, frames)
        if zones and start <= zones[-1][1]:
            zones[-1] = (zones[-1][0], stop)
        else:
            zones.append((start, stop))
    step, preroll = round(SEGMENT_SECONDS * rate), round(PREROLL_SECONDS * rate)
    stretches, done = [], 0
    for start, stop in [*zones, (frames, frames)]:
        stretches += [_Stretch(at, min(at + step, start), at, False) for at in range(done, start, step)]
        stretches += [_Stretch(at, min(at + step, stop), max(at - preroll, start), True, at + step >= stop)
                      for at in range(start, stop, step)]
        done = stop
    return stretches


def _limit(premaster: np.ndarray, samples: np.ndarray, rate: int, gain_db: float, ceiling_db: float,
           peaks: np.ndarray, block: int, run: Run) -> None:
    """Write the gained and limited mix into ``samples``."""
    scale = np.float32(10 ** (gain_db / 20) / FULL_SCALE)
    near = peaks * 10 ** (gain_db / 20) > NEAR * 10 ** (ceiling_db / 20)
    frames, ahead, join = premaster.shape[1], round(BEFORE_SECONDS * rate), round(JOIN_SECONDS * rate)

    def render(stretch: _Stretch) -> None:
        until = min(stretch.stop + ahead, frames) if stretch.limited else stretch.stop
        gained = premaster[:, stretch.heard:until] * scale
        audio = gained[:, :stretch.stop - stretch.heard]
        if stretch.limited:
            limiter = BrickwallLimiter(ceiling_db=ceiling_db, release_ms=RELEASE_MS, lookahead_ms=LOOKAHEAD_MS,
                                       true_peak=True)
            limited = limiter(gained, rate)[:, :audio.shape[1]]
            if stretch.ends_zone and stretch.stop < frames:
                fade = np.linspace(0, 1, join, dtype=np.float32)
                limited[:, -join:] += fade * (audio[:, -join:] - limited[:, -join:])
            audio = limited
        audio = audio[:, stretch.start - stretch.heard:] * np.float32(FULL_SCALE)
        samples[:, stretch.start:stretch.stop] = np.rint(audio)

    list(run(render, _stretches(near, block, frames, rate)))
