"""Pages of text: Markdown, Suno's tags, headings in many languages, chords over the words, a plain poem, loose talk."""

from __future__ import annotations

import re
from dataclasses import replace

from scores.sheets import chords
from scores.sheets.band import cue_words, says_style
from scores.sheets.directions import directions_in, is_direction
from scores.sheets.facts import take_facts
from scores.sheets.forms.canonical import canonical
from scores.sheets.forms.front_matter import take_front_matter
from scores.sheets.forms.poem import poem_sections
from scores.sheets.forms.reader import PageReader, said
from scores.sheets.headings import Heading, parse_heading, repeats_in, same_as
from scores.sheets.sheet import Sheet, SheetLine, SheetSection
from scores.sheets.words import folded
from scores.table import read_table

# A line of words longer than this [characters] is a note and no line of a song.
LONGEST_LINE = 160
# Lines before the first heading are a stanza from so many on, if none is longer than so many characters.
STANZA_LINES, STANZA_CHARACTERS = 3, 64
_MARKDOWN = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BRACKETS = re.compile(r"^[\[{<【]\s*([^\]}>】]+?)\s*[\]}>】]\s*(?P<after>.*)$")
_BOLD = re.compile(r"^(?:\*\*|__)(.+?)(?:\*\*|__)\s*:?\s*(?P<after>\(.*\))?$")
_ITALIC = re.compile(r"^(?:\*(?!\*)|_(?!_))([^*_]{2,40})[*_]\s*:?\s*(\(.*\))?$")
_PARENTHESES = re.compile(r"^[*_]*\((.+)\)[*_]*$")
_KEY_VALUE = re.compile(r"^\W{0,4}(?P<key>[^\W\d][\w /.-]{1,24}?)\W{0,3}(?<![\w])?:\**\s+(?P<value>.+?)\**$")
_CREDIT = re.compile(r"^\W*(?:\(c\)|©|written by|lyrics by|words by|music by|letra de|paroles de|text von|copyright|"
                     r"all rights reserved|last edited|arranged by|transcribed by|"
                     r"from the (?:musical|film|album|show|ep)\b|[xh/~p] = \w+)", re.I)
_BY = re.compile(r"^\W*[Bb]y (?:[A-Z]\S*|and|&|the)(?: (?:[A-Z]\S*|and|&|the))*$")


def read(text: str) -> Sheet:
    """Return the sheet of a page of text. It takes time in proportion to its length."""
    sheet = Sheet("text")
    text = take_front_matter(sheet, text)
    lines = canonical(sheet, text.split("\n"))
    reader = PageReader(sheet, any(_heading(line) for line in lines))
    has_lyrics_title = any((match := _MARKDOWN.match(line)) and folded(match[2]) in said("lyrics") for line in lines)
    if not reader.has_sections and not has_lyrics_title:
        reader.zone = "poem"
    in_fence, before = False, 0
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            in_fence = not in_fence
            if in_fence:
                before = len(sheet.sections)
            elif reader.zone == "lyrics" and len(sheet.sections) > before == 0:
                reader.zone = "notes"  # the words stood between the fences
            continue
        _line(reader, line, lines[number + 1] if number + 1 < len(lines) else "", in_fence)
    reader.flush()
    if not reader.has_sections:
        sheet.sections = poem_sections(sheet, reader.poem)
    sheet.style = ". ".join(piece.strip(" .") for piece in reader.style) or sheet.style
    if reader.has_sections:
        _take_stanzas(reader)
    talk = " ".join(line for _, line in reader.talk)
    if talk:
        take_facts(sheet, talk)
        sheet.talk = talk
    return sheet


def _take_stanzas(reader: PageReader) -> None:
    """Lines before the first heading that stand in stanzas are words too, whose heading is missing."""
    stanzas: dict[int, list[str]] = {}
    for number, text in reader.talk:
        stanzas.setdefault(number, []).append(text)
    found = []
    for number, lines in stanzas.items():
        if len(lines) >= STANZA_LINES and max(map(len, lines)) <= STANZA_CHARACTERS:
            found.append(SheetSection("verse", "Verse", lines=[SheetLine(line, (), number) for line in lines]))
            reader.talk = [said for said in reader.talk if said[0] != number]
    if found:
        reader.sheet.sections[:0] = found
        reader.sheet.assumptions.append("no heading over the first stanza: a verse")


