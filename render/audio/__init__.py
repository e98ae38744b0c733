"""Samples and the audio files that hold them."""
