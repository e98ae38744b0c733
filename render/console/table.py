"""A table in the terminal that can be read at any width: cells are folded, and a long list gets lines of its own.

Weighed and left: ``rich.table``. It has no cells that span columns (Textualize/rich issue 164), so a list cannot
stand below its row; it truncates words where the columns do not fit, and folds text at no-break spaces (rich 15.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console

from scores.visible import visible

# Least width of the column with the list [columns]; a narrower one is printed below its row.
LIST_WIDTH = 40
# Space between two columns.
GAP = "  "
# Space before a list below its row.
INDENT = "    "
# Separator at which text is not folded: a no-break space.
HARD = "\u00a0"


@dataclass(slots=True)
class _Column:
    """A column of a table: ``width`` begins as that of the widest cell, ``least`` is that of the longest word."""

    heading: str
    right: bool
    cells: list[str]
    width: int
    least: int


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], out: Console,
                list_heading: str = "") -> None:
    """Print a table that fits the console.

    Cells are folded between words to fit, those of the widest columns first. A table whose words are too long for the
    console is wider than it.

    Parameters
    ----------
    headings
        One for each column; ``>`` before a heading aligns its column to the right.
    rows
        The cells of each row, in the order of the headings.
    out
        Console to print to.
    list_heading
        Heading of a column of lists. Where it would be narrower than ``LIST_WIDTH``, each list has lines of its own
        below its row.
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
    """Return by how many columns of the console a table is too wide."""
    return sum(column.width for column in columns) + len(GAP) * (len(columns) - 1) - out.width


def _line(cells: Sequence[str], columns: Sequence[_Column]) -> str:
    blanks = [" " * (column.width - cell_len(cell)) for cell, column in zip(cells, columns, strict=True)]
    return GAP.join(blank + cell if column.right else cell + blank
                    for cell, blank, column in zip(cells, blanks, columns, strict=True)).rstrip()


def fold(text: str, width: int) -> list[str]:
    """Fold a text into lines of at most ``width`` columns, as far as words and no-break spaces allow."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line.replace(HARD, " ") for line in lines]
