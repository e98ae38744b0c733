"""Creak: at the end of a phrase of little effort the folds slacken, and pulses come at half the rate and then singly.

References
----------
.. [1] Blomgren, M., Chen, Y., Ng, M. and Gilbert, H. (1998). Acoustic, aerodynamic, physiologic, and perceptual
   properties of modal and vocal fry registers. JASA 103: 24 to 77 pulses a second, women as men.
.. [2] Titze, I. R. (1994). Principles of Voice Production. Prentice Hall: below 70 pulses a second each is heard.
.. [3] Wolk, L., Abdelli-Beruh, N. and Slavin, D. (2012). Habitual use of vocal fry in young adult female speakers.
   Journal of Voice 26: at the ends of sentences, by two of three speakers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from instruments.dsp.arrays import Floats
from instruments.voice.timing import TimeMap
from scores.lyrics.line import Delivery
from scores.performance import Note

# Logit of creak against none, and what full effort and full breathiness take from it: open folds do not creak.
LIKELY, DRIVEN, AIRY = 2.2, 6.0, 2.0
# Shortest last vowel that may creak [s], length of the creak [s], and greatest share of the vowel.
SHORTEST_SECONDS, LENGTH_SECONDS, SHARE = 0.2, (0.09, 0.2), 0.35
# Share of the creak in which every second pulse is missing, and the pulses a second after it: mean, spread of each as
# of a lognormal variable.
DOUBLED, PULSES_HZ, SPREAD = 0.35, 58.0, 0.2
# Level of creak [dB], relative to the voice before it.
CREAK_DB = -4.0
# Time in which that is reached [s].
FADE_SECONDS = 0.03


def creaked(notes: Sequence[Note], delivery: Delivery, times: TimeMap, seconds: Floats, hz: Floats
            ) -> tuple[Floats, Floats]:
    """Return the rate of pulses and their level with the creak that a line ends in, or as they are.

    Parameters
    ----------
    notes
        Notes of one line; the seed of its last one decides, by softmax at temperature 1.
    delivery
        How the line is given.
    times
        When its sounds are heard.
    seconds, hz
        Times [s] and the rate of pulses there, 0 without voice; shape (rows,).

    Returns
    -------
    hz, level : ndarray
        Rate of pulses, and factor on their height; shape (rows,).
    """
    level = np.ones(len(hz))
    index, begin, end = times.vowels[-1]
    draws = np.random.Generator(np.random.PCG64([notes[index].seed, 3]))
    logit = LIKELY - DRIVEN * delivery.effort - AIRY * delivery.breathiness
    if end - begin < SHORTEST_SECONDS or draws.uniform() * (1 + math.exp(-logit)) >= 1:
        return hz, level
    length = min(draws.uniform(*LENGTH_SECONDS), SHARE * (end - begin))
    since = seconds - (end - length)
    single = PULSES_HZ * np.exp(SPREAD * draws.standard_normal(len(hz)))
    slack = np.where(since < DOUBLED * length, 0.5 * hz, np.minimum(single, 0.5 * hz))
    level *= 10 ** (CREAK_DB / 20 * np.clip(since / FADE_SECONDS, 0, 1))
    return np.where(since > 0, slack, hz), level
