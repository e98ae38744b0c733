"""Presets of the synthesiser: the values that differ from ``poly``, which is the default of every field."""

from __future__ import annotations

PRESETS: dict[str, dict[str, object]] = {
    "poly": {},
    "lead": {
        "voices": "mono", "glide_seconds": 0.06, "second_wave": "pulse", "second_level": 0.6, "detune_cents": 7,
        "spread": 0.0, "cutoff_hz": 2200, "resonance": 0.35, "filter_octaves": 1.6, "attack_seconds": 0.004,
        "decay_seconds": 0.9, "sustain": 0.8, "release_seconds": 0.18, "filter_decay_seconds": 0.8,
        "filter_sustain": 0.45, "vibrato_cents": 14, "vibrato_delay_seconds": 0.3,
    },
    "bass": {
        "voices": "mono", "glide_seconds": 0.03, "second_wave": "none", "sub_level": 0.25, "spread": 0.0,
        "cutoff_hz": 520, "resonance": 0.3, "key_tracking": 0.35, "filter_octaves": 2.2, "attack_seconds": 0.002,
        "decay_seconds": 1.2, "sustain": 0.7, "release_seconds": 0.12, "filter_decay_seconds": 0.45,
        "filter_sustain": 0.15,
    },
    "pad": {
        "unison": 3, "detune_cents": 14, "spread": 0.9, "second_wave": "none", "sub_level": 0.25, "cutoff_hz": 900,
        "resonance": 0.1, "attack_seconds": 0.6, "decay_seconds": 4.0, "sustain": 0.85, "release_seconds": 1.8,
        "filter_attack_seconds": 1.2, "filter_decay_seconds": 5.0, "filter_sustain": 0.6, "lfo_hz": 0.25,
        "lfo_octaves": 0.25,
    },
    "pluck": {
        "second_wave": "none", "spread": 0.0, "cutoff_hz": 700, "resonance": 0.25, "key_tracking": 0.8,
        "filter_octaves": 3.2, "attack_seconds": 0.001, "decay_seconds": 1.6, "sustain": 0.0, "release_seconds": 0.5,
        "filter_decay_seconds": 0.7, "filter_sustain": 0.0,
    },
}
# General MIDI programs, 1–128: polysynth, lead 2, synth bass 1, pad 2, pizzicato strings.
PROGRAMS = {"poly": 91, "lead": 82, "bass": 39, "pad": 90, "pluck": 46}
