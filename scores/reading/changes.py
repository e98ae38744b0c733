"""Changes to a score from outside: by an option of the command line, or an argument of ``render.demo``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, TypeAdapter, ValidationError

from scores.faults import InputError
from scores.format.model import Score, Singer
from scores.format.wording import rule_words
from scores.notation import nearest

_DECLARED: dict[str, tuple[type[BaseModel], str]] = {
    "seed": (Score, "seed"), "temperature": (Score, "temperature"), "engine": (Singer, "engine")}


@dataclass(frozen=True)
class Changes:
    """Values that replace those of the score, where they are not None.

    Parameters
    ----------
    seed, temperature
        As in the score.
    engine
        The score's ``singer: {engine: …}``.
    """

    seed: int | None = None
    temperature: float | None = None
    engine: str | None = None

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """Return the changes. Raises InputError for a value that the score would refuse."""
        return cls(**{name: None if value is None else possible(name, value) for name, value in values.items()})

    def on(self, score: Score) -> Score:
        """Return the score with these changes."""
        singer = None if self.engine is None else score.singer.model_copy(update={"engine": self.engine})
        fields = {"seed": self.seed, "temperature": self.temperature, "singer": singer}
        return score.model_copy(update={name: value for name, value in fields.items() if value is not None})


def possible(name: str, value: Any) -> Any:
    """Check a value as the score's own field does; a text such as "0.5" is read as a number where one is needed.

    Parameters
    ----------
    name
        A field of ``Changes``.
    value
        The value as the user gave it.

    Raises
    ------
    InputError
        For a value that the field refuses, with what is allowed.
    """
    model, field = _DECLARED[name]
    info = model.model_fields[field]
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        allowed = rule_words(info)
        raise InputError(f"{value!r} is not a valid {name}", found=str(value), allowed=allowed,
                         nearest=nearest(str(value), allowed.split(", "))) from error
