"""Glottis and vocal tract of the hum: a band-limited pulse and noise through moving resonances.

References
----------
.. [1] Klatt, D. H. (1980). Software for a cascade/parallel formant synthesizer. JASA 67, 971-995.
.. [2] Klatt, D. H. and Klatt, L. C. (1990). Analysis, synthesis, and perception of voice quality variations among
   female and male talkers. JASA 87, 820-857.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit

from instruments.dsp.arrays import Complexes, Floats, Singles
from instruments.dsp.random import uniform

# Samples of one glottal cycle.
TABLE = 2048
# One cycle as a phase: a whole number, so that it wraps without rounding.
TURN = float(TABLE << 20)
# One unit of phase in samples of the table.
PART = 2.0**-20
# Share of the cycle in which the folds are open and breath passes.
OPEN_SHARE = 0.7
# Nasal pole, and bandwidth of nasal pole and zero [Hz].
NASAL_POLE_HZ = 800.0
NASAL_WIDTH_HZ = 250.0
# Damping (1/Q) of the band of hiss: more than two octaves wide.
HISS_DAMPING = 2.0
# Corner of the low shelf [Hz].
SHELF_HZ = 250.0

# Columns of a control frame.
PITCH, VOICE, PRESS, ASPIRATION, WHISPER, HISS, HISS_HZ, FORMANT_1, FORMANT_2, FORMANT_3, NASAL_ZERO, SHELF = range(12)
COLUMNS = 12
# Bandwidths of the formants [Hz].
WIDTHS_HZ = (110.0, 180.0, 260.0, 380.0)
# Fourth formant, which does not move [Hz].
FORMANT_4_HZ = 3900.0


@njit(cache=True, nogil=True)
def resonator(hz: float, width_hz: float, rate: float) -> tuple[float, float, float]:
    """Return the coefficients a, b, c of y = a x + b y₁ + c y₂, a resonator with gain 1 at 0 Hz [1]_."""
    radius = math.exp(-math.pi * width_hz / rate)
    c = -radius * radius
    b = 2.0 * radius * math.cos(2.0 * math.pi * hz / rate)
    return 1.0 - b - c, b, c


@njit(cache=True, nogil=True)
def add_voice(
    out: Floats, start: int, controls: Floats, hop: int, pulses: Floats, rate: float, seed: np.uint64
) -> None:
    """Add a phrase, the same on both channels.

    Parameters
    ----------
    out
        Added to; float32, shape (2, frames).
    start
        Frame at which the phrase begins.
    controls
        Pitch [Hz]; gains of the glottal pulse, of the breath that passes with it, of whisper, and of hiss beside the
        tract; how pressed the pulse is, from 0 to 1; centre of the hiss, formants and nasal zero [Hz]; gain added
        below the shelf. float64, shape (rows + 1, COLUMNS).
    hop
        Samples between two rows.
    pulses
        A lax glottal cycle, the step to its next value, a pressed cycle, the same; float32, shape (TABLE, 4).
    rate
        Sample rate [Hz].
    seed
        Seed of the noise.
    """
    p1 = q1 = p2 = q2 = p3 = q3 = p4 = q4 = p5 = q5 = p6 = q6 = 0.0  # the last two values of each resonator
    band = low = shelf = 0.0
    shelf_share = 1.0 - math.exp(-2.0 * math.pi * SHELF_HZ / rate)
    a4, b4, c4 = resonator(FORMANT_4_HZ, WIDTHS_HZ[3], rate)
    a5, b5, c5 = resonator(NASAL_POLE_HZ, NASAL_WIDTH_HZ, rate)
    phase = 0
    for row in range(controls.shape[0] - 1):
        at = start + row * hop
        size = hop if hop < out.shape[1] - at else out.shape[1] - at
        if size <= 0:
            break
        here, there = controls[row], controls[row + 1]
        a1, b1, c1 = resonator(here[FORMANT_1], WIDTHS_HZ[0], rate)
        a2, b2, c2 = resonator(here[FORMANT_2], WIDTHS_HZ[1], rate)
        a3, b3, c3 = resonator(here[FORMANT_3], WIDTHS_HZ[2], rate)
        a6, b6, c6 = resonator(here[NASAL_ZERO], NASAL_WIDTH_HZ, rate)
        tangent = math.tan(math.pi * here[HISS_HZ] / rate)
        hiss_share = 1.0 / (1.0 + tangent * (tangent + HISS_DAMPING))
        step = int(here[PITCH] / rate * TURN)
        voice, aspiration, whisper, hiss = here[VOICE], here[ASPIRATION], here[WHISPER], here[HISS]
        voice_rise, aspiration_rise = (there[VOICE] - voice) / hop, (there[ASPIRATION] - aspiration) / hop
        whisper_rise, hiss_rise = (there[WHISPER] - whisper) / hop, (there[HISS] - hiss) / hop
        press, chest = here[PRESS], here[SHELF]
        for k in range(size):
            place = (phase >> 20) & (TABLE - 1)
            part = (phase & 0xFFFFF) * PART
            phase += step
            lax = pulses[place, 0] + part * pulses[place, 1]
            pressed = pulses[place, 2] + part * pulses[place, 3]
            opening = place * (1.0 / (TABLE * OPEN_SHARE))
            breath = 0.25 + (3.0 * opening * (1.0 - opening) if opening < 1.0 else 0.0)
            noise = uniform(seed, row * hop + k)
            x = voice * (lax + press * (pressed - lax)) + noise * (aspiration * breath + whisper)
            # the cascade of resonators: [1]_
            y1 = a1 * x + c1 * q1 + b1 * p1
            y2 = a2 * y1 + c2 * q2 + b2 * p2
            y3 = a3 * y2 + c3 * q3 + b3 * p3
            y4 = a4 * y3 + c4 * q4 + b4 * p4
            y5 = a5 * y4 + c5 * q5 + b5 * p5
            y = (y5 - b6 * p6 - c6 * q6) / a6  # closed lips: the mouth is a side branch with a zero
            q1, q2, q3, q4, q5, q6 = p1, p2, p3, p4, p5, p6
            p1, p2, p3, p4, p5, p6 = y1, y2, y3, y4, y5, y5
            v1 = hiss_share * (band + tangent * (noise - low))
            v2 = low + tangent * v1
            band, low = 2.0 * v1 - band, 2.0 * v2 - low
            y += hiss * v1
            shelf += shelf_share * (y - shelf)
            y += chest * shelf
            voice += voice_rise
            aspiration += aspiration_rise
            whisper += whisper_rise
            hiss += hiss_rise
            out[0, at + k] += np.float32(y)
            out[1, at + k] += np.float32(y)


def response(hz: Floats, formants_hz: Sequence[float], nasal_zero_hz: float, rate: float) -> Floats:
    """Return the magnitude of the tract's response.

    Parameters
    ----------
    hz
        Frequencies [Hz]; shape (n,).
    formants_hz
        The first three formants [Hz].
    nasal_zero_hz
        The nasal zero [Hz].
    rate
        Sample rate [Hz].
    """
    z = np.exp(-2j * np.pi * hz / rate)

    def pole(centre_hz: float, width_hz: float) -> Floats:
        a, b, c = resonator.py_func(centre_hz, width_hz, rate)
        passed: Floats = np.abs(a / (1 - b * z - c * z * z))
        return passed

    total: Floats = pole(NASAL_POLE_HZ, NASAL_WIDTH_HZ) / pole(nasal_zero_hz, NASAL_WIDTH_HZ)
    for centre_hz, width_hz in zip((*formants_hz, FORMANT_4_HZ), WIDTHS_HZ, strict=True):
        total = total * pole(centre_hz, width_hz)
    return total


def glottal_spectrum(harmonics: int, pitch_hz: float, open_share: float, tilt_db: float) -> Complexes:
    """Return the complex amplitudes of a glottal pulse's harmonics, normalised to r.m.s. 1.

    The source KLGLOTT88 [2]_: the derivative of the flow a t² − b t³ over the open share of the cycle, then a
    spectral tilt.

    Parameters
    ----------
    harmonics
        Number of harmonics.
    pitch_hz
        Pitch at which the tilt is exact [Hz].
    open_share
        Share of the cycle in which the folds are open.
    tilt_db
        Attenuation at 3 kHz [dB].
    """
    t = np.arange(TABLE) / TABLE / open_share
    cycle = np.where(t < 1, 2 * t - 3 * t * t, 0.0)
    spectrum = np.fft.rfft(cycle - cycle.mean())[1 : harmonics + 1] / TABLE
    n = np.arange(1, harmonics + 1)
    corner_hz = 3000.0 / np.sqrt(10 ** (tilt_db / 10) - 1)
    spectrum = spectrum / (1 + 1j * n * pitch_hz / corner_hz)
    scaled: Complexes = spectrum / np.sqrt(2 * np.sum(np.abs(spectrum) ** 2))
    return scaled


def glottal_cycle(spectrum: Complexes) -> Singles:
    """Return one cycle with these harmonics: each value and the step to the next; float32, shape (TABLE, 2)."""
    bins = np.zeros(TABLE // 2 + 1, complex)
    bins[1 : len(spectrum) + 1] = spectrum * TABLE
    cycle = np.fft.irfft(bins)
    stepped: Singles = np.column_stack([cycle, np.roll(cycle, -1) - cycle]).astype(np.float32)
    return stepped
