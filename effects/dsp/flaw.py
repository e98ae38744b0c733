"""A fault in the settings of an effect that uses files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Flaw(NamedTuple):
    """A fault of one setting; ``candidates`` are the values that may have been meant."""

    key: str
    message: str
    found: str
    allowed: str
    candidates: Sequence[str] = ()
