"""Checks of how parts play in a section: when they enter and leave, their written notes, the cues on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scores.faults import Fault, ScorePath
from scores.format.model import Section
from scores.format.text import WrittenNote, parse_written_notes
from scores.format.wording import fault
from scores.notation import NotationError
from scores.players.written import pickup_beats
from scores.reading.bind import Play, Plays
from scores.reading.subject import Subject
from scores.theory import Meter, note_name

# Most notes of a part in a section: an hour of sixteenths at 300 BPM has 72,000. Each takes 4 kB during composing.
MAX_NOTES = 100_000

BENT = ("bend", "vibrato", "slide")  # marks that an instrument without frets can follow where it bends


def sings(play: Play) -> bool:
    """Whether a style sings the lyrics."""
    return play.kind is not None and play.kind.sings


def is_silent(play: Play, bar: int) -> bool:
    """Whether a part is silent in a bar of the section: before it enters, or after it has left."""
    enters, leaves = play.settings.get("enters", 1), play.settings.get("leaves")
    return (type(enters) is int and bar < enters) or (type(leaves) is int and bar >= leaves)


def check_cue_part(subject: Subject, plays: Plays, i: int, section: Section, n: int,
                   bar: int | None) -> Iterator[Fault]:
    """Yield a fault where the part of a cue does not play in the section, or not in the cue's bar.

    ``bar`` is None where it is not known.
    """
    part = section.cues[n].part
    if part is None or part not in subject.score.parts or not subject.knows("sections", i, "play"):
        return
    here = ("sections", i, "cues", n, "part")
    if part not in section.play:
        yield fault(here, f'{part} does not play in "{section.name}"', found=part,
                    allowed="a part that plays here: " + (", ".join(section.play) or "there is none"))
    elif bar is not None and is_silent(plays[i, part], bar):
        heard = [name for name in section.play if not is_silent(plays[i, name], bar)]
        yield fault(here, f'{part} is silent in bar {bar} of "{section.name}"', found=part,
                    allowed="a part that plays then: " + (", ".join(heard) or "there is none"))


def check_presence(subject: Subject, i: int, section: Section, play: Play, path: ScorePath) -> Iterator[Fault]:
    """Yield a fault where a part enters, leaves or starts its recording outside of the section, or leaves too early."""
    if not subject.knows("sections", i, "bars"):
        return
    value = play.settings
    enters, leaves = value.get("enters", 1), value.get("leaves", section.bars + 1)
    for key, bar in (("enters", enters), ("leaves", leaves), ("bar", value.get("bar"))):
        if key in value and type(bar) is int and bar > section.bars:
            yield fault((*path, key), f'"{section.name}" has no bar {bar}', found=str(bar),
                        allowed=f"1 to {section.bars}", meant=str(section.bars))
    if type(enters) is int and type(leaves) is int and leaves <= enters <= section.bars:
        yield fault((*path, "leaves" if "leaves" in value else "enters"), "the part leaves before it enters",
                    found=str(leaves), allowed=f"a bar after bar {enters}")


def check_strings(subject: Subject, play: Play, path: ScorePath) -> Iterator[Fault]:
    """Yield a fault for a style whose chord shapes need another number of strings than the instrument has."""
    part = subject.score.parts.get(str(path[-1]))
    instruments = subject.catalogue.instruments
    instrument = instruments.get(part.instrument) if part is not None else None
    if part is None or instrument is None or play.kind is None:
        return
    needed = play.kind.string_count
    if needed and instrument.string_count not in (0, needed):
        guitars = [name for name, kind in instruments.items() if kind.string_count == needed]
        yield fault(path, f"{play.style} takes the {needed} strings of a guitar; {part.instrument} has "
                          f"{instrument.string_count}", found=str(play.style),
                    allowed=f"{'bass or written' if instrument.fretted else 'comp or arpeggio'} for this part, "
                            f"or one of {', '.join(guitars)} as its instrument")


def check_written(subject: Subject, i: int, section: Section, meter: Meter | None, play: Play,
                  path: ScorePath) -> Iterator[Fault]:
    """Yield the faults of written notes: bars that are not full, notes nobody can play, and too many bars."""
    if play.style not in ("written", "sung") or play.settings.get("notes") is None:
        return
    try:
        rows = parse_written_notes(play.settings["notes"])
    except NotationError:
        return  # reported by the player's own model
    lead = pickup_beats(rows, meter) if meter is not None else Fraction(0)
    if meter is not None:
        upbeat = Fraction(subject.score.upbeat).limit_denominator(64) * Fraction(4, meter.denominator)
        if lead and i == 0 and lead > upbeat and subject.knows("upbeat"):
            yield fault((*path, "notes", 0), f"the short first bar, {_quarters(lead)}, comes before the song",
                        found=_quarters(lead), allowed=f"upbeat: {float(lead) * meter.denominator / 4:g} at the top of "
                        "the score, or a full bar")
        for n, row in enumerate(rows):
            if n == 0 and lead:
                continue
            beats = sum((note.beats for note in row), Fraction(0))
            if beats != meter.bar_beats:
                yield fault((*path, "notes", n), f"bar {n + 1} of the notes is {_quarters(beats)} long",
                            found=_quarters(beats), allowed=f"{_quarters(meter.bar_beats)}: the meter is {meter}")
    yield from _check_range(subject, rows, path)
    yield from _check_marks(subject, rows, path)
    count = sum(map(len, rows)) * section.bars // max(len(rows), 1)
    if count > MAX_NOTES and subject.knows("sections", i, "bars"):
        yield fault((*path, "notes"), f"with its repeats the part has {count} notes here", found=f"{count} notes",
                    allowed=f"at most {MAX_NOTES} in a section")
    if len(rows) - bool(lead) > section.bars and subject.knows("sections", i, "bars"):
        yield fault((*path, "notes", section.bars), f"{len(rows)} bars of notes in a section of {section.bars}",
                    found=f"{len(rows)} bars", allowed=f"at most {section.bars} bars")


def _check_range(subject: Subject, rows: Sequence[Sequence[WrittenNote]], path: ScorePath) -> Iterator[Fault]:
    """Yield a fault for each written note outside of the instrument's range."""
    part = subject.score.parts.get(str(path[-1]))
    instrument = subject.catalogue.instruments.get(part.instrument) if part is not None else None
    if part is None or instrument is None:
        return
    lowest, highest = instrument.range
    for n, row in enumerate(rows):
        spelled = {name: pitch for note in row for name, pitch in zip(note.names, note.pitches, strict=True)}
        for name, pitch in spelled.items():
            if not lowest <= pitch <= highest:
                yield fault((*path, "notes", n), f"bar {n + 1} of the notes: {part.instrument} cannot play {name}",
                            found=name, allowed=f"{note_name(lowest)} to {note_name(highest)}")


