"""The parts of a song that have words, the engine that speaks them, and the faults and notices about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress

from instruments.voice.engines import ADVICE, EngineMissing, of_language, source, speak
from instruments.voice.source import SpeechError, SpeechRequest, VocalSource
from instruments.voice.speaking import Speaking
from scores.faults import Fault, ScorePath
from scores.lyrics.languages import ENGLISH, name_of
from scores.lyrics.line import SungLine
from scores.lyrics.syllables import plain, words
from scores.performance import Performance
from scores.players.voice import Voice
from scores.score import Part, Score

# Number of guessed words that are listed.
MOST_GUESSES = 40


def speaks(part: Part) -> bool:
    """Return whether a part's instrument sings words; it then uses the song's speech engine."""
    return isinstance(part.voice, Speaking)


def has_words(score: Score, performance: Performance) -> bool:
    """Return whether a part sings words, spoken by an engine or, if there is none, hummed."""
    return any(speaks(part) and any(note.utterance and note.utterance.syllable for note in performance.notes[name])
               for name, part in score.parts.items())


def speaker(score: Score, performance: Performance) -> VocalSource | None:
    """Return the engine that speaks the words of a song; None if there are no words or they are hummed.

    Raises
    ------
    EngineMissing
        If the score names an engine that is not on this machine.
    """
    engine = source(score.singer.engine, score.singer.voice) if has_words(score, performance) else None
    spoken = languages(score, performance)
    return engine if engine is None or ENGLISH in spoken or not spoken else of_language(engine, spoken[0])


def languages(score: Score, performance: Performance) -> list[str]:
    """Return the codes of the languages that are sung with words, in the order in which they come."""
    return list(dict.fromkeys(note.utterance.line.language for name, part in score.parts.items() if speaks(part)
                              for note in performance.notes[name] if note.utterance and note.utterance.syllable))


def other_speakers(score: Score, performance: Performance) -> dict[str, VocalSource]:
    """Return, by its code, the engine of each language that another one says than the engine of the song."""
    engine = speaker(score, performance)
    if engine is None:
        return {}
    others = {code: of_language(engine, code) for code in languages(score, performance)}
    return {code: other for code, other in others.items() if other is not engine}


def sung_lines(score: Score) -> dict[str, list[SungLine]]:
    """Return the lines of each part that has words, in the order of the song, before anything is composed."""
    lines: dict[str, list[SungLine]] = {name: [] for name, part in score.parts.items() if speaks(part)}
    for name, found in lines.items():
        for section in score.sections:
            player = section.players.get(name)
            if isinstance(player, Voice):
                found += [player.sung_line(section, number, name, score.lexicon)
                          for number in range(1, len(section.lyrics) + 1)]
    return lines


def begin_speaking(score: Score, but: Collection[SpeechRequest] = ()) -> None:
    """Let the engine speak the words of a song, ``but`` some, while it is composed: where speaking begins early.

    The singers later find the spoken lines ready. Other words (of an edited MIDI file) are spoken when they are sung.
    Errors are ignored here: the singers raise them when they ask for the same line.
    """
    if requests := [request for request in spoken(score) if request not in but]:
        with suppress(EngineMissing, SpeechError):
            if engine := source(score.singer.engine, score.singer.voice):
                speak(engine, requests)


def spoken(score: Score) -> list[SpeechRequest]:
    """Return what the engine will be asked to say for the lyrics of a song."""
    return [request for name, lines in sung_lines(score).items()
            if isinstance(voice := score.parts[name].voice, Speaking) for request in voice.requests(lines)]


def notices(score: Score, performance: Performance) -> list[str]:
    """Return notices for the user: the voice hums although the song has words, or another engine says some of them."""
    if others := other_speakers(score, performance):
        named = " and ".join(name_of(code) for code in others)
        return [f"{next(iter(others.values())).name} says what is {named}: hibari would say it with an English accent."]
    if score.singer.engine == "hum" or not has_words(score, performance) or speaker(score, performance):
        return []
    return [f"No speech engine is on this machine, so the voice hums. To hear the words: {ADVICE['espeak']}."]


def guesses(score: Score) -> list[str]:
    """Return what the user has to know of words that no dictionary has: how each is said, as it stands in a score."""
    found: dict[str, str] = {}
    parts = (part for section in score.sections for line in section.lyrics for whole in line.words(score.lexicon)
             if whole.is_guessed for part in re.split("[-‐‑]", whole.text))
    for word in (word for part in parts for word in words(part, score.lexicon) if word.is_guessed):
        key = plain(word.text)
        said = " ".join(phone for syllable in word.syllables for phone in syllable.phones)
        found.setdefault(key if key.isalnum() else f'"{key}"', said)
    if not found:
        return []
    told = ", ".join(f"{word}: {said}" for word, said in list(found.items())[:MOST_GUESSES])
    more = f" (the first {MOST_GUESSES} of {len(found)})" * (len(found) > MOST_GUESSES)
    return [f"No dictionary has {'this word' if len(found) == 1 else 'these words'}, so the sound is guessed{more}. "
            f"To have it otherwise, change it and write it in the score: pronounce: {{{told}}}"]


def fault_of(score: Score, error: SpeechError) -> Fault:
    """Return the fault of the score, at its line, for a line that could not be spoken."""
    others = [name for name in ("hibari", "espeak", "hum") if name != score.singer.engine]
    allowed = error.advice or "another engine: singer: {engine: " + " or ".join(others) + "}, or --voice"
    return Fault(0, 0, f"this line cannot be spoken: {error.reason}", _place(score, error.line), error.line, allowed)


def _place(score: Score, text: str) -> ScorePath:
    for i, section in enumerate(score.sections):
        for n, line in enumerate(section.lyrics):
            if text in " ".join(word.text for word in line.words(score.lexicon)):
                return ("sections", i, "lyrics", n)
    return ()
