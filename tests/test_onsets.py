"""An onset is right to a tenth of a sample, at every rate: also where it is slow and has no edge to look at."""

from __future__ import annotations

import numpy as np
import pytest

from instruments import Instrument, instruments
from instruments.drum_kit import DrumKit
from instruments.drums.keys import KEYS
from scores.performance import Note

WHOLE_SAMPLES = {"data_noise", "drum_kit", "guide_vocal", "hum"}  # noise, breath and cymbals: no phase between samples
STRUCK = sorted(name for name, cls in instruments().items() if name not in WHOLE_SAMPLES
                and not any(field.is_required() for field in cls.model_fields.values()))


def held(instrument: Instrument, onset_samples: float, pitch: int, rate: int) -> np.ndarray:
    note = Note(0, 1, onset_samples / rate, 2.0, pitch, 100, 5)
    fade = np.clip((0.8 - np.arange(round(0.8 * rate)) / rate) / 0.4, 0, 1)  # so that the cut is no second edge
    return instrument.play([note], rate, fade.size).astype(np.float64) * (0.5 - 0.5 * np.cos(np.pi * fade))


def later_by(after: np.ndarray, before: np.ndarray) -> float:
    """Samples by which one sound is later: slope of the cross-spectrum's phase, weighted by its power."""
    cross = np.sum(np.fft.rfft(before) * np.conj(np.fft.rfft(after)), axis=0)
    omega = np.linspace(0, np.pi, cross.size)
    return float(np.sum(np.abs(cross) * omega * np.angle(cross)) / np.sum(np.abs(cross) * omega**2))


@pytest.mark.parametrize("name", STRUCK)
@pytest.mark.parametrize("rate", (44100, 48000, 96000))
def test_a_note_that_begins_between_samples_is_later_by_that_part_of_one(name: str, rate: int) -> None:
    """A low, a middle and a high note, noise of bow and finger included: within a tenth of a sample. At the other rates
    the one whose loop is hardest to fit: the highest at the lowest, the lowest at the highest."""
    cls = instruments()[name]
    low, high = cls.range
    notes = {44100: {high - 2}, 48000: {low + 2, (low + high) // 2, high - 2}, 96000: {low + 2}}[rate]
    for pitch in sorted(notes) if cls.pitched else [low]:
        whole = held(cls(), 4800, pitch, rate)
        for part in (0.3, 0.8) if rate == 48000 else (0.3,):
            assert later_by(held(cls(), 4800 + part, pitch, rate), whole) == pytest.approx(part, abs=0.1), (pitch, part)


@pytest.mark.parametrize("rate", (44100, 48000, 96000))
def test_a_drum_without_noise_begins_between_samples(rate: int) -> None:
    """The side stick and the claves of the 808 are modes of a constant frequency."""
    for piece in ("side_stick", "claves"):
        whole = held(DrumKit(kit="808"), 4800, KEYS[piece], rate)
        for part in (0.3, 0.8):
            after = held(DrumKit(kit="808"), 4800 + part, KEYS[piece], rate)
            assert later_by(after, whole) == pytest.approx(part, abs=0.1), (piece, part)
