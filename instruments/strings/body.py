"""The wooden body of a guitar as a pair of close microphones hears it: a bank of modes, applied by fast convolution.

Below 500 Hz a body has few modes and each is given; above, they lie so close that only their statistics are heard
(N. Fletcher and T. Rossing, The Physics of Musical Instruments, 2nd ed. 1998, sections 9.2-9.6), so they are drawn.
A microphone pair hears the low modes alike, for they are larger than its distance, and the high ones each its own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

BLOCK = 49152  # length of a transform, 2¹⁴ · 3; doubled while a response fills more than its half
TOGETHER = 2  # transforms in one call
ALIKE_HZ, ALIKE_METRES = 3000.0, 0.3  # where, and from how far away, the two microphones hear a mode half alike
LEAST_ALIKE = 0.25  # so that the pair can be summed to mono
SOUND_METRES_A_SECOND = 343.0
MICROPHONE_HZ = 35.0


@dataclass(frozen=True)
class Wood:
    """A body. ``modes`` are (Hz, Q, level of its peak) of the single ones; the rest goes on to ``top_hz``.

    ``spacing_hz`` is the mean distance of the drawn modes, ``quality`` their Q, ``contour`` their level in dB at some
    frequencies in Hz, with straight lines over the octaves between, ``seed`` the individual.
    """

    modes: tuple[tuple[float, float, float], ...]
    spacing_hz: float
    quality: float
    contour: tuple[tuple[float, float], ...]
    seed: int
    top_hz: float = 14000.0


WoodTone = Literal["dark", "natural", "bright"]
# Of each wood: times the frequencies of the single modes, times all Q, dB an octave above 700 Hz.
TONES: dict[WoodTone, tuple[float, float, float]] = {
    "dark": (0.94, 0.8, -2.0), "natural": (1.0, 1.0, 0.0), "bright": (1.05, 1.15, 1.2)}


def toned(wood: Wood, tone: WoodTone) -> Wood:
    """The same body of another wood: heavy and lossy, or light and stiff."""
    times_hz, times_quality, tilt_db = TONES[tone]
    hz = np.geomspace(500.0, 16000.0, 11)
    at, level = np.log2(np.array(wood.contour)[:, 0]), np.array(wood.contour)[:, 1]
    tilted = np.interp(np.log2(hz), at, level) + tilt_db * np.maximum(np.log2(hz / 700.0), 0.0)
    return replace(wood, modes=tuple((f * times_hz, q * times_quality, peak) for f, q, peak in wood.modes),
                   quality=wood.quality * times_quality,
                   contour=wood.contour if tilt_db == 0 else tuple(zip(hz.tolist(), tilted.tolist(), strict=True)))


def impulse_response(wood: Wood, rate: int, share: float, distance_metres: float = 0.3,
                     longest_seconds: float = 0.25) -> np.ndarray:
    """What the microphones hear of a unit push on the bridge: shape (2, taps), float64.

    ``share`` 0–1 mixes from the string's own force (0, the same in both channels) to the body alone (1). Either has
    a mean level of 1 over the octaves from 80 Hz to 5 kHz. The nearer the pair, the fuller the bass and the less alike
    what its two microphones hear.
    """
    draw = np.random.Generator(np.random.Philox(key=wood.seed))
    hz, quality, level = (np.array(column) for column in zip(*wood.modes, strict=True))
    count = int((wood.top_hz - hz[-1]) / wood.spacing_hz)
    drawn_hz = hz[-1] + np.cumsum(wood.spacing_hz * (0.4 + 1.2 * draw.random(count)))
    drawn_quality = wood.quality * np.exp(0.25 * draw.standard_normal(count))
    at_hz, contour_db = np.array(wood.contour).T
    drawn_level = (np.exp(0.4 * draw.standard_normal(count))
                   * 10 ** (np.interp(np.log2(drawn_hz), np.log2(at_hz), contour_db) / 20)
                   / np.sqrt(drawn_hz / drawn_quality / wood.spacing_hz))  # modes that overlap add up
    both, left, right = draw.standard_normal((3, count))
    alike = LEAST_ALIKE + (1 - LEAST_ALIKE) / (1 + (drawn_hz / (ALIKE_HZ * distance_metres / ALIKE_METRES)) ** 2)
    signs = np.sqrt(alike) * both + np.sqrt(1 - alike) * np.stack([left, right])
    low = np.stack([np.linspace(1.0, 0.9, len(hz)), np.linspace(0.92, 1.05, len(hz))])
    low[:, 2::2] *= -1.0  # a mode's two sides move against each other: neighbours reach the microphones in turn
    hz, quality = np.concatenate([hz, drawn_hz]), np.concatenate([quality, drawn_quality])
    levels = np.concatenate([low * level, signs * drawn_level], axis=1)

    # No longer than its modes ring to −70 dB: a heavily damped body costs less.
    taps = int(min(longest_seconds, 8.0 * np.max(quality / (np.pi * hz))) * rate)
    modal = np.zeros((2, taps))
    for frequency, q, gains in zip(hz, quality, levels.T, strict=True):
        if frequency >= 0.45 * rate:
            break
        decay = np.pi * frequency / q
        length = min(taps, int(8.0 * rate / decay) + 1)  # to −70 dB
        time = np.arange(length) / rate
        modal[:, :length] += np.outer(gains * 2 * decay / rate, np.exp(-decay * time) * np.sin(2 * np.pi * frequency
                                                                                                * time))
    modal = _near(modal, rate, distance_metres)
    modal *= np.cos(np.pi / 2 * np.clip(np.arange(taps) / taps * 3 - 2, 0, 1)) ** 2  # the last third fades out
    modal /= np.sqrt(np.mean(magnitude(modal, rate, np.geomspace(80.0, 5000.0, 400)) ** 2))
    modal *= share
    modal[:, 0] += 1.0 - share
    return modal


def _near(response: np.ndarray, rate: int, distance_metres: float) -> np.ndarray:
    """The proximity effect of cardioids: half pressure, half its gradient, which of a near source grows by 1/(jkr).

    Below ``MICROPHONE_HZ`` a microphone hears nothing, so the growth ends there.
    """
    size = 2 * response.shape[1]
    hz = np.fft.rfftfreq(size, 1 / rate)
    wave_number = 2 * np.pi * np.maximum(hz, 1.0) / SOUND_METRES_A_SECOND
    nearness = 1 + 0.5 / (1j * wave_number * distance_metres)
    roll_off = (1j * hz / (MICROPHONE_HZ + 1j * hz)) ** 2
    return np.asarray(np.fft.irfft(np.fft.rfft(response, size) * nearness * roll_off, size)[:, :response.shape[1]])


def magnitude(response: np.ndarray, rate: int, frequency_hz: np.ndarray) -> np.ndarray:
    """Root mean square over both channels of the gain at each frequency; shape as ``frequency_hz``."""
    size = 1 << 16
    spectrum = np.sqrt(np.mean(np.abs(np.fft.rfft(response, size)) ** 2, axis=0))
    return np.interp(frequency_hz * size / rate, np.arange(spectrum.size), spectrum)


def sounding(starts: np.ndarray, ends: np.ndarray) -> list[tuple[int, int]]:
    """Union of the spans from ``starts`` to ``ends`` (any order), as separate spans in rising order."""
    spans: list[tuple[int, int]] = []
    order = np.argsort(starts, kind="stable")
    for start, end in zip(starts[order].tolist(), ends[order].tolist(), strict=True):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        elif end > start:
            spans.append((start, end))
    return spans


def resonate(audio: np.ndarray, spans: Sequence[tuple[int, int]], response: np.ndarray) -> None:
    """Convolve a force with ``response`` (2, taps) in place, into both channels; the rest stays exactly zero.

    audio
        shape (2, frames), float32: the force is the sum of both, which are zero outside ``spans``.
    """
    taps = response.shape[1]
    size = BLOCK
    while 2 * taps > size:
        size *= 2
    hop = size - taps + 1
    # Without a norm numpy transforms float32 forwards in float64, four times as slow; with one it has to be undone.
    transfer = np.fft.rfft(response.astype(np.float32), size, norm="forward") * np.float32(size) ** 2
    frames = audio.shape[1]
    # A span's ringing reaches into the next span's force, so spans closer than a response are convolved as one.
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < taps:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    # Memory that is used again costs nothing; fresh pages for each block cost as much as the transforms.
    forces = np.zeros((TOGETHER, hop), dtype=np.float32)
    spectra = np.empty((TOGETHER, size // 2 + 1), dtype=np.complex64)
    product = np.empty((TOGETHER, 2, size // 2 + 1), dtype=np.complex64)
    convolved = np.empty((TOGETHER, 2, size), dtype=np.float32)
    for start, end in joined:
        carried = np.zeros((2, taps - 1), dtype=np.float32)
        for first in range(start, end, TOGETHER * hop):
            blocks = range(first, min(first + TOGETHER * hop, end), hop)
            for row, block in enumerate(blocks):  # transforms of one call share their instructions: half the time
                length = min(hop, end - block)
                np.add(audio[0, block:block + length], audio[1, block:block + length], out=forces[row, :length])
                forces[row, length:] = 0.0
            rows = len(blocks)
            np.fft.rfft(forces[:rows], size, norm="forward",
                        out=spectra[:rows])  # type: ignore[arg-type]  # the stubs know of float64 alone
            np.multiply(spectra[:rows, None], transfer, out=product[:rows])
            heard = np.fft.irfft(product[:rows], size, out=convolved[:rows])  # type: ignore[arg-type]  # ditto
            for row, block in enumerate(blocks):
                length = min(hop, end - block)
                heard[row, :, :taps - 1] += carried
                carried = heard[row, :, length:length + taps - 1].copy()
                audio[:, block:block + length] = heard[row, :, :length]
        rest = min(taps - 1, frames - end)
        audio[:, end:end + rest] = carried[:, :rest]
