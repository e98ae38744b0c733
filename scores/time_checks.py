"""What must fit in time: bars and the song's length, tempo changes, lyric lines, curves, cues and written-out notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import accumulate, pairwise

from scores.checks import Subject, check_anchor
from scores.faults import Fault, ScorePath
from scores.model import MAX_BARS, MAX_SECONDS, Section
from scores.notation import NotationError
from scores.players import players, style_and_settings
from scores.text import parse_written_notes
from scores.theory import Meter
from scores.wording import fault

_ANCHOR = re.compile(r"(bar|line) (\d+)")
_EPSILON_BARS = 1e-9


def check_time(subject: Subject) -> Iterator[Fault]:
    """Everything that has a place in time, against the room there is."""
    meters = _meters(subject)
    yield from _check_length(subject, meters)
    yield from _check_upbeat(subject, meters[0])
    for i, section in subject.sections():
        yield from _check_curves(subject, i, section)
        yield from _check_lines(subject, i, section)
        yield from _check_cue_beats(subject, i, section, meters[i])
        if subject.knows_item("sections", i, "play"):
            for name, value in section.play.items():
                yield from _check_presence(subject, i, section, value, ("sections", i, "play", name))
                yield from _check_written(subject, i, section, meters[i], value, ("sections", i, "play", name))


def _meters(subject: Subject) -> list[Meter | None]:
    """The meter of each section; None where it is not known, here or since."""
    meter = subject.score.meter if subject.knows("meter") else None
    meters = []
    for i, section in enumerate(subject.score.sections):
        if not subject.knows("sections", i, "meter"):
            meter = None
        elif section.meter is not None:
            meter = section.meter
        meters.append(meter)
    return meters


def _check_length(subject: Subject, meters: list[Meter | None]) -> Iterator[Fault]:
    """The song ends in time, and its tempo changes lie in it one after the other."""
    score = subject.score
    if not all(subject.knows("sections", i, "bars") for i in range(len(score.sections))):
        return
    ends = list(accumulate(section.bars for section in score.sections))
    if ends[-1] > MAX_BARS:
        first = next(i for i, end in enumerate(ends) if end > MAX_BARS)
        yield fault(("sections", first, "bars"), f"the song is too long: {ends[-1]} bars",
                    found=str(score.sections[first].bars), allowed=f"at most {MAX_BARS} bars")
        return
    if not subject.knows("tempo"):
        return
    changes = score.tempo.changes
    for n, change in enumerate(changes):
        here: ScorePath = ("tempo", "changes", n)
        if change.bar > ends[-1]:
            yield fault((*here, "bar"), f"the song has no bar {change.bar}", found=str(change.bar),
                        allowed=f"1 to {ends[-1]}", meant=str(ends[-1]))
    for n, (one, other) in enumerate(pairwise(changes), 1):
        if other.bar <= one.bar or other.bar < one.bar + one.over:
            first_free = int(-(-(one.bar + max(one.over, 1)) // 1))
            yield fault(("tempo", "changes", n, "bar"), f"this change begins before the one at bar {one.bar} is over",
                        found=str(other.bar), allowed=f"bar {first_free} or later", meant=str(first_free))
    if None not in meters:
        seconds = _seconds(subject, [meter for meter in meters if meter is not None])
        if seconds > MAX_SECONDS:
            minutes = f"{seconds / 60:.0f} minutes"
            yield fault(("sections",), f"the song is too long: {minutes}", found=minutes,
                        allowed=f"at most {MAX_SECONDS // 60} minutes", on_key=True)


def _seconds(subject: Subject, meters: list[Meter]) -> float:
    """Length of the song; a bar inside a ritardando counts at the tempo of its middle."""
    tempo, score = subject.score.tempo, subject.score
    quarters_per_minute = tempo.start * float(meters[0].pulse_beats)
    steps = []
    ends = list(accumulate(section.bars for section in score.sections))
    for change in tempo.changes:
        there = next((i for i, end in enumerate(ends) if change.bar <= end), len(ends) - 1)
        steps.append((change.bar, change.over, change.to * float(meters[there].pulse_beats)))
    seconds, bar = 0.0, 0
    for section_meter, section in zip(meters, score.sections, strict=True):
        for _ in range(section.bars):
            bar += 1
            now = quarters_per_minute
            for start, over, to in steps:
                if bar < start:
                    break
                share = min((bar + 0.5 - start) / over, 1.0) if over else 1.0
                now += (to - now) * share
            seconds += float(section_meter.bar_beats) * 60 / now
    return seconds


def _check_upbeat(subject: Subject, meter: Meter | None) -> Iterator[Fault]:
    upbeat = subject.score.upbeat
    if meter is not None and subject.knows("upbeat") and upbeat >= meter.numerator:
        yield fault(("upbeat",), f"an upbeat of {upbeat:g} beats is no upbeat in {meter}", found=f"{upbeat:g}",
                    allowed=f"less than a bar: below {meter.numerator} beats")


def _check_curves(subject: Subject, i: int, section: Section) -> Iterator[Fault]:
    for key, curve in (("temperature", section.temperature), ("glitch", section.glitch)):
        if curve is not None and subject.knows("sections", i, key):
            for anchor in curve.anchors:
                if match := _ANCHOR.fullmatch(anchor):
                    yield from check_anchor(subject, i, section, match, ("sections", i, key, anchor), on_key=True)


def _check_lines(subject: Subject, i: int, section: Section) -> Iterator[Fault]:
    """Lyric lines one after the other, as composing places them: each needs room before the next and in its section."""
    if not (subject.knows("sections", i, "lyrics") and subject.knows("sections", i, "bars")) or not section.lyrics:
        return
    lines, here = section.lyrics, ("sections", i, "lyrics")
    starts = [n for n, line in enumerate(lines) if line.at is not None or n == 0]
    for first, after in zip(starts, [*starts[1:], len(lines)], strict=True):
        begin = (lines[first].at or 1.0) - 1.0
        end = (lines[after].at or 1.0) - 1.0 if after < len(lines) else float(section.bars)
        whose = f"the section's {section.bars} bars are over" if after == len(lines) else f"line {after + 1} begins"
        if begin >= section.bars:
            yield fault((*here, first, "at"), f'"{section.name}" has no bar {begin + 1:g}', found=f"{begin + 1:g}",
                        allowed=f"1 to less than {section.bars + 1}")
            continue
        if after < len(lines) and end <= begin:
            yield fault((*here, after, "at"), f"line {after + 1} begins before line {first + 1}", found=f"{end + 1:g}",
                        allowed=f"later than bar {begin + 1:g}")
            continue
        now, rest = begin, sum(1 for line in lines[first:after] if line.bars is None)
        for n in range(first, after):
            now += lines[n].bars or 0.0
            if now > end + _EPSILON_BARS:
                yield fault((*here, n, "bars"), f"line {n + 1} is not over when {whose}", found=f"{lines[n].bars:g}",
                            allowed=f"{end - begin:g} bars from line {first + 1} to line {after}")
                break
        else:
            if rest and now >= end - _EPSILON_BARS:
                n = next(n for n in range(first, after) if lines[n].bars is None)
                yield fault((*here, n), f"no room is left for line {n + 1}", found=lines[n].text,
                            allowed=f"more than the {end - begin:g} bars that its neighbours take")


def _check_cue_beats(subject: Subject, i: int, section: Section, meter: Meter | None) -> Iterator[Fault]:
    if meter is None or not subject.knows("sections", i, "cues"):
        return
    for n, cue in enumerate(section.cues):
        if cue.beat >= meter.numerator + 1:
            yield fault(("sections", i, "cues", n, "beat"), f"a bar of {meter} has no beat {cue.beat:g}",
                        found=f"{cue.beat:g}", allowed=f"1 to less than {meter.numerator + 1}")


def _check_presence(subject: Subject, i: int, section: Section, value: object, path: ScorePath) -> Iterator[Fault]:
    """A part comes in and leaves within its section, in this order."""
    if not isinstance(value, Mapping) or not subject.knows("sections", i, "bars"):
        return
    enters, leaves = value.get("enters", 1), value.get("leaves", section.bars + 1)
    for key, bar in (("enters", enters), ("leaves", leaves)):
        if key in value and type(bar) is int and bar > section.bars:
            yield fault((*path, key), f'"{section.name}" has no bar {bar}', found=str(bar),
                        allowed=f"1 to {section.bars}", meant=str(section.bars))
    if type(enters) is int and type(leaves) is int and leaves <= enters <= section.bars:
        yield fault((*path, "leaves" if "leaves" in value else "enters"), "the part leaves before it enters",
                    found=str(leaves), allowed=f"a bar after bar {enters}")


def _check_written(subject: Subject, i: int, section: Section, meter: Meter | None, value: object,
                   path: ScorePath) -> Iterator[Fault]:
    """Each bar of written-out notes is full, and there are no more of them than the section has."""
    if not isinstance(value, str | Mapping):
        return
    style, settings = style_and_settings(value)
    if style != "written" or style not in players() or "notes" not in settings:
        return
    try:
        rows = parse_written_notes(settings["notes"])
    except NotationError:
        return  # told by the player's own model
    if meter is not None:
        for n, row in enumerate(rows):
            beats = sum((note.beats for note in row), Fraction(0))
            if beats != meter.bar_beats:
                yield fault((*path, "notes", n), f"bar {n + 1} of the notes holds {_quarters(beats)}",
                            found=_quarters(beats), allowed=f"{_quarters(meter.bar_beats)}: the meter is {meter}")
    if len(rows) > section.bars and subject.knows("sections", i, "bars"):
        yield fault((*path, "notes", section.bars), f"{len(rows)} bars of notes in a section of {section.bars}",
                    found=f"{len(rows)} bars", allowed=f"at most {section.bars} bars")


def _quarters(beats: Fraction) -> str:
    return "1 quarter" if beats == 1 else f"{beats} quarters"
