"""Freeze: one moment is held. Its spectrum is constant and only the phases advance (a phase vocoder at speed 0)."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp.kernels import energy
from effects.dsp.short_time import NORM, OVERLAP, SQUARES, hann, lay_back, window_samples

# Window [s], twice the usual length: it separates beating partials, so that the held sound does not waver.
LONG_SECONDS = 0.085
# Windows synthesised at a time.
FRAMES = 4
# Number of random phase steps to draw from.
DIRECTIONS = 4096
# Upper limit of the gain that restores the level [ratio]: 12 dB.
MOST_LIFT = 4.0


class Freeze(Effect):
    """Holds the spectrum of a moment, at its level, to the end of the sound.

    Each bin's phase advances per hop as it does from the moment to one hop later, so that a tone keeps its pitch.
    ``shimmer`` adds random phases: without it the sound is like an organ, at 1 like noise. All channels share them.
    """

    name: ClassVar[str] = "freeze"

    moment: float = Field(0, ge=0, le=1, description="the moment that is held: 0 start of the sound, 1 its end")
    shimmer: float = Field(0.15, ge=0, le=1, description="random change of phases per hop: 0 none … 1 any phase")
    mix: float = Field(1, ge=0, le=1, description="share of the frozen sound from the moment on, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return a soft held sound behind the sound at depth 0, to the held sound alone at depth 1.

        The moment lies just after the attack at the start.
        """
        return cls(moment=0.1, mix=0.2 + 0.8 * depth)

    def process(self, audio: Sound, context: Context) -> Sound:
        frames = audio.shape[1]
        # a window and one more hop must fit into the sound
        length = min(window_samples(context.rate, LONG_SECONDS), 2 ** int(math.log2(max(frames * 4 / 5, 1))))
        hop = length // OVERLAP
        if self.mix == 0 or hop < 4:
            return audio.copy()
        moment = min(round(self.moment * frames), frames - length - hop)
        window = hann(length)
        here, next_ = (np.fft.rfft(audio[:, at:at + length] * window, norm=NORM) for at in (moment, moment + hop))
        out = np.zeros_like(audio)
        held = out[:, moment:]
        coverage = _hold(held, here, np.angle((next_ * here.conj()).sum(axis=0)), window, self.shimmer, context.seed)
        wanted = float(np.sum(np.square(audio[:, moment:moment + length] * window))) / float(window @ window)
        found = energy(held[:, len(coverage):]) / max(held.shape[1] - len(coverage), 1)
        if found > 0:
            held *= np.float32(min(math.sqrt(wanted / found), MOST_LIFT))
        # while the first windows fade in, the sound itself fades out: at first both are equal
        opening = held[:, :len(coverage)]
        opening += (1 - coverage[:opening.shape[1]]) * audio[:, moment:moment + opening.shape[1]]
        out[:, :moment] = audio[:, :moment]
        if self.mix < 1:
            held *= np.float32(self.mix)
            for start in range(moment, frames, length):
                out[:, start:start + length] += np.float32(1 - self.mix) * audio[:, start:start + length]
            out[:, :moment] = audio[:, :moment]
        return out


def _hold(held: Sound, spectrum: NDArray[Any], advance: NDArray[Any], window: NDArray[np.float32], shimmer: float,
          seed: int) -> NDArray[np.float32]:
    """Fill a stretch with the overlap-add of one spectrum with advancing phases; return the fade-in of its start."""
    channels, total = held.shape
    hop = window.size // OVERLAP
    generator = np.random.default_rng(seed)
    strays = np.exp(1j * np.pi * shimmer * (2 * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS - 1))
    turn, phase = np.exp(1j * advance), np.ones(advance.size, complex)
    pieces: NDArray[Any] = np.empty((channels, FRAMES, window.size), np.float32)
    spectra = np.empty((channels, FRAMES, advance.size), np.complex64)
    synthesis = window / np.float32(SQUARES)
    for start in range(0, total, FRAMES * hop):
        drawn = generator.integers(0, DIRECTIONS, (FRAMES, advance.size), np.uint16)
        _go_on(spectrum, phase, turn, strays, drawn, spectra)
        np.fft.irfft(spectra, norm=NORM, out=pieces)
        lay_back(pieces, synthesis, start, held)
    squares = (window * synthesis).reshape(OVERLAP, hop)
    return np.asarray(np.cumsum(squares, axis=0)[:OVERLAP - 1].ravel())


@njit(cache=True, nogil=True)
def _go_on(spectrum: Any, phase: Any, turn: Any, strays: Any, drawn: Any, spectra: Any) -> None:
    channels, bins = spectrum.shape
    for number in range(spectra.shape[1]):
        for k in range(bins):
            for channel in range(channels):
                spectra[channel, number, k] = spectrum[channel, k] * phase[k]
            phase[k] *= turn[k] * strays[drawn[number, k]]
