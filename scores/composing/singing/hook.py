"""The hook of a song: what an instrument quotes of what was sung before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scores.composing.stage import Draft, Heard
from scores.lyrics.line import SungLine
from scores.performance import Bar
from scores.progressions import kind_of
from scores.theory import Key

# Share of a bar after which a first note leads into the next bar.
PICKUP_SHARE = 0.6
# Fewest notes of a hook.
FEWEST = 3


class HookNote(NamedTuple):
    """A note: its place from the hook's first bar line, negative in a pickup, and its length in quarter notes."""

    beats: float
    length_beats: float
    pitch: float


class Hook(NamedTuple):
    """A short tune, with the key that it was in and the length of its bars in quarter notes."""

    notes: tuple[HookNote, ...]
    key: Key
    bar_beats: float


def hook_of(heard: Sequence[Heard], bars: int = 2) -> Hook | None:
    """Return the first line of the latest chorus, or where there was none of the first section that was sung.

    Parameters
    ----------
    heard
        The sections so far.
    bars
        Longest hook.
    """
    choruses = [each for each in heard if kind_of(each.section.tag or each.section.name) == "chorus"]
    for section in (*reversed(choruses), *heard):
        line = _first_line(section)
        hook = _cut(line, section.bars, bars) if line else None
        if hook is not None:
            return hook
    return None


def _first_line(heard: Heard) -> list[Draft]:
    """Return the notes of the first line that is sung in a section, in order; none where nobody sings."""
    lines: dict[SungLine, list[Draft]] = {}
    for drafts in heard.drafts.values():
        for draft in drafts:
            said = draft.utterance
            if said is not None and said.syllable and said.delivery.manner == "sung":
                lines.setdefault(said.line, []).append(draft)
        if lines:
            break
    first = min(lines.values(), key=lambda line: line[0].onset_beats, default=[])
    return sorted(first, key=lambda draft: draft.onset_beats)


def _cut(line: Sequence[Draft], bars: Sequence[Bar], longest: int) -> Hook | None:
    """Return the beginning of a line, from its bar line on; None where too little is left."""
    start = line[0].onset_beats
    bar = next((bar for bar in reversed(bars) if bar.start_beats <= start + 1e-6), bars[0])
    base = bar.end_beats if start - bar.start_beats > PICKUP_SHARE * bar.beats else bar.start_beats
    end = base + longest * bar.beats
    notes = tuple(HookNote(d.onset_beats - base, min(d.onset_beats + d.duration_beats, end) - d.onset_beats, d.pitch)
                  for d in line if d.onset_beats < end - 1e-6)
    return Hook(notes, bar.key, bar.beats) if len(notes) >= FEWEST else None
