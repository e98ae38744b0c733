"""Six songs as different as songs are: what each promises, and what all tunes that are composed have in common."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from singing import lines_of
from stages import played, stages_of

import scores
from render.catalogue import catalogue
from scores.compose import compose
from scores.composing.singing.melody import chord_at
from scores.composing.singing.rooms import strength_at
from scores.composing.stage import Draft, Stage
from scores.lyrics.line import HELD
from scores.reading.read import Changes, ScoreSource, read_score

SONGS = sorted((Path(scores.__file__).parent / "songs").glob("*.yaml"))
COMPOSED = ["carta_al_mar", "clockwork_tide", "neon_orchard", "the_river_keeps", "two_percent"]
SEEDS = (1, 2, 3)
Sung = list[tuple[Stage, list[list[Draft]]]]


@cache
def song(name: str, seed: int | None = None) -> ScoreSource:
    return read_score(Path(scores.__file__).parent / "songs" / f"{name}.yaml", catalogue(), Changes(seed, None, None))


@cache
def sung(name: str, seed: int | None = None, part: str = "voice") -> Sung:
    """The sections that a part sings, each with its lines of syllables."""
    performed = [(stage, tuple(stage.player.play(stage))) for stage in stages_of(song(name, seed).score, part)]
    return [(stage, lines_of(drafts)) for stage, drafts in performed if stage.player.style == "sung" and drafts]


@pytest.mark.parametrize("path", SONGS, ids=lambda path: path.stem)
def test_a_song_is_read_without_a_warning(path: Path) -> None:
    assert song(path.stem).warnings == ()


@pytest.mark.parametrize("name", COMPOSED)
def test_a_composed_tune_moves_as_songs_do_and_fills_its_room(name: str) -> None:
    """Few returns, a fifth in ten notes, five pitches in a long line, mostly steps, two thirds of each section sung."""
    lines, spans = [], []
    for seed in SEEDS:
        for stage, each in sung(name, seed):
            room = stage.span.end_beats - stage.span.start_beats
            assert sum(draft.duration_beats for line in each for draft in line) >= 0.65 * room
        sections = [] if name == "two_percent" else sung(name, seed)  # its hook alone is too short to be counted
        here = [[draft.pitch for draft in line] for _, each in sections for line in each]
        notes = [pitch for line in here for pitch in line]
        lines += here
        spans += [np.ptp(notes[i:i + 10]) for i in range(0, len(notes) - 9, 10)]
    if lines:
        groups = [group for line in lines for group in zip(line, line[1:], line[2:], strict=False)]
        assert np.mean([a == c != b for a, b, c in groups]) <= 0.15
        assert np.mean(spans) >= 7
        assert np.mean([len(set(line)) for line in lines if len(line) >= 8]) >= 5
        assert np.mean([abs(a - b) <= 4 for line in lines for a, b in pairwise(line)]) >= 0.8


def tune(lines: list[list[Draft]]) -> list[tuple[float, float]]:
    """Pitches and places of the notes from the first one."""
    return [(draft.onset_beats - lines[0][0].onset_beats, draft.pitch) for line in lines for draft in line]


def test_the_pop_song_states_its_hook_in_every_chorus_and_the_choir_answers() -> None:
    for seed in SEEDS:
        choruses = [lines for stage, lines in sung("neon_orchard", seed) if "Chorus" in stage.section.name]
        assert len(choruses) == 2
        first, again = (dict(tune(lines)) for lines in choruses)
        assert np.mean([again.get(place) == pitch for place, pitch in first.items()]) >= 0.85
        assert [d.onset_beats - choruses[0][0][0].onset_beats for d in choruses[0][0][:5]] == [0, 0.5, 1, 2, 2.5]
    said = [note.utterance.word for note in compose(song("neon_orchard").score).notes["choir"] if note.utterance]
    assert "orchard" in said and "Meet" not in said


def test_the_gospel_ballad_holds_its_words_and_its_second_voice_is_on_the_chord() -> None:
    score = song("the_river_keeps").score
    (_, verse), (stage, chorus) = sung("the_river_keeps")
    assert sum(draft.duration_beats for draft in chorus[0]) >= 0.7 * 2 * 6
    assert [d.utterance.syllable for d in chorus[1] if d.utterance].count(HELD) == 2
    lead = [draft for row in played(score, "voice") for draft in row]
    second = next(each for each in stages_of(score, "voice_2", {"voice": lead}) if each.section.name == "Chorus")
    rows = lines_of(tuple(second.player.play(second)))
    due = [d for row in rows for d in row if strength_at(stage, d.onset_beats) >= 0.5 or d is row[-1]]
    on_chord = [chord is not None and round(d.pitch) % 12 in chord.pitch_classes
                for d in due for chord in [chord_at(stage, d.onset_beats)]]
    assert verse and np.mean(on_chord) >= 0.95


def test_the_folk_waltz_has_one_tune_in_seven_verses_with_a_pickup_in_each() -> None:
    verses = sung("seven_winters")
    assert len(verses) == 7
    written = tune(verses[0][1])
    for stage, lines in verses:
        assert lines[0][0].onset_beats == stage.span.start_beats + (stage.index == 0) - 1
        if stage.section.same:
            assert {pitch for _, pitch in tune(lines)} <= {pitch for _, pitch in written}
    assert tune(verses[1][1]) == written


def test_the_trap_song_raps_its_figures_in_sixteenths_and_its_hook_returns_as_it_was() -> None:
    score = song("two_percent").score
    stage = next(each for each in stages_of(score, "voice") if each.player.style == "rap")
    flow = [draft for draft in stage.player.play(stage) if draft.utterance and draft.utterance.syllable]
    assert {"three", "five"} <= {draft.utterance.word for draft in flow if draft.utterance}
    assert np.mean([draft.onset_beats % 0.25 < 1e-6 for draft in flow]) >= 0.95
    hook, again = (tune(lines) for _, lines in sung("two_percent"))
    assert hook == again


def test_the_spanish_song_has_the_syllables_of_its_language() -> None:
    (_, verse), _ = sung("carta_al_mar")
    spelled = [[d.utterance.syllable for d in line if d.utterance] for line in verse]
    assert spelled[3][:6] == ["el", "fue", "go", "en", "la", "ca"] and "ña" in spelled[0]
    lines = song("carta_al_mar").score.sections[1].lyrics
    assert [line.language for line in lines] == ["es", "es", "en", "es"]


def test_the_song_in_seven_counts_three_two_two_and_its_tempo_climbs_and_falls() -> None:
    stages = stages_of(song("clockwork_tide").score, "bass")
    assert [float(stage.bars[0].meter.bar_beats) for stage in stages] == [3.5, 3.5, 3.5, 3.5, 2.5]
    assert [float(each) for each in stages[0].bars[0].meter.pulse_starts] == [0, 1.5, 2.5]
    seconds = [stage.tempo.beat_seconds(stage.span.start_beats + 0.1) for stage in stages]
    assert seconds[0] == pytest.approx(60 / 132) and seconds[3] == pytest.approx(60 / 160)
    assert stages[4].tempo.beat_seconds(stages[4].span.end_beats - 0.1) > seconds[4]