def _heading(line: str) -> Heading | None:
    """Return the section that a line begins, whatever mark it has."""
    stripped = line.strip()
    if match := _MARKDOWN.match(stripped):
        heading = parse_heading(match[2], True)
        return heading if heading and _is_short(match[2]) else None
    if match := _BRACKETS.match(stripped):
        if chords.chord_of(match[1]):
            return None
        return parse_heading(match[1] + " " + (match["after"] if _is_about(match["after"]) else ""), True)
    if (match := _PARENTHESES.match(stripped)) and not is_direction(match[1]):
        return parse_heading(match[1], False)
    if match := _BOLD.match(stripped):
        return parse_heading(match[1].rstrip(":") + " " + (match["after"] or ""), True) if _is_short(match[1]) else None
    if match := _ITALIC.match(stripped):
        return parse_heading(f"{match[1].rstrip(':')} {match[2] or ''}".strip(), bool(match[2]) and _is_short(match[1]))
    return None if chords.is_chord_line(line) else parse_heading(stripped, False)


def _is_short(text: str) -> bool:
    """Whether a heading is one of a section and not of an essay, such as "The Bridge Between Us and Them"."""
    head = re.split(r"[—–:(,|-]", text)[0]
    return len(head.split()) <= 4


def _line(reader: PageReader, line: str, following: str, in_fence: bool) -> None:
    stripped = line.strip()
    if not stripped or _RULE.match(line):
        reader.flush()
        reader.stanza += 1
        return
    if reader.zone != "notes" or not in_fence:
        heading = _heading(line)
        if heading and not (reader.zone == "notes" and _belongs_to_notes(reader, stripped)):
            _begin(reader, heading, stripped)
            return
    label = folded(stripped) if stripped.rstrip("*_ ").endswith(":") else ""
    if match := _MARKDOWN.match(stripped):
        _title(reader, len(match[1]), match[2])
    elif label and reader.zone != "notes" and (label in said("lyrics") or label in said("styles")):
        _title(reader, reader.level, label)
    elif reader.zone == "notes":
        reader.leave_out(stripped)
    elif reader.zone in ("lyrics", "poem"):
        _song_line(reader, line, stripped, following)
    else:
        _front_line(reader, stripped)


def _begin(reader: PageReader, heading: Heading, stripped: str) -> None:
    """Begin a section; words after its heading on the same line are its first: ``Chorus: oh static, oh static``."""
    words = ""
    if (match := _BRACKETS.match(stripped)) and stripped[0] in "[{" and not _is_about(match["after"]):
        words = match["after"]
    elif stripped[0].isalnum() and (match := re.match(r"^[^:(]{2,24}:\s*([^\s(].*)$", stripped)) \
            and not any(cue_words().find(match[1])) and not repeats_in("x " + match[1])[1] > 1:
        words = match[1]
    section = reader.section()
    if heading.kind == "outro" and not words and section and section.lines and "fade" in directions_in(heading.name):
        section.directions.append(heading.name)
        return
    reader.begin(replace(heading, cue="") if words else heading)
    if words and chords.is_chord_line(words):
        reader.sheet.sections[-1].rows += chords.rows_of(words) if "|" in words else [
            [chord.symbol] for chord in chords.over(words, "")]
    elif words:
        reader.words(words)


def _is_about(after: str) -> bool:
    """Whether what stands behind a bracket belongs to the heading."""
    return not after.strip() or after.strip().startswith(("(", "x", "X", "×", "—", "–", "-", ":"))


def _belongs_to_notes(reader: PageReader, stripped: str) -> bool:
    """Whether what looks like the heading of a section stands among the notes, below their heading."""
    match = _MARKDOWN.match(stripped)
    return len(match[1]) > reader.level if match else stripped[0] != "["


def _title(reader: PageReader, level: int, text: str) -> None:
    """Read a heading that is no section: the title, the lyrics, the style, or notes."""
    name = folded(text)
    if name == folded(reader.sheet.title) and not reader.sheet.sections:
        return
    if name in said("lyrics"):
        reader.zone = "lyrics" if reader.has_sections else "poem"
    elif name in said("styles") or "prompt" in name.split():
        reader.zone = "style"
    elif not reader.sheet.title and not reader.sheet.sections and level <= 2:
        reader.sheet.title = re.sub(r"[*_`]", "", text).strip()
    elif reader.zone != "poem" or reader.poem:
        if reader.zone != "notes" or level < reader.level:
            reader.level = level
        reader.zone = "notes"
        reader.leave_out(text)


