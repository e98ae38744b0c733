"""Checks across models: names and references, ways of playing, and what has to fit in time."""
