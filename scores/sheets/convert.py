"""A page into the text of a score: what ``python -m render import`` does, without files."""

from __future__ import annotations

from dataclasses import dataclass

from scores.faults import InputError
from scores.sheets.arrange import arrange
from scores.sheets.forms import read_sheet
from scores.sheets.writer import yaml_of

# Longest song that is made of a page [s].
LONGEST_SECONDS = 3600.0
# Most lines of words: at two seconds each they last an hour.
MOST_LINES = 1800


@dataclass(frozen=True)
class Converted:
    """The text of a score, and what the person is told of how it came about."""

    yaml: str
    understood: list[str]
    guessed: list[str]
    left_out: list[str]


def convert(data: bytes, name: str = "-", seed: int | None = None, temperature: float | None = None) -> Converted:
    """Return the score of a page: a pure function of its bytes, its form, the seed and the temperature.

    Parameters
    ----------
    data
        The bytes of the page.
    name
        The name of its file, whose ending may tell its form.
    seed, temperature
        Of the decisions; by default the page's own or those of a score.

    Raises
    ------
    InputError
        Where the page is none, or has nothing to sing or play.
    """
    sheet = read_sheet(data, name)
    if not any(section.lines or section.rows or section.notes for section in sheet.sections):
        only = "only chords and no words" if sheet.chords_alone else "no words to sing"
        raise InputError(f"{only} were found on this page",
                         allowed="lyrics in stanzas, or below headings such as [Verse 1]; or chords, or a tune")
    lines = sum(len(section.lines) * section.repeats for section in sheet.sections)
    if lines > MOST_LINES:
        raise InputError(f"this is too long for a song: {lines:,} lines",
                         allowed=f"at most {MOST_LINES:,} lines of words")
    draft = arrange(sheet, seed, temperature)
    seconds = sum(section.values["bars"] for section in draft.sections) * draft.bar_seconds
    if seconds > LONGEST_SECONDS:
        raise InputError(f"this is too long for a song: it would last {seconds / 60:.0f} minutes",
                         allowed=f"at most {LONGEST_SECONDS / 60:.0f} minutes")
    return Converted(yaml_of(draft), draft.understood, draft.guessed, draft.left_out)
