"""Set the electric instruments beside a sampled bank: python docs/draw_electric.py FluidR3_GM.sf2 [picture.png]

As docs/draw_guitar.py: the same notes here and in FluidSynth with reverb and chorus off. Prints the table of
docs/electric.md and draws spectrograms of three velocities.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import draw_guitar
import numpy as np
from draw_guitar import HELD_SECONDS, INK, LEAD_SECONDS, OURS, RATE, SECONDS, THEIRS, centroid_hz, from_onset, hertz
from draw_guitar import sampled as sampled_notes
from small_png import save

from instruments import instruments
from scores.performance import Note

VELOCITIES = (50, 80, 110)
# What is played: instrument, patch, notes, program.
ROWS: tuple[tuple[str, dict[str, Any], tuple[int, ...], int], ...] = (
    ("electric_piano", {}, (40, 55, 67, 79), 5), ("electric_piano", {"model": "wurlitzer"}, (40, 55, 67, 79), 6),
    ("clavinet", {}, (36, 48, 60, 72), 8), ("organ", {"rotary": "off"}, (48, 60, 72, 84), 17),
    ("electric_guitar", {}, (45, 57, 69, 76), 28), ("electric_guitar", {"amp": "crunch"}, (45, 57, 69, 76), 30),
    ("electric_guitar", {"amp": "high_gain"}, (45, 57, 69, 76), 31),
    ("electric_bass", {}, (28, 33, 40, 45), 34), ("electric_bass", {"technique": "pick"}, (28, 33, 40, 45), 35),
    ("electric_bass", {"technique": "slap"}, (28, 33, 40, 45), 37), ("synth", {"preset": "lead"}, (60, 67, 72, 79), 82),
)
DRAWN = (0, 2, 4, 6)


def ours(name: str, patch: dict[str, Any], pitch: int, velocity: int) -> np.ndarray:
    note = Note(0, HELD_SECONDS, LEAD_SECONDS, HELD_SECONDS, pitch, velocity, 7)
    instrument = instruments()[name].model_validate(patch)
    return np.asarray(instrument.play([note], RATE, round(SECONDS * RATE)).mean(axis=0, dtype=np.float64))


def sampled(bank: str, program: int, pitches: tuple[int, ...], velocity: int) -> list[np.ndarray]:
    draw_guitar.VELOCITY = velocity
    return sampled_notes(bank, program, pitches)


def partials_db(audio: np.ndarray, pitch: int) -> np.ndarray:
    """Levels of the first six partials to the first, from 50 to 250 ms."""
    piece = audio[2400:12000] * np.hanning(9600)
    level, hz = np.abs(np.fft.rfft(piece, 1 << 17)), np.fft.rfftfreq(1 << 17, 1 / RATE)
    found = [20 * np.log10(level[np.abs(hz - n * hertz(pitch)) < 0.2 * hertz(pitch)].max() + 1e-9) for n in range(1, 7)]
    return np.array(found) - found[0]


def measured(sounds: list[np.ndarray], pitches: tuple[int, ...]) -> list[str]:
    heard = [from_onset(sound) for sound in sounds]
    balance = np.median([partials_db(sound, pitch) for sound, pitch in zip(heard, pitches, strict=True)], axis=0)[1:]
    bright = [np.median([centroid_hz(sound[round(a * RATE):round(b * RATE)]) for sound in heard])
              for a, b in ((0, 0.1), (0.3, 0.6), (1, 2))]
    fall = np.median([10 * np.log10(np.mean(s[:4800] ** 2) / np.mean(s[RATE:2 * RATE] ** 2)) for s in heard])
    return [f"{max(value, -99):.0f}" for value in balance] + [f"{value:.0f}" for value in bright] + [f"{fall:.0f}"]


def main(bank: str, picture: Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    headings = [*(f"{n} dB" for n in range(2, 7)), "0-0.1 s", "0.3-0.6", "1-2", "fall dB"]
    print("| | " + " | ".join(headings) + " |\n|---|" + "---:|" * len(headings))
    for name, patch, pitches, program in ROWS:
        label = " ".join([name, *(str(value) for value in patch.values())])
        print(f"| {label} | " + " | ".join(measured([ours(name, patch, p, 100) for p in pitches], pitches)) + " |")
        print("| sampled | " + " | ".join(measured(sampled(bank, program, pitches, 100), pitches)) + " |")
    figure, axes = plt.subplots(len(DRAWN), 4, figsize=(12, 9), sharex=True, sharey=True, layout="constrained")
    for row, index in enumerate(DRAWN):
        name, patch, pitches, program = ROWS[index]
        label = " ".join([name, *(str(value) for value in patch.values())])
        sounds = [(f"{label}, velocity {v}", ours(name, patch, pitches[1], v), OURS) for v in VELOCITIES]
        sounds.append(("sampled, velocity 110", sampled(bank, program, pitches, 110)[1], THEIRS))
        for column, (title, audio, colour) in enumerate(sounds):
            sound = from_onset(audio)[:round(1.5 * RATE)]
            level = np.abs(np.array([np.fft.rfft(sound[s:s + 2048] * np.hanning(2048))
                                     for s in range(0, sound.size - 2048, 256)])).T
            axes[row, column].imshow(20 * np.log10(level / level.max() + 1e-9), origin="lower", aspect="auto", vmin=-80,
                                     vmax=0, cmap="magma", extent=(0, 1.5, 0, RATE / 2000))
            axes[row, column].set_ylim(0, 8)
            axes[row, column].set_title(title, fontsize=8, color=colour)
        axes[row, 0].set_ylabel("kHz", color=INK)
    axes[-1, 0].set_xlabel("seconds", color=INK)
    save(figure, picture, 64)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("electric.png"))
