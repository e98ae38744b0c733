"""Checks of time: the song's length, tempo changes, harmony, lyric lines, curves and cues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from scores.composing.singing.rooms import line_room, rate_fault
from scores.composing.stage import PlacedLine
from scores.composing.timeline import Timeline, lay_out
from scores.faults import Fault, ScorePath
from scores.format.markup import unsung
from scores.format.model import MAX_BARS, MAX_SECONDS, Cue, Section
from scores.format.text import parse_curve
from scores.format.wording import fault, unknown, warning
from scores.lyrics.mouth import MOST_SYLLABLES_PER_SECOND
from scores.performance import Bar
from scores.reading.bind import Plays
from scores.reading.checks.manners import check_manners
from scores.reading.checks.names import check_anchor
from scores.reading.checks.plays import check_cue_part, check_presence, check_strings, check_written, is_silent, sings
from scores.reading.checks.tempo import check_tempo
from scores.reading.subject import Subject
from scores.theory import Meter

# Rounding error of sums of bars.
_EPSILON_BARS = 1e-9


def check_time(subject: Subject, plays: Plays) -> Iterator[Fault]:
    """Yield the faults of everything that has a place in time."""
    meters = _meters(subject)
    wrong_length = list(_check_length(subject))
    yield from wrong_length
    timeline = None if wrong_length else _timeline(subject, meters)
    if timeline is not None and None not in meters and timeline.duration_seconds > MAX_SECONDS:
        minutes = f"{timeline.duration_seconds / 60:.0f} minutes"
        yield fault(("sections",), f"the song is too long: {minutes}", found=minutes,
                    allowed=f"at most {MAX_SECONDS // 60} minutes", on_key=True)
    yield from _check_upbeat(subject, meters[0])
    if not wrong_length:
        yield from check_tempo(subject, meters)
    yield from check_manners(subject, plays, meters)
    for i, section in subject.sections():
        yield from _check_harmony(subject, i, section, meters[i])
        yield from _check_curves(subject, i, section)
        misplaced = list(_check_lines(subject, i, section))
        yield from misplaced
        is_timed = not misplaced and meters[i] is not None and subject.knows("sections", i, "bars")
        here = timeline if is_timed else None
        yield from _check_words(subject, plays, i, section, here)
        yield from _check_cues(subject, plays, i, section, meters[i], here)
        if subject.knows_item("sections", i, "play"):
            for name in section.play:
                path: ScorePath = ("sections", i, "play", name)
                yield from check_presence(subject, i, section, plays[i, name], path)
                yield from check_strings(subject, plays[i, name], path)
                yield from check_written(subject, i, section, meters[i], plays[i, name], path)


def _meters(subject: Subject) -> list[Meter | None]:
    """Return the meter of each section; None from a section on whose meter was refused."""
    meter = subject.score.meter if subject.knows("meter") else None
    meters = []
    for i, section in enumerate(subject.score.sections):
        if not subject.knows("sections", i, "meter"):
            meter = None
        elif section.meter is not None:
            meter = section.meter
        meters.append(meter)
    return meters


def _check_length(subject: Subject) -> Iterator[Fault]:
    """Yield a fault for a song that is too long, and for tempo changes outside of it or in the wrong order."""
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
        last = ends[-1] - score.count_in
        if change.bar > last:
            yield fault((*here, "bar"), f"the song has no bar {change.bar}", found=str(change.bar),
                        allowed=f"1 to {last}", meant=str(last))
    for n, (one, other) in enumerate(pairwise(changes), 1):
        if other.bar <= one.bar or other.bar < one.bar + one.over:
            first_free = int(-(-(one.bar + max(one.over, 1)) // 1))
            yield fault(("tempo", "changes", n, "bar"),
                        f"this change starts before the change at bar {one.bar} has ended",
                        found=str(other.bar), allowed=f"bar {first_free} or later", meant=str(first_free))


def _timeline(subject: Subject, meters: Sequence[Meter | None]) -> Timeline | None:
    """Return the time line of the song; None where its tempo is not known, or changes at an unknown time.

    Curves and chords are left out: their faults are reported elsewhere, and they do not move anything in time.
    """
    score = subject.score
    lengths_known = None not in meters and all(subject.knows("sections", i, "bars") for i in range(len(meters)))
    if not subject.knows("tempo") or meters[0] is None or (not lengths_known and (
            score.tempo.changes or any(section.tempo or section.fermata for section in score.sections))):
        return None
    nothing = {"temperature": None, "glitch": parse_curve(0, 0, 1), "harmony": None}
    sections = tuple(section.model_copy(update=nothing) for section in score.sections)
    return lay_out(score.model_copy(update={"sections": sections}))


def _check_upbeat(subject: Subject, meter: Meter | None) -> Iterator[Fault]:
    upbeat = subject.score.upbeat
    if meter is not None and subject.knows("upbeat") and upbeat >= meter.numerator:
        yield fault(("upbeat",), f"an upbeat of {upbeat:g} is too long in {meter}", found=f"{upbeat:g}",
                    allowed=f"less than a bar: below {meter.numerator}, in notes of 1/{meter.denominator}")


def _check_curves(subject: Subject, i: int, section: Section) -> Iterator[Fault]:
    for key, curve in (("temperature", section.temperature), ("glitch", section.glitch), ("energy", section.energy)):
        if curve is not None and subject.knows("sections", i, key):
            for anchor in curve.anchors:
                yield from check_anchor(subject, i, section, anchor, ("sections", i, key, anchor), on_key=True)


def _check_lines(subject: Subject, i: int, section: Section) -> Iterator[Fault]:
    """Yield a fault for each lyric line without room before the next line or the end of its section."""
    if not (subject.knows("sections", i, "lyrics") and subject.knows("sections", i, "bars")) or not section.lyrics:
        return
    lines, here = section.lyrics, ("sections", i, "lyrics")
    starts = [n for n, line in enumerate(lines) if line.at is not None or n == 0]
    for first, after in zip(starts, [*starts[1:], len(lines)], strict=True):
        begin = (lines[first].at or 1.0) - 1.0
        end = (lines[after].at or 1.0) - 1.0 if after < len(lines) else float(section.bars)
        limit = f"the section ends after {section.bars} bars" if after == len(lines) else f"line {after + 1} begins"
        if begin >= section.bars:
            yield fault((*here, first, "at"), f'"{section.name}" has no bar {begin + 1:g}', found=f"{begin + 1:g}",
                        allowed=f"1 to less than {section.bars + 1}")
            continue
        if after < len(lines) and end <= begin:
            yield fault((*here, after, "at"), f"line {after + 1} starts before line {first + 1}", found=f"{end + 1:g}",
                        allowed=f"later than bar {begin + 1:g}")
            continue
        now, rest = begin, sum(1 for line in lines[first:after] if line.bars is None)
        for n in range(first, after):
            now += lines[n].bars or 0.0
            if now > end + _EPSILON_BARS:
                yield fault((*here, n, "bars"), f"line {n + 1} is too long: {limit}", found=f"{lines[n].bars:g}",
                            allowed=f"{end - begin:g} bars from line {first + 1} to line {after}")
                break
        else:
            if rest and now >= end - _EPSILON_BARS:
                n = next(n for n in range(first, after) if lines[n].bars is None)
                yield fault((*here, n), f"there is no room for line {n + 1}", found=lines[n].text,
                            allowed=f"a share of the {end - begin:g} bars, which the lines around it fill")


def _bar_of(line: PlacedLine, bars: Sequence[Bar]) -> int:
    """Return the number, in its section, of the bar in which a line starts."""
    return max((bar.number_in_section for bar in bars if bar.start_beats <= line.start_beats + 1e-9), default=1)


def _check_words(subject: Subject, plays: Plays, i: int, section: Section,
                 timeline: Timeline | None) -> Iterator[Fault]:
    """Yield a fault for each line without words, with protected words it does not have, or with no time to sing it."""
    for n, line in enumerate(section.lyrics):
        sounding = line.words(subject.score.lexicon)
        if not sounding:
            yield fault(("sections", i, "lyrics", n), f"line {n + 1} has no words", found=line.text,
                        allowed="words that can be sung or spoken")
        elif line.say is None and (mark := unsung(line.text)):
            yield fault(("sections", i, "lyrics", n), mark.message, found=mark.found, allowed=mark.allowed)
        elif subject.knows("sections", i, "lyrics", n):
            yield from (unknown(f"word in line {n + 1}", word, [entry.text for entry in sounding],
                                ("sections", i, "lyrics", n)) for word in line.protect
                        if not line.find(word, subject.score.lexicon))
        if sounding and timeline is not None:
            placed, bars = timeline.lines_of[i][n], timeline.bars_of[i]
            singing = [plays[i, name] for name in section.play if (i, name) in plays and sings(plays[i, name])]
            if any(not is_silent(play, _bar_of(placed, bars)) for play in singing):
                most = max(getattr(play.kind, "most_per_second", 0.0) for play in singing) or MOST_SYLLABLES_PER_SECOND
                too_fast = rate_fault(sounding, line_room(timeline.steady, placed), placed, i, most)
                if too_fast is not None:
                    yield too_fast.fault
            elif singing:
                late = next(name for name in section.play if (i, name) in plays and sings(plays[i, name]))
                yield warning(("sections", i, "lyrics", n), f"nobody sings line {n + 1}: {late} is silent in bar "
                              f"{_bar_of(placed, bars)}", instead="at: sets the bar in which a line begins")


def _check_harmony(subject: Subject, i: int, section: Section, meter: Meter | None) -> Iterator[Fault]:
    """Yield a fault where the harmony has more bars than the section, and a warning of bars shared in odd lengths."""
    if section.harmony is not None and meter is not None and subject.knows("sections", i, "harmony"):
        for bar in dict.fromkeys(section.harmony.bars):
            if meter.is_uneven and len(bar) <= meter.pulses:
                continue
            if bar and (2 * meter.bar_beats / len(bar)).denominator != 1:
                each = f"{meter.bar_beats / len(bar)} quarters"
                yield warning(("sections", i, "harmony"),
                              f"{len(bar)} chords share a bar of {meter} equally, each with {each}",
                              found=" ".join(c.symbol if c else "N.C." for c in bar),
                              instead="/ is one more beat of the chord before it: F / C G")
    count = len(section.harmony.bars) if section.harmony is not None else 0
    if count > section.bars and subject.knows("sections", i, "bars"):
        yield fault(("sections", i, "harmony", section.bars), f"{count} bars of harmony in a section of {section.bars}",
                    found=f"{count} bars", allowed=f"at most {section.bars} bars")


def _check_cues(subject: Subject, plays: Plays, i: int, section: Section, meter: Meter | None,
                timeline: Timeline | None) -> Iterator[Fault]:
    """Yield a fault for each cue on a beat that its bar does not have, or on a part that is silent there."""
    if not subject.knows("sections", i, "cues"):
        return
    for n, cue in enumerate(section.cues):
        if meter is not None and cue.beat >= meter.pulses + 1:
            yield fault(("sections", i, "cues", n, "beat"), f"a bar of {meter} has no beat {cue.beat:g}",
                        found=f"{cue.beat:g}", allowed=f"1 to less than {meter.pulses + 1}" + (
                            ": a beat is what the foot taps, dotted quarters in 6/8"
                            if meter.pulses < meter.numerator else ""))
        yield from check_cue_part(subject, plays, i, section, n, _cue_bar(i, section, cue, timeline))


def _cue_bar(i: int, section: Section, cue: Cue, timeline: Timeline | None) -> int | None:
    """Return the bar of the section in which a cue falls; None where it is not known."""
    if cue.bar is not None:
        return cue.bar if cue.bar <= section.bars else None
    if cue.line is None or cue.line > len(section.lyrics) or timeline is None:
        return None
    return _bar_of(timeline.lines_of[i][cue.line - 1], timeline.bars_of[i])
