"""The accents of words in a melody: stressed syllables lie higher than the weak ones beside them.

Songwriters set salient words on salient notes: in popular songs stressed syllables stand on strong places and on notes
that are higher than their neighbours more often than weak ones [1]_. In speech, too, an accent is mostly a rise [2]_.

References
----------
.. [1] Nichols, E., Morris, D., Basu, S. and Raphael, C. (2009). Relationships between lyrics and melody in popular
   music. ISMIR 2009.
.. [2] Pierrehumbert, J. (1980). The phonology and phonetics of English intonation. PhD thesis, MIT.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scores.composing.singing.rooms import SetSyllable
from scores.lyrics.line import HELD

# Prominence of a syllable by its stress: none, primary, secondary.
_PROMINENCE = np.array([0.0, 1.0, 0.5])
# Logit of a move [scale steps] to a syllable of more prominence by one; to one of less, of the opposite move.
_TOWARD_STRESS = {-3: -2.2, -2: -2.0, -1: -1.5, 0: -0.4, 1: 1.4, 2: 1.5, 3: 1.5}
_FARTHEST = max(_TOWARD_STRESS)
_LOGITS = np.array([_TOWARD_STRESS[move] for move in range(-_FARTHEST, _FARTHEST + 1)])
# Scale steps by which a line with other words bends the tune that it takes up, where their stresses differ.
_BEND = 0.7


def accent_costs(notes: Sequence[SetSyllable], moves: np.ndarray) -> np.ndarray:
    """Cost of moves between neighbours by the stresses of their syllables.

    Parameters
    ----------
    notes
        Syllables in order, ``n`` of them.
    moves
        Scale steps from a note to the next, shape (n − 1, …).

    Returns
    -------
    ndarray
        Of the same shape [nats].
    """
    rises = np.diff(prominence(notes)).reshape(-1, *[1] * (moves.ndim - 1))
    toward = np.clip(np.where(rises < 0, -moves, moves), -_FARTHEST, _FARTHEST) + _FARTHEST
    return np.asarray(-np.abs(rises) * _LOGITS[toward])


def bend(notes: Sequence[SetSyllable], theirs: Sequence[SetSyllable]) -> np.ndarray:
    """Scale steps by which the notes of a tune move that is sung to these syllables instead of those, one a note."""
    return np.asarray(_BEND * (prominence(notes) - prominence(theirs)))


def prominence(notes: Sequence[SetSyllable]) -> np.ndarray:
    """Prominence of each syllable, 0 to 1; a note that holds the syllable before it has that one's."""
    begins = [0 if note.utterance.syllable == HELD else i for i, note in enumerate(notes)]
    stresses = np.array([note.utterance.stress for note in notes], dtype=np.intp)
    return np.asarray(_PROMINENCE[stresses[np.maximum.accumulate(begins)]])
