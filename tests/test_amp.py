"""The laws of the guitar amplifier: the tone stack is its circuit, the tubes alias nothing, the cone has its band."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.amp import Amp
from effects.dsp.amplifier import CONES, Amplifier
from effects.dsp.tone_stack import BASSMAN, PLEXI, Parts, bilinear, transfer

RATE = 48000
CHANNELS = ("clean", "crunch", "high_gain")


def sine(hz: float, peak: float, rate: int = RATE) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hz * np.arange(2 * rate) / rate)).astype(np.float32)[None]


def lines(audio: np.ndarray, hz: float, count: int, rate: int = RATE) -> np.ndarray:
    """Amplitudes of the harmonics in the second second."""
    steady, time = audio[0].astype(float)[rate:], np.arange(rate) / rate
    window = np.hanning(rate)
    return np.array([2 * abs(steady * window @ np.exp(-2j * np.pi * n * hz * time)) / window.sum()
                     for n in range(1, count + 1)])


def by_nodes(parts: Parts, bass: float, middle: float, treble: float, hz: float) -> complex:
    """Output of the circuit for an input of 1, from Kirchhoff's law at each node.

    Nodes: 0 top of the treble pot, 1 behind the slope resistor, 2 bottom of the treble pot and top of the bass pot,
    3 bottom of the bass pot and top of the middle pot, 4 wiper of the middle pot, 5 wiper of the treble pot.
    """
    s, low = 2j * np.pi * hz, 10 ** (3.5 * (bass - 1))
    r1, r2, r3, r4, c1, c2, c3 = parts
    input_node, ground = 6, 7
    branches = [(input_node, 0, s * c1), (input_node, 1, 1 / r4), (1, 2, s * c2), (1, 4, s * c3),
                (0, 5, 1 / ((1 - treble) * r1)), (5, 2, 1 / (treble * r1)), (2, 3, 1 / (low * r2)),
                (3, 4, 1 / ((1 - middle) * r3)), (4, ground, 1 / (middle * r3))]
    matrix, right = np.zeros((6, 6), complex), np.zeros(6, complex)
    for one, other, admittance in branches:
        for here, there in ((one, other), (other, one)):
            if here < 6:
                matrix[here, here] += admittance
                if there < 6:
                    matrix[here, there] -= admittance
                elif there == input_node:
                    right[here] += admittance
    return complex(np.linalg.solve(matrix, right)[5])


@pytest.mark.parametrize("parts", [BASSMAN, PLEXI])
def test_the_tone_stack_is_what_its_circuit_does(parts: Parts) -> None:
    """At each of 27 settings of the knobs, from 20 Hz to 20 kHz, within a ten-thousandth."""
    for bass in (0.05, 0.5, 0.95):
        for middle in (0.05, 0.5, 0.95):
            for treble in (0.05, 0.5, 0.95):
                numerator, denominator = transfer(parts, bass, middle, treble)
                for hz in np.geomspace(20, 20000, 9):
                    s = 2j * np.pi * hz
                    found = np.polyval(numerator[::-1], s) / np.polyval(denominator[::-1], s)
                    assert found == pytest.approx(by_nodes(parts, bass, middle, treble, float(hz)), rel=1e-4)


def test_the_digital_filter_is_the_analogue_one_at_its_warped_frequency() -> None:
    numerator, denominator = transfer(BASSMAN, 0.3, 0.6, 0.7)
    b, a = bilinear(numerator, denominator, RATE)
    for hz in (50.0, 700.0, 9000.0):
        z, s = np.exp(-2j * np.pi * hz / RATE), 2j * RATE * np.tan(np.pi * hz / RATE)
        due = np.polyval(numerator[::-1], s) / np.polyval(denominator[::-1], s)
        assert np.polyval(b[::-1], z) / np.polyval(a[::-1], z) == pytest.approx(due, rel=1e-9)


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_folds_back_above_minus_sixty_decibels(channel: str, rate: int) -> None:
    """A guitar's top octave and the one above it, driven as hard as can be."""
    for hz in (1318.5, 2637.0):
        amp = Amp.model_validate({"channel": channel, "drive": 1.0, "speaker": "none"})
        out = amp.process(sine(hz, 0.5, rate), Context(rate))[0].astype(float)[rate:]
        level, at = np.abs(np.fft.rfft(out * np.kaiser(out.size, 16))), np.fft.rfftfreq(out.size, 1 / rate)
        away = np.abs(at - hz * np.round(at / hz))
        assert level[(away > 30) & (at > 40)].max() < 1e-3 * level.max(), hz


def test_tubes_add_even_harmonics_and_more_with_drive_and_channel() -> None:
    spread = []
    for channel in CHANNELS:
        for drive in (0.1, 0.9):
            amp = Amp.model_validate({"channel": channel, "drive": drive, "speaker": "none"})
            found = lines(amp.process(sine(220, 0.1), Context(RATE)), 220, 12)
            spread.append(float(np.sqrt(np.sum(found[1:] ** 2)) / found[0]))
            assert found[1] > 0.002 * found[0]
    assert spread[0] < spread[1] and spread[2] < spread[3] and spread[0] < spread[2] < spread[4]


def test_what_is_soft_stays_clean_and_what_is_loud_is_held() -> None:
    level = [lines(Amp(channel="clean", drive=0).process(sine(440, peak), Context(RATE)), 440, 1)[0]
             for peak in (0.001, 0.01, 1.0)]
    assert level[1] / level[0] == pytest.approx(10, rel=0.01)
    assert level[2] / level[1] < 80


@pytest.mark.parametrize("speaker", sorted(CONES))
def test_a_loudspeaker_has_its_band(speaker: str) -> None:
    """At half its resonance and at twice its edge it is down by 7 and by 20 dB and more."""
    cone = CONES[speaker]  # type: ignore[index]
    amp = Amp.model_validate({"channel": "clean", "drive": 0, "speaker": speaker})
    bare = Amp(channel="clean", drive=0, speaker="none")

    def gain_db(hz: float) -> float:
        heard, direct = (lines(a.process(sine(hz, 0.003), Context(RATE)), hz, 1)[0] for a in (amp, bare))
        return float(20 * np.log10(heard / direct))

    middle = gain_db(700.0)
    assert gain_db(cone.resonance_hz / 2) < middle - 7
    assert gain_db(2 * cone.edge_hz) < middle - 20
    assert gain_db(cone.presence_hz) > middle + 1


def test_it_says_by_how_much_it_is_late() -> None:
    click = np.zeros(2048, np.float32)
    click[200] = 1e-3
    for channel in CHANNELS:
        amplifier = Amplifier(RATE, channel, 0.0, 0.5, 0.5, 0.5, "none")  # type: ignore[arg-type]
        assert np.argmax(np.abs(amplifier.play(click))) - 200 == pytest.approx(amplifier.delay_samples, abs=2)
