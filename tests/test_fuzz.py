"""Scores and pages changed at random: each is played, or refused with its place; nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import scores
from render.catalogue import catalogue
from render.produce import plan
from scores.faults import InputError, ScoreError
from scores.format import fields, lyrics, manners, timing
from scores.format.source import Source
from scores.notation import NotationError
from scores.reading.read import read_score
from scores.sheets.convert import convert

SONGS = sorted(Path(scores.__file__).parent.glob("*.yaml"))
SHORT = [song for song in SONGS if song.stem in ("waltz", "barcarolle", "five")]
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, 1e9, -1e-9, "", " ", "0", "x", "C", "| C |", "|", "1/8T", "0 -> 1", "é\u0301",
    "\U0001f3b5", "\u202e", "a" * 300, "all", "auto", [], {}, [1], {"x": 1}, ["la", "la"], [[]], {"start": 1, "end": 0})
SIGNS = "\t :#-|>[]{}\"'*&!%@`0 9é\u2028/"
KEYS = ("bars", "notes", "play", "glitch", "at", "text", "x", "", "bar", "temperature", "file", "instrument", "over")


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each mapping or list in a tree with each of its keys."""
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


def change_tree(random: Random, text: str) -> str:
    """One to three values of a score removed, renamed, or replaced by odd ones or by each other."""
    root = Source(text).root
    assert root is not None
    data = json.loads(json.dumps(root.data))
    for _ in range(random.randint(1, 3)):
        where = list(places(data))
        into, key = random.choice(where)
        kind = random.randrange(5)
        if kind == 0:
            del into[key]
        elif kind == 1:
            into[key] = random.choice(ODD)
        elif kind == 2:
            other, there = random.choice(where)
            into[key] = json.loads(json.dumps(other[there])) if there in places_of(other) else None
        elif kind == 3 and isinstance(into[key], int | float) and not isinstance(into[key], bool):
            into[key] = random.choice((-into[key], into[key] * 1000, into[key] / 7, into[key] + 1, 0))
        elif isinstance(into, dict):
            into[random.choice(KEYS)] = into[key]
    return json.dumps(data, ensure_ascii=False, indent=1)


def places_of(data: Any) -> Any:
    return data if isinstance(data, dict) else range(len(data))


def change_text(random: Random, text: str) -> str:
    """Lines of a score removed, doubled or exchanged, and signs in them changed."""
    lines = text.split("\n")
    for _ in range(random.randint(1, 3)):
        i, j = random.randrange(len(lines)), random.randrange(len(lines))
        kind = random.randrange(4)
        if kind == 0:
            lines[i] = ""
        elif kind == 1:
            lines.insert(i, lines[j])
        elif kind == 2:
            lines[i], lines[j] = lines[j], lines[i]
        elif lines[i]:
            at = random.randrange(len(lines[i]))
            lines[i] = lines[i][:at] + random.choice(SIGNS) + lines[i][at + random.randrange(2):]
    return "\n".join(lines)


def outcome(path: Path) -> str:
    """What becomes of a score; whatever is no refusal is raised."""
    try:
        plan(path)
    except ScoreError as error:
        assert error.faults
        for fault in error.faults:
            assert fault.message and fault.line >= 0 and (fault.line > 0 or fault.column == 0)
            assert "<class" not in fault.message and "Error" not in fault.message
        return "refused"
    except InputError as error:
        assert error.message
        return "refused"
    return "played"


def fuzz(folder: Path, songs: list[Path], seeds: range, change: Callable[[Random, str], str]) -> set[str]:
    outcomes = set()
    for seed in seeds:
        random = Random(seed)
        path = folder / f"{seed}.yaml"
        path.write_text(change(random, random.choice(songs).read_text(encoding="utf-8")), encoding="utf-8")
        try:
            outcomes.add(outcome(path))
        except Exception as error:  # whatever it is, it is a fault, and told with its seed
            raise AssertionError(f"seed {seed}, {change.__name__}: {error!r}") from error
    return outcomes


@pytest.mark.parametrize("change", [change_tree, change_text])
def test_a_score_changed_at_random_is_played_or_refused_with_its_place(
        change: Callable[[Random, str], str], tmp_path: Path) -> None:
    assert fuzz(tmp_path, SHORT, range(40), change) == {"played", "refused"}


