"""Laws of the voice: how words are set in time, what a melody may do, and what comes back."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singing import CHORUS, SEEDS, VERSE, every_line, lines_of, perform, relation, seconds, song, strength, sung
from stages import score_of, stages_of

import scores
from render.catalogue import catalogue
from scores.composing.singing.melody import chord_at, is_singable, ladder, sounding_pitch
from scores.composing.singing.phrases import Tune
from scores.composing.stage import Draft, Stage
from scores.faults import ScoreFault
from scores.reading.read import read_score
from scores.theory import parse_chord, parse_key


def test_every_syllable_has_one_note_and_the_text_comes_out_in_order() -> None:
    for stage, drafts in sung(1):
        for placed, line in zip(stage.lines, lines_of(drafts), strict=True):
            spelled = "".join(d.utterance.syllable + " " * d.utterance.is_word_end for d in line if d.utterance)
            assert spelled.split() == [word.strip(",.") for word in placed.line.text.split()]
            assert [d.utterance.is_line_end for d in line if d.utterance] == [False] * (len(line) - 1) + [True]


def test_stressed_syllables_stand_on_stronger_places_than_unstressed_ones() -> None:
    rows = [(d.utterance.stress == 1, strength(stage, d.onset_beats))
            for stage, line in every_line() for d in line if d.utterance]
    stressed = np.mean([s >= 0.5 for is_stressed, s in rows if is_stressed])
    unstressed = np.mean([s >= 0.5 for is_stressed, s in rows if not is_stressed])
    assert stressed > 0.9 and unstressed < 0.4


def rate(stage: Stage, line: list[Draft]) -> float:
    """Syllables a second from the first onset to the last: a held line end does not slow it."""
    return (len(line) - 1) / (stage.tempo.seconds(line[-1].onset_beats) - stage.tempo.seconds(line[0].onset_beats))


def test_a_phrase_is_sung_at_a_human_rate_inside_its_room_with_a_breath_after_it() -> None:
    for stage, line in every_line():
        placed = stage.lines[line[0].utterance.line.number - 1]  # type: ignore[union-attr]
        assert 1.0 <= rate(stage, line) <= 3.5
        assert stage.tempo.seconds(placed.end_beats) - seconds(stage, line)[1] >= 0.35


def test_unstressed_first_words_lead_into_a_strong_beat_and_may_come_before_the_bar_line() -> None:
    early_words, led_into = [], []
    for seed in SEEDS:
        chorus = {"name": "Chorus", "bars": 8, "harmony": "| Cm | Ab |", "lyrics": CHORUS, "play": {"player": "sung"}}
        verse = chorus | {"name": "Verse", "lyrics": VERSE}
        _, (stage, drafts) = perform(score_of(seed=seed, sections=[chorus, verse]))
        for placed, line in zip(stage.lines, lines_of(drafts), strict=True):
            early = [d for d in line if d.onset_beats < placed.start_beats - 1e-9]
            assert len(early) <= 3 and all(d.utterance.stress != 1 for d in early if d.utterance)
            early_words.append(bool(early))
            led_into.append(strength(stage, line[1].onset_beats))  # THE lan-tern, AND ev-ery, I count-ed, un-TIL
    assert np.mean(early_words) >= 0.3 and np.mean(np.array(led_into) >= 0.75) >= 0.6


@pytest.mark.parametrize("meter, bpm", [("3/4", 120), ("6/8", 58), ("5/4", 90), ("4/4", 160), ("4/4", 50)])
def test_the_grid_follows_the_tempo_so_that_the_rate_does_not(meter: str, bpm: float) -> None:
    bars = {"3/4": 16, "6/8": 8, "5/4": 8}.get(meter, 16 if bpm > 100 else 8)
    score = score_of("| Cm | Fm |", meter=meter, tempo=bpm, play="sung", bars=bars, section_lyrics=VERSE)
    for stage, drafts in perform(score):
        for line in lines_of(drafts):
            assert 0.85 <= rate(stage, line) <= 3.6


def test_a_comma_makes_a_longer_gap_than_no_comma() -> None:
    gaps: dict[bool, list[float]] = {True: [], False: []}
    text = ["I waited, and the river turned to stone"] * 4
    for seed in SEEDS:
        for _, drafts in perform(score_of(seed=seed, play="sung", section_lyrics=text)):
            for line in lines_of(drafts):
                for here, there in pairwise(line):
                    said = here.utterance
                    after_comma = said is not None and said.word == "waited" and said.is_word_end
                    gaps[after_comma].append(there.onset_beats - here.onset_beats - here.duration_beats)
    assert np.mean(gaps[True]) > 4 * np.mean(gaps[False])


def test_lines_of_a_verse_share_a_rhythm_more_than_lines_of_different_songs() -> None:
    def places(stage: Stage, line: list[Draft]) -> set[float]:
        start = stage.lines[line[0].utterance.line.number - 1].start_beats  # type: ignore[union-attr]
        return {round(d.onset_beats - start, 3) for d in line}

    def shared(a: set[float], b: set[float]) -> float:
        return len(a & b) / len(a | b)

    verses = [[places(stage, line) for line in lines_of(drafts)] for seed in SEEDS for stage, drafts in sung(seed)[:1]]
    within = np.mean([shared(verse[0], other) for verse in verses for other in verse[1:]])
    across = np.mean([shared(a[0], b[i]) for a in verses for b in verses if a is not b for i in range(1, 4)])
    assert within > across + 0.04


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.5, 10.0])
def test_a_melody_is_hummable_at_every_temperature(temperature: float) -> None:
    """Steps and repeats are three fifths, leaps are answered by a step back, the range is a tenth."""
    for stage, line in every_line(temperature):
        pitches = [draft.pitch for draft in line]
        moves = np.diff(pitches)
        assert np.mean(np.abs(moves) <= 3) >= 0.6
        for i in np.flatnonzero(np.abs(moves) > 4):
            assert np.sign(moves[i + 1]) == -np.sign(moves[i]) and abs(moves[i + 1]) <= 3
        assert min(pitches) >= 57 and max(pitches) <= 76
        scale = stage.bars[0].key.scale
        for draft in line:
            chord = chord_at(stage, draft.onset_beats)
            assert int(draft.pitch) % 12 in {*scale, *(chord.pitch_classes if chord else ())}
    for seed in SEEDS:
        for _, drafts in sung(seed, temperature):
            pitches = [draft.pitch for line in lines_of(drafts) for draft in line]
            assert max(pitches) - min(pitches) <= 16


def test_steps_in_semitones_are_the_rule() -> None:
    moves = np.abs(np.concatenate([np.diff([draft.pitch for draft in line]) for _, line in every_line()]))
    assert np.mean(moves <= 2) >= 0.7


def test_strong_beats_carry_chord_tones_and_weak_ones_need_not() -> None:
    def is_consonant(stage: Stage, draft: Draft) -> bool:
        chord = chord_at(stage, draft.onset_beats)
        return chord is not None and int(draft.pitch) % 12 in chord.pitch_classes

    rows = [(strength(stage, d.onset_beats), is_consonant(stage, d)) for stage, line in every_line() for d in line]
    strong = np.mean([consonant for s, consonant in rows if s >= 0.75])
    weak = np.mean([consonant for s, consonant in rows if s <= 0.25])
    assert strong > 0.8 and strong > weak + 0.15


def test_phrases_close_on_chord_tones_and_the_last_line_of_a_section_on_the_tonic_chord() -> None:
    tonic = []
    for seed in SEEDS:
        for stage, drafts in sung(seed):
            lines = lines_of(drafts)
            for line in lines:
                chord = chord_at(stage, line[-1].onset_beats)
                assert chord is not None and int(line[-1].pitch) % 12 in chord.pitch_classes
            if chord_at(stage, lines[-1][-1].onset_beats) == parse_chord("Cm"):
                tonic.append(int(lines[-1][-1].pitch) % 12 in (0, 3))
    assert len(tonic) > len(SEEDS) and np.mean(tonic) >= 0.75


@pytest.mark.parametrize(("earlier", "later"), [(0, 2), (1, 3)])
def test_a_section_that_is_like_another_with_other_words_brings_its_melody_back(earlier: int, later: int) -> None:
    related, unrelated = [], []
    for seed in SEEDS:
        performed = sung(seed)
        related.append(relation(performed[earlier][1], performed[later][1]))
        unrelated.append(relation(performed[0][1], performed[1][1]))
    assert min(related) >= 0.7 and np.mean(related) > np.mean(unrelated) + 0.4


@pytest.mark.parametrize(("temperature", "share"), [(0.0, 1.0), (0.7, 0.85)])
@pytest.mark.parametrize("like", [{"like": "Chorus"}, {}], ids=["like", "the same words"])
def test_the_same_words_have_the_same_tune(temperature: float, share: float, like: dict[str, str]) -> None:
    section = {"name": "Chorus", "bars": 8, "harmony": "| Cm | Ab | Eb | Bb |", "lyrics": CHORUS,
               "play": {"player": "sung"}}
    for seed in SEEDS:
        (_, first), (_, second) = perform(score_of(seed=seed, temperature=temperature,
                                                   sections=[section, section | {"name": "Refrain 2"} | like]))
        alike = [one.pitch == other.pitch for a, b in zip(lines_of(first), lines_of(second), strict=True)
                 for one, other in zip(a, b, strict=True)]
        assert np.mean(alike) >= share


def test_a_hook_comes_twice_and_lies_above_the_verse() -> None:
    again, higher = [], []
    for seed in SEEDS:
        (_, verse), (stage, chorus), *_ = sung(seed)
        tune = stage.memory.recall(Tune, "Chorus")
        assert tune is not None
        again.append([phrase.label for phrase in tune.phrases].count("A"))
        higher.append(np.mean([d.pitch for d in chorus]) - np.mean([d.pitch for d in verse]))
    assert min(again) >= 2 and np.mean(higher) > 2.0 and min(higher) > 0.0


def test_the_seventh_of_minor_is_raised_over_the_dominant_and_nowhere_else() -> None:
    key = parse_key("C minor")
    assert sounding_pitch(key, 6, parse_chord("G7")) == 71
    assert sounding_pitch(key, 6, parse_chord("Bb")) == 70
    assert sounding_pitch(key, 6, None) == 70


def test_a_ladder_stays_in_the_singers_range_and_within_a_tenth() -> None:
    for tonic in ("C minor", "A major", "F# minor", "Db major"):
        for centre in (50.0, 64.0, 69.0, 90.0):
            steps = ladder(parse_key(tonic), 57, 76, centre)
            pitches = [steps.key.pitch(degree, 4) for degree in steps.degrees]
            assert pitches[0] >= 57 and pitches[-1] <= 76 and 10 <= pitches[-1] - pitches[0] <= 15


@pytest.mark.parametrize(("degrees", "verdict"), [
    ((0, 1, 2, 3, 2, 1, 0), True), ((0, 4, 3, 2, 1, 0), True), ((0, 1, 0, 2, 1, 2, 3, 2), False),
    ((0, 0, 1, 1, 2, 1, 1, 0), False), ((0, 4, 2, 1, 0, 0), False), ((0, 1, 2, 1, 2, 1), False),
    ((0, 2, 4, 6, 4, 2), False), ((0, 1, 2, 1, 0, 5), False),
])
def test_the_check_of_a_phrase_knows_a_song_from_an_exercise(degrees: tuple[int, ...], verdict: bool) -> None:
    assert is_singable(degrees) is verdict


def test_a_later_temperature_changes_the_tune_and_cold_ones_do_not_depend_on_the_seed() -> None:
    cold = {tuple((d.onset_beats, d.pitch) for _, drafts in sung(seed, 0.0) for d in drafts) for seed in SEEDS}
    warm = {tuple((d.onset_beats, d.pitch) for _, drafts in sung(seed) for d in drafts) for seed in SEEDS}
    assert len(cold) == 1 and len(warm) == len(SEEDS)


def test_every_degree_is_a_logged_choice() -> None:
    stage, drafts = sung(1)[0]
    purposes = [choice.address.purpose for choice in stage.chooser.log if choice.address.section == "Verse 1"]
    for line in lines_of(drafts):
        number = line[0].utterance.line.number  # type: ignore[union-attr]
        for i in range(len(line)):
            assert any(purpose.startswith(f"melody, line {number}") and purpose.endswith(f", note {i + 1}")
                       for purpose in purposes)
        assert f"text setting, line {number}" in purposes


def test_from_vowel_to_vowel_there_is_time_for_every_consonant_between() -> None:
    text = "texts glimpsed, strength stretched, sixths scraped, prompts scrawled, depths"
    score = score_of(play="sung", bars=1, tempo=60, section_lyrics=[text])
    ((stage, drafts),) = perform(score)
    (line,) = lines_of(drafts)
    for one, other in pairwise(line):
        assert one.utterance and other.utterance
        gap = stage.tempo.seconds(other.onset_beats) - stage.tempo.seconds(one.onset_beats)
        after = [phone for phone in one.utterance.phones if not phone[-1].isdigit()]
        assert gap >= 0.05 + 0.035 * _between(one.utterance.phones, other.utterance.phones) - 1e-6, after


def _between(phones: tuple[str, ...], following: tuple[str, ...]) -> int:
    """Consonants from the vowel of a syllable to that of the next."""
    nucleus, ahead = (next(i for i, p in enumerate(each) if p[-1].isdigit()) for each in (phones, following))
    return len(phones) - 1 - nucleus + ahead


@pytest.mark.parametrize("style", ["sung", "whispered", "spoken"])
def test_more_than_six_syllables_a_second_is_a_fault_that_names_the_line(style: str) -> None:
    text = "an extraordinary multiplicity of administrative irregularities accumulated"
    score = score_of(play=style, bars=2, section_lyrics=["fine", text])
    with pytest.raises(ScoreFault, match="a second") as caught:
        perform(score)
    assert caught.value.fault.path == ("sections", 0, "lyrics", 1)
    assert caught.value.fault.found == text and "6 a second" in str(caught.value.fault.allowed)


def test_what_is_said_may_differ_from_what_is_printed() -> None:
    (_, drafts), = perform(score_of(play="spoken", section_lyrics=[{"text": "> out: [0.5]", "say": "out: a half"}]))
    assert [d.utterance.syllable for d in drafts if d.utterance and d.utterance.syllable] == ["out", "a", "half"]


def test_a_singer_may_have_another_range() -> None:
    style = {"style": "sung", "lowest": "A2", "highest": "E4"}
    pitches = [d.pitch for _, drafts in perform(song(style=style)) for d in drafts]
    assert min(pitches) >= 45 and max(pitches) <= 64


def test_a_breathing_voice_without_lyrics_breathes_and_says_nothing() -> None:
    (_, drafts), = perform(score_of(play="breath"))
    assert len(drafts) == 8 and {d.utterance.syllable for d in drafts if d.utterance} == {""}


WORD = st.sampled_from(["oh", "river", "unbelievable", "T", "0.7", "well,", "—", "glorp", "night.", "why?",
                        "almost-free"])


@settings(max_examples=40, deadline=None)
@given(st.lists(WORD, min_size=1, max_size=7), st.sampled_from(["sung", "whispered", "spoken", "breath"]),
       st.sampled_from(["4/4", "3/4", "6/8", "7/8"]), st.floats(0, 10), st.integers(0, 9))
def test_any_line_is_performed_once_a_syllable_in_its_room(
        line: list[str], style: str, meter: str, temperature: float, seed: int) -> None:
    score = score_of(play=style, meter=meter, temperature=temperature, seed=seed, bars=12,
                     section_lyrics=[" ".join(line), "and home again", " ".join(reversed(line))])
    (stage, drafts), = perform(score)
    for here, there in pairwise(drafts):
        assert here.onset_beats + here.duration_beats <= there.onset_beats + 1e-9
    for draft in drafts:
        placed = stage.lines[draft.utterance.line.number - 1]  # type: ignore[union-attr]
        assert draft.duration_beats > 0.01 and 1 <= draft.velocity <= 127
        if draft.utterance and draft.utterance.syllable:
            assert placed.start_beats - 4.0 <= draft.onset_beats
            assert draft.onset_beats + draft.duration_beats <= placed.end_beats


def test_the_song_that_ships_is_sung_by_the_same_laws() -> None:
    path = Path(scores.__file__).parent / "softmax.yaml"
    score = read_score(path, catalogue()).score
    checked = 0
    for stage in stages_of(score, "voice"):
        player = stage.player
        drafts = tuple(player.play(stage))
        for line in lines_of(drafts):
            assert rate(stage, line) <= (5.0 if player.style == "spoken" else 3.5)
            if player.style == "sung":
                assert rate(stage, line) >= 1.0
                assert np.mean(np.abs(np.diff([d.pitch for d in line])) <= 3) >= 0.6
                checked += 1
    assert checked >= 20
