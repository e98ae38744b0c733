"""Sound on another time line: our stems where the recording has our bars, or the recording on the grid of our song.

Each bar or two is stretched by itself with its neighbourhood (Rubber Band, through pedalboard), because a stretcher
rounds its ratio and would drift over a whole song; the pieces are joined by short crossfades. What has no place in the
other time line is silent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from render.align.features import Reals
from render.align.place import Placed, Stretch
from render.audio.samples import Stereo

# Shortest piece that is stretched by itself, its neighbourhood, and the crossfade between two [s].
PIECE_SECONDS, AROUND_SECONDS, FADE_SECONDS = 2.0, 0.25, 0.02
# Ratios that are nearer to 1 leave a piece as it is.
SAME = 1e-4


def anchors(stretch: Stretch, placed_end: float) -> tuple[Reals, Reals]:
    """Return the ends of the pieces of a stretch: our moments and theirs [s], both rising.

    Parameters
    ----------
    stretch
        A stretch of the recording.
    placed_end
        Where its last bar ends in our song [s].
    """
    ours = [*(placed.bar.start_seconds for placed in stretch.bars), placed_end]
    theirs = [*(placed.seconds for placed in stretch.bars), stretch.end_seconds]
    kept = [0]
    for place in range(1, len(ours)):
        if min(ours[place] - ours[kept[-1]], theirs[place] - theirs[kept[-1]]) >= PIECE_SECONDS:
            kept.append(place)
    if kept[-1] != len(ours) - 1:  # a short rest belongs to the last piece
        kept = [*kept[:-1], len(ours) - 1] if len(kept) > 1 else [0, len(ours) - 1]
    return np.array(ours)[kept], np.array(theirs)[kept]


def ours_on_theirs(sound: Stereo, rate: int, placed: Placed, ends: Sequence[float], frames: int) -> Stereo:
    """Return a sound of our song where the recording has it.

    Parameters
    ----------
    sound
        Shape (2, frames), float32.
    rate
        Of both [Hz].
    placed
        Where our song is in the recording.
    ends
        Where the last bar of each stretch ends in our song [s].
    frames
        Length of the result.
    """
    out = np.zeros((2, frames), np.float32)
    for stretch, end in zip(placed.stretches, ends, strict=True):
        ours, theirs = anchors(stretch, end)
        _lay(out, sound, rate, ours, theirs)
    return out


def theirs_on_ours(sound: Stereo, rate: int, placed: Placed, ends: Sequence[float], frames: int) -> Stereo:
    """Return the recording on the time line of our song; of a section that is there twice the first one is taken.

    The parameters are those of :func:`ours_on_theirs`.
    """
    out = np.zeros((2, frames), np.float32)
    taken: list[tuple[float, float]] = []
    for stretch, end in zip(placed.stretches, ends, strict=True):
        ours, theirs = anchors(stretch, end)
        free = [n for n in range(len(ours) - 1)
                if not any(a < ours[n + 1] - 0.1 and ours[n] + 0.1 < b for a, b in taken)]
        for n in free:
            _lay(out, sound, rate, theirs[n:n + 2], ours[n:n + 2])
        taken.append((float(ours[0]), float(ours[-1])))
    return out


def _lay(out: Stereo, sound: Stereo, rate: int, source: Reals, target: Reals) -> None:
    """Lay the pieces of a sound between moments ``source`` [s] to the moments ``target``, with crossfades."""
    import pedalboard

    half = round(FADE_SECONDS * rate / 2)
    rise = np.linspace(0, 1, 2 * half, endpoint=False, dtype=np.float32)
    for n in range(len(source) - 1):
        ratio = float((source[n + 1] - source[n]) / (target[n + 1] - target[n]))
        begin = round((source[n] - AROUND_SECONDS) * rate)
        stop = round((source[n + 1] + AROUND_SECONDS) * rate)
        piece = np.zeros((2, stop - begin), np.float32)
        inside = slice(max(begin, 0), min(stop, sound.shape[1]))
        if inside.stop <= inside.start:
            continue
        piece[:, inside.start - begin:inside.stop - begin] = sound[:, inside]
        if abs(ratio - 1) > SAME:
            piece = pedalboard.time_stretch(piece, rate, ratio)
        first, last = round(float(target[n]) * rate) - half, round(float(target[n + 1]) * rate) + half
        lead = round(AROUND_SECONDS / ratio * rate) - half
        cut = piece[:, max(lead, 0):max(lead, 0) + last - first].copy()
        cut[:, :2 * half] *= rise
        cut[:, -2 * half:] *= 1 - rise
        start, end = max(first, 0), min(first + cut.shape[1], out.shape[1])
        if end > start:
            out[:, start:end] += cut[:, start - first:end - first]
