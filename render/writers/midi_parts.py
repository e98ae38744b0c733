"""``midi/``: a MIDI file for each part with tempo map, key and markers, and ``chords.mid`` with the chords.

Each file begins at bar 1, so it can be dropped there. The chords' symbols are markers, because text events are shown as
lyrics by MuseScore; their tones are held, so that the notes span the song and Ableton Live offers its tempo map.
"""

from __future__ import annotations

from collections.abc import Iterator

from mido import Message, MetaMessage

from render.rendering import Rendering
from render.writers.midi import TICKS_PER_BEAT, Timed, chunk, conductor, end_tick, in_order, part_tracks, save
from scores.performance import Performance
from scores.theory import Chord

ORDER = 10
TARGET = "midi"

# Octave in which chords are written [MIDI number of its C], with the bass an octave below.
CHORD_OCTAVE = 60
VELOCITY = 64
# Least distance from a chord to the next onset, so that a key is released before it is struck again [ticks].
GAP = 1


def write(rendering: Rendering) -> None:
    """Write a file for each part, numbered as the stems are, and one for the chords."""
    folder = rendering.folder / "midi"
    folder.mkdir(exist_ok=True)
    for number, part in enumerate(part_tracks(rendering), 1):
        save(folder / f"{number:02d}_{part.name}.mid", [conductor(rendering), part.chunk])
    end = end_tick(rendering)
    save(folder / "chords.mid", [conductor(rendering), chunk(in_order(_chords(rendering.performance, end)), end)])


def _chords(performance: Performance, end: int) -> Iterator[Timed]:
    """Yield each chord from its place to that of the next: its symbol as a marker, its tones as notes."""
    yield Timed(0, MetaMessage("track_name", name="chords"))
    placed: list[tuple[int, Chord | None]] = []
    for bar in performance.bars:
        for start, chord in bar.chords:
            if not placed or placed[-1][1] != chord:
                placed.append((round((bar.start_beats + float(start)) * TICKS_PER_BEAT), chord))
    for index, (tick, chord) in enumerate(placed):
        until = placed[index + 1][0] if index + 1 < len(placed) else end
        yield Timed(tick, MetaMessage("marker", text=chord.symbol.encode("ascii", "replace").decode() if chord
                                      else "N.C."))
        for key in _keys(chord):
            yield Timed(tick, Message("note_on", note=key, velocity=VELOCITY))
            yield Timed(max(until - GAP, tick + 1), Message("note_off", note=key, velocity=64, skip_checks=True))


def _keys(chord: Chord | None) -> list[int]:
    """Return the tones of a chord: its bass, and its tones above middle C."""
    if chord is None:
        return []
    return [CHORD_OCTAVE - 12 + chord.bass, *sorted(CHORD_OCTAVE + tone for tone in chord.pitch_classes)]
