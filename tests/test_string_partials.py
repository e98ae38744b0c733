"""Each partial of a string: where stiffness puts it, and how long it lasts."""

from __future__ import annotations

import numpy as np
import pytest

from instruments.bass import FingerBass
from instruments.nylon_guitar import NylonGuitar
from instruments.steel_guitar import SteelGuitar
from instruments.strings.body import impulse_response
from instruments.strings.dispersion import fitted_partials
from instruments.strings.plucked import FRET_DECAY_POWER, PluckedString, Strings
from instruments.strings.string import Loop, design
from instruments.strings.waveguide import sound_string
from instruments.upright_bass import UprightBass
from scores.performance import Fingering, Note

RATE = 48000
FAMILY = pytest.mark.parametrize("cls", (SteelGuitar, NylonGuitar, FingerBass, UprightBass))
PARTIAL = np.arange(1, 13)


def hertz(pitch: float | np.ndarray) -> np.ndarray:
    return np.asarray(440.0 * 2 ** ((np.asarray(pitch, dtype=float) - 69) / 12))


class Stated:
    """What the model says of a string at some frets: f0, B, and the decay of the plane that drives the body."""

    def __init__(self, cls: type[PluckedString], string: int, frets: np.ndarray) -> None:
        self.table = Strings(*(column[string] for column in cls.strings))
        open_hz = hertz(self.table.open_pitch)
        self.f0 = hertz(self.table.open_pitch + frets)
        self.stiffness = (np.pi**3 * self.table.youngs_modulus_gpa * 1e9 * (self.table.core_millimetres * 1e-3) ** 4
                          / (64 * self.table.tension_newtons * (cls.length_metres * open_hz / self.f0) ** 2))
        shorter = (open_hz / self.f0) ** FRET_DECAY_POWER
        self.low = cls.up_t60_share * self.table.t60_seconds * shorter
        self.high = self.table.t60_reference_seconds * 2.0 ** (-3 * cls().string_age) * np.sqrt(shorter)

    def partials_hz(self) -> np.ndarray:
        """f_k = k f_0 √((1 + B k²) / (1 + B)), shape (frets, 12)."""
        bent = (1 + self.stiffness[:, None] * PARTIAL**2) / (1 + self.stiffness[:, None])
        return self.f0[:, None] * PARTIAL * np.sqrt(bent)

    def t60_seconds(self, hz: np.ndarray) -> np.ndarray:
        """1 / T60 = 1 / T_0 + (f / 4 kHz)² / T_4k of partials (frets, 12)."""
        return 1 / (1 / self.low[:, None] + (hz / 4000) ** 2 / self.high[:, None])


def stretch(found_hz: np.ndarray, partial: np.ndarray) -> float:
    """B as it is measured: slope by base of the line through (f_k / k)² over k² (H. Fletcher 1964)."""
    slope, base = np.polyfit(partial**2, (found_hz / partial) ** 2, 1)
    return float(slope / base)


