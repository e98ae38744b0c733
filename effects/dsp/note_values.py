"""Lengths in quarter notes, which a score may also write as note values: 1/16, dotted 1/8., triplet 1/8T."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from scores.note_values import NOTE_VALUE, quarter_notes


class _NoteValue:
    """Lets a field of quarter notes also accept a note value, and adds it to the schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_in_quarter_notes, handler(source))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        plain = handler(schema)
        return {"anyOf": [*plain.get("anyOf", [plain]), {"type": "string", "pattern": f"^{NOTE_VALUE.pattern}$"}]}


def _in_quarter_notes(value: Any) -> Any:
    """Convert a note value to quarter notes; return anything else unchanged."""
    beats = quarter_notes(value) if isinstance(value, str) else None
    return value if beats is None else float(beats)


Beats = Annotated[float, _NoteValue]
BeatsOrNone = Annotated[float | None, _NoteValue]
