"""The words of a part that comes back from a DAW: which syllable each of its notes carries.

A lyric event is a syllable: ``ev-``, ``ery-``, ``thing ``; a hyphen continues the word. What other programs write is
read too. A word of several syllables on one note is sung within that note. ``_``, ``+``, ``-`` and an empty text are no
syllables: the note takes the next syllable of the word before it, or continues its vowel (melisma).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from scores.lyrics.line import Utterance
from scores.lyrics.pronunciation import Lexicon
from scores.midi_in.syllables import Sung, held, in_lines, said
from scores.midi_in.tracks import Struck, Track
from scores.performance import Note, Performance

# Greatest distance of a syllable from its note [quarter notes].
LYRIC_BEATS = 0.25
# Most pairs of syllables that are compared; of longer texts only the two ends are.
MAX_COMPARED = 4_000_000
_NO_SYLLABLE = re.compile(r"[-_+~\s]*")


@dataclass
class _Piece:
    """A lyric event that is a syllable.

    Parameters
    ----------
    beat
        Where it stands [quarter notes].
    text
        The text without its hyphen.
    ends
        Whether a word ends with it.
    place
        Index of its note; None where no note is near.
    holds
        Indices of the notes that only continue it.
    """

    beat: float
    text: str
    ends: bool
    place: int | None = None
    holds: list[int] = field(default_factory=list)


def sung(track: Track, composed: Sequence[Note], performance: Performance,
         lexicon: Lexicon) -> tuple[list[tuple[Struck, Utterance | None]], int]:
    """Give the notes of a track their syllables.

    Only a part that was composed with words has any. Lyrics of the file take precedence: those which are the composed
    ones, in order, stay as they were. Without lyrics, the notes of a section take its composed syllables in order;
    notes that are left over are sung without words.

    Parameters
    ----------
    track
        Notes and lyrics as the file has them.
    composed
        Notes of the part as they were composed, without breaths.
    performance
        The composed song.
    lexicon
        Words that the song says in its own way.

    Returns
    -------
    list of (Struck, Utterance or None)
        The notes in order; one that carries several syllables is divided into as many.
    int
        How many notes were divided.
    """
    with_words = [(note.onset_beats, note.utterance) for note in composed if note.utterance is not None]
    if not with_words:
        return [(struck, None) for struck in track.notes], 0
    pieces = _pieces(track)
    if not pieces:
        return list(zip(track.notes, _in_order(track, with_words, performance), strict=True)), 0
    given: dict[int, list[Sung]] = {}
    for piece, syllables in zip(pieces, _given(pieces, with_words, lexicon), strict=True):
        if piece.place is not None and syllables:
            _spread(piece, syllables, given)
    utterances = iter(in_lines([syllable for place in sorted(given) for syllable in given[place]]))
    found: list[tuple[Struck, Utterance | None]] = []
    for place, struck in enumerate(track.notes):
        count = len(given.get(place, ()))
        if not count:
            found.append((struck, None))
        found += zip(_divided(struck, count), [next(utterances) for _ in range(count)], strict=True)
    return found, sum(len(syllables) > 1 for syllables in given.values())


def _in_order(track: Track, with_words: Sequence[tuple[float, Utterance]],
              performance: Performance) -> list[Utterance | None]:
    """Composed syllables for the notes of each section, one after the other."""
    found: list[Utterance | None] = [None] * len(track.notes)
    for span in performance.sections:
        syllables = [utterance for beat, utterance in with_words
                     if span.start_beats <= beat < span.end_beats - 1e-6]
        places = [n for n, struck in enumerate(track.notes)
                  if span.start_beats - 1e-3 <= struck.onset_beats < span.end_beats - 1e-3]
        for place, syllable in zip(places, syllables, strict=False):
            found[place] = syllable
    return found


def _pieces(track: Track) -> list[_Piece]:
    """Return the lyric events that are syllables, each with its note and the notes that go on with it."""
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
    """Return the first of the notes nearest to a beat, from note ``free`` on; None where none is near."""
    after = bisect_left(onsets, beat, free)
    around = [n for n in (bisect_left(onsets, onsets[after - 1], free) if after > free else -1, after)
              if 0 <= n < len(onsets)]
    place = min(around, key=lambda n: abs(onsets[n] - beat), default=None)
    return place if place is not None and abs(onsets[place] - beat) <= LYRIC_BEATS else None


def _given(pieces: Sequence[_Piece], with_words: Sequence[tuple[float, Utterance]],
           lexicon: Lexicon) -> Iterator[list[Sung]]:
    """Return the syllables of each piece: the composed one where it is the same, in order."""
    same: dict[int, Sung] = {}
    old = [_bare(utterance.syllable) for _, utterance in with_words]
    new = [_bare(piece.text) for piece in pieces]
    for before, now, size in _common(old, new):
        for k in range(size):
            same[now + k] = Sung.of(with_words[before + k][1])
    onsets = [beat for beat, _ in with_words]
    begin = 0
    for end, piece in enumerate(pieces, 1):
        if not piece.ends and end < len(pieces):
            continue
        word = range(begin, end)
        if all(n in same for n in word):
            yield from ([same[n]] for n in word)
        else:
            beat = pieces[begin].beat
            after = bisect_left(onsets, beat)
            _, near = min(with_words[max(after - 1, 0):after + 1], key=lambda composed: abs(composed[0] - beat))
            found = said([pieces[n].text for n in word], lexicon, near.line)
            yield from ([same[n]] if n in same else syllables for n, syllables in zip(word, found, strict=True))
        begin = end


def _common(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[int, int, int]]:
    """Stretches that two texts share, in order: where in the old, where in the new, and how long."""
    if len(old) * len(new) <= MAX_COMPARED:
        return SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    most = min(len(old), len(new))
    first = next((n for n in range(most) if old[n] != new[n]), most)
    last = next((n for n in range(most - first) if old[-1 - n] != new[-1 - n]), most - first)
    return [(0, 0, first), (len(old) - last, len(new) - last, last)]


def _spread(piece: _Piece, syllables: Sequence[Sung], given: dict[int, list[Sung]]) -> None:
    """Lay a piece's syllables on its note and on those that continue it."""
    assert piece.place is not None
    places = [piece.place, *piece.holds]
    if len(syllables) >= len(places):
        for place, syllable in zip(places[:-1], syllables, strict=False):
            given[place] = [syllable]
        given[places[-1]] = list(syllables[len(places) - 1:])
        return
    last = len(syllables) - 1
    for place, syllable in zip(places, [*syllables[:last], *held(syllables[last], len(places) - last)], strict=False):
        given[place] = [syllable]


def _divided(struck: Struck, count: int) -> list[Struck]:
    """Return a note as equal shares, one for each of ``count`` syllables."""
    if count < 2:
        return [struck] * count
    length = (struck.end_beats - struck.onset_beats) / count
    parts = [replace(struck, onset_beats=struck.onset_beats + n * length, pedal_beats=None,
                     end_beats=struck.onset_beats + (n + 1) * length) for n in range(count)]
    return [*parts[:-1], replace(parts[-1], end_beats=struck.end_beats, pedal_beats=struck.pedal_beats)]


def _bare(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFKD", syllable.casefold())  # a file may have lost the accents
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())
