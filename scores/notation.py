"""The one error of everything that is written in text: what was found, what is allowed, what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate spelled most like ``word``, or None where nothing comes close."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[close[0]] if close else None


class NotationError(ValueError):
    """Text in a score that does not parse.

    ``found`` is the text, ``allowed`` says in words what may stand there, ``nearest`` is the closest valid
    spelling where there is one (given, or looked up among ``candidates``).
    """

    def __init__(self, found: str, allowed: str, *, nearest: str | None = None, candidates: Iterable[str] = ()) -> None:
        self.found = found
        self.allowed = allowed
        self.nearest = nearest or _nearest(found, candidates)
        super().__init__(f"found {found!r}; allowed: {allowed}" + (f"; nearest: {self.nearest}" if self.nearest else ""))


_nearest = nearest
