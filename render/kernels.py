"""The folder of compiled kernels: beside their source, in the user's cache, a temporary folder, or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NOTICE = ("No folder can be written for compiled kernels, so they are compiled anew, which takes a minute or two. "
          "Name one in NUMBA_CACHE_DIR.")


def settle() -> str:
    """Choose the folder before a kernel is loaded. Returns a notice where there is none, otherwise an empty text."""
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
    """Return the first folder that can be created and written; None where there is none."""
    for place in places:
        with suppress(OSError, RuntimeError):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place
    return None


def _temporary() -> Iterable[Path]:
    """Yield a temporary folder of this user. Its files will be executed, so no other user may write it."""
    with suppress(OSError):
        user = os.getuid() if hasattr(os, "getuid") else ""
        place = Path(tempfile.gettempdir()) / f"softmax-renderer-{user}"
        place.mkdir(mode=0o700, exist_ok=True)
        if user == "" or (place.lstat().st_uid == user and not place.is_symlink() and not place.stat().st_mode & 0o077):
            yield place
        else:
            yield Path(tempfile.mkdtemp(prefix="softmax-renderer-"))


def _compile_anew() -> None:
    """Disable ``cache=True``, since numba does not compile at all where it finds no folder."""
    from numba.core.dispatcher import Dispatcher

    Dispatcher.enable_caching = lambda self: None  # type: ignore[method-assign]
