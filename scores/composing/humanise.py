"""Humanising: small random offsets of time and velocity, chosen by softmax at the song's temperature.

The offsets lie on a fine grid, and their logits are those of a normal distribution. At temperature T the offsets have
√T times the standard deviation given here; at T → 0 the offset is always 0. The grids end at four standard deviations
(T = 1), so above T ≈ 3 the offsets approach a uniform distribution, still small enough to be heard as one beat. In time
they are a player's own, beside the pulse that all share and the part's lag (``scores.composing.pulse``).

References
----------
.. [1] Rasch, R. A. (1979). Synchronization in performed ensemble music. Acustica 43, 121–131.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from scores.composing.pulse import lag_of, looseness
from scores.composing.stage import Draft, Stage
from scores.performance import BreakpointCurve, Note

# Standard deviation of onsets about the pulse at T = 1 [s]; with it players stay within 10–20 ms of the beat [1].
TIMING_SPREAD_SECONDS = 0.007
# Standard deviation of velocity at T = 1 [MIDI velocity].
TOUCH_SPREAD = 5.0
# Offsets to choose from, of onset [s] and of velocity, and their logits.
_TIMINGS = np.arange(-14, 15) * 0.002
_TOUCHES = np.arange(-9, 10) * 2.0
_TIMING_LOGITS = -0.5 * (_TIMINGS / TIMING_SPREAD_SECONDS) ** 2
_TOUCH_LOGITS = -0.5 * (_TOUCHES / TOUCH_SPREAD) ** 2
_TIMING_LABELS = tuple(f"{1000 * t:+.0f} ms" for t in _TIMINGS)
_TOUCH_LABELS = tuple(f"{t:+.0f}" for t in _TOUCHES)
# Shortest note [s].
SHORTEST_SECONDS = 0.02


def humanise(drafts: Sequence[Draft], stage: Stage, pulse: BreakpointCurve) -> list[Note]:
    """Turn a section's drafts of one part into notes as they are heard, sorted by heard onset.

    Parameters
    ----------
    drafts, stage
        What the part plays.
    pulse
        By how many seconds everybody is late on a beat at T = 1.

    Drafts on one beat share their offset in time and keep the order of their ``delay_seconds``. No note is heard
    before its section begins, except the pickup of a sung line.
    """
    ordered = sorted(drafts, key=lambda draft: (draft.onset_beats, draft.delay_seconds, draft.pitch))
    notes: list[Note] = []
    lag = lag_of(stage.score.seed, stage.part_name)
    for _, in_bar in groupby(ordered, key=lambda draft: stage.bar_at(draft.onset_beats).number_in_section):
        group = list(in_bar)
        first, loose = group[0].onset_beats, [draft for draft in group if not draft.exact]
        beats = list(dict.fromkeys(draft.onset_beats for draft in loose))
        timing = stage.chooser.choose_many(_TIMING_LABELS, _TIMING_LOGITS, [stage.temperature.at(b) for b in beats],
                                           stage.address("timing", first))
        late = {beat: float(_TIMINGS[pick]) for beat, pick in zip(beats, timing, strict=True)}
        touch = iter(stage.chooser.choose_many(_TOUCH_LABELS, _TOUCH_LOGITS,
                                               [stage.temperature.at(draft.onset_beats) for draft in loose],
                                               stage.address("touch", first)))
        seeds = stage.address("sound", first).generator().integers(0, 2**62, len(group))
        for draft, seed in zip(group, seeds, strict=True):
            written = stage.tempo.seconds(draft.onset_beats)
            length = stage.tempo.seconds(draft.onset_beats + draft.duration_beats) - written
            heard, velocity = written + draft.delay_seconds, draft.velocity
            root = looseness(stage.temperature.at(draft.onset_beats))
            if not draft.exact:
                heard += late[draft.onset_beats] + root * (pulse.at(draft.onset_beats) + lag)
                velocity += float(_TOUCHES[next(touch)])
            elif stage.player.keeps_time:
                heard += root * pulse.at(draft.onset_beats)
            notes.append(Note(
                onset_beats=draft.onset_beats, duration_beats=draft.duration_beats,
                onset_seconds=max(heard, min(written, stage.span.start_seconds)),
                duration_seconds=max(length, SHORTEST_SECONDS), pitch=draft.pitch,
                velocity=min(max(round(velocity), 1), 127), seed=int(seed),
                fingering=draft.fingering, utterance=draft.utterance, articulation=draft.articulation, bend=draft.bend,
                pedalled=draft.pedalled))
    return sorted(notes, key=lambda note: (note.onset_seconds, note.pitch))


def settle(notes: Sequence[Note], end_seconds: float) -> list[Note]:
    """Shorten notes that the next one ends: on the same string, by the same voice, or on the same key.

    Parameters
    ----------
    notes
        Notes of one part over the whole song, sorted by onset.
    end_seconds
        End of the song, after which nothing sounds.
    """
    next_onset: dict[object, float] = {}
    settled = []
    for note in reversed(notes):
        source: object = note.pitch
        if note.utterance is not None:
            source = "mouth"
        elif note.fingering is not None:
            source = ("string", note.fingering.string)
        limit = min(next_onset.get(source, end_seconds), end_seconds)
        if note.onset_seconds >= end_seconds:
            continue
        if note.end_seconds > limit:
            note = replace(note, duration_seconds=max(limit - note.onset_seconds, 1e-3))
        settled.append(note)
        next_onset[source] = note.onset_seconds
    return settled[::-1]
