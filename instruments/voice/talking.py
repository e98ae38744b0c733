"""When each sound of a spoken or whispered line is heard: speech's own time, laid onto its notes.

A line goes on from word to word as speech does. Each word's first vowel is heard on its note or within a few
milliseconds of it: so little is given to an even pace, which uneven notes would make speech stumble. Only where notes
leave more time than speech can fill, or where the text has a break, the voice pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from instruments.dsp.arrays import Floats
from instruments.voice.source import Phone
from instruments.voice.timing import Nucleus, TimeMap, nuclei
from scores.lyrics.mouth import LEAST_CONSONANT_SECONDS
from scores.performance import Note

# Most by which a word is moved from its note towards an even pace [s].
GIVEN_SECONDS = 0.012
# Length of a word before a pause, and of one that goes on, relative to speech's own; least of all.
SLOWEST, SLOWEST_GOING_ON = 1.3, 1.6
SLOWEST_WHISPER, SLOWEST_WHISPER_GOING_ON = 1.7, 2.0
FASTEST = 0.55
# Shortest silence between two words of a line [s], and before a word after punctuation.
PAUSE_SECONDS, MARKED_PAUSE_SECONDS = 0.3, 0.12
# Longest cluster of consonants before the first vowel after a pause [s].
LONGEST_ONSET_SECONDS = 0.25


def speak(notes: Sequence[Note], phones: Sequence[Phone], free_from: float = 0.0, *, whispers: bool = False) -> TimeMap:
    """Time a line that is spoken or whispered.

    Parameters
    ----------
    notes
        Notes of one line.
    phones
        The line as it was said.
    free_from
        Time [s] before which nothing may sound.
    whispers
        Whether its words may be drawn out further.

    Returns
    -------
    TimeMap
        When each sound is heard.
    """
    found, closing = nuclei(notes, phones)
    firsts = [k for k, nucleus in enumerate(found) if not k or nucleus.vowel.word != found[k - 1].vowel.word]
    slowest, going_on = (SLOWEST_WHISPER, SLOWEST_WHISPER_GOING_ON) if whispers else (SLOWEST, SLOWEST_GOING_ON)
    words = [found[k] for k in firsts]
    tails = [found[k].coda_before for k in firsts[1:]] + [closing]
    lasts = [found[k - 1] for k in [*firsts[1:], len(found)]]
    ends = [(tail[-1] if tail else last.vowel).end_seconds for tail, last in zip(tails, lasts, strict=True)]
    pauses = [_pauses(one, after, end, notes, going_on)
              for one, after, end in zip(words[:-1], words[1:], ends[:-1], strict=True)]
    onsets = _evened(words, pauses)
    times = TimeMap()
    first = 0
    for last in [*np.flatnonzero(pauses), len(words) - 1]:
        group = range(first, int(last) + 1)
        _say(times, words, onsets, ends[int(last)], group, free_from, slowest)
        free_from = times.sounding[-1][1]
        first = int(last) + 1
    for nucleus in found:
        begin, end = np.interp([nucleus.vowel.start_seconds, nucleus.vowel.end_seconds], times.spoken, times.heard)
        times.vowels.append((nucleus.note, float(begin), float(end)))
    return times


def _pauses(one: Nucleus, after: Nucleus, end: float, notes: Sequence[Note], going_on: float) -> bool:
    """Return whether the voice pauses between two words, the first of which ends at ``end`` [s, spoken]."""
    own = after.vowel.start_seconds - one.vowel.start_seconds
    silence = after.onset_seconds - one.onset_seconds - own
    utterance = notes[after.note - 1].utterance
    if utterance and utterance.pause and silence > MARKED_PAUSE_SECONDS:
        return True
    return silence > PAUSE_SECONDS and after.onset_seconds - one.onset_seconds > going_on * own


def _evened(words: Sequence[Nucleus], pauses: Sequence[bool]) -> Floats:
    """Return when each word's vowel is heard [s]: nearer to an even pace than its note, by little."""
    written = np.array([word.onset_seconds for word in words])
    spoken = np.array([word.vowel.start_seconds for word in words])
    onsets = written.copy()
    edges = [0, *(np.flatnonzero(pauses) + 1), len(words)]
    for first, last in pairwise(edges):
        if last - first > 2:
            inner = slice(first + 1, last - 1)
            even = np.interp(spoken[inner], spoken[[first, last - 1]], written[[first, last - 1]])
            onsets[inner] += np.clip(even - written[inner], -GIVEN_SECONDS, GIVEN_SECONDS)
    return onsets


def _say(times: TimeMap, words: Sequence[Nucleus], onsets: Floats, end: float, group: range, free_from: float,
         slowest: float) -> None:
    """Add words between two pauses, the last of which ends at ``end`` [s, spoken]."""
    first, last = words[group[0]], words[group[-1]]
    begin = float(onsets[group[0]])
    source = first.onset[0].start_seconds if first.onset else first.vowel.start_seconds
    before = first.vowel.start_seconds - source
    lead = min(before, LONGEST_ONSET_SECONDS, max(begin - free_from, LEAST_CONSONANT_SECONDS * len(first.onset)))
    start = max(begin - lead, free_from)
    if before:
        times.knot(start, source)
    heard = start + lead
    for k in group:
        heard = max(float(onsets[k]), heard)
        times.knot(heard, words[k].vowel.start_seconds)
        if k < group[-1]:
            heard += FASTEST * (words[k + 1].vowel.start_seconds - words[k].vowel.start_seconds)
    after = end - last.vowel.start_seconds
    room = float(onsets[group[-1] + 1]) - heard if group[-1] + 1 < len(words) else slowest * after
    length = min(max(room - 0.1, FASTEST * after), _pace(words, onsets, group, slowest) * after)
    times.knot(heard + length, end)
    times.stretch(start, heard + length)


def _pace(words: Sequence[Nucleus], onsets: Floats, group: range, slowest: float) -> float:
    """Return how long the last word before a pause is, relative to speech's own: as the words before it."""
    spoken = words[group[-1]].vowel.start_seconds - words[group[0]].vowel.start_seconds
    pace = float(onsets[group[-1]] - onsets[group[0]]) / spoken if spoken > 0 else 1.0
    return min(max(pace, 1.0), slowest)
