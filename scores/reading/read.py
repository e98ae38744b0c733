"""Reading a score from its file: parse, validate, bind, check. All faults are reported together."""

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
from scores.format.lyrics import as_line
from scores.format.markup import unsung
from scores.format.model import OWN_SOUNDS
from scores.format.slips import quoted, text_of_row
from scores.format.source import Node, Source, find
from scores.format.wording import MAX_FAULTS, errors_of, faults_of, kind, shown
from scores.notation import nearest
from scores.reading.bind import bind
from scores.reading.changes import Changes
from scores.reading.checks.lyrics import marks_in_lyrics
from scores.reading.checks.names import check_names
from scores.reading.checks.times import check_time
from scores.reading.count_in import with_count_in
from scores.reading.harmony import with_harmony
from scores.reading.spaces import with_spaces
from scores.reading.styles import with_styles
from scores.reading.subject import Subject
from scores.reading.unfold import unfold
from scores.reading.wishes import take_wishes
from scores.score import Score

LINE_KEYS = frozenset(written.LyricLine.model_fields)
# Largest file [bytes]: twenty times that of a song of an hour.
MAX_BYTES = 1_000_000
# Most rounds of replacing refused values by placeholders, since each may uncover faults around them.
_REPAIRS = 5
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True)
class ScoreSource:
    """A checked score with its file, so that faults found later can be reported with their place.

    Parameters
    ----------
    score
        The bound score.
    file
        Path of the file.
    source
        The parsed text.
    """

    score: Score
    file: str
    source: Source
    warnings: tuple[Fault, ...] = ()

    def locate(self, path: ScorePath) -> tuple[int, int]:
        """Return line and column, both from 1, of the value at a path, or of the last value on the way to it."""
        return _place(self.source, Fault(0, 0, "", path), {})

    def error(self, faults: Iterable[Fault]) -> ScoreError:
        """Return the error that reports faults found after reading (``ScoreFault.fault``), each with its place."""
        return ScoreError(self.file, _placed(self.source, faults))


def read_score(path: Path, catalogue: Catalogue, changes: Changes | None = None) -> ScoreSource:
    """Read, check and bind a score.

    Parameters
    ----------
    path
        A YAML file.
    catalogue
        The instruments and effects that the score may name.
    changes
        Values of the user that replace those of the file.

    Raises
    ------
    ScoreError
        With everything that is wrong with the file, its YAML, its values, and their relations. Where one value is
        wrong, the checks that do not need it are made all the same.
    """
    file = str(path)
    source = Source(_text(path))
    if source.root is None:
        raise ScoreError(file, source.faults[:MAX_FAULTS])
    take_wishes(source.root)
    form = unfold(source.root)
    source.root, miscounted = with_count_in(form.root)
    source.copies = frozenset(copy + (source.root is not form.root) for copy in form.copies)
    faults = [*source.faults, *miscounted, *(each for each in form.faults if not each.is_warning)]
    valid, broken = _validated(source.root.data, faults)
    score: Score | None = None
    warnings = [*source.warnings, *(each for each in form.faults if each.is_warning)]
    if valid is not None:
        settled = with_harmony((changes or Changes()).on(valid).in_its_languages())
        settled = with_spaces(with_styles(settled, catalogue, path.parent), catalogue)
        subject = Subject(settled, frozenset(broken), catalogue, path.parent)
        bound = bind(subject)
        score = bound.score
        faults += bound.faults[:MAX_FAULTS]
        faults += islice(check_names(subject, bound.plays), MAX_FAULTS)
        found = list(islice(check_time(subject, bound.plays), MAX_FAULTS))
        faults += [fault for fault in found if not fault.is_warning]
        warnings += [fault for fault in found if fault.is_warning]
        warnings += islice(marks_in_lyrics(source.root.data), MAX_FAULTS)
    if faults or score is None:
        raise ScoreError(file, _placed(source, faults))
    return ScoreSource(score, file, source, tuple(sorted(_placed(source, warnings), key=lambda each: each.line)))


