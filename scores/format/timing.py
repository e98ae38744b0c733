"""Tempo in a score: of the song, of a section, its gradual changes, and the beats that are held."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from scores.format.fields import Bpm
from scores.format.strict import Strict, of_string, text_field
from scores.notation import NotationError
from scores.theory.meter import COUNTS, Meter, parse_count

# Longest song [bars], far beyond two hours of the shortest bars in use.
MAX_BARS = 10_000
# Bars at a section's end over which it slows or hurries where the score does not say.
GRADUAL_BARS = 2.0
# Tempo that is reached, relative to the one before: a ritardando to three quarters is heard as one, a half as a halt.
SLOWED, HURRIED = 0.75, 1.25

_WORDS = {"ritardando": "ritardando", "rit": "ritardando", "ritard": "ritardando", "rallentando": "ritardando",
          "rall": "ritardando", "slower": "ritardando", "accelerando": "accelerando", "accel": "accelerando",
          "faster": "accelerando"}
A_TEMPO = "a tempo"
_SPEED = re.compile(r"(?:(?P<before>[^=]+?)\s*=\s*)?(?P<bpm>\d+(?:[.,]\d+)?)\s*(?:bpm)?"
                    r"(?:\s*(?P<after>[^\d\s].*|1/\d+\.?))?", re.IGNORECASE)
_SPEED_ALLOWED = "a number of beats a minute, with what it counts where that is not the meter's beat: 132, 132 eighths"
_ALLOWED = f"{_SPEED_ALLOWED}; a tempo; ritardando; accelerando; or two of them with a comma between"

Counts = Annotated[str, *text_field(of_string(parse_count, ", ".join(COUNTS)),
                                    {"type": "string", "enum": list(COUNTS)})]


class TempoChange(Strict):
    """A new tempo from a bar on, at once or gradually (ritardando, accelerando)."""

    bar: int = Field(ge=1, le=MAX_BARS, description="bar in which the change begins; bar 1 is the first full bar")
    to: Bpm = Field(description="the new tempo, in beats per minute")
    over: float = Field(0, ge=0, le=64, description="bars over which it is reached; 0: at once")


class Tempo(Strict):
    """The tempo of the song and where it changes. A beat is the felt beat of the meter: a dotted quarter in 6/8."""

    start: Bpm = Field(description="tempo at the beginning, in beats per minute")
    counts: Counts | None = Field(None, description="what its numbers count; default: the beat of the meter, as "
                                  "--check prints it: quarters in 4/4 and 7/8, dotted quarters in 6/8")
    changes: tuple[TempoChange, ...] = Field((), description="changes of tempo, in order of their bars")

    def quarters(self, bpm: float, meter: Meter) -> float:
        """Return a tempo of these in quarter notes a minute."""
        return bpm * float(COUNTS[self.counts] if self.counts else meter.pulse_beats)

    def felt(self, meter: Meter) -> float:
        """Return the tempo at the beginning in beats of the meter, as musicians and other programs count it."""
        return self.quarters(self.start, meter) / float(meter.pulse_beats) if self.counts else self.start


class SectionTempo(Strict):
    """What the tempo does in a section: where it begins, and whether it slows or hurries at the end."""

    to: Annotated[float, Field(ge=20, le=600)] | Literal["a tempo"] | None = Field(
        None, description="tempo from here on, in beats per minute; a tempo: the song's own; default: no "
                          "change")
    counts: Counts | None = Field(None, description="what its numbers count; default: the beat of the meter")
    over: float = Field(0, ge=0, le=64, description="bars over which it is reached; 0: at once")
    ritardando: float | None = Field(None, gt=0, le=64, description="bars at the section's end over which it slows")
    accelerando: float | None = Field(None, gt=0, le=64, description="bars at the section's end over which it hurries")
    end: Annotated[float, Field(ge=20, le=600)] | None = Field(
        None, description="tempo that a ritardando or accelerando reaches; default three quarters or five quarters of "
                          "the tempo before")

    @property
    def gradual_bars(self) -> float | None:
        """Bars at the section's end over which the tempo changes; None where it does not."""
        return self.ritardando or self.accelerando

    @model_validator(mode="after")
    def _goes_one_way(self) -> SectionTempo:
        if self.ritardando is not None and self.accelerando is not None:
            raise ValueError("a section ends with a ritardando or an accelerando, not with both")
        if self.end is not None and self.gradual_bars is None:
            raise ValueError("end belongs to a ritardando or an accelerando: say over how many bars")
        return self


