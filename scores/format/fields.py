"""Types of the score's fields: notation that is parsed, and numbers with their range.

Each type parses the text of the YAML, writes it again, and says in the JSON Schema what may stand there. The models of
``scores.format.model`` declare their fields with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from scores.format.harmony import HarmonyText, parse_harmony
from scores.format.strict import of_string, text_field
from scores.format.text import (
    ANCHOR,
    Curve,
    Ramp,
    dynamics_text,
    parse_curve,
    parse_dynamics,
    parse_ramp,
)
from scores.lyrics.phonology import Phones
from scores.lyrics.pronunciation import parse_phones
from scores.notation import NotationError
from scores.table import style_names
from scores.theory import Key, Meter, parse_key, parse_meter, parse_range

_CURVE_SCHEMA = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "description": "from -> to, a straight line over the section, such as 0.1 -> 0.3"},
        {"type": "object", "description": "breakpoints: start, end, bar N or line N, each with its value",
         "patternProperties": {rf"^(start|end|{ANCHOR})$": {"type": "number"}},
         "additionalProperties": False},
    ]
}


KeyText = Annotated[Key, *text_field(of_string(parse_key, "a key such as C minor or A major"), {
    "type": "string", "examples": ["C minor", "A major", "F# minor"]})]
RangeText = Annotated[tuple[int, int], *text_field(of_string(parse_range, "a range such as A3-D5"), {
    "type": "string", "examples": ["A3-D5"]})]
MeterText = Annotated[Meter, *text_field(of_string(parse_meter, "a meter such as 4/4 or 6/8"), {
    "type": "string", "examples": ["4/4", "3/4", "6/8"]})]
Temperature = Annotated[Curve, *text_field(lambda v: parse_curve(v, 0.0, 10.0), _CURVE_SCHEMA)]
Intensity = Annotated[Curve, *text_field(lambda v: parse_curve(v, 0.0, 1.0), _CURVE_SCHEMA)]


def _style_name(value: Any) -> str:
    """Return the name of a style of the table. Raises NotationError for another value."""
    if not isinstance(value, str) or value not in style_names():
        raise NotationError(str(value), ", ".join(style_names()), candidates=style_names())
    return value


StyleName = Annotated[str, BeforeValidator(_style_name), WithJsonSchema(
    {"type": "string", "enum": list(style_names())})]
Dynamics = Annotated[Curve, *text_field(parse_dynamics, {
    "type": "string", "description": "ppp pp p mp mf f ff fff, or a crescendo such as p -> mf",
    "examples": ["p", "mp -> f"]}, dynamics_text)]
Harmony = Annotated[HarmonyText, *text_field(parse_harmony, {
    "type": "string", "examples": ["| Cm | Abmaj7 | Eb/G | Bb |"],
    "description": "chord symbols in bars; % repeats the bar before, N.C. is no chord; repeated until the section is "
                   "full"})]
PhonesText = Annotated[Phones, *text_field(parse_phones, {
    "type": "string", "examples": ["S AO1 F T M AE2 K S"],
    "description": "phones in ARPAbet, as in the CMU Pronouncing Dictionary: each vowel with its stress, 1 primary, "
                   "2 secondary, 0 none"}, " ".join)]
_RAMP_SCHEMA = {"anyOf": [{"type": "number"},
                          {"type": "string", "description": "at intensity 0 -> at 1, such as 0 -> 3"}]}
DrivenLevel = Annotated[Ramp, *text_field(lambda v: parse_ramp(v, -24, 12), _RAMP_SCHEMA)]
DrivenWidth = Annotated[Ramp, *text_field(lambda v: parse_ramp(v, -2, 2), _RAMP_SCHEMA)]
DrivenDensity = Annotated[Ramp, *text_field(lambda v: parse_ramp(v, -1, 3), _RAMP_SCHEMA)]
Palette = Annotated[Mapping[str, float], Field(min_length=1)]
PerBar = Annotated[float, Field(gt=0, le=16)]
Together = Annotated[float, Field(ge=0, le=1)]
Rubato = Annotated[float, Field(ge=0, le=1)]


def parse_bpm(value: object) -> object:
    """Return the number of a tempo that has its unit with it: ``68bpm``, ``68 BPM``, ``♩ = 68``, ``120,5``."""
    match = _TEMPO.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(match[1].replace(",", ".")) if match else value


def parse_pan(value: object) -> object:
    """Return a position in words, or as consoles write it, as a number: ``left``, ``half right``, ``L30``."""
    match = _PAN.fullmatch(value.strip().casefold()) if isinstance(value, str) else None
    if match is None:
        return value
    if match["middle"]:
        return 0
    side = -1 if (match["side"] or match["before"] or match["after"])[0] == "l" else 1
    share = float(match["share"] or match["number"] or match["percent"] or 100) / 100
    return side * _PAN_WORDS.get(match["word"] or "", share)


_TEMPO = re.compile(r"(?:[♩♪]\.?\s*=\s*)?(\d+(?:[.,]\d+)?)\s*(?:bpm)?", re.IGNORECASE)
_PAN = re.compile(r"(?P<middle>cent(?:er|re)|middle|c)|(?:(?P<word>hard|full|half|slightly)\s+)?(?P<side>left|right)|"
                  r"(?P<before>[lr])\s*(?P<number>\d{1,3})|(?P<percent>\d{1,3})\s*%?\s*(?P<after>left|right|l|r)"
                  r"|(?P<share>)(?!)")
_PAN_WORDS = {"half": 0.5, "slightly": 0.25}
Bpm = Annotated[float, BeforeValidator(parse_bpm), Field(ge=20, le=600), WithJsonSchema({"anyOf": [
    {"type": "number", "minimum": 20, "maximum": 600},
    {"type": "string", "pattern": r"^\d+([.,]\d+)?\s*([Bb][Pp][Mm])?$", "examples": ["68 bpm"]}]})]
Pan = Annotated[float, BeforeValidator(parse_pan), Field(ge=-1, le=1), WithJsonSchema({"anyOf": [
    {"type": "number", "minimum": -1, "maximum": 1}, {"type": "string", "pattern": r"^\D*\d{0,3}\D*$",
                                               "examples": ["left", "half right", "L30"]}]})]
Decibels = Annotated[float, Field(ge=-60, le=12)]


def _or_off(low: float, high: float) -> Any:
    """Return the annotations of a number from ``low`` to ``high`` that may also be the word off."""
    def parse(value: Any) -> float | Literal["off"]:
        if value == "off" or value is False:
            return "off"
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise NotationError(str(value), f"a number from {low:g} to {high:g}, or off")
        return float(value)

    schema = {"anyOf": [{"type": "number", "minimum": low, "maximum": high}, {"enum": ["off"]}]}
    return BeforeValidator(parse), WithJsonSchema(schema)


OverBand = Annotated[float | Literal["off"], *_or_off(-12, 18)]
Lift = Annotated[float | Literal["off"], *_or_off(-6, 10)]
LoudnessSpan = Annotated[float | Literal["off"], *_or_off(0, 40)]
Dip = Annotated[float | Literal["off"], *_or_off(0, 9)]
HissOverBand = Annotated[float | Literal["off"], *_or_off(0, 30)]


def _effect_entry(value: Any) -> Any:
    """Return ``name`` as it is; turn ``name:`` and ``name: {…}`` into a mapping from the name to its parameters."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        name, parameters = next(iter(value.items()))
        if parameters is None or isinstance(parameters, Mapping):
            return {name: parameters or {}}
    found = " and ".join(map(str, value)) if isinstance(value, Mapping) else str(value)
    raise NotationError(found, "the name of an effect, or - name: {its parameters}; one effect per entry")


