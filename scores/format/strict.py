"""What every model of the format is made of: a model that refuses what it does not know, and fields with a notation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema


class Strict(BaseModel):
    """A frozen model that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False,
                              coerce_numbers_to_str=False, strict=False)


def text_field(parse: Any, pattern: dict[str, Any], write: Callable[[Any], str] = str) -> Any:
    """Return what makes a field of a text that is parsed: its parser, how it is written, and its schema."""
    return BeforeValidator(parse), PlainSerializer(write), WithJsonSchema(pattern)
