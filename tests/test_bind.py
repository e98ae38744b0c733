"""What is read is bound: the score holds the instruments, effects, players and gestures that its names stand for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from effects.bit_crush import BitCrush
from effects.convolution import Convolution
from effects.reverb import Reverb
from instruments.felt_piano import FeltPiano
from instruments.guide_vocal import GuideVocal
from render.catalogue import catalogue
from scores.compose import compose
from scores.players import recording
from scores.players.voice import Sing
from scores.reading.read import Changes, read_score
from scores.score import Score

SONG = """\
title: Bound
tempo: 120
key: A minor
seed: 4
singer: {engine: espeak}
glitch: {settings: {bit_crush: {bits: 3}}}
parts:
  voice: {instrument: guide_vocal, patch: {vibrato_cents: 12}}
  piano: {instrument: felt_piano, effects: [{convolution: {file: rooms/hall.wav}}], sends: {room: -6}}
mix: {sends: {room: {effects: [reverb]}}}
sections:
  - name: A
    bars: 2
    lyrics: a line to sing
    glitch: 1
    palette: {bit_crush: 0}
    cues: [{effect: stutter, bar: 1, depth: 0.5, parameters: {slice_beats: 0.125}}]
    play: {voice: {style: sung, effort: 0.9}, piano: {audio: rooms/hall.wav}}
"""


@pytest.fixture
def score(tmp_path: Path) -> Score:
    (tmp_path / "rooms").mkdir()
    soundfile.write(tmp_path / "rooms" / "hall.wav", np.hanning(4800), 48000)
    (tmp_path / "song.yaml").write_text(SONG)
    return read_score(tmp_path / "song.yaml", catalogue()).score


def test_parts_sends_and_plays_hold_what_their_names_stand_for_with_files_located(score: Score, tmp_path: Path) -> None:
    hall = str(tmp_path / "rooms" / "hall.wav")
    assert score.parts["voice"].voice == GuideVocal(vibrato_cents=12, engine="espeak")
    assert score.parts["piano"].voice == FeltPiano()
    assert score.parts["piano"].chain == (Convolution(file=hall),)
    assert score.mix.sends["room"].chain == (Reverb(mix=1.0),)  # a send gives back no dry sound
    players = score.sections[0].players
    assert players == {"voice": Sing(effort=0.9), "piano": recording.Recording(audio=hall)}


def test_named_files_are_known_by_their_place_and_as_the_score_writes_them(score: Score, tmp_path: Path) -> None:
    hall = tmp_path / "rooms" / "hall.wav"
    assert [(file.place, file.name, file.path) for file in score.files] == [
        (("parts", "piano", "effects", 0, "convolution", "file"), "rooms/hall.wav", hall),
        (("sections", 0, "play", "piano", "audio"), "rooms/hall.wav", hall)]


def test_a_gesture_carries_its_effect_as_depth_length_and_score_set_it(score: Score) -> None:
    gestures = compose(score).gestures["voice"]
    cued, *drawn = sorted(gestures, key=lambda gesture: gesture.effect.name != "stutter")
    wanted = catalogue().effects["stutter"].at_depth(0.5).fitted(cued.duration_beats).model_dump()
    assert cued.effect.model_dump() == wanted | {"slice_beats": 0.125}
    assert drawn
    for gesture in drawn:
        deep = BitCrush.at_depth(gesture.depth)
        assert gesture.effect == BitCrush(**(deep.model_dump() | {"bits": 3}))


def test_what_the_person_wants_other_than_the_file_says_is_bound_too(score: Score, tmp_path: Path) -> None:
    changed = read_score(tmp_path / "song.yaml", catalogue(), Changes(seed=9, temperature=0.0, engine="hum")).score
    assert (changed.seed, changed.temperature, changed.singer.engine) == (9, 0.0, "hum")
    assert changed.parts["voice"].voice == GuideVocal(vibrato_cents=12, engine="hum")
    assert (score.seed, score.temperature, score.singer.engine) == (4, 0.7, "espeak")
