"""Players of lines: a solo that quotes the hook, a riff that holds over the chords, horns between the words."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from test_styles import BAND, heard, song

from scores.compose import compose
from scores.performance import Performance
from scores.theory import parse_chord

CHORUS = {"name": "Chorus", "lyrics": "[we will never be the same again, and the night is ours]", "bars": 8}
SOLO = {"name": "Solo", "bars": 8, "play": "{solo: lead}"}
WITH_SOLO = {"voice": "guide_vocal", "solo": "electric_guitar", "rhodes": "electric_piano"}


def hook_and_quote(performance: Performance) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Onset from the section's start and pitch: of the first sung line in its first two bars, of the solo's."""
    rows = []
    for name, index in (("voice", 1), ("solo", 2)):
        span = performance.sections[index]
        end = span.start_beats + 8 - 1e-6
        rows.append([(round(n.onset_beats - span.start_beats, 3), n.pitch) for n in performance.notes[name]
                     if span.start_beats - 1e-6 <= n.onset_beats < end and not n.is_breath])
    return rows[0], rows[1]


@pytest.mark.parametrize("seed", range(4))
def test_a_solo_begins_with_the_hook_of_the_chorus(seed: int, tmp_path: Path) -> None:
    """Its first notes have the rhythm of the chorus's first line and its contour, some octaves away, at T = 0.7."""
    score = song(tmp_path, {"name": "Verse", "lyrics": "[a quiet line that goes somewhere else]", "play":
                            "{voice: sung}"}, {**CHORUS, "play": "{voice: sung}"}, SOLO, head=f"seed: {seed}",
                 band=WITH_SOLO)
    hook, quote = hook_and_quote(compose(score))
    hook = hook[:5]
    assert len(hook) >= 3
    shared = [(dict(quote)[at] - pitch) for at, pitch in hook if at in dict(quote)]
    assert len(shared) == len(hook)
    octaves = round(float(np.median(shared)) / 12) * 12
    assert sum(abs(step - octaves) <= 1 for step in shared) >= 0.8 * len(hook)


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8", "7/8"])
def test_a_solo_is_one_line_that_rises_and_lands_on_chord_tones(meter: str, tmp_path: Path) -> None:
    """No two notes overlap, long notes are in the chord, and around its high point it lies above its beginning."""
    inside: list[bool] = []
    risen: list[float] = []
    for seed in range(4):
        score = song(tmp_path, {**SOLO, "bars": 16}, head=f"meter: {meter}\nseed: {seed}",
                     band={"solo": "electric_guitar"})
        performance = compose(score)
        notes, bars = performance.notes["solo"], performance.bars
        assert all(one.onset_beats + one.duration_beats <= other.onset_beats + 1e-6 for one, other in pairwise(notes))
        for note in (note for note in notes if note.duration_beats >= 1.0):
            bar = next(bar for bar in reversed(bars) if bar.start_beats <= note.onset_beats + 1e-6)
            chord = bar.chords[0][1]
            inside.append(chord is not None and note.pitch % 12 in chord.pitch_classes)
        first, peak = ([n.pitch for n in notes if bars[at].start_beats <= n.onset_beats < bars[at + 4].start_beats]
                       for at in (0, 10))
        risen.append(float(np.mean(peak) - np.mean(first)))
    assert len(inside) >= 6 and np.mean(inside) > 0.75
    assert np.mean(risen) > 2


def test_a_riff_keeps_its_rhythm_and_its_notes_while_the_chords_change(tmp_path: Path) -> None:
    """At T = 0 each repetition is the first but for notes that give way to a chord by a semitone."""
    score = song(tmp_path, {"play": "{electric: {style: riff, over: key}}"}, head="seed: 3", temperature=0,
                 band={"electric": "electric_guitar"})
    notes = compose(score).notes["electric"]
    by_pair: dict[int, list[tuple[float, float]]] = {}
    for n in notes:
        by_pair.setdefault(int(n.onset_beats // 8), []).append((round(n.onset_beats % 8, 3), n.pitch))
    first = by_pair[0]
    assert len(first) >= 5 and len({pitch for _, pitch in first}) >= 3
    for other in by_pair.values():
        assert [at for at, _ in other] == [at for at, _ in first]
        assert all(abs(a - b) <= 1 for (_, a), (_, b) in zip(other, first, strict=True))


def test_a_riff_over_the_chord_moves_with_its_roots(tmp_path: Path) -> None:
    score = song(tmp_path, {"play": "{electric: {style: riff, over: chord, bars: 1}}"}, temperature=0, head="seed: 3",
                 band={"electric": "electric_guitar"})
    performance = compose(score)
    roots = [parse_chord(symbol).root for symbol in ("Cm", "Ab", "Eb", "Bb")]
    firsts = [next(n.pitch for n in performance.notes["electric"] if abs(n.onset_beats - bar.start_beats) < 1e-6)
              for bar in performance.bars[:4]]
    assert [pitch % 12 for pitch in firsts] == roots


def test_horns_leave_room_for_the_words(tmp_path: Path) -> None:
    """Over eight seeds, they begin fewer stabs in each bar of a sung section than of one without words."""
    def stabs(index: int) -> int:
        count = 0
        for seed in range(8):
            score = song(tmp_path, {**CHORUS, "play": "{voice: sung, brass: {style: horns, figures: stabs}}"},
                         {"name": "Break", "bars": 8, "play": "{brass: {style: horns, figures: stabs}}"},
                         head=f"seed: {seed}", band={"voice": "guide_vocal", "brass": "synth"})
            count += len({round(at, 1) for at, _ in heard(compose(score), "brass", index)})
        return count

    assert 0 < stabs(0) < 0.7 * stabs(1)


def test_horns_are_together_and_in_the_chord(tmp_path: Path) -> None:
    score = song(tmp_path, {"play": "{strings: {style: horns, figures: stabs, voices: 3}}"}, head="seed: 1",
                 band={"strings": BAND["strings"]}, temperature=0)
    notes = compose(score).notes["strings"]
    by_beat: dict[float, list[float]] = {}
    for n in notes:
        by_beat.setdefault(n.onset_beats, []).append(n.pitch)
    assert by_beat and {len(chord) for chord in by_beat.values()} == {3}
    chords = [parse_chord(symbol) for symbol in ("Cm", "Ab", "Eb", "Bb")]
    assert all(p % 12 in chords[int(beat // 4) % 4].pitch_classes for beat, chord in by_beat.items() for p in chord)
