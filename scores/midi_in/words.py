"""The words of a part that comes back from a DAW: which syllable each of its notes carries.

A lyric event is a syllable: ``ev-``, ``ery-``, ``thing ``; a hyphen goes on in the word. What other programs write is
read too. A word of several syllables on one note is sung within that note. ``_``, ``+``, ``-`` and an empty text are no
syllables: the note takes the next syllable of the word before it, or goes on with its vowel (melisma).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from scores.composing.singing.prosody import line_syllables
from scores.lyrics.pronunciation import Lexicon, is_vowel
from scores.lyrics.syllables import Syllable, words
from scores.midi_in.tracks import Struck, Track
from scores.performance import Delivery, Note, Performance, Utterance

LYRIC_BEATS = 0.25  # how far a syllable may lie from its note
HELD = "_"  # the spelling of a syllable that goes on with the vowel before it
MAX_COMPARED = 4_000_000  # pairs of syllables that are compared; of longer texts only the two ends are
# The vowel that is held where a diphthong is sung over several notes: its glide is left for the last of them.
FIRST_VOWEL = {"AY": "AA", "AW": "AA", "OY": "AO", "EY": "EH", "OW": "AO"}
_NO_SYLLABLE = re.compile(r"[-_+~\s]*")


@dataclass
class _Piece:
    """A lyric event: ``ends`` tells whether a word ends with it, ``holds`` the notes that only go on with it."""

    beat: float
    text: str
    ends: bool
    place: int | None = None  # index of its note
    holds: list[int] = field(default_factory=list)


def sung(track: Track, composed: Sequence[Note], performance: Performance,
         lexicon: Lexicon) -> tuple[list[tuple[Struck, Utterance | None]], int]:
    """The notes of a track with their syllables, and how many notes were divided between syllables.

    Only a part that was composed with words has any. Where the file has lyrics they count: those which are the composed
    ones, in order, are given as those were. Else the notes of a section take its composed syllables one after the
    other; what is left over is sung without.
    """
    with_words = [note for note in composed if note.utterance is not None]
    if not with_words:
        return [(struck, None) for struck in track.notes], 0
    pieces = _pieces(track)
    if not pieces:
        return list(zip(track.notes, _in_order(track, with_words, performance), strict=True)), 0
    given: dict[int, list[Utterance]] = {}
    for piece, utterances in zip(pieces, _given(pieces, with_words, lexicon), strict=True):
        if piece.place is not None and utterances:
            _spread(piece, utterances, given)
    renumbered = iter(_renumbered([utterance for place in sorted(given) for utterance in given[place]], with_words))
    found: list[tuple[Struck, Utterance | None]] = []
    for place, struck in enumerate(track.notes):
        count = len(given.get(place, ()))
        if not count:
            found.append((struck, None))
        found += zip(_divided(struck, count), [next(renumbered) for _ in range(count)], strict=True)
    return found, sum(len(utterances) > 1 for utterances in given.values())


def _in_order(track: Track, with_words: Sequence[Note], performance: Performance) -> list[Utterance | None]:
    """Composed syllables for the notes of each section, one after the other."""
    found: list[Utterance | None] = [None] * len(track.notes)
    for span in performance.sections:
        syllables = [note.utterance for note in with_words
                     if span.start_beats <= note.onset_beats < span.end_beats - 1e-6]
        places = [n for n, struck in enumerate(track.notes)
                  if span.start_beats - 1e-3 <= struck.onset_beats < span.end_beats - 1e-3]
        for place, syllable in zip(places, syllables, strict=False):
            found[place] = syllable
    return found


def _pieces(track: Track) -> list[_Piece]:
    """The lyric events that are syllables, each with its note and the notes that go on with it."""
    onsets = [struck.onset_beats for struck in track.notes]
    pieces: list[_Piece] = []
    free = 0  # the first note without a syllable
    for beat, raw in track.lyrics:
        text = raw.strip().lstrip("/\\")  # karaoke files begin a line or a page with these
        if not text and raw.strip(" \t"):
            continue  # the end of a line, which RP-017 writes as an event of its own
        place = _near(onsets, beat, free)
        free = free if place is None else place + 1
        if not _NO_SYLLABLE.fullmatch(text):
            pieces.append(_Piece(beat, text.rstrip("-"), not text.endswith("-"), place))
        elif pieces:
            pieces[-1].ends = pieces[-1].ends or (bool(text) and raw.endswith(" "))
            if place is not None:
                pieces[-1].holds.append(place)
    return pieces


def _near(onsets: Sequence[float], beat: float, free: int) -> int | None:
    """The first of the notes nearest to a beat, from note ``free`` on; None where none is near."""
    after = bisect_left(onsets, beat, free)
    around = [n for n in (bisect_left(onsets, onsets[after - 1], free) if after > free else -1, after)
              if 0 <= n < len(onsets)]
    place = min(around, key=lambda n: abs(onsets[n] - beat), default=None)
    return place if place is not None and abs(onsets[place] - beat) <= LYRIC_BEATS else None


def _given(pieces: Sequence[_Piece], with_words: Sequence[Note], lexicon: Lexicon) -> Iterator[list[Utterance]]:
    """The utterances of each piece: the composed one where it is the same syllable, in order."""
    same: dict[int, Utterance] = {}
    old = [_bare(note.utterance.syllable) for note in with_words if note.utterance]
    new = [_bare(piece.text) for piece in pieces]
    for before, now, size in _common(old, new):
        for k in range(size):
            if utterance := with_words[before + k].utterance:
                same[now + k] = utterance
    onsets = [note.onset_beats for note in with_words]
    begin = 0
    for end, piece in enumerate(pieces, 1):
        if not piece.ends and end < len(pieces):
            continue
        word = range(begin, end)
        if all(n in same for n in word):
            yield from ([same[n]] for n in word)
        else:
            after = bisect_left(onsets, pieces[begin].beat)
            near = min(with_words[max(after - 1, 0):after + 1],
                       key=lambda note: abs(note.onset_beats - pieces[begin].beat)).utterance
            said = _said([pieces[n].text for n in word], lexicon, near)
            yield from ([same[n]] if n in same else utterances for n, utterances in zip(word, said, strict=True))
        begin = end


def _common(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[int, int, int]]:
    """Stretches that two texts share, in order: where in the old, where in the new, and how long."""
    if len(old) * len(new) <= MAX_COMPARED:
        return SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    most = min(len(old), len(new))
    first = next((n for n in range(most) if old[n] != new[n]), most)
    last = next((n for n in range(most - first) if old[-1 - n] != new[-1 - n]), most - first)
    return [(0, 0, first), (len(old) - last, len(new) - last, last)]


def _said(texts: Sequence[str], lexicon: Lexicon, near: Utterance | None) -> list[list[Utterance]]:
    """The utterances of each piece of a word that was not composed, given as its neighbour is."""
    whole = "".join(texts)
    rows = line_syllables(words(whole, lexicon))
    counts = _shares(texts, len(rows), lexicon)
    alone = [line_syllables(words(text, lexicon)) for text in texts]
    is_spelled_apart = len(rows) < len(texts)  # more pieces than the dictionary knows syllables
    found: list[list[Utterance]] = []
    at = 0
    for number, (text, count) in enumerate(zip(texts, counts, strict=True)):
        if not rows:  # nothing of it can be said
            found.append([])
            continue
        spelled = text.strip(" ,.;:!?\"()")
        utterances = []
        for syllable, word, _, ends in rows[at:at + count] if not is_spelled_apart else ():
            name = spelled if count == 1 and len(rows) == len(texts) else syllable.spelling
            utterances.append(_utterance(name, word.text, near, syllable, ends))
        if is_spelled_apart:
            own = alone[number][0][0] if all(len(row) == 1 for row in alone) else Syllable(spelled, (), 1)
            utterances.append(_utterance(spelled, whole.strip(" ,.;:!?\"()"), near, own, number == len(texts) - 1))
        found.append(utterances)
        at += count
    return found


def _utterance(spelled: str, word: str, near: Utterance | None, syllable: Syllable, ends: bool) -> Utterance:
    return Utterance(spelled, word, near.line if near else 1, near.word_index if near else 0, syllable.stress, ends,
                     False, near.delivery if near else Delivery("sung"), syllable.phones)


def _shares(texts: Sequence[str], count: int, lexicon: Lexicon) -> list[int]:
    """How many of a word's syllables each of its pieces has."""
    if count <= len(texts):
        return [1] * len(texts)
    natural = [sum(len(word.syllables) for word in words(text, lexicon)) for text in texts]
    if sum(natural) == count and min(natural) > 0:
        return natural
    return [1] * (len(texts) - 1) + [count - len(texts) + 1]


