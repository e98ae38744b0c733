"""Who fills: an instrument that answers the voice between its lines, and holds tones of the chords under them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from test_styles import song

from scores.compose import compose
from scores.performance import Note, Performance

WORDS = "[we will never be the same again, and the night is ours, hold me to the end of it all, till it sours]"
BAND = {"voice": "guide_vocal", "sax": "saxophone"}


def filled(folder: Path, seed: int, settings: str = "fills", temperature: float = 0.7) -> Performance:
    section = {"name": "Chorus", "lyrics": WORDS, "bars": 16, "play": f"{{voice: sung, sax: {settings}}}"}
    return compose(song(folder, section, head=f"seed: {seed}", band=BAND, temperature=temperature))


def lines_of(performance: Performance) -> list[tuple[float, float]]:
    """From and to of each stretch of words without a gap of a beat."""
    spans: list[tuple[float, float]] = []
    for note in performance.notes["voice"]:
        if note.is_breath:
            continue
        end = note.onset_beats + note.duration_beats
        if spans and note.onset_beats <= spans[-1][1] + 1.0:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((note.onset_beats, end))
    return spans


def quick_under_words(performance: Performance) -> tuple[int, int]:
    """Notes under a beat's length that begin under words, and all of them."""
    spans = lines_of(performance)
    quick = [note for note in performance.notes["sax"] if note.duration_beats < 0.9]
    return sum(any(start + 0.3 < note.onset_beats < end - 0.3 for start, end in spans) for note in quick), len(quick)


@pytest.mark.parametrize("seed", range(3))
def test_its_figures_are_between_the_words_and_under_them_are_long_chord_tones(seed: int, tmp_path: Path) -> None:
    performance = filled(tmp_path, seed, "{style: fills, density: 1}")
    under, quick = quick_under_words(performance)
    assert quick >= 2
    assert under == 0
    for note in performance.notes["sax"]:
        bar = next(bar for bar in reversed(performance.bars) if bar.start_beats <= note.onset_beats + 0.1)
        chord = [chord for beat, chord in bar.chords if beat <= note.onset_beats - bar.start_beats + 0.1][-1]
        assert chord is None or note.duration_beats < 2.0 or note.pitch % 12 in chord.pitch_classes


def test_it_is_one_line_within_the_reach_of_its_instrument(tmp_path: Path) -> None:
    notes: Sequence[Note] = filled(tmp_path, 5).notes["sax"]
    assert all(one.onset_beats + one.duration_beats <= other.onset_beats + 1e-6
               for one, other in pairwise(notes))
    assert all(44 <= note.pitch <= 87 for note in notes)


def test_without_tones_to_hold_it_is_silent_under_the_words(tmp_path: Path) -> None:
    performance = filled(tmp_path, 1, "{style: fills, holds: false}")
    spans = lines_of(performance)
    assert performance.notes["sax"]
    assert not any(start + 0.5 < note.onset_beats < end - 0.5
                   for note in performance.notes["sax"] for start, end in spans)


def test_it_takes_up_the_end_of_the_line(tmp_path: Path) -> None:
    """Over some seeds, several figures have the very rhythm of the syllables before them."""
    echoes = 0
    for seed in range(6):
        performance = filled(tmp_path, seed, "{style: fills, holds: false, density: 1}", 0.2)
        sung = [note.onset_beats for note in performance.notes["voice"] if not note.is_breath]
        played = [note.onset_beats for note in performance.notes["sax"]]
        for _, end in lines_of(performance):
            before = [beat for beat in sung if beat < end][-4:]
            after = [beat for beat in played if beat > end - 0.3]
            for first in range(min(3, max(len(after) - 3, 0))):
                gaps = [b - a for a, b in pairwise(after[first:first + 4])]
                wanted = [b - a for a, b in pairwise(before)]
                echoes += len(gaps) == 3 and all(abs(a - b) < 0.12 for a, b in zip(gaps, wanted, strict=True))
    assert echoes >= 3
