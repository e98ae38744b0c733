"""An upright piano, lid open: bare hammers, short and stiff strings."""

from __future__ import annotations

from typing import ClassVar

from instruments.keys import HammerNoise, KeyNoise, Piano, Unison, Voicing, Width


class UprightPiano(Piano):
    """The strings of the felt piano without the strip of felt, not freshly tuned, heard from the player's seat."""

    name: ClassVar[str] = "upright_piano"
    program: ClassVar[int] = 1
    range: ClassVar[tuple[int, int]] = (21, 108)

    hardness: Voicing = 0.3
    hammer_noise_db: HammerNoise = -13
    key_noise_db: KeyNoise = -42
    unison_cents: Unison = 0.5
    width: Width = 0.5
