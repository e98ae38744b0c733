"""Laws of what all instruments share: interpolation, spans, random numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.dsp.interpolation import cubic_weights, parabola
from instruments.dsp.random import generator, kernel_seed, uniform, uniform_of
from instruments.dsp.spans import merged

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda span: (span[0], sum(span))), max_size=12)


@given(fraction=st.floats(0, 1), cubic=st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_the_interpolation_returns_every_cubic_exactly(fraction: float, cubic: list[float]) -> None:
    """A polynomial of degree 3 through its values at −1, 0, 1 and 2, at any place between 0 and 1."""
    samples = np.polyval(cubic, np.array([-1.0, 0.0, 1.0, 2.0]))
    assert abs(np.dot(cubic_weights(fraction), samples) - np.polyval(cubic, fraction)) < 1e-13


@given(where=st.floats(-3, 3), curve=st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_a_parabola_returns_every_quadratic_exactly(where: float, curve: list[float]) -> None:
    at = (-1.0, 0.5, 2.0)
    assert abs(parabola(at, tuple(np.polyval(curve, at)), where) - np.polyval(curve, where)) < 1e-12


@settings(max_examples=200)
@given(spans=SPANS, gap=st.integers(1, 8))
def test_merged_spans_cover_the_same_samples_and_keep_their_distance(spans: list[tuple[int, int]], gap: int) -> None:
    """Every sample of a span is covered, no more than the gaps too short to keep is added, and no short gap is left."""
    covered = {sample for start, end in spans for sample in range(start, end)}
    union = merged(spans, gap)
    assert all(end > start for start, end in union)
    assert all(after[0] - before[1] >= gap for before, after in pairwise(union))
    filled = {sample for start, end in union for sample in range(start, end)}
    assert covered <= filled
    if gap == 1:
        assert covered == filled


def test_random_numbers_are_uniform_and_depend_on_seed_and_index_alone() -> None:
    """Mean and variance of 10,000 numbers are those of a uniform law within four standard errors."""
    seed = kernel_seed(-5)
    drawn = np.array([uniform(seed, n) for n in range(10_000)])
    assert abs(drawn.mean()) < 4 / np.sqrt(3 * drawn.size)
    assert abs(drawn.var() - 1 / 3) < 4 * np.sqrt(4 / 45 / drawn.size)
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 4 / np.sqrt(drawn.size)
    assert uniform(seed, 77) == drawn[77] != uniform(kernel_seed(6), 77)
    hashed = uniform_of(np.arange(1, 10_001, dtype=np.uint64))
    assert abs(hashed.mean()) < 4 / np.sqrt(3 * hashed.size)
    assert generator(3).random() == generator(3).random() != generator([3, 1]).random()
