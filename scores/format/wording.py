"""The texts of faults in values: place, what was found, what the field's declaration allows, the nearest spelling."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from scores.faults import Fault, ScorePath
from scores.notation import NotationError, nearest
from scores.table import read_table

# Most faults that are reported for one model; a longer list helps nobody.
MAX_FAULTS = 200

_nearest = lru_cache(maxsize=4096)(nearest)

# Type of a pydantic error, and the sort of value that is needed there.
_NEEDED = {
    "int": "a whole number", "float": "a number", "finite_number": "a finite number", "string": "a text",
    "bool": "true or false", "dict": "a mapping (key: value)", "mapping": "a mapping (key: value)",
    "model": "a mapping (key: value)", "tuple": "a list", "list": "a list",
}
_OUT_OF_RANGE = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
_TOO_MANY_OR_FEW = {"string_too_short": "characters", "string_too_long": "characters", "too_short": "entries",
                    "too_long": "entries"}


def kind(data: object) -> str:
    """Return the sort of a value in words."""
    if data is None:
        return "nothing"
    if isinstance(data, bool):
        return "true or false"
    if isinstance(data, int | float):
        return "a number"
    if isinstance(data, str):
        return "a text"
    return "a mapping" if isinstance(data, dict) else "a list"


def shown(data: object) -> str:
    """Return a value as it stands in the file, truncated to 60 characters."""
    if isinstance(data, bool):
        return str(data).lower()
    if isinstance(data, str):
        line = " ".join(data.split())
        return f'"{line[:57]}…"' if len(line) > 60 else f'"{line}"'
    if isinstance(data, int | float):
        return f"{data:.15g}" if isinstance(data, float) else str(data)
    return kind(data)


def fault(path: ScorePath, message: str, *, found: str | None = None, allowed: str | None = None,
          meant: str | None = None, on_key: bool = False) -> Fault:
    """Make a fault without line and column, which the reader looks up from the path.

    Parameters
    ----------
    path
        Where in the score, as in ``scores.faults.Fault``.
    message
        What is wrong.
    found, allowed
        What stands there, and what may stand there.
    meant
        The nearest valid spelling.
    on_key
        Whether the fault is at the key instead of its value.
    """
    return Fault(0, 0, message, path, found, allowed, meant, on_key)


def warning(path: ScorePath, message: str, *, found: str | None = None, instead: str | None = None) -> Fault:
    """Return a warning without its place, which the reader looks up; ``instead`` is what to write instead."""
    return Fault(0, 0, message, path, found, instead, is_warning=True)


def unknown(what: str, name: object, candidates: Iterable[str], path: ScorePath, *, on_key: bool = False) -> Fault:
    """Make the fault of an unknown name, such as an instrument, a part or a key.

    Parameters
    ----------
    what
        What is named, in the singular.
    name
        The name as written.
    candidates
        The names that exist.
    path, on_key
        As in ``fault``.
    """
    names = tuple(candidates)
    if not isinstance(name, str):
        return fault(path, f"the name of {_article(what)} is {kind(name)}: {shown(name)}", found=shown(name),
                     allowed=", ".join(names) or None, on_key=on_key)
    called = read_table("names")["keys" if what == "key" else "kinds"].get(name.casefold())
    return fault(path, f"unknown {what} {shown(name)}", found=name,
                 allowed=", ".join(names) or f"nothing: there is no {what} here",
                 meant=called if called in names else _nearest(name[:80], names), on_key=on_key)


def _article(what: str) -> str:
    return ("an " if what[0] in "aeiou" else "a ") + what


def faults_of(error: ValidationError, model: type[BaseModel], path: ScorePath = (),
              also: tuple[str, ...] = ()) -> list[Fault]:
    """Return the faults behind a validation error.

    Parameters
    ----------
    error
        The error of ``model``.
    model
        The model that refused the data.
    path
        Where in the score the data stand.
    also
        Keys that are allowed besides those of the model.
    """
    each = (fault for details in errors_of(error) for fault in _faults(details, model, path, also))
    return list(islice(each, MAX_FAULTS))


def errors_of(error: ValidationError) -> Iterator[ErrorDetails]:
    """Yield pydantic's errors without the redundant ones: it also calls a list too short whose entries it refused."""
    for details in error.errors(include_url=False):
        value, least = details["input"], details.get("ctx", {}).get("min_length", 0)
        if details["type"] != "too_short" or not hasattr(value, "__len__") or len(value) < least:
            yield details


