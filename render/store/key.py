"""Keys of the store: the digest of values, whatever they are made of.

Two values with the same digest are equal in every number, to the last bit. A value of a kind that is not known has no
digest, so that nothing is forgotten: what it would describe is not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import numpy as np
from pydantic import BaseModel

_PLAIN = (int, float, bool, type(None), bytes)


class UnkeyableError(TypeError):
    """A value of which the store does not know what it depends on."""


class Described:
    """Describes values; what occurs again, such as the line of each of its syllables, is described once.

    Parameters
    ----------
    files
        Fingerprint of each file by its path: a text that is one of these paths counts as what the file holds.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._seen: dict[int, tuple[object, str]] = {}

    def digest(self, *values: object) -> str:
        """Return the SHA-256 of values, in hexadecimal. Raises UnkeyableError."""
        return hashlib.sha256(repr([self._of(value) for value in values]).encode("utf-8", "surrogatepass")).hexdigest()

    def _of(self, value: Any) -> object:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is str:
            return value if value not in self._files else ("file", PurePath(value).suffix, self._files[value])
        if kind is tuple or kind is list:
            return [kind.__name__, *map(self._of, value)]
        if kind is dict or isinstance(value, Mapping):
            return ["map", *((self._of(key), self._of(each)) for key, each in value.items())]
        if is_dataclass(value) and not isinstance(value, type):
            return self._once(value, _names(kind))
        if isinstance(value, BaseModel) and not kind.__private_attributes__:
            return self._once(value, tuple(kind.model_fields))
        return self._other(value, kind)

    def _once(self, value: Any, names: tuple[str, ...]) -> str:
        """Return the digest of an object with fields."""
        if found := self._seen.get(id(value)):
            return found[1]
        extra = getattr(value, "model_extra", None) or {}
        said = self.digest(f"{type(value).__module__}.{type(value).__qualname__}",
                           *((name, getattr(value, name, None)) for name in names), extra)
        self._seen[id(value)] = (value, said)  # the object is held, so that its id stays its own
        return said

    def _other(self, value: Any, kind: type) -> object:
        if isinstance(value, tuple):  # with names
            return [kind.__qualname__, *map(self._of, value)]
        if isinstance(value, frozenset | set):
            return [kind.__name__, *sorted(repr(self._of(each)) for each in value)]
        if isinstance(value, Enum):
            return [kind.__qualname__, value.name]
        if isinstance(value, Fraction):
            return ["fraction", value.numerator, value.denominator]
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
            return [value.dtype.str, value.shape, hashlib.sha256(np.ascontiguousarray(value).data).hexdigest()]
        if isinstance(value, np.number | np.bool_):
            return [value.dtype.str, value.tobytes()]
        if isinstance(value, PurePath) and str(value) in self._files:
            return ("file", value.suffix, self._files[str(value)])
        if isinstance(value, type):
            return ["type", f"{value.__module__}.{value.__qualname__}"]
        raise UnkeyableError(f"{kind.__module__}.{kind.__qualname__}")


_NAMES: dict[Any, tuple[str, ...]] = {}


def _names(kind: Any) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]