def _spoken(text: str) -> dict[str, Any]:
    """Return the keys of a ``SectionTempo`` for a text such as ``84, ritardando``."""
    keys: dict[str, Any] = {}
    for piece in re.split(r",(?!\d)|;", text):
        words = " ".join(piece.lower().replace(".", " ").split()) if not re.search(r"\d", piece) else piece.strip()
        if words in (A_TEMPO, "tempo primo", "tempo i"):
            found: dict[str, Any] = {"to": A_TEMPO}
        elif words in _WORDS:
            found = {_WORDS[words]: GRADUAL_BARS}
        elif not re.search(r"\d", piece):
            raise NotationError(piece.strip() or text, _ALLOWED, candidates=(A_TEMPO, *_WORDS))
        else:
            speed = parse_speed(piece)
            found = {"to": speed["start"]} | ({"counts": speed["counts"]} if "counts" in speed else {})
        if keys.keys() & found.keys():
            raise NotationError(text, _ALLOWED)
        keys |= found
    return keys


def parse_speed(text: str) -> dict[str, Any]:
    """Return the keys of a ``Tempo`` for a text such as ``132 eighths``, ``68bpm`` or ``♪ = 264``.

    Raises
    ------
    NotationError
        For any other text.
    """
    match = _SPEED.fullmatch(text.strip())
    unit = match and (match["before"] or match["after"])
    if not match or (match["before"] and match["after"]):
        raise NotationError(text, _SPEED_ALLOWED)
    found: dict[str, Any] = {"start": float(match["bpm"].replace(",", "."))}
    return found | {"counts": parse_count(unit)} if unit else found


def of_song(value: Any) -> Any:
    """Read ``tempo: 68`` and ``tempo: 132 eighths`` as a mapping."""
    if isinstance(value, str):
        return parse_speed(value)
    return {"start": value} if isinstance(value, int | float) else value


def of_section(value: Any) -> Any:
    """Read ``tempo: 84``, ``tempo: ritardando`` and ``tempo: 84, ritardando`` of a section as a mapping."""
    if isinstance(value, str):
        return _spoken(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"to": value}
    if isinstance(value, Mapping) and isinstance(value.get("to"), str) and value["to"] != A_TEMPO:
        speed = _spoken(value["to"])
        if set(speed) <= {"to", "counts"} and not speed.keys() & value.keys() - {"to"}:
            return {**value, **speed}
        raise NotationError(value["to"], "a number of beats a minute, or a tempo")
    return value


SongTempo = Annotated[Tempo, BeforeValidator(of_song)]
TempoOfSection = Annotated[SectionTempo, BeforeValidator(of_section)]


class Fermata(Strict):
    """A beat that is held: what sounds rings on, and nobody begins anything until it is over."""

    bar: int | None = Field(None, ge=1, le=MAX_BARS, description="bar of the section; default the last")
    beat: float | None = Field(None, ge=1, le=33, description="felt beat of that bar; default the last")
    hold: float = Field(2, ge=1.1, le=8, description="how many times as long the beat lasts")


def _fermatas(value: Any) -> Any:
    """Read ``fermata: true`` and ``fermata: end`` as the section's last beat, and one mapping as a list of one."""
    if value is True or (isinstance(value, str) and value.strip().lower() in ("end", "yes", "true", "last")):
        return ({},)
    if value is False or value is None:
        return ()
    if isinstance(value, str | int | float):
        raise NotationError(str(value), "end (the section's last beat), or {bar: 4, beat: 3, hold: 2}; or a list of "
                                        "these", candidates=("end",))
    return (value,) if isinstance(value, Mapping) else value


Fermatas = Annotated[tuple[Fermata, ...], BeforeValidator(_fermatas)]
