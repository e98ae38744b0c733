"""ABC: headers, notes, ``"Am"`` chords, ``w:`` words. Standard 2.1 as far as a lead sheet needs it."""

from __future__ import annotations

import re
from fractions import Fraction

from scores.sheets.chords import chord_of
from scores.sheets.facts import key_in, meter_in, tempo_in
from scores.sheets.forms.playing_order import marked
from scores.sheets.forms.tunes import TuneBar, TuneNote, sections_of, unrolled
from scores.sheets.sheet import Said, Sheet
from scores.theory import Key, parse_key, parse_meter

_HEADER = re.compile(r"^([A-Za-z]):\s*(.*)$")
_TOKEN = re.compile(r'"(?P<chord>[^"]*)"|(?P<bar>:?\|[\]|:]?|::|\[\|)(?P<turn>\s*\[?[1-9](?:[,-][1-9])*(?![\d/]))?|'
                    r'(?P<field>\[[A-Za-z]:[^\]]*\])|!(?P<mark>[^!]*)!|'
                    r"\((?P<tuplet>[2-9])(?::\d)?(?::\d)?|"
                    r"(?P<sign>\^{1,2}|_{1,2}|=)?(?P<letter>[A-Ga-gzx])(?P<octave>[,']*)(?P<up>\d*)(?P<down>/*\d*)(?P<tie>-?)"
                    r"|(?P<broken>[<>])|\{[^}]*\}|\[(?P<stack>[A-Ga-g^_=,'\d/]+)\](?P<stackup>\d*)|.")
_MODES = {"m": "minor", "min": "minor", "minor": "minor", "dor": "dorian", "mix": "mixolydian", "maj": "major",
          "": "major", "major": "major", "aeo": "minor", "ion": "major", "dorian": "dorian", "mixolydian": "mixolydian"}
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_VOICE = re.compile(r"^\[V:\s*([^\]\s]+)[^\]]*\]\s*")


def is_abc(text: str) -> bool:
    """Whether a page has the headers that every ABC tune has."""
    return bool(re.search(r"^X:\s*\d", text, re.MULTILINE)) and bool(re.search(r"^K:", text, re.MULTILINE))


def read(text: str) -> Sheet:
    """Return the sheet of the first tune of an ABC file."""
    sheet, bars = tune(text)
    meter = sheet.meter.value if sheet.meter else parse_meter("4/4")
    sheet.sections = sections_of(sheet, bars, meter.bar_beats, sheet.key is not None and sheet.key.value.fifths < 0)
    return sheet


def tune(text: str) -> tuple[Sheet, list[TuneBar]]:
    """Return the sheet of the first tune, without its sections, and its bars as they are played."""
    sheet = Sheet("ABC")
    music: list[tuple[str, list[str]]] = []
    unit: Fraction | None = None
    in_body = False
    labels: dict[int, str] = {}
    voice = first_voice = ""
    for line in text.split("\n"):
        line = re.sub(r"(?<!\\)%.*$", "", line).rstrip()
        header = _HEADER.match(line)
        if header and not (in_body and header[1] not in "wWPKMLQV"):
            name, value = header[1], header[2].strip()
            if name == "X" and in_body:
                sheet.remarks.append("tunes after the first")
                break
            if name == "T" and not sheet.title:
                sheet.title = value
            elif name == "M" and (said := meter_in("time: " + {"C": "4/4", "C|": "2/2"}.get(value, value))):
                sheet.meter = sheet.meter or said
            elif name == "L" and re.fullmatch(r"\d+/\d+", value):
                unit = Fraction(value)
            elif name == "Q":
                sheet.tempo = tempo_in("tempo: " + re.sub(r"\d+/\d+\s*=\s*", "", value)) or sheet.tempo
            elif name == "K":
                in_body = True
                sheet.key = sheet.key or _key(value)
            elif name == "P" and in_body:
                labels[len(music)] = value
            elif name == "V":
                voice = value.split()[0] if in_body and value else voice
            elif name == "w" and music and voice == first_voice:
                music[-1][1].append(value)
            elif name in "RNOBCSZG" and value:
                if name == "R":
                    sheet.style = value
                else:
                    sheet.left_out.append(f"{name}: {value}"[:80])
        elif in_body and line.strip():
            if match := _VOICE.match(line):
                voice, line = match[1], line[match.end():]
            first_voice = first_voice or voice
            if voice == first_voice:
                music.append((line, []))
            elif "voices after the first" not in sheet.remarks:
                sheet.remarks.append("voices after the first")
    meter = sheet.meter.value if sheet.meter else parse_meter("4/4")
    unit = unit or (Fraction(1, 8) if meter.bar_beats >= 3 else Fraction(1, 16))
    key = sheet.key.value if sheet.key else parse_key("C major")
    bars: list[TuneBar] = [TuneBar()]
    for number, (line, words) in enumerate(music):
        if number in labels and bars[-1].notes:
            bars.append(TuneBar())
        if number in labels:
            bars[-1].section = labels[number]
        first = len(bars) - 1
        _line(bars, line, key, 4 * unit)
        _sing([note for bar in bars[first:] for note in bar.notes], words)
        last = bars[-1] if bars[-1].notes else bars[-2] if len(bars) > 1 else bars[-1]
        last.line_ends = True
    return sheet, unrolled([bar for bar in bars if bar.notes])


