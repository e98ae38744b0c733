"""When each sound of a line is heard: the words' own time laid onto the notes, vowels on their onsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from instruments.voice.phones import CLOSURES
from instruments.voice.source import Phone
from scores.lyrics.mouth import LEAST_CONSONANT_SECONDS, LEAST_HEARD_VOWEL_SECONDS, hurried
from scores.lyrics.phonology import DIPHTHONGS, onset_length
from scores.performance import Note

LONGEST_ONSET_SECONDS, LONGEST_CODA_SECONDS = 0.25, 0.25
CONSONANT_SHARE = 0.65  # of the time from vowel to vowel, before consonants are hurried
HELD_VOWEL, HELD_DIPHTHONG = (0.35, 0.65), (0.30, 0.42)  # share of a vowel that a long note holds
# A sung consonant where there is time, against the one that was slowly spoken: what can carry the tone or hiss on has
# its share of a long note, a closure only tells.
CONTINUED, CLOSED = 1.15, 0.85
TRANSITION_PACE = 1.4
SLOWEST, FASTEST = 1.3, 0.62  # of a spoken word, against its own length
# Between two words of a slow line the voice lifts: for this share of the vowel that is beyond the shortest lifted one.
# A vowel without stress is a short one: held, it is no longer itself, and so it is left sooner.
LIFT, WEAK_LIFT = (0.2, 0.15), (0.3, 0.12)
LONGEST_LIFT_SECONDS = 0.2
RELEASE_SHARE = 0.6  # of a last coda that sounds after its note has ended


@dataclass
class TimeMap:
    """Knots from heard to spoken time, and the stretches that sound.

    ``heard`` and ``spoken`` rise together; between the end of one stretch in ``sounding`` and the start of the next
    there is silence. ``vowels`` has for each nucleus its note's index, and start and end as heard.
    """

    heard: list[float] = field(default_factory=list)
    spoken: list[float] = field(default_factory=list)
    sounding: list[tuple[float, float]] = field(default_factory=list)
    vowels: list[tuple[int, float, float]] = field(default_factory=list)

    def knot(self, heard: float, spoken: float) -> None:
        self.heard.append(heard)
        self.spoken.append(spoken)

    def stretch(self, start: float, end: float) -> None:
        """A stretch that sounds; one that begins where the last ended continues it."""
        if self.sounding and start - self.sounding[-1][1] < 1e-6:
            self.sounding[-1] = (self.sounding[-1][0], end)
        else:
            self.sounding.append((start, end))

    def at(self, seconds: np.ndarray) -> np.ndarray:
        """Spoken time at heard times, both in seconds."""
        place: np.ndarray = np.interp(seconds, self.heard, self.spoken)
        return place


@dataclass(frozen=True)
class Nucleus:
    """A vowel, the note that carries it and when; the consonants between it and the last one, parted."""

    vowel: Phone
    note: int
    onset_seconds: float
    end_seconds: float
    coda_before: Sequence[Phone]  # of the nucleus before this
    onset: Sequence[Phone]


def nuclei(notes: Sequence[Note], phones: Sequence[Phone]) -> tuple[list[Nucleus], list[Phone]]:
    """The vowels of a line on its notes, and what follows the last.

    Word by word. Where a word has more vowels than notes its last note is shared, where it has fewer its last vowel
    is sung on: the words come through either way.
    """
    numbers = list(dict.fromkeys(note.utterance.word_index for note in notes if note.utterance))
    found: list[Nucleus] = []
    between: list[Phone] = []
    for word, number in enumerate(numbers):
        held = [i for i, note in enumerate(notes) if note.utterance and note.utterance.word_index == number]
        spoken = [phone for phone in phones if phone.word == word and phone.symbol]
        vowels = [k for k, phone in enumerate(spoken) if phone.is_vowel]
        if spoken and not vowels:  # a word that is all consonants: its longest sound is sung
            vowels = [max(range(len(spoken)), key=lambda k: spoken[k].end_seconds - spoken[k].start_seconds)]
        after = 0
        for rank, k in enumerate(vowels):
            own = spoken[after:k]
            if rank == 0:
                coda, onset = between, own
            else:
                size = onset_length([phone.symbol for phone in own])
                coda, onset = own[: len(own) - size], own[len(own) - size :]
            index = held[min(rank, len(held) - 1)]
            note = notes[index]
            sharing = len(vowels) - len(held) + 1
            last = rank == len(vowels) - 1
            start, end = note.onset_seconds, note.end_seconds
            if sharing > 1 and rank >= len(held) - 1:
                part = note.duration_seconds / sharing
                start += (rank - len(held) + 1) * part
                end = start + part
            elif last:
                end = notes[held[-1]].end_seconds
            found.append(Nucleus(spoken[k], index, start, end, coda, onset))
            after = k + 1
        between = spoken[after:] if vowels else between
    return found, between


def sing(notes: Sequence[Note], phones: Sequence[Phone], legato_seconds: float, free_from: float = 0.0) -> TimeMap:
    """Vowels on their notes, consonants of natural length before them and codas before the next onset; between words
    that have the time the voice lifts.

    free_from
        Time in seconds before which nothing may sound; a vowel waits for its consonants where they would.
    """
    found, closing = nuclei(notes, phones)
    times = TimeMap()
    for i, nucleus in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        begin = nucleus.onset_seconds
        if not times.sounding or times.sounding[-1][1] < begin - 1e-6:  # after silence: the onset leads in
            lengths = _fit(nucleus.onset, LONGEST_ONSET_SECONDS, begin - free_from)
            start = begin - sum(lengths)
            if start < free_from:  # no room before the first beat: the vowel waits for its consonants
                begin, start = free_from + sum(lengths), free_from
            _lay(times, nucleus.onset, lengths, start)
        coda = following.coda_before if following else closing
        if following and following.onset_seconds - nucleus.end_seconds <= legato_seconds:
            # both clusters come out of the time between the vowels, the onset of the next as near to it as it likes
            room = max(following.onset_seconds - begin - LEAST_HEARD_VOWEL_SECONDS, 0.0)
            lengths = [*_fit(coda, LONGEST_CODA_SECONDS, room), *_fit(following.onset, LONGEST_ONSET_SECONDS, room)]
            lengths = hurried(lengths, max(CONSONANT_SHARE * (following.onset_seconds - begin), 0.0), room)
            end = following.onset_seconds - sum(lengths)
            if following.vowel.word != nucleus.vowel.word:
                end -= _lift(notes[nucleus.note], end - begin)
            _vowel(times, nucleus, begin, end)
            _lay(times, coda, lengths[: len(coda)], end)
            lead = lengths[len(coda):]
            _lay(times, following.onset, lead, following.onset_seconds - sum(lead))
            free_from = following.onset_seconds
            continue
        lengths = _fit(coda, LONGEST_CODA_SECONDS, LONGEST_CODA_SECONDS)
        end = max(nucleus.end_seconds - (1 - RELEASE_SHARE) * sum(lengths),
                  begin + min(0.5 * nucleus.end_seconds - 0.5 * nucleus.onset_seconds, 0.1))
        if following:
            room = following.onset_seconds - end - LEAST_CONSONANT_SECONDS * len(following.onset)
            lengths = hurried(lengths, max(room, 0.0), max(room, 0.0))
        _vowel(times, nucleus, begin, end)
        _lay(times, coda, lengths, end)
        free_from = end + sum(lengths)
    return times


def speak(notes: Sequence[Note], phones: Sequence[Phone], free_from: float = 0.0) -> TimeMap:
    """Words in their own time, the first vowel of each on its note; silence fills what is left."""
    found, closing = nuclei(notes, phones)
    times = TimeMap()
    words: list[list[int]] = []
    for i, nucleus in enumerate(found):
        if i and nucleus.vowel.word == found[i - 1].vowel.word:
            words[-1].append(i)
        else:
            words.append([i])
    for place, word in enumerate(words):
        first, last = found[word[0]], found[word[-1]]
        tail = found[word[-1] + 1].coda_before if word[-1] + 1 < len(found) else closing
        source_end = tail[-1].end_seconds if tail else last.vowel.end_seconds
        source_vowel = first.vowel.start_seconds
        source_start = first.onset[0].start_seconds if first.onset else source_vowel
        before, after = source_vowel - source_start, source_end - source_vowel
        begin = first.onset_seconds
        lead = min(before, LONGEST_ONSET_SECONDS, max(begin - free_from, LEAST_CONSONANT_SECONDS * len(first.onset)))
        start = begin - lead
        if start < free_from:
            start = free_from
            begin = start + lead
        if place + 1 < len(words):
            following = found[words[place + 1][0]]
            needs = sum(phone.end_seconds - phone.start_seconds for phone in following.onset)
            room = following.onset_seconds - min(needs, LONGEST_ONSET_SECONDS) - begin
        else:
            room = max(notes[-1].end_seconds - begin, after)
        rate = min(max(room / after, FASTEST), SLOWEST)
        if before:
            times.knot(start, source_start)
        times.knot(begin, source_vowel)
        end = begin + rate * after
        times.knot(end, source_end)
        times.stretch(start, end)
        for index in word:
            vowel = found[index].vowel
            times.vowels.append((found[index].note, begin + rate * (vowel.start_seconds - source_vowel),
                                 begin + rate * (vowel.end_seconds - source_vowel)))
        free_from = end
    return times


def _lift(note: Note, vowel_seconds: float) -> float:
    """How long before the next word's consonants the voice is off."""
    weak = note.utterance is not None and note.utterance.stress == 0
    share, shortest = WEAK_LIFT if weak else LIFT
    return min(share * max(vowel_seconds - shortest, 0.0), LONGEST_LIFT_SECONDS)


