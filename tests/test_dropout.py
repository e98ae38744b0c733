"""What lost packets owe: whole packets, their share, and nothing else touched."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.dropout import Dropout

RATE = 48000
NOISE = np.random.default_rng(5).uniform(0.1, 0.9, (2, 30 * RATE)).astype(np.float32)


def lose(seed: int = 1, **settings: object) -> np.ndarray:
    return Dropout.model_validate(settings).process(NOISE, Context(RATE, 1.0, seed))


def lost_packets(out: np.ndarray, packet_ms: float) -> np.ndarray:
    """Which packets are changed; asserts that each is changed throughout or kept to the bit."""
    length = round(packet_ms / 1000 * RATE)
    changed = (out != NOISE).any(axis=0).reshape(-1, length)
    share = changed.mean(axis=1)
    assert ((share == 0) | (share > 0.99)).all()
    return share > 0


@pytest.mark.parametrize("loss", [0.05, 0.3, 0.8])
def test_as_many_packets_are_lost_as_asked_and_the_rest_keeps_its_bytes(loss: float) -> None:
    lost = lost_packets(lose(loss=loss, packet_ms=10), 10)
    assert lost.mean() == pytest.approx(loss, abs=4 * np.sqrt(loss * (1 - loss) / lost.size))


def test_a_lost_packet_is_digital_silence_between_its_fades() -> None:
    out = lose(loss=0.3, packet_ms=20, fade_ms=2)
    length, fade = 960, 96
    for number in np.flatnonzero(lost_packets(out, 20)):
        assert not out[:, number * length + fade:(number + 1) * length - fade].any()


def test_more_loss_loses_the_same_packets_and_more() -> None:
    few, many = (lost_packets(lose(loss=loss), 25) for loss in (0.2, 0.6))
    assert few.sum() < many.sum() and not (few & ~many).any()


def test_another_seed_loses_other_packets() -> None:
    assert not np.array_equal(lost_packets(lose(1), 25), lost_packets(lose(2), 25))


def test_a_concealed_packet_is_what_came_before_mirrored_at_the_gap() -> None:
    out = lose(loss=0.1, packet_ms=10, fade_ms=0.5, conceal="mirror")
    alone = [n for n in np.flatnonzero(np.diff(lost_packets(out, 10).astype(int), prepend=0) == 1) if n > 0]
    for number in alone:
        start = number * 480
        assert np.allclose(out[:, start + 24:start + 456], NOISE[:, start - 456:start - 24][:, ::-1], atol=1e-7)
    assert len(alone) > 100


def test_a_long_gap_is_concealed_for_60_ms_and_then_silent() -> None:
    audio = NOISE[:, :RATE]
    out = Dropout(loss=1, packet_ms=250, fade_ms=0.5, conceal="mirror").process(audio, Context(RATE))
    assert not out[:, 24:-24].any(), "nothing came before, so nothing can be guessed"
    seed = next(seed for seed in range(100)
                if (np.random.default_rng(seed).random(4) < 0.5).tolist() == [False, True, True, False])
    out = Dropout(loss=0.5, packet_ms=250, fade_ms=0.5, conceal="mirror").process(audio, Context(RATE, 1.0, seed))
    assert not out[:, 12000 + 2880:36000 - 24].any()
    assert np.abs(out[:, 12000 + 24:12000 + 2400]).min() > 0


def voice(rate: int, hz: float) -> np.ndarray:
    """Two seconds of a steady vowel, both sides, each with its own partials."""
    t = np.arange(2 * rate) / rate
    rows = [sum(np.sin(2 * np.pi * hz * h * t + h * side) / h for h in (1, 2, 3, 5, 9)) / 4 for side in (1, 2)]
    return np.array(rows, np.float32)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("hz", [80, 147.3, 330])
def test_a_voice_whose_last_period_is_repeated_hardly_shows_a_lost_packet(rate: int, hz: float) -> None:
    audio, packet = voice(rate, hz), rate // 100
    lost = np.random.default_rng(4).random(200) < 0.1
    alone = lost & ~np.roll(lost, 1) & ~np.roll(lost, -1) & (np.arange(200) > 5)
    errors = []
    for conceal in ("silence", "mirror", "pitch"):
        setting = Dropout.model_validate({"loss": 0.1, "packet_ms": 10, "conceal": conceal})
        wrong = setting.process(audio, Context(rate, 1.0, 4)) - audio
        errors.append(np.std(wrong.reshape(2, 200, packet)[:, alone]))
    assert errors[0] > 0.1 and errors[2] < 0.15 * min(errors[:2])


def test_without_enough_of_a_past_nothing_is_repeated_and_a_long_gap_falls_silent() -> None:
    audio = voice(RATE, 200)
    assert not Dropout(loss=1, conceal="pitch").process(audio, Context(RATE))[:, 200:-200].any()
    seed = next(seed for seed in range(100)
                if (np.random.default_rng(seed).random(8) < 0.5).tolist()[:3] == [False, True, False])
    out = Dropout(loss=0.5, packet_ms=250, conceal="pitch").process(audio, Context(RATE, 1.0, seed))
    assert np.abs(out[:, 12200:12480]).max() > 0.1 and not out[:, 12000 + 2900:24000 - 200].any()
