"""Draw entropy against temperature for a guitar chord: python docs/draw_spectral_softmax.py [picture.png]

Plays C minor on the steel guitar, takes the frame in which the chord has just opened, lets its spectrum choose at
each temperature, and prints the table that stands in docs/spectral-softmax.md.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from effects import Context
from effects.dsp.short_time import hann, spectrum_power, window_samples
from effects.spectral_softmax import Choice, SpectralSoftmax, pooled, softmax_gains
from instruments.steel_guitar import SteelGuitar
from scores.performance import Note

RATE = 48000
CHORD = (48, 55, 60, 63, 67)  # C minor over two octaves
STRUM_SECONDS = 0.012
MOMENT_SECONDS = 0.5
TABLE = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 10.0, 100.0)
CHOICES: tuple[Choice, ...] = ("bins", "partials", "third_octaves")
INK, QUIET = "#1b1b26", "#8a8a99"
COLOURS = {"bins": "#3b4cc0", "partials": "#b40426", "third_octaves": "#5b8c5a"}


def chord() -> np.ndarray:
    """Two seconds of the chord, float32 (2, frames)."""
    notes = [Note(0, 4, 0.1 + STRUM_SECONDS * number, 1.9, pitch, 80, number) for number, pitch in enumerate(CHORD)]
    return np.ascontiguousarray(SteelGuitar().play(notes, RATE, 2 * RATE), dtype=np.float32)


def frame_power(audio: np.ndarray, seconds: float = MOMENT_SECONDS) -> np.ndarray:
    """Power of the frame that begins at a moment, shape (1, bins)."""
    length = window_samples(RATE)
    start = round(seconds * RATE)
    frame = audio[:, None, start:start + length] * hann(length)
    return spectrum_power(np.fft.rfft(frame, norm="ortho"))


def chosen(power: np.ndarray, temperature: float, choice: Choice = "bins") -> tuple[float, np.ndarray, int]:
    """Entropy of the competitors in nats, the power of each bin afterwards, and how many competitors there are."""
    pools = pooled(power, choice, RATE)
    gains = softmax_gains(pools, power, np.array([temperature]))
    after = power[0] * np.square(gains[0], dtype=float)
    numbers = np.arange(after.size) if choice == "bins" else np.cumsum(np.diff(pools[0], prepend=pools[0, 0]) != 0)
    shares = np.bincount(numbers, after) / after.sum()
    alive = shares[shares > 0]
    return max(0.0, float(-(alive * np.log(alive)).sum())), after, shares.size


def main(path: Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    from PIL import Image

    audio = chord()
    power = frame_power(audio)
    for temperature in TABLE:
        entropies = [chosen(power, temperature, choice)[0] for choice in CHOICES]
        out = SpectralSoftmax(temperature=temperature).process(audio, Context(RATE))
        anew = frame_power(out)[0].astype(float)
        anew /= anew.sum()
        heard = -np.sum(anew * np.log(np.maximum(anew, 1e-300)))
        print(f"| {temperature:g} | " + " | ".join(f"{value:.3f}" for value in (*entropies, heard)) + " |")

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.1), width_ratios=(1.15, 1), layout="constrained")
    curve = np.geomspace(0.03, 100, 160)
    for choice in CHOICES:
        entropies = [chosen(power, float(t), choice)[0] for t in curve]
        most = np.log(chosen(power, 1, choice)[2])
        left.plot(curve, entropies, color=COLOURS[choice], label=choice.replace("_", " "))
        left.axhline(most, color=COLOURS[choice], linewidth=0.6, linestyle=":")
    left.axvline(1, color=QUIET, linewidth=0.6)
    left.set(xscale="log", xlabel="temperature T", ylabel="entropy in nats (dotted: ln N)", xlim=(0.03, 100))
    left.legend(frameon=False, fontsize=8, loc="center right")
    hz = np.arange(power.shape[1]) * RATE / 2 / (power.shape[1] - 1)
    for temperature, colour in ((100.0, "#c9c9d6"), (1.0, INK), (0.3, COLOURS["partials"])):
        after = chosen(power, temperature)[1]
        right.plot(hz, 10 * np.log10(after / after.sum() + 1e-20), color=colour, linewidth=0.9,
                   label=f"T = {temperature:g}")
    right.set(xlabel="Hz", ylabel="share of the frame's power, dB", xlim=(0, 4000), ylim=(-110, 3))
    right.legend(frameon=False, fontsize=8, loc="upper right")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=110)
    Image.open(drawn).convert("RGB").quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("spectral-softmax.png"))
