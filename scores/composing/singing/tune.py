"""The melody of a section: which lines share a tune, what returns from an earlier section, and how it is varied.

The first line sets a motif of rhythm and contour; the form says which lines repeat it (AABA, ABAC …). A chorus is built
on a hook, a short figure that is repeated. A section that is ``like`` an earlier one varies the lines of that one.

References
----------
.. [1] Huron, D. (1996). The melodic arch in Western folksongs. Computing in Musicology 10.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from scores.composing.singing.melody import (
    Ladder,
    chord_at,
    sing_phrase,
    sounding_pitch,
)
from scores.composing.singing.motif import Motif
from scores.composing.singing.phrases import Phrase, SungUntil, Tune, is_hooked
from scores.composing.singing.planning import FLATTENED, Planner, said
from scores.composing.singing.prosody import Pickup, leads_in, pickup_of, set_line
from scores.composing.singing.rooms import BREATH_SECONDS, SetSyllable, line_room, strength_at
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import SungLine

# How much likelier a motif's rhythm is than another line's that is taken up.
_MOTIF_GRIP = 6.0
# Logit of a form of four lines. The same letter is the same tune.
_VERSE_FORMS = {"ABAC": 1.0, "AABA": 0.7, "ABAB": 0.4, "AABC": 0.2}
_CHORUS_FORMS = {"AABA": 1.0, "AABC": 0.8, "ABAC": 0.3}
# Logit, and scale steps by which a whole tune is moved that comes back with other words.
_AGAIN = {"as it was": (1.4, 0), "a step higher": (0.5, 1), "a third higher": (0.1, 2)}


def compose_tune(stage: Stage, lines: Sequence[SungLine], steps: Ladder, syncopation: float = 0.0,
                 motif: Motif | None = None) -> list[Phrase]:
    """Compose the melody of a section.

    It is kept in the part's memory, for a later section or line that takes it up.

    Parameters
    ----------
    lines
        The words of each of the stage's lines.
    steps
        The notes that the melody may use.
    syncopation
        How readily stressed syllables anticipate a strong place, 0 to 1.
    motif
        The figure that a new tune is made of, where the score has one.

    Returns
    -------
    list of Phrase
        One for each line that has words.
    """
    tunes = stage.memory.all(Tune)
    remembered = _remembered(stage, tunes)
    returning = {said(phrase.placed): phrase for tune in tunes.values() for phrase in tune.phrases}
    labels = _form(stage, remembered)
    moved = _moved(stage, steps, remembered)
    phrases: list[Phrase] = []
    free = _free_from(stage)
    for i, (placed, line) in enumerate(zip(stage.lines, lines, strict=True)):
        same = returning.get(said(placed))
        again = same or (remembered[i % len(remembered)] if remembered else None)
        within = next((phrase for phrase in phrases if phrase.label == labels[i]), None)
        if literal := _literal(stage, tunes, i, placed, line, steps):
            phrases.append(literal)
            returning.setdefault(said(placed), literal)
            free = after_a_breath(stage, literal.notes[-1].onset_beats + literal.notes[-1].duration_beats)
            continue
        model = again or within or (phrases[0] if phrases else None)
        stated = motif if not again and not within else None
        rhythm = motif if not again else None
        places = rhythm.places(len(line.utterances)) if rhythm else model.places if model else ()
        notes = set_line(stage, placed, line, places, free, _following(stage, lines, i), syncopation,
                         _MOTIF_GRIP if rhythm or same else 1.0)
        if not notes:
            continue
        before = phrases[-1].degrees[-1] if phrases else None
        planner = Planner(stage, placed, tuple(notes), steps, i, len(stage.lines), moved)
        plans = [planner.of_motif(stated)] if stated else planner.plans(again, within, bool(phrases), said(placed))
        degrees = sing_phrase(stage, f"melody, line {placed.number}", notes, steps, plans, before)
        chords = tuple(chord_at(stage, note.onset_beats) for note in notes)
        phrases.append(Phrase(tuple(notes), degrees, chords, int(np.argmax(degrees)), labels[i], placed))
        returning.setdefault(said(placed), phrases[-1])
        free = after_a_breath(stage, notes[-1].onset_beats + notes[-1].duration_beats)
    stage.memory.keep(Tune(tuple(phrases), stage.bars[0].key), stage.section.name)
    return phrases


def _literal(stage: Stage, tunes: Mapping[str, Tune], i: int, placed: PlacedLine, line: SungLine,
             steps: Ladder) -> Phrase | None:
    """Return line ``i`` of the tune that ``same`` names, note for note; None where there is none."""
    tune = tunes.get(stage.section.same) if stage.section.same is not None else None
    if tune is None or not tune.phrases or not line.utterances:
        return None
    source = tune.phrases[i % len(tune.phrases)]
    first = source.notes[0].onset_beats - source.placed.start_beats
    rows = [(note.onset_beats - source.placed.start_beats, note.duration_beats, degree, n)
            for n, (note, degree) in enumerate(zip(source.notes, source.degrees, strict=True))]
    while len(rows) > len(line.utterances):  # the shortest note is sung on with the syllable before it
        short = min(range(1, len(rows)), key=lambda n: (rows[n][1], n))
        onset, length, degree, n = rows[short - 1]
        rows[short - 1:short + 1] = [(onset, rows[short][0] + rows[short][1] - onset, degree, n)]
    while len(rows) < len(line.utterances):  # the longest note is struck twice
        long = max(range(len(rows)), key=lambda n: (rows[n][1], -n))
        onset, length, degree, n = rows[long]
        rows[long:long + 1] = [(onset, length / 2, degree, n), (onset + length / 2, length / 2, degree, n)]
    if placed.start_beats + first < stage.tempo.beat(0.0):
        return None
    begin = placed.start_beats
    notes = tuple(SetSyllable(utterance, begin + onset, length, strength_at(stage, begin + onset))
                  for utterance, (onset, length, _, _) in zip(line.utterances, rows, strict=True))
    up = 0
    if tune.key is not None and tune.key.mode == steps.key.mode:
        up = (steps.key.pitch_class - tune.key.pitch_class + 6) % 12 - 6
    sung = source.pitches or tuple(
        float(sounding_pitch(tune.key or steps.key, degree, chord))
        for degree, chord in zip(source.degrees, source.chords, strict=True))
    degrees = tuple(row[2] for row in rows)
    return Phrase(notes, degrees, tuple(source.chords[row[3]] for row in rows), int(np.argmax(degrees)), source.label,
                  placed, tuple(sung[row[3]] + up for row in rows))


def _following(stage: Stage, lines: Sequence[SungLine], i: int) -> Pickup | None:
    """Return the pickup of the line that begins where line ``i`` ends; in the next section only one to a chord."""
    end = stage.lines[i].end_beats
    room_end = line_room(stage.tempo, stage.lines[i]).end_beats
    if i + 1 < len(lines):
        follows = abs(stage.lines[i + 1].start_beats - end) < 1e-6
        return pickup_of(stage, stage.lines[i + 1], lines[i + 1].utterances, room_end) if follows else None
    after = stage.score.sections[stage.index + 1:stage.index + 2]
    if after and after[0].lyrics and stage.part_name in after[0].play and abs(end - stage.span.end_beats) < 1e-6:
        placed = PlacedLine(1, after[0].lyrics[0], end, end)
        return pickup_of(stage, placed, (), room_end) if leads_in(placed) else None
    return None


def _kind(name: str) -> str:
    """Return the kind of a section by its name without its number: Verse 2 is a verse."""
    return re.sub(r"[\s\d]+(?:again)?$", "", name.casefold())


def _remembered(stage: Stage, tunes: Mapping[str, Tune]) -> Sequence[Phrase]:
    """Return the tune that is taken up: of the section named by ``like``, else of the first section of this kind."""
    if stage.section.like is not None:
        return tunes[stage.section.like].phrases if stage.section.like in tunes else ()
    kind = _kind(stage.section.name)
    return next((tune.phrases for name, tune in tunes.items() if tune.phrases and _kind(name) == kind), ())


def _moved(stage: Stage, steps: Ladder, remembered: Sequence[Phrase]) -> int:
    """Scale steps by which a section moves the whole tune that it takes up."""
    if not remembered:
        return 0
    highest = max(max(phrase.degrees) for phrase in remembered)
    logits = [logit - FLATTENED * max(highest + shift - steps.high, 0) for logit, shift in _AGAIN.values()]
    return list(_AGAIN.values())[stage.choose("melody, moved", stage.span.start_beats, list(_AGAIN), logits)][1]


def _free_from(stage: Stage) -> float:
    """Return the beat from which a section's first line may begin.

    A pickup leads out of a section that the voice sings in, out of the song's own upbeat, or to the first chord.
    Elsewhere the line waits for its bar line, so that what plays alone before it stays alone.
    """
    busy = stage.memory.recall(SungUntil)
    if busy is not None and busy.section == stage.index - 1:
        return after_a_breath(stage, busy.beats)
    if stage.index and stage.lines and leads_in(stage.lines[0]):
        return stage.bars[0].start_beats - stage.bars[0].beats
    return stage.bars[0].start_beats


def after_a_breath(stage: Stage, end_beats: float) -> float:
    """Return the beat from which a voice may sing again after a note that ends there."""
    return stage.tempo.beat(stage.tempo.seconds(end_beats) + BREATH_SECONDS)


def _form(stage: Stage, remembered: Sequence[Phrase]) -> str:
    """Return a letter for each line: the remembered section's form, or one that is chosen."""
    count = len(stage.lines)
    if remembered:
        letters = "".join(phrase.label for phrase in remembered)
    else:
        forms = _CHORUS_FORMS if is_hooked(stage) else _VERSE_FORMS
        beat = stage.lines[0].start_beats if stage.lines else stage.span.start_beats
        letters = list(forms)[stage.choose("melody, form", beat, list(forms), list(forms.values()))]
    return (letters * (count // len(letters) + 1))[:count]


