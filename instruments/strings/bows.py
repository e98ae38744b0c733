"""A bowed ensemble: the control values of each player, and the sound of their strings. Compiled."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from instruments.dsp.arrays import Reals, Singles, Stereo

UNIT_BITS = 24  # bits of a phase below one step of the wave table; whole numbers wrap without rounding errors
UNIT = 1 << UNIT_BITS  # one step of the wave table, as a phase
NOISE = 1 << 16  # length of the bow noise, which repeats [samples]

SWELL = 0.35  # change of level by the breath at depth 1, relative to the level
TOGETHER = 0.75  # share of the breath that all players have in common
GOLDEN = (1 + math.sqrt(5)) / 2  # ratio of the periods of the two swells of a breath, so that their sum never repeats
COLOUR = 0.35  # largest change of brightness by the vibrato, which moves partials across the body's resonances
USUAL_VIBRATO_CENTS = 11.0  # vibrato from which on the change of brightness is largest [cents]
SCRATCH = 3.0  # additional bow noise while the bow catches the string, relative to the steady noise
SCRATCH_SECONDS = 0.07  # time constant of that noise [s]
FINDING = 2.5  # pitch by which a finger lands flat, relative to the drift
FINDING_SECONDS = 0.06  # time constant of its correction [s]
TURN_SECONDS = 0.09  # half the length of a change of bow [s]
GONE = 20.0  # time constants after which an exponential counts as zero, at 2·10⁻⁹
LEADER = 1e-9  # distance from the middle below which a player is the leader
DRAWS = 13  # random numbers per player and note


class Bowing(NamedTuple):
    """What a note asks of all its players."""

    first_seconds: float  # time of the first block border, from the onset
    step_seconds: float  # time from one block border to the next
    onset_seconds: float  # onset in the song
    duration_seconds: float
    attack_seconds: float
    release_seconds: float
    late_seconds: float  # largest delay of a player behind the leader
    frequency_hz: float
    detune_cents: float  # mistuning between the lowest and the highest player
    drift_cents: float
    vibrato_cents: float
    vibrato_hz: float
    hardness: float  # share of the bright cycle in the tone, 0–1
    breath: float  # depth of the breath, 0–1
    breath_seconds: float  # period of the breath
    noise_gain: float  # level of the bow noise, relative to the tone


@njit(cache=True, nogil=True)
def _falling(time_constants: float) -> float:
    """Return exp(−``time_constants``), 0 where that is negligible."""
    return math.exp(-time_constants) if time_constants < GONE else 0.0


@njit(cache=True, nogil=True)
def _cosine_step(way: float) -> float:
    """Return a raised cosine: 0 up to ``way`` 0, 1 from ``way`` 1 on."""
    if way >= 1:
        return 1.0
    return 0.5 - 0.5 * math.cos(math.pi * way) if way > 0 else 0.0


@njit(cache=True, nogil=True)
def move_hands(controls: Reals, place: Reals, levels: Reals, chance: Reals, bowing: Bowing) -> None:
    """Fill the ``controls`` of ``add_bows`` with what each player does.

    Parameters
    ----------
    controls
        Shape (n, blocks + 1, 4), float64; written: see ``add_bows``.
    place
        Shape (n,), float64: seat of each player, evenly from −1 to 1; the leader is at 0.
    levels
        Shape (n,), float64: r.m.s. of each player's tone.
    chance
        Shape (DRAWS, n), float64: random numbers 0–1.
    bowing
        The note.
    """
    players, borders = controls.shape[:2]
    first, step = bowing.first_seconds, bowing.step_seconds
    tune, attack = math.log(2.0) / 1200, bowing.attack_seconds
    colouring = COLOUR * min(bowing.vibrato_cents / USUAL_VIBRATO_CENTS, 1.0)
    # Five sinusoids by the recursion s[n] = 2 cos(ω) s[n−1] − s[n−2]: drift and common breath have two each, the
    # player's own vibrato has one.
    now, before, twice = np.empty(5), np.empty(5), np.empty(5)
    for p in range(players):
        # Players drift in pairs: one is above the note by as much as the other is below. So the section has the
        # written pitch.
        pair = min(p, players - 1 - p)
        side = -1.0 if place[p] < 0 else 1.0
        leads = abs(place[p]) < LEADER
        late = 0.0 if leads else bowing.late_seconds * chance[9, pair]
        rise_seconds = attack * (0.8 + 0.4 * chance[8, pair])
        vibrato_hz = bowing.vibrato_hz * (0.9 + 0.2 * chance[0, pair])
        vibrato_cents = bowing.vibrato_cents * (0.7 + 0.6 * chance[2, pair]) * side
        colour = colouring * (2 * chance[3, pair] - 1)
        stroke = 2.2 + 1.8 * chance[6, p]  # seconds from one change of bow to the next
        # The breath follows the time of the song, so that all notes swell together: two slow sinusoids whose periods
        # are in the golden ratio. Each player is slightly early or late in them and adds a swell of their own.
        lead = 0.12 * (chance[11, p] - 0.5)
        alone_hz = 1 / (bowing.breath_seconds * (0.7 + 0.6 * chance[11, p]))
        song = bowing.onset_seconds
        for i, (hz, phase) in enumerate((
            (0.3 + 0.5 * chance[4, pair], chance[5, pair]),
            (1.1 + 1.3 * chance[5, pair], chance[4, pair]),
            (1 / bowing.breath_seconds, song / bowing.breath_seconds + lead),
            (1 / bowing.breath_seconds / GOLDEN, (song / bowing.breath_seconds + lead) / GOLDEN),
            (alone_hz, song * alone_hz + chance[12, p]),
        )):
            angle, turned = 2 * math.pi * (phase + hz * first), 2 * math.pi * hz * step
            now[i], before[i], twice[i] = math.sin(angle), math.sin(angle - turned), 2 * math.cos(turned)
        for b in range(borders):
            t = first + b * step
            wander = now[0] + 0.6 * now[1]
            swell = TOGETHER * (0.65 * now[2] + 0.35 * now[3]) + (1 - TOGETHER) * now[4]
            for i in range(5):
                before[i], now[i] = now[i], twice[i] * now[i] - before[i]

            # The rate of the vibrato drifts with the pitch.
            vibrato = math.sin(2 * math.pi * (vibrato_hz * t + chance[1, pair] + 0.12 * wander))
            vibrato *= min(t / (attack + 0.3), 1.0) ** 2
            finding = FINDING * _falling(t / FINDING_SECONDS) * chance[10, p]
            cents = 0.5 * bowing.detune_cents * place[p] + bowing.drift_cents * (0.6 * side * wander - finding)
            cents += vibrato_cents * vibrato

            since = (t + stroke * chance[7, p]) % stroke
            turn = _falling((min(since, stroke - since) / TURN_SECONDS) ** 2) if t > attack else 0.0
            envelope = _cosine_step((t - late) / rise_seconds)
            envelope *= 1 - _cosine_step((t - bowing.duration_seconds) / bowing.release_seconds)
            level = levels[p] * envelope * (1 - 0.4 * bowing.breath * turn) * (1 + SWELL * bowing.breath * swell)
            bright = bowing.hardness * (1 + 0.8 * bowing.breath * swell + colour * vibrato) * (0.3 + 0.7 * envelope)
            bright = min(max(bright, 0.0), 1.0)
            catching = 1 + SCRATCH * (_falling(max(t - late, 0.0) / SCRATCH_SECONDS) + 0.3 * turn)
            controls[p, b, 0] = bowing.frequency_hz * math.exp(cents * tune)
            controls[p, b, 1], controls[p, b, 2] = level * (1 - bright), level * bright
            controls[p, b, 3] = level * catching * bowing.noise_gain


@njit(cache=True, nogil=True)
def add_bows(out: Stereo, start: int, cycles: Singles, noise: Singles, players: Reals, controls: Reals, block: int,
             rate: float) -> None:
    """Add one note of an ensemble to ``out``.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    start
        First sample of the note.
    cycles
        Shape (bodies, table, 4), float32; ``table`` is a power of two. Per instrument: one cycle of a dark tone, one of
        a bright tone, and the differences of both to the next value, divided by ``UNIT``.
    noise
        Shape (NOISE + block,), float32: the bow noise, whose first ``block`` samples are repeated at the end.
    players
        Shape (n, 5), float64: phase at the start in cycles, place in the noise in samples, gain left, gain right,
        index of the instrument.
    controls
        Shape (n, blocks + 1, 4), float64: frequency in Hz, level of the dark cycle, of the bright cycle and of the
        noise at each block border, linear in between.
    block
        Samples from one border to the next.
    rate
        Sample rate in Hz.

    References
    ----------
    C. Chafe, "Pulsed noise in self-sustained oscillations of musical instruments", ICASSP 1990.
    """
    table = cycles.shape[1]
    turn = float(table * UNIT)
    length = min((controls.shape[1] - 1) * block, out.shape[1] - start)
    tones = np.empty((block, 2), np.float32)  # dark and bright side by side: both are computed at once
    for p in range(players.shape[0]):
        phase, offset = int(players[p, 0] * turn), int(players[p, 1])
        left, right = np.float32(players[p, 2]), np.float32(players[p, 3])
        own = cycles[int(players[p, 4])]
        for b in range((length + block - 1) // block):
            at = start + b * block
            size = min(block, start + length - at)
            to_left, to_right = out[0, at : at + size], out[1, at : at + size]
            step = int(controls[p, b, 0] / rate * turn)
            bend = int((controls[p, b + 1, 0] - controls[p, b, 0]) / rate * turn / block)
            dark, bright = np.float32(controls[p, b, 1]), np.float32(controls[p, b, 2])
            hiss = np.float32(controls[p, b, 3])
            dark_rise = np.float32((controls[p, b + 1, 1] - dark) / block)
            bright_rise = np.float32((controls[p, b + 1, 2] - bright) / block)
            for k in range(size):
                cycle = own[np.uint64((phase >> UNIT_BITS) & (table - 1))]
                part = np.float32(np.int32(phase & (UNIT - 1)))
                phase += step
                step += bend
                tones[k, 0] = cycle[0] + part * cycle[2]
                tones[k, 1] = cycle[1] + part * cycle[3]
            place = offset & (NOISE - 1)
            bow = noise[place : place + size]
            for k in range(size):  # a loop of its own: unlike the one above it is compiled to vector instructions
                catch = tones[k, 1]
                # The noise is modulated by the tone: the string slips once per cycle (Chafe 1990).
                y = (dark + np.float32(np.int32(k)) * dark_rise) * tones[k, 0]
                y += (bright + np.float32(np.int32(k)) * bright_rise + hiss * bow[k] * catch) * catch
                to_left[k] += left * y
                to_right[k] += right * y
            offset += size
