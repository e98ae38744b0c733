"""Checks of the tempo: changes in their order, room for gradual ones, fermatas, and a tempo that is left slow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scores.composing.pace import left_slow, overlapping
from scores.faults import Fault
from scores.format.timing import GRADUAL_BARS
from scores.format.wording import fault, warning
from scores.reading.subject import Subject
from scores.theory import Meter

_AFTER = {"ritardando": "slow", "accelerando": "fast"}


def check_tempo(subject: Subject, meters: Sequence[Meter | None]) -> Iterator[Fault]:
    """Yield the faults of tempo and fermatas; ``meters`` are those of the sections, None where unknown."""
    for i, section in subject.sections():
        bars_known = subject.knows("sections", i, "bars")
        if section.tempo is not None and subject.knows("sections", i, "tempo") and bars_known:
            for key in ("over", "ritardando", "accelerando"):
                bars = getattr(section.tempo, key) or 0.0
                if bars > section.bars and key in section.tempo.model_fields_set and not _is_usual(key, bars):
                    yield fault(("sections", i, "tempo", key), f'"{section.name}" has {section.bars} bars',
                                found=f"{bars:g}", allowed=f"at most {section.bars}")
        meter = meters[i]
        for n, fermata in enumerate(section.fermata if subject.knows("sections", i, "fermata") else ()):
            here = ("sections", i, "fermata", n)
            if fermata.bar is not None and fermata.bar > section.bars and bars_known:
                yield fault((*here, "bar"), f'"{section.name}" has no bar {fermata.bar}', found=str(fermata.bar),
                            allowed=f"1 to {section.bars}", meant=str(section.bars))
            if fermata.beat is not None and meter is not None and fermata.beat >= meter.pulses + 1:
                yield fault((*here, "beat"), f"a bar of {meter.described} has no beat {fermata.beat:g}",
                            found=f"{fermata.beat:g}", allowed=f"1 to less than {meter.pulses + 1}")
    timed = [i for i, _ in subject.sections()]
    if None in meters or not subject.knows("tempo") or len(timed) != len(subject.score.sections) or not all(
            subject.knows("sections", i, key) for i in timed for key in ("bars", "tempo")):
        return
    for one, other in overlapping(subject.score):
        if one.section is not None or other.section is not None:  # the song's own are checked by their bars
            yield fault(other.place, "two changes of tempo at one time",
                        allowed="one after the other: in tempo: changes: by bars of the song, or in the sections")
    for i, before, pace in left_slow(subject.score):
        names = subject.score.sections[i].name, subject.score.sections[before].name
        yield warning(("sections", i, "name"), f'"{names[0]}" stays {_AFTER[pace.kind]} after the {pace.kind} of '
                      f'"{names[1]}"', instead="tempo: a tempo in this section, or a number of its own")


def _is_usual(key: str, bars: float) -> bool:
    """Whether a length is the one that a bare word stands for; it fits itself to a shorter section."""
    return key != "over" and bars == GRADUAL_BARS
