"""The error of every notation in a score, and the nearest spelling of a word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from scores.faults import InputError


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate spelled most like ``word``, or None where nothing is close."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    folded = word.casefold()
    close = difflib.get_close_matches(folded, by_folded, n=3, cutoff=0.5)
    return next((by_folded[each] for each in close if _is_slip(folded, each)), None)


def _is_slip(word: str, meant: str) -> bool:
    """Whether one word may be a slip for the other: ``fingrpick``, ``guitar`` for ``steel_guitar``, not ``swing``."""
    shorter, longer = sorted((word, meant), key=len)
    begins = next((n for n, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), len(shorter))
    return begins >= max(3, (len(shorter) + 1) // 2) or longer.startswith(shorter) \
        or (len(shorter) >= 3 and shorter in longer) \
        or _edits(word, meant) <= max(1, len(word) // 3)


def _edits(one: str, other: str) -> int:
    """Fewest letters to insert, delete, replace or swap to make one word the other (Damerau 1964, restricted)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def as_found(value: object) -> str:
    """Return what stands in a score instead of a text: a number as it is, anything else by its sort."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else "a mapping" if isinstance(value, Mapping) else str(value)


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
