"""The contract of an effect, held over every one that is discovered."""

from __future__ import annotations

import tracemalloc
import types
import typing
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from signals import CONTEXT, music

from effects import BLOCK_FRAMES, Context, Effect, StreamingEffect, effects, is_gesture
from effects.dsp import raised_cosine
from effects.granular import MOST_AT_ONCE

RATES = (44100, 48000, 96000)
EVERY = [name for name, cls in effects().items() if not any(f.is_required() for f in cls.model_fields.values())]
GESTURES = [name for name in EVERY if is_gesture(effects()[name])]
KEPT_BYTES = 2_300_000  # most that an effect holds at once however long the sound is
STREAMING = [name for name in EVERY if issubclass(effects()[name], StreamingEffect)]


def corners(kind: type[Effect]) -> Iterator[Effect]:
    """Every parameter alone at each end of its range, and all at the low and all at the high ends together, so far as
    an effect takes them together."""
    ends: dict[str, list[Any]] = {}
    for name, field in kind.model_fields.items():
        limits = [getattr(rule, end) for end in ("ge", "le") for rule in field.metadata if hasattr(rule, end)]
        union = isinstance(field.annotation, types.UnionType)
        options = typing.get_args(field.annotation) if union or typing.get_origin(field.annotation) else ()
        if field.annotation is bool:
            limits = [False, True]
        elif options and not union:
            limits = list(options)
        else:
            assert len(limits) == 2, f"{kind.name}.{name} states no range"
        ends[name] = [*limits, None] if type(None) in options else limits
    for name, values in ends.items():
        for value in values:
            yield kind.model_validate({name: value})
    for which in (0, 1):
        together = {name: values[which] for name, values in ends.items()}
        if kind.name == "granular" and which == 1:
            together["grain_ms"] = 1000 * MOST_AT_ONCE / together["density_hz"]
        yield kind.model_validate(together)


@pytest.mark.parametrize("name", EVERY)
def test_each_parameter_says_its_default_and_what_it_means(name: str) -> None:
    for field in effects()[name].model_fields.values():
        assert field.description and len(field.description) > 15
        assert not field.is_required()


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (48000, 1), (96000, 2)])
@pytest.mark.parametrize("name", EVERY)
def test_the_default_is_heard_and_neutral_is_the_input_to_the_bit(name: str, rate: int, channels: int) -> None:
    kind, audio, context = effects()[name], music(rate, 0.7, channels), Context(rate, 60 / 68, 11)
    given = audio.copy()
    out = kind().process(audio, context)
    assert out.dtype == np.float32 and out.shape == audio.shape and np.isfinite(out).all()
    assert np.sqrt(np.mean((out - audio) ** 2)) > 1e-4
    assert np.array_equal(kind.neutral().process(audio, context), audio)
    assert np.array_equal(audio, given), "the input was written to"
    assert not np.shares_memory(out, audio)


@pytest.mark.parametrize("name", EVERY)
def test_the_same_seed_gives_the_same_bytes_and_short_sounds_keep_their_shape(name: str) -> None:
    kind, audio = effects()[name], music(48000, 0.5)
    assert kind().process(audio, CONTEXT).tobytes() == kind().process(audio, CONTEXT).tobytes()
    for frames in (0, 1, 2, 3, 17):
        for channels in (1, 2):
            for effect in (kind(), kind.neutral()):
                out = effect.process(audio[:channels, :frames], CONTEXT)
                assert out.shape == (channels, frames) and out.dtype == np.float32
                assert np.isfinite(out).all()


@pytest.mark.parametrize("name", EVERY)
def test_every_corner_of_every_range_is_finite_bounded_and_leaves_silence_digital(name: str) -> None:
    audio = np.ascontiguousarray(music(44100, 0.15))
    silence = np.zeros_like(audio)
    for effect in corners(effects()[name]):
        for rate in (44100, 96000):
            context = Context(rate, 0.2, 5)
            out = effect.process(audio, context)
            assert np.isfinite(out).all() and np.abs(out).max() < 100 * np.abs(audio).max(), effect
            assert not effect.process(silence, context).any(), effect


@pytest.mark.parametrize("name", EVERY)
def test_mono_is_either_side_of_the_same_sound_in_stereo(name: str) -> None:
    mono = music(48000, 0.6, 1)
    kind = effects()[name]
    setting = kind.model_validate({"width": 0} if "width" in kind.model_fields else {})
    both = setting.process(np.repeat(mono, 2, axis=0), CONTEXT)
    # noise is drawn for each channel by itself, and a room has its own left and right
    assert np.abs(both - setting.process(mono, CONTEXT)).max() < (0.4 if name == "reverb" else 1e-6)


@pytest.mark.parametrize("name", STREAMING)
def test_blocks_of_any_size_are_the_sound_in_one_piece(name: str) -> None:
    audio = music(48000, 1.5)
    audio[:, 30000:50000] = 0
    for effect in (effects()[name](), effects()[name].neutral()):
        whole = effect.process(audio, CONTEXT)
        for sizes in ([BLOCK_FRAMES], [4 * BLOCK_FRAMES, BLOCK_FRAMES], [1, 2, 5000, 3, 30000, 777]):
            step, start, turn, blocks = effect.stream(CONTEXT), 0, 0, []
            while start < audio.shape[1]:
                blocks.append(step(audio[:, start:start + sizes[turn % len(sizes)]].copy()))
                start, turn = start + sizes[turn % len(sizes)], turn + 1
            joined = np.concatenate(blocks, axis=1)
            if sizes[0] % BLOCK_FRAMES == 0:
                assert joined.tobytes() == whole.tobytes()
            assert np.abs(joined - whole).max() < 1e-9


