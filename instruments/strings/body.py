"""The body of a plucked instrument as a close pair of microphones hears it: a bank of modes, convolved with the force.

Below 500 Hz a body has few modes and each is given. Above, the modes overlap and only their statistics are audible, so
they are drawn at random. The two microphones receive the low modes alike, because a low mode is larger than their
distance, and the high modes differently.

References
----------
N. Fletcher and T. Rossing, The Physics of Musical Instruments, 2nd ed. 1998, sections 9.2-9.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from instruments.dsp.arrays import Reals, Stereo
from instruments.dsp.random import generator
from instruments.dsp.spans import Span, merged

BLOCK = 49152  # length of a transform [samples], 2¹⁴ · 3; doubled while a response fills more than half of it
ROWS = 2  # transforms in one call; two share their instructions and take half the time each
ALIKE_HZ = 3000.0  # frequency at which both microphones receive a mode half alike, at ALIKE_METRES
ALIKE_METRES = 0.3  # distance for which ALIKE_HZ holds [m]
LEAST_ALIKE = 0.25  # lowest correlation of the two channels, 0–1, so that they can be summed to mono
SOUND_METRES_A_SECOND = 343.0  # speed of sound in air at 20 °C [m/s]
MICROPHONE_HZ = 35.0  # lower cut-off of the microphones [Hz]
LENGTH_TIMES = 8.0  # a response ends after this many time constants of its slowest mode, at −70 dB


@dataclass(frozen=True)
class Wood:
    """The modes of a body.

    Attributes
    ----------
    modes
        Single modes: frequency in Hz, Q, and peak level (amplitude).
    spacing_hz
        Mean distance of the drawn modes in Hz.
    quality
        Mean Q of the drawn modes.
    contour
        Level of the drawn modes: pairs of frequency in Hz and level in dB, interpolated over log frequency.
    seed
        Seed of the drawn modes: one individual of this kind of body.
    top_hz
        Frequency of the highest mode in Hz.
    """

    modes: tuple[tuple[float, float, float], ...]
    spacing_hz: float
    quality: float
    contour: tuple[tuple[float, float], ...]
    seed: int
    top_hz: float = 14000.0


WoodTone = Literal["dark", "natural", "bright"]

# Tone of the wood: factor of the frequencies of the single modes, factor of all Q, tilt above TILT_HZ [dB/octave].
TONES: dict[WoodTone, tuple[float, float, float]] = {
    "dark": (0.94, 0.8, -2.0),
    "natural": (1.0, 1.0, 0.0),
    "bright": (1.05, 1.15, 1.2),
}
TILT_HZ = 700.0  # frequency above which the tilt of a tone begins [Hz]


def toned(wood: Wood, tone: WoodTone) -> Wood:
    """Return the same body of another wood: dark is heavy and lossy, bright is light and stiff."""
    times_hz, times_quality, tilt_db = TONES[tone]
    hz = np.geomspace(500.0, 16000.0, 11)
    at, level = np.log2(np.array(wood.contour)[:, 0]), np.array(wood.contour)[:, 1]
    tilted = np.interp(np.log2(hz), at, level) + tilt_db * np.maximum(np.log2(hz / TILT_HZ), 0.0)
    return replace(wood, modes=tuple((f * times_hz, q * times_quality, peak) for f, q, peak in wood.modes),
                   quality=wood.quality * times_quality,
                   contour=wood.contour if tilt_db == 0 else tuple(zip(hz.tolist(), tilted.tolist(), strict=True)))


def impulse_response(wood: Wood, rate: int, share: float, distance_metres: float = 0.3,
                     longest_seconds: float = 0.25) -> Reals:
    """Compute what the microphones receive of a unit impulse of force on the bridge.

    Parameters
    ----------
    wood
        The body.
    rate
        Sample rate in Hz.
    share
        Mix of the string's own force, equal in both channels (0), and the body (1). Either has a mean gain of 1 from
        80 Hz to 5 kHz, averaged over log frequency.
    distance_metres
        Distance from the body to the microphones. Nearer is fuller in the bass and less alike in the two channels.
    longest_seconds
        Upper limit of the length.

    Returns
    -------
    Reals
        Shape (2, taps), float64.
    """
    draw = generator(wood.seed)
    hz, quality, level = (np.array(column) for column in zip(*wood.modes, strict=True))
    count = int((wood.top_hz - hz[-1]) / wood.spacing_hz)
    drawn_hz = hz[-1] + np.cumsum(wood.spacing_hz * (0.4 + 1.2 * draw.random(count)))
    drawn_quality = wood.quality * np.exp(0.25 * draw.standard_normal(count))
    at_hz, contour_db = np.array(wood.contour).T
    drawn_level = (np.exp(0.4 * draw.standard_normal(count))
                   * 10 ** (np.interp(np.log2(drawn_hz), np.log2(at_hz), contour_db) / 20)
                   / np.sqrt(drawn_hz / drawn_quality / wood.spacing_hz))  # overlapping modes add up
    both, left, right = draw.standard_normal((3, count))
    alike = LEAST_ALIKE + (1 - LEAST_ALIKE) / (1 + (drawn_hz / (ALIKE_HZ * distance_metres / ALIKE_METRES)) ** 2)
    signs = np.sqrt(alike) * both + np.sqrt(1 - alike) * np.stack([left, right])
    low = np.stack([np.linspace(1.0, 0.9, len(hz)), np.linspace(0.92, 1.05, len(hz))])
    low[:, 2::2] *= -1.0  # the two sides of a mode move in opposite directions, so neighbours alternate in sign
    hz, quality = np.concatenate([hz, drawn_hz]), np.concatenate([quality, drawn_quality])
    levels = np.concatenate([low * level, signs * drawn_level], axis=1)

    taps = int(min(longest_seconds, LENGTH_TIMES * np.max(quality / (np.pi * hz))) * rate)
    modal = np.zeros((2, taps))
    for frequency, q, gains in zip(hz, quality, levels.T, strict=True):
        if frequency >= 0.45 * rate:
            break
        decay = np.pi * frequency / q
        length = min(taps, int(LENGTH_TIMES * rate / decay) + 1)
        time = np.arange(length) / rate
        modal[:, :length] += np.outer(gains * 2 * decay / rate, np.exp(-decay * time) * np.sin(2 * np.pi * frequency
                                                                                                * time))
    modal = _near(modal, rate, distance_metres)
    modal *= np.cos(np.pi / 2 * np.clip(np.arange(taps) / taps * 3 - 2, 0, 1)) ** 2  # the last third fades out
    modal /= np.sqrt(np.mean(magnitude(modal, rate, np.geomspace(80.0, 5000.0, 400)) ** 2))
    modal *= share
    modal[:, 0] += 1.0 - share
    return modal


def _near(response: Reals, rate: int, distance_metres: float) -> Reals:
    """Apply the proximity effect of cardioid microphones: half pressure, half its gradient, which grows by 1/(jkr).

    It ends at ``MICROPHONE_HZ``, where the microphones themselves cut off.
    """
    size = 2 * response.shape[1]
    hz = np.fft.rfftfreq(size, 1 / rate)
    wave_number = 2 * np.pi * np.maximum(hz, 1.0) / SOUND_METRES_A_SECOND
    nearness = 1 + 0.5 / (1j * wave_number * distance_metres)
    roll_off = (1j * hz / (MICROPHONE_HZ + 1j * hz)) ** 2
    return np.asarray(np.fft.irfft(np.fft.rfft(response, size) * nearness * roll_off, size)[:, :response.shape[1]])


def magnitude(response: Reals, rate: int, frequency_hz: Reals) -> Reals:
    """Return the gain at each frequency, root mean square over both channels; shape as ``frequency_hz``."""
    size = 1 << 16
    spectrum = np.sqrt(np.mean(np.abs(np.fft.rfft(response, size)) ** 2, axis=0))
    return np.interp(frequency_hz * size / rate, np.arange(spectrum.size), spectrum)


def resonate(audio: Stereo, spans: Sequence[Span], response: Reals) -> None:
    """Convolve the force on the bridge with a body, in place; what is silent stays exactly zero.

    Parameters
    ----------
    audio
        Shape (2, frames), float32. Before: the sum of both channels is the force, zero outside ``spans``. After: what
        the two microphones receive.
    spans
        Where the force is not silent: disjoint, in rising order.
    response
        Shape (2, taps), from ``impulse_response``.
    """
    taps = response.shape[1]
    size = BLOCK
    while 2 * taps > size:
        size *= 2
    hop = size - taps + 1
    # numpy transforms float32 forwards in single precision only with norm="forward", four times as fast; the norm is
    # undone here.
    transfer = np.fft.rfft(response.astype(np.float32), size, norm="forward") * np.float32(size) ** 2
    frames = audio.shape[1]
    # Buffers are reused: fresh memory for each block would cost as much as the transforms.
    forces = np.zeros((ROWS, hop), dtype=np.float32)
    spectra = np.empty((ROWS, size // 2 + 1), dtype=np.complex64)
    product = np.empty((ROWS, 2, size // 2 + 1), dtype=np.complex64)
    convolved = np.empty((ROWS, 2, size), dtype=np.float32)
    for start, end in merged(spans, gap=taps):  # a tail that reaches the next span's force belongs to one convolution
        carried = np.zeros((2, taps - 1), dtype=np.float32)
        for first in range(start, end, ROWS * hop):
            blocks = range(first, min(first + ROWS * hop, end), hop)
            for row, block in enumerate(blocks):
                length = min(hop, end - block)
                np.add(audio[0, block:block + length], audio[1, block:block + length], out=forces[row, :length])
                forces[row, length:] = 0.0
            rows = len(blocks)
            np.fft.rfft(forces[:rows], size, norm="forward",
                        out=spectra[:rows])  # type: ignore[arg-type]  # the stubs allow float64 only
            np.multiply(spectra[:rows, None], transfer, out=product[:rows])
            heard = np.fft.irfft(product[:rows], size, out=convolved[:rows])  # type: ignore[arg-type]  # ditto
            for row, block in enumerate(blocks):
                length = min(hop, end - block)
                heard[row, :, :taps - 1] += carried
                carried = heard[row, :, length:length + taps - 1].copy()
                audio[:, block:block + length] = heard[row, :, :length]
        rest = min(taps - 1, frames - end)
        audio[:, end:end + rest] = carried[:, :rest]
