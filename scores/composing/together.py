"""What all parts do together, whatever each of them plays: they hold a fermata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scores.composing.stage import Draft

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
