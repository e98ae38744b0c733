"""The kernels of a bowed ensemble: what the hands of each player do, and the strings under their bows."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

UNIT_BITS = 24  # phases are whole numbers, so that they wrap without a rounding: of a table's step so many bits
UNIT = 1 << UNIT_BITS
NOISE = 1 << 16

SWELL = 0.35  # how much louder and softer the breath makes a player, at depth 1
TOGETHER = 0.75  # share of the breath that is everyone's
GOLDEN = (1 + math.sqrt(5)) / 2  # between the two swells of a breath, so that it never comes back the same
COLOUR = 0.35  # a vibrato sweeps partials over the body's resonances and so changes the colour, by up to this share
USUAL_VIBRATO_CENTS = 11.0  # from which on it does so in full
SCRATCH, SCRATCH_SECONDS = 3.0, 0.07  # how much noisier a bow is as it catches the string
FINDING = 2.5  # a finger lands flat by so many times the drift,
FINDING_SECONDS = 0.06  # and is in place after that time
TURN_SECONDS = 0.09  # half the length of a change of bow
GONE = 20.0  # an exponential that has fallen by so many time constants, to 2·10⁻⁹, is nothing
DRAWS = 13  # numbers that make a player's hand


class Bowing(NamedTuple):
    """What a note asks of all its players; seconds count from its onset, but for ``onset_seconds``."""

    first_seconds: float  # of the first block's border, and from one to the next
    step_seconds: float
    onset_seconds: float  # in the song
    duration_seconds: float
    attack_seconds: float
    release_seconds: float
    late_seconds: float
    frequency_hz: float
    detune_cents: float
    drift_cents: float
    vibrato_cents: float
    vibrato_hz: float
    hardness: float
    breath: float
    breath_seconds: float
    noise_gain: float


@njit(cache=True, nogil=True)
def _falling(time_constants: float) -> float:
    return math.exp(-time_constants) if time_constants < GONE else 0.0


@njit(cache=True, nogil=True)
def _cosine_step(way: float) -> float:
    """From 0 at ``way`` 0 to 1 at 1, without a corner."""
    if way >= 1:
        return 1.0
    return 0.5 - 0.5 * math.cos(math.pi * way) if way > 0 else 0.0


@njit(cache=True, nogil=True)
def move_hands(controls: np.ndarray, place: np.ndarray, levels: np.ndarray, chance: np.ndarray, bowing: Bowing) -> None:
    """Fill the ``controls`` of ``add_bows`` with what each player does.

    controls
        float64 (n, blocks + 1, 4), written: see ``add_bows``.
    place
        float64 (n,): where each sits, −1 … 1, evenly; the leader at 0.
    levels
        float64 (n,): r.m.s. of each player's tone.
    chance
        float64 (DRAWS, n): numbers 0–1 that make each hand an own one.
    """
    players, borders = controls.shape[:2]
    first, step = bowing.first_seconds, bowing.step_seconds
    tune, attack = math.log(2.0) / 1200, bowing.attack_seconds
    colouring = COLOUR * min(bowing.vibrato_cents / USUAL_VIBRATO_CENTS, 1.0)
    # Sinusoids that keep their frequency: last value, the one before it, twice the cosine of a step. Two wander,
    # two swell together and one alone.
    now, before, twice = np.empty(5), np.empty(5), np.empty(5)
    for p in range(players):
        # Players listen to each other in pairs: what one is above the note, the other is below, at every moment. So
        # the section, whose players all drift, has the pitch that is written.
        pair = min(p, players - 1 - p)
        side = -1.0 if place[p] < 0 else 1.0
        leads = abs(place[p]) < 1e-9  # the desk's leader, in the middle, carries the pitch
        late = 0.0 if leads else bowing.late_seconds * chance[9, pair]
        rise_seconds = attack * (0.8 + 0.4 * chance[8, pair])
        vibrato_hz = bowing.vibrato_hz * (0.9 + 0.2 * chance[0, pair])
        vibrato_cents = bowing.vibrato_cents * (0.7 + 0.6 * chance[2, pair]) * side
        colour = colouring * (2 * chance[3, pair] - 1)
        stroke = 2.2 + 1.8 * chance[6, p]  # seconds from one change of bow to the next
        # Where in the breath each player is, −1 … 1, at the times of the song: all notes breathe as one. Two slow
        # swells whose periods are in the golden ratio; each player is a little early or late in them, and has a swell
        # that is no one else's.
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

            # no hand is a clock: the vibrato's rate wanders with the pitch
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
def add_bows(
    out: np.ndarray, start: int, cycles: np.ndarray, noise: np.ndarray, players: np.ndarray, controls: np.ndarray,
    block: int, rate: float,
) -> None:
    """Add one note of an ensemble to ``out``.

    out
        float32 (2, frames), added to.
    cycles
        float32 (bodies, table, 4): of each instrument a cycle played dark and the same played bright, the steps of both
        to their next values in ``UNIT`` parts; ``table`` is a power of two.
    noise
        float32 (NOISE + block,): the bow's noise, read in a ring; its beginning stands once more behind its end.
    players
        float64 (n, 5): phase at the start in cycles, place in the noise, gain left and right, number of the instrument.
    controls
        float64 (n, blocks + 1, 4): frequency in Hz, level of the dark and the bright cycle and of the noise at each
        block's border, straight in between.
    """
    table = cycles.shape[1]
    turn = float(table * UNIT)
    length = min((controls.shape[1] - 1) * block, out.shape[1] - start)
    tones = np.empty((block, 2), np.float32)  # side by side, for two at a time are worked out
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
            for k in range(size):  # apart from the loop above, which cannot be compiled to vector instructions
                catch = tones[k, 1]
                # the string sheds its noise when it slips, once a cycle: Chafe, ICASSP 1990
                y = (dark + np.float32(np.int32(k)) * dark_rise) * tones[k, 0]
                y += (bright + np.float32(np.int32(k)) * bright_rise + hiss * bow[k] * catch) * catch
                to_left[k] += left * y
                to_right[k] += right * y
            offset += size
