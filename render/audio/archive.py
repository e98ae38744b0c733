"""Zip archives whose bytes repeat: each entry has the same date and the same rights."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

# Earliest date that a zip can hold; an entry has no other.
EPOCH = (1980, 1, 1, 0, 0, 0)
RIGHTS = 0o644
# Bytes that are copied at once.
BLOCK = 1 << 20


def add_text(archive: zipfile.ZipFile, name: str, text: bytes) -> None:
    """Add an entry that is compressed."""
    archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), text)


def add_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Add a file as it is: samples hardly shrink."""
    with path.open("rb") as here, archive.open(_entry(name, zipfile.ZIP_STORED), "w", force_zip64=True) as there:
        shutil.copyfileobj(here, there, BLOCK)


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = method
    entry.external_attr = RIGHTS << 16
    return entry
