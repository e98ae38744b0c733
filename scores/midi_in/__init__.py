"""MIDI files that come back from a DAW."""
