"""The tables in ``scores/tables``: knowledge that a person can read and change, as YAML."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "tables"


def style_names() -> tuple[str, ...]:
    """Return the names of the styles of whole bands."""
    return tuple(name for name in keys_of("styles") if name != "common")


@cache
def keys_of(name: str, mapping: str = "") -> tuple[str, ...]:
    """Return the keys of a table, or of a mapping in it, without parsing it: most songs need a table's names alone."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    if not mapping:
        return tuple(re.findall(r"^(\w+):", text, re.MULTILINE))
    inside = re.split(r"^(?=\w)", text.partition(f"\n{mapping}:\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return tuple(re.findall(r"^  (\w+):", inside, re.MULTILINE))


@cache
def read_table(name: str) -> Any:
    """Return a table by its file's name without the suffix: mappings, lists, numbers and texts."""
    return YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
