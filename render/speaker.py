"""The parts of a song that have words, the engine that speaks them, and the faults and notices about it."""

from __future__ import annotations

from contextlib import suppress

from instruments.voice.engines import ADVICE, EngineMissing, source
from instruments.voice.engines.process import Engine
from instruments.voice.source import SpeechError
from instruments.voice.speaking import Speaking
from scores.faults import Fault, ScorePath
from scores.lyrics.line import SungLine
from scores.lyrics.syllables import words
from scores.performance import Performance
from scores.players.voice import Voice
from scores.score import Part, Score


def speaks(part: Part) -> bool:
    """Return whether a part's instrument sings words; it then uses the song's speech engine."""
    return isinstance(part.voice, Speaking)


def has_words(score: Score, performance: Performance) -> bool:
    """Return whether a part sings words, spoken by an engine or, if there is none, hummed."""
    return any(speaks(part) and any(note.utterance and note.utterance.syllable for note in performance.notes[name])
               for name, part in score.parts.items())


def speaker(score: Score, performance: Performance) -> Engine | None:
    """Return the engine that speaks the words of a song; None if there are no words or they are hummed.

    Raises
    ------
    EngineMissing
        If the score names an engine that is not on this machine.
    """
    return source(score.singer.engine) if has_words(score, performance) else None


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


def begin_speaking(score: Score) -> None:
    """Let the engine speak the words of a song while it is composed: the one place where speaking begins early.

    The singers later find the spoken lines ready. Other words (of an edited MIDI file) are spoken when they are sung.
    Errors are ignored here: the singers raise them when they ask for the same line.
    """
    requests = [request for name, lines in sung_lines(score).items()
                if isinstance(voice := score.parts[name].voice, Speaking) for request in voice.requests(lines)]
    if requests:
        with suppress(EngineMissing, SpeechError):
            if engine := source(score.singer.engine):
                engine.speak(requests)


def notices(score: Score, performance: Performance) -> list[str]:
    """Return a notice for the user if the voice hums although the song has words."""
    if score.singer.engine == "hum" or not has_words(score, performance) or speaker(score, performance):
        return []
    return [f"No speech engine is on this machine, so the voice hums. To hear the words: {ADVICE['espeak']}."]


def fault_of(score: Score, error: SpeechError) -> Fault:
    """Return the fault of the score, at its line, for a line that could not be spoken."""
    others = [name for name in ("flite", "espeak", "hum") if name != score.singer.engine]
    allowed = error.advice or "another engine: singer: {engine: " + " or ".join(others) + "}, or --voice"
    return Fault(0, 0, f"this line cannot be spoken: {error.reason}", _place(score, error.line), error.line, allowed)


def _place(score: Score, text: str) -> ScorePath:
    for i, section in enumerate(score.sections):
        for n, line in enumerate(section.lyrics):
            if text in " ".join(word.text for word in words(line.spoken, score.lexicon)):
                return ("sections", i, "lyrics", n)
    return ()
