"""Changes to a score from outside: by an option of the command line, or an argument of ``render.demo``."""

from __future__ import annotations

from collections.abc import Sequence
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
    reroll
        Parts and sections that are rolled once more than in the score's ``reroll``.
    """

    seed: int | None = None
    temperature: float | None = None
    engine: str | None = None
    reroll: tuple[tuple[str, str], ...] = ()

    @classmethod
    def checked(cls, reroll: Sequence[tuple[str, str]] = (), **values: Any) -> Self:
        """Return the changes. Raises InputError for a value that the score would refuse."""
        return cls(reroll=tuple(reroll), **{
            name: None if value is None else possible(name, value) for name, value in values.items()})

    def on(self, score: Score) -> Score:
        """Return the score with these changes. Raises InputError for a part or section that cannot be rolled again."""
        singer = None if self.engine is None else score.singer.model_copy(update={"engine": self.engine})
        rolls = self._rolls(score) if self.reroll else None
        fields = {"seed": self.seed, "temperature": self.temperature, "singer": singer, "reroll": rolls}
        return score.model_copy(update={name: value for name, value in fields.items() if value is not None})

    def _rolls(self, score: Score) -> dict[str, dict[str, int]]:
        rolls = {part: dict(places) for part, places in score.reroll.items()}
        for part, place in self.reroll:
            sections = {section.name.casefold(): section for section in score.sections}
            if part not in score.parts:
                raise InputError(f"the song has no part {part}", found=part, allowed=", ".join(score.parts),
                                 nearest=nearest(part, score.parts))
            if (section := sections.get(place.casefold())) is None:
                names = [each.name for each in score.sections]
                raise InputError(f"the song has no section {place}", found=place, allowed=", ".join(names),
                                 nearest=nearest(place, names))
            if section.name in score.lock.get(part, {}):
                raise InputError(f"{part} is locked in {section.name}, so it is not rolled again", found=part,
                                 allowed="a part that is not locked there: see lock in the score")
            own = rolls.setdefault(part, {})
            own[section.name] = own.get(section.name, 0) + 1
        return rolls


def rolled(text: str) -> tuple[str, str]:
    """Read what is rolled again, ``guitar@Verse 2``: the part and the section. Raises InputError for another text."""
    part, _, section = text.partition("@")
    if not part.strip() or not section.strip():
        raise InputError(f"{text!r} names no part and section", found=text, allowed='such as guitar@"Verse 2"')
    return part.strip(), section.strip()


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
