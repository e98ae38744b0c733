"""The folder of the store: entries are whole or not there, it stays below its size, and many may use it at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.store import folder
from render.store.entry import DamagedError
from render.store.folder import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def keep(store: Store, key: str, value: float = 1.0, size: int = 1000) -> None:
    entry = store.keep(key, {"of": key}, {"numbers": [np.full(size, value, np.float32)]})
    if entry:
        entry.close()


def held(store: Store, key: str, size: int = 1000) -> float | None:
    """The number that an entry holds everywhere; None where it is missing or damaged."""
    entry = store.find(key)
    if entry is None:
        return None
    numbers = np.zeros(size, np.float32)
    try:
        entry.read("numbers", [numbers])
    except DamagedError:
        return None
    finally:
        entry.close()
    assert (numbers == numbers[0]).all() and entry.about == {"of": key}
    return float(numbers[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255), st.booleans())
def test_an_entry_that_was_damaged_or_cut_anywhere_is_never_read(tmp_path: Path, where: float, flip: int,
                                                                  cut: bool) -> None:
    store = Store(tmp_path / "store")
    keep(store, "key")
    path = store.place / f"key{folder.WHOLE}"
    data = bytearray(path.read_bytes())
    place = int(where * len(data))
    data[place] ^= flip
    path.write_bytes(data[:place] if cut else data)
    assert held(store, "key") is None


def test_what_a_killed_render_left_is_no_entry_and_goes_in_time(store: Store) -> None:
    keep(store, "key")
    left = store.place / f"other.0123456789ab{folder.PARTIAL}"
    left.write_bytes(b"half")
    store.trim()
    assert left.exists() and store.size()[0] == 1 and held(store, "other") is None
    os.utime(left, (0, 0))
    store.trim()
    assert not left.exists() and held(store, "key") == 1.0


def test_it_stays_below_its_size_and_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", most_bytes=50_000)
    for n in range(10):
        keep(store, f"{n}")
        os.utime(store.place / f"{n}{folder.WHOLE}", (1000 + n, 1000 + n))
    assert held(store, "0") == 1.0  # used now
    for n in range(10, 14):
        keep(store, f"{n}")
    assert store.size()[1] <= 50_000
    assert held(store, "0") == 1.0 and held(store, "1") is None and held(store, "13") == 1.0
    keep(store, "too large", size=20_000)
    assert held(store, "too large", 20_000) is None and held(store, "13") == 1.0


def test_many_at_once_read_nothing_but_what_was_kept(tmp_path: Path) -> None:
    def work(n: int) -> None:
        store = Store(tmp_path / "store", most_bytes=20_000)  # each as a process of its own would have it
        for round_ in range(30):
            key = (n + round_) % 7
            keep(store, f"{key}", float(key))
            assert held(store, f"{key}") in (None, float(key))
            if round_ == 20 and n == 0:
                store.clear()

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(work, range(8)))


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "store")
    keep(store, "key")
    assert held(store, "key") is None and store.size() == (0, 0)
    store.clear()
    store.trim()