def _spread(piece: _Piece, utterances: Sequence[Utterance], given: dict[int, list[Utterance]]) -> None:
    """Lay a piece's syllables on its note and on those that go on with it."""
    assert piece.place is not None
    places = [piece.place, *piece.holds]
    if len(utterances) >= len(places):
        for place, utterance in zip(places[:-1], utterances, strict=False):
            given[place] = [utterance]
        given[places[-1]] = list(utterances[len(places) - 1:])
        return
    last = len(utterances) - 1
    for place, utterance in zip(places, [*utterances[:last], *_held(utterances[last], len(places) - last)],
                                strict=False):
        given[place] = [utterance]


def _held(utterance: Utterance, notes: int) -> list[Utterance]:
    """A syllable over several notes: its vowel on each, its last consonants on the last.

    One whose sounds are unknown is on the first note alone.
    """
    vowels = [n for n, phone in enumerate(utterance.phones) if is_vowel(phone)]
    if notes == 1 or len(vowels) != 1:
        return [utterance]
    onset, vowel, coda = utterance.phones[:vowels[0]], utterance.phones[vowels[0]], utterance.phones[vowels[0] + 1:]
    held = FIRST_VOWEL.get(vowel[:-1], vowel[:-1]) + vowel[-1]
    first = replace(utterance, phones=(*onset, held), is_word_end=False, is_line_end=False)
    return [first, *[replace(first, syllable=HELD, phones=(held,))] * (notes - 2),
            replace(utterance, syllable=HELD, phones=(vowel, *coda))]


