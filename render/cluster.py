"""Demos rendered by the workers of a Dask cluster: ``catalogue --engine dask://host:8786``.

Workers see the scores, the output folder and the store at the same paths as this machine. A demo is finished when its
manifest is there, so one whose worker was lost is begun anew by another, and one that was finished stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from scores.faults import InputError

T = TypeVar("T")
R = TypeVar("R")
ADDRESS = re.compile(r"dask://(?P<host>[\w.-]+|\[[\da-fA-F:]+\]):(?P<port>\d{1,5})")
# How long a scheduler is looked for [s].
PATIENCE_SECONDS = 10


def address(engine: str) -> str:
    """Return the address of a scheduler as Dask writes it. Raises InputError for what is none, or without Dask."""
    found = ADDRESS.fullmatch(engine)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise InputError(f"{engine} is no engine", found=engine, allowed="local, or dask://host:8786")
    try:
        import distributed  # noqa: F401 - a cluster is for few, and takes a second to load
    except ImportError as error:
        raise InputError("--engine dask:// needs Dask, which is not installed",
                         allowed='pip install "distributed>=2025.1", or pip install .[cluster]') from error
    return f"tcp://{found['host']}:{found['port']}"


def spread(engine: str, function: Callable[[T], R], items: Sequence[T]) -> Iterator[tuple[int, R | Exception]]:
    """Yield the number of each item with what a worker made of it, in the order in which they end.

    Parameters
    ----------
    engine
        The scheduler, ``dask://host:port``.
    function
        Of this program; it fails for no item. What has no result is an item whose workers were all lost.
    items
        What it is given, one by one.

    Raises
    ------
    InputError
        If the scheduler is not there.
    """
    place = address(engine)
    from distributed import Client, as_completed

    try:
        client = Client(place, timeout=PATIENCE_SECONDS)
    except OSError as error:
        raise InputError(f"{engine} does not answer", found=engine,
                         allowed="the address of a running scheduler: dask scheduler tells it") from error
    with client:
        asked = {client.submit(function, item, pure=False): number for number, item in enumerate(items)}
        for future in as_completed(list(asked)):
            failure = future.exception()
            yield asked.pop(future), failure or future.result()
            future.release()  # what was told is not kept on the cluster
