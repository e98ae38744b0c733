"""Processors that are not ours: pedalboard's, and VST3 plug-ins in processes of their own."""
