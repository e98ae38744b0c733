"""Envelopes of attack, decay, sustain and release, over notes that may take over a voice from one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from instruments.dsp.arrays import Reals

FALL = 3.0  # decades of amplitude within the times of decay and release, 60 dB
GONE = 1.4  # time after which a note has ended, relative to its release: at −84 dB


class Envelope(NamedTuple):
    """A linear attack, then exponential decay to ``sustain`` and release; their times are those of 60 dB."""

    attack_seconds: float
    decay_seconds: float
    sustain: float
    release_seconds: float


def gated(envelope: Envelope, gates: Sequence[tuple[float, float]], time: Reals) -> Reals:
    """Compute an envelope.

    Parameters
    ----------
    envelope
        Its times in seconds.
    gates
        Spans in seconds during which a key is down, in order. An attack begins at the level that the release before it
        has reached, and may end a note that is still held.
    time
        Shape (n,): times in seconds, in rising order.

    Returns
    -------
    Reals
        Shape (n,), 0–1.
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


def _one(envelope: Envelope, level: float, on: float, off: float, time: Reals) -> Reals:
    """Compute the envelope of one gate, which begins at ``level``."""
    attack, decay, sustain, release = envelope
    peak = on + (1 - level) * attack

    def held(at: Reals) -> Reals:
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
