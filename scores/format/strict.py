"""Basis of every model of the format: a model that refuses unknown keys, and fields that are written as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from scores.notation import NotationError, as_found
from scores.theory import Key, Meter


class Strict(BaseModel):
    """A frozen model that refuses keys it does not declare."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False,
                              coerce_numbers_to_str=False, strict=False)


def of_string(parse: Callable[[str], Any], allowed: str) -> Callable[[Any], Any]:
    """Return ``parse`` made safe for any YAML value: refuses what is no text, keeps a value that is parsed already."""
    def parse_any(value: Any) -> Any:
        if isinstance(value, Key | Meter):
            return value
        if not isinstance(value, str):
            raise NotationError(as_found(value), allowed)
        return parse(value)

    return parse_any


def text_field(parse: Any, pattern: dict[str, Any], write: Callable[[Any], str] = str) -> Any:
    """Return the annotations of a field that is written as text: how to parse it, write it and describe it."""
    return BeforeValidator(parse), PlainSerializer(write), WithJsonSchema(pattern)
