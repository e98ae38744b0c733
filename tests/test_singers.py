"""Who sings what: named singers, answers in brackets, parts together; and rap, which keeps the beat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reading import faults, read

from instruments.guide_vocal import GuideVocal
from scores.compose import compose
from scores.performance import Note, Performance, SungPhrase, sung_phrases

HEAD = """\
title: Singers
tempo: %d
key: C major
temperature: 0.7
parts:
  voice: {instrument: guide_vocal}
  voice_2: {instrument: guide_vocal}
  choir: {instrument: guide_vocal}
sections:
  - name: A
    bars: %d
    harmony: "| C | F | G | C |"
"""


def sung(folder: Path, play: str, lyrics: Sequence[str], tempo: int = 96, bars: int = 8) -> Performance:
    rows = "".join(f"      - {line}\n" for line in lyrics)
    return compose(read(folder, HEAD % (tempo, bars) + f"    play: {{{play}}}\n    lyrics:\n{rows}").score)


def words(song: Performance, part: str) -> list[str]:
    return [" ".join(word.text for word in phrase.line.words) for phrase in phrases(song, part)]


def phrases(song: Performance, part: str) -> list[SungPhrase]:
    return sung_phrases(song.notes[part])


def onsets(notes: Sequence[Note]) -> list[float]:
    return [note.onset_beats for note in notes if not note.is_breath]


def test_a_line_is_sung_by_whom_it_names_and_the_others_by_the_first(tmp_path: Path) -> None:
    song = sung(tmp_path, "voice: sung, voice_2: sung, choir: sung",
                ["over the river", "{text: under the sea, sings: voice_2}", "{text: all of us, sings: all}",
                 "{text: two of us, sings: [voice, choir]}"])
    assert words(song, "voice") == ["over the river", "all of us", "two of us"]
    assert words(song, "voice_2") == ["under the sea", "all of us"]
    assert words(song, "choir") == ["all of us", "two of us"]


def test_words_in_brackets_are_sung_by_who_answers_after_the_call(tmp_path: Path) -> None:
    """The call is without them and ends before the answer does; without an answering part the voice sings all."""
    lyrics = ["carry me over (carry me over)", "(oh my) what a day", "nobody answers"]
    song = sung(tmp_path, "voice: sung, choir: answer", lyrics)
    assert words(song, "voice") == ["carry me over", "what a day", "nobody answers"]
    assert words(song, "choir") == ["carry me over", "oh my"]
    call, answer = phrases(song, "voice")[0].notes, phrases(song, "choir")[0].notes
    assert call[-1].onset_beats < answer[0].onset_beats < phrases(song, "voice")[1].notes[0].onset_beats
    assert phrases(song, "choir")[1].notes[-1].onset_beats < phrases(song, "voice")[1].notes[-1].onset_beats
    alone = sung(tmp_path, "voice: sung", lyrics)
    assert words(alone, "voice")[0] == "carry me over carry me over"


def test_call_and_answer_take_turns_where_nothing_is_in_brackets(tmp_path: Path) -> None:
    song = sung(tmp_path, "voice: sung, choir: answer", ["one for me", "two for you", "three for all", "four to go"])
    assert words(song, "voice") == ["one for me", "three for all"]
    assert words(song, "choir") == ["two for you", "four to go"]


@pytest.mark.parametrize(("interval", "apart"), [("unison", {0}), ("third below", {-2, -3, -4, -5, -7}),
                                                  ("octave below", {-12})])
def test_parts_that_sing_the_same_lines_are_together(tmp_path: Path, interval: str, apart: set[int]) -> None:
    """Syllable for syllable at one time, in unison or at the interval asked for, in the range of the second singer."""
    song = sung(tmp_path, f"voice: sung, voice_2: {{style: sung, interval: {interval}, lowest: C2, highest: E5}}",
                ["carry me over the river tonight", "nobody knows where the water will go"])
    one, two = ([note for note in song.notes[part] if not note.is_breath] for part in ("voice", "voice_2"))
    assert onsets(one) == onsets(two) and len(one) > 15
    assert [note.utterance.syllable for note in one if note.utterance] == [
        note.utterance.syllable for note in two if note.utterance]
    assert {round(other.pitch - note.pitch) for note, other in zip(one, two, strict=True)} <= apart


def test_a_second_voice_below_a_low_singer_is_above_where_nobody_could_sing_it(tmp_path: Path) -> None:
    """A sixth under a bass lies beneath the instrument's lowest note: it is the third above."""
    song = sung(tmp_path, "voice: {style: sung, lowest: A2, highest: A3}, voice_2: {style: double, of: voice, "
                          "interval: sixth below}", ["carry me over the river tonight", "nobody knows where it goes"])
    one, two = ([note.pitch for note in song.notes[part] if not note.is_breath] for part in ("voice", "voice_2"))
    assert len(one) == len(two) > 10
    assert min(two) >= 45
    assert any(other > note for note, other in zip(one, two, strict=True))


