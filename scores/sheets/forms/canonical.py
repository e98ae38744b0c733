"""A page as people post it, brought to one form before it is read: headings in brackets, facts on their own lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from scores.sheets.facts import tempo_in
from scores.sheets.headings import names_of, parse_heading
from scores.sheets.sheet import Sheet
from scores.sheets.words import folded, without_emoji
from scores.table import read_table

_NUMBERED = re.compile(r"^\s*(\d{1,2})[.)]\s+(\D.*)$")
_LETTERED = re.compile(r"^([A-D])\d?['’]?\s*(\([^)]*\))?\s*:?$")
_LETTERS = {"A": "Verse", "B": "Bridge", "C": "Chorus", "D": "Interlude"}
_ROLE = re.compile(r"^(?P<name>[^\W\d_][^:()\[\]|]{0,28}?)\s*(?:\((?P<how>[^)]*)\))?\s*:\s*(?P<words>.*)$")
_FLOW = re.compile(r"^\W*(?:flow|order|song order|form|structure|song map|ablauf|estructura|forme)\W*:\W*(.+)$", re.I)
_DOUBTED = re.compile(r"^([^\W\d]{3,12}(?: \d)?)\s*\?+!?\s*(.*)$")
_AGAIN = re.compile(r"^([^\W\d]{3,14}(?: \d)?)\s+(?:again|encore|otra vez|nochmal|noch einmal|de nuevo|de novo|"
                    r"di nuovo|one more time)\b\s*(.{0,30})$", re.I)
_CLOSES = re.compile(r"^(?:end|finish|close|ends) (?:on|with) (.{2,40})$", re.I)
_SOLO = re.compile(r"^(?:[^\W\d]+ ){0,2}solo\b.{0,30}$", re.I)
_RULE_ROW = re.compile(r"^\s*\|?\s*:?-{2,}")
_WRAPPED = re.compile(r"^(\*\*|__|\*|_)\s*(\[[^\]]+\].*?)\s*\1$")
_EXTRA = re.compile(r"^\s*\d*\s*(.*?)\s*\d*\s*$")
_KEY_ALONE = re.compile(r"[A-G][#♯b♭]?(?:m|maj|min)?")
# Stands around the name of who sings a line, before its words; no page has it.
SINGER = "\ufdd1"
# Longest heading that has no mark [characters].
_LONGEST = 48


@cache
def _said(what: str) -> frozenset[str]:
    return frozenset(folded(word) for word in read_table("pages")[what])


def canonical(sheet: Sheet, lines: Sequence[str]) -> list[str]:
    """Return the lines of a page with what they are made plain; what is none of the song goes to ``left_out``."""
    rows = [_WRAPPED.sub(r"\2", line.strip()) if _WRAPPED.match(line.strip()) else line for line in lines]
    steps: tuple[Callable[[Sheet, list[str]], list[str]], ...] = (
        _without_noise, _without_tables, _first_line, _flow, _numbered, _lettered, _roles, _bare_headings)
    for step in steps:
        rows = step(sheet, rows)
    return rows


def _without_noise(sheet: Sheet, rows: list[str]) -> list[str]:
    """Leave out what a site puts around lyrics: ``12 Contributors``, ``You might also like``, ``5Embed``."""
    kept = []
    for row in rows:
        match = _EXTRA.match(row)
        if match and folded(match[1]) in _said("noise"):
            sheet.left_out.append(row.strip()[:80])
        else:
            kept.append(row)
    return kept


def _without_tables(sheet: Sheet, rows: list[str]) -> list[str]:
    """Turn tables of two columns into facts, and one of sections into their bars and cues."""
    if not any(_RULE_ROW.match(row) and "|" in row for row in rows):
        return rows
    kept: list[str] = []
    header: list[str] = []
    for n, row in enumerate(rows):
        cells = [re.sub(r"[*_`]", "", cell).strip() for cell in row.strip().strip("|").split("|")]
        in_table = row.strip().startswith("|") and len(cells) > 1
        if not in_table:
            header = []
            kept.append(row)
        elif _RULE_ROW.match(row):
            continue
        elif n + 1 < len(rows) and _RULE_ROW.match(rows[n + 1]):
            header = [folded(cell) for cell in cells]
        elif header and header[0] in _said("sections"):
            heading = parse_heading(cells[0], True)
            if heading:
                cells += [""] * (len(header) - len(cells))
                bars = next((int(cell) for cell in cells[1:] if cell.isdigit() and 0 < int(cell) < 1000), None)
                cue = ", ".join(cell for cell in cells[1:] if cell and not cell.isdigit())
                sheet.plan.append((heading.kind, heading.number, bars, cue))
        elif len(cells) == 2 and any(cells):
            kept.append(f"{cells[0]}: {cells[1]}")
        else:
            sheet.left_out.append(row.strip()[:80])
    return kept


def _first_line(sheet: Sheet, rows: list[str]) -> list[str]:
    """Part a first line that is a title with facts behind it: ``Blue Window — swing, 140 bpm, Bb``."""
    for n, row in enumerate(rows[:12]):  # a key that stands alone among the facts: "72 bpm, Eb"
        if n and tempo_in(row) and not row.lstrip().startswith("["):
            keys = [item for item in re.split(r"\s*[,;|]\s*", row.strip("*_() ")) if _KEY_ALONE.fullmatch(item)]
            rows = [*rows[:n], row, *(f"Key: {key}" for key in keys), *rows[n + 1:]]
            break
    first = next((n for n, row in enumerate(rows) if row.strip()), None)
    if first is None or rows[first].lstrip().startswith(("#", "[", "{", "-", ">")) or not tempo_in(rows[first]):
        return rows
    head, _, rest = _parted(rows[first].strip())
    if not rest or tempo_in(head) or len(head.split()) > 8 or ":" in head:
        return rows
    items = [item.strip() for item in re.split(r"[,;|]", rest)]
    keys = [f"Key: {item}" for item in items if _KEY_ALONE.fullmatch(item)]
    style = ", ".join(item for item in items if not _KEY_ALONE.fullmatch(item))
    return [*rows[:first], f"Title: {head}", f"Style: {style}", *keys, *rows[first + 1:]]


def _parted(text: str) -> tuple[str, str, str]:
    match = re.search(r"\s+[—–|-]\s+|,\s+|\s+\(", text)
    return (text[:match.start()], match[0], text[match.end():]) if match else (text, "", "")


def _flow(sheet: Sheet, rows: list[str]) -> list[str]:
    """Take the order of the sections from a line of their names: ``Flow: V1 C V2 C B C``."""
    kept = []
    for row in rows:
        match = _FLOW.match(row)
        tokens = re.split(r"\s*(?:,|->|→|>|\s-\s|\s–\s)\s*|\s+(?=[A-Z])", match[1].strip()) if match else []
        headings = [parse_heading(token, True) for token in tokens if token]
        if len(headings) > 1 and all(headings):
            sheet.order += [(heading.kind, heading.number) for heading in headings if heading
                            for _ in range(heading.repeats)]
        else:
            kept.append(row)
    return kept


def _numbered(sheet: Sheet, rows: list[str]) -> list[str]:
    """Give stanzas that are numbered 1, 2, 3 headings."""
    places = [n for n, row in enumerate(rows) if _NUMBERED.match(row) and (n == 0 or not rows[n - 1].strip())]
    numbers = [int(re.findall(r"\d+", rows[n])[0]) for n in places]
    if len(numbers) < 2 or numbers != list(range(1, len(numbers) + 1)):
        return rows
    out: list[str] = []
    for n, row in enumerate(rows):
        match = _NUMBERED.match(row)
        if n in places and match:
            out += [f"[Verse {int(match[1])}]", match[2]]
        else:
            out.append(row)
    return out


def _lettered(sheet: Sheet, rows: list[str]) -> list[str]:
    """Turn ``A:`` and ``B:`` above their lines into a verse and a bridge."""
    found = {match[1]: None for n, row in enumerate(rows) if (match := _LETTERED.match(row.strip()))
             and _stands_alone(rows, n)}
    if "A" not in found or len(found) < 2:
        return rows
    out = []
    for n, row in enumerate(rows):
        match = _LETTERED.match(row.strip())
        alone = _stands_alone(rows, n)
        out.append(f"[{_LETTERS[match[1]]} {match[2] or ''}]" if match and alone else row)
    return out


def _stands_alone(rows: Sequence[str], n: int) -> bool:
    """Whether a row begins a paragraph, or comes right below the heading of an empty section."""
    return n == 0 or not rows[n - 1].strip() or bool(_heading_in(rows[n - 1].strip()))


def _roles(sheet: Sheet, rows: list[str]) -> list[str]:
    """Mark lines with who sings them; on a page without headings each change of singers begins a section."""
    found = {n: match for n, row in enumerate(rows) if (match := _ROLE.match(row.strip())) and _is_role(match["name"])}
    if len(found) < 2:
        return rows
    headed = any(parse_heading(row.strip().strip("[]#*"), row.strip()[:1] in "[#") for row in rows if row.strip())
    first = min(found)
    out: list[str] = []
    name = ""
    for n, row in enumerate(rows):
        if not row.strip() or row.strip()[:1] in "[#":
            name = ""
        if n in found:
            role = ", ".join(filter(None, [found[n]["name"].strip().title(), found[n]["how"]]))
            alone = not found[n]["words"].strip()
            out += [f"[Verse: {role}]"] if not headed and (alone or not any(rows[n - 1:n]) or n == first) else []
            name = found[n]["name"].strip().title() if alone else name
            out += [f"{SINGER}{found[n]['name'].strip().title()}{SINGER}{found[n]['words']}"] if not alone else []
        elif name:
            out.append(f"{SINGER}{name}{SINGER}{row.strip()}")
        elif not headed and n < first and row.strip():
            bare = row.strip().strip("\"“”")
            if not sheet.title:
                sheet.title = bare
            else:
                out.append(f"Notes: {bare}" if not tempo_in(bare) else bare)
        elif not headed and re.fullmatch(r"\(.{12,}\)", row.strip()):
            sheet.left_out.append(row.strip()[:80])
        else:
            out.append(row)
    return out


def _is_role(name: str) -> bool:
    plain = folded(name)
    if plain in _said("singers"):
        return True
    is_other = any(plain in _said(what) for what in ("facts", "styles", "titles", "notes", "lyrics")) or parse_heading(
        name, True)
    letters = [letter for letter in name if letter.isalpha()]
    return len(letters) > 2 and all(letter.isupper() for letter in letters) and len(name.split()) < 4 and not is_other


def _bare_headings(sheet: Sheet, rows: list[str]) -> list[str]:
    """Put brackets around the headings that stand alone after a blank line, where the page has headings at all."""
    texts = [without_emoji(row).strip() for row in rows]
    if not any(text and parse_heading(text.strip("[]#* "), text[0] in "[#") for text in texts):
        return rows
    out = []
    begun = False
    for n, (row, text) in enumerate(zip(rows, texts, strict=True)):
        heading = ""
        begun = begun or bool(text and parse_heading(text.strip("[]#* "), text[0] in "[#"))
        if begun and 2 < len(text) <= _LONGEST and text[0].isalpha() and (n == 0 or not texts[n - 1]):
            heading = "" if parse_heading(text, False) else _heading_in(text)
            heading = heading.replace("[", "(").replace("]", ")")
        if folded(text) == "amen" and n and not texts[n - 1] and not any(texts[n + 1:]):
            out.append("[Outro]")
        if begun and folded(text) in _said("notes") and text.endswith(":"):
            out.append(f"###### {text.strip(':')}")
        else:
            out.append(f"[{heading}]" if heading else row)
    return out


def _heading_in(text: str) -> str:
    """Return the heading that a line without a mark is, or an empty text."""
    if match := _CLOSES.match(text):
        return f"Outro: {match[1]}"
    if (match := _AGAIN.match(text)) and names_of(match[1]):
        return f"{match[1]} {match[2]}".strip()
    if (match := _DOUBTED.match(text)) and names_of(match[1]):
        return f"{match[1]}: {match[2]}"
    if _SOLO.match(text) and not text.endswith((".", ",")):
        return text if ":" in text or "(" in text else re.sub(r"(?i)(solo)\s+", r"\1: ", text)
    head = re.split(r"\s*[(\[:–—]|\s-\s", text)[0]
    if names_of(head.strip(" !.")) and not text.endswith((",", ";", "?")) and "," not in head:
        return text.rstrip(":")
    return ""
