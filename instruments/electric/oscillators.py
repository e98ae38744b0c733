"""Oscillators without aliases and the filter behind them: the compiled voice of a subtractive synthesiser.

A sawtooth is a counter that wraps. Where it wraps, the difference of a band-limited step and the counter's step is
added (BLEP). The corners of a triangle get the integral of that difference (BLAMP). A pulse is the difference of two
sawtooths. The filter consists of state-variable filters without a delay in their loops (TPT).

References
----------
V. Välimäki and A. Huovilainen, "Antialiasing Oscillators in Subtractive Synthesis", IEEE Signal Processing Magazine
24(2), 2007.

F. Esqueda, V. Välimäki and S. Bilbao, "Rounding Corners with BLAMP", DAFx 2016.

V. Zavalishin, "The Art of VA Filter Design", rev. 2.1.2, 2018, chapters 3 to 5.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit

from instruments.dsp.arrays import Integers, Mono, Reals, Singles, Stereo

BLOCK = 64  # samples from one row of controls to the next
CHUNK = 32 * BLOCK  # samples that all oscillators write before the filter reads them
HALF = 16  # samples on either side of a step that its correction covers
ROWS = 128  # fractions of a sample for which the corrections are tabulated
TURN = 1 << 32  # one cycle of a phase: a whole number, which wraps without rounding
PASSES = 0.43  # cut-off of the corrections, relative to the sample rate: 19 kHz at 44.1 kHz
ATTENUATION = 6.5  # β of the Kaiser window of the corrections: −70 dB beyond the cut-off

SAW, TRIANGLE, SINE = range(3)
# Columns of the table of oscillators.
KIND, RATIO, PHASE, WIDTH, LEFT, RIGHT = range(6)
# Columns of the controls.
FREQUENCY_HZ, AMPLITUDE, CUTOFF_G, PULSE_WIDTH = range(4)
# Columns of the table of the filter's stages: frequency relative to the cutoff, damping, shares of input, band and low.
TUNED, DAMPING, OF_INPUT, OF_BAND, OF_LOW = range(5)


@cache
def corrections() -> Singles:
    """Tabulate the differences between band-limited and plain edges.

    Returns
    -------
    Singles
        Shape (2, ROWS + 1, 2 HALF): first for a step from 0 to 1, then for a corner from slope 0 to 1. Row r is for an
        edge r / ROWS samples before the sample number ``HALF`` of the row.
    """
    time = (np.arange(-HALF * ROWS, HALF * ROWS + 1)) / ROWS
    window = np.i0(ATTENUATION * np.sqrt(np.maximum(1 - (time / HALF) ** 2, 0))) / np.i0(ATTENUATION)
    pulse = 2 * PASSES * np.sinc(2 * PASSES * time) * window
    step = np.concatenate([[0.0], np.cumsum((pulse[1:] + pulse[:-1]) / 2)])
    step /= step[-1]
    places = np.arange(2 * HALF) * ROWS + np.arange(ROWS + 1)[:, None]
    after = (np.arange(2 * HALF) >= HALF).astype(float)
    ramp = np.concatenate([[0.0], np.cumsum((step[1:] + step[:-1]) / 2)]) / ROWS
    return np.stack([step[places] - after, ramp[places] - after * (places / ROWS - HALF)]).astype(np.float32)


def add_voice(out: Stereo, start: int, oscillators: Reals, controls: Reals, stages: Reals, noise: Singles,
              noise_at: int, noise_gain: float, rate: int) -> None:
    """Add one voice to ``out``: oscillators, noise, filter, amplitude.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    start
        First sample of the voice.
    oscillators
        Shape (n, 6): kind; frequency, relative to the voice's; phase in cycles; 1 if the phase leads by the pulse
        width, else 0; gains left and right.
    controls
        Shape (rows, 4), a row every ``BLOCK`` samples, linearly interpolated: frequency in Hz, amplitude, tan(π f /
        rate) for the filter's cutoff f, pulse width in cycles.
    stages
        Shape (n, 5), from ``instruments.electric.filters.stages``.
    noise
        Shape (a power of two + BLOCK,): white noise, read in a ring.
    noise_at
        First sample of the noise.
    noise_gain
        Amplitude factor of the noise.
    rate
        Sample rate in Hz.
    """
    stereo = bool(np.any(oscillators[:, LEFT] != oscillators[:, RIGHT]))
    phases = np.empty((2, len(oscillators)), np.int64)  # phase of the next sample, and that a block ahead
    lead = oscillators[:, WIDTH] * controls[0, PULSE_WIDTH]
    phases[:] = np.int64((oscillators[:, PHASE] + lead) % 1.0 * TURN)
    mixed = np.zeros((2 if stereo else 1, CHUNK + BLOCK + 2 * HALF), np.float32)
    _voice(out, start, oscillators, controls, stages, noise, noise_at, noise_gain, float(rate), corrections(), phases,
           mixed)


@njit(cache=True, nogil=True)
def _edges(mixed: Singles, at: int, kind: int, phase: int, step: int, left: float, right: float,
           tables: Singles) -> None:
    """Correct the edges of the block at ``at``, from after its first sample to the first sample of the next block."""
    bits = 32 if kind == SAW else 31
    count = ((phase & ((1 << bits) - 1)) + BLOCK * step) >> bits
    if kind == SINE or count <= 0:
        return
    height = -2.0 if kind == SAW else 8.0 * step / TURN
    for number in range(1, count + 1):
        place = ((phase >> bits) + number) << bits
        away = place - phase
        sample = int(away / step)
        if sample * step < away:
            sample += 1
        late = (sample * step - away) / step * ROWS
        row = int(late)
        # The corners of a triangle alternate: it turns down where its phase wraps.
        signed = np.float32(-height if kind == TRIANGLE and place & (TURN - 1) == 0 else height)
        table = tables[0 if kind == SAW else 1]
        early, next_one, part = table[row], table[row + 1], np.float32(late - row)
        begin = np.uint64(at + sample - HALF)
        for channel in range(mixed.shape[0]):
            gain = signed * np.float32(right if channel else left)
            for k in range(np.uint64(2 * HALF)):
                mixed[channel, begin + k] += gain * (early[k] + part * (next_one[k] - early[k]))


@njit(cache=True, nogil=True)
def _write(mixed: Singles, at: int, kind: int, phase: int, step: int, left: float, right: float, wave: Mono) -> None:
    """Add a block of the plain waveform, from counters that compile to vector instructions."""
    scale = np.float32(2.0**-31)
    begin = phase - TURN // 2
    if kind == SAW:
        for k in range(BLOCK):
            wave[k] = scale * np.float32(np.int32(begin + k * step))
    elif kind == TRIANGLE:
        for k in range(BLOCK):
            wave[k] = np.float32(2.0) * abs(scale * np.float32(np.int32(begin + k * step))) - np.float32(1.0)
    else:
        for k in range(BLOCK):
            turned = scale * np.float32(np.int32(begin + k * step))  # −1 … 1, half a cycle on either side
            a = abs(turned) - np.float32(0.5)
            x = np.float32(9.869604401) * a * a  # argument of the series of cos(√x); error below 2·10⁻⁵
            c = np.float32(1.0) - x * (np.float32(0.5) - x * (np.float32(1 / 24) - x * (
                np.float32(1 / 720) - x * np.float32(1 / 40320))))
            wave[k] = -c if turned >= 0 else c
    place = np.uint64(at)
    for channel in range(mixed.shape[0]):
        gain = np.float32(right if channel else left)
        for k in range(np.uint64(BLOCK)):
            mixed[channel, place + k] += gain * wave[k]


@njit(cache=True, nogil=True)
def _step(controls: Reals, b: int, ratio: float, leads: float, rate: float) -> int:
    """Return by how much an oscillator's phase grows per sample in block ``b``."""
    last = controls.shape[0] - 1
    now, following = min(b, last), min(b + 1, last)
    cycles = ratio * 0.5 * (controls[now, FREQUENCY_HZ] + controls[following, FREQUENCY_HZ]) / rate
    cycles += leads * (controls[following, PULSE_WIDTH] - controls[now, PULSE_WIDTH]) / BLOCK
    return int(cycles * TURN)


