"""Where compiled kernels are kept: beside their source, in the user's cache, in a temporary folder, or nowhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NOTICE = ("No folder can be written for compiled kernels, so they are compiled anew, which takes a minute or two. "
          "Name one in NUMBA_CACHE_DIR.")


def settle() -> str:
    """Choose the place before a kernel is loaded. Returns a notice where there is none, or an empty text."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    source = Path(__file__).parent
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails where there is none
    if first_writable([Path(asked)] if asked else [source / "__pycache__", home / ".cache" / "numba"]):
        return ""
    if place := first_writable(_temporary()):
        os.environ["NUMBA_CACHE_DIR"] = str(place)
        return ""
    _compile_anew()
    return NOTICE


def first_writable(places: Iterable[Path]) -> Path | None:
    """The first of some folders that can be made and written, and that nobody else may write."""
    for place in places:
        with suppress(OSError, RuntimeError):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place
    return None


def _temporary() -> Iterable[Path]:
    """A folder of this user's in the temporary one. What is in it will be executed, so it must be nobody else's."""
    with suppress(OSError):
        user = os.getuid() if hasattr(os, "getuid") else ""
        place = Path(tempfile.gettempdir()) / f"softmax-renderer-{user}"
        place.mkdir(mode=0o700, exist_ok=True)
        if user == "" or (place.lstat().st_uid == user and not place.is_symlink() and not place.stat().st_mode & 0o077):
            yield place
        else:
            yield Path(tempfile.mkdtemp(prefix="softmax-renderer-"))


def _compile_anew() -> None:
    """Have ``cache=True`` mean nothing: numba refuses to compile at all where it finds no place."""
    from numba.core.dispatcher import Dispatcher

    Dispatcher.enable_caching = lambda self: None  # type: ignore[method-assign]
