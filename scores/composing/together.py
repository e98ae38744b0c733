"""What all parts do together, whatever each of them plays: they hold a fermata, or strike and stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scores.composing.stage import Draft, Stage
from scores.performance import Bar

# A note this close before a beat is on it [quarter notes]: a strum, a grace note.
_NEAR = 0.1


def held(drafts: Sequence[Draft], spans: Sequence[tuple[float, float]]) -> list[Draft]:
    """Hold the beats under fermatas: what sounds there rings to their end, and nothing new begins inside.

    Parameters
    ----------
    drafts
        Notes of one part in a section.
    spans
        The held beats, in quarter notes of the song. Syllables are not moved: a word may end under a fermata.
    """
    out = list(drafts)
    for start, end in spans:
        out = [draft for draft in out
               if draft.utterance is not None or not start + _NEAR < draft.onset_beats < end - 1e-9]
        on_it = [draft for draft in out if start - _NEAR <= draft.onset_beats <= start + _NEAR]
        for i, draft in enumerate(out):
            last = draft.onset_beats + draft.duration_beats
            rings = draft in on_it if draft.utterance is None else start - _NEAR <= draft.onset_beats < end
            if draft.utterance is not None:
                following = [each.onset_beats for each in out if each.utterance is not None
                             and each.onset_beats > draft.onset_beats + 1e-9]
                rings = rings and not any(onset < end for onset in following)
            if rings or (draft.onset_beats < start < last - 1e-6 and not on_it):
                out[i] = replace(draft, duration_beats=max(end - draft.onset_beats, draft.duration_beats))
    return out


def stopped(stage: Stage, drafts: Sequence[Draft]) -> list[Draft]:
    """Leave of a part in stop-time what it strikes on the beats that the section names, short and together.

    On each of these beats sounds what the part begins there, or else next within the beat. Who sings goes on, and so
    does who has the lead or written notes.
    """
    if not stage.section.stop_time or stage.player.goes_on or stage.player.follows(stage):
        return list(drafts)
    kept: list[Draft] = []
    for bar in stage.bars:
        for beat in stage.section.stop_time:
            if beat >= bar.meter.pulses + 1 or is_short(bar):
                continue
            start = bar.start_beats + bar.meter.place(beat)
            room = float(bar.meter.pulse_lengths[int(beat) - 1])
            near = [draft for draft in drafts if start - _NEAR <= draft.onset_beats < start + room - 1e-9]
            first = min((draft.onset_beats for draft in near), default=0.0)
            kept += [replace(draft, onset_beats=start, duration_beats=min(draft.duration_beats, room / 2))
                     for draft in near if draft.onset_beats <= first + _NEAR]
    return kept


def is_short(bar: Bar) -> bool:
    """Whether a bar is shorter than its meter, as a pickup."""
    return bar.beats < float(bar.meter.bar_beats) - 1e-9
