"""The voices measure what they measured when their goldens were written."""

from __future__ import annotations

import pytest
from golden import goldens


@pytest.mark.parametrize("name", sorted(goldens()))
def test_a_voice_measures_what_it_measured(name: str) -> None:
    """Refresh with ``python tests/golden.py``, which prints the difference."""
    assert goldens()[name].changes() == []
