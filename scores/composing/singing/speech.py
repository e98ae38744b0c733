"""The rhythm of spoken lines: each syllable lasts as long as its sounds do, and no grid holds it."""

from __future__ import annotations

from scores.composing.singing.prosody import Sung, line_syllables, line_words
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.pronunciation import is_vowel
from scores.lyrics.syllables import Syllable

# Klatt (1976, JASA 59, p. 1213): mean durations in connected speech, stressed and unstressed vowel and consonant.
STRESSED_VOWEL_SECONDS, UNSTRESSED_VOWEL_SECONDS, CONSONANT_SECONDS = 0.130, 0.070, 0.070
_SECONDARY_VOWEL_SECONDS = 0.100  # between the two
PHRASE_FINAL_LENGTHENING = 1.4  # Klatt (1976): the last syllable before a break is about 30–40 % longer
_UNKNOWN_CONSONANTS = 2
_FULL_STOP_SECONDS = 0.55  # pause of weight 1
FASTEST_SPOKEN_PER_SECOND = 5.0
_UNHURRIED = (1.1, 1.5)  # telling a secret is slower than reading news; the more room the slower, within these
_ROOM_TO_FILL = 0.8  # share of a line's room that an unhurried voice aims at


def speak_line(stage: Stage, placed: PlacedLine, lead_seconds: float) -> list[Sung]:
    """Set a line in the rhythm of speech, beginning ``lead_seconds`` into its room; silence fills what is left.

    Each syllable lasts as long as its sounds do (Klatt, 1976), longer before a break. Where the room is short, pauses
    go first and then everything is hurried, up to the 6 syllables a second that raise ScoreFault.
    """
    sounding, room = line_words(stage, placed)
    syllables = line_syllables(sounding)
    if not syllables:
        return []
    spans, pauses = [], []
    for i, (syllable, word, _, is_word_end) in enumerate(syllables):
        is_last = i == len(syllables) - 1
        pause = word.pause if is_word_end and not is_last else 0.0
        lengthened = PHRASE_FINAL_LENGTHENING if is_last or pause else 1.0
        spans.append(lengthened * _syllable_seconds(syllable))
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
    for (syllable, word, index, is_end), span, pause in zip(syllables, spans, pauses, strict=True):
        onset, end = stage.tempo.beat(seconds), stage.tempo.beat(seconds + scale * span)
        out.append(Sung(syllable, word, index, is_end, onset, end - onset, 0.5))
        seconds += scale * span + pause_scale * pause
    return out


def _syllable_seconds(syllable: Syllable) -> float:
    vowel = {0: UNSTRESSED_VOWEL_SECONDS, 1: STRESSED_VOWEL_SECONDS, 2: _SECONDARY_VOWEL_SECONDS}[syllable.stress]
    consonants = sum(not is_vowel(phone) for phone in syllable.phones) if syllable.phones else _UNKNOWN_CONSONANTS
    return vowel + CONSONANT_SECONDS * consonants
