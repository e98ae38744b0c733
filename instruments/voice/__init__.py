"""The singing voice: speech analysis, timing and the vocoder."""
