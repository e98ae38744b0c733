"""Where a line is sung: its room in time, what a mouth can do there, and how strong its places are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scores.composing.stage import PlacedLine, Stage
from scores.faults import ScoreFault, ScorePath
from scores.lyrics.line import SungLine, Utterance, Word
from scores.lyrics.mouth import (
    LEAST_CONSONANT_SECONDS,
    LEAST_VOWEL_SECONDS,
    MOST_SYLLABLES_PER_SECOND,
    consonants,
    least_seconds,
)
from scores.performance import Bar
from scores.theory import Meter
from scores.theory.tempo import TempoMap

# Silence kept at the end of each line: a quick breath takes 0.3–0.5 s.
BREATH_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class SetSyllable:
    """A syllable set to time.

    Parameters
    ----------
    utterance
        The syllable, in its line.
    onset_beats, duration_beats
        Quarter notes of the song.
    strength
        Metrical strength of the onset, from 0 to 1.
    """

    utterance: Utterance
    onset_beats: float
    duration_beats: float
    strength: float


@dataclass(frozen=True, slots=True)
class Room:
    """What a line has: its first beat, the beat by which it must be silent, and its length in seconds.

    ``earliest_beats`` is where its pickup may begin.
    """

    start_beats: float
    end_beats: float
    seconds: float
    earliest_beats: float


def room_for(stage: Stage, placed: PlacedLine, line: SungLine) -> Room:
    """Return the room of a line.

    Raises
    ------
    ScoreFault
        Where the line asks for more than a mouth can do.
    """
    room = line_room(stage.tempo, placed)
    most: float = getattr(stage.player, "most_per_second", MOST_SYLLABLES_PER_SECOND)
    if too_fast := rate_fault(line.words, room, placed, stage.index, most):
        raise too_fast
    return room


def line_room(tempo: TempoMap, placed: PlacedLine) -> Room:
    """Return the room of a line without the breath at its end."""
    start, end = tempo.seconds(placed.start_beats), tempo.seconds(placed.end_beats)
    breath = min(BREATH_SECONDS, 0.25 * (end - start))
    return Room(placed.start_beats, tempo.beat(end - breath), end - breath - start, placed.start_beats)


def rate_fault(sounding: Sequence[Word], room: Room, placed: PlacedLine, section: int,
               most: float = MOST_SYLLABLES_PER_SECOND) -> ScoreFault | None:
    """Return the fault of a line that asks for more than a mouth can do, or None.

    Parameters
    ----------
    sounding
        The words of the line.
    room
        Its room.
    placed
        Where it stands.
    section
        Index of its section in the song.
    most
        Highest rate [syllables/s].
    """
    count, path = sum(len(word.syllables) for word in sounding), ("sections", section, "lyrics", placed.number - 1)
    rate = count / room.seconds
    if rate > most:
        return ScoreFault(
            path, f"{count} syllables in {room.seconds:.1f} seconds are {rate:.1f} a second: more than can be sung",
            found=placed.line.text,
            allowed=f"at most {most:g} a second, here "
                    f"{int(most * room.seconds)} syllables: shorten the line or give it more bars")
    return crowded(sounding, room, placed, path) if least_seconds(sounding) > room.seconds else None


def crowded(sounding: Sequence[Word], room: Room, placed: PlacedLine, path: ScorePath) -> ScoreFault:
    """Return the fault of a line that has more sounds than a mouth can form in its room."""
    sounds = [sum(consonants(syllable.phones)) for word in sounding for syllable in word.syllables]
    return ScoreFault(
        path, f"{sum(sounds)} consonants and {len(sounds)} vowels in {room.seconds:.1f} seconds are more than a mouth "
              "can form", found=placed.line.text,
        allowed=f"at least {1000 * LEAST_CONSONANT_SECONDS:.0f} ms for a consonant and "
                f"{1000 * LEAST_VOWEL_SECONDS:.0f} for a vowel: shorten the line or give it more bars")


def place_in_bar(bar: Bar, beat: float) -> float:
    """Return quarter notes from the bar line; a pickup bar counts from the bar line it leaves out."""
    return beat - bar.start_beats + (float(bar.meter.bar_beats) - bar.beats)


def strength_at(stage: Stage, beat: float) -> float:
    """Metrical strength 0–1 of a beat of the section; a pickup's of the bar it leads out of."""
    bar = stage.bar_at(beat)
    return _strength(bar.meter, place_in_bar(bar, beat) % float(bar.meter.bar_beats))


@cache
def _strength(meter: Meter, beat: float) -> float:
    return meter.strength(beat)
