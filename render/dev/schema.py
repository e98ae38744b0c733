"""``python -m render.dev.schema``: writes ``scores/score.schema.json`` and ``scores/REFERENCE.md`` from the models.

The first is the JSON Schema from which editors complete a score, the second the reference for songwriters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

import effects
import instruments
import scores
from effects import Effect, is_gesture
from instruments import Instrument
from render.dev.shorthand import add_shorthand
from scores.composing.stage import Player
from scores.format.manners import Fade, SwingSetting
from scores.format.model import (
    OWN_SOUNDS,
    Cue,
    Drive,
    GlitchSettings,
    LyricLine,
    Master,
    Mix,
    Part,
    Score,
    Section,
    Send,
    Singer,
    Suno,
    Tempo,
    TempoChange,
)
from scores.format.timing import Fermata, SectionTempo
from scores.format.wording import rule_words, shown
from scores.players import players
from scores.reading.subject import PART_NAME
from scores.theory.fretboard import TUNINGS

FOLDER = Path(scores.__file__).parent
SCHEMA_FILE, REFERENCE_FILE = FOLDER / "score.schema.json", FOLDER / "REFERENCE.md"


def build_schema() -> dict[str, Any]:
    """Return the schema of a score (draft 2020-12) with the settings of every instrument, effect and player."""
    schema = Score.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    gestures = sorted(name for name, effect in effects.effects().items() if is_gesture(effect))
    patches = _define(definitions, "instrument", instruments.instruments())
    chains = _define(definitions, "effect", effects.effects())
    styles = _define(definitions, "style", players())

    definitions["effect"] = {"anyOf": [
        {"enum": list(chains)},
        {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
         "properties": {name: {"anyOf": [reference, {"type": "null"}]} for name, reference in chains.items()}},
    ]}
    for owner in ("Part", "Send"):
        chain = definitions[owner]["properties"]["effects"]
        chain["items"] = {"$ref": "#/$defs/effect"}
        several = {key: chain.pop(key) for key in ("type", "items", "minItems") if key in chain}
        chain["anyOf"] = [several, {"$ref": "#/$defs/effect"}]
    part = definitions["Part"]
    named = [name for name in patches if name not in OWN_SOUNDS]
    part["properties"]["instrument"]["enum"] = named
    part["required"].remove("instrument")
    part["oneOf"] = [{"required": [key]} for key in ("instrument", *OWN_SOUNDS)]
    part["properties"]["tuning"]["enum"] = list(TUNINGS)
    part["allOf"] = [{"if": {"properties": {"instrument": {"const": name}}, "required": ["instrument"]},
                      "then": {"properties": {"patch": patches[name]}}} for name in named]
    for own in OWN_SOUNDS:  # a score names the file in the part, not in the patch
        patch = definitions[f"instrument.{own}"]
        del patch["properties"]["file"]
        patch["required"].remove("file")
        part["allOf"].append({"if": {"required": [own]}, "then": {"properties": {"patch": patches[own]}}})
    schema["properties"]["parts"]["additionalProperties"] = {"anyOf": [{"enum": named}, {"$ref": "#/$defs/Part"}]}
    schema["properties"]["parts"]["propertyNames"] = {"pattern": f"^{PART_NAME.pattern}$"}

    definitions["Section"]["required"].remove("bars")
    definitions["Section"]["anyOf"] = [{"required": ["bars"]}, {"required": ["harmony"]}]
    section = definitions["Section"]["properties"]
    section["play"]["additionalProperties"] = {"anyOf": [{"enum": [*styles, "off"]}, *styles.values()]}
    for style, reference in styles.items():
        player = definitions[reference["$ref"].rsplit("/", 1)[1]]
        player["properties"] = {"style": {"const": style, "description": "way of playing"}} | player["properties"]
        player["required"] = [*player.get("required", ()), *(["style"] if style not in ("written", "audio") else [])]
    section["lyrics"] = {"description": section["lyrics"].get("description"), "anyOf": [
        {"type": "string"}, {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/LyricLine"}]}}]}
    definitions["Cue"]["properties"]["effect"]["enum"] = gestures
    definitions["GlitchSettings"]["properties"]["palette"]["propertyNames"] = {"enum": gestures}
    definitions["GlitchSettings"]["properties"]["settings"] |= {
        "properties": {name: chains[name] for name in gestures}, "additionalProperties": False}
    section_palette = next(option for option in definitions["Section"]["properties"]["palette"]["anyOf"]
                           if option.get("type") == "object")
    section_palette["propertyNames"] = {"enum": gestures}
    add_shorthand(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _define(definitions: dict[str, Any], kind: str, models: Mapping[str, type[BaseModel]]) -> dict[str, dict[str, str]]:
    """Add the schema of each model to the definitions, as ``kind.name``, and return the references by name."""
    references = {}
    for name, model in models.items():
        own = model.model_json_schema(ref_template=f"#/$defs/{kind}.{name}.{{model}}")
        for inner, definition in own.pop("$defs", {}).items():
            definitions[f"{kind}.{name}.{inner}"] = definition
        definitions[f"{kind}.{name}"] = own
        references[name] = {"$ref": f"#/$defs/{kind}.{name}"}
    return references


def build_reference() -> str:
    """Return the reference page in Markdown: each key of a score, style, instrument and effect."""
    rows = ["# Reference", "", "Written by `python -m render.dev.schema` from the declarations in the code: every key, "
            "its default, what it takes. How they go together: [README](README.md)."]
    for title, model in (("The song", Score), ("tempo", Tempo), ("tempo: changes", TempoChange), ("parts", Part),
                         ("parts: drive", Drive),
                         ("sections", Section), ("sections: tempo", SectionTempo),
                         ("sections: fermata", Fermata), ("swing", SwingSetting), ("sections: fade", Fade),
                         ("sections: lyrics, an entry", LyricLine), ("sections: cues", Cue),
                         ("glitch", GlitchSettings), ("mix", Mix), ("mix: sends", Send), ("master", Master),
                         ("singer", Singer), ("suno", Suno)):
        rows += ["", f"## {title}", "", *_table(model)]
    rows += ["", "## Tunings", "", ", ".join(TUNINGS)]
    rows += ["", "## Styles: how a part plays", "", "Each style also takes:", "", *_table(Player)]
    rows += _family(players().items(), Player)
    rows += ["", "## Instruments: what a part is", *_family(instruments.instruments().items(), Instrument)]
    rows += ["", "## Effects: what happens to a sound",
             "", "Gestures, which a section's glitch and a cue can lay over a moment, are marked ⚡.",
             *_family(effects.effects().items(), Effect)]
    return "\n".join(rows) + "\n"


def _family(models: Iterable[tuple[str, type[BaseModel]]], base: type[BaseModel]) -> list[str]:
    rows = []
    for name, model in models:
        mark = " ⚡" if issubclass(model, Effect) and is_gesture(model) else ""
        summary = " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
        rows += ["", f"### {name}{mark}", "", summary]
        if table := _table(model, set(base.model_fields)):
            rows += ["", *table]
    return rows


def _table(model: type[BaseModel], leave_out: Iterable[str] = ()) -> list[str]:
    fields = {key: field for key, field in model.model_fields.items() if key not in set(leave_out)}
    declared = model.model_json_schema()["properties"] if fields else {}
    rows = [f"| `{key}` | {_default(field)} | {_cell(_takes(field, declared[key]))} | "
            f"{_cell(field.description or '')} |" for key, field in fields.items()]
    return ["| key | default | takes | meaning |", "|---|---|---|---|", *rows] if rows else []


def _takes(field: FieldInfo, declared: Mapping[str, Any]) -> str:
    """Return the type of a value and its range; null is listed where it differs from omitting the key."""
    words = rule_words(field) or _sort(declared)
    is_optional = {"type": "null"} in declared.get("anyOf", ())
    says_more = field.default is not None or "null" in (field.description or "")
    return f"{words}, or null" if is_optional and says_more else words


def _default(field: FieldInfo) -> str:
    """Return a default as a score would write it; curves and notations in their own syntax."""
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}, "") or isinstance(value, BaseModel):
        return "–"
    sort: Any = Annotated[field.annotation, field.title, *field.metadata]
    written = TypeAdapter(sort).dump_python(value, mode="json")
    if isinstance(written, dict):
        return _cell("{" + ", ".join(f"{key}: {number:g}" for key, number in written.items()) + "}")
    if isinstance(written, list):
        return _cell("[" + ", ".join(str(entry) for entry in written) + "]")
    return _cell(written if isinstance(written, str) else shown(written))


def _sort(declared: Mapping[str, Any]) -> str:
    """Return the type of a value that a schema declares, in words; for notations, examples."""
    if "examples" in declared:
        return "such as " + ", ".join(f"`{example}`" for example in declared["examples"])
    options = [_sort(option) for option in declared.get("anyOf", ()) if option.get("type") != "null"]
    words = {"array": "a list", "object": "a mapping", "string": "a text", "number": "a number"}
    return " or ".join(dict.fromkeys(options)) or words.get(declared.get("type", "object"), "")


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(build_schema(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write both files."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    REFERENCE_FILE.write_text(build_reference(), encoding="utf-8")
    print(f"written: {SCHEMA_FILE.name}, {REFERENCE_FILE.name}")


if __name__ == "__main__":
    main()