RHYMES = ["I was counting every second of the night until the morning", "and the city kept on talking like a siren, "
          "like a warning"]


@pytest.mark.parametrize("seed", range(3))
def test_rap_lies_on_sixteenths_with_its_rhyme_on_a_beat(tmp_path: Path, seed: int) -> None:
    """Each syllable has a sixteenth of its own, stresses lie on strong places, and the rhyme is the loudest."""
    text = HEAD % (92, 4) + "    play: {voice: rap}\n    lyrics:\n" + "".join(f"      - {line}\n" for line in RHYMES)
    song = compose(read(tmp_path, text.replace("temperature: 0.7", f"temperature: 0.7\nseed: {seed + 1}")).score)
    for phrase in phrases(song, "voice"):
        places = [note.onset_beats * 4 for note in phrase.notes]
        assert places == pytest.approx([round(place) for place in places]) and len(set(places)) == len(places)
        loudest = max(phrase.notes, key=lambda note: note.velocity)
        assert loudest.utterance is not None and loudest.utterance.word in ("morning", "warning")
        assert loudest.onset_beats % 1 == 0
        stressed = [note.onset_beats % 0.5 == 0 for note in phrase.notes if note.utterance and note.utterance.stress]
        assert sum(stressed) >= 0.7 * len(stressed)


def test_rap_is_twelve_syllables_a_second_where_the_mouth_can_and_not_where_it_cannot(tmp_path: Path) -> None:
    """Open syllables go by in sixteenths at 170; clusters are refused with their count, at their line."""
    song = sung(tmp_path, "voice: rap", [" ".join(["do"] * 56)], 170, 4)
    seconds = [note.onset_seconds for note in song.notes["voice"] if not note.is_breath]
    rate = (len(seconds) - 1) / (seconds[-1] - seconds[0])
    assert 10.5 < rate <= 12
    crowded = HEAD % (170, 4) + f"    play: {{voice: rap}}\n    lyrics: [{' '.join(['strengths'] * 36)}]\n"
    found = faults(tmp_path, crowded)
    assert [each.line for each in found] == [14] and "more than" in found[0].message


def test_a_spoken_line_keeps_the_beat_when_it_is_asked_to(tmp_path: Path) -> None:
    """Syllables lie on the grid of sixteenths; in its own time a speaker's do not."""
    free, kept = (sung(tmp_path, f"voice: {{style: spoken, on_beat: {on}}}", ["nobody knows where the water will go"])
                  for on in ("false", "true"))
    off = [sum(abs(beat * 4 - round(beat * 4)) > 1e-6 for beat in onsets(song.notes["voice"])) for song in (free, kept)]
    assert off[0] > 5 and off[1] == 0


def test_the_voice_puts_each_rapped_vowel_on_its_note(tmp_path: Path) -> None:
    """The delivery says that it keeps the beat, so the voice times syllables and not words."""
    song = sung(tmp_path, "voice: rap", RHYMES[:1], 92, 4)
    assert all(note.utterance.line.delivery.on_beat for note in song.notes["voice"] if note.utterance)
    frames = round(song.duration_seconds * 16000)
    audio = GuideVocal(engine="espeak").play(song.notes["voice"], 16000, frames)
    heard = abs(audio).sum(axis=0)
    for note in (each for phrase in phrases(song, "voice") for each in phrase.notes):
        at = round(note.onset_seconds * 16000)
        assert heard[at:at + 800].max() > 0.02 * heard.max()


@pytest.mark.parametrize(("line", "found", "allowed"), [
    ("{text: over the river, sings: voice_3}", 'unknown singer in this section "voice_3"', "voice, voice_2, all"),
    ("{text: over the river, sings: choir}", 'unknown singer in this section "choir"', "voice, voice_2, all"),
    ("{text: over the river, sing: voice}", 'unknown key "sing"', "sings")])
def test_a_line_for_somebody_who_does_not_sing_here_is_refused(tmp_path: Path, line: str, found: str,
                                                               allowed: str) -> None:
    text = HEAD % (96, 4) + f"    play: {{voice: sung, voice_2: sung}}\n    lyrics:\n      - {line}\n"
    (fault,) = faults(tmp_path, text)
    assert found in fault.message and allowed in (fault.allowed or "") and fault.line == 15
