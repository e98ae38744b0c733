"""What everybody does in a section, whatever they play: swing, half-time and double-time, stop-time, a fade."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from scores.format.strict import Strict, text_field
from scores.notation import NotationError

# Shares of a pair before its second note that have a name: shuffles are triplets, light swing is measured of pop.
SWINGS = {"straight": 0.5, "light": 0.58, "swing": 0.62, "shuffle": 2 / 3, "triplets": 2 / 3, "hard": 0.72}
_SWING = re.compile(r"(?P<share>[a-z]+|[01]?[.,]\d+)(?:\s+(?P<of>eighths?|sixteenths?|1/8|1/16)(?: notes)?)?")


class SwingSetting(Strict):
    """How the second of two equal notes comes late, for everybody."""

    share: float = Field(ge=0.5, le=0.8, description="share of a pair before its second note: 0.5 straight, 0.667 "
                                                     "triplets, as in a shuffle")
    of: Literal["eighths", "sixteenths"] = Field("eighths", description="which notes swing in pairs")


def _swing(value: Any) -> Any:
    """Read ``0.62``, ``shuffle`` and ``0.58 sixteenths`` as a mapping."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"share": value}
    if not isinstance(value, str):
        return value
    match = _SWING.fullmatch(value.strip().lower())
    share = None if not match else SWINGS.get(match["share"]) if match["share"].isalpha() \
        else float(match["share"].replace(",", "."))
    if match is None or share is None:
        raise NotationError(value, "a share from 0.5 (straight) to 0.8, or " + ", ".join(SWINGS)
                            + "; and sixteenths where these swing: 0.58 sixteenths", candidates=SWINGS)
    sixteenths = match["of"] is not None and "16" in match["of"].replace("sixteenth", "16")
    return {"share": share, "of": "sixteenths" if sixteenths else "eighths"}


SwingField = Annotated[SwingSetting, BeforeValidator(_swing)]

FEELS = ("half-time", "double-time")


def _feel(value: Any) -> Any:
    word = re.sub(r"[\s_-]*time(?:[\s_-]*feel)?$", "", value.strip().lower()) if isinstance(value, str) else ""
    if f"{word}-time" not in FEELS:
        raise NotationError(str(value), " or ".join(FEELS), candidates=FEELS)
    return f"{word}-time"


FeelField = Annotated[str, *text_field(_feel, {"enum": list(FEELS)})]


def _beats(value: Any) -> Any:
    """Read ``stop_time: true`` as the first beat, ``1 3`` and ``3`` as beats."""
    if value is True:
        return (1.0,)
    if value is False or value is None:
        return ()
    if isinstance(value, int | float):
        return (float(value),)
    if isinstance(value, str) and re.fullmatch(r"\d+(?:\.\d+)?(?:[\s,]+\d+(?:\.\d+)?)*", value.strip()):
        return tuple(float(beat) for beat in re.split(r"[\s,]+", value.strip()))
    if isinstance(value, str):
        raise NotationError(value, "the felt beats on which everybody strikes, such as 1, or [1, 2.5]")
    return value


StopTime = Annotated[tuple[Annotated[float, Field(ge=1, le=33)], ...], BeforeValidator(_beats)]


class Fade(Strict):
    """A fade of everything, at the end of a section or at its beginning."""

    out: float | None = Field(None, gt=0, le=10_000, description="bars at the section's end over which all fades out")
    rise: float | None = Field(None, gt=0, le=10_000, description="bars at its beginning over which all fades in")

    @model_validator(mode="after")
    def _does_something(self) -> Fade:
        if self.out is None and self.rise is None:
            raise ValueError("a fade goes out or in: say over how many bars")
        return self


# Bars that a fade without a number takes: all of its section.
WHOLE_SECTION = 10_000.0
_FADE = re.compile(r"(out|in)(?:\s+(?:over\s+)?(\d+(?:\.\d+)?)(?:\s+bars?)?)?")


def _fade(value: Any) -> Any:
    """Read ``out``, ``in``, ``out 4``, ``in 2, out 4`` and ``4`` as a mapping."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"out": value}
    if isinstance(value, Mapping) and "in" in value:
        return {"rise" if key == "in" else key: bars for key, bars in value.items()}
    if not isinstance(value, str):
        return value
    found: dict[str, float] = {}
    for piece in value.lower().split(","):
        match = _FADE.fullmatch(piece.strip())
        if match is None:
            raise NotationError(value, "out, in, or over some bars: out 4, in 2", candidates=("out", "in"))
        found["out" if match[1] == "out" else "rise"] = float(match[2]) if match[2] else WHOLE_SECTION
    return found


FadeField = Annotated[Fade, BeforeValidator(_fade)]
