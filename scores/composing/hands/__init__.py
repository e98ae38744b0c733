"""What hands can play: voicings, fretted shapes and picking patterns."""
