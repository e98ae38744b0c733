"""Set the solo instruments beside a sampled bank: python docs/draw_solo.py FluidR3_GM.sf2 [picture.png]

As docs/draw_guitar.py: the same notes here and in FluidSynth with reverb and chorus off. Prints the table of
docs/solo.md and draws spectrograms of three velocities.
"""

from __future__ import annotations

import sys
from pathlib import Path

import draw_guitar
import numpy as np
from draw_electric import measured, ours
from draw_guitar import INK, OURS, RATE, THEIRS, from_onset
from draw_guitar import sampled as sampled_notes
from small_png import save

from instruments import instruments

VELOCITIES = (50, 80, 110)
# What is played: instrument, notes; the third is drawn.
ROWS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("violin", (57, 64, 69, 76)), ("cello", (38, 45, 52, 57)), ("flute", (62, 69, 74, 81)),
    ("clarinet", (53, 58, 65, 72)), ("saxophone", (53, 58, 65, 70)), ("trumpet", (57, 62, 67, 72)),
    ("harmonica", (64, 67, 72, 76)), ("choir", (50, 57, 62, 69)), ("banjo", (50, 55, 62, 69)),
    ("mandolin", (57, 62, 69, 76)))
SHOWN_SECONDS = 2.0


def main(bank: str, picture: Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    headings = [*(f"{n} dB" for n in range(2, 7)), "0-0.1 s", "0.3-0.6", "1-2", "fall dB"]
    print("| | " + " | ".join(headings) + " |\n|---|" + "---:|" * len(headings))
    figure, axes = plt.subplots(len(ROWS), 4, figsize=(12, 18), sharex=True, sharey=True, layout="constrained")
    for row, (name, pitches) in zip(axes, ROWS, strict=True):
        program = instruments()[name]().program
        print(f"| {name} | " + " | ".join(measured([ours(name, {}, p, 100) for p in pitches], pitches)) + " |")
        draw_guitar.VELOCITY = 100
        print("| sampled | " + " | ".join(measured(sampled_notes(bank, program, pitches), pitches)) + " |")
        sounds = [(f"{name}, velocity {v}", ours(name, {}, pitches[2], v), OURS) for v in VELOCITIES]
        draw_guitar.VELOCITY = 110
        sounds.append(("sampled, velocity 110", sampled_notes(bank, program, pitches)[2], THEIRS))
        for place, (title, audio, colour) in zip(row, sounds, strict=True):
            sound = from_onset(audio)[:round(SHOWN_SECONDS * RATE)]
            level = np.abs(np.array([np.fft.rfft(sound[s:s + 2048] * np.hanning(2048))
                                     for s in range(0, sound.size - 2048, 256)])).T
            place.imshow(20 * np.log10(level / level.max() + 1e-9), origin="lower", aspect="auto", vmin=-80,
                         vmax=0, cmap="magma", extent=(0, SHOWN_SECONDS, 0, RATE / 2000))
            place.set_ylim(0, 8)
            place.set_title(title, fontsize=8, color=colour)
        row[0].set_ylabel("kHz", color=INK)
    axes[-1, 0].set_xlabel("seconds", color=INK)
    save(figure, picture, 64)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("solo.png"))
