"""Renders of our songs, changed in every way that is known to happen outside: how exactly they are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from measure_align import SONGS, all_of

# Bar lines at 95 % of other sounds whose tempo swings: the first bars of a short waltz are found no better.
SWINGING_SECONDS = 0.1


@pytest.mark.whole_song
def test_our_songs_are_found_whatever_was_done_to_them(tmp_path: Path) -> None:
    """Bar lines within 25 ms (median) and 60 ms (95 %), every section, every key; another song is told apart."""
    rows = list(all_of(SONGS, tmp_path))
    print("\n".join(map(str, rows)))
    assert len(rows) >= 2 * 13
    for row in rows:
        assert row.is_ours == row.expected, row
        if row.expected:
            assert row.sections and row.key, row
            most = SWINGING_SECONDS if "±" in row.case else 0.060
            assert np.quantile(row.missed, 0.5) < 0.025 and np.quantile(row.missed, 0.95) < most, row
