"""Copies of large files: shared blocks where the file system can, else only what is not a hole."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

# Linux, linux/fs.h: FICLONE, _IOW(0x94, 9, int).
FICLONE = 0x40049409
_NO_HOLES = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV)


def copy(source: Path, target: Path) -> None:
    """Copy what a file holds to a new file, which shares nothing with it that a change of either would change.

    Raises
    ------
    OSError
        If it cannot be read or written.
    """
    if sys.platform != "linux":
        shutil.copyfile(source, target)
        return
    with source.open("rb", buffering=0) as old, target.open("wb", buffering=0) as new:
        if not _cloned(old.fileno(), new.fileno()) and not _filled(old.fileno(), new.fileno()):
            old.seek(0)
            new.seek(0)
            new.truncate()
            shutil.copyfileobj(old, new, 1 << 20)


def _cloned(source: int, target: int) -> bool:
    """Let two files share their blocks until one is written, as Btrfs and XFS can."""
    import fcntl

    try:
        fcntl.ioctl(target, FICLONE, source)
    except OSError:
        return False
    return True


def _filled(source: int, target: int) -> bool:
    """Copy the stretches between holes inside the system; False where it cannot, with anything in the target."""
    size, at = os.fstat(source).st_size, 0
    try:
        while at < size:
            try:
                start = os.lseek(source, at, os.SEEK_DATA)
            except OSError as error:
                if error.errno != errno.ENXIO:  # a hole up to the end
                    raise
                break
            at = os.lseek(source, start, os.SEEK_HOLE)
            while start < at:
                done = os.copy_file_range(source, target, at - start, start, start)
                if not done:
                    return False
                start += done
        os.ftruncate(target, size)
    except OSError as error:
        if error.errno in _NO_HOLES:
            return False
        raise
    return True