def _key(value: str) -> Said[Key] | None:
    match = re.match(r"([A-G])([#b]?)\s*([A-Za-z]*)", value)
    if not match:
        return None
    mode = _MODES.get(match[3].lower()[:3] if match[3].lower() != "m" else "m")
    return key_in(f"key: {match[1]}{match[2]} {mode}") if mode else None


def _line(bars: list[TuneBar], line: str, key: Key, unit_beats: Fraction) -> None:
    """Read the notes of a line of music."""
    signed = _signature(key)
    accidentals: dict[tuple[str, int], int] = {}
    tuplet, left, broken = Fraction(1), 0, Fraction(1)
    for match in _TOKEN.finditer(line):
        if match["chord"] is not None:
            if chord := chord_of(match["chord"]):
                bars[-1].chords.append(chord)
        elif match["bar"]:
            accidentals.clear()
            if bars[-1].notes:
                bars[-1].turns.closes = 2 if match["bar"].startswith(":") else 0
                bars[-1].turns.stops = match["bar"] in ("|]", "||")
                bars.append(TuneBar())
            bars[-1].turns.opens = bars[-1].turns.opens or match["bar"] in ("|:", "::")
            if match["turn"]:
                bars[-1].turns.endings = _turns(match["turn"].strip(" ["))
        elif match["mark"]:
            bars[-1].turns.marks |= marked(match["mark"])
        elif match["tuplet"]:
            count = int(match["tuplet"])
            tuplet = {3: Fraction(2, 3), 2: Fraction(3, 2), 4: Fraction(3, 4)}.get(count, Fraction(2, count))
            left = count
        elif match["broken"] and bars[-1].notes:
            longer, shorter = Fraction(3, 2), Fraction(1, 2)
            bars[-1].notes[-1].beats *= longer if match["broken"] == ">" else shorter
            broken = shorter if match["broken"] == ">" else longer
        elif match["letter"] or match["stack"]:
            beats = unit_beats * _length(match["up"] or match["stackup"] or "", match["down"] or "") * broken
            broken = Fraction(1)
            if left:
                beats, left = beats * tuplet, left - 1
            letter, octave = (match["letter"], match["octave"]) if match["letter"] else (
                (re.findall(r"[A-Ga-g]", match["stack"]) or ["z"])[-1], "")
            if letter in "zx":
                bars[-1].notes.append(TuneNote(None, beats))
                continue
            height = 4 + letter.islower() + octave.count("'") - octave.count(",")
            place = (letter.upper(), height)
            if match["sign"]:
                accidentals[place] = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}[match["sign"]]
            shift = accidentals.get(place, signed.get(letter.upper(), 0))
            pitch = 12 * (height + 1) + _STEPS[letter.upper()] + shift
            bars[-1].notes.append(TuneNote(min(max(pitch, 21), 108), beats, bool(match["tie"])))


def _turns(text: str) -> frozenset[int]:
    """Return the turns of an ending: ``1``, ``1,3``, ``1-3``."""
    found: set[int] = set()
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return frozenset(found)


def _length(up: str, down: str) -> Fraction:
    length = Fraction(int(up or 1))
    if down:
        digits = down.lstrip("/")
        length /= int(digits) if digits else 2 ** down.count("/")
    return length if 0 < length <= 64 else Fraction(1)


def _signature(key: Key) -> dict[str, int]:
    """Return the sharps and flats of a key."""
    order = "FCGDAEB"
    fifths = key.fifths
    if fifths >= 0:
        return dict.fromkeys(order[:fifths], 1)
    return dict.fromkeys(order[::-1][:-fifths], -1)


def _sing(notes: list[TuneNote], words: list[str]) -> None:
    """Put the syllables of each line of words under the notes: ``-`` divides, ``_`` holds, ``*`` skips."""
    for verse, line in enumerate(words):
        syllables = re.findall(r"[^\s\-_*|~]+[-~]?|[_*]", line.replace("\\-", "\u2011"))
        sung = iter(note for n, note in enumerate(notes) if note.pitch is not None and not (n and notes[n - 1].tied))
        for syllable in syllables:
            note = next(sung, None)
            if note is None:
                break
            said = "" if syllable in "_*" else syllable.replace("~", " ").replace("\u2011", "-")
            if verse:
                note.verses = (*note.verses, *[""] * (verse - 1 - len(note.verses)), said)
            else:
                note.syllable = said
