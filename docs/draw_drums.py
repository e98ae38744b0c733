"""Measure the drum kit beside a sampled one: python docs/draw_drums.py bank.sf2 [picture.png]

Plays the same strokes with ``drum_kit`` and with bank 128 of a SoundFont (FluidSynth, reverb and chorus off), prints
the table that stands in docs/drums.md and draws spectrograms side by side.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
from small_png import save

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from instruments.drum_kit import DrumKit
from instruments.drums.keys import PIECES
from scores.performance import Note

RATE = 48000
EACH = 7.0  # seconds from one stroke to the next
VELOCITIES = (40, 110)
SHOWN = (36, 38, 37, 41, 48, 42, 44, 46, 49, 51, 53, 55, 54, 56, 63, 81)
DRAWN = (36, 38, 41, 42, 46, 49, 51)
NEAR_SILENCE = 0.02  # of the peak: where a stroke begins
STEP = RATE // 200  # 5 ms, in which levels are taken


def sampled(bank: Path) -> dict[tuple[int, int], np.ndarray]:
    """Each stroke from the bank, mono."""
    import mido
    import soundfile

    track = mido.MidiTrack()
    keys = [(key, velocity) for key in SHOWN for velocity in VELOCITIES]
    for key, velocity in keys:
        track.append(mido.Message("note_on", channel=9, note=key, velocity=velocity, time=0))
        track.append(mido.Message("note_off", channel=9, note=key, velocity=0, time=960))
        track.append(mido.MetaMessage("marker", text="", time=round((EACH - 1) * 960)))
    file = mido.MidiFile(ticks_per_beat=480)  # at the default 120 beats a minute: 960 ticks a second
    file.tracks.append(track)
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "strokes.mid", Path(folder) / "strokes.wav"
        file.save(midi)
        subprocess.run(["fluidsynth", "-ni", "-R0", "-C0", "-g", "0.5", "-r", str(RATE), "-F", str(wav), str(bank),
                        str(midi)], check=True, capture_output=True)
        audio = soundfile.read(wav)[0].mean(axis=1)
    size = round(EACH * RATE)
    return {key: audio[number * size:(number + 1) * size] for number, key in enumerate(keys)}


def modelled() -> dict[tuple[int, int], np.ndarray]:
    return {(key, velocity): DrumKit(room_db=-60).play(
        [Note(0, 1, 0.01, 0.3, key, velocity, 5)], RATE, round(EACH * RATE)).mean(axis=0, dtype=float)
        for key in SHOWN for velocity in VELOCITIES}


def begun(audio: np.ndarray) -> np.ndarray:
    """The sound from its onset on."""
    first = int(np.flatnonzero(np.abs(audio) > NEAR_SILENCE * np.abs(audio).max())[0])
    return audio[max(first - 24, 0):]


def centroid_hz(audio: np.ndarray, start: float, stop: float) -> float:
    part = audio[round(start * RATE):round(stop * RATE)]
    power = np.abs(np.fft.rfft(part * np.hanning(part.size), 8192)) ** 2
    return float((power * np.fft.rfftfreq(8192, 1 / RATE)).sum() / (power.sum() + 1e-30))


def levels_db(audio: np.ndarray) -> np.ndarray:
    """Level in dB of each 5 ms, against the loudest."""
    steps = audio[:audio.size // STEP * STEP].reshape(-1, STEP)
    db: np.ndarray = 10 * np.log10((steps**2).mean(axis=1) + 1e-14)
    return db - db.max()


def row(audio: np.ndarray, softer: np.ndarray) -> str:
    sound, db = begun(audio), levels_db(begun(audio))
    peak = int(db.argmax())
    falls = [int(np.flatnonzero(np.append(db[peak:], -99.0) < -depth)[0]) * 5 for depth in (10, 20, 40)]
    early, late = (centroid_hz(sound, *span) for span in ((0, 0.03), (0.03, 0.13)))
    soft = centroid_hz(begun(softer), 0, 0.1) / centroid_hz(sound, 0, 0.1)
    return f"{early:.0f}, {late:.0f} | {falls[0]}, {falls[1]}, {falls[2]} | {1 / soft:.2f}"


def main(bank: Path, picture: Path) -> None:
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    ours, theirs = modelled(), sampled(bank)
    print("| piece | centroid Hz, first 30 ms and the next 100 | ms until −10, −20, −40 dB | hard against soft | bank: "
          "centroid | ms | hard against soft |\n|---|---|---|---|---|---|---|")
    for key in SHOWN:
        cells = [row(sounds[key, VELOCITIES[1]], sounds[key, VELOCITIES[0]]) for sounds in (ours, theirs)]
        print(f"| {PIECES[key].replace('_', ' ')} | {cells[0]} | {cells[1]} |")
    figure, axes = plt.subplots(2, len(DRAWN), figsize=(14, 5), constrained_layout=True, sharey=True)
    for column, key in enumerate(DRAWN):
        for line, (name, sounds) in enumerate((("model", ours), ("bank", theirs))):
            audio = begun(sounds[key, VELOCITIES[1]])[:round((2.0 if key in (46, 49, 51) else 0.6) * RATE)]
            axes[line, column].specgram(audio / np.abs(audio).max() + 1e-9, NFFT=512, noverlap=384, Fs=RATE, vmin=-150,
                                        vmax=-50, cmap="magma")
            axes[line, column].set(yscale="symlog", ylim=(0, 20000), title=f"{PIECES[key].replace('_', ' ')}, {name}")
            axes[line, column].set_yscale("symlog", linthresh=500)
        axes[1, column].set_xlabel("s")
    for line in (0, 1):
        axes[line, 0].set_ylabel("Hz")
    save(figure, picture, 70)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).with_name("drums.png")))
