"""What comes back of a send does not depend on the pieces it is made in, and no gesture is cut by their edges."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from render.sends import STRIDE, stretches

SPANS = st.lists(st.tuples(st.integers(-STRIDE, 9 * STRIDE), st.integers(1, 3 * STRIDE)).map(
    lambda span: (span[0], span[0] + span[1])), max_size=5)


@given(st.integers(1, 8 * STRIDE), SPANS)
def test_stretches_are_whole_strides_in_a_row_and_as_short_as_the_spans_across_their_edges_allow(
        frames: int, spans: list[tuple[int, int]]) -> None:
    made = list(stretches(frames, spans))
    edges = [start for start, _ in made]
    assert edges == [0, *(stop for _, stop in made)][:-1] and made[-1][1] == frames
    wanted = [cut for cut in range(STRIDE, frames, STRIDE) if not any(first < cut < last for first, last in spans)]
    assert edges[1:] == wanted
