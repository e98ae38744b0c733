"""What the JSON Schema says of values that a score may write shorter than as the mapping that they stand for."""

from __future__ import annotations

from typing import Any


def add_shorthand(schema: dict[str, Any]) -> None:
    """Let the tempo, fermatas, swing and fades of a score be shorter; say what an order may change."""
    definitions = schema["$defs"]
    start = definitions["Tempo"]["properties"]["start"]
    song, section = schema["properties"], definitions["Section"]["properties"]
    _also(song, "tempo", start, {"type": "string", "pattern": "[0-9]", "examples": ["132 eighths"]},
          {"$ref": "#/$defs/Tempo"})
    _also(section, "tempo", start,
          {"type": "string", "pattern": "[0-9]|tempo|rit|rall|accel",
           "examples": ["a tempo", "ritardando", "accelerando", "84, ritardando", "132 eighths"]},
          {"$ref": "#/$defs/SectionTempo"})
    _also(section, "fermata", {"enum": ["end", True]}, {"$ref": "#/$defs/Fermata"},
          {"type": "array", "items": {"$ref": "#/$defs/Fermata"}})
    for place in (song, section):
        _also(place, "swing", {"type": "number", "minimum": 0.5, "maximum": 0.8},
              {"type": "string", "examples": ["shuffle", "0.58 sixteenths"]}, {"$ref": "#/$defs/SwingSetting"})
    _also(section, "stop_time", {"const": True}, {"type": "number", "minimum": 1}, {"type": "string"},
          {"type": "array", "items": {"type": "number"}})
    _also(section, "fade", {"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "out|in"},
          {"$ref": "#/$defs/Fade"})
    _also(definitions["LyricLine"]["properties"], "sings", {"type": "string"},
          {"type": "array", "items": {"type": "string"}})
    nothing = {"type": "null"}
    play = section["play"] | {"additionalProperties": {"anyOf": [section["play"]["additionalProperties"], nothing]}}
    differs = {"type": "object", "additionalProperties": False,
               "properties": {key: {"anyOf": [value, nothing]} for key, value in (section | {"play": play}).items()}}
    song["order"]["items"] = {"anyOf": [{"type": "string"}, {
        "type": "object", "minProperties": 1, "maxProperties": 1,
        "additionalProperties": {"anyOf": [nothing, differs]}}]}


def _also(properties: dict[str, Any], name: str, *options: dict[str, Any]) -> None:
    properties[name] = {"description": properties[name].get("description"), "anyOf": list(options)}
