"""What people write for what they wish is taken as they mean it, or told with what is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bad_scores import GOOD

from render.catalogue import catalogue
from scores.faults import ScoreError
from scores.format.harmony import parse_harmony
from scores.notation import NotationError
from scores.players.strum import parse_strumming
from scores.reading.read import ScoreSource, read_score

HARMONY = '"| Am | F | C | G |"'
GUITAR = "{instrument: steel_guitar}"


def read(folder: Path, old: str, new: str) -> ScoreSource:
    assert old in GOOD
    path = folder / "song.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return read_score(path, catalogue())


def bars(text: Any) -> list[str]:
    return [" ".join(chord.symbol if chord else "N.C." for chord in bar) for bar in parse_harmony(text).bars]


@pytest.mark.parametrize(("written", "meant"), [
    ("||: Am | F :||", "Am,F,Am,F"), ("|: Am | F :| x3", "Am,F,Am,F,Am,F"), ("| Am | F | x2", "Am,F,Am,F"),
    ("(| Am | F |) x2", "Am,F,Am,F"), ("(Am F) x2", "Am,F,Am,F"), ("| Am x2 | F |", "Am,Am,F"),
    ("|: Am :| F |: C :| x3", "Am,Am,F,C,C,C"), ("| Am | F :|", "Am,F,Am,F"), ("Am F C G x2", "Am,F,C,G,Am,F,C,G"),
    ("| Am | F |\n| C | G | x2", "Am,F,C,G,C,G"), ("Cm / / /", "Cm"), ("| Cm / / / | F / C / |", "Cm,F C"),
    ("| F / / C |", "F F F C"), ("| F . . C | / / G / |", "F F F C,C G"), ("Am, F, C, G", "Am,F,C,G"),
    ("Am F, C G", "Am F,C G"), ("| Am, F | C |", "Am F,C"), ("G D Em C", "G,D,Em,C"), ("Am - F - C", "Am,F,C"),
    (["Am", "F C", "G"], "Am,F C,G"), ("“| Am | F |”", "Am,F"), ("Cmi C2 C△7 G7alt", "Cmi,C2,C△7,G7alt"),
    ("| Dm7(b5) | C7(b9) | x2", "Dm7(b5),C7(b9),Dm7(b5),C7(b9)"), ("| Am | n.c. |", "Am,N.C.")])
def test_harmony_is_read_as_chord_sheets_have_it(written: Any, meant: str) -> None:
    assert bars(written) == meant.split(",")


@pytest.mark.parametrize("text", ["/ Am", "| Am | F | x9999 x9999", "x2", "| | Am |", "|: | :|", {"bar": 1}, 7])
def test_harmony_that_nobody_can_read_is_refused(text: Any) -> None:
    with pytest.raises(NotationError):
        parse_harmony(text)


@pytest.mark.parametrize(("old", "new", "of", "value"), [
    ("tempo: 100", "tempo: 68bpm", "tempo.start", 68), ("tempo: 100", "tempo: 120,5", "tempo.start", 120.5),
    ("tempo: 100", "tempo: {start: 68 BPM}", "tempo.start", 68), ("key: A minor", "key: C moll", "key", "C minor"),
    ("key: A minor", 'key: "C # minor"', "key", "C# minor"), ("title: Test", "title: 1984", "title", "1984"),
    ("title: Test", "title: 007", "title", "007"), ("title: Test", "title: “Test: one”", "title", "Test: one"),
    (GUITAR, "steel_guitar", "parts[guitar].instrument", "steel_guitar"),
    (GUITAR, "{instrument: steel_guitar, pan: left}", "parts[guitar].pan", -1),
    (GUITAR, "{instrument: steel_guitar, pan: half right}", "parts[guitar].pan", 0.5),
    (GUITAR, "{instrument: steel_guitar, pan: L30}", "parts[guitar].pan", -0.3),
    (GUITAR, "{instrument: steel_guitar, pan: 30% right}", "parts[guitar].pan", 0.3),
    (GUITAR, "{instrument: steel_guitar, pan: center}", "parts[guitar].pan", 0),
    ("bars: 4\n    ", "", "sections[0].bars", 4), ("harmony:", "chords:", "sections[0].harmony", "| Am | F | C | G |"),
    (HARMONY, "Am F C G", "sections[0].harmony", "| Am | F | C | G |"),
    ("name: Verse", "name: 2", "sections[0].name", "2")])
def test_a_value_is_read_as_people_write_it(old: str, new: str, of: str, value: Any, tmp_path: Path) -> None:
    found: Any = read(tmp_path, old, new).score
    for step in of.replace("[", ".[").split("."):
        key = step[1:-1]
        found = getattr(found, step) if step[0] != "[" else found[int(key) if key.isdigit() else key]
    assert (str(found) if isinstance(value, str) else found) == value


@pytest.mark.parametrize(("chain", "names"), [
    ("effects: reverb", ["reverb"]), ("effects: 'compressor, reverb'", ["compressor", "reverb"]),
    ("effects: {eq: {low_cut_hz: 70}, reverb: }", ["eq", "reverb"])])
def test_a_chain_may_be_a_word_or_a_mapping(chain: str, names: list[str], tmp_path: Path) -> None:
    part: Any = read(tmp_path, GUITAR, f"{{instrument: steel_guitar, {chain}}}").score.parts["guitar"]
    assert [effect.name for effect in part.chain] == names


def test_a_send_that_no_mix_has_makes_its_own_space_and_any_other_is_told(tmp_path: Path) -> None:
    score: Any = read(tmp_path, GUITAR, "{instrument: steel_guitar, sends: {reverb: -10, hall: -12}}").score
    assert [[effect.name for effect in send.chain] for send in score.mix.sends.values()] == [["reverb"], ["plate"]]
    with pytest.raises(ScoreError, match="1 fault"):
        read(tmp_path, GUITAR, "{instrument: steel_guitar, sends: {reverb: -10, hal: -12}}")


@pytest.mark.parametrize("strokes", ["DDUUDU", "D DU UDU", "D - D U - U D U", "↓ ↓↑ ↑↓↑"])
def test_strokes_in_one_word_lie_where_the_hand_moves(strokes: str) -> None:
    assert parse_strumming(strokes) == "D - D U - U D U"


@pytest.mark.parametrize(("old", "new", "meant"), [
    ("key: A minor", "key: A minor\ntime_signature: 3/4", "meter"), ("key: A minor", "key: A minor\nswagger: 3", None),
    ("key: A minor", "key: A minor\nbpm: 100", "tempo"), (GUITAR, "drums", "drum_kit"),
    (GUITAR, "strings", "string_pad"),
    (GUITAR, "{instrument: steel_guitar, volume: -3}", "level"), (GUITAR, "fluegelhorn", "trumpet"),
    (GUITAR, "theremin", None)])
def test_what_is_suggested_is_what_is_meant_or_nothing(old: str, new: str, meant: str | None, tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as error:
        read(tmp_path, old, new)
    assert [fault.nearest for fault in error.value.faults] == [meant]


@pytest.mark.parametrize(("harmony", "told"), [
    ('"| Am F C G E7 |"', "5 chords share a bar of 4/4 equally, each with 4/5 quarters"), ('"| Am F C |"', "3 chords"),
    ('"| Am F | C / / G |"', "")])
def test_chords_that_share_a_bar_in_odd_lengths_are_told(harmony: str, told: str, tmp_path: Path) -> None:
    warnings = read(tmp_path, HARMONY, harmony).warnings
    assert [warning.message.startswith(told) for warning in warnings] == [True] * bool(told)
    assert all((warning.line, warning.column) == (10, 17) for warning in warnings)


def test_a_list_in_the_place_of_a_text_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as error:
        read(tmp_path, "key: A minor", "key: [A, minor]")
    assert [fault.message for fault in error.value.faults] == ['"key" cannot be read: "a list"']


def test_a_section_without_bars_is_as_long_as_its_harmony_also_where_something_else_is_wrong(tmp_path: Path) -> None:
    text = GOOD.replace("bars: 4\n    ", "").replace("key: A minor", "key: A minor\nvolume: 3")
    path = tmp_path / "song.yaml"
    for song, told in ((text, [4]), (text.replace("| Am |", "| Xx |"), [4, 10])):
        path.write_text(song, encoding="utf-8")
        with pytest.raises(ScoreError) as error:
            read_score(path, catalogue())
        assert [fault.line for fault in error.value.faults] == told
