"""Laws of the tune: it moves as songs do, it comes back, it may be written, and a second voice agrees with it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from singing import SEEDS, lines_of, perform, relation
from stages import played, score_of, stages_of

import scores
from render.catalogue import catalogue
from scores.composing.singing.melody import chord_at
from scores.composing.singing.rooms import strength_at
from scores.composing.stage import Draft, Stage
from scores.faults import ScoreFault
from scores.reading.read import Changes, read_score

TEN_SEEDS = (20260213, *range(1, 10))
Sung = tuple[tuple[Stage, tuple[Draft, ...]], ...]


@cache
def softmax_sung(seed: int) -> Sung:
    """The sung sections of the first song, as its voice sings them with this seed."""
    path = Path(scores.__file__).parent / "softmax.yaml"
    score = read_score(path, catalogue(), Changes(seed, None, None)).score
    performed = [(stage, tuple(stage.player.play(stage))) for stage in stages_of(score, "voice")]
    return tuple((stage, drafts) for stage, drafts in performed if stage.player.style == "sung")


def pitches_of(performed: Sung) -> list[list[float]]:
    return [[draft.pitch for draft in line] for _, drafts in performed for line in lines_of(drafts)]


@pytest.mark.parametrize("seed", TEN_SEEDS)
def test_a_melody_goes_somewhere(seed: int) -> None:
    """Few notes go back at once to the one before the last, ten notes span a fifth, and long lines have five notes.

    Folk songs: 13 % returns, 7.9 semitones, 4.8 notes in a phrase of nine (Essen Folksong Collection).
    """
    lines = pitches_of(softmax_sung(seed))
    groups = [group for line in lines for group in zip(line, line[1:], line[2:], strict=False)]
    assert np.mean([a == c != b for a, b, c in groups]) <= 0.15
    song = [pitch for line in lines for pitch in line]
    assert np.mean([np.ptp(song[i:i + 10]) for i in range(0, len(song) - 9, 10)]) >= 7.0
    assert np.mean([len(set(line)) for line in lines if len(line) >= 8]) >= 5.0
    assert np.mean([abs(a - b) <= 2 for line in lines for a, b in pairwise(line)]) >= 0.8


@pytest.mark.parametrize("seed", TEN_SEEDS)
def test_verses_have_one_tune(seed: int) -> None:
    verses = [drafts for stage, drafts in softmax_sung(seed) if "Verse" in stage.section.name]
    assert len(verses) == 2 and relation(*verses) >= 0.7


def test_stressed_syllables_lie_above_weak_ones() -> None:
    """By half a semitone or more on average over ten takes, from the middle of their line; in none are they lower."""
    takes = []
    for seed in TEN_SEEDS:
        heights: dict[int, list[float]] = {0: [], 1: [], 2: []}
        for line in (line for _, drafts in softmax_sung(seed) for line in lines_of(drafts)):
            middle = float(np.mean([draft.pitch for draft in line]))
            for draft in line:
                heights[draft.utterance.stress if draft.utterance else 0].append(draft.pitch - middle)
        takes.append(np.mean(heights[1]) - np.mean(heights[0]))
    assert np.mean(takes) >= 0.5 and min(takes) > 0.0


def test_lines_fill_their_room_and_their_ends_are_held() -> None:
    for seed in TEN_SEEDS[:3]:
        for stage, drafts in softmax_sung(seed):
            syllables = [draft for line in lines_of(drafts) for draft in line]
            assert sum(d.duration_beats for d in syllables) >= 0.65 * (stage.span.end_beats - stage.span.start_beats)
            ends, others = ([d.duration_beats for d in syllables if d.utterance and d.utterance.is_line_end is end]
                            for end in (True, False))
            assert np.mean(ends) > 1.4 * np.mean(others)


def test_a_line_of_few_words_in_a_long_room_is_not_over_in_a_moment() -> None:
    (stage, drafts), = perform(score_of("| C | F | G | C |", meter="12/8", tempo=56, key="C major", bars=4, play="sung",
                                        section_lyrics=["Hallelujah"]))
    assert sum(d.duration_beats for line in lines_of(drafts) for d in line) >= 0.35 * stage.span.end_beats


def test_syncopation_brings_stressed_syllables_before_their_beat() -> None:
    def anticipated(syncopation: float) -> float:
        rows = []
        for seed in SEEDS:
            score = score_of(seed=seed, tempo=120, bars=8, play={"style": "sung", "syncopation": syncopation},
                             section_lyrics=["Never gonna hold you back again", "every single night I call your name",
                                             "running down the open road to you", "waiting for the light to come"])
            for stage, drafts in perform(score):
                for line in lines_of(drafts):
                    rows += [strength_at(stage, d.onset_beats) < strength_at(stage, e.onset_beats) - 0.2 or
                             strength_at(stage, d.onset_beats) <= 0.25
                             for d, e in pairwise(line) if d.utterance and d.utterance.stress == 1]
        return float(np.mean(rows))

    assert anticipated(1.0) > anticipated(0.0) + 0.15


def test_a_written_tune_is_sung_as_it_stands_a_syllable_a_note() -> None:
    tune = "| G4:1/4 A4 B4 D5 | C5:1/2. r:1/4 |"
    (drafts,) = played(score_of(play={"style": "sung", "notes": tune}, bars=2, key="G major", harmony="| G | C |",
                                section_lyrics=["Carry me home now"]))
    sung = [d for d in drafts if d.utterance and d.utterance.syllable]
    assert [d.pitch for d in sung] == [67, 69, 71, 74, 72]
    assert [d.onset_beats for d in sung] == [0, 1, 2, 3, 4]
    assert [d.utterance.syllable.lower() for d in sung if d.utterance] == ["car", "ry", "me", "home", "now"]


def test_a_later_section_takes_up_a_written_tune() -> None:
    section = {"name": "Chorus", "bars": 2, "harmony": "| G | C |", "lyrics": ["Carry me home now"],
               "play": {"player": {"style": "sung", "notes": "| G4:1/4 A4 B4 D5 | C5:1/2. r:1/4 |"}}}
    again = section | {"name": "Chorus 2", "play": {"player": "sung"}}
    first, second = played(score_of(key="G major", temperature=0, sections=[section, again]))
    assert [[d.pitch for d in row if d.utterance and d.utterance.syllable] for row in (first, second)] == [
        [67, 69, 71, 74, 72]] * 2


def test_a_tune_with_too_few_notes_for_its_words_is_refused_with_both_counts() -> None:
    score = score_of(play={"style": "sung", "notes": "| G4:1/4 A4 B4 D5 |"}, bars=1,
                     section_lyrics=["Carry me home now"])
    with pytest.raises(ScoreFault, match="5 syllables and the tune has 4 notes") as caught:
        played(score)
    assert caught.value.path == ("sections", 0, "play", "player", "notes")


@pytest.mark.parametrize("interval", ["third above", "third below", "sixth below"])
def test_a_second_voice_is_on_the_chord_where_it_counts(interval: str) -> None:
    strong, ends, same_way = [], [], []
    for seed in SEEDS:
        play = {"player": "sung", "second": {"style": "double", "of": "player", "interval": interval}}
        section = {"name": "Chorus", "bars": 8, "play": play,
                   "harmony": "| Abmaj7 | Eb/G | Fm7 | Cm | Ab | Bb | G7 | Cm |",
                   "lyrics": ["the lantern on the harbour wall went dim", "and every boat came slowly home to sleep"]}
        score = score_of(seed=seed, parts={name: {"instrument": "guide_vocal"} for name in play}, sections=[section])
        (lead,) = played(score)
        (stage,) = stages_of(score, "second", {"player": lead})
        second = stage.player.play(stage)
        for line in lines_of(tuple(second)):
            for draft in line:
                chord = chord_at(stage, draft.onset_beats)
                on_chord = chord is not None and round(draft.pitch) % 12 in chord.pitch_classes
                if strength_at(stage, draft.onset_beats) >= 0.5:
                    strong.append(on_chord)
            ends.append(on_chord)
        lead = [d for d in lead if d.utterance and d.utterance.syllable]
        second = [d for d in second if d.utterance and d.utterance.syllable]
        same_way += [np.sign(a.pitch - b.pitch) for a, b in zip(lead, second, strict=True)]
    assert np.mean(strong) >= 0.95 and all(ends)
    assert set(same_way) == {-1.0 if "above" in interval else 1.0}