def _divided(struck: Struck, count: int) -> list[Struck]:
    """A note as equal shares, one for each of ``count`` syllables."""
    if count < 2:
        return [struck] * count
    length = (struck.end_beats - struck.onset_beats) / count
    parts = [replace(struck, onset_beats=struck.onset_beats + n * length, pedal_beats=None,
                     end_beats=struck.onset_beats + (n + 1) * length) for n in range(count)]
    return [*parts[:-1], replace(parts[-1], end_beats=struck.end_beats, pedal_beats=struck.pedal_beats)]


def _renumbered(given: Sequence[Utterance], with_words: Sequence[Note]) -> list[Utterance]:
    """Utterances with the words of each line counted anew where words are in it that were not composed."""
    composed = {note.utterance for note in with_words}
    lines: list[list[Utterance]] = []
    for utterance in given:
        before = lines[-1][-1] if lines else None
        if before is None or before.is_line_end or before.line != utterance.line:
            lines.append([])
        lines[-1].append(utterance)
    counted = []
    for line in lines:
        if composed.issuperset(line):
            counted += line
            continue
        index = 0
        for n, utterance in enumerate(line):
            counted.append(replace(utterance, word_index=index, is_line_end=n == len(line) - 1))
            index += utterance.is_word_end
    return counted


def _bare(syllable: str) -> str:
    return "".join(letter for letter in syllable.casefold() if letter.isascii() and letter.isalnum())
