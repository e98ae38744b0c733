"""Envelopes of four times, over notes that may take a voice over from one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FALL = 3.0  # decades: the times of decay and release are those of 60 dB
GONE = 1.4  # so many releases after its end a note is 84 dB down


class Envelope(NamedTuple):
    """Attack in a straight line, then decay to ``sustain`` and release, each in the time of 60 dB."""

    attack_seconds: float
    decay_seconds: float
    sustain: float
    release_seconds: float


def gated(envelope: Envelope, gates: Sequence[tuple[float, float]], time: np.ndarray) -> np.ndarray:
    """Values of an envelope at times in rising order.

    ``gates`` are the spans, in order, for which a key is down; an attack begins where the release before it has come
    to, and may cut what is still held.
    """
    out = np.zeros_like(time)
    edges = np.searchsorted(time, [on for on, _ in gates]).tolist()
    level = 0.0
    for number, (on, off) in enumerate(gates):
        until = edges[number + 1] if number + 1 < len(gates) else len(time)
        out[edges[number]:until] = _one(envelope, level, on, off, time[edges[number]:until])
        if number + 1 < len(gates):
            level = float(_one(envelope, level, on, off, np.array([gates[number + 1][0]]))[0])
    return out


def _one(envelope: Envelope, level: float, on: float, off: float, time: np.ndarray) -> np.ndarray:
    attack, decay, sustain, release = envelope
    peak = on + (1 - level) * attack

    def held(at: np.ndarray) -> np.ndarray:
        out = np.empty_like(at)
        rising = int(np.searchsorted(at, peak))
        out[:rising] = level + (at[:rising] - on) / attack
        out[rising:] = sustain + (1 - sustain) * np.exp(-FALL * np.log(10) / decay * (at[rising:] - peak))
        return out

    out = np.empty_like(time)
    until = int(np.searchsorted(time, off))
    end = float(held(np.array([off]))[0])
    out[:until] = held(time[:until])
    out[until:] = end * np.exp(-FALL * np.log(10) / release * (time[until:] - off))
    return out