@pytest.mark.parametrize("name", EVERY)
def test_a_stem_run_in_place_is_the_stem_processed(name: str) -> None:
    audio = music(48000, 1.0)
    wanted = effects()[name]().process(audio, CONTEXT)
    effects()[name]().run(audio, CONTEXT)
    assert audio.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("name", EVERY)
def test_a_long_stem_takes_one_copy_at_most_and_a_streamed_one_none(name: str) -> None:
    audio = music(48000, 8.0)  # longer than what may be kept
    assert audio.nbytes > KEPT_BYTES
    effect = effects()[name]()
    effect.run(audio[:, :9000].copy(), CONTEXT)
    tracemalloc.start()
    effect.run(audio, CONTEXT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (0 if name in STREAMING else audio.nbytes) + KEPT_BYTES


@pytest.mark.parametrize("name", STREAMING)
def test_what_sounds_on_has_died_away_by_120_db_when_the_tail_ends(name: str) -> None:
    context = Context(48000, 0.2, 1)
    for effect in (effects()[name](), *corners(effects()[name])):
        tail = round(effect.tail_seconds(context) * context.rate)
        audio = np.concatenate([music(48000, 0.3), np.zeros((2, tail + 480), np.float32)], axis=1)
        out = effect.process(audio, context)
        assert np.abs(out[:, -480:]).max() <= 1e-6 * np.abs(out).max(), effect


@pytest.mark.parametrize("name", GESTURES)
def test_a_deeper_gesture_changes_more(name: str) -> None:
    audio = music(48000, 1.765)
    kind = effects()[name]
    contexts = [Context(48000, 60 / 68, seed) for seed in range(8)]
    strengths = [np.mean([np.std(kind.at_depth(depth).process(audio, context) - audio) for context in contexts])
                 for depth in np.linspace(0, 1, 9)]
    assert (np.diff(strengths) >= -0.02 * strengths[-1]).all(), strengths
    assert strengths[-1] > 1.3 * strengths[0] and strengths[-1] > 0.02, strengths


@pytest.mark.parametrize("name", sorted(effects().keys() - GESTURES))
def test_what_is_no_gesture_has_no_depth(name: str) -> None:
    with pytest.raises(NotImplementedError, match=name):
        effects()[name].at_depth(0.5)


@pytest.mark.parametrize("name", GESTURES)
def test_a_gesture_has_a_setting_of_its_own_at_each_depth(name: str) -> None:
    settings = [effects()[name].at_depth(depth) for depth in (0.0, 0.5, 1.0)]
    assert all(type(setting) is effects()[name] for setting in settings)
    assert len({repr(setting) for setting in settings}) == 3
    assert effects()[name].neutral() not in settings


def test_the_rack_holds_what_a_score_may_ask_for() -> None:
    assert {"bit_crush", "rate_hold", "stutter", "granular", "dropout"} <= set(GESTURES)
    assert {"reverb", "eq", "compressor", "delay", "chorus", "saturation"} <= set(STREAMING)


@pytest.mark.parametrize("name", GESTURES)
def test_a_gesture_touches_its_span_and_nothing_else(name: str) -> None:
    audio = music(48000, 1.0)
    before = audio.copy()
    start, stop, fade = 9000, 33000, 200
    effect = effects()[name].at_depth(1.0)
    effect.lay(audio, start, stop, CONTEXT, fade)
    assert np.array_equal(audio[:, :start], before[:, :start]) and np.array_equal(audio[:, stop:], before[:, stop:])
    wet = effect.process(before[:, start:stop], CONTEXT)
    assert np.array_equal(audio[:, start + fade:stop - fade], wet[:, fade:-fade])
    untouched = before.copy()
    effects()[name].neutral().lay(untouched, start, stop, CONTEXT, fade)
    assert np.array_equal(untouched, before)


@pytest.mark.parametrize("name", GESTURES)
def test_the_edges_of_a_gesture_do_not_click(name: str) -> None:
    """A slow tone has no step over 1/500 of its peak; a gesture laid on it makes none at its edges either."""
    t = np.arange(48000) / 48000
    audio = np.repeat(0.5 * np.sin(2 * np.pi * 15 * t + 1)[None], 2, axis=0).astype(np.float32)
    start, stop, fade = 12345, 36000, 192
    effects()[name].at_depth(1.0).lay(audio, start, stop, CONTEXT, fade)
    steps = np.abs(np.diff(audio, axis=1)).max(axis=0)
    assert max(steps[start - 3:start + 3].max(), steps[stop - 4:stop + 3].max()) < 0.0015


def test_a_crossfade_is_equal_in_gain_and_its_ends_are_smooth() -> None:
    rise = raised_cosine(480)
    assert np.allclose(rise + rise[::-1], 1, atol=1e-6)
    assert 0 < rise[0] < 1e-5 and np.abs(np.diff(rise)).max() < np.pi / 2 / 480 + 1e-6


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 4), (0, 101)])
def test_a_span_outside_the_sound_is_refused(start: int, stop: int) -> None:
    audio = np.zeros((2, 100), np.float32)
    with pytest.raises(ValueError, match=r"0 … 100"):
        effects()["bit_crush"]().lay(audio, start, stop, CONTEXT, 4)
