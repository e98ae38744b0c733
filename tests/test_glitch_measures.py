"""What is told of how broken a song is, is found in the sound: on sounds whose breaks are known."""

from __future__ import annotations

import numpy as np
import pytest
from renderings import performance, song

from effects import Context, effects
from render.meters.glitch_measures import SectionMeasures, measure

RATE = 48000
FRAMES = 12 * RATE
BEAT = RATE // 2  # frames: 120 a minute; the song's sections are 4 s long


def plucks(seed: int = 1) -> np.ndarray:
    """Plucked tones of a scale at uneven moments over a little noise: shape (2, FRAMES), float32."""
    generator = np.random.default_rng(seed)
    audio = 0.001 * generator.standard_normal((2, FRAMES))
    moment = 0.0
    while moment < 11.5:
        start = round(moment * RATE)
        t = np.arange(min(RATE, FRAMES - start)) / RATE
        hz = 110 * 2 ** (generator.integers(0, 25) / 12)
        tone = sum(np.sin(2 * np.pi * k * hz * (1 + 3e-4 * k * k) * t) / k * np.exp(-(2 + k) * t) for k in range(1, 9))
        audio[:, start:start + t.size] += 0.15 * tone
        moment += generator.uniform(0.15, 0.3)
    return audio.astype(np.float32)


def measured(audio: np.ndarray, rate: int = RATE) -> list[SectionMeasures]:
    return measure(np.ascontiguousarray(audio), rate, performance(song()))


def test_music_without_breaks_has_none() -> None:
    assert max(section.broken for section in measured(plucks())) <= 0.03


@pytest.mark.parametrize("slice_beats", [0.25, 1 / 6, 0.0625])
def test_repeats_on_the_grid_are_found_where_they_are_and_in_their_share(slice_beats: float) -> None:
    audio = plucks()
    for beat in (9, 11, 13):  # in the second section, one beat each of eight
        stutter = effects()["stutter"](slice_beats=slice_beats)
        stutter.lay(audio, beat * BEAT, (beat + 1) * BEAT, Context(RATE, 0.5, 1), 192)
    before, broken, after = measured(audio)
    assert 3 / 8 * (1 - slice_beats) - 0.12 <= broken.repeats <= 3 / 8 + 0.05
    assert max(before.repeats, after.repeats) <= 0.05


def test_a_held_tone_comes_again_at_every_lag_and_is_no_repeat() -> None:
    t = np.arange(FRAMES) / RATE
    tone = 0.3 * sum(np.sin(2 * np.pi * k * 128 * t) / k for k in range(1, 20))  # periodic in every lag of the grid
    assert max(section.repeats for section in measured(np.stack([tone, tone]).astype(np.float32))) == 0


@pytest.mark.parametrize("bits", [2, 6])
def test_levels_are_counted_and_few_of_them_are_broken(bits: int) -> None:
    crushed = effects()["bit_crush"](bits=bits, full_scale_db=None).process(plucks()[:, :4 * RATE], Context(RATE))
    audio = np.concatenate([crushed, plucks()[:, 4 * RATE:]], axis=1)
    found = measured(audio)
    assert found[0].fewest_levels <= found[0].levels <= 2**bits and found[0].broken == 1
    assert min(found[1].fewest_levels, found[2].fewest_levels) > 5000


def test_entropy_tells_a_tone_from_noise_and_side_how_wide_it_is_and_silence_has_nothing() -> None:
    t = np.arange(4 * RATE) / RATE
    tone = 0.3 * np.stack([np.sin(2 * np.pi * 440 * t)] * 2)
    noise = 0.1 * np.random.default_rng(3).standard_normal((2, 4 * RATE))
    noise[1] = 0.5 * noise[0]
    first, second, third = measured(np.concatenate([tone, noise, 0 * tone], axis=1).astype(np.float32))
    assert first.entropy < 0.2 and second.entropy > 0.9
    assert first.side_db < -100 and second.side_db == pytest.approx(20 * np.log10(0.25 / 0.75), abs=0.01)
    assert third == SectionMeasures(None, None, None, None, None, None, 0)


@pytest.mark.parametrize("rate", [44100, 96000])
def test_what_is_found_does_not_depend_on_the_rate(rate: int) -> None:
    t = np.arange(12 * rate) / rate
    noise = np.random.default_rng(5).standard_normal(6000)
    audio = np.stack([np.interp(t * 500, np.arange(6000), noise)] * 2).astype(np.float32) * 0.2
    effects()["stutter"](slice_beats=0.125).lay(audio, 5 * rate, 7 * rate, Context(rate, 0.5, 1), 192)
    shares = [section.repeats for section in measured(audio, rate)]
    assert shares[0] == shares[2] == 0 and shares[1] == pytest.approx(0.5, abs=0.08)
