"""Pages as writers jot them down: who is named plays, shorthand is understood, cues do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_sheets import scored

from scores.compose import compose
from scores.sheets.convert import convert

VERSE = "[Verse]\nthe river goes on\nand on to the sea"


@pytest.mark.parametrize(("style", "instrument"), [
    ("jazz trio with a tenor sax", "saxophone"), ("country, banjo and fiddle", "banjo"),
    ("country, banjo and fiddle", "violin"), ("ballad, solo cello", "cello"), ("blues, harmonica", "harmonica"),
    ("cumbia con flauta", "flute"), ("klezmer, Klarinette", "clarinet"), ("soul with a horn section", "trumpet"),
    ("hymn with choir", "choir"), ("folk, mandolin", "mandolin")])
def test_who_is_named_in_the_style_plays_itself(style: str, instrument: str, tmp_path: Path) -> None:
    page = f"Title: T\nStyle: {style}\n\n{VERSE}\n\n[Chorus]\ncome home\ncome home to me"
    made = scored(tmp_path, convert(page.encode(), "page.txt"))
    assert instrument in {part.instrument for part in made.parts.values()}


@pytest.mark.parametrize(("style", "kit"), [
    ("bossa nova, brushed drums", "brushes"), ("trap, 808s", "808"), ("boom bap, Rhodes", "lofi"),
    ("techno with a drum machine", "909"), ("flamenco, cajon", "cajon"), ("rock, drums", "acoustic")])
def test_the_words_say_which_kit_it_is(style: str, kit: str, tmp_path: Path) -> None:
    page = f"Title: T\nStyle: {style}\n\n[Chorus: full band]\ncome home\ncome home to me"
    made = scored(tmp_path, convert(page.encode(), "page.txt"))
    assert made.parts["drums"].voice.model_dump()["kit"] == kit


def test_a_song_that_fades_out_goes_on_while_it_is_turned_down(tmp_path: Path) -> None:
    page = f"Title: T\nStyle: rock\n\n{VERSE}\n\n[Outro: fades out]\ncome home to me"
    outro = scored(tmp_path, convert(page.encode(), "page.txt")).sections[-1]
    assert outro.fade is not None
    assert outro.fade.out
    assert outro.bars >= 5
    assert not any("leaves" in str(play) for play in outro.play.values())


def test_who_comes_with_the_chorus_is_silent_before(tmp_path: Path) -> None:
    page = f"Title: T\nStyle: bossa nova, drums\n\n{VERSE}\n\n[Chorus: fuller, with drums]\ncome home to me"
    verse, chorus = scored(tmp_path, convert(page.encode(), "page.txt")).sections
    assert "drums" not in verse.play
    assert "drums" in chorus.play


ABBREVIATED = """GHOST SIGNAL (demo)
dark synthwave / 80s pop - 112bpm - F#m
vocals: breathy female

V1
I drove all night to hear your voice
Static on the dial

PRE
And the city lights go by

CHORUS (big!!)
Ghost signal, I can hear you calling

V2 - drums half time
The antenna's bent, the tower's dead

BRIDGE (spoken, just a pad)
"There is nobody here"

[sax solo 16 bars]

CHORUS (last one, everything)

out: fade
"""


def test_a_page_in_a_writers_shorthand_is_read_as_it_is_meant(tmp_path: Path) -> None:
    """Bare V1 and PRE are headings, a list of styles needs no label, a length may stand in a heading's name."""
    made = scored(tmp_path, convert(ABBREVIATED.encode(), "page.txt"))
    assert [section.name for section in made.sections if section.lyrics] == [
        "Verse 1", "Pre-Chorus", "Chorus", "Verse 2", "Bridge", "Chorus 2"]
    assert "V1" not in " ".join(line.text for section in made.sections for line in section.lyrics)
    assert (made.bpm, str(made.key)) == (112, "F# minor")
    assert {"synth", "drums"} <= set(made.parts)
    by_name = {section.name: section for section in made.sections}
    assert by_name["Sax Solo"].bars == 16
    assert by_name["Verse 2"].players["drums"].model_dump()["groove"] == "half_time"
    assert set(by_name["Bridge"].play) == {"voice", "strings"}
    assert made.sections[-1].fade is not None