def _text(path: Path) -> str:
    """Return the text of the file. Raises ScoreError for a file that cannot be read or is not in UTF-8."""
    def refuse(message: str, allowed: str, line: int = 1, column: int = 1, found: str | None = None,
               meant: str | None = None) -> ScoreError:
        return ScoreError(str(path), [Fault(line, column, message, (), found, allowed, meant)])

    try:
        if path.exists() and not path.is_file():
            raise refuse("this is a folder, not a file" if path.is_dir() else "this is not a file",
                         "a score: a .yaml file", 0, 0)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file", "a score: a .yaml file that exists", 0, 0,
                     meant=_nearest_score(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"the file cannot be read: {reason}", "a file that you have permission to read", 0, 0) from None
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
    """Return the score with the name nearest to a missing file, in its folder or among the project's songs."""
    songs = Path(scores.__file__).parent
    here = songs.relative_to(Path.cwd()) if songs.is_relative_to(Path.cwd()) else songs
    found = {song.stem: str(folder / song.name) for folder in (here, path.parent) for song in folder.glob("*.yaml")}
    meant = nearest(path.name.removesuffix(path.suffix) if path.suffix in (".yaml", ".yml") else path.name, found)
    return found[meant] if meant else None


def _validated(data: Mapping[str, Any], faults: list[Fault]) -> tuple[written.Score | None, set[ScorePath]]:
    """Validate the data of a score, with placeholders for the values that its models refuse.

    Parameters
    ----------
    data
        The plain data of the YAML.
    faults
        The list to which the faults of refused values are added.

    Returns
    -------
    tuple
        The score, or None where placeholders do not help, and the paths of the placeholders.
    """
    broken: set[ScorePath] = set()
    is_reported = False
    for _ in range(_REPAIRS):
        try:
            return written.Score.model_validate(data, strict=True), broken
        except ValidationError as error:
            if not is_reported:
                faults += faults_of(error, written.Score)
                is_reported = True
            wrong = {_unit(details["loc"]) for details in errors_of(error)}
            broken |= wrong | {(*path[:2], "bars") for path in wrong
                               if path[0] == "sections" and path[2:] == ("harmony",)
                               and "bars" not in data["sections"][path[1]]}
            for path in sorted(wrong, key=len, reverse=True):
                data = _without(data, path)
            data = _completed(data)
    return None, broken


def _unit(location: ScorePath) -> ScorePath:
    """Return the path of the piece that is replaced when a value in it is wrong, such as a key of a part or section."""
    depth = {"parts": 3, "sections": 3, "mix": 3, "tempo": 2, "glitch": 2, "suno": 2, "master": 2,
             "singer": 2, "pronounce": 2}
    if location[2:3] == ("play",):
        return tuple(location[:4])
    return tuple(location[:depth.get(str(location[0]), 1)]) if location else ()


def _without(data: Any, path: ScorePath) -> Any:
    """Return ``data`` without the value at ``path``.

    An entry of a list, a part or a send becomes None instead: so other entries keep their numbers, and references to
    it are not reported as unknown.
    """
    def taken(data: Any, at: int) -> Any:
        step, last = path[at], at == len(path) - 1
        if isinstance(data, tuple) and isinstance(step, int) and step < len(data):
            return (*data[:step], None if last else taken(data[step], at + 1), *data[step + 1:])
        if isinstance(data, dict) and step in data:
            if last and path[:-1] not in (("parts",), ("mix", "sends")):
                return {key: value for key, value in data.items() if key != step}
            return data | {step: None if last else taken(data[step], at + 1)}
        return data if isinstance(data, dict | tuple) else None  # pydantic reports tempo: 5 at tempo › start

    return taken(data, 0) if path else {}


def _completed(data: Any) -> Any:
    """Return ``data`` with a placeholder for each required key that is missing."""
    def items(value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}

    data = {"title": "?", "tempo": 120, "key": "C"} | {key: value for key, value in items(data).items()
                                                       if value is not None}
    written_out = {name: {"instrument": part} if isinstance(part, str) else items(part)
                   for name, part in items(data.get("parts")).items()}
    parts = {name: ({} if OWN_SOUNDS.keys() & part.keys() else {"instrument": "?"}) | part
             for name, part in written_out.items()}
    sections = data.get("sections")
    sections = tuple({"name": f"section {i}"} | ({} if items(section).get("harmony") else {"bars": 1}) | items(section)
                     for i, section in enumerate(sections if isinstance(sections, tuple) else (), 1))
    tempo = {"start": 120} | data["tempo"] if isinstance(data["tempo"], dict) else data["tempo"]
    mix = items(data.get("mix"))
    sends = {name: items(send) or {"effects": ("?",)} for name, send in items(mix.get("sends")).items()}
    return data | {"parts": parts or {"?": {"instrument": "?"}}, "tempo": tempo, "mix": mix | {"sends": sends},
                   "sections": sections or ({"name": "?", "bars": 1},)}


