"""Pianos, strings, bells and heart measure what they measured when their goldens were written."""

from __future__ import annotations

import pytest
from golden_keys import HEADING, NOTES, TOLERANCES, measured, read


@pytest.mark.parametrize("name", sorted(NOTES))
def test_a_voice_is_what_it_was(name: str) -> None:
    """Refresh with ``python tests/golden_keys.py``, which shows the difference; a change that can be heard is told."""
    golden, now = read(name), measured(name)
    assert len(golden) == len(now)
    for before, after in zip(golden, now, strict=True):
        for what, tolerance, old, new in zip(HEADING, TOLERANCES, before, after, strict=True):
            allowed = tolerance * old + 1 if "centroid" in what else tolerance + 0.01
            assert new == pytest.approx(old, abs=allowed), (before[:2], what)
