"""Laws of accompaniment by genre: arpeggios, power chords, comping, drones, and who plays with the drums."""

from __future__ import annotations

import numpy as np
import pytest
from binding import score_from
from stages import played, score_of, stages_of

from scores.compose import compose
from scores.composing.stage import Draft
from scores.performance import Bar
from scores.theory.fretboard import SPAN_FRETS

PICKED = 16  # places a bar when onsets are compared: sixteenths in 4/4


def grid(drafts: list[Draft], bar: Bar, places: int = PICKED) -> np.ndarray:
    """1 where something begins, 0 elsewhere; shape (places,)."""
    row = np.zeros(places)
    for draft in drafts:
        if bar.start_beats - 1e-9 <= draft.onset_beats < bar.end_beats - 1e-9:
            row[round((draft.onset_beats - bar.start_beats) / bar.beats * places)] = 1
    return row


def test_an_arpeggio_is_one_tone_of_the_chord_at_a_time_on_its_grid() -> None:
    score = score_of("| Cm | Abmaj7 Bb |", play={"style": "arpeggio", "grid": "1/16"}, temperature=1)
    stage, drafts = stages_of(score)[0], played(score)[0]
    assert [d.onset_beats for d in drafts] == [0.25 * i for i in range(16 * 8)]
    for draft in drafts:
        bar = stage.bar_at(draft.onset_beats)
        chord = [chord for at, chord in bar.chords if bar.start_beats + float(at) <= draft.onset_beats + 1e-9][-1]
        assert chord is not None and draft.pitch % 12 in chord.pitch_classes


def test_power_chords_are_root_and_fifth_and_a_muted_stroke_is_the_root_alone() -> None:
    play = {"style": "power_chords", "pattern": "chug"}
    score = score_of("| Cm | Dm7b5 |", play=play, section_dynamics="f", temperature=1)
    stage, drafts = stages_of(score)[0], played(score)[0]
    heard: dict[float, list[Draft]] = {}
    for draft in drafts:
        heard.setdefault(draft.onset_beats, []).append(draft)
    assert {d.articulation for d in drafts} == {"plain", "palm_mute"}
    for beat, struck in heard.items():
        chord = stage.bar_at(beat).chords[0][1]
        above = sorted(d.pitch - min(e.pitch for e in struck) for d in struck)
        assert chord is not None and min(d.pitch for d in struck) % 12 == chord.root
        assert above == ([0] if struck[0].articulation == "palm_mute" else [0, 6 if "b5" in chord.symbol else 7, 12])


@pytest.mark.parametrize(("genre", "places"), [("reggae", {0.5}), ("pop", {0.0, 0.5}), ("bossa", {0.0, 0.5})])
def test_comping_stands_where_its_genre_has_it(genre: str, places: set[float]) -> None:
    """At T = 0 reggae is on the off-beats alone, pop on eighths, bossa alternates between two bars."""
    score = score_of("| Cm |", play={"style": "comp", "genre": genre}, temperature=0)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    assert {d.onset_beats % 1 for d in drafts} == places
    rows = [grid(drafts, bar).tolist() for bar in bars]
    assert rows[0] == rows[2] and (rows[0] != rows[1]) == (genre == "bossa")


def test_comping_on_a_guitar_is_a_shape_that_a_hand_can_hold() -> None:
    score = score_of(play={"style": "comp", "genre": "funk"}, part_instrument="electric_guitar")
    beats: dict[float, list[Draft]] = {}
    for draft in played(score)[0]:
        beats.setdefault(draft.onset_beats, []).append(draft)
    for struck in beats.values():
        frets = [d.fingering.fret for d in struck if d.fingering and d.fingering.fret > 0]
        assert len({d.fingering.string for d in struck if d.fingering}) == len(struck) <= 4
        assert not frets or max(frets) - min(frets) <= SPAN_FRETS


def test_a_drone_is_the_tonic_and_changes_with_the_key_alone() -> None:
    score = score_of("| Cm | Ab | Fm | G |", play={"style": "drone", "voicing": "tonic", "every": 64})
    second = score.sections[0].model_copy(update={"name": "Verse 2", "key": score.key.__class__("A", "major")})
    drafts = played(score.model_copy(update={"sections": (*score.sections, second)}))
    assert [(d.pitch % 12, d.duration_beats) for part in drafts for d in part] == [(0, 32), (9, 32)]


