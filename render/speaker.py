"""Who has words: the parts that speak, the one engine that says them in a song, and what is told where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from instruments import instruments
from instruments.voice.engines import ADVICE, EngineMissing, source
from instruments.voice.engines.process import Engine
from instruments.voice.source import Line, SpeechError
from scores.composing.singing.prosody import line_syllables
from scores.faults import Fault, ScorePath
from scores.lyrics.syllables import Word, words
from scores.performance import Delivery, Note, Performance, Utterance
from scores.players.voice import Voice
from scores.score import Part, Score


def speaks(part: Part) -> bool:
    """Whether a part's instrument has words, and so takes the song's engine."""
    return instruments()[part.instrument].speaks


def has_words(score: Score, performance: Performance) -> bool:
    """Whether anybody sings words, by an engine or, where there is none, as a hum."""
    return any(speaks(part) and any(note.utterance and note.utterance.syllable for note in performance.notes[name])
               for name, part in score.parts.items())


def speaker(score: Score, performance: Performance) -> Engine | None:
    """The engine whose words are heard in the song; None where nobody has words or the singer hums.

    Raises EngineMissing where the score names one that is not on this machine.
    """
    return source(score.singer.engine) if has_words(score, performance) else None


def foreseen(score: Score) -> list[Line]:
    """What the singers will say, by the words alone, while there is no melody yet."""
    lines: list[Line] = []
    for name, part in score.parts.items():
        for section in score.sections if speaks(part) else ():
            player = section.players.get(name)
            if isinstance(player, Voice):
                lines += instruments()[part.instrument]().lines([
                    note for number, line in enumerate(section.lyrics, 1)
                    for note in _unset(words(line.spoken, score.lexicon), number, player.manner)])
    return lines


def _unset(said: Sequence[Word], line: int, manner: str) -> Iterator[Note]:
    """A note a syllable, of no pitch and time that mean anything."""
    rows = line_syllables(said)
    for number, (syllable, word, index, ends) in enumerate(rows, 1):
        yield Note(0, 0, 0, 0, 60, 64, 0, utterance=Utterance(
            syllable.spelling, word.text, line, index, syllable.stress, ends, number == len(rows), Delivery(manner),
            syllable.phones))


def speak_first(score: Score) -> None:
    """Have said what is foreseen, in the engine's processes, while the song is composed; what differs then is said
    after. Faults are told by who sings."""
    if lines := foreseen(score):
        with suppress(EngineMissing, SpeechError):
            if engine := source(score.singer.engine):
                engine.speak(lines)


def speak_ahead(score: Score, performance: Performance) -> None:
    """Have the whole song said, so that its singers find it remembered; what cannot be said they tell themselves."""
    engine = speaker(score, performance)
    if engine is not None:
        with suppress(SpeechError):
            engine.speak([line for name, part in score.parts.items() if speaks(part)
                          for line in instruments()[part.instrument]().lines(performance.notes[name])])


def notices(score: Score, performance: Performance) -> list[str]:
    """What the person is told of the voice: that it hums though words were wanted."""
    if score.singer.engine == "hum" or not has_words(score, performance) or speaker(score, performance):
        return []
    return [f"No speech engine is on this machine, so the voice hums. To hear the words: {ADVICE['espeak']}."]


def fault_of(score: Score, error: SpeechError) -> Fault:
    """A line that could not be spoken as a fault of the score, at the line where it stands."""
    others = [name for name in ("flite", "espeak", "hum") if name != score.singer.engine]
    allowed = error.advice or "another engine: singer: {engine: " + " or ".join(others) + "}, or --voice"
    return Fault(0, 0, f"this line cannot be spoken: {error.reason}", _place(score, error.line), error.line, allowed)


def _place(score: Score, text: str) -> ScorePath:
    for i, section in enumerate(score.sections):
        for n, line in enumerate(section.lyrics):
            if text in " ".join(word.text for word in words(line.spoken, score.lexicon)):
                return ("sections", i, "lyrics", n)
    return ()
