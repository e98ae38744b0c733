"""Lyrics: their lines, each with its language, its length in bars and its protected words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from scores.format.lyric_chords import LineChord, take_chords, with_chord_rows
from scores.format.markup import sung_rows
from scores.format.strict import Strict, text_field
from scores.format.text import marked_stretches, take_marks
from scores.lyrics.emphasis import with_emphasis
from scores.lyrics.languages import CODES, ENGLISH, name_of, parse_language
from scores.lyrics.line import Word
from scores.lyrics.melisma import with_holds, without_holds
from scores.lyrics.pronunciation import Lexicon
from scores.lyrics.syllables import find_words, words
from scores.notation import NotationError

# Longest line of lyrics [characters].
MAX_LINE = 400
# Most lines of lyrics in a section; the longest songs have a tenth of that in all.
MAX_LINES = 2_000
# Last bar that a line may begin in: a section has no more bars.
LATEST_BAR = 10_000

LanguageCode = Annotated[str, *text_field(parse_language, {
    "type": "string", "examples": list(CODES), "description": "language of the words: " + ", ".join(
        f"{code} ({name_of(code)})" for code in CODES)})]


class LyricLine(Strict):
    """One line of the lyrics, which is one phrase of the melody."""

    text: str = Field(min_length=1, max_length=MAX_LINE, description="the line as it is written, for readers "
                      "and for Suno")
    say: str | None = Field(None, max_length=MAX_LINE, description="the words that are sung or spoken, where they "
                            "differ from text")
    bars: float | None = Field(None, gt=0, le=64, description="bars the line takes; default: an equal share of the "
                                                              "bars that are left")
    at: float | None = Field(None, ge=1, le=LATEST_BAR, description="bar of the section in which it starts, such as 3 "
                                                                    "or 3.5; default: after the line before")
    sings: Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)] = (
        Field((), description="parts that sing it, or all; default: all that sing here, or the first of them where "
                              "other lines name somebody"))
    language: LanguageCode | None = Field(None, description="language of the line; default: the section's")
    protect: tuple[str, ...] = Field((), description="words that no glitch may touch; or mark them in the line, like "
                                                     "*this*")
    _chords: tuple[LineChord, ...] = PrivateAttr(())
    _marks: tuple[tuple[str, str], ...] = PrivateAttr(())  # what stands before each stretch between asterisks, and it
    _held: str = PrivateAttr("")  # what is said, where it has _ for a syllable on one note more

    @model_validator(mode="wrap")
    @classmethod
    def _chorded(cls, value: Any, handler: ModelWrapValidatorHandler[LyricLine]) -> LyricLine:
        """Keep the chords that stood among the words: the text of the line no longer has them."""
        line = handler(value)
        text = value.get("text") if isinstance(value, Mapping) else None
        if isinstance(text, str) and len(text) <= MAX_LINE:
            line._chords = take_chords(take_marks(text)[0])[1]
        said = value.get("say") or text if isinstance(value, Mapping) else None
        if isinstance(said, str) and "_" in said and len(said) <= MAX_LINE:
            line._held = take_chords(take_marks(said)[0])[0]
        if isinstance(said, str) and "*" in said and len(said) <= MAX_LINE:
            line._marks = tuple((_plain(before), _plain(inside)) for before, inside in marked_stretches(said))
        return line

    @property
    def chords(self) -> tuple[LineChord, ...]:
        """The chords among the words."""
        return self._chords

    def with_chords(self, chords: tuple[LineChord, ...]) -> LyricLine:
        """Return the line with its chords on their beats."""
        line = self.model_copy()
        line._chords = chords
        return line

    @model_validator(mode="before")
    @classmethod
    def _marked(cls, value: Any) -> Any:
        """Move words between asterisks to ``protect``; take asterisks, tags and chords out of the line."""
        if not isinstance(value, Mapping):
            return value
        line, marked = dict(value), list[str]()
        for key in ("text", "say"):
            if isinstance(line.get(key), str):
                line[key], protected = take_marks(line[key])
                marked += protected
        if isinstance(line.get("text"), str) and len(line["text"]) <= MAX_LINE:
            line["text"] = take_chords(line["text"])[0] or line["text"]
        for key in ("text", "say"):
            if isinstance(line.get(key), str):
                line[key] = without_holds(line[key]) or line[key]
        if marked and isinstance(line.get("protect", ()), list | tuple):
            line["protect"] = tuple(dict.fromkeys((*line.get("protect", ()), *marked)))
        return line

    @property
    def spoken(self) -> str:
        """The words that are sung or spoken."""
        return self.say or self.text

    @property
    def tongue(self) -> str:
        """The language of the words as the reader has filled it in; else English."""
        return self.language or ENGLISH

    def words(self, lexicon: Lexicon) -> tuple[Word, ...]:
        """Return the words as they are said."""
        said = (with_holds(self._held, lambda text: words(text, lexicon, self.tongue)) if self._held
                else words(self.spoken, lexicon, self.tongue))
        marked = set[int]()
        for before, inside in self._marks:
            first = len(words(before, lexicon, self.tongue))
            marked.update(range(first, first + len(words(inside, lexicon, self.tongue))))
        return with_emphasis(said, marked)

    def find(self, word: str, lexicon: Lexicon) -> list[int]:
        """Return every index at which a word, or several in a row, can be found, in rising order."""
        return find_words(self.spoken, word, lexicon, self.tongue)


def _plain(text: str) -> str:
    """Return words without chords and without what holds them."""
    return without_holds(take_chords(text)[0])


def _lines(value: Any) -> Any:
    rows = sung_rows(with_chord_rows(value)) if isinstance(value, str) else value
    if not isinstance(rows, list | tuple):
        return rows
    if len(rows) > MAX_LINES:
        raise NotationError(f"{len(rows)} lines", f"at most {MAX_LINES} lines in a section")
    return tuple(as_line(row) for row in rows if not isinstance(row, str) or row.strip())


def as_line(row: Any) -> Any:
    """Return an entry of a list as a line: ``- 1999`` and ``- She said: hello`` are a number and a mapping in YAML."""
    if isinstance(row, str):
        return {"text": row.strip()}
    if isinstance(row, int | float) and not isinstance(row, bool):
        return {"text": str(row)}
    if isinstance(row, Mapping) and len(row) == 1:
        (key, value), = row.items()
        if not key.islower() or " " in key.strip():
            return {"text": f"{key}: {'' if value is None else value}".strip()}
    return row


Lyrics = Annotated[tuple[LyricLine, ...], BeforeValidator(_lines)]