FIELDS = {f"{module.__name__}.{name}": field for module in (fields, lyrics, manners, timing)
          for name, field in vars(module).items() if hasattr(field, "__metadata__")}


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_field_takes_or_refuses_any_value(field: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(field)
    for value in (*ODD, float("nan"), {1: 2}, [None], {"to": None}):
        with suppress(ValidationError, NotationError):
            adapter.validate_python(value)


def test_harmony_where_it_has_no_place_is_refused(tmp_path: Path) -> None:
    """Of a part, too: only a section has harmony."""
    path = tmp_path / "x.yaml"
    path.write_text(json.dumps({"title": "x", "tempo": 100, "key": "C", "parts": {"a": {
        "instrument": "celesta", "harmony": "| C |"}}, "sections": [{"name": "A", "bars": 1}]}))
    assert outcome(path) == "refused"


@pytest.mark.parametrize("patch", [{"synth": {"preset": {"lead": 1}}}, {"electric_bass": {"technique": ["slap"]}}])
def test_a_preset_that_is_no_word_is_refused(patch: dict[str, Any], tmp_path: Path) -> None:
    (name, settings), = patch.items()
    path = tmp_path / "x.yaml"
    path.write_text(json.dumps({"title": "x", "tempo": 100, "key": "C", "parts": {"a": {
        "instrument": name, "patch": settings}}, "sections": [{"name": "A", "bars": 1}]}))
    assert outcome(path) == "refused"


@pytest.mark.whole_song
@pytest.mark.parametrize("change", [change_tree, change_text])
def test_thousands_of_scores_changed_at_random_are_played_or_refused(
        change: Callable[[Random, str], str], tmp_path: Path) -> None:
    assert fuzz(tmp_path, SONGS, range(1000, 2000), change) == {"played", "refused"}


PAGES = sorted(page for page in (Path(__file__).parent / "sheets").rglob("*")
               if page.is_file() and page.suffix != ".yaml")
LINES = (
    "[Verse 2]", "[Chorus x3]", "(x1000)", "Tempo: 0", "BPM: 999999", "Key: H##", "Capo: 77", "Time: 7/0",
    "Language: x", "Style: no drums, no bass",
    "Glitch: 0.9 -> 5", "| Am | % | F/ |", "A7b13b9#11/" * 9, "x4", "{start_of_tab", "[Am",
    "|",
    "1999 $5", "日本語の歌", "العربية", "\u202e\x1b[31m", "🔥", "\t", "\u2028", "#" * 9, "---", "```", "M:0", "L:0/0",
    "Q:1/0=0", "z99", "[V:9]", "<duration>0</duration>", "<note><rest/></note>", "a" * 300)


def change_page(random: Random, data: bytes) -> bytes:
    """Bytes of a page changed, or lines removed, doubled, exchanged, and others put between or into them."""
    if random.random() < 0.25:
        raw = bytearray(data)
        for _ in range(random.randint(1, 20)):
            at = random.randrange(len(raw) + 1)
            raw[at:at + random.choice((0, 1, 30))] = bytes(random.randrange(256) for _ in range(random.randrange(4)))
        return bytes(raw)
    lines = data.decode("utf-8", "replace").split("\n")
    for _ in range(random.randint(1, 6)):
        i, j, at = random.randrange(len(lines)), random.randrange(len(lines)), random.randrange(20)
        lines[i:i + 1] = random.choice((
            [], [lines[i], lines[j]], [lines[j]], [random.choice(LINES), lines[i]], [lines[i].upper()],
            [lines[i][::-1]], [lines[i][:at] + random.choice(LINES) + lines[i][at:]])) or [""]
    return "\n".join(lines).encode()


def import_pages(folder: Path, pages: list[Path], seeds: range) -> set[str]:
    """What becomes of changed pages: what is imported is a score that is read, or none is written at all."""
    outcomes = set()
    for seed in seeds:
        random = Random(seed)
        page = random.choice(pages)
        try:
            made = convert(change_page(random, page.read_bytes()), page.name, seed)
            score = folder / f"{seed}.yaml"
            score.write_text(made.yaml, encoding="utf-8")
            read_score(score, catalogue())
            outcomes.add("imported")
        except ScoreError as error:
            # Digits make lines that nobody could sing in the time of a verse; the reader says so at the line.
            if "more than can be sung" not in error.faults[0].message:
                raise AssertionError(f"seed {seed}, {page.name}: {error.faults[0].message}") from error
            outcomes.add("refused")
        except InputError as error:
            assert error.message and error.allowed
            outcomes.add("refused")
        except Exception as error:  # whatever it is, it is a fault, and told with its seed
            raise AssertionError(f"seed {seed}, {page.name}: {error!r}") from error
    return outcomes


def test_a_page_changed_at_random_becomes_a_score_that_is_read_or_is_refused(tmp_path: Path) -> None:
    short = [page for page in PAGES if page.stat().st_size < 1500]
    assert "imported" in import_pages(tmp_path, short, range(8))


@pytest.mark.whole_song
def test_hundreds_of_pages_changed_at_random_become_scores_or_are_refused(tmp_path: Path) -> None:
    assert import_pages(tmp_path, PAGES, range(1000, 1300)) == {"imported", "refused"}
