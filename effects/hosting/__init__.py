"""Hosting of foreign processors: pedalboard's, and VST3 plug-ins in separate processes."""
