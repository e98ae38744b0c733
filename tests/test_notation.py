"""Notation: written values fill their bars, and the notes of each format are those of the song."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as Xml

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from renderings import note, performance, song

from render.produce import Song, plan
from render.writers.abc import abc
from render.writers.notation import lead, measures, spell
from render.writers.notation.grid import DIVISIONS
from render.writers.notation.parts import Stave, StavePart, stave_parts
from render.writers.notation.tree import document, score_tree
from scores.theory import parse_key, parse_note

SCORES = Path(__file__).parents[1] / "scores"
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@pytest.fixture(scope="module", params=["waltz", "barcarolle"])
def composed(request: pytest.FixtureRequest) -> Song:
    return plan(SCORES / f"{request.param}.yaml")


def _written(root: Xml.Element, part: str = "P1", staff: str | None = None) -> list[tuple[Fraction, int, Fraction]]:
    """Onset and length [quarter notes] and pitch of the notes of a part, ties joined: a reader of its own."""
    found: list[tuple[Fraction, int, Fraction]] = []
    start = Fraction(0)
    for measure in root.find(f"part[@id='{part}']"):
        at = start
        longest = start
        for element in measure:
            if element.tag == "backup":
                at -= Fraction(int(element.find("duration").text), DIVISIONS)
            if element.tag != "note":
                continue
            length = Fraction(int(element.find("duration").text), DIVISIONS)
            onset = at if element.find("chord") is None else at - length
            pitch = element.find("pitch")
            if pitch is not None and staff in (None, getattr(element.find("staff"), "text", None)):
                alter = pitch.find("alter")
                number = (12 * (int(pitch.find("octave").text) + 1) + LETTERS[pitch.find("step").text]
                          + (int(alter.text) if alter is not None else 0))
                if any(tie.get("type") == "stop" for tie in element.findall("tie")):
                    index = max(i for i, (_, other, _) in enumerate(found) if other == number)
                    found[index] = (found[index][0], number, found[index][2] + length)
                else:
                    found.append((onset, number, length))
            at = onset + length
            longest = max(longest, at)
        start = longest
    return found


def _tree(composed: Song) -> Xml.Element:
    return score_tree(composed.score, composed.performance, stave_parts(composed.score, composed.performance))


def test_every_note_is_written_where_it_was_composed(composed: Song) -> None:
    """Onsets within half of a 1/32, each pitch as it is, for every part with one voice on its staves."""
    root = _tree(composed)
    for number, part in enumerate(stave_parts(composed.score, composed.performance), 1):
        asked = sorted({(round(each.onset_beats * 8), round(each.pitch)) for each in part.staves[0].notes})
        staff = "1" if len(part.staves) > 1 else None
        assert sorted({(round(onset * 8), pitch) for onset, pitch, _ in _written(root, f"P{number}", staff)}) == asked


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 95), st.integers(1, 40), st.integers(48, 72)), min_size=1, max_size=12),
       st.sampled_from(["4/4", "3/4", "6/8", "7/8", "2+2+3/8"]), st.sampled_from([8, 6]))
def test_written_values_fill_each_bar(drawn: list[tuple[int, int, int]], meter: str, grid: int) -> None:
    """The pieces of a bar follow each other from bar line to bar line, and last as long as their written values."""
    score = song(meter=meter)
    bars = performance(score).bars
    end = bars[-1].end_beats
    notes = [note(score, start / grid, length / grid, pitch) for start, length, pitch in drawn if start / grid < end]
    lengths = {"whole": 4, "half": 2, "quarter": 1, "eighth": Fraction(1, 2), "16th": Fraction(1, 4),
               "32nd": Fraction(1, 8)}
    for measure in measures(bars, notes):
        at = 0
        for piece in measure.pieces:
            assert piece.start == at
            written = Fraction(lengths[piece.value]) * (Fraction(3, 2) if piece.dots else 1)
            assert written * (Fraction(2, 3) if piece.is_triplet else 1) * DIVISIONS in (piece.places, DIVISIONS // 8)
            at += piece.places
        assert at == measure.places


def test_triplets_are_written_as_triplets() -> None:
    score = song()
    thirds = [note(score, place / 3, 1 / 3, 60 + place) for place in range(3)]
    pieces = measures(performance(score).bars, thirds)[0].pieces[:3]
    assert [(piece.value, piece.is_triplet, piece.places) for piece in pieces] == [("eighth", True, 8)] * 3
    assert (pieces[0].opens, pieces[2].closes) == (True, True)


@pytest.mark.parametrize(("key", "names"), [
    ("C minor", {63: "Eb4", 66: "F#4", 68: "Ab4", 71: "B4"}), ("A major", {61: "C#4", 68: "G#4"}),
    ("F# minor", {65: "F4", 66: "F#4"}), ("Db major", {61: "Db4", 66: "Gb4"})])
def test_pitches_are_spelled_in_their_key(key: str, names: dict[int, str]) -> None:
    for pitch, name in names.items():
        letter, alter, octave = spell(pitch, parse_key(key))
        assert parse_note(name) == pitch
        if key != "F# minor" or pitch != 65:  # its leading tone is an E sharp
            assert f"{letter}{'#' if alter > 0 else 'b' if alter < 0 else ''}{octave}" == name
        else:
            assert (letter, alter) == ("E", 1)


@pytest.mark.parametrize("key", ["C major", "F# minor", "Eb minor"])
def test_who_reads_signature_and_accidentals_plays_the_right_notes(key: str) -> None:
    """An accidental holds for its line to the end of the bar; a tie carries it over the bar line."""
    signs = {"flat-flat": -2, "flat": -1, "natural": 0, "sharp": 1, "double-sharp": 2}
    score = song(key=key)
    notes = [note(score, beat * 0.75, 0.75, 60 + beat * 5 % 13) for beat in range(30)]
    stave = StavePart("Voice", 1, (Stave("treble", tuple(notes)),))
    root = score_tree(score, performance(score, {"voice": notes}), [stave])
    fifths, written = int(root.findtext(".//fifths", "")), 0
    for measure in root.iter("measure"):
        held: dict[tuple[str, str], int] = {}
        for element in measure.iter("note"):
            pitch = element.find("pitch")
            if pitch is None:
                continue
            line = pitch.findtext("step", ""), pitch.findtext("octave", "")
            place = "FCGDAEB".index(line[0])
            alter = held.get(line, 1 if place < fifths else -1 if place >= 7 + fifths else 0)
            if sign := element.findtext("accidental"):
                written += 1
                held[line] = alter = signs[sign]
            is_tied_over = any(tie.get("type") == "stop" for tie in element.findall("tie"))
            assert is_tied_over or alter == int(pitch.findtext("alter", "0"))
    assert 0 < written < len(notes)


def test_every_pitch_sounds_as_it_is_spelled() -> None:
    for key in ("C minor", "B major", "Gb major", "D dorian"):
        for pitch in range(128):
            letter, alter, octave = spell(pitch, parse_key(key))
            assert 12 * (octave + 1) + LETTERS[letter] + alter == pitch


def test_syllables_join_to_the_words(composed: Song) -> None:
    voice = StavePart("Voice", 1, (Stave("treble", tuple(lead(composed.performance))),))
    root = score_tree(composed.score, composed.performance, [voice])
    text = ""
    for lyric in root.iter("lyric"):
        if (syllabic := lyric.find("syllabic")) is not None:
            text += lyric.find("text").text + (" " if syllabic.text in ("single", "end") else "")
    asked = " ".join(line.text for section in composed.score.sections for line in section.lyrics)
    assert text.split() == asked.replace("—", " ").split() or "".join(text.split()) == "".join(asked.split())


def test_tablature_sounds_as_the_stave_above_it(composed: Song) -> None:
    """String and fret, on the strings that the part declares, give the pitch of each note."""
    checked = 0
    for part in _tree(composed).findall("part"):
        strings = {int(tuning.get("line")): tuning for tuning in part.iter("staff-tuning")}
        for element in part.iter("note"):
            technical = element.find("notations/technical")
            if technical is None:
                continue
            line = len(strings) + 1 - int(technical.find("string").text)
            tuning = strings[line]
            alter = tuning.find("tuning-alter")
            opened = (12 * (int(tuning.find("tuning-octave").text) + 1) + LETTERS[tuning.find("tuning-step").text]
                      + (int(alter.text) if alter is not None else 0))
            pitch = element.find("pitch")
            sign = pitch.find("alter")
            sounding = (12 * (int(pitch.find("octave").text) + 1) + LETTERS[pitch.find("step").text]
                        + (int(sign.text) if sign is not None else 0))
            assert opened + int(technical.find("fret").text) == sounding
            checked += 1
    assert checked > 10


@pytest.mark.skipif(not shutil.which("abc2midi"), reason="not installed: abcmidi")
def test_abc_gives_another_program_the_same_tune(composed: Song, tmp_path: Path) -> None:
    (tmp_path / "tune.abc").write_text(abc(composed.score, composed.performance), encoding="utf-8")
    told = subprocess.run(["abc2midi", tmp_path / "tune.abc", "-NGRA", "-NGUI", "-o", tmp_path / "tune.mid"],
                          capture_output=True, text=True, check=True)
    assert "Error" not in told.stdout
    file = mido.MidiFile(tmp_path / "tune.mid")
    heard = []
    for track in file.tracks:
        at = 0
        for message in track:
            at += message.time
            if message.type == "note_on" and message.velocity:
                heard.append((round(8 * at / file.ticks_per_beat), message.note))
    asked = [(piece.start + measure.start, round(piece.event.notes[-1].pitch))
             for measure in measures(composed.performance.bars, lead(composed.performance))
             for piece in measure.pieces if piece.event and not piece.is_begun]
    assert sorted(heard) == [(round(place / DIVISIONS * 8), pitch) for place, pitch in asked]


@pytest.mark.whole_song
@pytest.mark.skipif(not shutil.which("mscore3"), reason="not installed: musescore3")
@pytest.mark.parametrize("name", ["waltz", "barcarolle", "five", "softmax"])
def test_musescore_reads_the_score_and_writes_the_same_notes(name: str, tmp_path: Path) -> None:
    made = plan(SCORES / f"{name}.yaml")
    root = _tree(made)
    (tmp_path / "score.musicxml").write_bytes(document(root))
    for target in ("again.musicxml", "score.pdf"):
        subprocess.run(["mscore3", "-o", tmp_path / target, tmp_path / "score.musicxml"], check=True,
                       capture_output=True, env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin",
                                                 "HOME": str(tmp_path)})
    again = Xml.parse(tmp_path / "again.musicxml").getroot()
    divisions = int(again.find(".//divisions").text)
    assert DIVISIONS % divisions == 0 or divisions % DIVISIONS == 0
    for number in range(1, len(root.findall("part")) + 1):
        assert _pitches(again, f"P{number}") == _pitches(root, f"P{number}")
        assert _words(again, f"P{number}") == _words(root, f"P{number}")
    assert (tmp_path / "score.pdf").read_bytes().startswith(b"%PDF")


def _pitches(root: Xml.Element, part: str) -> list[list[str]]:
    """The pitches of each bar, in order of their names, ties included."""
    return [sorted("".join((pitch.findtext("step", ""), pitch.findtext("alter", "0"), pitch.findtext("octave", "")))
                   for pitch in measure.iter("pitch")) for measure in root.find(f"part[@id='{part}']")]


def _words(root: Xml.Element, part: str) -> list[str]:
    return [lyric.findtext("text", "") for lyric in root.find(f"part[@id='{part}']").iter("lyric")
            if lyric.find("text") is not None]