def _faults(details: ErrorDetails, model: type[BaseModel], path: ScorePath, also: tuple[str, ...]) -> Iterator[Fault]:
    """Yield the faults of one pydantic error."""
    at = details["loc"]
    here, name, value, sort = (*path, *at), _name(at), details["input"], details["type"]
    context = details.get("ctx", {})
    owner, declared = field_at(model, at)
    meaning = declared.description if declared and declared.description else ""
    cause = context.get("error")
    if sort == "extra_forbidden":
        yield unknown("key", at[-1], (*also, *(owner.model_fields if owner else ())), here, on_key=True)
    elif sort == "missing":
        yield fault(here, f"missing key {name}", allowed=_sentence(rule_words(declared), meaning))
    elif isinstance(cause, NotationError):
        for each in (cause, *cause.also):
            yield fault(here, f"{name} cannot be read: {shown(each.found)}", found=each.found, allowed=each.allowed,
                        meant=each.nearest)
    elif sort in _OUT_OF_RANGE:
        yield fault(here, f"{name} is out of range: {shown(value)}", found=shown(value),
                    allowed=_sentence(rule_words(declared) or _range_words([*context.values()], sort), meaning))
    elif sort == "multiple_of":
        step = f"a multiple of {context['multiple_of']:g}"
        yield fault(here, f"{name} is not {step}: {shown(value)}", found=shown(value), allowed=_sentence(step, meaning))
    elif sort in _TOO_MANY_OR_FEW:
        limit = context.get("min_length", context.get("max_length"))
        word = "at least" if "min_length" in context else "at most"
        yield fault(here, f"{name} is too {'short' if 'min_length' in context else 'long'}", found=shown(value),
                    allowed=_sentence(f"{word} {limit} {_TOO_MANY_OR_FEW[sort]}", meaning))
    elif sort == "literal_error":
        options = rule_words(declared) or str(context.get("expected", ""))
        yield fault(here, f"{name} is {shown(value)}", found=_plain(value), allowed=_sentence(options, meaning),
                    meant=_nearest(value[:80], tuple(options.split(", "))) if isinstance(value, str) else None)
    elif (needed := _NEEDED.get(sort.rsplit("_", 1)[0]) or _NEEDED.get(sort.split("_")[0])) is not None:
        what = kind(value) if kind(value) == shown(value) else f"{kind(value)}: {shown(value)}"
        yield fault(here, f"{name} is {what}", found=_plain(value),
                    allowed=_sentence(rule_words(declared) or needed, meaning))
    else:
        yield fault(here, f"{name} is not valid: {cause if cause is not None else details['msg']}", found=_plain(value),
                    allowed=_sentence(rule_words(declared), meaning) or _keys(owner))


def _keys(owner: type[BaseModel] | None) -> str:
    """Return what is allowed where a value as a whole is refused: the keys of its mapping."""
    return "keys: " + ", ".join(owner.model_fields) if owner else "another value"


def _name(at: ScorePath) -> str:
    """Return the name of a value in a message: its key, or its number in a list."""
    if not at:
        return "the value"
    if isinstance(at[-1], int):
        key = next((step for step in reversed(at) if isinstance(step, str)), "")
        return f'entry {at[-1] + 1} of "{key}"' if key else f"entry {at[-1] + 1}"
    return f'"{at[-1]}"'


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _sentence(rule: str, meaning: str) -> str | None:
    """Return a rule with the meaning of its field in brackets."""
    return f"{rule} ({meaning})" if rule and meaning else rule or meaning or None


def field_at(model: type[BaseModel], at: ScorePath) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Follow a path through the models.

    Returns
    -------
    tuple
        The model that declares the last key of ``at``, and the declaration there: of that key, or of the entries of
        the list it belongs to. None where the path leads to nothing that is declared.
    """
    annotation: Any = model
    owner: type[BaseModel] | None = None
    declared: FieldInfo | None = None
    for step in at:
        annotation = _inner(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            owner, declared = annotation, annotation.model_fields.get(str(step))
            annotation = declared.annotation if declared else None
        elif get_origin(annotation) is not None and get_args(annotation):
            annotation = get_args(annotation)[0 if isinstance(step, int) else -1]
            declared = FieldInfo.from_annotation(annotation) if annotation is not Ellipsis else None
        else:
            return owner, declared
    return owner, declared


def _inner(annotation: Any) -> Any:
    """Return an annotation without Annotated and None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            options = [option for option in get_args(annotation) if option is not type(None)]
            if len(options) != 1:
                return annotation
            annotation = options[0]
        else:
            return annotation


def _limits(declared: FieldInfo) -> dict[str, Any]:
    """Return the bounds of a declaration: its own, and those of an Annotated type inside an optional one."""
    found: dict[str, Any] = {}
    metadata = list(declared.metadata)
    annotation = declared.annotation
    for option in (annotation, *get_args(annotation)):
        if get_origin(option) is Annotated:
            metadata += get_args(option)[1:]
    for item in metadata:
        parts = item.metadata if isinstance(item, FieldInfo) else [item]
        for part in parts:
            bounds = {name: getattr(part, name, None) for name in ("ge", "gt", "le", "lt")}
            found |= {name: bound for name, bound in bounds.items() if bound is not None}
    return found


def rule_words(declared: FieldInfo | None) -> str:
    """Return the sort of value and its range as a field declares them: ``a number from -60 to 12``."""
    if declared is None:
        return ""
    base = _inner(declared.annotation)
    if get_origin(base) is Literal:
        return ", ".join(map(str, get_args(base)))
    word = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}.get(base, "") \
        if isinstance(base, type) else ""
    limits = _limits(declared)
    if not word or not limits:
        return word
    return f"{word} {limit_words(limits)}"


def limit_words(limits: Mapping[str, Any]) -> str:
    """Return bounds (``ge``, ``gt``, ``le``, ``lt``) in words."""
    number = {name: str(bound) if isinstance(bound, int) else f"{bound:.15g}" for name, bound in limits.items()}
    if "ge" in number and "le" in number:
        return f"from {number['ge']} to {number['le']}"
    lower = f"at least {number['ge']}" if "ge" in number else f"above {number['gt']}" if "gt" in number else ""
    upper = f"at most {number['le']}" if "le" in number else f"below {number['lt']}" if "lt" in number else ""
    return ", ".join(part for part in (lower, upper) if part)


def _range_words(bounds: list[Any], sort: str) -> str:
    word = {"greater_than": "above", "greater_than_equal": "at least", "less_than": "below",
            "less_than_equal": "at most"}
    return f"{word[sort]} {bounds[0]}" if bounds else ""
