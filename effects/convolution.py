"""Convolution with an impulse response of the user's own: a room, a plate, a cabinet, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import soundfile
import soxr
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp.flaw import Flaw

# Longest impulse response [s]: halls have up to 15 s.
LONGEST_SECONDS = 30.0


class Convolution(Effect):
    """The sound in the room of an impulse response; ``mix: 1``, for a send, is the room alone.

    The response is scaled to a sum of squares of 1, so that any room is as loud as the sound. The left channel is
    convolved with the left response and the right with the right; a mono response is used for both.
    """

    name: ClassVar[str] = "convolution"

    file: str = Field(description="the impulse response, mono or stereo, at any rate; a relative path is looked up "
                                  "beside the score",
                      json_schema_extra={"names": "file", "suffixes": [".wav", ".flac", ".aif", ".aiff"]})
    mix: float = Field(0.3, ge=0, le=1, description="share of the room, 0 none to 1 room alone")
    gain_db: float = Field(0, ge=-40, le=24, description="gain of the room in dB")

    @classmethod
    def neutral(cls) -> Self:
        return cls(file="", mix=0)

    def examine(self) -> Iterator[Flaw]:
        """Report faults of the file."""
        name = Path(self.file).name
        try:
            info = soundfile.info(self.file)
            silent = info.channels <= 2 and info.duration <= LONGEST_SECONDS and not soundfile.read(self.file)[0].any()
        except (soundfile.SoundFileError, OSError):
            yield Flaw("file", "this impulse response cannot be read", name, "sound: .wav, .flac, .aif")
            return
        if info.channels > 2 or info.duration > LONGEST_SECONDS:
            yield Flaw("file", f"this impulse response has {info.channels} channels of {info.duration:.1f} seconds",
                       name, f"mono or stereo, at most {LONGEST_SECONDS:g} seconds")
        elif silent:
            yield Flaw("file", "this impulse response is silent", name, "sound")

    def tail_seconds(self, context: Context) -> float:
        return _response(self.file, context.rate).shape[1] / context.rate if self.mix else 0.0

    def process(self, audio: Sound, context: Context) -> Sound:
        if self.mix == 0 or not audio.any():
            return audio.copy()
        from scipy.signal import oaconvolve  # here, because its import takes 0.9 s and few songs convolve

        room = _response(self.file, context.rate)
        room = room[:1] if len(audio) == 1 and len(room) == 1 else np.broadcast_to(room, (2, room.shape[1]))
        room = room.mean(axis=0, keepdims=True) if len(audio) == 1 else room
        wet = np.float32(self.mix * 10 ** (self.gain_db / 20))
        out = audio * np.float32(1 - self.mix)
        for channel, response in enumerate(room):
            out[channel] += wet * oaconvolve(audio[channel], response)[:audio.shape[1]]
        return np.asarray(out)


@lru_cache(maxsize=8)
def _response(file: str, rate: int) -> Sound:
    """Read a response, resampled to ``rate`` Hz; its louder channel has unit energy."""
    wave, own = soundfile.read(file, dtype="float32", always_2d=True)
    response = wave.T if own == rate else np.atleast_2d(soxr.resample(wave, own, rate, quality="VHQ").T)
    energy = np.sqrt(np.sum(response.astype(np.float64) ** 2, axis=1)).max()
    return np.ascontiguousarray(response / np.float32(energy), dtype=np.float32)
