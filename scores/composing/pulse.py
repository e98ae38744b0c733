"""The common pulse of an ensemble: it wanders slowly, and whoever plays follows it.

The time of people who play together is no clock with errors of its own for each. It wanders, over bars more than over
beats, with a spectrum near 1/f [1]_ [2]_, and the others follow within some milliseconds [3]_. Here it is the sum of
curves with a new value every 1, 2, 4, 8 and 16 beats, which has such a spectrum [4]_. It grows as the root of the
temperature, as each player's own deviations do, so that at T = 0 nothing is left of it.

References
----------
.. [1] Hennig, H., Fleischmann, R., Fredebohm, A. et al. (2011). The nature and perception of fluctuations in human
   musical rhythms. PLoS ONE 6, e26457.
.. [2] Räsänen, E., Pulkkinen, O., Virtanen, T. et al. (2015). Fluctuations of hi-hat timing and dynamics in a virtuoso
   drum track of a popular music recording. PLoS ONE 10, e0127902.
.. [3] Rasch, R. A. (1979). Synchronization in performed ensemble music. Acustica 43, 121–131.
.. [4] Voss, R. F. and Clarke, J. (1978). "1/f noise" in music: music from 1/f noise. J. Acoust. Soc. Am. 63, 258–263.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scores.arrays import Reals
from scores.choose import Address
from scores.performance import Bar, BreakpointCurve

# Standard deviation of the pulse against the beat at T = 1 [s]; drummers without a click stay within 10–20 ms [1].
PULSE_SPREAD_SECONDS = 0.014
# Standard deviation from part to part of the lag behind the pulse at T = 1 [s]; [3] finds 5–10 ms in trios.
LAG_SPREAD_SECONDS = 0.005
# Felt beats after which each of the curves has a new value.
_PERIODS = (1, 2, 4, 8, 16)
# Temperature above which looseness grows no more: what follows is still heard as one beat.
_LOOSEST = 4.0


def looseness(temperature: float) -> float:
    """Return by how much deviations are larger than at T = 1: the root of the temperature, at most 2."""
    return float(np.sqrt(min(max(temperature, 0.0), _LOOSEST)))


def pulse_of(seed: int, section: str, bars: Sequence[Bar]) -> BreakpointCurve:
    """Return by how many seconds the pulse of a section is late on each beat at T = 1.

    Parameters
    ----------
    seed
        Of the song.
    section
        Name of the section; its bars draw one by one, so that a change to one leaves the others' as they are.
    bars
        The section's bars.
    """
    beats: list[float] = []
    rows: list[Reals] = []
    for bar in bars:
        inside = [bar.start_beats + float(place) for place in bar.meter.pulse_starts if float(place) < bar.beats - 1e-9]
        address = Address(seed, section, "", bar.number_in_section, "pulse")
        rows.append(address.generator().standard_normal((len(inside), len(_PERIODS))))
        beats += inside
    drawn, places = np.concatenate(rows), np.arange(len(beats))
    late = np.sum([np.interp(places, places[::period], drawn[::period, column])
                   for column, period in enumerate(_PERIODS)], axis=0)
    late[0] = 0.0  # a section begins on its beat, so that sections can be cut apart
    late *= PULSE_SPREAD_SECONDS / np.sqrt(len(_PERIODS))
    return BreakpointCurve(tuple(beats), tuple(late.tolist()))


def lag_of(seed: int, part: str) -> float:
    """Return by how many seconds a part is behind the pulse at T = 1, through the whole song."""
    return LAG_SPREAD_SECONDS * float(Address(seed, "", part, 0, "lag").generator().standard_normal())