@njit(cache=True, nogil=True)
def _ladder(mixed: Singles, at: int, turns: Reals, states: Reals) -> None:
    """Filter a block by two low-passes, in place: Zavalishin, section 4.1, with doubled integrators as states.

    Each state depends on two operations only. Channels and stages are computed side by side, so that their operations
    overlap in the processor. The output is four times that of the filter.
    """
    place = np.uint64(at)
    b0, l0, b1, l1 = states[0, 0, 0], states[0, 0, 1], states[0, 1, 0], states[0, 1, 1]
    if mixed.shape[0] == 1:
        for k in range(np.uint64(BLOCK)):
            rest = np.float64(mixed[0, place + k]) - l0
            band, low = turns[1, k] * rest + turns[0, k] * b0, turns[2, k] * rest + (turns[1, k] * b0 + l0)
            middle = l0 + low
            b0, l0 = band, low
            rest = middle - l1
            band, low = turns[4, k] * rest + turns[3, k] * b1, turns[5, k] * rest + (turns[4, k] * b1 + l1)
            mixed[0, place + k] = l1 + low
            b1, l1 = band, low
    else:
        b2, l2, b3, l3 = states[1, 0, 0], states[1, 0, 1], states[1, 1, 0], states[1, 1, 1]
        for k in range(np.uint64(BLOCK)):
            rest, other = np.float64(mixed[0, place + k]) - l0, np.float64(mixed[1, place + k]) - l2
            band, low = turns[1, k] * rest + turns[0, k] * b0, turns[2, k] * rest + (turns[1, k] * b0 + l0)
            middle = l0 + low
            b0, l0 = band, low
            band, low = turns[1, k] * other + turns[0, k] * b2, turns[2, k] * other + (turns[1, k] * b2 + l2)
            right = l2 + low
            b2, l2 = band, low
            rest, other = middle - l1, right - l3
            band, low = turns[4, k] * rest + turns[3, k] * b1, turns[5, k] * rest + (turns[4, k] * b1 + l1)
            mixed[0, place + k] = l1 + low
            b1, l1 = band, low
            band, low = turns[4, k] * other + turns[3, k] * b3, turns[5, k] * other + (turns[4, k] * b3 + l3)
            mixed[1, place + k] = l3 + low
            b3, l3 = band, low
        states[1, 0, 0], states[1, 0, 1], states[1, 1, 0], states[1, 1, 1] = b2, l2, b3, l3
    states[0, 0, 0], states[0, 0, 1], states[0, 1, 0], states[0, 1, 1] = b0, l0, b1, l1


