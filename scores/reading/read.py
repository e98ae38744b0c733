"""A score from its file: read, checked against its models and against itself, every fault told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import scores
from scores.catalogue import Catalogue
from scores.faults import Fault, ScoreError, ScorePath, in_words
from scores.format import model as written
from scores.format.model import OWN_SOUNDS
from scores.format.slips import quoted, text_of_row
from scores.format.source import Node, Source, find
from scores.format.wording import MAX_FAULTS, errors_of, faults_of, kind, shown
from scores.notation import nearest
from scores.reading.bind import bind
from scores.reading.changes import Changes
from scores.reading.checks.names import check_names
from scores.reading.checks.times import check_time
from scores.reading.subject import Subject
from scores.score import Score

LINE_KEYS = frozenset(written.LyricLine.model_fields)
MAX_BYTES = 1_000_000  # a song of an hour has a twentieth of it
_REPAIRS = 5  # taking out what is wrong may uncover what is wrong around it; this often at most
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True)
class ScoreSource:
    """A checked score with the file it comes from, so that faults which are found later have their place too."""

    score: Score
    file: str
    source: Source

    def locate(self, path: ScorePath) -> tuple[int, int]:
        """Line and column, both from 1, of what stands at a path; of the last thing on the way that exists."""
        return _place(self.source, Fault(0, 0, "", path), {})

    def error(self, faults: Iterable[Fault]) -> ScoreError:
        """The error that tells faults found after reading (``ScoreFault.fault``), each with its place."""
        return ScoreError(self.file, _placed(self.source, faults))


def read_score(path: Path, catalogue: Catalogue, changes: Changes | None = None) -> ScoreSource:
    """Read a score, check it and bind it; ``changes`` are what the person wants other than the file says.

    Raises ScoreError with everything that is wrong: with the file, its YAML, the values, and what they mean together.
    Where one value is wrong the checks that do not need it are made all the same.
    """
    file = str(path)
    source = Source(_text(path))
    if source.root is None:
        raise ScoreError(file, source.faults[:MAX_FAULTS])
    faults = list(source.faults)
    valid, broken = _validated(source.root.data, faults)
    score: Score | None = None
    if valid is not None:
        subject = Subject((changes or Changes()).on(valid), frozenset(broken), catalogue, path.parent)
        bound = bind(subject)
        score = bound.score
        faults += bound.faults[:MAX_FAULTS]
        faults += islice(check_names(subject, bound.plays), MAX_FAULTS)
        faults += islice(check_time(subject, bound.plays), MAX_FAULTS)
    if faults or score is None:
        raise ScoreError(file, _placed(source, faults))
    return ScoreSource(score, file, source)


def _text(path: Path) -> str:
    """The file's text. Raises ScoreError where there is none, or not in UTF-8."""
    def refuse(message: str, allowed: str, line: int = 1, column: int = 1, found: str | None = None,
               meant: str | None = None) -> ScoreError:
        return ScoreError(str(path), [Fault(line, column, message, (), found, allowed, meant)])

    try:
        if path.exists() and not path.is_file():
            raise refuse("this is no file" + (" but a folder" if path.is_dir() else ""), "a score: a .yaml file", 0, 0)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file", "a score: a .yaml file that exists", 0, 0,
                     meant=_nearest_score(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"the file cannot be read: {reason}", "a file that you may read", 0, 0) from None
    if len(data) > MAX_BYTES:
        raise refuse("the file is too large for a score", f"at most {MAX_BYTES:,} bytes")
    if encoding := _BYTE_ORDER_MARKS.get(data[:2]):
        raise refuse(f"the file is in {encoding}", "text in UTF-8", found=encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[:error.start].decode("utf-8-sig", errors="replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        byte = f"byte 0x{data[error.start]:02X}"
        raise refuse(f"the file is not in UTF-8: {byte}", "text in UTF-8", line, column, byte) from None


def _nearest_score(path: Path) -> str | None:
    """The score whose name is most like that of a file which is not there, in its folder or among the songs here."""
    songs = Path(scores.__file__).parent
    here = songs.relative_to(Path.cwd()) if songs.is_relative_to(Path.cwd()) else songs
    found = {song.stem: str(folder / song.name) for folder in (here, path.parent) for song in folder.glob("*.yaml")}
    meant = nearest(path.name.removesuffix(path.suffix) if path.suffix in (".yaml", ".yml") else path.name, found)
    return found[meant] if meant else None


def _validated(data: Mapping[str, Any], faults: list[Fault]) -> tuple[written.Score | None, set[ScorePath]]:
    """The score, where necessary with stand-ins for what its models refuse, which is told in ``faults``.

    Returns the paths of the stand-ins too; no score where even that does not help.
    """
    broken: set[ScorePath] = set()
    told = False
    for _ in range(_REPAIRS):
        try:
            return written.Score.model_validate(data, strict=True), broken
        except ValidationError as error:
            if not told:
                faults += faults_of(error, written.Score)
                told = True
            wrong = {_unit(details["loc"]) for details in errors_of(error)}
            broken |= wrong
            for path in sorted(wrong, key=len, reverse=True):
                data = _without(data, path)
            data = _completed(data)
    return None, broken


def _unit(location: ScorePath) -> ScorePath:
    """The piece of a score that is taken out when something in it is wrong: a key of a part or a section, and so on."""
    depth = {"parts": 3, "sections": 3, "mix": 3, "tempo": 2, "glitch": 2, "suno": 2, "master": 2,
             "singer": 2, "pronounce": 2}
    if location[2:3] == ("play",):
        return tuple(location[:4])
    return tuple(location[:depth.get(str(location[0]), 1)]) if location else ()


def _without(data: Any, path: ScorePath) -> Any:
    """``data`` with what stands at ``path`` taken out; an entry of a list, a part or a send becomes None, so that the
    others keep their numbers and what names it finds it."""
    def taken(data: Any, at: int) -> Any:
        step, last = path[at], at == len(path) - 1
        if isinstance(data, tuple) and isinstance(step, int) and step < len(data):
            return (*data[:step], None if last else taken(data[step], at + 1), *data[step + 1:])
        if isinstance(data, dict) and step in data:
            if last and path[:-1] not in (("parts",), ("mix", "sends")):
                return {key: value for key, value in data.items() if key != step}
            return data | {step: None if last else taken(data[step], at + 1)}
        return data if isinstance(data, dict | tuple) else None  # tempo: 5 is told of as tempo › start

    return taken(data, 0) if path else {}


def _completed(data: Any) -> Any:
    """``data`` with a stand-in for each thing that has to be there."""
    def items(value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}

    data = {"title": "?", "tempo": 120, "key": "C"} | {key: value for key, value in items(data).items()
                                                       if value is not None}
    parts = {name: ({} if OWN_SOUNDS.keys() & items(part).keys() else {"instrument": "?"}) | items(part)
             for name, part in items(data.get("parts")).items()}
    sections = data.get("sections")
    sections = tuple({"name": f"section {i}", "bars": 1} | items(section) for i, section in
                     enumerate(sections if isinstance(sections, tuple) else (), 1))
    tempo = {"start": 120} | data["tempo"] if isinstance(data["tempo"], dict) else data["tempo"]
    mix = items(data.get("mix"))
    sends = {name: items(send) or {"effects": ("?",)} for name, send in items(mix.get("sends")).items()}
    return data | {"parts": parts or {"?": {"instrument": "?"}}, "tempo": tempo, "mix": mix | {"sends": sends},
                   "sections": sections or ({"name": "?", "bars": 1},)}


def _placed(source: Source, faults: Iterable[Fault]) -> list[Fault]:
    """Faults with their places, each told once; what YAML has refused is not refused for its stand-in again."""
    faults = _unquoted(source, faults)
    cursors: dict[int, int] = {}
    refused = {(fault.line, fault.column) for fault in source.faults}
    placed = []
    for fault in faults:
        line, column = (fault.line, fault.column) if fault.line else _place(source, fault, cursors)
        if source.unread and not fault.line and (line in source.unread or fault.message.startswith("missing key")):
            continue  # what stands in for a line that could not be read
        if fault.line or (line, column) not in refused:
            placed.append(replace(fault, line=line, column=column, where=_where(source, fault.path)))
    return list(dict.fromkeys(placed))


def _unquoted(source: Source, faults: Iterable[Fault]) -> list[Fault]:
    """Faults, with one in place of those of a lyric line that YAML takes for a number or a mapping."""
    kept, told = list[Fault](), set[ScorePath]()
    for fault in faults:
        path = next((fault.path[:n + 2] for n, step in enumerate(fault.path) if step == "lyrics"), ())
        if source.root is None or len(path) < 4 or fault.line:
            kept.append(fault)
            continue
        node, rest, _ = find(source, source.root, path)
        if rest or isinstance(node.data, str) or (isinstance(node.data, dict) and not LINE_KEYS.isdisjoint(node.data)):
            kept.append(fault)
        elif path not in told:
            told.add(path)
            line = text_of_row(source.text, node.start)
            kept.append(Fault(0, 0, f"this line is no text in YAML, but {kind(node.data)}", path, shown(node.data),
                              "a line with a colon in it, and one of digits alone, in quotes", quoted(line)))
    return kept


def _where(source: Source, path: ScorePath) -> str:
    """A path in words; an entry of a list that has a name is called by it."""
    node, steps = source.root, list[str | int]()
    for step in path:
        node = node.children.get(step) if node is not None else None
        name = node.children.get("name") if node is not None and isinstance(step, int) else None
        is_read = name is not None and source.place(name.start)[0] not in source.unread
        steps.append(name.data if name is not None and is_read and isinstance(name.data, str) and name.data else step)
    return in_words(steps)


def _place(source: Source, fault: Fault, cursors: dict[int, int]) -> tuple[int, int]:
    """Where a fault points: at its key, its value, or the very word inside a text.

    ``cursors`` remembers for each text where the last word was found, so that the same word is found again further on.
    """
    if source.root is None:
        return 1, 1
    node, rest, key = find(source, source.root, fault.path)
    if key is not None and ((fault.on_key and not rest) or (rest and node.children)):
        return source.place(key)
    if not isinstance(node.data, str):
        return source.place(_inside_mapping(node, fault.found))
    start = node.start
    if rest and isinstance(rest[0], int):
        start = _piece(source.text, node, rest[0], by_line="lyrics" in fault.path)
        bar_end = source.text.find("|", start, node.end)
        if fault.found and (word := _word(source.text, fault.found, start, bar_end if bar_end >= 0 else node.end)):
            start = word.start()
    elif fault.found and fault.found != node.data and (
            word := _word(source.text, fault.found, max(start, cursors.get(id(node), 0)), node.end)):
        cursors[id(node)] = word.end()
        start = word.start()
    space = re.compile(r"\s*").match(source.text, start, node.end)
    return source.place(space.end() if space else start)


def _inside_mapping(node: Node, found: str | None) -> int:
    """Index of the key or value that was found in a small mapping, such as a curve; else of the mapping."""
    if found is not None and node.children:
        if found in node.keys:
            return node.keys[found]
        for child in node.children.values():
            if str(child.data) == found:
                return child.start
    return node.start


def _word(text: str, word: str, start: int, end: int) -> re.Match[str] | None:
    """A word of a notation, standing free between spaces, bar lines and brackets."""
    pattern = r"\s+".join(re.escape(piece) for piece in word.split(" "))
    return re.compile(rf"(?<![^\s|\[\"'>]){pattern}(?![^\s|\]\"'\-])").search(text, start, end) \
        or re.compile(pattern).search(text, start, end)


def _piece(text: str, node: Node, number: int, *, by_line: bool) -> int:
    """Where a text's line begins (blank ones do not count), or its bar between bar lines; counted from 0."""
    pattern = r"[^\n]*\S[^\n]*" if by_line else r"[^|\"']+"
    starts = [match.start() for match in re.compile(pattern).finditer(text, node.start, node.end) if match[0].strip()]
    return starts[number] if number < len(starts) else node.start
