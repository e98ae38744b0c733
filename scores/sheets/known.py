"""What this version has: instruments, styles and keys of a score, from the schema that is generated from them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "score.schema.json"


@cache
def _schema() -> Any:
    return json.loads(_FILE.read_text(encoding="utf-8"))


@cache
def instruments() -> frozenset[str]:
    """Return the names of all instruments."""
    return frozenset(_schema()["$defs"]["Part"]["properties"]["instrument"]["enum"])


@cache
def styles() -> frozenset[str]:
    """Return the names of all ways of playing."""
    return frozenset(_enum(_schema()["$defs"]["Section"]["properties"]["play"]["additionalProperties"]))


@cache
def languages() -> frozenset[str]:
    """Return the languages that lyrics may be in; empty where a score does not say its language."""
    declared = _schema()["properties"].get("language", {})
    return frozenset(_enum(declared) or map(str, declared.get("examples", ())))


def takes(style: str, setting: str) -> bool:
    """Return whether a style has a setting."""
    return setting in _schema()["$defs"].get(f"style.{style}", {}).get("properties", {})


def options(style: str, setting: str) -> frozenset[str]:
    """Return what a setting of a style takes, where it takes names; empty where it does not exist."""
    fields = _schema()["$defs"].get(f"style.{style}", {}).get("properties", {})
    return frozenset(_enum(fields.get(setting, {})))


def _enum(schema: Any) -> list[str]:
    """Return the first list of names in a piece of schema."""
    if isinstance(schema, dict):
        if "enum" in schema:
            return [str(name) for name in schema["enum"]]
        for value in schema.values():
            if found := _enum(value):
                return found
    if isinstance(schema, list):
        for value in schema:
            if found := _enum(value):
                return found
    return []
