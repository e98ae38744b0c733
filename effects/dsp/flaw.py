"""What an effect that is made of files finds wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Flaw(NamedTuple):
    """What is wrong with one setting. ``candidates`` are what may have been meant."""

    key: str
    message: str
    found: str
    allowed: str
    candidates: Sequence[str] = ()
