"""A table in the terminal that is read at any width: cells are folded, and a long list gets lines of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console

from scores.visible import visible

LIST_WIDTH = 40  # columns below which a list is put below its row
GAP, INDENT = "  ", "    "
HARD = "\u00a0"  # a space at which nothing is folded


@dataclass(slots=True)
class _Column:
    """A column of a table, as wide as its widest cell; folded between words down to its longest one."""

    heading: str
    right: bool
    cells: list[str]
    width: int
    least: int


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], out: Console,
                list_heading: str = "") -> None:
    """Print a table that fits the console; ``>`` before a heading sets its column to the right.

    Cells are folded to fit, those of the widest columns first. Where the column ``list_heading`` would get too narrow,
    its cells have lines of their own, each below its row.
    """
    columns = []
    for index, heading in enumerate(headings):
        cells = [visible(row[index]) for row in rows]
        text = heading.lstrip(">")
        words = [word for cell in cells for word in cell.split(" ")]
        columns.append(_Column(text, heading.startswith(">"), cells, max(map(cell_len, [text, *cells])),
                               max(map(cell_len, [text, *words]))))
    below = next((column for column in columns if column.heading == list_heading), None)
    if below and below.width - _excess(columns, out) >= min(LIST_WIDTH, below.width):
        below = None
    if below:
        columns.remove(below)
    _shrink(columns, out)
    out.print(_line([column.heading for column in columns], columns), style="bold", soft_wrap=True)
    out.print("─" * min(out.width, out.width + _excess(columns, out)), style="dim", soft_wrap=True)
    for index in range(len(rows)):
        style = "bold" if below else ""
        folded = [fold(column.cells[index], column.width) for column in columns]
        for number in range(max(map(len, folded))):
            texts = [cell[number] if number < len(cell) else "" for cell in folded]
            out.print(_line(texts, columns), style=style, soft_wrap=True)
        for line in fold(below.cells[index], out.width - len(INDENT)) if below else ():
            out.print(INDENT + line, soft_wrap=True)
    out.print()


def _shrink(columns: Sequence[_Column], out: Console) -> None:
    """Fold the widest columns until the table fits, or none can be folded further."""
    while (excess := _excess(columns, out)) > 0:
        foldable = [column for column in columns if column.width > column.least]
        if not foldable:
            return
        widest = max(foldable, key=lambda column: column.width)
        widest.width = max(widest.least, widest.width - excess)


def _excess(columns: Sequence[_Column], out: Console) -> int:
    """Columns of the console by which a table is too wide."""
    return sum(column.width for column in columns) + len(GAP) * (len(columns) - 1) - out.width


def _line(cells: Sequence[str], columns: Sequence[_Column]) -> str:
    blanks = [" " * (column.width - cell_len(cell)) for cell, column in zip(cells, columns, strict=True)]
    return GAP.join(blank + cell if column.right else cell + blank
                    for cell, blank, column in zip(cells, blanks, columns, strict=True)).rstrip()


def fold(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, as far as words and hard spaces allow."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line.replace(HARD, " ") for line in lines]
