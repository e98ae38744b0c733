"""Pages into scores: what is read, what stays out, what is decided. The pages are in ``tests/sheets``."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import mido
import pytest

from render.catalogue import catalogue, out_of_range
from scores.compose import compose
from scores.format.text import parse_written_notes
from scores.lyrics.syllables import words
from scores.reading.read import read_score
from scores.score import Score, Section
from scores.sheets import chords, facts, known
from scores.sheets.convert import Converted, convert
from scores.sheets.forms import read_sheet
from scores.sheets.headings import parse_heading
from scores.sheets.language import language_of
from scores.sheets.say import spoken
from scores.sheets.writer import is_untouched
from scores.table import read_table
from scores.theory import parse_note

PAGES = Path(__file__).parent / "sheets"
ALL = sorted(path.name for path in PAGES.iterdir() if path.is_file())

# What each page states: tempo, key and meter where it does; None where they are left to us.
STATED: Mapping[str, tuple[float | None, str | None, str | None]] = {
    "abc_tune.abc": (108, "D minor", "3/4"), "bars.md": (132, "E minor", "4/4"),
    "capo_shapes.cho": (72, "Eb major", "6/8"), "chordpro.cho": (126, "A major", "4/4"),
    "chords_over.txt": (84, "A major", None), "deutsch.txt": (64, "F# minor", None),
    "dorian.md": (60, "D dorian", "6/8"), "dynamics.md": (120, "D minor", None),
    "emoji_caps.txt": (120, "A minor", None), "espanol.txt": (92, "A minor", None),
    "first_song.md": (68, "C minor", None), "francais.md": (76, "D minor", None),
    "glitch_more.md": (74, "E minor", None), "greentext.md": (68, None, None),
    "instrumental_breaks.md": (60, "Ab major", None), "lead_sheet.musicxml": (96, "F major", "4/4"),
    "loose_talk.txt": (100, "E major", None), "notes_around.md": (70, "E minor", None),
    "only_first_verse.txt": (None, "A minor", None),
    "portugues.txt": (None, "D major", None), "seven_minutes.md": (68, "G major", None),
    "suno_tags.md": (112, "G major", None), "toml_front.md": (88, "F minor", None),
    "trap.md": (140, "C# minor", None), "waltz_words.txt": (None, None, "3/4")}
LANGUAGES = {"espanol.txt": "es", "francais.md": "fr", "deutsch.txt": "de", "italiano.txt": "it", "portugues.txt": "pt",
             "dutch_simple.txt": "nl", "first_song.md": "en", "poem.txt": "en"}


@cache
def converted(name: str) -> Converted:
    return convert((PAGES / name).read_bytes(), name)


def scored(folder: Path, made: Converted) -> Score:
    """The score of a page as the reader has it: it refuses whatever could not be rendered."""
    path = folder / "song.yaml"
    path.write_text(made.yaml, encoding="utf-8")
    return read_score(path, catalogue()).score


@pytest.fixture(scope="module")
def score_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Score]:
    """The score of a page by its name, made once."""
    folder = tmp_path_factory.mktemp("scores")
    return cache(lambda name: scored(folder, converted(name)))


@pytest.fixture(scope="module")
def song(score_of: Callable[[str], Score]) -> Score:
    return score_of("first_song.md")


def section(score: Score, name: str) -> Section:
    return next(each for each in score.sections if each.name == name)


@pytest.mark.parametrize("name", ALL)
def test_each_page_becomes_a_score_that_can_be_played_and_states_what_it_states(
        name: str, score_of: Callable[[str], Score]) -> None:
    made, score = converted(name), score_of(name)
    performance = compose(score)
    assert not out_of_range(score, performance)
    assert sum(map(len, performance.notes.values())) > 10
    tempo, key, meter = STATED.get(name, (None, None, None))
    assert tempo in (None, score.tempo.start)
    assert key in (None, str(score.key))
    assert meter in (None, str(score.meter))
    told = "\n".join(made.guessed)
    for word, value in (("tempo", tempo), ("key", key)):  # what is not stated is told as a guess
        assert value is not None or f"{word} " in told
    assert is_untouched(made.yaml)


@pytest.mark.parametrize("name", ALL)
def test_every_sung_word_comes_from_the_page_and_none_of_its_words_is_lost(
        name: str, score_of: Callable[[str], Score]) -> None:
    sheet = read_sheet((PAGES / name).read_bytes(), name)
    written = {line.text for part in sheet.sections for line in part.lines}
    score = score_of(name)
    sung = {line.text.removeprefix("> ") for part in score.sections for line in part.lyrics}
    words = {text.replace("*", "") for text in written}
    has_tune = any(part.notes for part in sheet.sections)
    assert sung == words or (has_tune and not sung)  # a tune with other notes than syllables is played by itself


@pytest.mark.parametrize(("name", "language"), LANGUAGES.items())
def test_the_language_is_known_by_its_words(name: str, language: str) -> None:
    assert language_of(read_sheet((PAGES / name).read_bytes(), name).text) == (language, True)


def test_the_first_song_has_the_form_of_the_score_made_by_hand(song: Score) -> None:
    by_hand = read_score(Path("scores/softmax.yaml"), catalogue()).score
    assert [part.name.lower() for part in song.sections] == [part.name.lower() for part in by_hand.sections]
    for ours, theirs in zip(song.sections, by_hand.sections, strict=True):
        assert [line.text for line in ours.lyrics] == [line.text for line in theirs.lyrics], ours.name
        voices = [part.play.get("voice") for part in (ours, theirs)]
        styles = [voice if isinstance(voice, str) or voice is None else voice["style"] for voice in voices]
        assert styles[0] == styles[1], ours.name
        assert 0.7 <= ours.bars / theirs.bars <= 1.3 or ours.name == "Chorus", ours.name
    quiet = {"Intro": {"guitar"}, "Verse 1": {"guitar", "voice"}, "Chorus": {"guitar", "guitar_2", "voice"},
             "Final line": {"voice"}, "Coda": {"last_note"}}
    for name, players in quiet.items():
        assert set(section(song, name).play) == players
    full = {"guitar", "guitar_2", "voice", "piano", "bass", "strings", "heartbeat"}
    assert full <= set(section(song, "Verse 3").play)
    assert set(section(song, "Chorus 2").play) >= set(section(song, "Verse 3").play) | {"voice_left", "voice_right"}
    assert {"logits", "debris"} <= set(section(song, "Bridge").play)


def test_the_first_song_breaks_more_and_more_and_ends_in_silence_one_note_silence(song: Score) -> None:
    glitches = [part.glitch.values for part in song.sections]
    assert glitches[:3] == [(0.0, 0.0)] * 3
    assert 0 < glitches[3][0] < glitches[3][1] <= 0.3  # "small digital artifacts begin"
    ends = [values[-1] for values in glitches[3:]]
    assert ends[-2] > ends[0] + 0.3
    coda = song.sections[-1]
    assert coda.tails == "cut"
    notes = coda.play["last_note"]
    assert not isinstance(notes, str)
    bars = parse_written_notes(notes["notes"])
    sounding = [any(note.pitches for note in bar) for bar in bars]
    assert sounding == [False, True, True, False]
    (effect,) = song.parts["last_note"].effects
    assert not isinstance(effect, str) and set(effect) == {"bit_crush"}


def test_words_of_the_numbers_are_those_that_a_person_says(song: Score) -> None:
    lines = {line.text: line.spoken for line in section(song, "Bridge").lyrics}
    said = lines["> output: [0.01, 0.00, 0.00, 0.97, 0.00, 0.00, 0.01]"]
    assert said.startswith("output: zero point zero one, zero, zero, zero point nine seven")
    assert lines["> mfw I'm the last one who saw them alive"].startswith("my face when I'm")
    assert [word.text for word in words(spoken("ship it → now (yeah) exp()", "en"))] == ["ship", "it", "to", "now",
                                                                                         "yeah", "exp"]


def test_a_cue_says_who_plays(score_of: Callable[[str], Score]) -> None:
    score = score_of("dynamics.md")
    names = ("Verse 1", "Chorus", "Bridge", "Chorus 2")
    quiet, chorus, alone, huge = (set(section(score, name).play) for name in names)
    assert len(quiet) == 2 and "voice" in quiet
    assert len(chorus) > len(quiet)
    assert alone == {"voice"}
    assert huge >= chorus
    assert section(score, "Chorus 2").dynamics.values[0] > section(score, "Verse 1").dynamics.values[0] + 0.3


def test_notes_around_the_words_and_what_the_page_calls_its_authors_stay_out(tmp_path: Path) -> None:
    made = converted("notes_around.md")
    text = made.yaml.lower()
    for word in ("debts", "draft 4", "2025", "love letter", "eight lines", "breath before"):
        assert word not in text
    assert "10 lines of notes" in "\n".join(made.left_out)
    assert [part.name for part in scored(tmp_path, made).sections if part.lyrics] == ["Verse 1", "Chorus", "Verse 2"]


def test_a_question_mark_makes_a_guess_and_a_plain_statement_is_none() -> None:
    made = converted("loose_talk.txt")
    assert "tempo: 100  # guessed" in made.yaml and "key: E major  # guessed" in made.yaml
    assert "# guessed" not in converted("bars.md").yaml.split("parts:")[0]


@pytest.mark.parametrize(("text", "marked", "expected"), [
    ("Verse 1 — Whispered, close-miked", True, ("verse", 1, "Whispered, close-miked", None, 1)),
    ("Chorus (8 bars, loud)", True, ("chorus", 0, "loud", 8, 1)),
    ("V1", True, ("verse", 1, "", None, 1)), ("CHORUS!! (huge)", False, ("chorus", 0, "huge", None, 1)),
    ("Chorus x2", True, ("chorus", 0, "", None, 2)), ("Coro", False, ("chorus", 0, "", None, 1)),
    ("Strophe 2:", False, ("verse", 2, "", None, 1)), ("Guitar Solo", True, ("solo", 0, "", None, 1)),
    ("Final Chorus", True, ("chorus", 0, "", None, 1)), ("Instrumental Break", True, ("interlude", 0, "", None, 1)),
    ("Brücke (Takte: leise)", True, ("bridge", 0, "Takte: leise", None, 1)), ("Drop", True, ("drop", 0, "", None, 1)),
])
def test_headings_are_read_as_people_write_them(text: str, marked: bool,
                                                expected: tuple[str, int, str, int | None, int]) -> None:
    heading = parse_heading(text, marked)
    assert heading is not None
    assert (heading.kind, heading.number, heading.cue, heading.bars, heading.repeats) == expected


@pytest.mark.parametrize("text", ["End", "the bridge is burning down tonight", "Drop the needle", "chorus of angels",
                                  "Verse is what I live by", "Final"])
def test_a_line_of_the_song_is_no_heading(text: str) -> None:
    assert parse_heading(text, False) is None


@pytest.mark.parametrize(("text", "key"), [
    ("Key: C minor", "C minor"), ("in F♯m", "F# minor"), ("fis-moll", "F# minor"), ("H-Dur", "B major"),
    ("B-Dur", "Bb major"), ("la menor", "A minor"), ("si bémol majeur", "Bb major"), ("key of E", "E major"),
    ("Tonalidad: re mayor", "D major"), ("Bb mixolydian", "Bb mixolydian")])
def test_keys_are_read_in_the_spellings_of_their_languages(text: str, key: str) -> None:
    found = facts.key_in(text)
    assert found is not None and str(found.value) == key and found.is_sure


@pytest.mark.parametrize(("text", "bpm", "is_sure"), [
    ("68 BPM", 68, True), ("Tempo: 92", 92, True), ("tempo maybe 100ish?", 100, False), ("90-100 bpm", 95, False),
    ("♩ = 120", 120, True), ("around 84 bpm", 84, False)])
def test_tempos_are_read_and_their_doubts_too(text: str, bpm: float, is_sure: bool) -> None:
    found = facts.tempo_in(text)
    assert found is not None and (found.value, found.is_sure) == (bpm, is_sure)


def test_chords_over_the_words_fall_into_bars_and_sound_where_the_capo_puts_them(
        score_of: Callable[[str], Score]) -> None:
    score = score_of("chords_over.txt")
    harmony = section(score, "Verse").harmony
    assert harmony is not None
    assert [bar[0].symbol for bar in harmony.bars if bar[0]] == ["A", "E", "F#m", "D", "A", "E", "D", "A"]
    assert str(harmony).endswith("| D E | A |")
    assert score.parts["guitar"].capo == 2


def test_sections_without_chords_have_those_of_their_kind_elsewhere(score_of: Callable[[str], Score]) -> None:
    score = score_of("only_first_verse.txt")
    harmony = {part.name: str(part.harmony) for part in score.sections}
    assert harmony["Verso 1"] == harmony["Verso 2"] == harmony["Solo de guitarra"][:len(harmony["Verso 1"])]
    assert harmony["Intro"] == "| Am | F | C | G |"
    assert harmony["Coro 3"].endswith("Am |")


@pytest.mark.parametrize(("line", "is_chords"), [
    ("Am  F   C   G7", True), ("| Em | % | B7 |", True), ("H7   F#m7b5/E", True), ("C# Ebmaj7 Dsus4 N.C.", True),
    ("A man and a dog", False), ("Am I alone", False), ("Dad", False), ("Go Dig", False)])
def test_a_line_of_chords_is_told_from_words(line: str, is_chords: bool) -> None:
    assert chords.is_chord_line(line) is is_chords


def test_an_abc_tune_is_written_out_note_by_note(score_of: Callable[[str], Score]) -> None:
    score = score_of("abc_tune.abc")
    tune = next(play for play in score.sections[0].play.values() if not isinstance(play, str) and "notes" in play)
    bars = parse_written_notes(tune["notes"])
    assert [note.pitches[0] for note in bars[4]] == [parse_note(name) for name in ("D5", "C5", "Bb4")]
    assert all(sum(note.beats for note in bar) == 3 for bar in bars)
    assert str(score.sections[0].harmony) == "| Dm | C | Dm | A7 | Bb | F | C | Dm |"


def test_a_midi_lead_sheet_keeps_its_notes_tempo_and_key(tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track += [mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90)), mido.MetaMessage("key_signature", key="Gm"),
              mido.MetaMessage("time_signature", numerator=3, denominator=4)]
    for pitch, beats in ((67, 1), (70, 2), (74, 3)):
        track += [mido.Message("note_on", note=pitch, velocity=80),
                  mido.Message("note_off", note=pitch, time=480 * beats)]
    buffer = io.BytesIO()
    file.save(file=buffer)
    score = scored(tmp_path, convert(buffer.getvalue(), "tune.mid"))
    assert (score.tempo.start, str(score.key), str(score.meter)) == (90, "G minor", "3/4")
    tune = next(play for play in score.sections[0].play.values() if not isinstance(play, str) and "notes" in play)
    notes = [(note.pitches, float(note.beats)) for bar in parse_written_notes(tune["notes"]) for note in bar]
    assert notes == [((67,), 1.0), ((70,), 2.0), ((74,), 3.0)]


def test_the_same_page_gives_the_same_score_and_another_seed_another_one() -> None:
    page = (PAGES / "poem.txt").read_bytes()
    once = convert(page, "a.txt").yaml
    assert once == convert(page, "b.txt").yaml
    assert once != convert(page, "a.txt", seed=2).yaml
    command = "import sys; from scores.sheets.convert import convert; " \
              "sys.stdout.reconfigure(encoding='utf-8'); print(convert(open(sys.argv[1], 'rb').read()).yaml, end='')"
    run = subprocess.run([sys.executable, "-c", command, str(PAGES / "poem.txt")], capture_output=True, check=True,
                         env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path.cwd())})
    assert run.stdout.decode("utf-8").replace("\r\n", "\n") == once


def test_words_that_mean_nothing_to_us_are_listed() -> None:
    made = convert(b"Title: X\nStyle: folk, zorblax guitar, kazoo\n\n[Verse]\nOne small line to sing\n", "x.txt")
    assert any("zorblax" in line and "kazoo" in line and "guitar" not in line for line in made.left_out)


def test_no_drums_means_none_and_two_styles_meet() -> None:
    quiet = convert(b"Style: rock, no drums, electric guitar\n\n[Verse]\nOne small line to sing\n", "x.txt")
    assert "drum" not in quiet.yaml.split("parts:")[1] and not any("drum_kit" in line for line in quiet.left_out)


def test_the_tables_name_only_what_the_schema_knows_or_says_what_stands_in() -> None:
    coming = {"drum_kit", "electric_guitar", "electric_bass", "electric_piano", "organ", "synth", "clavinet"}
    for role, entry in read_table("players").items():
        assert set(entry["instruments"]) <= known.instruments() | coming, role
        assert set(entry.get("style", {})) <= known.styles() | {"drums"}, role
    roles = set(read_table("players"))
    for genre, entry in read_table("genres").items():
        assert set(entry["band"]) <= roles, genre
    for cue in read_table("cues")["cues"]:
        assert {*cue.get("in", ()), *cue.get("out", ()), *cue.get("only", ())} <= roles, cue


def test_words_whose_stresses_lie_two_or_four_apart_do_not_go_in_threes(tmp_path: Path) -> None:
    """Iambs with a weak word between leave a mean distance near three, and are no dactyls."""
    page = """Style: warm indie folk, female vocal

[Verse]
I folded up a lighthouse from the letters that you sent
I put it on the window where the weather never went
It doesn't throw a beam across the water or the town
But every time I pass it I can hear you coming down
"""
    assert str(scored(tmp_path, convert(page.encode(), "page.md")).meter) == "4/4"