def _placed(source: Source, faults: Iterable[Fault]) -> list[Fault]:
    """Return faults with their places, without duplicates and without those of placeholders that YAML has reported."""
    faults = _unquoted(source, faults)
    cursors: dict[int, int] = {}
    refused = {(fault.line, fault.column) for fault in source.faults}
    placed = []
    for fault in faults:
        line, column = (fault.line, fault.column) if fault.line else _place(source, fault, cursors)
        if source.unread and not fault.line and (line in source.unread or fault.message.startswith("missing key")):
            continue  # a placeholder for a line that could not be read
        if fault.line or (line, column) not in refused:
            placed.append(replace(fault, line=line, column=column, where=_where(source, fault.path)))
    return list({_once(source, fault): fault for fault in reversed(placed)}.values())[::-1]


def _once(source: Source, fault: Fault) -> object:
    """Return what tells a fault apart. One in a section that is played twice is told once, at the place of both."""
    if source.copies and fault.path[:1] == ("sections",) and len(fault.path) > 2:
        return fault.line, fault.column, fault.found, fault.allowed
    return fault


def _unquoted(source: Source, faults: Iterable[Fault]) -> list[Fault]:
    """Return faults, with one in place of those of a lyric line that YAML does not take for text."""
    kept, told = list[Fault](), set[ScorePath]()
    for fault in faults:
        path = next((fault.path[:n + 2] for n, step in enumerate(fault.path) if step == "lyrics"), ())
        if source.root is None or len(path) < 4 or fault.line:
            kept.append(fault)
            continue
        node, rest, _ = find(source, source.root, path)
        line = as_line(node.data)
        if rest or (isinstance(line, dict) and not LINE_KEYS.isdisjoint(line)):
            kept.append(fault)
        elif path not in told:
            told.add(path)
            kept.append(Fault(0, 0, f"this line is not text in YAML, but {kind(node.data)}", path, shown(node.data),
                              "a text, such as the line in quotes", quoted(text_of_row(source.text, node.start))))
    return kept


def _where(source: Source, path: ScorePath) -> str:
    """Return a path in words; an entry of a list is called by its name, where it has one."""
    node, steps = source.root, list[str | int]()
    for step in path:
        node = node.children.get(step) if node is not None else None
        name = node.children.get("name") if node is not None and isinstance(step, int) else None
        is_read = name is not None and source.place(name.start)[0] not in source.unread
        steps.append(name.data if name is not None and is_read and isinstance(name.data, str) and name.data else step)
    return in_words(steps)


def _place(source: Source, fault: Fault, cursors: dict[int, int]) -> tuple[int, int]:
    """Return line and column of a fault: of its key, its value, or the word inside a text.

    Parameters
    ----------
    cursors
        For each text the index behind the last word that was found, so that a repeated word is found at its next place.
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
    """Return the index of a key or value in a small mapping, such as a curve; the mapping's index otherwise."""
    if found is not None and node.children:
        if found in node.keys:
            return node.keys[found]
        for child in node.children.values():
            if str(child.data) == found:
                return child.start
    return node.start


def _word(text: str, word: str, start: int, end: int) -> re.Match[str] | None:
    """Find a word of a notation: between spaces, bar lines and brackets where possible, anywhere otherwise."""
    pattern = r"\s+".join(re.escape(piece) for piece in word.split())
    return re.compile(rf"(?<![^\s|\[\"'>]){pattern}(?![^\s|\]\"'\-])").search(text, start, end) \
        or re.compile(pattern).search(text, start, end)


def _piece(text: str, node: Node, number: int, *, by_line: bool) -> int:
    """Return the index of a line of a text (blank lines and tags do not count) or of a bar, by its number from 0."""
    pattern = r"[^\n]+" if by_line else r"[^|\"']+"
    starts = [match.start() for match in re.compile(pattern).finditer(text, node.start, node.end)
              if match[0].strip() and not (by_line and unsung(match[0]))]
    return starts[number] if number < len(starts) else node.start
