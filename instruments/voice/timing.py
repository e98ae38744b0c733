"""When each sound of a line is heard: spoken time is mapped onto the notes, with the vowels on their onsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from instruments.dsp.arrays import Floats
from instruments.voice.phones import CLOSURES
from instruments.voice.source import Phone
from scores.lyrics.mouth import LEAST_CONSONANT_SECONDS, LEAST_HEARD_VOWEL_SECONDS, hurried
from scores.lyrics.phonology import DIPHTHONGS, FOREIGN_CONSONANTS, onset_length, onset_of
from scores.performance import Note

# Longest cluster of consonants [s] before a vowel, and after one.
LONGEST_ONSET_SECONDS = 0.25
LONGEST_CODA_SECONDS = 0.25
# Time that the consonants of a first vowel have at least [s]: without room before the note the vowel is late.
LEAST_ONSET_SECONDS = 0.07
# Share of the time from vowel to vowel that consonants may take before they are shortened.
CONSONANT_SHARE = 0.65
# Middle of a vowel that a long note holds: from and to, as shares of its length. A diphthong holds its first half.
HELD_VOWEL = (0.35, 0.65)
HELD_DIPHTHONG = (0.30, 0.42)
# Length of a sung consonant that can be held (a nasal, a hiss), relative to its slowly spoken length.
CONTINUED = 1.3
# Length of a sung consonant that closes the mouth, relative to its slowly spoken length.
CLOSED = 1.0
# Most by which the beginning and end of a held vowel are stretched: formant transitions make the consonants clear.
TRANSITION_PACE = 1.4
# Share of the last coda that sounds after its note has ended.
RELEASE_SHARE = 0.6
# Shortest vowel [s] that a coda leaves in a note that ends early.
SHORTEST_CLOSED_VOWEL_SECONDS = 0.1


@dataclass
class TimeMap:
    """A piecewise linear map from heard time to spoken time, and the stretches that sound.

    Attributes
    ----------
    heard, spoken
        The knots [s]; both rise together.
    sounding
        Start and end of each stretch [s, heard]; between two stretches there is silence.
    vowels
        For each nucleus the index of its note, its start and its end [s, heard].
    """

    heard: list[float] = field(default_factory=list)
    spoken: list[float] = field(default_factory=list)
    sounding: list[tuple[float, float]] = field(default_factory=list)
    vowels: list[tuple[int, float, float]] = field(default_factory=list)

    def knot(self, heard: float, spoken: float) -> None:
        """Add a knot [s]."""
        self.heard.append(heard)
        self.spoken.append(spoken)

    def stretch(self, start: float, end: float) -> None:
        """Add a stretch that sounds [s]; one that begins where the last ended continues it."""
        if self.sounding and start - self.sounding[-1][1] < 1e-6:
            self.sounding[-1] = (self.sounding[-1][0], end)
        else:
            self.sounding.append((start, end))

    def at(self, seconds: Floats) -> Floats:
        """Return the spoken time at heard times [s]; shape (n,)."""
        place: Floats = np.interp(seconds, self.heard, self.spoken)
        return place


@dataclass(frozen=True)
class Nucleus:
    """A vowel on its note.

    Parameters
    ----------
    vowel
        The phone.
    note
        Index of the note that carries it.
    onset_seconds, end_seconds
        When it is heard.
    coda_before
        Consonants that close the syllable before.
    onset
        Consonants that open this syllable.
    """

    vowel: Phone
    note: int
    onset_seconds: float
    end_seconds: float
    coda_before: Sequence[Phone]
    onset: Sequence[Phone]


def nuclei(notes: Sequence[Note], phones: Sequence[Phone]) -> tuple[list[Nucleus], list[Phone]]:
    """Put the vowels of a line on its notes, word by word.

    Where a word has more vowels than notes, its vowels share the last note; where it has fewer, its last vowel is
    held over the notes that are left.

    Parameters
    ----------
    notes
        Notes of one line; each has an utterance.
    phones
        The line as it was said.

    Returns
    -------
    nuclei : list of Nucleus
        In order.
    closing : list of Phone
        Consonants after the last vowel.
    """
    numbers = list(dict.fromkeys(note.utterance.word_index for note in notes if note.utterance))
    found: list[Nucleus] = []
    between: list[Phone] = []
    for word, number in enumerate(numbers):
        held = [i for i, note in enumerate(notes) if note.utterance and note.utterance.word_index == number]
        spoken = [phone for phone in phones if phone.word == word and phone.symbol]
        vowels = [k for k, phone in enumerate(spoken) if phone.is_vowel]
        if spoken and not vowels:  # a word without a vowel: its longest consonant is sung
            vowels = [max(range(len(spoken)), key=lambda k: spoken[k].end_seconds - spoken[k].start_seconds)]
        after = 0
        for rank, k in enumerate(vowels):
            own = spoken[after:k]
            if rank == 0:
                coda, onset = between, own
            else:
                cluster = [phone.symbol for phone in own]
                size = (onset_of if set(cluster) & set(FOREIGN_CONSONANTS) else onset_length)(cluster)
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
    """Time a line that is sung.

    A vowel begins on its note, and goes on until the next consonants: the line is carried from word to word. Consonants
    keep their natural length where there is time: an onset comes before its note, a coda before the next onset.

    Parameters
    ----------
    notes
        Notes of one line.
    phones
        The line as it was said.
    legato_seconds
        Longest gap between two notes that the voice carries across [s].
    free_from
        Time [s] before which nothing may sound; a vowel is late where its consonants need the time.

    Returns
    -------
    TimeMap
        When each sound is heard.
    """
    found, closing = nuclei(notes, phones)
    times = TimeMap()
    for i, nucleus in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        begin = nucleus.onset_seconds
        if not times.sounding or times.sounding[-1][1] < begin - 1e-6:  # after silence the onset comes before the note
            lengths = _fit(nucleus.onset, LONGEST_ONSET_SECONDS, max(begin - free_from, LEAST_ONSET_SECONDS))
            start = begin - sum(lengths)
            if start < free_from:  # no room before the note: the vowel is late
                begin, start = free_from + sum(lengths), free_from
            _lay(times, nucleus.onset, lengths, start)
        coda = following.coda_before if following else closing
        if following and following.onset_seconds - nucleus.end_seconds <= legato_seconds:
            # both clusters share the time between the two vowels
            room = max(following.onset_seconds - begin - LEAST_HEARD_VOWEL_SECONDS, 0.0)
            lengths = [*_fit(coda, LONGEST_CODA_SECONDS, room), *_fit(following.onset, LONGEST_ONSET_SECONDS, room)]
            lengths = hurried(lengths, max(CONSONANT_SHARE * (following.onset_seconds - begin), 0.0), room)
            end = following.onset_seconds - sum(lengths)
            _vowel(times, nucleus, begin, end)
            _lay(times, coda, lengths[: len(coda)], end)
            lead = lengths[len(coda):]
            _lay(times, following.onset, lead, following.onset_seconds - sum(lead))
            free_from = following.onset_seconds
            continue
        lengths = _fit(coda, LONGEST_CODA_SECONDS, LONGEST_CODA_SECONDS)
        end = max(nucleus.end_seconds - (1 - RELEASE_SHARE) * sum(lengths),
                  begin + min(0.5 * nucleus.end_seconds - 0.5 * nucleus.onset_seconds, SHORTEST_CLOSED_VOWEL_SECONDS))
        if following:
            room = following.onset_seconds - end - LEAST_CONSONANT_SECONDS * len(following.onset)
            lengths = hurried(lengths, max(room, 0.0), max(room, 0.0))
        _vowel(times, nucleus, begin, end)
        _lay(times, coda, lengths, end)
        free_from = end + sum(lengths)
    return times


def _fit(consonants: Sequence[Phone], longest: float, room: float) -> list[float]:
    """Natural lengths [s], shortened so that they fit into ``longest`` and ``room`` together."""
    natural = [max((CLOSED if phone.symbol in CLOSURES else CONTINUED) * (phone.end_seconds - phone.start_seconds),
                   LEAST_CONSONANT_SECONDS) for phone in consonants]
    return hurried(natural, min(longest, max(room, 0.0)), np.inf)


def _lay(times: TimeMap, consonants: Sequence[Phone], lengths: Sequence[float], start: float) -> None:
    """Put consonants of the given lengths [s] one after the other from ``start`` on."""
    for phone, length in zip(consonants, lengths, strict=True):
        times.knot(start, phone.start_seconds)
        times.knot(start + length, phone.end_seconds)
        times.stretch(start, start + length)
        start += length


def _vowel(times: TimeMap, nucleus: Nucleus, begin: float, end: float) -> None:
    """Put a vowel from ``begin`` to ``end`` [s]: its transitions keep their speed, its middle is held."""
    first, last = nucleus.vowel.start_seconds, nucleus.vowel.end_seconds
    natural, length = last - first, end - begin
    times.knot(begin, first)
    if length > natural:
        low, high = HELD_DIPHTHONG if nucleus.vowel.symbol in DIPHTHONGS else HELD_VOWEL
        pace = min(length / natural, TRANSITION_PACE)
        times.knot(begin + pace * low * natural, first + low * natural)
        times.knot(end - pace * (1 - high) * natural, first + high * natural)
    times.knot(end, last)
    times.stretch(begin, end)
    times.vowels.append((nucleus.note, begin, end))
