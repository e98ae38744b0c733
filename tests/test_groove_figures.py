"""What a listener's foot and a beat tracker find in every groove, at T = 0.7."""

from __future__ import annotations

import numpy as np
import pytest
from stages import score_of

from instruments.drum_kit import DrumKit
from scores.compose import compose
from scores.composing.grooves.table import grooves
from scores.players.drums import Drums

RATE, HOP = 22050, 256
NEAR_SECONDS = 0.07  # tolerance of the field's evaluation of beats (Dixon 2001, Davies et al. 2009)


@pytest.mark.whole_song
@pytest.mark.parametrize("name", list(grooves()))
def test_librosa_finds_the_tempo_within_one_percent_and_a_beat_on_each_bar_line(name: str) -> None:
    import librosa

    groove = grooves()[name]
    tempo = round(sum(groove.tempo) / 2)
    score = score_of("| Cm |", play={"style": Drums.style, "groove": name}, meter=next(iter(groove.bars)), tempo=tempo,
                     bars=16, temperature=0.7, part_instrument="drum_kit")
    performance = compose(score)
    kit = DrumKit(kit="brushes" if name == "brushes" else "acoustic")
    heard = kit.play(performance.notes["player"], RATE, round(performance.duration_seconds * RATE)).mean(axis=0)
    onsets = librosa.onset.onset_strength(y=heard, sr=RATE, hop_length=HOP)
    _, beats = librosa.beat.beat_track(onset_envelope=onsets, sr=RATE, hop_length=HOP, start_bpm=tempo, trim=False)
    times = librosa.frames_to_time(beats, sr=RATE, hop_length=HOP)
    gaps = np.diff(times)
    counted = np.concatenate([[0], np.cumsum(np.round(gaps / np.median(gaps)))])
    assert 60 / np.polyfit(counted, times, 1)[0] == pytest.approx(tempo, rel=0.01)
    away = [float(np.abs(times - bar.start_seconds).min()) for bar in performance.bars[1:-1]]
    assert np.mean(np.array(away) < NEAR_SECONDS) > 0.9
