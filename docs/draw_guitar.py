"""Set the strings beside a sampled bank: python docs/draw_guitar.py FluidR3_GM.sf2 [picture.png]

Plays the same notes on the instruments and, through the fluidsynth command with reverb and chorus off, on a sound font;
prints the table that stands in docs/guitar.md and draws attack, brightness over time and decay of the partials.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import soundfile
from small_png import save

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from instruments.bass import FingerBass
from instruments.nylon_guitar import NylonGuitar
from instruments.steel_guitar import SteelGuitar
from instruments.strings.plucked import PluckedString
from instruments.upright_bass import UprightBass
from scores.performance import Note

RATE, SECONDS, HELD_SECONDS, LEAD_SECONDS, VELOCITY = 48000, 5.0, 4.0, 0.1, 100
PITCHES: dict[type[PluckedString], tuple[int, ...]] = {
    SteelGuitar: (40, 45, 50, 55, 59, 64, 69, 76), NylonGuitar: (40, 45, 50, 55, 59, 64, 69, 76),
    FingerBass: (28, 33, 38, 43, 48), UprightBass: (28, 33, 38, 43, 48)}
EDGES_HZ = (60, 150, 350, 700, 1400, 2800, 5600, 11200)
PARTIALS = (1, 2, 3, 5, 8)
INK, QUIET, OURS, THEIRS = "#1b1b26", "#8a8a99", "#3b4cc0", "#b40426"


def hertz(pitch: float) -> float:
    return 440.0 * 2 ** ((pitch - 69) / 12)


def ours(cls: type[PluckedString], pitch: int) -> np.ndarray:
    note = Note(0, HELD_SECONDS, LEAD_SECONDS, HELD_SECONDS, pitch, VELOCITY, 7)
    return np.asarray(cls().play([note], RATE, round(SECONDS * RATE)).mean(axis=0, dtype=np.float64))


def sampled(bank: str, program: int, pitches: tuple[int, ...]) -> list[np.ndarray]:
    """What a sound font makes of the same notes, one after the other."""
    track = mido.MidiTrack([mido.Message("program_change", program=program - 1)])
    for pitch in pitches:
        track += [mido.Message("note_on", note=pitch, velocity=VELOCITY, time=round(960 * LEAD_SECONDS)),
                  mido.Message("note_off", note=pitch, time=round(960 * HELD_SECONDS)),
                  mido.Message("note_off", note=0, time=round(960 * (SECONDS - HELD_SECONDS - LEAD_SECONDS)))]
    with tempfile.TemporaryDirectory() as folder:
        mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(f"{folder}/notes.mid")  # at 120: 960 ticks a second
        subprocess.run(["fluidsynth", "-ni", "-R0", "-C0", "-g", "0.5", "-r", str(RATE), "-F", f"{folder}/notes.wav",
                        bank, f"{folder}/notes.mid"], check=True, capture_output=True)
        audio, _ = soundfile.read(f"{folder}/notes.wav", always_2d=True)
    audio = np.pad(audio.mean(axis=1), (0, round(SECONDS * RATE)))
    return [audio[round(i * SECONDS * RATE):round((i + 1) * SECONDS * RATE)] for i in range(len(pitches))]


def from_onset(audio: np.ndarray) -> np.ndarray:
    """The sound from where it first reaches a fiftieth of its peak."""
    return audio[int(np.flatnonzero(np.abs(audio) > 0.02 * np.abs(audio).max())[0]):]


def centroid_hz(audio: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(audio * np.hanning(audio.size))) ** 2
    return float(power @ np.fft.rfftfreq(audio.size, 1 / RATE) / power.sum())


def t60_seconds(audio: np.ndarray, pitch: int, partial: int) -> float:
    """From a line through the level of a partial between 0.08 and 0.9 s; infinite where it does not fall."""
    spectrum = np.abs(np.fft.rfft(audio[2400:2400 + RATE] * np.hanning(RATE), 8 * RATE))
    low, high = (round(8 * partial * hertz(pitch) * share) for share in (0.985, 1.03))
    frequency = (low + int(np.argmax(spectrum[low:high]))) / 8
    window = np.hanning(round(max(12 * RATE / max(frequency, 60), 0.06 * RATE)))
    baseband = audio * np.exp(-2j * np.pi * frequency * np.arange(audio.size) / RATE)
    starts = np.arange(round(0.08 * RATE), round(0.9 * RATE), 480)
    levels = [20 * np.log10(np.abs(baseband[s:s + window.size] @ window) + 1e-12) for s in starts]
    slope = float(np.polyfit(starts / RATE, levels, 1)[0])
    return -60 / slope if slope < -1 else float("inf")


def bands_db(audio: np.ndarray) -> np.ndarray:
    """Share of the power in each band of ``EDGES_HZ``, in dB."""
    power, hz = np.abs(np.fft.rfft(audio)) ** 2, np.fft.rfftfreq(audio.size, 1 / RATE)
    inside = np.array([power[(hz >= low) & (hz < high)].sum() for low, high in pairwise(EDGES_HZ)])
    return np.asarray(10 * np.log10(inside / inside.sum() + 1e-9))


def measured(sounds: list[np.ndarray], pitches: tuple[int, ...]) -> tuple[list[str], list[str]]:
    """The cells of an instrument's rows in the two tables: medians over its notes."""
    heard = [from_onset(sound) for sound in sounds]
    median = [np.median([t60_seconds(sound, pitch, k) for sound, pitch in zip(heard, pitches, strict=True)])
              for k in PARTIALS]
    bright = [np.median([centroid_hz(sound[round(a * RATE):round(b * RATE)]) for sound in heard])
              for a, b in ((0, 0.1), (0.1, 0.3), (0.5, 1.0), (1.0, 2.0))]
    fall = np.median([10 * np.log10(np.mean(s[:4800] ** 2) / np.mean(s[RATE // 2:RATE] ** 2)) for s in heard])
    attack = np.mean([bands_db(sound[:4800]) for sound in heard], axis=0)
    return ([f"{value:.1f}" for value in median] + [f"{value:.0f}" for value in bright] + [f"{fall:.1f}"],
            [f"{value:.0f}" for value in attack])


def main(bank: str, picture: Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    rows: list[tuple[str, tuple[list[str], list[str]]]] = []
    kept: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {}
    for cls, pitches in PITCHES.items():
        mine, theirs = [ours(cls, pitch) for pitch in pitches], sampled(bank, cls.program, pitches)
        kept[cls.name] = (mine, theirs)
        rows += [(cls.name, measured(mine, pitches)), ("sampled", measured(theirs, pitches))]
    headings = ([*(f"T60 of {k}" for k in PARTIALS), "0-0.1 s", "0.1-0.3", "0.5-1", "1-2", "fall dB"],
                [f"{low}-{high}" for low, high in pairwise(EDGES_HZ)])
    for number, heading in enumerate(headings):
        print("| | " + " | ".join(heading) + " |\n|---|" + "---:|" * len(heading))
        for name, cells in rows:
            print(f"| {name} | " + " | ".join(cells[number]) + " |")
        print()
    figure, axes = plt.subplots(2, 4, figsize=(12, 5), sharex="col", sharey=True, layout="constrained")
    for column, (name, index) in enumerate((("steel_guitar", 1), ("steel_guitar", 5), ("nylon_guitar", 5),
                                            ("upright_bass", 1))):
        cls = next(c for c in PITCHES if c.name == name)
        for row, sounds in enumerate(kept[name]):
            sound = from_onset(sounds[index])[:round(1.5 * RATE)]
            spectrum = np.abs(np.array([np.fft.rfft(sound[s:s + 2048] * np.hanning(2048))
                                        for s in range(0, sound.size - 2048, 256)])).T
            level = 20 * np.log10(spectrum / spectrum.max() + 1e-9)
            axes[row, column].imshow(level, origin="lower", aspect="auto", vmin=-80, vmax=0, cmap="magma",
                                     extent=(0, 1.5, 0, RATE / 2000))
            axes[row, column].set_ylim(0, 8)
            axes[row, column].set_title(f"{name if row == 0 else 'sampled'}, MIDI {PITCHES[cls][index]}", fontsize=9,
                                        color=OURS if row == 0 else THEIRS)
    axes[0, 0].set_ylabel("kHz", color=INK)
    axes[1, 0].set_ylabel("kHz", color=INK)
    axes[1, 0].set_xlabel("seconds", color=INK)
    save(figure, picture, 80)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("guitar.png"))
