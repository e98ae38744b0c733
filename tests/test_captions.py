"""Words with their times: each format gives back, to another reader, the words and when they are heard."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import webvtt
from renderings import performance, rendering, song

from render.produce import plan
from render.writers import captions, chord_sheets
from render.writers.lyrics import TimedLine, timed_lines
from scores.performance import Performance

SCORE = Path(__file__).parents[1] / "scores" / "waltz.yaml"


@pytest.fixture(scope="module")
def played() -> Performance:
    return plan(SCORE).performance


@pytest.fixture(scope="module")
def lines(played: Performance) -> list[TimedLine]:
    return timed_lines(played)


def test_a_word_begins_with_its_vowel(played: Performance, lines: list[TimedLine]) -> None:
    """A sung note is heard where its vowel begins, and the word's time is that of its first note."""
    onsets = [note.onset_seconds for note in played.notes["voice"]
              if note.utterance and note.utterance.place == 0]
    assert [word.start_seconds for line in lines for word in line.words] == pytest.approx(onsets)
    assert lines[0].text == "The last bus has gone and it took all the light"


def test_lrc_has_each_word_within_ten_milliseconds(lines: list[TimedLine]) -> None:
    text = captions.lrc("Waltz", 24.5, lines)
    words = [(60 * int(minutes) + float(seconds), word.strip())
             for minutes, seconds, word in re.findall(r"<(\d+):([\d.]+)>([^<\n]+)", text) if word.strip()]
    asked = [(word.start_seconds, word.text) for line in lines for word in line.words]
    assert [word for _, word in words] == [word for _, word in asked]
    assert [at for at, _ in words] == pytest.approx([at for at, _ in asked], abs=0.01)


def test_vtt_and_srt_are_read_by_another_reader(lines: list[TimedLine]) -> None:
    for text, read in ((captions.vtt("Waltz", lines), webvtt.from_buffer), (captions.srt(lines), webvtt.from_buffer)):
        form = "vtt" if text.startswith("WEBVTT") else "srt"
        cues = list(read(io.StringIO(text), format=form))
        assert [cue.text for cue in cues] == [line.text for line in lines]
        assert [cue.end_in_seconds for cue in cues] == pytest.approx([int(line.end_seconds) for line in lines], abs=1)
    for cue, line in zip(re.findall(r"--> .*\n(.*)", captions.vtt("Waltz", lines)), lines, strict=True):
        inside = [60 * int(minutes) + float(seconds) for minutes, seconds in re.findall(r"<\d+:(\d+):([\d.]+)>", cue)]
        assert inside == pytest.approx([word.start_seconds for word in line.words[1:]], abs=0.001)


def test_ass_fills_each_syllable_until_the_next(lines: list[TimedLine]) -> None:
    rows = re.findall(r"Dialogue: 0,(\d):(\d+):([\d.]+),.*?,,(.*)", captions.ass("Waltz", lines))
    for (hours, minutes, seconds, text), line in zip(rows, lines, strict=True):
        at = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
        spelled = ""
        onsets = [seconds for word in line.words for seconds, _ in word.syllables]
        for kind, hundredths, syllable in re.findall(r"\{\\(kf?)(\d+)\}([^{]*)", text):
            if kind == "kf":
                assert at == pytest.approx(onsets.pop(0), abs=0.011)
                spelled += syllable
            at += int(hundredths) / 100
        assert spelled.strip() == line.text


def test_a_double_sings_no_line_of_its_own(lines: list[TimedLine], played: Performance) -> None:
    doubled = Performance(**{**{name: getattr(played, name) for name in played.__dataclass_fields__},
                             "notes": {**played.notes, "double": played.notes["voice"]}})
    assert timed_lines(doubled) == lines


def test_a_song_without_words_has_no_captions(tmp_path: Path) -> None:
    captions.write(rendering(tmp_path))
    assert not (tmp_path / "lyrics").exists()


def test_chords_stand_at_the_syllable_that_is_sung_with_them(played: Performance, lines: list[TimedLine]) -> None:
    """Taken out of ChordPro again, each chord of a line begins when its syllable does, or while none is sung."""
    text = chord_sheets.chordpro(plan(SCORE).score, chord_sheets.blocks(played))
    rows = [row for row in text.splitlines() if row and not row.startswith(("{", "|"))]
    assert [re.sub(r"\[[^]]*\]", "", row) for row in rows] == [line.text for line in lines]
    onsets = {round(played.tempo.seconds(bar.start_beats + float(start)), 3): chord.symbol
              for bar in played.bars for start, chord in bar.chords if chord}
    found = 0
    for row, line in zip(rows, lines, strict=True):
        place, syllables = 0, [(at, spelling) for word in line.words for at, spelling in word.syllables]
        for piece in re.split(r"(\[[^]]*\])", row):
            if not piece.startswith("["):
                place += len(piece)
                continue
            ahead = line.text[place:]
            heard = [at for at, spelling in syllables if ahead.startswith(spelling)]
            times = [at for at, symbol in onsets.items() if symbol == piece[1:-1]]
            if heard and any(abs(at - time) < 0.12 for at in heard for time in times):
                found += 1
    assert found >= 6


def test_words_part_where_chords_need_room() -> None:
    above, below = chord_sheets._two_rows(chord_sheets.Placed("a b", ((0, "Cmaj7"), (2, "G"))))
    assert above.index("G") == below.index("b")
    assert above.split() == ["Cmaj7", "G"]


def test_instrumental_sections_show_their_bars(tmp_path: Path) -> None:
    blocks = chord_sheets.blocks(performance(song()))
    assert next(block.bars for block in blocks if not block.lines) == ("Cm", "Cm")
