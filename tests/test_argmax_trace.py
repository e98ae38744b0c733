"""What the trace of a choice owes: everything that was killed, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from signals import music

from effects import Context
from effects.argmax_trace import ArgmaxTrace
from effects.reverb import Reverb
from render.catalogue import catalogue
from render.part import render_part
from scores.compose import compose
from scores.reading.read import read_score

RATE = 48000
CONTEXT = Context(RATE)


@pytest.mark.parametrize("choice", ["bins", "partials", "third_octaves"])
@pytest.mark.parametrize("temperature", [0, 0.3, 0.9])
def test_survivors_and_trace_are_the_sound_within_half_a_unit_in_the_last_place(temperature: float, choice: str
                                                                                ) -> None:
    audio = music(RATE, 0.7)
    setting = ArgmaxTrace.model_validate({"temperature": temperature, "choice": choice})
    alive, dead = (part.astype(float) for part in (setting.survivors(audio, CONTEXT), setting.process(audio, CONTEXT)))
    assert np.abs(alive + dead - audio).max() <= 2.0**-25
    assert np.std(alive) > 0.01 and np.std(dead) > 0.001


def test_of_two_tones_the_trace_is_the_softer_one() -> None:
    t = np.arange(RATE) / RATE
    strong, weak = 0.4 * np.sin(2 * np.pi * 300 * t), 0.1 * np.sin(2 * np.pi * 3000 * t)
    out = ArgmaxTrace(temperature=0, choice="partials").process((strong + weak).astype(np.float32)[None], CONTEXT)
    assert np.abs(out[0] - weak)[4096:-4096].max() < 1e-4


def test_nobody_is_killed_at_a_temperature_of_one() -> None:
    assert np.abs(ArgmaxTrace(temperature=1).process(music(RATE, 0.5), CONTEXT)).max() < 1e-6


def test_without_a_temperature_of_its_own_it_takes_the_song_s() -> None:
    audio = music(RATE, 0.5)
    assert np.array_equal(ArgmaxTrace().process(audio, Context(RATE, temperature=0.2)),
                          ArgmaxTrace(temperature=0.2).process(audio, CONTEXT))
    assert np.abs(ArgmaxTrace().process(audio, Context(RATE, temperature=1.8))).max() < 1e-6, "a warm song kills nobody"


def test_the_colder_the_choice_the_more_is_killed() -> None:
    audio = music(RATE, 0.7)
    left = [np.std(ArgmaxTrace(temperature=t).process(audio, CONTEXT)) for t in (1, 0.8, 0.5, 0.2, 0)]
    assert (np.diff(left) > 1e-4).all()


def test_a_mix_takes_the_survivors_away_as_far_as_asked() -> None:
    audio = music(RATE, 0.5)
    survivors = ArgmaxTrace().survivors(audio, CONTEXT)
    assert np.allclose(ArgmaxTrace(mix=0.4).process(audio, CONTEXT), audio - 0.4 * survivors, atol=1e-6)


GHOST = """
title: Ghost
tempo: 120
key: A minor
temperature: 0.3
parts: {piano: {instrument: felt_piano, sends: {ghost: -3}}}
mix: {level: 0, sends: {ghost: {effects: [{argmax_trace: {choice: partials}}, {reverb: {room_size: 0.3}}]}}}
sections: [{name: A, bars: 2, play: {piano: {notes: "| [C4 E4 A4]:1/2 r | [C4 E4 A4]:1/2 r |"}}}]
"""


def test_in_a_send_before_a_reverb_it_is_the_ghost_of_what_was_killed_at_the_song_s_temperature(tmp_path: Path) -> None:
    (tmp_path / "ghost.yaml").write_text(GHOST)
    score = read_score(tmp_path / "ghost.yaml", catalogue()).score
    performance = compose(score)
    with_ghost = render_part(score, performance, "piano", RATE, 4 * RATE)
    silent = score.parts["piano"].model_copy(update={"sends": {}})
    dry = render_part(score.model_copy(update={"parts": {"piano": silent}}), performance, "piano", RATE, 4 * RATE)
    context = Context(RATE, 0.5, 0, 0.3)
    trace = ArgmaxTrace(temperature=0.3, choice="partials").process(dry * np.float32(10 ** (-3 / 20)), context)
    ghost = Reverb(room_size=0.3, mix=1).process(trace, context)
    seconds = slice(0, 3 * RATE)  # before the end, which is faded
    assert np.std(ghost[:, seconds]) > 1e-3
    assert np.abs(with_ghost - dry - ghost)[:, seconds].max() < 0.02 * np.abs(ghost).max()
