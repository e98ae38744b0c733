"""The network's file is read so that its products are exact on every processor."""

from __future__ import annotations

import numpy as np

from instruments.voice.engines.hibari import found
from instruments.voice.engines.network import _INT8, _TENSOR, _UINT8, _fields, _opened


def test_no_weight_has_a_sign_and_each_means_what_it_did() -> None:
    """A weight less its zero is the same number: what the processor sums in pairs of bytes cannot be clipped."""
    path = found()
    assert path is not None
    before, after = (weights(model) for model in (path.read_bytes(), _opened(path)))
    assert {kind for kind, _ in before} >= {_INT8} and {kind for kind, _ in after} & {_INT8, _UINT8} == {_UINT8}
    pairs = zip(before, after, strict=True)
    changed = [(old, new) for (kind, old), (_, new) in pairs if kind == _INT8 and old.size > 1]
    assert sum(old.size for old, _ in changed) > 5_000_000
    for old, new in changed:
        np.testing.assert_array_equal(old.view(np.int8).astype(int), new.astype(int) - 128)


def weights(model: bytes) -> list[tuple[int, np.ndarray]]:
    """Type and bytes of each tensor that the file holds."""
    graph = next(place for field, *place in _fields(model, 0, len(model)) if field == 7)
    found = []
    for place in (place for field, *place in _fields(model, *graph) if field == _TENSOR):
        parts = {field: place for field, *place in _fields(model, *place)}
        raw = parts.get(9, (0, 0))
        found.append((model[parts[2][0]], np.frombuffer(model[raw[0]:raw[1]], np.uint8)))
    return found
