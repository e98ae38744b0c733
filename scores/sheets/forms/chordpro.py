"""ChordPro: ``{title: …}``, ``{start_of_chorus}``, ``[Am]words``; capo, key, tempo and time as directives."""

from __future__ import annotations

import re

from scores.sheets import chords
from scores.sheets.band import says_style
from scores.sheets.facts import key_in, meter_in, take_facts, tempo_in
from scores.sheets.headings import parse_heading
from scores.sheets.sheet import PlacedChord, Sheet, SheetLine, SheetSection

_DIRECTIVE = re.compile(r"^\s*\{\s*([\w-]+)\s*(?::\s*|\s+|(?=\}))(.*?)\s*\}\s*$")
_BEGINS = re.compile(r"^(?:start_of_|so)(\w+)$")
_ENDS = re.compile(r"^(?:end_of_|eo)(\w+)$")
_SHORT = {"c": "chorus", "v": "verse", "b": "bridge", "t": "tab", "g": "grid"}
_KNOWN = re.compile(r"^\s*\{\s*(?:t|title|st|subtitle|artist|key|capo|tempo|time|c|comment|ci|so[cvbt]|start_of_\w+|"
                    r"chorus|meta)\b", re.MULTILINE)
_HIDDEN = ("tab", "grid", "abc", "ly", "svg", "textblock")


def is_chordpro(text: str) -> bool:
    """Whether a page has ChordPro's directives."""
    return len(_KNOWN.findall(text)) >= 1


def read(text: str) -> Sheet:
    """Return the sheet of a ChordPro file. Lines outside of any section are verses, parted at blank lines."""
    sheet = Sheet("ChordPro")
    inside, stanza, verses = "", 0, 0
    open_section: SheetSection | None = None
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            continue
        if match := _DIRECTIVE.match(line):
            name, value = match[1].lower(), match[2]
            if begins := _BEGINS.match(name):
                inside = _SHORT.get(begins[1], begins[1])
                open_section = None
                if inside not in _HIDDEN:
                    heading = parse_heading(_label(value) or inside, True) or parse_heading(inside, True)
                    kind = heading.kind if heading else "verse"
                    verses += kind == "verse"
                    label = _label(value) or (f"Verse {verses}" if kind == "verse" else inside.title())
                    open_section = SheetSection(kind, label, verses if kind == "verse" else 0,
                                                heading.cue if heading else "")
                    sheet.sections.append(open_section)
            elif _ENDS.match(name):
                inside, open_section = "", None
            elif name == "chorus":
                sheet.sections.append(SheetSection("chorus", "Chorus", same_as=""))
                open_section = None
            elif name in ("c", "comment", "ci", "comment_italic", "cb", "highlight"):
                open_section = _comment(sheet, value, open_section)
            else:
                _fact(sheet, name, value)
            continue
        if inside in _HIDDEN or chords.is_tablature(line):
            continue
        if not line.strip():
            stanza += 1
            if not inside:
                open_section = open_section if open_section is not None and not open_section.lines else None
            continue
        if open_section is None:
            verses += 1
            open_section = SheetSection("verse", f"Verse {verses}", verses)
            sheet.sections.append(open_section)
        _words(open_section, line, stanza)
    sheet.sections = [section for section in sheet.sections
                      if section.lines or section.rows or section.same_as is not None or section.kind != "verse"]
    return sheet


def _label(value: str) -> str:
    match = re.search(r'label\s*=\s*"([^"]+)"', value)
    return match[1] if match else value.strip('" ')


def _words(section: SheetSection, line: str, stanza: int) -> None:
    if "|" in line and chords.is_chord_line(line.replace("[", " ").replace("]", " ")):
        section.rows += chords.rows_of(line.replace("[", " ").replace("]", " "))
        return
    found = chords.inline(line.strip())
    text, placed = found or (line.strip(), ())
    if re.search(r"\w", text):
        lead = len(text) - len(text.lstrip())
        placed = tuple(PlacedChord(chord.symbol, max(chord.at - lead, 0)) for chord in placed)
        section.lines.append(SheetLine(text.strip(), placed, stanza))
    elif placed:
        section.rows += [[chord.symbol] for chord in placed]


def _comment(sheet: Sheet, value: str, section: SheetSection | None) -> SheetSection | None:
    """Read a comment: a heading, a cue of the section that has just begun, or a note."""
    if heading := parse_heading(value, True):
        made = SheetSection(heading.kind, heading.name, heading.number, heading.cue, bars=heading.bars,
                            repeats=heading.repeats, same_as=heading.same_as)
        sheet.sections.append(made)
        return made
    if section is not None and not section.lines:
        section.cue = ", ".join(filter(None, [section.cue, value]))
    elif not sheet.sections and says_style(value):
        sheet.style = ", ".join(filter(None, [sheet.style, value]))
        take_facts(sheet, value)
    elif not take_facts(sheet, value):
        sheet.left_out.append(value[:80])
    return section


def _fact(sheet: Sheet, name: str, value: str) -> None:
    if name == "meta":
        name, _, value = value.partition(" ")
    if name in ("t", "title") and not sheet.title:
        sheet.title = value
    elif name == "key":
        sheet.key = key_in(f"key: {value}") or sheet.key
    elif name == "tempo":
        sheet.tempo = tempo_in(f"tempo: {value}") or sheet.tempo
    elif name == "time":
        sheet.meter = meter_in(f"time: {value}") or sheet.meter
    elif name == "capo" and value.strip().isdigit():
        sheet.capo = min(int(value), 9)
    elif name in ("style", "genre", "x_style", "tag", "topic"):
        sheet.style = ", ".join(filter(None, [sheet.style, value]))
    elif value:
        sheet.left_out.append(f"{name}: {value}"[:80])
