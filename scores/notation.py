"""The one error of everything that is written in text: what was found, what is allowed, what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from scores.faults import InputError


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate spelled most like ``word``, or None where nothing comes close."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[close[0]] if close else None


class NotationError(InputError, ValueError):
    """Text in a score that does not parse. A ValueError, so that pydantic takes it for a value that is refused.

    ``found`` is the text, ``allowed`` says in words what may stand there, ``nearest`` is the closest valid
    spelling where there is one (given, or looked up among ``candidates``). ``also`` holds the other errors of the
    same text, in their order.
    """

    also: tuple[NotationError, ...] = ()

    def __init__(self, found: str, allowed: str, *, nearest: str | None = None, candidates: Iterable[str] = ()) -> None:
        near = nearest or _nearest(found, candidates)
        meant = f"; nearest: {near}" if near else ""
        super().__init__(f"found {found!r}; allowed: {allowed}{meant}", found=found, allowed=allowed, nearest=near)


_nearest = nearest


def raise_together(errors: Sequence[NotationError]) -> None:
    """Raise the first of the errors of one text, which carries the others; nothing happens where there are none."""
    if errors:
        errors[0].also = tuple(errors[1:])
        raise errors[0]
