"""The tables in ``scores/tables``: knowledge that a person can read and change, as YAML."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "tables"


@cache
def style_names() -> tuple[str, ...]:
    """Return the names of the styles of whole bands: the keys of their table, which most songs need not read."""
    keys = re.findall(r"^(\w+):", (FOLDER / "styles.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(name for name in keys if name != "common")


@cache
def read_table(name: str) -> Any:
    """Return a table by its file's name without the suffix: mappings, lists, numbers and texts."""
    return YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