def roots(loop: Loop, start_hz: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequency in Hz and T60 in seconds of partials near ``start_hz`` (frets, 12): where the loop gives itself back.

    Newton's method on the logarithm of the gain once round, in the plane of complex frequencies.
    """
    gain, pole, first, last, fraction, delay = (np.asarray(column)[:, None] for column in (
        loop.gain, loop.pole, loop.dispersion, loop.dispersion_last, loop.fraction, loop.delay))

    def round_trip(s: np.ndarray) -> np.ndarray:
        z = np.exp(-s)
        passed = gain / (1 + pole * z) * np.exp(-delay * s)
        for a in (first, first, last, fraction):
            passed = passed * (a + z) / (1 + a * z)
        return np.log(passed)
    s = 2j * np.pi * start_hz / rate
    for _ in range(8):
        slope = (round_trip(s * (1 + 1e-6)) - round_trip(s * (1 - 1e-6)))
        slope = (slope.real + 1j * ((slope.imag + np.pi) % (2 * np.pi) - np.pi)) / (2e-6 * s)
        s = s - round_trip(s) / slope
    return s.imag * rate / (2 * np.pi), -3 * np.log(10) / (s.real * rate)


@FAMILY
@pytest.mark.parametrize("rate", (44100, 48000, 96000))
def test_every_fret_of_every_string_is_as_stiff_and_rings_as_long_as_is_stated(cls: type[PluckedString],
                                                                               rate: int) -> None:
    """To fret 24 or MIDI 84, by the roots of the loop: B from partials 1-12, or those below 8 kHz, within 3 %; T60 of
    partials 1-10 within 8 %; the first in tune to a fiftieth of a cent."""
    for string, open_pitch in enumerate(cls.strings.open_pitch):
        stated = Stated(cls, string, np.arange(0, min(25, 85 - open_pitch)))
        loop = design(stated.f0, stated.stiffness, stated.low, 1 / (1 / stated.low + 1 / stated.high), rate)
        found, t60 = roots(loop, stated.partials_hz(), rate)
        assert np.abs(1200 * np.log2(found[:, 0] / stated.f0)).max() < 0.02
        for fret, count in enumerate(fitted_partials(stated.f0)):
            ratio = stretch(found[fret, :count], PARTIAL[:count]) / stated.stiffness[fret]
            assert ratio == pytest.approx(1, abs=0.03), (string, fret)
            share = (t60 / stated.t60_seconds(found))[fret, :min(count, 10)]
            assert np.abs(share - 1).max() < 0.08, (string, fret)


def one_plane(cls: type[PluckedString], string: int, fret: int, seconds: float) -> np.ndarray:
    """The force of one string that swings in the plane at right angles to the top alone, plucked hard by the bridge."""
    instrument = cls(hardness=1, pluck="pick", pluck_position=0.07, detune_cents=0)
    pitch = float(cls.strings.open_pitch[string]) + fret
    note = Note(0.01, seconds, 0.01, seconds, pitch, 100, 5, Fingering(string, 0))
    plan = instrument._plan([note], string, RATE, impulse_response(cls.box, RATE, 0.0))
    out = np.zeros(round(seconds * RATE), np.float32)
    hand = plan.hand._replace(slant=np.zeros(1), knock=np.zeros(1), noise=np.zeros(1))
    sound_string(out, plan.up, plan.along, hand, plan.bends, plan.seeds, 0.0, 1e-6, 288)
    return out.astype(np.float64)


def peaks_hz(audio: np.ndarray, near_hz: np.ndarray, reach_hz: np.ndarray) -> np.ndarray:
    """Highest spectral peak around each frequency (Hann, parabola in the logarithm)."""
    size = 1 << int(np.ceil(np.log2(audio.size * 8)))
    spectrum = np.log(np.abs(np.fft.rfft(audio * np.hanning(audio.size), size)) + 1e-12)
    places = []
    for hz, reach in zip(near_hz, reach_hz, strict=True):
        low = int((hz - reach) * size / RATE)
        top = low + int(np.argmax(spectrum[low:int((hz + reach) * size / RATE)]))
        left, centre, right = spectrum[top - 1:top + 2]
        places.append(top + 0.5 * (left - right) / (left - 2 * centre + right))
    return np.array(places) * RATE / size


def t60_of(audio: np.ndarray, frequency_hz: float, f0: float, seconds: float) -> float:
    """Decay time of one partial from a line through its level in dB; the window does not hear its neighbours."""
    window = np.hanning(round(5 * RATE / f0))
    baseband = audio * np.exp(-2j * np.pi * frequency_hz * np.arange(audio.size) / RATE)
    starts = np.arange(0, round(seconds * RATE) - window.size, max(240, window.size // 4))
    levels = [20 * np.log10(np.abs(baseband[s:s + window.size] @ window)) for s in starts]
    return float(-60 / np.polyfit(starts / RATE, levels, 1)[0])


@FAMILY
@pytest.mark.parametrize("fret", (0, 5, 12))
def test_each_partial_is_heard_where_and_as_long_as_the_string_says(cls: type[PluckedString], fret: int) -> None:
    """In the sound of each string: B read from partials 1-12, or those below 8 kHz, within 2 %, and T60 of 1-10,
    within 6 %."""
    for string in range(len(cls.strings.open_pitch)):
        stated = Stated(cls, string, np.array([fret]))
        count = int(fitted_partials(stated.f0)[0])
        wanted = stated.partials_hz()[0, :count]
        # A partial that dies soon is looked for while it lasts.
        lasts = stated.t60_seconds(wanted[None])[0] if count == 12 else np.full(count, 0.8)
        audio = one_plane(cls, string, fret, 1.6)[2400:]
        found = peaks_hz(audio[:round(min(0.8, 0.7 * lasts.min()) * RATE)], wanted, 0.3 * stated.f0.repeat(count))
        assert stretch(found, PARTIAL[:count]) == pytest.approx(stated.stiffness[0], rel=0.02), string
        due = 1 / (1 / stated.low[0] + (found / 4000) ** 2 / stated.high[0])
        for hz, seconds in zip(found[:10], due, strict=False):
            lasted = t60_of(audio, hz, stated.f0[0], min(1.2, 0.7 * seconds))
            assert lasted == pytest.approx(seconds, rel=0.06), (string, hz)