def band(lock: str, temperature: float, groove: str = "pop") -> list[float]:
    """Seconds by which the bass is behind the bass drum, for each note that falls together with it."""
    score = score_from({
        "title": "Test", "tempo": 100, "key": "C minor", "temperature": temperature,
        "parts": {"drums": {"instrument": "drum_kit"}, "low": {"instrument": "electric_bass"}},
        "sections": [{"name": "Verse", "bars": 16, "harmony": "| Cm | Abmaj7 Bb |", "play": {
            "drums": {"style": "drums", "groove": groove},
            "low": {"style": "bass", "rhythm": "pulse", "lock": lock}}}]})
    notes = compose(score).notes
    kicks = np.array([note.onset_seconds for note in notes["drums"] if note.pitch == 36])
    apart = [note.onset_seconds - kicks[np.argmin(np.abs(kicks - note.onset_seconds))] for note in notes["low"]]
    return [seconds for seconds in apart if abs(seconds) < 0.06]


def test_the_bass_locks_to_the_bass_drum() -> None:
    """Together within 10 ms (standard deviation) at T = 1, far closer than without; at T = 0 to the sample."""
    assert len(band("drums", 1)) > 20
    assert np.std(band("drums", 1)) < 0.006 < 0.009 < np.std(band("off", 1))
    assert band("auto", 1) == band("drums", 1)
    assert np.abs(band("auto", 0)).max() < 1e-9


def test_a_bass_without_a_rhythm_plays_with_the_bass_drum() -> None:
    score = score_of("| Cm |", play="bass", temperature=0.7)
    kicks = [Draft(bar + place, 0.2, 36, 90, exact=True) for bar in range(0, 32, 4) for place in (0, 0.75, 2.5)]
    with_drums = {"style": "bass", "rhythm": "kick", "lock": "drums"}
    stage = stages_of(score_of("| Cm |", play=with_drums, temperature=0.7), drafts={"drums": kicks})[0]
    assert [d.onset_beats for d in stage.player.play(stage)] == [d.onset_beats for d in kicks]
    assert {d.onset_beats % 4 for d in played(score)[0]} >= {0, 2}


@pytest.mark.parametrize("style", [{"style": "comp", "genre": "pop"}, {"style": "arpeggio", "grid": "1/8"},
                                   {"style": "power_chords", "pattern": "driving"}], ids=str)
@pytest.mark.parametrize(("swing", "share"), [(0.5, 0.5), (0.62, 0.62), (0.7, 0.7)])
def test_who_plays_after_the_drums_swings_with_them(style: object, swing: float, share: float) -> None:
    score = score_from({
        "title": "Test", "tempo": 100, "key": "C minor", "temperature": 0,
        "parts": {"drums": {"instrument": "drum_kit"}, "keys": {"instrument": "electric_piano"}},
        "sections": [{"name": "Verse", "bars": 4, "harmony": "| Cm |", "play": {
            "drums": {"style": "drums", "groove": "rock", "swing": swing}, "keys": style}}]})
    notes = compose(score).notes["keys"]
    assert {round(note.onset_beats % 1, 6) for note in notes} == {0, share}
    assert all(note.onset_beats + note.duration_beats <= 16 + 1e-9 for note in notes)


def test_jazz_plays_shells() -> None:
    """Third and seventh of each chord, and on a guitar the root under them; no fifths."""
    symbols = "| Cm7 | F7 | Bbmaj7 | Eb6 |"
    for instrument, most in (("electric_piano", 2), ("electric_guitar", 3)):
        score = score_of(symbols, play={"style": "comp", "genre": "jazz"}, part_instrument=instrument, bars=4)
        stage = stages_of(score)[0]
        for draft in played(score)[0]:
            bar = stage.bar_at(draft.onset_beats)
            chord = bar.chords[0][1]
            assert chord is not None
            assert (int(draft.pitch) - chord.root) % 12 in {3, 4, 9, 10, 11, *([0] if most == 3 else [])}


def test_a_walking_bass_is_on_a_chord_tone_on_one_and_three() -> None:
    """On beats 1 and 3 of four, over sixteen seeds, even at T = 1.5."""
    for seed in range(8):
        score = score_of("| Cm7 | F7 | Bbmaj7 | Ebmaj7 |", play={"style": "bass", "rhythm": "walking"}, seed=seed,
                         temperature=1.5, part_instrument="upright_bass")
        stage = stages_of(score)[0]
        strong = [d for d in played(score)[0] if round(d.onset_beats % 2, 3) == 0]
        assert len(strong) >= 14
        for draft in strong:
            chord = stage.bar_at(draft.onset_beats).chords[0][1]
            assert chord is not None and draft.pitch % 12 in chord.pitch_classes
