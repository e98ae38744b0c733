"""Reading between samples in vectors: one load takes the four neighbours of a place, left and right side by side.

Sums over many readers are kept apart by tap until all have read, so a reader costs one multiply-add and no shuffle.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from effects.dsp.kernels import weights

TAPS, CHANNELS = 4, 2
LANES = TAPS * CHANNELS
ROW_BITS = 9  # of the places told apart between two samples: what is lost lies 77 dB under a tone of 1 kHz
FUSED = ("contract",)  # a multiplication and the addition after it may be one instruction


@cache
def tap_table() -> np.ndarray:
    """Weights of the four neighbours at each place between two samples, each twice: shape (2^ROW_BITS · LANES,),
    float32, for places in the middles of equal parts."""
    places = (np.arange(2**ROW_BITS) + 0.5) / 2**ROW_BITS
    rows = np.array([weights.py_func(place) for place in places.tolist()], np.float32)
    return np.repeat(rows, CHANNELS, axis=1).ravel()


def _add_taps(_typing: Any, sums: Any, at: Any, sound: Any, place: Any, table: Any, row: Any, left: Any, right: Any,
             level: Any) -> Any:
    """sums[at:at + LANES] += level · (left, right, left …) · table[row:row + LANES] · sound[place:place + LANES].

    The arrays are flat, float32; places in them are uint64 and not looked at twice; gains are float32.
    """
    signature = types.void(sums, types.uint64, sound, types.uint64, table, types.uint64, types.float32, types.float32,
                           types.float32)

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        i32 = ir.IntType(32)
        vector = ir.VectorType(ir.FloatType(), LANES)
        nothing = ir.Constant(vector, ir.Undefined)

        def lanes(number: int) -> Any:
            data = context.make_array(signature.args[number])(context, builder, given[number]).data
            return builder.bitcast(builder.gep(data, [given[number + 1]]), vector.as_pointer())

        def spread(values: list[Any]) -> Any:
            held = nothing
            for number, value in enumerate(values):
                held = builder.insert_element(held, value, i32(number))
            order = ir.Constant(ir.VectorType(i32, LANES), list(range(len(values))) * (LANES // len(values)))
            return builder.shuffle_vector(held, nothing, order)

        total, heard, kernel = lanes(0), lanes(2), lanes(4)
        gain = builder.fmul(spread([given[8]]), spread([given[6], given[7]]), flags=FUSED)
        read = builder.fmul(builder.load(heard, align=4), builder.load(kernel, align=4), flags=FUSED)
        more = builder.fadd(builder.fmul(read, gain, flags=FUSED), builder.load(total, align=4), flags=FUSED)
        builder.store(more, total, align=4)
        return context.get_dummy_value()

    return signature, generate


add_taps: Any = intrinsic(_add_taps)  # what calls it leaves the first argument to the compiler
