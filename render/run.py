"""How work is shared: anything that maps a function over items, ``map`` itself or that of a thread pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Run(Protocol):
    """``map`` as we use it: results in the order of the items, whatever the order of the work."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]: ...
