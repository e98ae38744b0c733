"""Two folders exchange their names in one step, where the system can: no moment lies between."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

AT_FDCWD = -100  # paths are taken from the working directory (Linux, fcntl.h)
RENAME_EXCHANGE = 2  # Linux, renameat2(2)
RENAME_SWAP = 2  # macOS, renamex_np(2)


def exchange(one: Path, other: Path) -> bool:
    """Give each of two existing folders of one file system the other's name.

    Returns False, with nothing changed, where the system or the file system cannot do it.
    """
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            return not ctypes.CDLL(None).renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE)
        if sys.platform == "darwin":
            return not ctypes.CDLL(None).renamex_np(first, second, RENAME_SWAP)
    except (AttributeError, OSError):  # an older C library, or none that can be loaded
        pass
    return False
