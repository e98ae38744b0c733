"""Noticing a save: what the system says of some files, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from render.inputs import fingerprint, stamp


class Watch:
    """Files, and what they held when they were last looked at. One that is missing counts as another content.

    Parameters
    ----------
    paths
        The files, or folders (some plug-ins are one), whose own stamp is looked at.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._seen = {path: self._look(path) for path in paths}

    def over(self, paths: Iterable[Path]) -> None:
        """Watch these files instead. What is known of those that stay is kept, so that no save is missed."""
        self._seen = {path: self._seen.get(path) or self._look(path) for path in paths}

    def changed(self) -> bool:
        """Whether a file holds something else than when this was last asked."""
        before, self._seen = self._seen, {path: self._look(path, seen) for path, seen in self._seen.items()}
        return any(before[path][1] != seen[1] for path, seen in self._seen.items())

    def _look(self, path: Path, before: tuple[tuple[int, ...], str] | None = None) -> tuple[tuple[int, ...], str]:
        now = stamp(path)
        if before and before[0] == now:
            return before
        try:
            return now, fingerprint(path) if path.exists() else ""
        except OSError:
            return now, ""
