"""The rhythm of spoken lines: each syllable lasts as long as its sounds do, and no grid holds it."""

from __future__ import annotations

from scores.composing.singing.rooms import SetSyllable, room_for
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import SungLine
from scores.lyrics.mouth import FASTEST_SPOKEN_PER_SECOND, PHRASE_FINAL_LENGTHENING, natural_seconds

# Length of the pause [s] at a full stop, chosen; a shorter break has its share of it.
_FULL_STOP_SECONDS = 0.55
# Pace of speech, relative to the natural lengths, where a line has time: from the least room to the most.
_UNHURRIED = (1.1, 1.5)
# Share of a line's room that an unhurried voice fills.
_ROOM_TO_FILL = 0.8
# Length of a syllable that stands out, relative to its natural length: a quarter longer (Eady and Cooper, 1986).
_EMPHASIS_LENGTHENING = 1.25
# Metrical strength of a syllable that no grid holds.
_NO_STRENGTH = 0.5


def speak_line(stage: Stage, placed: PlacedLine, line: SungLine, lead_seconds: float) -> list[SetSyllable]:
    """Set a line in the rhythm of speech.

    From vowel to vowel it takes as long as the sounds between do (Klatt, 1976), longer before a break. Where the room
    is short, the pauses go first and then everything is hurried.

    Parameters
    ----------
    placed
        Where the line stands in the section.
    line
        Its words.
    lead_seconds
        Silence before the line [s], where there is time for it; silence also fills what is left of the room.

    Returns
    -------
    list of SetSyllable
        Every syllable with its onset and length; empty for a line without words.

    Raises
    ------
    ScoreFault
        Where the line asks for more than a mouth can do.
    """
    room = room_for(stage, placed, line)
    syllables = line.utterances
    if not syllables:
        return []
    spans, pauses = [], []
    for syllable, following in zip(syllables, [*syllables[1:], None], strict=True):
        pause = 0.0 if syllable.is_line_end else syllable.pause
        lengthened = PHRASE_FINAL_LENGTHENING if syllable.is_line_end or pause else 1.0
        lengthened *= _EMPHASIS_LENGTHENING if syllable.is_emphasised else 1.0
        spans.append(lengthened * natural_seconds(syllable.phones, syllable.stress,
                                                  following.phones if following else (),
                                                  begins_word=syllable.is_word_end))
        pauses.append(_FULL_STOP_SECONDS * pause)
    natural = (_ROOM_TO_FILL * room.seconds - sum(pauses)) / sum(spans)
    fewest = len(spans) / FASTEST_SPOKEN_PER_SECOND
    scale = max(min(max(natural, _UNHURRIED[0]), _UNHURRIED[1]), fewest / sum(spans))  # short syllables are not gabbled
    lead = min(lead_seconds, max(room.seconds - scale * sum(spans), 0.0))
    available = room.seconds - lead
    pause_scale = min(1.0, max(available - scale * sum(spans), 0.0) / sum(pauses)) if sum(pauses) else 0.0
    scale = min(scale, available / sum(spans))
    seconds = stage.tempo.seconds(room.start_beats) + lead
    out = []
    for syllable, span, pause in zip(syllables, spans, pauses, strict=True):
        onset, end = stage.tempo.beat(seconds), stage.tempo.beat(seconds + scale * span)
        out.append(SetSyllable(syllable, onset, end - onset, _NO_STRENGTH))
        seconds += scale * span + pause_scale * pause
    return out
