"""Lyrics of a MIDI file: several syllables on a note, words held over notes, marks that go on."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest
from edited_songs import SUNG, Song, note, write

from render.catalogue import reaches
from scores.midi_in.edited import play_edited
from scores.performance import Note


def sung_notes(folder: Path, *texts: str | None) -> tuple[list[Note], list[str]]:
    """A voice of a quarter note for each lyric, None for a note without."""
    (folder / "sung.yaml").write_text(SUNG)
    song = Song(folder / "sung.yaml", folder)
    messages: list[mido.Message] = []
    for number, text in enumerate(texts):
        messages += [] if text is None else [mido.MetaMessage("lyrics", text=text)]
        messages += note(60 + number, 0, 480)
    path = write(folder, ("voice", messages))
    back, told = play_edited(path, song.score, song.performance, reaches(song.score))
    return [n for n in back.notes["voice"] if not n.is_breath], told


def said(notes: list[Note]) -> list[tuple[float, str, str, bool]]:
    """Beat, word, phones and whether the word ends, of each note."""
    return [(n.onset_beats, n.utterance.word, " ".join(n.utterance.phones), n.utterance.is_word_end)
            for n in notes if n.utterance]


def test_two_syllables_on_a_note_are_sung_within_it(tmp_path: Path) -> None:
    notes, told = sung_notes(tmp_path, "baby ", "hello ")
    assert said(notes) == [(0, "baby", "B EY1", False), (0.5, "baby", "B IY0", True),
                           (1, "hello", "HH AH0", False), (1.5, "hello", "L OW1", True)]
    assert [n.pitch for n in notes] == [60, 60, 61, 61]
    assert [n.utterance.word_index for n in notes if n.utterance] == [0, 0, 1, 1]
    assert told[0] == ("other.mid: voice has more than one syllable on 2 notes: they are sung one after the other "
                       "within the note.")


@pytest.mark.parametrize("texts", [
    ("love- ", "- ", "- ", "you "), ("love", "_", "_", "you"), ("love ", "+ ", "+ ", "you "), ("love", "", "", "you"),
    ("love", "\r", "-", "", "you"),
])
def test_a_melisma_goes_on_with_the_vowel_and_ends_with_the_consonants(texts: tuple[str, ...], tmp_path: Path) -> None:
    """However it is written; what ends a line in a karaoke file is no syllable, its note is sung without."""
    notes, _ = sung_notes(tmp_path, *texts)
    assert [phones for _, _, phones, _ in said(notes)] == ["L AH1", "AH1", "AH1 V", "Y UW1"]
    assert [ends for *_, ends in said(notes)] == [False, False, True, True]
    assert [n.utterance.word_index for n in notes if n.utterance] == [0, 0, 0, 1]


def test_a_diphthong_over_several_notes_glides_on_the_last(tmp_path: Path) -> None:
    notes, _ = sung_notes(tmp_path, "night", "_", "_")
    assert [phones for _, _, phones, _ in said(notes)] == ["N AA1", "AA1", "AY1 T"]


def test_a_word_whose_other_syllables_are_marks_is_spread_over_their_notes(tmp_path: Path) -> None:
    notes, told = sung_notes(tmp_path, "hello", "+", "_", "you")
    assert [phones for _, _, phones, _ in said(notes)] == ["HH AH0", "L AO1", "OW1", "Y UW1"]
    assert told == ["other.mid, voice: 1 moved, 3 new, 4 gone.",
                    "other.mid has no track for guitar: played as composed."]


def test_a_word_in_more_pieces_than_it_has_syllables_holds_its_last_vowel(tmp_path: Path) -> None:
    """An engine is asked for every piece, so none is refused for its number of syllables."""
    notes, _ = sung_notes(tmp_path, "stre-", "ng-", "th ", "you")
    assert [ends for *_, ends in said(notes)] == [False, False, True, True]
    assert all(phones for _, _, phones, _ in said(notes))


def test_a_held_vowel_comes_back_from_our_own_file(tmp_path: Path) -> None:
    """``_`` in, ``_`` out: what was sung over three notes is written so that it is read so again."""
    notes, _ = sung_notes(tmp_path, "love", "_", "you")
    assert [n.utterance.syllable for n in notes if n.utterance] == ["love", "_", "you"]
    again, _ = sung_notes(tmp_path, "love-", "_ ", "you ")
    assert said(again) == said(notes)
