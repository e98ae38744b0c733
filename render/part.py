"""One part, from its notes to its stem: instrument, glitches, effects, level and pan, sends, ends of tails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from effects import BLOCK_FRAMES, Context
from effects.dsp import raised_cosine
from render.audio.samples import Span, Stereo, merged
from render.mixing.drive import Driven
from render.mixing.fade import fade
from render.mixing.gestures import context_of, lay_gestures
from render.mixing.sends import STRIDE, Send, Space, stretches
from render.mixing.takes import add_takes
from scores.catalogue import Instrument
from scores.choose import Address
from scores.performance import Effect, Note, Performance
from scores.score import Part, Score

# Longest fade before a composed silence [s]; also at most half a beat.
CUT_FADE_SECONDS = 0.15
# Magnitude below which a tail has ended [full scale 1]: −100 dBFS.
INAUDIBLE = 1e-5
# Fade after the last audible sample [s]: long enough to prevent a click.
END_FADE_SECONDS = 0.01


@dataclass(frozen=True)
class _Desk:
    """The channel strip of a part: what its sound passes after the instrument and the glitches.

    Attributes
    ----------
    chain
        Effects, in order.
    matrix
        Level, width and pan: shape (2, 2), float64.
    widening
        What an increase of the width by 1 adds to ``matrix``: shape (2, 2), float64.
    driven
        Changes of level and width with the glitch intensity.
    sends
        Sends, with their effects.
    tail_seconds
        Returns how long chain and sends sound after their input has ended [s].
    """

    chain: Sequence[Effect]
    matrix: NDArray[np.float64]
    widening: NDArray[np.float64]
    driven: Driven | None
    sends: Sequence[Send]
    tail_seconds: Callable[[Context], float]


def render_part(score: Score, performance: Performance, name: str, rate: int, frames: int,
                gain: float = 1.0, span: Span | None = None) -> Stereo:
    """Render one part over the whole song, or what begins in a span of it.

    Parameters
    ----------
    score, performance
        The song.
    name
        The part.
    rate
        Sample rate [Hz].
    frames
        Length of the song [samples].
    gain
        Factor common to all parts: headroom that their sum needs.
    span
        Frames of the song; None for all of it. What began before is not heard, so only what lies some seconds after
        the start of a span sounds as in the whole song.

    Returns
    -------
    Stereo
        Shape (2, frames), float32, or as long as the span; exactly zero where the part does not play and its tail has
        ended.
    """
    part = score.parts[name]
    desk = _desk(score, performance, part, gain)
    notes, gestures = performance.notes[name], performance.gestures.get(name, ())
    cuts = sorted({round(seconds * rate) for seconds in performance.tails_end_seconds})
    origin, end = span or Span(0, frames)
    edges = [origin, *(cut for cut in cuts if origin < cut < end), end]
    stem: Stereo | None = None
    for start, stop in pairwise(edges):
        heard = _within(notes, performance, start, stop, rate, frames)
        recorded = [take for take in performance.takes.get(name, ())
                    if start <= round(take.onset_seconds * rate) < stop]
        if not heard and not recorded:
            continue
        # the first stretch is played into the stem itself and the others are copied into it: one buffer less
        sound = _play(part.voice, heard, (end if start == origin else stop) - start, rate)
        audio = sound[:, :stop - start]
        add_takes(audio, recorded, start, rate)
        lay_gestures(audio, gestures, performance, start, rate)
        seed = int(Address(score.seed, "", name, 0, "effects").generator().integers(2**62))
        tail_seconds = desk.tail_seconds(context_of(performance, start, stop, rate, seed))
        for first, last in regions(audio, tail_seconds, rate):
            context = context_of(performance, start + first, start + last, rate, seed)
            _process(audio[:, first:last], desk, context, performance, start + first)
        if stop in (*cuts, frames):
            end_beat = performance.tempo.beat_seconds(performance.tempo.beat(stop / rate) - 1e-9)
            _cut(audio, min(CUT_FADE_SECONDS, end_beat / 2), rate)
        if start == origin:
            stem = sound
            stem[:, stop - origin:] = 0.0
        else:
            stem = np.zeros((2, end - origin), np.float32) if stem is None else stem
            stem[:, start - origin:stop - origin] = audio
    if stem is None:
        return np.zeros((2, end - origin), np.float32)
    fade(stem, score, performance, rate, origin)
    return stem


def _desk(score: Score, performance: Performance, part: Part, gain: float) -> _Desk:
    sends = [Send(send, 10 ** (level / 20), score.mix.sends[send].chain) for send, level in part.sends.items()]

    def tail_seconds(context: Context) -> float:
        own = sum(effect.tail_seconds(context) for effect in part.chain)
        return own + max((sum(effect.tail_seconds(context) for effect in send.chain) for send in sends), default=0.0)

    level = gain * 10 ** ((part.level + score.mix.level) / 20)
    matrix, narrow = pan_matrix(part.pan, part.width) * level, pan_matrix(part.pan, 0) * level
    return _Desk(part.chain, matrix, pan_matrix(part.pan, 1) * level - narrow, Driven.of(part.drive, performance),
                 sends, tail_seconds)


def pan_matrix(pan: float, width: float) -> NDArray[np.float64]:
    """Return the matrix that turns left and right into panned left and right.

    The mid signal is panned by the constant-power law: gains √2·cos θ and √2·sin θ with θ = 45° + 45°·pan, which is
    unity in the centre. The side signal is scaled by ``width`` and by cos(90°·pan): it vanishes at the edges, where
    the sum of both channels is heard on one side.

    Parameters
    ----------
    pan
        Place, from left −1 to right 1.
    width
        Factor of the side signal: 0 mono, 1 as played.

    Returns
    -------
    NDArray
        Shape (2, 2), float64; the identity at pan 0 and width 1.
    """
    angle = np.pi / 4 * (1 + pan)
    left, right = np.sqrt(2) * np.cos(angle), np.sqrt(2) * np.sin(angle)
    side = width * np.cos(np.pi / 2 * pan)
    return np.array([[left + side, left - side], [right - side, right + side]]) / 2


def _within(notes: Sequence[Note], performance: Performance, start: int, stop: int, rate: int,
            frames: int) -> list[Note]:
    """Return the notes written between two cuts, with onsets relative to the first.

    A note that is played before the cut begins at the cut.
    """
    first_beat = performance.tempo.beat(start / rate) - 1e-3 if start else -np.inf
    last_beat = performance.tempo.beat(stop / rate) - 1e-3 if stop < frames else np.inf
    origin = start / rate
    moved = [replace(note, onset_seconds=max(note.onset_seconds - origin, 0.0))
             for note in notes if first_beat <= note.onset_beats < last_beat]
    return sorted(moved, key=lambda note: note.onset_seconds)


def _play(instrument: Instrument, notes: Sequence[Note], frames: int, rate: int) -> Stereo:
    return np.ascontiguousarray(instrument.play(notes, rate, frames), dtype=np.float32)


def regions(audio: Stereo, tail_seconds: float, rate: int) -> list[Span]:
    """Return the non-silent spans of a sound in whole blocks, each extended by the length of a tail and then merged."""
    frames, tail = audio.shape[1], round(tail_seconds * rate)
    return merged((start, min(start + BLOCK_FRAMES + tail, frames)) for start in range(0, frames, BLOCK_FRAMES)
                  if audio[:, start:start + BLOCK_FRAMES].any())


def _process(audio: Stereo, desk: _Desk, context: Context, performance: Performance, place: int) -> None:
    """Process a stretch that begins at frame ``place`` of the song, in place; its tail ends in exact zero."""
    for effect in desk.chain:
        effect.run(audio, context)
    for start in range(0, audio.shape[1], STRIDE):
        _balance(audio[:, start:start + STRIDE], desk, place + start, context.rate)
    spaces = [Space(send, performance.send_gestures.get(send.name, ()), context, place) for send in desk.sends]
    rooms = [space.whole(audio, performance) for space in spaces if not space.streams]
    streamed = [space for space in spaces if space.streams]
    spans = [span for space in streamed for span in space.spans]
    for start, stop in stretches(audio.shape[1], spans) if streamed else ():
        stretch = audio[:, start:stop]
        dry = stretch.copy()
        for space in streamed:
            stretch += space.next(dry, start, performance)
    for room in rooms:
        audio += room
    _end(audio, context.rate)


def _balance(block: Stereo, desk: _Desk, place: int, rate: int) -> None:
    """Apply level, width and pan to a block that begins at frame ``place`` of the song, in place."""
    if desk.driven is None:
        _lay_out(block, desk.matrix.astype(np.float32))
        return
    gain, width = desk.driven.at(place, place + block.shape[1], rate)
    wider = block.copy()
    _lay_out(wider, desk.widening.astype(np.float32))
    _lay_out(block, desk.matrix.astype(np.float32))
    block += width * wider
    block *= gain


@njit(cache=True, nogil=True)
def _lay_out(block: Any, matrix: Any) -> None:
    """Multiply a stereo block by a matrix of shape (2, 2), in place."""
    for i in range(block.shape[1]):
        left, right = block[0, i], block[1, i]
        block[0, i] = matrix[0, 0] * left + matrix[0, 1] * right
        block[1, i] = matrix[1, 0] * left + matrix[1, 1] * right


def _end(audio: Stereo, rate: int) -> None:
    """Fade out after the last audible sample, to exact zero."""
    frames = audio.shape[1]
    for start in range((frames - 1) // BLOCK_FRAMES * BLOCK_FRAMES, -1, -BLOCK_FRAMES):
        heard = np.flatnonzero((np.abs(audio[:, start:start + BLOCK_FRAMES]) > INAUDIBLE).any(axis=0))
        if heard.size:
            last = start + int(heard[-1]) + 1
            fade = raised_cosine(min(round(END_FADE_SECONDS * rate), frames - last))[::-1]
            audio[:, last:last + fade.size] *= fade
            audio[:, last + fade.size:] = 0.0
            return
    audio[:] = 0.0


def _cut(audio: Stereo, fade_seconds: float, rate: int) -> None:
    """Fade out the end of a stretch, so that its last sample is zero."""
    fade = raised_cosine(min(max(round(fade_seconds * rate), 1), audio.shape[1]))[::-1].copy()
    fade[-1] = 0.0
    audio[:, -fade.size:] *= fade
