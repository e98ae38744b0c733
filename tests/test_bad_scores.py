"""A bad score is refused with every fault at once: where, what was found, what is allowed, what was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bad_scores import CASES, GOOD, HERE, Case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import faults, read

import scores
from effects import effects
from render.catalogue import catalogue
from scores.faults import ScoreError, ScoreFault, explain
from scores.format.model import Part, Score, Section
from scores.format.source import Source
from scores.reading.read import read_score

SONG = Path(scores.__file__).parent / "softmax.yaml"
SMALL = SONG.with_name("barcarolle.yaml")  # one of the songs that is soon read


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_fault_is_told_where_it_is_with_what_is_allowed_and_what_was_meant(bad: Case, tmp_path: Path) -> None:
    assert bad.old in GOOD
    text = GOOD.replace(bad.old, bad.new, 1)
    marks = []
    for line, row in enumerate(text.split("\n"), 1):
        marks += [(line, match.start() - n + 1) for n, match in enumerate(re.finditer(HERE, row))]
    told = faults(tmp_path, text.replace(HERE, ""))
    assert [(fault.line, fault.column) for fault in told] == marks, [(f.line, f.column, f.message) for f in told]
    for fault, tell in zip(told, bad.told, strict=True):
        assert fault.message.startswith(tell.message), fault
        assert tell.allowed in (fault.allowed or ""), fault
        assert tell.nearest in (None, fault.nearest), fault


@pytest.mark.parametrize("bad", [case for case in CASES if case.is_readable], ids=lambda bad: bad.name)
def test_no_fault_hides_another_in_a_later_section(bad: Case, tmp_path: Path) -> None:
    text = GOOD.replace(bad.old, bad.new, 1).replace(HERE, "") + "  - {name: Last, bars: 1, play: {nobody: pad}}\n"
    told = faults(tmp_path, text)
    assert [fault.message for fault in told][-1] == 'unknown part "nobody"'
    assert len(told) == len(bad.told) + 1


def test_faults_of_all_kinds_in_one_score_are_told_at_once(tmp_path: Path) -> None:
    """Those that the models find do not hide those that only the whole score shows, and the other way round."""
    text = GOOD.replace("tempo: 100", "tempo: 5\ntempo: 90").replace("key: A minor", "key: A minr").replace(
        "bars: 4", "bars: 0").replace("steel_guitar", "steel_guitr").replace("| F |", "| Fq |").replace(
        "guitar: fingerpick", "bass: bass") + "  - {name: Verse, like: Vers, bars: 2, glitch: {bar 9: 1}, cues: 3}\n"
    messages = [fault.message for fault in faults(tmp_path, text)]
    assert messages == [
        '"start" is out of range: 5', 'the key "tempo" appears twice, first on line 2',
        '"key" cannot be read: "minr"', 'unknown instrument "steel_guitr"',
        '"bars" is out of range: 0', '"harmony" cannot be read: "Fq"', 'unknown part "bass"',
        'an earlier section is called "Verse" too', 'unknown earlier section "Vers"', '"Verse" has no bar 9',
        '"cues" is a number: 3']


@pytest.mark.parametrize(("data", "message", "line", "column"), [
    (b"", "the file is empty", 1, 1),
    (b"\n# only a comment\n", "the file is empty", 1, 1),
    (b"- a\n- b\n", "the file holds a list", 1, 1),
    (b"a song", "the file holds a text", 1, 1),
    (GOOD.encode("utf-16"), "the file is in UTF-16", 1, 1),
    ("title: Test\nkey: é\n".encode("latin-1"), "the file is not in UTF-8: byte 0xE9", 2, 6),
    (b"title: x\n" * 200_000, "the file is too large", 1, 1),
    (b"a: " + b"[" * 100_000, "nested too deeply", 1, 27),
    (b"{" * 100_000, "nested too deeply", 1, 25),
    (b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"b%d: &b%d [%s]\n" % (i, i, b",".join([b"*b%d" % (i - 1) if i else b"*a"] * 10)) for i in range(12)),
     "too many values", 5, 10),
])
def test_a_file_that_is_no_score_is_refused_with_its_place(data: bytes, message: str, line: int, column: int,
                                                           tmp_path: Path) -> None:
    told = faults(tmp_path, data)
    assert [(fault.line, fault.column) for fault in told] == [(line, column)]
    assert told[0].message.startswith(message) and told[0].allowed


def test_a_path_that_leads_to_no_file_is_a_fault_of_the_person(tmp_path: Path) -> None:
    locked = tmp_path / "locked.yaml"
    locked.write_text(GOOD)
    locked.chmod(0)
    for path, message in ((tmp_path / "none.yaml", "there is no such file"), (tmp_path, "this is a folder, not a file"),
                          (Path("a\0b"), "the file cannot be read"), (locked / "x.yaml", "the file cannot be read")):
        with pytest.raises(ScoreError) as caught:
            read_score(path, catalogue())
        assert caught.value.faults[0].message.startswith(message), path


def test_a_file_that_is_not_there_is_told_without_a_place_and_with_the_score_most_like_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SONG.parent.parent)
    (tmp_path / "ballad.yaml").write_text(GOOD)
    for path, meant in ((Path("softmx.yaml"), str(Path("scores", "softmax.yaml"))),
                        (Path("scores/softmax"), str(Path("scores", "softmax.yaml"))),
                        (tmp_path / "balad.yml", str(tmp_path / "ballad.yaml"))):
        with pytest.raises(ScoreError) as caught:
            read_score(path, catalogue())
        assert explain(caught.value).startswith(f"{path}: there is no such file\n")
        assert f"did you mean {meant}?" in explain(caught.value)


def test_a_path_calls_sections_by_their_names(tmp_path: Path) -> None:
    text = GOOD.replace("fingerpick", "fingrpick") + "  - {bars: 0}\n"
    with pytest.raises(ScoreError) as caught:
        read(tmp_path, text)
    told = explain(caught.value)
    assert "  in sections › Verse › play › guitar\n" in told and "  in sections › 2 › bars\n" in told


def test_words_of_yaml_1_1_are_words_and_small_aliases_work(tmp_path: Path) -> None:
    source = Source("a: no\nb: on\nc: 010\nd: 1e3\ne: 1:30\nf: 2001-01-01\ng: ~\nh: 0x1F\ni: 1_000\nj: &x [1, Yes]\n"
                    "k: *x\n")
    assert source.root is not None and not source.faults
    assert source.root.data == {"a": "no", "b": "on", "c": 10, "d": 1000.0, "e": "1:30", "f": "2001-01-01", "g": None,
                                "h": 31, "i": "1_000", "j": (1, "Yes"), "k": (1, "Yes")}


@pytest.mark.parametrize("change", [
    lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n"), lambda text: "%YAML 1.2\n---\n" + text,
    lambda text: text.replace("a line", "a Linie für Ödön"),
])
def test_a_good_score_is_good_with_a_byte_order_mark_windows_line_ends_and_foreign_letters(
        change: Callable[[str], str], tmp_path: Path) -> None:
    source = read(tmp_path, change(GOOD))
    assert source.score.title == "Test" and len(source.score.sections[0].lyrics) == 2
    assert not source.score.sections[0].lyrics[1].text.endswith("\r")


def test_a_fault_found_by_composing_gets_its_place_in_the_text(tmp_path: Path) -> None:
    source = read(tmp_path, GOOD)
    found = ScoreFault(("sections", 0, "lyrics", 1, "text"), "more syllables than can be sung", found="another line")
    chord = ScoreFault(("sections", 0, "harmony", 2), "a chord no hand can play", found="C")
    error = source.error([found.fault, chord.fault])
    assert [(fault.line, fault.column) for fault in error.faults] == [(10, 26), (14, 7)]
    assert GOOD.splitlines()[9][25] == "C" and GOOD.splitlines()[13][6:].startswith("another line")
    assert source.locate(("parts", "voice", "instrument")) == (6, 23)
    assert source.locate(("parts", "voice", "patch", "vibrato")) == (6, 3)


def test_a_part_in_a_word_is_known_beside_faults_elsewhere(tmp_path: Path) -> None:
    """``sax: sax`` is told with the instrument that is meant, and ``voice: guide_vocal`` not at all."""
    path = tmp_path / "song.yaml"
    path.write_text("title: T\ntempo: 100\nkey: C\nparts:\n  voice: guide_vocal\n  sax: sax\nsections:\n"
                    "  - {name: A, bars: four, harmony: '| C |', play: {voice: sung}, lyrics: la la}\n")
    with pytest.raises(ScoreError) as caught:
        read_score(path, catalogue())
    assert [(fault.line, fault.nearest) for fault in caught.value.faults] == [(6, "saxophone"), (8, None)]


def test_an_explanation_names_file_place_path_allowed_and_nearest(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as caught:
        read(tmp_path, GOOD.replace("steel_guitar", "steel_guitr"))
    text = explain(caught.value)
    place = f"{tmp_path / 'song.yaml'}:5:24: "
    assert place + 'unknown instrument "steel_guitr"\n  in parts › guitar › instrument\n' in text
    assert re.search(r"  allowed: .*steel_guitar", text) and "  did you mean steel_guitar?\n" in text
    assert text.endswith("1 fault\n")


def test_the_range_in_a_fault_is_the_one_the_field_declares(tmp_path: Path) -> None:
    """For every number that an effect declares: one step outside is refused with its bounds in words."""
    for name, effect in effects().items():
        for key, field in effect.model_fields.items():
            for bound in (getattr(item, "le", None) for item in field.metadata):
                if bound is not None:
                    part = f"{{instrument: steel_guitar, effects: [{{{name}: {{{key}: {bound + 1}}}}}]}}"
                    told = faults(tmp_path, GOOD.replace("{instrument: steel_guitar}", part))
                    ours = next(fault for fault in told if fault.message.startswith(f'"{key}" is out of range'))
                    assert f"{bound:.15g}" in (ours.allowed or ""), (name, key)


QUICK = settings(max_examples=150, deadline=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
_SIGNS = st.sampled_from(" \n\t:-|>[]{}&*!%'\"#,?@`~\\=<")
_CHARACTERS = st.text(st.characters(codec="utf-8") | _SIGNS, max_size=300)


_PIECES = ["\n", ": ", "- ", "{", "[", "|", "*a", "&a ", "!x ", "1e9", "-1", "null", "~", "''", "{}", "[]", "true", "½",
           "²", "\t", "'", '"', "#", "\\"]


def _read_or_refuse(folder: Path, text: str | bytes) -> None:
    try:
        read(folder, text)
    except ScoreError as error:
        assert error.faults and all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in error.faults)
        assert explain(error)


@QUICK
@given(text=_CHARACTERS)
def test_any_text_at_all_is_read_or_refused(text: str, tmp_path: Path) -> None:
    _read_or_refuse(tmp_path, text)


@QUICK
@given(data=st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused(data: bytes, tmp_path: Path) -> None:
    _read_or_refuse(tmp_path, data)


@QUICK
@given(data=st.data())
def test_the_song_with_pieces_cut_doubled_or_replaced_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    text = GOOD if data.draw(st.booleans()) else SMALL.read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text) - 1))
        end = min(start + data.draw(st.integers(0, 30)), len(text))
        other = data.draw(st.integers(0, len(text) - 1))
        piece = data.draw(st.sampled_from(["", text[start:end] * 2, text[other:other + 30], *_PIECES]))
        text = text[:start] + piece + text[end:]
    _read_or_refuse(tmp_path, text)


_SCALARS = ["Cm", "p -> f", "0.1 -> 0.2", "sung", "fingerpick", "steel_guitar", "C4:1", "bar 1", "line 1", "²"]
_KEYS = ["style", "notes", "bars", "line 1", "effect", "text", "at", "instrument", "start", "changes"]
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(_SCALARS),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=6) | st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=6)
_PLACES = [*Score.model_fields, "parts.guitar", *(f"parts.guitar.{key}" for key in Part.model_fields), "mix.sends",
           "sections.0", *(f"sections.0.{key}" for key in Section.model_fields), "sections.0.play.guitar"]


@QUICK
@given(place=st.sampled_from(_PLACES), value=_VALUES)
def test_any_value_in_any_place_is_read_or_refused(place: str, value: object, tmp_path: Path) -> None:
    root = Source(GOOD).root
    assert root is not None
    score = json.loads(json.dumps(root.data))
    score["mix"] = {}
    *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    target = score
    for step in way:
        target = target[step]
    target[last] = value
    _read_or_refuse(tmp_path, json.dumps(score))  # a JSON text is a YAML text