def _check_marks(subject: Subject, rows: Sequence[Sequence[WrittenNote]], path: ScorePath) -> Iterator[Fault]:
    """Yield a fault for marks of the hand without a fretted instrument, and for harmonics no open string has."""
    part = subject.score.parts.get(str(path[-1]))
    instrument = subject.catalogue.instruments.get(part.instrument) if part is not None else None
    if part is None or instrument is None:
        return
    harmonics = instrument.harmonics
    for n, row in enumerate(rows):
        for note in row:
            for mark in note.marks.names:
                if not instrument.fretted and not (instrument.bends and mark in BENT):
                    yield fault((*path, "notes", n), f"bar {n + 1} of the notes: marks of the hand need a "
                                f"fretted instrument, and {part.instrument} has no frets", found=mark,
                                allowed="b1/2 or b1 bend, v vibrato, / slide" if instrument.bends
                                else "notes without marks in round brackets")
            if note.marks.articulation == "harmonic":
                for name, pitch in zip(note.names, note.pitches, strict=True):
                    if harmonics and pitch not in harmonics:
                        yield fault((*path, "notes", n), f"bar {n + 1} of the notes: no open string of "
                                    f"{part.instrument} has the harmonic {name}", found=name,
                                    allowed="one of " + ", ".join(note_name(p) for p in sorted(harmonics)))


def _quarters(beats: Fraction) -> str:
    return "1 quarter" if beats == 1 else f"{beats} quarters"
