"""Notes that come back from another program, MIDI, MusicXML or ABC, in place of the composed ones."""

from __future__ import annotations

from pathlib import Path

from render.catalogue import reaches
from scores.faults import Fault, ScoreError
from scores.midi_in.edited import Whose, play_edited, play_tracks
from scores.midi_in.names import part_of
from scores.performance import Performance
from scores.score import Score

# Endings of files of notation.
NOTATION = (".musicxml", ".mxl", ".xml", ".abc")
# Most changed chords that are told one by one.
MOST_CHORDS = 8
# The name of the part of our lead sheet.
LEAD = "voice"


def played_back(path: Path, score: Score, performance: Performance, whose_tempo: Whose
                ) -> tuple[Performance, list[str]]:
    """Play the notes of a file in place of the composed ones; return the performance, and notices.

    Raises
    ------
    ScoreError
        If the file cannot be read, or its notes cannot be played.
    """
    if path.suffix.lower() not in NOTATION:
        return play_edited(path, score, performance, reaches(score), whose_tempo)
    # Imported here: a song without such a file needs none of it.
    from render.writers.abc import abc
    from render.writers.notation import lead
    from render.writers.notation.folding import lead_tree
    from render.writers.notation.parts import stave_parts
    from render.writers.notation.tree import document, score_tree
    from scores.notation_in.played import as_played, lead_of
    from scores.notation_in.written import changed_chords, read_written, written_in

    is_abc = path.suffix.lower() == ".abc"
    file = read_written(path)
    tune = lead_of(lead(performance), performance)
    is_lead = is_abc or (len(file.parts) == 1 and bool(tune) and part_of(file.parts[0].name, [LEAD]) == LEAD)
    if is_abc:
        ours = written_in(abc(score, performance).encode(), is_abc=True)
    elif is_lead:
        ours = written_in(document(lead_tree(score, performance, [note for _, note in tune])), is_abc=False)
    else:
        ours = written_in(document(score_tree(score, performance, stave_parts(score, performance))), is_abc=False)
    if is_lead and not tune:
        raise ScoreError(str(path), [Fault(0, 0, "the song has no words, so there is no tune that could have changed",
                                           allowed="the score of all parts: score.musicxml")])
    back = as_played(file, ours, performance, tune if is_lead else [])
    played, told = play_tracks(back, path, score, performance, reaches(score), whose_tempo, is_whole=not is_lead)
    chords = [f"bar {performance.bars[bar - 1].index}: {old} → {new}" for bar, old, new in changed_chords(ours, file)
              if bar <= len(performance.bars)]
    if chords:
        more = f" and {len(chords) - MOST_CHORDS} more" if len(chords) > MOST_CHORDS else ""
        told.append(f"{path.name} has other chords: {'; '.join(chords[:MOST_CHORDS])}{more}. They change what is "
                    "composed once they stand under harmony in the score.")
    return played, told