def test_front_matter_states_the_language(tmp_path: Path) -> None:
    page = "---\ntitle: T\nlang: es\n---\n## Coro\nmi amor\n"
    assert scored(tmp_path, convert(page.encode(), "page.md")).language == "es"


def test_a_comment_of_chordpro_may_be_the_style_and_a_break_has_who_plays_it(tmp_path: Path) -> None:
    page = ("{title: Boats}\n{key: G}\n{comment: bluegrass, fast, banjo + fiddle + upright}\n{sov}\n"
            "[G]Down by the river where the [C]water runs [G]cold\n{eov}\n{comment: fiddle break}\n")
    made = scored(tmp_path, convert(page.encode(), "page.cho"))
    assert {"banjo", "violin", "upright"} <= set(made.parts)
    assert made.sections[-1].players["violin"].style == "lead"


def test_a_key_change_raises_all_that_follows(tmp_path: Path) -> None:
    page = ("Title: T\nKey: D minor\n\n[Verse]\nthe river goes on\n\n[Chorus]\n| Dm | Bb | Gm | A7 |\n"
            "come home to me\n\n[Chorus: key up a whole step]\n\n[Outro]\ncome home\n")
    made = scored(tmp_path, convert(page.encode(), "page.txt"))
    first, second = (section for section in made.sections if section.name.startswith("Chorus"))
    assert str(second.key) == "E minor"
    performance = compose(made)
    one, two = ([chord.root for bar in performance.bars if bar.section == made.sections.index(section)
                 for _, chord in bar.chords if chord] for section in (first, second))
    assert [(root + 2) % 12 for root in one[:4]] == two[:4]
    assert str(performance.bars[-1].key) == "E minor"


def test_a_key_change_over_a_repeat_raises_the_song_once(tmp_path: Path) -> None:
    page = "Title: T\nKey: D minor\n\n[Refrain]\ncome home to me\n\n[Refrain x2 (half step up)]\n"
    keys = [str(section.key) for section in scored(tmp_path, convert(page.encode(), "page.txt")).sections
            if section.name.startswith("Refrain") and section.key]
    assert keys == ["Eb minor"]


def test_italics_with_a_cue_are_a_heading_and_a_style_may_stand_at_the_end(tmp_path: Path) -> None:
    page = ("**Iron**\n\n_Verse 1_\nbeneath the vault of rusted stone\n\n_Breakdown_ (guitars and drums, 8 bars)\n\n"
            "_Chorus_ (all)\niron cathedral, rise\n\n#suno: boom bap, rhodes, upright bass, 90 bpm\n")
    made = scored(tmp_path, convert(page.encode(), "page.md"))
    assert [section.name for section in made.sections][-3:] == ["Verse 1", "Breakdown", "Chorus"]
    assert made.bpm == 90
    assert {"rhodes", "upright"} <= set(made.parts)


def test_a_page_without_a_title_is_called_as_its_chorus_begins(tmp_path: Path) -> None:
    page = "[Intro]\n(yeah)\n\n[Verse]\nwoke up at six\n\n[Hook]\ncount it up (count it up)\nnever let it run out\n"
    assert scored(tmp_path, convert(page.encode(), "page.txt")).title == "count it up"


def test_a_separator_of_lines_inside_a_line_ends_it(tmp_path: Path) -> None:
    """Word processors leave U+2028; a score that held it could not be read."""
    page = "Title: T\n\n[Verse]\nthe river goes on\u2028and on to the sea\n\n[Chorus]\ncome home\u2029to me\n"
    made = scored(tmp_path, convert(page.encode(), "page.txt"))
    assert [line.text for section in made.sections for line in section.lyrics] == [
        "the river goes on", "and on to the sea", "come home", "to me"]


def test_chords_behind_a_tag_are_not_sung(tmp_path: Path) -> None:
    page = "{title: T}\n{sov}\n[G]the river goes on\n[Intro] D7M  Em7  A7\n{eov}\n"
    made = scored(tmp_path, convert(page.encode(), "page.cho"))
    assert not any("D7M" in line.text for section in made.sections for line in section.lyrics)
