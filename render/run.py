"""How work is shared among threads: a function like ``map``, and what is made once for all of them.

Beside it, the rates that a song can be rendered at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

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


class Once:
    """Values that several threads need: the first that asks for one makes it, the others wait for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[Hashable, Future[Any]] = {}

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; ``make`` is called if there is none yet. What it raises, all who ask get."""
        with self._lock:
            future = self._made.get(key)
            is_mine = future is None
            if future is None:
                future = self._made[key] = Future()
        if is_mine:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
                raise
        return cast(T, future.result())