@njit(cache=True, nogil=True)
def _single(mixed: Singles, at: int, turns: Reals, states: Reals, stage: Reals) -> None:
    """Filter a block by one state-variable filter, in place; the output is four times that of the filter."""
    place = np.uint64(at)
    of_input, of_band, of_low = 4.0 * stage[OF_INPUT], 2.0 * stage[OF_BAND], 2.0 * stage[OF_LOW]
    for channel in range(mixed.shape[0]):
        b, l = states[channel, 0, 0], states[channel, 0, 1]  # noqa: E741
        for k in range(np.uint64(BLOCK)):
            x = np.float64(mixed[channel, place + k])
            rest = x - l
            band, low = turns[1, k] * rest + turns[0, k] * b, turns[2, k] * rest + (turns[1, k] * b + l)
            mixed[channel, place + k] = of_input * x + of_band * (b + band) + of_low * (l + low)
            b, l = band, low  # noqa: E741
        states[channel, 0, 0], states[channel, 0, 1] = b, l


@njit(cache=True, nogil=True)
def _turns(turns: Reals, stages: Reals, g: float, following: float) -> None:
    """Fill in the coefficients of each stage at each sample, interpolated between the borders of the block."""
    for s in range(stages.shape[0]):
        tuned, damping = stages[s, TUNED], stages[s, DAMPING]
        here, there = tuned * g, tuned * following
        begin, end = 2.0 / (1.0 + here * (here + damping)), 2.0 / (1.0 + there * (there + damping))
        for number in range(3):
            value = begin - 1.0 if number == 0 else begin * here if number == 1 else begin * here * here
            goal = end - 1.0 if number == 0 else end * there if number == 1 else end * there * there
            rise = (goal - value) / BLOCK
            row = turns[3 * s + number]
            for k in range(BLOCK):
                row[k] = value + np.float64(np.int32(k)) * rise


