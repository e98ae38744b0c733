"""A contact sheet: all takes on one page, to be heard in turn from where they lie on the disk.

It has no sound of its own. Each take is the mix of its demo, at the loudness of the quietest, and goes on where the one
before was left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from render.writers.page.document import asset, filled


@dataclass(frozen=True)
class Heading:
    """A column: what it is called, what it means, and whether the takes are sorted by it, the highest first."""

    text: str
    meaning: str
    sorts: bool = False


@dataclass(frozen=True)
class Listed:
    """A take on the sheet.

    Attributes
    ----------
    name, seed
        Of its song.
    mix
        Address of its mix, relative to the sheet.
    page
        Address of its own page; empty where it has none.
    lufs
        Its loudness [LUFS]; None for silence.
    values
        A number for each heading; None where there is nothing to measure.
    others
        How it differs from the song's own take, in words.
    """

    name: str
    seed: int
    mix: str
    page: str
    lufs: float | None
    values: Sequence[float | None]
    others: str


def contact_sheet(title: str, headings: Sequence[Heading], takes: Sequence[Listed]) -> str:
    """Return a contact sheet as HTML, the takes in the order in which they are given."""
    quietest = min((take.lufs for take in takes if take.lufs is not None), default=0.0)
    columns = ['<th scope="col">Take</th>',
               *(f'<th scope="col" class="number"{_SORTED * each.sorts}><button type="button" '
                 f'title="{escape(each.meaning)}">{escape(each.text)}</button></th>' for each in headings),
               '<th scope="col">Other notes</th>', '<th scope="col">Page</th>']
    texts = {
        "title": escape(title), "count": f"{len(takes)} take{'s' * (len(takes) != 1)}",
        "styles": asset("page.css") + asset("contact.css"), "scripts": asset("contact.js"),
        "headings": "".join(columns), "rows": "\n".join(_row(take, quietest) for take in takes)}
    return filled("contact.html", texts)


_SORTED = ' aria-sort="descending"'


def _row(take: Listed, quietest: float) -> str:
    volume = 1.0 if take.lufs is None else 10 ** (min(quietest - take.lufs, 0.0) / 20)
    cells = "".join(f'<td class="number" data-value="{_raw(value)}">{_shown(value)}</td>' for value in take.values)
    page = f'<a href="{quote(take.page)}">open<span class="unseen"> {escape(take.name)} seed {take.seed}</span></a>'
    return (f'<tr data-mix="{quote(take.mix)}" data-volume="{volume:.4f}"><td><button type="button" class="hears" '
            f'aria-pressed="false">{escape(take.name)} {take.seed}</button></td>{cells}'
            f'<td class="others">{escape(take.others)}</td><td>{page if take.page else ""}</td></tr>')


def _raw(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.6g}"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")
