"""Pages as people post them: what a site, a notes app or a document puts around a song, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from render.catalogue import catalogue
from scores.compose import compose
from scores.reading.read import read_score
from scores.sheets.convert import Converted, convert

PAGES = Path(__file__).parent / "sheets" / "posted"
# Sections of each page in order, the intro that is put before them aside.
FORMS: Mapping[str, Sequence[str]] = {
    "site.txt": ["Verse 1", "Pre-Chorus", "Chorus", "Verse 2", "Guitar Solo", "Bridge", "Outro"],
    "notes_app.txt": ["Verse", "Verse 2", "Chorus", "Bridge", "Chorus 2", "Chorus 3", "Outro"],
    "document.txt": ["Verse 1", "Pre-Chorus", "Chorus", "Verse 2", "Chorus 2", "Instrumental", "Bridge", "Chorus 3"],
    "numbered.txt": ["Verse 1", "Refrain", "Verse 2", "Refrain 2", "Verse 3", "Refrain 3", "Outro"],
    "letters.txt": ["Verse", "Bridge", "Verse 2", "Sax solo", "Verse 3"],
    "flow.txt": ["Verse 1", "Chorus", "Verse 2", "Chorus 2", "Bridge", "Chorus 3", "Chorus 4"],
    "tables.md": ["Verse 1", "Chorus", "Verse 2", "Chorus 2", "Outro"],
    "one_line_each.txt": ["Chorus", "Verse"],
    "suno_cues.md": ["Verse 1", "Pre-Chorus", "Chorus", "Verse 2", "Instrumental Break", "Bridge", "Final Chorus",
                     "Outro"],
    "front_matter.md": ["Verse 1", "Chorus", "Verse 2", "Chorus 2", "Outro"],
    "capitals.txt": ["Verse 1", "Chorus", "Guitar Solo", "Breakdown", "Chorus 2"],
}
TITLES = {"site.txt": "Paper Boats", "document.txt": "The Long Way Round", "chord_site.txt": "Tin Roof Sunday",
          "letters.txt": "Blue Window", "roles.txt": "WHAT THE LANTERN SAW", "tables.md": "Neon Orchard"}
NOT_SUNG = ("contributors", "you might also", "embed", "tuning", "difficulty", "muted", "last edited", "theo:",
            "comments", "harlaxton", "captain", "blackout", "musical", "him:", "synthwave", "|",
            "1.", "same melody", "ritardando")


@cache
def made(name: str) -> Converted:
    return convert((PAGES / name).read_bytes(), name)


@cache
def score(name: str) -> Any:
    return YAML(typ="safe").load(made(name).yaml)


def section(name: str, called: str) -> Any:
    return next(each for each in score(name)["sections"] if each["name"] == called)


def texts(lyrics: Any) -> list[str]:
    rows = lyrics.split("\n") if isinstance(lyrics, str) else lyrics or []
    return [row if isinstance(row, str) else row["text"] for row in rows if row]


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_the_page_s(name: str) -> None:
    assert [each["name"] for each in score(name)["sections"] if each["name"] != "Intro"] == FORMS[name]


@pytest.mark.parametrize(("name", "title"), TITLES.items())
def test_a_title_loses_what_a_site_or_a_draft_adds_to_it(name: str, title: str) -> None:
    assert score(name)["title"] == title


def test_nothing_is_sung_that_only_stands_around_the_words() -> None:
    for name in (*FORMS, *TITLES, "duet.md", "rap.txt", "cifra.txt"):
        sung = "\n".join(line for each in score(name)["sections"] for line in texts(each.get("lyrics"))).lower()
        assert [word for word in NOT_SUNG if word in sung] == [], name


def test_a_table_of_the_form_gives_bars_and_cues() -> None:
    assert [(each["bars"], each.get("cue")) for each in score("tables.md")["sections"][:3]] == [
        (8, "synth only"), (16, "drums enter"), (16, "full")]
    assert "synth" in score("tables.md")["parts"]
    assert set(score("tables.md")["sections"][0]["play"]) == {"synth"}


def test_drums_wait_for_the_cue_that_lets_them_in() -> None:
    play = {each["name"]: set(each["play"]) for each in score("notes_app.txt")["sections"]}
    assert "drums" in play["Chorus"] and not any("drums" in play[name] for name in ("Intro", "Verse", "Verse 2"))


def test_a_rapper_has_drums_from_the_first_verse_on_and_answers_in_brackets_have_a_voice() -> None:
    verse = section("rap.txt", "Verse 1")
    assert verse["play"]["voice"] == "rap" and "drums" in verse["play"] and verse["play"]["answers"] == "answer"


def test_names_before_lines_and_in_headings_are_voices() -> None:
    lines = section("duet.md", "Verse 3")["lyrics"]
    assert [line["sings"] for line in lines] == ["voice", "voice_2", "all"]
    both = {"voice", "voice_2"}
    for name, voices in (("Verse 1", {"voice"}), ("Verse 2", {"voice_2"}), ("Chorus", both)):
        assert set(section("duet.md", name)["play"]) & both == voices
    low, high = (section("roles.txt", name)["play"][voice]["lowest"] for name, voice in (("Verse", "voice"),
                                                                                        ("Verse 2", "voice_2")))
    assert (low, high) == ("A2", "A3")


def test_a_solo_is_led_by_whom_its_heading_names() -> None:
    assert "lead" in section("site.txt", "Guitar Solo")["play"].values()
    assert section("capitals.txt", "Guitar Solo")["play"]["lead"] == "lead"
    assert score("capitals.txt")["parts"]["lead"]["instrument"] == "electric_guitar"
    assert score("letters.txt")["parts"]["lead"]["instrument"] == "saxophone"


def test_a_section_in_another_language_says_so() -> None:
    assert score("bilingual.txt")["language"] == "es"
    assert [each["name"] for each in score("bilingual.txt")["sections"] if each.get("language") == "en"] == ["Verse 2"]


def test_repeats_of_a_tune_are_written_out_with_their_endings() -> None:
    assert score("repeats.musicxml")["sections"][0]["bars"] == 5
    notes = next(each["notes"] for each in score("two_voices.abc")["sections"][0]["play"].values() if "notes" in each)
    bars = [bar.split() for bar in notes.replace("\n", " ").strip("| ").split("|")]
    assert len(bars) == 8 and bars[:3] == bars[4:7] and bars[3] != bars[7]


@pytest.mark.parametrize("name", ["chord_site.txt", "flow.txt", "cifra.txt"])
def test_each_chord_of_a_page_begins_on_its_syllable(name: str, tmp_path: Path) -> None:
    path = tmp_path / "song.yaml"
    path.write_text(made(name).yaml, encoding="utf-8")
    song = read_score(path, catalogue()).score
    performance = compose(song)
    found = 0
    for index, part in enumerate(song.sections):
        bars = [bar for bar in performance.bars if bar.section == index]
        changes = {bar.start_beats + float(start): chord.symbol for bar in bars for start, chord in bar.chords if chord}
        for number, line in enumerate(part.lyrics, 1):
            notes = sorted(note.onset_beats for note in performance.notes["voice"] if note.utterance
                           and note.utterance.place is not None and note.utterance.line.number == number
                           and note.utterance.line.section == part.name)
            for chord in {chord.syllable: chord for chord in reversed(line.chords)}.values():
                if chord.chord is not None and chord.syllable < len(notes):
                    held = max(beat for beat in changes if beat <= notes[chord.syllable] + 1e-6)
                    found += changes[held] == chord.chord.symbol
                    assert changes[held] == chord.chord.symbol, (part.name, number, chord)
    assert found > 20
