"""An effect is the same at each sample rate: its lengths are seconds and beats, its choices the seed's."""

from __future__ import annotations

import numpy as np
import pytest
from signals import CONTEXT

from effects import Context, effects, is_gesture

# rate_hold takes its values at the samples of the rate it is at: its own tests hold its rate at each
GESTURES = [name for name, kind in effects().items() if is_gesture(kind) and name != "rate_hold"]


def chords(rate: int) -> np.ndarray:
    """Two seconds of plucked chords with nothing above 3 kHz, shape (2, frames), float32."""
    t = np.arange(2 * rate) / rate
    since = t % 0.4
    pluck = np.exp(-4 * since) * (1 - np.exp(-200 * since)) * (1 - np.exp(-200 * (0.4 - since)))
    left, right = (sum(np.sin(2 * np.pi * hz * h * t + h) / h for hz in (130.8, 196.0, root) for h in (1, 2, 3, 5))
                   for root in (311.1, 466.2))
    return (np.array([left, right]) * pluck / 8).astype(np.float32)


@pytest.mark.parametrize("name", GESTURES)
def test_at_96_khz_it_does_what_it_does_at_48(name: str) -> None:
    kind = effects()[name]
    for depth in (0.4, 1):
        effect = kind.at_depth(depth)
        if "shimmer" in kind.model_fields:  # phases are drawn for each bin there is
            effect = effect.model_copy(update={"shimmer": 0})
        low, high = (effect.process(chords(rate), Context(rate, CONTEXT.beat_seconds, 11)) for rate in (48000, 96000))
        changed = np.std(low - chords(48000))
        assert changed > 0.003
        assert np.std(high[:, ::2] - low) < 0.15 * changed, depth
