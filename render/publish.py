"""Publishing: a demo appears whole or not at all, and files that the user put into its folder stay."""

from __future__ import annotations

import errno
import glob
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scores.faults import InputError

MANIFEST = "manifest.json"
# Age from which an unpublished folder counts as abandoned [s]: no render takes so long.
ABANDONED_SECONDS = 24 * 3600.0


class OutputError(InputError):
    """The demo cannot be written to the user's output folder; the message says what to do."""


def check(destination: Path) -> None:
    """Check, before any work is done, that the demo folder ``destination`` can be published.

    Raises
    ------
    OutputError
        If its parent cannot be created or written, or if there is something at the destination that is no demo.
    """
    if destination.is_symlink() and not destination.exists():
        raise OutputError(f"{destination} is a link to nowhere. Remove it, or choose another folder with --out.")
    if destination.exists():
        if not destination.is_dir():
            raise OutputError(f"{destination} is a file, and the demo is a folder of that name. "
                              "Move it away, or choose another folder with --out.")
        if _listed(destination) is None and any(destination.iterdir()):
            raise OutputError(f"{destination} is not a demo (it has no {MANIFEST} of ours), so it is left alone. "
                              "Move it away, or choose another folder with --out.")
    nearest = destination.parent
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise OutputError(f"{nearest} is a file, so {destination.parent} cannot be a folder. "
                          "Choose another with --out.")
    probe = nearest / f".{destination.name[:40]}.{secrets.token_hex(4)}.probe"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(f"{nearest} cannot be written: {reason(error)}. Choose another folder with --out.") from error


@contextmanager
def publishing(destination: Path) -> Iterator[Path]:
    """Provide a folder beside ``destination`` to write a demo into, and publish it when the block ends normally.

    If the block ends in any other way (an exception, an interrupt), the folder is removed and the older demo stays as
    it was. Files in the older demo that its manifest does not list are carried over. Folders of renders that were
    killed are removed once they are ``ABANDONED_SECONDS`` old.

    Raises
    ------
    OutputError
        If the disk is full or cannot be written.
    """
    _sweep(destination)
    made = [folder for folder in (destination.parent, *destination.parent.parents) if not folder.exists()]
    partial = destination.parent / f".{destination.name}.{secrets.token_hex(6)}.partial"
    try:
        partial.mkdir(parents=True)
        yield partial
        _swap(partial, destination)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG):
            raise
        raise OutputError(f"{destination.parent} cannot be written: {reason(error)}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _sweep(destination: Path) -> None:
    """Remove the unpublished folders of renders that were killed, but none of a render that may still run."""
    for left in destination.parent.glob(f".{glob.escape(destination.name)}.{'[0-9a-f]' * 12}.partial"):
        try:
            abandoned = time.time() - left.stat().st_mtime > ABANDONED_SECONDS
        except FileNotFoundError:  # just published
            continue
        if abandoned:
            shutil.rmtree(left, ignore_errors=True)


def reason(error: OSError) -> str:
    """Return the operating system's message, without its number."""
    return (error.strerror or str(error)).lower()


def _swap(partial: Path, destination: Path) -> None:
    """Put the new demo in the place of the old one by two renames; if the second fails, the first is undone.

    Only the directory entry is flushed to disk: after a power failure the audio may have to be rendered again.
    """
    real = destination.resolve()
    aside = real.parent / f".{real.name}.{secrets.token_hex(6)}.old"
    had_one = real.exists()
    if had_one:
        _carry_over(real, partial)
        real.rename(aside)
    try:
        partial.rename(real)
    except BaseException:
        if had_one:
            aside.rename(real)
        raise
    if os.name == "posix":
        descriptor = os.open(real.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    if had_one:
        shutil.rmtree(aside, ignore_errors=True)


def _carry_over(old: Path, new: Path) -> None:
    """Carry the user's own files over from the old demo to the new one: hard links where possible, else copies.

    The old demo stays as it is. A file whose name the new demo uses itself gets the suffix ``.kept``.
    """
    ours = _listed(old) or frozenset()
    for path in sorted(old.rglob("*")):
        relative = path.relative_to(old)
        if path.is_dir() and not path.is_symlink():
            if not any(name.startswith(f"{relative.as_posix()}/") for name in ours):
                (new / relative).mkdir(parents=True, exist_ok=True)
            continue
        if relative.as_posix() in ours:
            continue
        target = new / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        while target.exists() or target.is_symlink():
            target = target.with_name(f"{target.name}.kept")
        try:
            os.link(path, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(path, target, follow_symlinks=False)


def _listed(folder: Path) -> frozenset[str] | None:
    """Return the files that a demo's manifest lists; None where the folder has no manifest of a demo."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or not {"mix", "stems", "files"} <= manifest.keys():
        return None
    files = manifest["files"]
    return frozenset(name for name in files if isinstance(name, str)) if isinstance(files, list) else None
