"""What a person wants other than the score says: by an option of the command, or an argument of ``render.demo``."""

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
    """What takes the place of a score's own words, where it is not None."""

    seed: int | None = None
    temperature: float | None = None
    engine: str | None = None

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """These changes. Raises InputError for one that the score itself could not say."""
        return cls(**{name: None if value is None else possible(name, value) for name, value in values.items()})

    def on(self, score: Score) -> Score:
        """The score with these changes in it."""
        singer = None if self.engine is None else score.singer.model_copy(update={"engine": self.engine})
        fields = {"seed": self.seed, "temperature": self.temperature, "singer": singer}
        return score.model_copy(update={name: value for name, value in fields.items() if value is not None})


def possible(name: str, value: Any) -> Any:
    """A value for a change, checked as the score's own field is; a text is read as what it spells.

    Raises InputError with what is allowed.
    """
    model, field = _DECLARED[name]
    info = model.model_fields[field]
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        allowed = rule_words(info)
        raise InputError(f"{value!r} is not possible as {name}", found=str(value), allowed=allowed,
                         nearest=nearest(str(value), allowed.split(", "))) from error
