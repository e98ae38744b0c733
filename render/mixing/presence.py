"""A voice and its band from moment to moment: the level of each word, room for its words, and no hiss that sticks out.

Everything here is arrays over blocks of ``render.meters.bands``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.audio.samples import Curve, Mask

# Level below the loud moments of a voice [dB] above which its words count as sounding.
WORDS_DB = 20.0
# Lowest and highest gain of a voice against its band [dB]: where hardly anybody plays it stays a voice.
VOICE_RANGE_DB = (-12.0, 21.0)
# Level of a band below its voice [dB] at which the voice counts as alone.
ALONE_DB = 25.0
# Share of a word's distance from what is asked that the fader takes back, the most [dB], and its window [blocks].
RIDE_SHARE, RIDE_MOST_DB, RIDE_BLOCKS = 0.6, 5.0, 7
# Deepest shelf of the hiss [dB].
SHELF_MOST_DB = 10.0
# Blocks over which a depth is held and then smoothed: about a word, so that the band does not pump.
HELD_BLOCKS, SMOOTH_BLOCKS = 5, 7
# Share of its amplitude by which a filter of ``ride`` reaches its band, over the whole of it.
DIP_REACH, SHELF_REACH = 0.85, 0.7
# Rounds in which voice and dip find each other.
ROUNDS = 4
TINY = 1e-30


def words_of(voice: Curve, here: Mask) -> Mask:
    """Return the blocks of a section in which words sound, from the presence energy of the voice."""
    found = voice[here & (voice > voice[here].max(initial=0.0) * 1e-3)]
    if not found.size:
        return np.zeros(voice.size, np.bool_)
    loud = float(np.percentile(found, 95))
    words: Mask = here & (voice > loud * 10 ** (-WORDS_DB / 10))
    return words


def over_band(voice: Curve, band: Curve, words: Mask) -> float | None:
    """Return how far a voice lies over its band while words sound [dB]; None where either is missing."""
    own, others = float(voice[words].sum()), float(band[words].sum())
    if own <= TINY or others <= TINY:
        return None
    ratio = float(10 * np.log10(own / others))
    return None if ratio > ALONE_DB + 2 * VOICE_RANGE_DB[1] else ratio


def reached(depth_db: Curve, reach: float) -> Curve:
    """Return the factor by which a depth [dB] changes the energy of its band."""
    return np.asarray(np.square(1 + reach * (10 ** (depth_db / 20) - 1)))


def dip(voice: Curve, band: Curve, words: Mask, target: float, most: float) -> Curve:
    """Return the depth in dB, at most 0, by which the band gives way where the voice falls short of ``target``."""
    missing = target - 10 * np.log10((_smooth(voice, 3) + TINY) / (_smooth(band, 3) + TINY))
    return -_held(np.where(words, np.clip(missing, 0.0, most), 0.0))


def shelf(voice: Curve, band: Curve, limit: float, heard: Mask) -> Curve:
    """Return the depth in dB, at most 0, by which the hiss of a voice gives way where it exceeds ``limit``."""
    beyond = 10 * np.log10((_smooth(voice, 3) + TINY) / (_smooth(band, 9) + TINY)) - limit
    return -_held(np.where(heard, np.clip(beyond / SHELF_REACH, 0.0, SHELF_MOST_DB), 0.0))


def _smooth(energy: Curve, blocks: int) -> Curve:
    window = np.hanning(blocks + 2)[1:-1]
    return np.convolve(energy, window / window.sum(), mode="same") if energy.size >= blocks else energy


def _held(depth: Curve) -> Curve:
    padded = np.pad(depth, HELD_BLOCKS // 2)
    deepest = np.max([padded[start:start + depth.size] for start in range(HELD_BLOCKS)], axis=0)
    return np.round(_smooth(deepest, SMOOTH_BLOCKS), 1)


@dataclass(frozen=True)
class Placed:
    """A voice in a section.

    Attributes
    ----------
    level_db
        Its level: shape (blocks,), where words sound.
    dip_db
        Depth of the band's dip: shape (blocks,), at most 0.
    """

    level_db: Curve
    dip_db: Curve


def place(voice: Curve, band: Curve, words: Mask, target: float, most: float,
          highest: float = VOICE_RANGE_DB[1]) -> Placed | None:
    """Find the level of a voice, from word to word, and the dip of its band.

    Parameters
    ----------
    voice, band
        Presence energies of the voice and of all that is no voice: shape (blocks,).
    words
        Blocks in which words sound.
    target
        What is asked of the voice over the band [dB].
    most
        Deepest dip of the band [dB].
    highest
        Highest level of the voice [dB], for one without presence: who hums stays below who sings.

    Returns
    -------
    Placed or None
        None where the voice is alone.
    """
    first = over_band(voice, band, words)
    if first is None or first > ALONE_DB:
        return None
    ride, base, depth = np.zeros(voice.size), target - first, np.zeros(voice.size)
    for _ in range(ROUNDS):
        base = float(np.clip(base, VOICE_RANGE_DB[0], highest))
        raised = voice * 10 ** ((base + ride) / 10)
        depth = dip(raised, band, words, target, most)
        dipped = band * reached(depth, DIP_REACH)
        found = over_band(raised, dipped, words)
        base += target - (target if found is None else found)
        ride = _ride(voice * 10 ** (base / 10), dipped, words, target)
    return Placed(np.round(np.clip(base, VOICE_RANGE_DB[0], highest) + ride, 1), depth)


def _ride(voice: Curve, band: Curve, words: Mask, target: float) -> Curve:
    """Return what a hand on the fader does from word to word [dB]."""
    ratio = 10 * np.log10((_smooth(voice * words, RIDE_BLOCKS) + TINY) / (_smooth(band * words, RIDE_BLOCKS) + TINY))
    wanted = np.clip(RIDE_SHARE * (target - ratio), -RIDE_MOST_DB, RIDE_MOST_DB)
    places = np.flatnonzero(words)
    return _smooth(np.interp(np.arange(voice.size), places, wanted[places]), 5)
