"""What another synthesiser plays of our MIDI file: each part on a program that sounds in its register."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from banks import sine_bank
from renderings import rendering, song

from instruments import instruments
from render.writers import midi
from scores.compose import compose
from scores.theory import note_name

BANK = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
RATE = 22050
HARMONICS = 8
CHANNELS = 15  # parts on one port; FluidSynth has no second one
PITCHED = [name for name, kind in instruments().items() if kind.pitched and name not in ("soundfont", "plugin")
           and kind.range[1] - kind.range[0] >= 12 and name not in ("heartbeat", "data_noise")]


def middle(name: str) -> int:
    """A key in the lower middle of an instrument's range, C2 to C5."""
    low, high = instruments()[name].range
    return min(max(round(low + 0.4 * (high - low)), 36), 72)


@pytest.mark.skipif(shutil.which("fluidsynth") is None or not BANK.exists(),
                    reason="Debian's fluidsynth and timgm6mb-soundfont are not installed")
@pytest.mark.parametrize("first", range(0, len(PITCHED), CHANNELS))
def test_fluidsynth_plays_each_instrument_of_the_midi_file_in_its_register(first: int, tmp_path: Path) -> None:
    """Most of each sound lies on the harmonics of its note (an organ has the octave below), and some on odd ones."""
    band = PITCHED[first:first + CHANNELS]
    singing = [name for name in band if instruments()[name].sings]
    sections = [{"name": name, "bars": 1, "dynamics": "f",
                 "play": {name: {"notes": f"| {note_name(middle(name))}:1/2 r |"}}}
                for name in band if name not in singing]
    score = song(tempo=120, parts={name: {"instrument": name} for name in band}, sections=sections, temperature=0)
    made = rendering(tmp_path, score, dict(compose(score).notes), rate=8000)
    midi.write(made)
    wave = tmp_path / "heard.wav"
    subprocess.run(["fluidsynth", "-ni", "-R0", "-C0", "-g", "0.8", "-r", str(RATE), "-F", str(wave), str(BANK),
                    str(tmp_path / f"{made.basename}.mid")], check=True, capture_output=True)
    heard = soundfile.read(wave)[0].mean(axis=1)
    wrong = []
    for span in made.performance.sections:
        start = round((span.start_seconds + 0.1) * RATE)
        tone = heard[start:start + round(0.8 * RATE)] * np.hanning(round(0.8 * RATE))
        power = np.abs(np.fft.rfft(tone, 1 << 16)) ** 2
        hertz = np.arange(power.size) * RATE / (1 << 16)
        written = 440 * 2 ** ((middle(span.name) - 69) / 12)
        at = [float(power[(hertz > written * k * 0.965) & (hertz < written * k * 1.035)].sum())
              for k in range(1, HARMONICS + 1)]
        whole = float(power[(hertz > 20) & (hertz < written * (HARMONICS + 0.5))].sum())
        if span.name == "organ":  # 16 feet
            at += [float(power[(hertz > written * k * 0.965) & (hertz < written * k * 1.035)].sum())
                   for k in (0.5, 1.5)]
        if tone.std() < 1e-4 or sum(at) < 0.75 * whole or sum(at[::2]) < 0.03 * whole:
            wrong.append((span.name, tone.std(), sum(at) / whole, sum(at[::2]) / whole))
    assert not wrong


def test_a_soundfont_leaves_with_the_program_of_its_preset_and_one_of_bank_128_as_drums(tmp_path: Path) -> None:
    file = str(sine_bank(tmp_path / "sine.sf2"))
    parts = {"keys": {"soundfont": file, "patch": {"preset": "Dark"}}, "kit": {"soundfont": file, "patch": {
        "preset": "Hats", "bank": 128}}, "mine": {"soundfont": file, "patch": {"preset": 2}, "program": 41}}
    score = song(parts=parts, sections=[{"name": "A", "bars": 1, "play": {
        "keys": {"notes": "| C4:1 |"}, "kit": {"notes": "| C2:1 |"}, "mine": {"notes": "| C4:1 |"}}}])
    made = rendering(tmp_path, score, dict(compose(score).notes), rate=8000)
    midi.write(made)
    tracks = mido.MidiFile(tmp_path / f"{made.basename}.mid").tracks[1:4]
    found = [next((event.channel, event.program) for event in track if event.type == "program_change")
             for track in tracks]
    assert found == [(0, 3), (9, 0), (1, 40)]