def _front_line(reader: PageReader, stripped: str) -> None:
    """Read a line before the words: a fact, the style, a note, or loose talk."""
    sheet = reader.sheet
    plain = re.sub(r"[*_`]{1,3}", "", stripped).strip(" -•")
    if not plain:
        return
    match = _KEY_VALUE.match(plain)
    key = folded(match["key"]) if match else ""
    if match and key in said("titles"):
        sheet.title = sheet.title or match["value"].strip("\"' ")
    elif match and key in said("facts"):
        take_facts(sheet, plain)
    elif match and (key in said("styles") or reader.zone == "style"):
        reader.style.append(match["value"].strip())
        take_facts(sheet, match["value"])
        reader.zone = "style" if reader.zone == "style" else "front"
    elif (match and key in said("notes")) or _CREDIT.match(plain) or _BY.match(plain):
        reader.leave_out(plain)
    elif (inside := _BRACKETS.match(plain)) and not inside["after"]:
        reader.style.append(inside[1])
    elif _is_style(plain):
        reader.style.append(plain)
        take_facts(sheet, plain)
    elif take_facts(sheet, plain) and len(plain) < 40:
        return
    elif reader.zone == "style":
        reader.style.append(plain)
    elif not sheet.title and not reader.talk and len(plain) <= 60 and not plain.endswith((".", "?", ",")):
        sheet.title = plain.strip("\"'“”")
    else:
        reader.talk.append((reader.stanza, plain))


def _is_style(plain: str) -> bool:
    """Whether a line without a label lists styles or players, and is no sentence: "dark synthwave / pop - 112 bpm"."""
    is_list = len(plain) <= 120 and plain[-1] not in ".!?:" and re.search(r"[,/|•]| [-–] ", plain)
    return bool(is_list) and says_style(plain)


def _song_line(reader: PageReader, line: str, stripped: str, following: str) -> None:
    """Read a line among the words."""
    section = reader.section()
    if chords.is_tablature(line):
        reader.leave_out(stripped)
        reader.sheet.remarks.append("tablature")
        return
    if chords.is_chord_line(line):
        reader.flush()
        reader.sheet.chords_alone = reader.sheet.chords_alone or section is None
        if "|" in line and section is not None:
            section.rows += chords.rows_of(line)
        else:
            reader.waiting = line
        return
    quote = re.match(r"^>+\s*(.*)$", stripped)
    inside, aside = _BRACKETS.match(stripped), _PARENTHESES.match(stripped)
    arrow = re.match(r"^(?:→|->|=>)\s*(.+)$", stripped)
    if quote:
        reader.words(quote[1], is_quote=True)
    elif inside and not chords.chord_of(inside[1]) and stripped[0] in "[{":
        reader.tag(inside[1], inside["after"])
    elif aside and section and not section.lines and _is_cue(aside[1]):
        section.cue = ", ".join(filter(None, [section.cue, aside[1]]))
    elif aside and is_direction(aside[1]) and section:
        section.directions.append(aside[1])
    elif arrow and section:
        section.directions.append(arrow[1])
    elif section and (again := same_as(stripped)):
        reader.begin(again)
    elif _is_note(reader, stripped):
        pass
    else:
        if not reader.has_sections and not reader.sheet.title and not reader.poem and not following.strip():
            reader.sheet.title = re.sub(r"[*_`]", "", stripped)
            return
        reader.words(line.rstrip() if reader.waiting is not None else re.sub(r"^\s*(?:[-–—•]|\d+[.)])\s+", "", line))


def _is_cue(text: str) -> bool:
    """Whether an aside says how a section is played and nothing else."""
    ordinary = frozenset(map(folded, read_table("cues")["ordinary"]))
    return any(cue_words().find(text)) and not cue_words().unknown(text, ordinary)


def _is_note(reader: PageReader, stripped: str) -> bool:
    """Whether a line among the words is none of them."""
    if len(stripped) > LONGEST_LINE or _CREDIT.match(stripped) or re.match(r"^https?://", stripped):
        reader.leave_out(stripped)
        return True
    match = _KEY_VALUE.match(stripped)
    key = folded(match["key"]) if match and len(stripped) < 120 else ""
    if match and any(key in said(what) for what in ("facts", "styles", "titles", "notes")):
        if key in said("facts"):
            take_facts(reader.sheet, stripped)
        elif key in said("styles"):
            reader.style.append(match["value"])
            take_facts(reader.sheet, match["value"])
        elif key in said("titles") and not reader.sheet.title:
            reader.sheet.title = match["value"]
        else:
            reader.leave_out(stripped)
        return True
    if (not reader.sheet.sections or not reader.sheet.sections[-1].lines) and not reader.poem:
        return bool(re.fullmatch(r"(?:capo|tempo|key|bpm|time)\b.{0,30}", stripped, re.I)) and take_facts(
            reader.sheet, stripped)
    return False
