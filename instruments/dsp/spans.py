"""Spans of samples, and the merging of those that touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""First sample, and the sample after the last one."""


def merged(spans: Iterable[Sequence[int]], gap: int = 1) -> list[Span]:
    """Merge spans that overlap, touch or lie close to each other.

    Parameters
    ----------
    spans
        Pairs as ``Span``, in any order; empty ones are left out unless they touch another.
    gap
        Number of samples, ≥ 1: two spans are merged if fewer than ``gap`` samples lie between them. With 1, those that
        overlap or touch are merged.

    Returns
    -------
    list of Span
        Disjoint, in rising order.
    """
    union: list[Span] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        if union and start - union[-1][1] < gap:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        elif end > start:
            union.append((start, end))
    return union
