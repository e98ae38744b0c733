"""Golden measurements of the voices: ``python tests/golden.py`` prints what has changed and writes it.

What is measured stands in the modules ``golden_*.py``, each with a tuple ``GOLDENS``; what was measured stands as
small texts in ``tests/goldens``. A change that can be heard and is meant also has a line in the changelog.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LABEL_WIDTH = 24  # characters


@dataclass(frozen=True)
class Column:
    """A measured quantity, and how far it may move unnoticed: an absolute amount and a share of what it was."""

    name: str
    within: float
    share: float = 0.0

    @property
    def width(self) -> int:
        return max(13, len(self.name) + 2)

    def allowed(self, was: float) -> float:
        return self.within + self.share * abs(was)


@dataclass(frozen=True)
class Golden:
    """A table of measurements: ``rows`` measures it anew, a label and a value for each column a row."""

    name: str
    columns: Sequence[Column]
    rows: Callable[[], Iterator[tuple[str, Sequence[float]]]]

    @property
    def path(self) -> Path:
        return HERE / "goldens" / f"{self.name}.txt"

    def text(self) -> str:
        """The table as it is now."""
        lines = ["note".ljust(LABEL_WIDTH) + "".join(column.name.rjust(column.width) for column in self.columns)]
        lines += [label.ljust(LABEL_WIDTH) + "".join(f"{round(value, 2) + 0.0:{column.width}.2f}" for column, value
                                                     in zip(self.columns, row, strict=True))
                  for label, row in self.rows()]
        return "\n".join(lines) + "\n"

    def kept(self) -> dict[str, list[float]]:
        """The rows as they were written, by label."""
        lines = self.path.read_text(encoding="utf-8").splitlines()[1:]
        return {line[:LABEL_WIDTH].strip(): [float(value) for value in line[LABEL_WIDTH:].split()] for line in lines}

    def changes(self) -> list[str]:
        """A line for each row that came or went and each value that moved by more than its column allows."""
        kept, now = self.kept(), dict(self.rows())
        changes = [f"{self.name}: {label} {'is gone' if label in kept else 'is new'}" for label in kept.keys() ^ now]
        for label in kept.keys() & now:
            changes += [f"{self.name}: {label}: {column.name} was {was}, is {value:.2f}"
                        for column, was, value in zip(self.columns, kept[label], now[label], strict=True)
                        if not abs(value - was) <= column.allowed(was)]
        return sorted(changes)


def goldens() -> dict[str, Golden]:
    """Every golden, by name."""
    modules = [importlib.import_module(path.stem) for path in sorted(HERE.glob("golden_*.py"))]
    return {golden.name: golden for module in modules for golden in module.GOLDENS}


def main() -> None:
    for golden in goldens().values():
        before, now = golden.path.read_text(encoding="utf-8") if golden.path.exists() else "", golden.text()
        sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), now.splitlines(True), golden.name,
                                                   f"{golden.name} now"))
        golden.path.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    sys.path[:0] = [str(HERE.parent)]
    main()
