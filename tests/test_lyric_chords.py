"""Chords among the words of lyrics: each begins on its syllable, and the voice sings that syllable on its beat."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.catalogue import catalogue
from scores.compose import compose
from scores.performance import Performance
from scores.reading.read import ScoreSource, read_score

HEAD = """\
title: T
tempo: {tempo}
meter: {meter}
key: G major
parts:
  guitar: {{instrument: steel_guitar}}
  voice: {{instrument: guide_vocal}}
sections:
  - name: Intro
    bars: 2
    play: {{guitar: strum}}
  - name: Verse
    bars: {bars}
    play: {{guitar: strum, voice: sung}}
"""
VERSE = """\
    lyrics: |
      [G]I left my boots by the [D]harbour road
      And the [Em]tide came up for [C]one
      G                             D
      I carried the weight that the river owed
      Till the [C]ow[D]ing all was [G]done
"""


def composed(folder: Path, lyrics: str, tempo: int = 84, meter: str = "4/4", bars: int = 8) -> tuple[ScoreSource,
                                                                                                     Performance]:
    path = folder / "song.yaml"
    path.write_text(HEAD.format(tempo=tempo, meter=meter, bars=bars) + lyrics, encoding="utf-8")
    source = read_score(path, catalogue())
    return source, compose(source.score)


def changes(performance: Performance) -> dict[float, str]:
    """The beat at which each chord of the verse begins."""
    found, before = {}, None
    for bar in performance.bars:
        for start, chord in bar.chords:
            symbol = chord.symbol if chord else "N.C."
            if bar.section == 1 and symbol != before:
                found[bar.start_beats + float(start)] = symbol
            before = symbol if bar.section == 1 else None
    return found


def sung(performance: Performance) -> list[tuple[float, str]]:
    notes = [note for note in performance.notes["voice"] if note.utterance and note.utterance.place is not None]
    return sorted((note.onset_beats, note.utterance.syllable) for note in notes if note.utterance)


@pytest.mark.parametrize(("tempo", "meter"), [(84, "4/4"), (120, "3/4"), (60, "6/8"), (150, "4/4")])
def test_each_chord_begins_on_its_syllable(tempo: int, meter: str, tmp_path: Path) -> None:
    source, performance = composed(tmp_path, VERSE, tempo, meter, 16 if tempo > 100 else 8)
    assert not source.warnings
    at = changes(performance)
    assert list(at.values()) == ["G", "D", "Em", "C", "G", "D", "C", "D", "G"]
    syllables = dict(sung(performance))
    assert [syllables[beat] for beat in at] == ["I", "har", "tide", "one", "I", "riv", "ow", "ing", "done"]


def test_words_before_the_first_chord_lead_in_to_it(tmp_path: Path) -> None:
    _, performance = composed(tmp_path, "    lyrics: |\n      I have [G]never been to [D]sea\n", bars=4)
    first = performance.bars[2].start_beats
    before = [spelling for beat, spelling in sung(performance) if beat < first]
    assert before == ["I", "have"]
    assert changes(performance)[first] == "G"


def test_chords_after_the_last_word_and_two_on_one_syllable_have_beats_of_their_own(tmp_path: Path) -> None:
    _, performance = composed(tmp_path, "    lyrics: |\n      [G]Hello [C][D]sea [Em] [N.C.]\n", bars=4)
    assert list(changes(performance).values()) == ["G", "C", "D", "Em", "N.C."]


def test_with_harmony_the_chords_among_the_words_are_not_played_and_that_is_told(tmp_path: Path) -> None:
    source, performance = composed(tmp_path, '    harmony: "| Am |"\n    lyrics: |\n      [G]Hello [D]sea\n', bars=2)
    assert set(changes(performance).values()) == {"Am"}
    (warning,) = source.warnings
    assert "[G] [D]" in warning.message and warning.line == 17