def _fit(consonants: Sequence[Phone], longest: float, room: float) -> list[float]:
    """Natural lengths, all of them together within ``longest`` and the room there is, none under the shortest."""
    natural = [max((CLOSED if phone.symbol in CLOSURES else CONTINUED) * (phone.end_seconds - phone.start_seconds),
                   LEAST_CONSONANT_SECONDS) for phone in consonants]
    return hurried(natural, min(longest, max(room, 0.0)), np.inf)


def _lay(times: TimeMap, consonants: Sequence[Phone], lengths: Sequence[float], start: float) -> None:
    for phone, length in zip(consonants, lengths, strict=True):
        times.knot(start, phone.start_seconds)
        times.knot(start + length, phone.end_seconds)
        times.stretch(start, start + length)
        start += length


def _vowel(times: TimeMap, nucleus: Nucleus, begin: float, end: float) -> None:
    """A vowel from ``begin`` to ``end``: its beginning and end keep their pace, its middle is held or goes."""
    first, last = nucleus.vowel.start_seconds, nucleus.vowel.end_seconds
    natural, length = last - first, end - begin
    times.knot(begin, first)
    if length > natural:
        low, high = HELD_DIPHTHONG if nucleus.vowel.symbol in DIPHTHONGS else HELD_VOWEL
        pace = min(length / natural, TRANSITION_PACE)  # the formants' ways to and from the consonants tell them
        times.knot(begin + pace * low * natural, first + low * natural)
        times.knot(end - pace * (1 - high) * natural, first + high * natural)
    times.knot(end, last)
    times.stretch(begin, end)
    times.vowels.append((nucleus.note, begin, end))