def _chain(value: Any) -> Any:
    """Return a chain of effects as a list: ``reverb``, ``compressor, reverb``, or a mapping of them in order."""
    if isinstance(value, str) and value.strip():
        return tuple(name.strip() for name in value.split(",") if name.strip())
    if isinstance(value, Mapping):
        return tuple({name: parameters} for name, parameters in value.items())
    return value


EffectEntry = Annotated[str | Mapping[str, Mapping[str, Any]], BeforeValidator(_effect_entry)]


Chain = Annotated[tuple[EffectEntry, ...], BeforeValidator(_chain)]


def _order_entry(value: Any) -> Any:
    """Return a name, or a name with a mapping; NotationError for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    differs = next(iter(value.values())) if isinstance(value, Mapping) and len(value) == 1 else ""
    if isinstance(value, str) or differs is None or isinstance(differs, Mapping):
        return value
    found = " and ".join(map(str, value)) if isinstance(value, Mapping) else str(value)
    raise NotationError(found, "the name of a section, or name: {what differs}, such as Chorus: {dynamics: f}")


# A name of a section, or a name with the keys of the section that differ. The reader writes the order out.
OrderEntry = Annotated[str | Mapping[str, Mapping[str, Any] | None], BeforeValidator(_order_entry)]


def _play_value(value: Any) -> Any:
    """Return a value of ``play``. Raises NotationError where it is neither text nor a mapping."""
    if isinstance(value, str | Mapping):
        return value
    raise NotationError("nothing" if value is None else str(value),
                        "a style, {style: …, its settings}, {notes: …} or off")


PlayValue = Annotated[str | Mapping[str, Any], BeforeValidator(_play_value)]
