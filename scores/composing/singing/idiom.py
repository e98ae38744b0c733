"""The idiom of song: how melodies move, counted in tunes that people kept by singing them.

Counted over the 40,026 phrases of 6 to 14 notes in the 7,700 metrical tunes of the Essen Folksong Collection
(Schaffrath 1995, "The Essen Folksong Collection in the Humdrum Kern Format"), in steps of the written scale.
"""

from __future__ import annotations

import numpy as np

# Scale steps: the widest move that was counted, an octave.
WIDEST = 7

# Cost of a move, −ln P(move | the move before) [nats]. Row: the move before, −7 … +7 steps. Column: the move, likewise.
# Rare pairs are smoothed toward the distribution of all moves (20 pseudo-counts).
MOVE_AFTER_MOVE = np.array([
    (9.2, 9.1, 7.9, 7.2, 4.1, 3.4, 2.7, 1.1, 1.9, 1.7, 2.3, 4.4, 2.8, 8.6, 3.8),  # -7
    (9.2, 9.2, 8.3, 7.6, 5.2, 5.0, 3.4, 1.9, 1.5, 1.4, 3.5, 2.6, 2.5, 2.0, 4.6),  # -6
    (9.2, 9.2, 9.2, 8.8, 8.0, 3.9, 2.3, 1.9, 1.4, 1.3, 2.1, 4.7, 3.2, 4.1, 9.2),  # -5
    (9.2, 9.2, 9.2, 9.2, 5.4, 4.4, 3.1, 1.4, 1.3, 1.6, 2.6, 2.9, 2.9, 4.0, 4.2),  # -4
    (8.5, 8.5, 9.2, 7.4, 5.3, 2.1, 2.2, 1.5, 1.6, 2.1, 2.0, 4.0, 3.3, 4.9, 5.7),  # -3
    (9.2, 9.2, 7.0, 5.7, 4.3, 2.2, 1.4, 1.8, 1.6, 1.9, 3.0, 3.6, 4.0, 5.7, 5.6),  # -2
    (9.2, 7.5, 5.7, 5.1, 4.4, 2.6, 0.7, 1.9, 1.8, 3.1, 3.9, 4.9, 5.3, 6.2, 7.1),  # -1
    (7.6, 6.7, 5.8, 4.6, 3.9, 2.7, 1.3, 1.1, 1.9, 2.5, 3.1, 4.6, 4.5, 5.6, 6.5),  # +0
    (6.5, 6.5, 5.6, 4.4, 4.0, 2.1, 1.4, 2.0, 0.9, 2.8, 4.3, 6.3, 5.8, 9.1, 8.2),  # +1
    (6.2, 5.7, 4.6, 3.7, 3.4, 2.0, 1.2, 1.5, 2.4, 2.1, 3.1, 5.6, 5.9, 7.9, 8.3),  # +2
    (5.4, 6.1, 3.6, 4.3, 2.4, 2.4, 1.4, 1.2, 2.1, 2.4, 5.9, 5.6, 7.5, 8.1, 9.2),  # +3
    (4.7, 6.4, 5.4, 3.1, 3.6, 1.9, 1.4, 1.0, 2.5, 3.6, 4.4, 7.8, 9.2, 9.2, 9.2),  # +4
    (5.5, 4.9, 3.8, 5.0, 3.4, 1.7, 1.0, 1.1, 3.2, 4.0, 6.9, 9.2, 7.1, 9.2, 9.2),  # +5
    (5.7, 2.6, 3.8, 3.6, 5.5, 1.5, 1.1, 1.3, 3.5, 5.8, 7.2, 8.5, 8.6, 9.2, 9.2),  # +6
    (3.8, 5.3, 5.2, 3.9, 2.9, 1.6, 1.2, 1.1, 2.9, 4.5, 5.5, 7.8, 7.8, 9.0, 9.2),  # +7
])

# Cost of a move with none before it, −ln P(move) [nats], −7 … +7 steps.
FIRST_MOVE = np.array([6.9, 6.5, 5.3, 4.6, 3.9, 2.4, 1.1, 1.6, 1.6, 2.5, 3.5, 4.8, 4.8, 6.0, 6.7])

# Cost of a degree of the scale, 1 … 7 [nats], relative to the tonic: about half of how much rarer songs have it.
DEGREES = np.array([0.0, 0.2, 0.15, 0.3, 0.0, 0.4, 0.5])

# Contour of a phrase: (share of phrases, height at each eighth of its length, 0 the lowest and 1 the highest point).
# Centres of seven clusters (k-means of the phrases whose range is a fourth or more).
CONTOURS: dict[str, tuple[float, tuple[float, ...]]] = {
    "descent": (0.186, (1.0, 0.95, 0.86, 0.69, 0.57, 0.43, 0.29, 0.14, 0.0)),
    "arch": (0.177, (0.0, 0.43, 0.71, 0.9, 1.0, 0.86, 0.67, 0.52, 0.33)),
    "early arch": (0.178, (0.3, 0.67, 0.91, 1.0, 0.85, 0.61, 0.39, 0.21, 0.0)),
    "ascent": (0.134, (0.0, 0.23, 0.38, 0.54, 0.73, 0.92, 1.0, 0.98, 0.85)),
    "late rise": (0.124, (0.13, 0.37, 0.47, 0.43, 0.37, 0.4, 0.73, 1.0, 0.98)),
    "wave": (0.108, (0.8, 0.56, 0.24, 0.2, 0.64, 1.0, 0.8, 0.4, 0.0)),
    "valley": (0.093, (1.0, 0.9, 0.66, 0.34, 0.03, 0.0, 0.24, 0.41, 0.45)),
}

# Range of a phrase in scale steps → share of phrases. Narrower ones, two thirds of all, are left out: a line is a whole
# thought in a song, where the collection's phrases are often half of one.
RANGES = {6: 0.09, 7: 0.12, 8: 0.02}

# Cost of a length after the one before, −ln P(ratio) [nats], by its ratio; counted in the same phrases.
_LENGTH_RATIOS = {1.0: 0.6, 2.0: 1.75, 0.5: 2.25, 1 / 3: 2.8, 3.0: 3.5, 4.0: 3.6, 1.5: 3.6, 0.75: 5.2, 0.25: 5.2,
                  6.0: 5.5, 2 / 3: 5.9}
# Cost of any other ratio [nats].
_OTHER_RATIO = 6.5


def length_ratio_cost(longest: int) -> np.ndarray:
    """Cost [nats] of a length of ``b`` units after one of ``a``: shape (longest, longest), index [a − 1, b − 1]."""
    lengths = np.arange(1, longest + 1)
    ratio = lengths[None] / lengths[:, None]
    cost = np.full(ratio.shape, _OTHER_RATIO)
    for value, nats in _LENGTH_RATIOS.items():
        cost[np.abs(ratio - value) < 1e-9] = nats
    return cost
