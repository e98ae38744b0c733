"""What an equaliser owes: the gain it says at the frequency it says."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.eq import Eq


def gain_db(hz: float, rate: int = 48000, **settings: object) -> float:
    """Gain at a frequency, from the impulse response."""
    impulse = np.zeros((1, rate), np.float32)
    impulse[0, 0] = 1
    out = Eq.model_validate({"low_cut_hz": None, **settings}).process(impulse, Context(rate))[0].astype(float)
    return float(20 * np.log10(np.abs(np.sum(out * np.exp(-2j * np.pi * hz / rate * np.arange(rate))))))


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("gain", [-18.0, -3.0, 6.0])
@pytest.mark.parametrize("band", ["peak", "second_peak"])
def test_a_bell_has_its_gain_at_its_centre_and_none_far_away(band: str, gain: float, rate: int) -> None:
    settings = {f"{band}_db": gain, f"{band}_hz": 1000, f"{band}_q": 2}
    assert gain_db(1000, rate, **settings) == pytest.approx(gain, abs=0.05)
    assert gain_db(30, rate, **settings) == pytest.approx(0, abs=0.1)
    edges = [1000 * (np.sqrt(1 + 1 / 16) + side / 4) for side in (-1, 1)]  # Q: bandwidth at half the gain in dB
    for hz in edges:
        assert gain_db(hz, rate, **settings) == pytest.approx(gain / 2, abs=0.25)


@pytest.mark.parametrize(("band", "inside", "outside"), [("low_shelf", 20, 5000), ("high_shelf", 20000, 200)])
def test_a_shelf_has_its_gain_on_its_side_half_of_it_at_its_middle(band: str, inside: float, outside: float) -> None:
    settings = {f"{band}_db": -9.0, f"{band}_hz": 1500.0}
    assert gain_db(inside, **settings) == pytest.approx(-9, abs=0.1)
    assert gain_db(1500, **settings) == pytest.approx(-4.5, abs=0.1)
    assert gain_db(outside, **settings) == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_a_cut_is_6_db_down_at_its_frequency_and_falls_by_12_db_an_octave(rate: int) -> None:
    assert gain_db(400, rate, low_cut_hz=400) == pytest.approx(-6.02, abs=0.05)
    assert gain_db(50, rate, low_cut_hz=400) - gain_db(25, rate, low_cut_hz=400) == pytest.approx(12, abs=0.3)
    assert gain_db(8000, rate, low_cut_hz=400) == pytest.approx(0, abs=0.05)
    assert gain_db(1000, rate, high_cut_hz=1000) == pytest.approx(-6.02, abs=0.05)
    assert gain_db(4000, rate, high_cut_hz=500) - gain_db(2000, rate, high_cut_hz=500) == pytest.approx(-12, abs=0.6)


def test_bands_add_up() -> None:
    both = {"peak_db": 5.0, "peak_hz": 300.0, "high_shelf_db": -4.0, "low_cut_hz": 60}
    alone = [gain_db(500, **{k: v for k, v in both.items() if k.startswith(band)})
             for band in ("peak", "high_shelf", "low_cut")]
    assert gain_db(500, **both) == pytest.approx(sum(alone), abs=0.01)
