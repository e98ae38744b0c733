"""Checks of what everybody does in a section: stop-time, fades, and a feel that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scores.faults import Fault
from scores.format.manners import WHOLE_SECTION
from scores.format.wording import fault, warning
from scores.players.drums import Drums
from scores.reading.bind import Plays
from scores.reading.subject import Subject
from scores.theory import Meter


def check_manners(subject: Subject, plays: Plays, meters: Sequence[Meter | None]) -> Iterator[Fault]:
    """Yield the faults of stop-time and fades; ``meters`` are those of the sections, None where unknown."""
    for i, section in subject.sections():
        meter = meters[i]
        if meter is not None and subject.knows("sections", i, "stop_time"):
            for beat in section.stop_time:
                if beat >= meter.pulses + 1:
                    yield fault(("sections", i, "stop_time"), f"a bar of {meter.described} has no beat {beat:g}",
                                found=f"{beat:g}", allowed=f"1 to less than {meter.pulses + 1}")
        if section.fade is not None and subject.knows("sections", i, "fade") and subject.knows("sections", i, "bars"):
            bars = [each for each in (section.fade.rise, section.fade.out) if each not in (None, WHOLE_SECTION)]
            if sum(each or 0.0 for each in bars) > section.bars:
                yield fault(("sections", i, "fade"), f'"{section.name}" has {section.bars} bars',
                            found=f"{sum(each or 0.0 for each in bars):g} bars",
                            allowed=f"at most {section.bars} bars of fading")
        if section.feel is not None and subject.knows_item("sections", i, "play") \
                and not any(isinstance(plays[i, name].player, Drums) for name in section.play if (i, name) in plays):
            yield warning(("sections", i, "feel"), f'nobody plays drums in "{section.name}": {section.feel} changes '
                          "nothing", instead="a part with the style drums in play")
