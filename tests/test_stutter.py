"""What a stutter owes: the very slice again, on the grid, without clicks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from pydantic import ValidationError

from effects import Context
from effects.stutter import Stutter

RATE = 48000
BEAT = 60 / 68


def noise(beats: float) -> np.ndarray:
    return np.random.default_rng(4).uniform(-1, 1, (2, round(beats * BEAT * RATE))).astype(np.float32)


def stutter(audio: np.ndarray, **settings: object) -> np.ndarray:
    return Stutter.model_validate(settings).process(audio, Context(RATE, BEAT))


@pytest.mark.parametrize("slice_beats", [1.0, 2 / 3, 0.5, 1 / 3, 0.25, 1 / 6, 1 / 8, 1 / 12, 1 / 16, 1 / 24,
                                         1 / 32, 1 / 48])
def test_every_repeat_is_the_slice_sample_for_sample_on_the_grid(slice_beats: float) -> None:
    audio = noise(2)
    out = stutter(audio, slice_beats=slice_beats, edge_ms=0.5)
    edge, period = round(0.0005 * RATE), slice_beats * BEAT * RATE
    count = round(2 / slice_beats)
    for number in range(count):
        start, stop = round(number * period), min(round((number + 1) * period), audio.shape[1])
        inside = slice(start + edge, stop - edge)
        assert np.array_equal(out[:, inside], audio[:, edge:stop - start - edge])
    assert count > 1


def test_the_slice_is_the_sound_itself_the_first_time() -> None:
    audio = noise(1)
    first = round(0.25 * BEAT * RATE)
    assert np.array_equal(stutter(audio, slice_beats=0.25)[:, :first - 96], audio[:, :first - 96])


def passes(audio: np.ndarray, **settings: object) -> list[np.ndarray]:
    """What sounds in each pass."""
    setting, context = Stutter.model_validate(settings), Context(RATE, BEAT)
    return np.split(setting.process(audio, context), setting.starts(audio.shape[1], context)[1:], axis=1)


@pytest.mark.parametrize(("reverse", "turned"), [("none", ()), ("every_second", (1, 3)), ("all", (1, 2, 3))])
def test_all_repeats_or_every_second_one_run_backwards_sample_for_sample(reverse: str, turned: tuple[int, ...]) -> None:
    audio = noise(1)
    found = passes(audio, slice_beats="1/16", reverse=reverse)
    for number, heard in enumerate(found):
        wanted = audio[:, :heard.shape[1]][:, ::-1 if number in turned else 1]
        assert np.array_equal(heard[:, 100:-100], wanted[:, 100:-100])
    assert len(found) == 4


@pytest.mark.parametrize("level_end_db", [-18, 6])
def test_levels_go_evenly_in_db_from_the_first_pass_to_the_last_repeat(level_end_db: float) -> None:
    audio = noise(1)
    for number, heard in enumerate(passes(audio, slice_beats="1/16", level_end_db=level_end_db)):
        gains = (heard / audio[:, :heard.shape[1]])[:, 200:-200]
        assert 20 * np.log10(np.median(gains)) == pytest.approx(level_end_db * number / 3, abs=0.01)
        assert np.ptp(gains) < 1e-3


@pytest.mark.parametrize(("semitones", "reverse"), [(12, "none"), (-7, "none"), (24, "all")])
def test_pitches_go_evenly_in_semitones_and_the_first_pass_keeps_its_own(semitones: float, reverse: str) -> None:
    t = np.arange(round(2 * BEAT * RATE)) / RATE
    audio = (0.5 * np.sin(2 * np.pi * 500 * t)).astype(np.float32)[None]
    found = passes(audio, slice_beats="1/8", pitch_end_semitones=semitones, reverse=reverse)
    for number, heard in enumerate(found):
        spectrum = np.abs(np.fft.rfft(heard[0] * np.hanning(heard.shape[1]), 2**18))
        assert spectrum.argmax() * RATE / 2**18 == pytest.approx(500 * 2 ** (semitones * number / 3 / 12), rel=2e-3)
    assert np.array_equal(found[0][:, :-96], audio[:, :found[0].shape[1] - 96])


@pytest.mark.parametrize("value", [1, 2, 4, 8, 16, 32, 64, 128])
def test_a_length_may_be_written_as_a_note_value(value: int) -> None:
    quarters = 4 / value
    for mark, length in (("", quarters), ("T", quarters * 2 / 3), (".", quarters * 1.5)):
        written = f"1/{value}{mark}"
        if 1 / 64 <= length <= 4:
            assert Stutter.model_validate({"slice_beats": written}, strict=True).slice_beats == pytest.approx(length)
    assert Stutter.model_validate({"slice_end_beats": f"1/{value}"}, strict=True).slice_end_beats == quarters


@pytest.mark.parametrize("wrong", ["1/5", "1/8t", "1/16TT", "0.25", "1/128T."])
def test_what_is_no_note_value_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="slice_beats"):
        Stutter.model_validate({"slice_beats": wrong}, strict=True)


def test_a_sliding_slice_goes_from_one_length_to_the_other_and_keeps_its_beginning() -> None:
    audio = noise(4)
    setting = Stutter(slice_beats=0.5, slice_end_beats=1 / 16, edge_ms=0.5)
    starts = setting.starts(audio.shape[1], Context(RATE, BEAT))
    lengths = np.diff(starts) / (BEAT * RATE)
    assert lengths[0] == pytest.approx(0.5, abs=0.001) and lengths[-1] == pytest.approx(1 / 16, rel=0.08)
    assert (np.diff(lengths) < 1e-4).all() and len(lengths) > 16
    out = setting.process(audio, Context(RATE, BEAT))
    for start, stop in itertools.pairwise(starts):
        assert np.array_equal(out[:, start + 24:stop - 24], audio[:, 24:stop - start - 24])


def test_the_grid_does_not_drift_over_a_thousand_repeats() -> None:
    starts = Stutter(slice_beats=1 / 3).starts(round(400 * BEAT * RATE), Context(RATE, BEAT))
    assert len(starts) == 1200
    assert starts[999] == round(333 * BEAT * RATE)


def test_repeats_of_a_slow_tone_do_not_click() -> None:
    """At the seams a tone would jump by up to its peak; with edges no step is over twice the tone's own."""
    t = np.arange(round(2 * BEAT * RATE)) / RATE
    audio = (0.5 * np.cos(2 * np.pi * 50 * t)).astype(np.float32)[None]
    steps = np.abs(np.diff(stutter(audio, slice_beats=0.13, edge_ms=5)))
    assert steps.max() < 2.5 * np.abs(np.diff(audio)).max()
    assert np.abs(np.diff(np.tile(audio[:, :5507], 3))).max() > 0.1
