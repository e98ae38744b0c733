"""Melismas that a style asks for: stressed open vowels on two or three notes, where the line has time."""

from __future__ import annotations

from dataclasses import replace

from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import HELD, SungLine
from scores.lyrics.melisma import hold
from scores.lyrics.phonology import is_vowel

# Syllables a second up to which a line has time for more notes.
_ROOMY_PER_SECOND = 1.9
# Notes of a stressed open syllable → logit where melisma is 0, and what melisma 1 adds.
_NOTES = {1: (2.2, 0.0), 2: (0.0, 4.0), 3: (-1.0, 4.4)}
# Most syllables of a line that are spread.
_MOST = 2


def with_melismas(stage: Stage, placed: PlacedLine, line: SungLine, melisma: float) -> SungLine:
    """Return a line with some of its stressed open syllables on several notes.

    Parameters
    ----------
    placed
        Where it stands.
    line
        Its words.
    melisma
        How readily, 0 to 1.
    """
    seconds = stage.tempo.seconds(placed.end_beats) - stage.tempo.seconds(placed.start_beats)
    if any(syllable.spelling == HELD for word in line.words for syllable in word.syllables):
        return line  # the score says where
    words, count, spread = list(line.words), len(line.utterances), 0
    for index in reversed(range(len(words))):
        for place in reversed(range(len(words[index].syllables))):
            syllable = words[index].syllables[place]
            is_open = bool(syllable.phones) and is_vowel(syllable.phones[-1])
            if syllable.stress != 1 or not is_open or spread >= _MOST:
                continue
            options = {notes: start + more * melisma for notes, (start, more) in _NOTES.items()
                       if (count + notes - 1) / seconds <= _ROOMY_PER_SECOND}
            if len(options) > 1:
                pick = stage.choose(f"melisma, line {placed.number}, word {index + 1}, syllable {place + 1}",
                                    placed.start_beats, [f"{notes} notes" for notes in options], list(options.values()))
                notes = list(options)[pick]
                words[index] = hold(words[index], place, notes)
                count, spread = count + notes - 1, spread + (notes > 1)
    return replace(line, words=tuple(words))
