"""Signal processing that several effects share."""

from effects.dsp.windows import raised_cosine

__all__ = ["raised_cosine"]
