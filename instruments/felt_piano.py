"""A felt piano: an upright with the practice felt down, heard from close by."""

from __future__ import annotations

from typing import ClassVar

from instruments.keys import Felt, HammerNoise, KeyNoise, Piano


class FeltPiano(Piano):
    """A strip of felt hangs between hammers and strings. The action is as near to the microphones as the strings."""

    name: ClassVar[str] = "felt_piano"
    program: ClassVar[int] = 1
    range: ClassVar[tuple[int, int]] = (21, 108)

    felt: Felt = 0.4
    hammer_noise_db: HammerNoise = -12
    key_noise_db: KeyNoise = -34
