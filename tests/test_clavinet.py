"""The laws of the clavinet: what its pickups hear by their places, its tabs, its tangents, its yarn."""

from __future__ import annotations

import numpy as np
import pytest
from spectra import RATE, centroid_hz, decay_db_per_second, hertz, mono, note, partial, span

from instruments.clavinet import BRIDGE, NECK, TABS, Clavinet

BARE = {"noise_db": -80.0, "brilliant": False, "treble": False, "medium": False, "soft": False}


def bare(**patch: object) -> Clavinet:
    return Clavinet.model_validate({**BARE, **patch})


def partials_db(clavinet: Clavinet, pitch: int, count: int) -> np.ndarray:
    """Levels of the first partials; stiffness makes them a little sharp."""
    audio = span(mono(clavinet, [note(pitch, 0.0, 1.5)]), 0.05, 0.85)
    level = np.abs(np.fft.rfft(audio * np.hanning(audio.size)))
    hz = np.fft.rfftfreq(audio.size, 1 / RATE)
    return np.array([20 * np.log10(level[np.abs(hz - n * hertz(pitch)) < 0.2 * hertz(pitch)].max())
                     for n in range(1, count + 1)])


@pytest.mark.parametrize(("pickups", "heard"), [
    ("neck", lambda n: np.abs(np.sin(np.pi * n * NECK))),
    ("both", lambda n: np.abs(2 - np.exp(-2j * np.pi * n * BRIDGE) - np.exp(-2j * np.pi * n * NECK)) / 2),
    ("against", lambda n: np.abs(np.exp(-2j * np.pi * n * BRIDGE) - np.exp(-2j * np.pi * n * NECK)) / 2)])
def test_pickups_hear_each_partial_by_where_they_stand(pickups: str, heard: object) -> None:
    """Against the bridge pickup alone, which has |sin πnβ|: within 0.5 dB."""
    n = np.arange(1, 9)
    found = partials_db(bare(pickups=pickups), 48, 8) - partials_db(bare(pickups="bridge"), 48, 8)
    assert callable(heard)
    due = 20 * np.log10(heard(n) / np.abs(np.sin(np.pi * n * BRIDGE)))
    strong = due > -15
    np.testing.assert_allclose((found - found[0])[strong], (due - due[0])[strong], atol=0.5)


@pytest.mark.parametrize("tab", sorted(TABS))
def test_a_tab_passes_what_its_circuit_passes(tab: str) -> None:
    kind, edge = TABS[tab]
    n = np.arange(1, 13)
    found = partials_db(bare(**{tab: True}), 48, 12) - partials_db(bare(), 48, 12)
    s = 1j * n * hertz(48) / edge
    due = 20 * np.log10(np.abs((s if kind == "high" else 1) / (1 + s)))
    np.testing.assert_allclose(found - found[0], due - due[0], atol=0.5)


def test_strings_decay_in_the_times_of_their_keys_and_the_mute_takes_them() -> None:
    for pitch, seconds in ((48, 8.0), (64, 5.5)):
        level = partial(span(mono(bare(), [note(pitch, 0.0, 2.0)]), 0.1, 1.8), hertz(pitch))[0]
        assert 60 / decay_db_per_second(level) == pytest.approx(0.9 * seconds, rel=0.12)  # two planes, 0.8 and 1
    muted = partial(span(mono(bare(mute=1.0), [note(48, 0.0, 2.0)]), 0.03, 0.2), hertz(48), 0.03)[0]
    assert 60 / decay_db_per_second(muted) < 0.16


@pytest.mark.parametrize("yarn", [0.0, 1.0])
def test_the_yarn_takes_a_string_whose_key_is_up(yarn: float) -> None:
    level = partial(span(mono(bare(yarn=yarn), [note(60, 0.0, 0.5)]), 0.505, 0.7), hertz(60), 0.02)[0]
    loud = level > 1e-3 * level[0]
    assert 60 / decay_db_per_second(level[loud][:12]) == pytest.approx(0.25 * 0.12**yarn, rel=0.15)


def test_harder_rubber_and_harder_blows_are_brighter() -> None:
    def bright(hardness: float, velocity: int) -> float:
        return centroid_hz(span(mono(bare(hardness=hardness), [note(52, 0.0, velocity=velocity)]), 0.0, 0.2))

    assert bright(1.0, 100) > 1.3 * bright(0.0, 100)
    assert bright(0.5, 115) > 1.2 * bright(0.5, 50)


def test_a_key_struck_again_is_one_string_and_two_keys_are_two() -> None:
    """The key comes up before it strikes again, and the yarn takes most of what was there."""
    first, second = note(60, 0.0, 0.4), note(60, 0.4, 0.6)
    both, alone = mono(bare(), [first, second]), mono(bare(), [second])
    tail = span(both - alone, 0.6, 0.9)
    assert np.sqrt(np.mean(tail**2)) < 0.15 * np.sqrt(np.mean(span(alone, 0.6, 0.9) ** 2))
    apart = mono(bare(), [first, note(67, 0.4, 0.6)]) - mono(bare(), [first]) - mono(bare(), [note(67, 0.4, 0.6)])
    assert np.abs(apart).max() < 1e-6
