"""Music theory in the notation that musicians write, as plain numbers: notes, keys, chords and meters.

Weighed and left: ``music21`` (slow to import, mutable objects), ``pychord`` and ``mingus`` (no slash chords for guitar
voicings, sharps and flats mixed up in minor keys). What is needed fits in four tables.
"""

from __future__ import annotations

from scores.theory.chords import QUALITIES, Chord, parse_chord
from scores.theory.keys import Key, parse_key
from scores.theory.meter import Meter, parse_meter
from scores.theory.notes import note_name, parse_note, parse_range, pitch_name

__all__ = ["QUALITIES", "Chord", "Key", "Meter", "note_name", "parse_chord", "parse_key", "parse_meter", "parse_note",
           "parse_range", "pitch_name"]
