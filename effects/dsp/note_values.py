"""Lengths in quarter notes, which a score may also write as note values: 1/16, dotted 1/8., triplet 1/8T."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

NOTE_VALUE = re.compile(r"1/(1|2|4|8|16|32|64|128)([T.]?)")
LENGTHENED = {"": 1.0, ".": 3 / 2, "T": 2 / 3}


def quarter_notes(value: Any) -> Any:
    """A note value's length in quarter notes; anything else as it is."""
    match = NOTE_VALUE.fullmatch(value) if isinstance(value, str) else None
    return 4 / int(match[1]) * LENGTHENED[match[2]] if match else value


class _NoteValue:
    """What lets a field of quarter notes take a note value too, and says so in the schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(quarter_notes, handler(source))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        plain = handler(schema)
        return {"anyOf": [*plain.get("anyOf", [plain]), {"type": "string", "pattern": f"^{NOTE_VALUE.pattern}$"}]}


Beats = Annotated[float, _NoteValue]
BeatsOrNone = Annotated[float | None, _NoteValue]
