"""How work is shared among threads: a function like ``map``. Beside it, the rates that a song can be rendered at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Protocol, TypeVar

# Sample rates of a render [Hz].
RATES = (44100, 48000, 96000)

T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Run(Protocol):
    """A function like ``map``: results in the order of the items, whatever the order of the work."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]: ...


def sharing(executor: Executor) -> Run:
    """Make a ``map`` over an executor's threads that one of these threads may call itself.

    The caller processes items that no thread has started, from the last one on. So a single thread is enough, and no
    thread waits for work that cannot start.
    """
    def run(function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]:
        asked = [(executor.submit(function, item), item) for item in items]
        own = {future: function(item) for future, item in reversed(asked) if future.cancel()}
        return [own[future] if future in own else future.result() for future, _ in asked]

    return run
