"""The error of every notation in a score, and the nearest spelling of a word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from scores.faults import InputError


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate spelled most like ``word``, or None where nothing is close."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[close[0]] if close else None


class NotationError(InputError, ValueError):
    """A syntax error in a notation. It is a ValueError, so that pydantic treats the value as refused.

    Parameters
    ----------
    found
        The text.
    allowed
        What may stand there, in words.
    nearest
        The nearest valid spelling.
    candidates
        Valid spellings among which the nearest is looked up, where ``nearest`` is not given.

    Attributes
    ----------
    also
        The other errors of the same text, in their order.
    """

    also: tuple[NotationError, ...] = ()

    def __init__(self, found: str, allowed: str, *, nearest: str | None = None, candidates: Iterable[str] = ()) -> None:
        near = nearest or _nearest(found, candidates)
        meant = f"; nearest: {near}" if near else ""
        super().__init__(f"found {found!r}; allowed: {allowed}{meant}", found=found, allowed=allowed, nearest=near)


_nearest = nearest


def raise_together(errors: Sequence[NotationError]) -> None:
    """Raise the first of the errors of one text, which carries the others in ``also``; do nothing without errors."""
    if errors:
        errors[0].also = tuple(errors[1:])
        raise errors[0]
