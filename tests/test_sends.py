"""What comes back of a send does not depend on the pieces it is made in, and no gesture is cut by their edges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tiny import tiny_job

from effects import Context
from effects.reverb import Reverb
from render.mixing.sends import STRIDE, Send, Space, stretches
from scores.reading.bind import wet_only

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


def test_a_broken_space_in_pieces_is_the_same_as_at_once(tmp_path: Path) -> None:
    """A gesture across the edge of two strides, one within a stride and one cut off by the part's end."""
    cue = "    bars: 2\n", "    bars: 2\n    cues: [{effect: bit_crush, send: room, bar: 2, beats: 2}]\n"
    performance = tiny_job(tmp_path, cue).performance
    (gesture,) = performance.send_gestures["room"]
    rate, place = 48000, 4800
    frames = 5 * STRIDE + 5000
    ends = [(STRIDE - 3000, STRIDE + 3000), (3 * STRIDE + 500, 3 * STRIDE + 5000), (frames - 2000, frames + 2000)]
    gestures = [replace(gesture, onset_seconds=(place + first) / rate, duration_seconds=(last - first) / rate)
                for first, last in ends]
    send = Send("room", 0.5, [wet_only(Reverb())])
    sound = np.random.default_rng(1).standard_normal((2, frames)).astype(np.float32)
    context = Context(rate, 0.5, 1, 0.5)
    pieces, whole = (Space(send, gestures, context, place) for _ in range(2))
    assert pieces.streams
    made = list(stretches(frames, pieces.spans))
    assert [start // STRIDE for start, _ in made] == [0, 2, 3, 4, 5]
    heard = np.hstack([pieces.next(sound[:, start:stop], start, performance) for start, stop in made])
    assert np.array_equal(heard, whole.whole(sound, performance))
    plain = Space(send, (), context, place).whole(sound, performance)
    changed = (heard != plain).any(axis=0)
    assert all(changed[first:last].any() for first, last in ends)
