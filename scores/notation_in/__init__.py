"""Scores and lead sheets that come back from a notation program."""
