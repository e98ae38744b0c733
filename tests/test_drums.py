"""Laws of the drum kit: modes and decays as theory has them, a choke without a step, strokes that differ."""

from __future__ import annotations

import numpy as np
import pytest

from instruments.drum_kit import DrumKit
from instruments.drums.acoustic import ACOUSTIC
from instruments.drums.keys import KEYS, PIECES
from instruments.drums.kits import KITS, kit, piece_of
from instruments.drums.modes import ROOTS, Membrane, bessel
from scores.performance import Note

RATE = 48000


def stroke(piece: str, onset: float = 0.0, velocity: int = 100, seed: int = 11) -> Note:
    return Note(onset, 1.0, onset, 0.2, KEYS[piece], velocity, seed)


def heard(notes: list[Note], seconds: float = 1.0, **patch: object) -> np.ndarray:
    """Left and right together, without the room; float64."""
    audio = DrumKit.model_validate({"room_db": -60.0} | patch).play(notes, RATE, round(seconds * RATE))
    return audio.mean(axis=0, dtype=np.float64)


def spectrum(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and power."""
    power = np.abs(np.fft.rfft(audio * np.hanning(audio.size), 8 * audio.size)) ** 2
    return np.fft.rfftfreq(8 * audio.size, 1 / RATE), power


def centroid_hz(audio: np.ndarray) -> float:
    hz, power = spectrum(audio)
    return float((hz * power).sum() / power.sum())


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(audio**2) + 1e-30))


def test_bessel_functions_vanish_at_their_zeros() -> None:
    from instruments.drums.modes import ORDERS

    assert np.abs(bessel(ORDERS, ROOTS)).max() < 2e-5
    assert bessel(np.array([0]), np.array([0.0]))[0] == pytest.approx(1.0)


@pytest.mark.parametrize("piece", ["floor_tom", "low_tom", "high_tom"])
def test_modes_of_a_tom_lie_where_theory_has_them(piece: str) -> None:
    """The (1,1), (2,1) and (3,1) modes of a soft stroke, each a peak within 1 % of j_mn / j_11 times the tuning."""
    (head,) = ACOUSTIC[piece].struck
    assert isinstance(head, Membrane)
    audio = heard([stroke(piece, velocity=25)])[round(0.12 * RATE):round(0.6 * RATE)]
    hz, power = spectrum(audio)
    for root in (3.83171, 5.13562, 6.38016):
        due = head.hz * root / 3.83171
        near = (hz > 0.96 * due) & (hz < 1.04 * due)
        assert hz[near][power[near].argmax()] == pytest.approx(due, rel=0.01), root


@pytest.mark.parametrize("decay", [0.6, 1.0, 1.6])
def test_a_tom_decays_in_the_time_that_is_stated(decay: float) -> None:
    """T60 of its (1,1) mode, by the slope of its heterodyned level, within 10 %."""
    (head,) = ACOUSTIC["floor_tom"].struck
    assert isinstance(head, Membrane)
    audio = heard([stroke("floor_tom", velocity=40)], 2.0, decay=decay)
    window = np.hanning(round(0.12 * RATE))
    base = audio * np.exp(-2j * np.pi * head.hz * np.arange(audio.size) / RATE)
    starts = np.arange(round(0.15 * RATE), round(0.9 * RATE), round(0.02 * RATE))
    db = [20 * np.log10(abs(base[s:s + window.size] @ window)) for s in starts]
    slope = np.polyfit(starts / RATE, db, 1)[0]
    assert -60 / slope == pytest.approx(head.t60_seconds * decay, rel=0.1)


def test_the_pitch_of_a_hard_stroke_falls_and_of_a_soft_one_hardly() -> None:
    def fall(velocity: int) -> float:
        audio = heard([stroke("high_tom", velocity=velocity)])
        early, late = (audio[round(a * RATE):round((a + 0.1) * RATE)] for a in (0.01, 0.4))
        peaks = []
        for part in (early, late):
            hz, power = spectrum(part)
            low = (hz > 150) & (hz < 215)
            peaks.append(hz[low][power[low].argmax()])
        return float(peaks[0] / peaks[1])

    assert fall(115) > 1.02 > 1.006 > fall(30)


def test_closing_the_hi_hat_ends_the_open_one_without_a_step() -> None:
    """After a hardly audible closed stroke an open hat falls by 40 dB in 0.3 s; at the stroke itself nothing jumps."""
    rung = heard([stroke("open_hat")])
    choked = heard([stroke("open_hat"), stroke("closed_hat", onset=0.3, velocity=1)])
    at = round(0.3 * RATE)
    np.testing.assert_array_equal(choked[:at], rung[:at])
    near = np.abs(choked - rung)[at:at + 24].max()
    assert near < 0.04 * np.abs(rung[at - 2400:at + 2400]).max()
    assert np.abs(np.diff(choked, 2))[at - 24:at + 240].max() <= 1.1 * np.abs(np.diff(rung, 2))[at - 2400:at].max()
    gone = slice(round(0.6 * RATE), round(0.65 * RATE))
    assert level_db(choked[gone]) < level_db(rung[gone]) - 40


def test_strokes_on_a_ringing_cymbal_add_up_and_one_that_is_not_struck_rings_on() -> None:
    alone = heard([stroke("crash")])
    with_ride = heard([stroke("crash"), stroke("ride", onset=0.5)])
    once_more = heard([stroke("crash"), stroke("crash", onset=0.5)])
    late = slice(round(0.6 * RATE), round(0.8 * RATE))
    assert level_db(once_more[late]) > level_db(alone[late]) + 1.5
    ride = heard([stroke("ride", onset=0.5)])
    assert np.abs(with_ride - alone - ride).max() < 1e-5


@pytest.mark.parametrize("piece", ["kick", "snare", "closed_hat", "ride", "floor_tom"])
def test_strokes_that_are_meant_alike_differ_but_not_in_what_they_are(piece: str) -> None:
    """Four round robins: no two alike, within 4 dB and a third of an octave of brightness."""
    strokes = [heard([stroke(piece, seed=seed)], 0.3) for seed in (1, 2, 3, 4)]
    for i, one in enumerate(strokes):
        for other in strokes[:i]:
            assert np.corrcoef(one, other)[0, 1] < 0.9995
    assert np.ptp([level_db(one) for one in strokes]) < 4
    assert np.ptp(np.log2([centroid_hz(one) for one in strokes])) < 0.34


@pytest.mark.parametrize("piece", ["kick", "snare", "closed_hat", "crash", "low_tom"])
def test_a_harder_stroke_is_brighter(piece: str) -> None:
    soft, hard = (centroid_hz(heard([stroke(piece, velocity=velocity)], 0.1)) for velocity in (35, 115))
    assert hard > 1.07 * soft


def test_the_drum_machine_s_bass_drum_rings_at_its_circuit_s_frequency() -> None:
    audio = heard([stroke("kick")], kit="808")[round(0.1 * RATE):round(0.8 * RATE)]
    hz, power = spectrum(audio)
    assert hz[power.argmax()] == pytest.approx(49.5, rel=0.01)


@pytest.mark.parametrize("name", list(KITS))
def test_every_key_of_the_map_sounds_in_every_kit_at_its_level(name: str) -> None:
    """The level of a mix: between −20 and −7 dBFS at velocity 100."""
    for piece in sorted({piece_of(name, key) for key in PIECES}):
        audio = DrumKit(kit=name).play([stroke(piece)], RATE, round(0.25 * RATE))
        assert -20 < 20 * np.log10(np.abs(audio).max()) < -7, piece
    assert all(piece_of(name, key) == PIECES[key] for key in PIECES if PIECES[key] in kit(name))


def test_hi_hat_is_on_the_right_for_the_audience_and_on_the_left_for_the_drummer() -> None:
    def lean(view: str) -> float:
        left, right = DrumKit(view=view, room_db=-60).play([stroke("closed_hat")], RATE, 9600).astype(np.float64)
        return level_db(right) - level_db(left)

    assert lean("audience") > 2
    assert lean("drummer") < -2
