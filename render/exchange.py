"""The exchange of two folders in one atomic step, where the system can."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# Linux, fcntl.h: paths are relative to the working directory.
AT_FDCWD = -100
# Linux, renameat2(2).
RENAME_EXCHANGE = 2
# macOS, renamex_np(2).
RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> bool:
    """Give each of two existing folders of one file system the other's name.

    Returns
    -------
    bool
        False, with nothing changed, where the system or the file system cannot do it.
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