@njit(cache=True, nogil=True)
def _voice(out: Stereo, start: int, oscillators: Reals, controls: Reals, stages: Reals, noise: Singles, noise_at: int,
           noise_gain: float, rate: float, tables: Singles, phases: Integers, mixed: Singles) -> None:
    """Compute ``add_voice``."""
    channels = mixed.shape[0]
    blocks = controls.shape[0] - 1
    length = min(blocks * BLOCK, out.shape[1] - start)
    ring = noise.shape[0] - BLOCK - 1  # mask of the ring, a power of two minus 1
    turns = np.empty((6, BLOCK))
    states = np.zeros((2, 2, 2))  # channel, stage, integrator
    hiss = np.float32(noise_gain)
    wave = np.empty(BLOCK, np.float32)
    done = 0
    while done < length:
        first = done // BLOCK
        until = min(first + CHUNK // BLOCK, blocks)
        for o in range(oscillators.shape[0]):
            kind, ratio, leads = int(oscillators[o, KIND]), oscillators[o, RATIO], oscillators[o, WIDTH]
            left, right = oscillators[o, LEFT], oscillators[o, RIGHT]
            plain, ahead = phases[0, o], phases[1, o]
            begun = first - 1 if done == 0 else first  # edges are corrected one block ahead
            step = _step(controls, max(begun, 0), ratio, leads, rate)
            for b in range(begun, until):
                at = HALF + (b - first) * BLOCK
                if b >= first:
                    _write(mixed, at, kind, plain, step, left, right, wave)
                    plain = (plain + BLOCK * step) & (TURN - 1)
                step = _step(controls, b + 1, ratio, leads, rate)
                _edges(mixed, at + BLOCK, kind, ahead, step, left, right, tables)
                ahead = (ahead + BLOCK * step) & (TURN - 1)
            phases[0, o], phases[1, o] = plain, ahead
        for b in range(first, until):
            at = HALF + (b - first) * BLOCK
            size = min(BLOCK, length - b * BLOCK)
            if size <= 0:
                break
            if noise_gain > 0.0:
                place = (noise_at + b * BLOCK) & ring
                for channel in range(channels):
                    for k in range(BLOCK):
                        mixed[channel, at + k] += hiss * noise[place + k]
            _turns(turns, stages, controls[b, CUTOFF_G], controls[b + 1, CUTOFF_G])
            if stages.shape[0] > 1:
                _ladder(mixed, at, turns, states)
            else:
                _single(mixed, at, turns, states, stages[0])
            level = 0.25 * controls[b, AMPLITUDE]
            grows = (0.25 * controls[b + 1, AMPLITUDE] - level) / BLOCK
            to, source, begin, rise = np.uint64(start + b * BLOCK), np.uint64(at), np.float32(level), np.float32(grows)
            for channel in range(2):
                voice = mixed[channel if channels > 1 else 0]
                for k in range(np.uint64(size)):
                    out[channel, to + k] += (begin + np.float32(np.int32(k)) * rise) * voice[source + k]
        done = until * BLOCK
        used = (until - first) * BLOCK
        for channel in range(channels):  # keep the corrections that reach into the next chunk
            for k in range(BLOCK + 2 * HALF):
                mixed[channel, k] = mixed[channel, used + k]
            for k in range(BLOCK + 2 * HALF, mixed.shape[1]):
                mixed[channel, k] = 0.0
