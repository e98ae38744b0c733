"""Which bars and which parts of a song are wanted, and how their demo is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scores.faults import InputError
from scores.notation import nearest

if TYPE_CHECKING:  # the command line reads options before it loads anything
    from scores.performance import Performance
    from scores.score import Score

BARS = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")


@dataclass(frozen=True)
class Wanted:
    """Some bars and some parts of a song; all of them where nothing is said.

    Attributes
    ----------
    section
        Name of a section.
    bars
        First and last bar, as the plan of the song counts them: 1 is the first full bar, a pickup is 0.
    solo, mute
        Parts that alone are heard, and parts that are not heard.
    """

    section: str | None = None
    bars: tuple[int, int] | None = None
    solo: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is wanted other than the whole song."""
        return bool(self.section or self.bars or self.solo or self.mute)

    @property
    def suffix(self) -> str:
        """How the name of its demo ends."""
        said = [self.section] if self.section else [f"bars{self.bars[0]}-{self.bars[1]}"] if self.bars else []
        for word, names in (("solo", self.solo), ("mute", self.mute)):
            said += [word, *sorted(names)] if names else []
        return "_".join(re.sub(r"[^\w-]+", "_", text) for text in said)

    def frames(self, performance: Performance, rate: int) -> tuple[int, int]:
        """Return the first frame of the song that is wanted, and the one after the last.

        Raises
        ------
        InputError
            For a section or bars that the song does not have.
        """
        whole = round(performance.duration_seconds * rate)
        if self.section is not None:
            names = {span.name.casefold(): span for span in performance.sections}
            if (span := names.get(self.section.casefold())) is None:
                told = [each.name for each in performance.sections]
                raise InputError(f"the song has no section {self.section}", found=self.section,
                                 allowed=", ".join(told), nearest=nearest(self.section, told))
            return round(span.start_seconds * rate), min(round(span.end_seconds * rate), whole)
        if self.bars is None:
            return 0, whole
        starts = {bar.index: bar for bar in performance.bars}
        first, last = self.bars
        if first not in starts or last not in starts or first > last:
            raise InputError(f"the song has no bars {first}-{last}", found=f"{first}-{last}",
                             allowed=f"bars from {min(starts)} to {max(starts)}, the first before the last: 17-24")
        end = performance.tempo.seconds(starts[last].end_beats)
        return round(starts[first].start_seconds * rate), min(round(end * rate), whole)

    def parts(self, score: Score) -> list[str]:
        """Return the parts that are heard, in the order of the score.

        Raises
        ------
        InputError
            For a part that the song does not have, or if none is left.
        """
        names = list(score.parts)
        for name in (*self.solo, *self.mute):
            if name not in names:
                raise InputError(f"the song has no part {name}", found=name, allowed=", ".join(names),
                                 nearest=nearest(name, names))
        left = [name for name in names if (not self.solo or name in self.solo) and name not in self.mute]
        if not left:
            raise InputError("no part is left to be heard", allowed=", ".join(names))
        return left


def bars(text: str) -> tuple[int, int]:
    """Read ``17-24``, or one bar. Raises InputError for another text."""
    match = BARS.fullmatch(text.strip())
    if match is None or len(text) > 20:
        raise InputError(f"{text!r} names no bars", found=text, allowed="a bar, or the first and the last: 17-24")
    return int(match[1]), int(match[2] or match[1])


def names(text: str) -> Sequence[str]:
    """Read names with commas between them."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def named(name: str, seed: int | None, temperature: float | None,
          reroll: Sequence[tuple[str, str]] = ()) -> str:
    """Return the name of a song's demo: what a render changes stands in it, so that it replaces no other demo."""
    changed = [f"seed{seed}" if seed is not None else "", f"T{temperature:g}" if temperature is not None else "",
               *(f"reroll_{part}_{place}" for part, place in reroll)]
    return "_".join([name, *(re.sub(r"[^\w.-]+", "_", text) for text in changed if text)])
