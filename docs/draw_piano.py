"""Measure the pianos beside a sampled one: python docs/draw_piano.py bank.sf2 [picture.png]

Plays the same notes with ``upright_piano``, ``felt_piano`` and program 0 of a SoundFont bank (FluidSynth, reverb and
chorus off), prints the tables that stand in docs/piano.md and draws decay, brightness and attack side by side.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from small_png import save

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from instruments import instruments
from scores.performance import Note

RATE = 48000
PITCHES = (36, 48, 60, 72, 84)
VELOCITIES = (30, 60, 80, 110)
LEAD, HELD, EACH = 0.5, 7.0, 8.0  # seconds: before a note, its length, from one to the next
PARTIALS = (1, 2, 4, 8)
INK = {"bank": "#8a8a99", "upright_piano": "#b40426", "felt_piano": "#3b4cc0"}


def sampled(bank: Path) -> dict[tuple[int, int], np.ndarray]:
    """Each note from the bank, mono, from ``LEAD`` seconds before its onset."""
    import mido
    import soundfile

    track, now = mido.MidiTrack([mido.Message("program_change", program=0)]), 0.0
    for number, (pitch, velocity) in enumerate((p, v) for p in PITCHES for v in VELOCITIES):
        struck = LEAD + number * EACH
        for at, kind, hard in ((struck, "note_on", velocity), (struck + HELD, "note_off", 0)):
            track.append(mido.Message(kind, note=pitch, velocity=hard, time=round((at - now) * 960)))
            now = at
    file = mido.MidiFile(ticks_per_beat=480)  # at the default 120 beats a minute: 960 ticks a second
    file.tracks.append(track)
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "notes.mid", Path(folder) / "notes.wav"
        file.save(midi)
        subprocess.run(["fluidsynth", "-ni", "-R0", "-C0", "-g", "0.6", "-r", str(RATE), "-F", str(wav), str(bank),
                        str(midi)], check=True, capture_output=True)
        audio = soundfile.read(wav)[0].mean(axis=1)
    notes = {}
    for number, key in enumerate((p, v) for p in PITCHES for v in VELOCITIES):
        start = round(number * EACH * RATE)
        notes[key] = np.pad(audio[start:start + round((LEAD + HELD) * RATE)], (0, round(LEAD * RATE)))
    return notes


def modelled(name: str) -> dict[tuple[int, int], np.ndarray]:
    frames = round((2 * LEAD + HELD) * RATE)
    return {(pitch, velocity): instruments()[name]().play(
        [Note(0, 1, LEAD, HELD, pitch, velocity, 1)], RATE, frames).mean(axis=0, dtype=float)
        for pitch in PITCHES for velocity in VELOCITIES}


def onset(audio: np.ndarray) -> int:
    """The sample at which the sound first reaches a fiftieth of its peak."""
    return int(np.argmax(np.abs(audio) > 0.02 * np.abs(audio).max()))


def partial_db(audio: np.ndarray, hz: float) -> np.ndarray:
    """Level of what is near a frequency every 10 ms from the onset, in dB of full scale."""
    window = np.hanning(round(0.09 * RATE if hz > 100 else 0.15 * RATE))
    turned = audio * np.exp(-2j * np.pi * hz * np.arange(audio.size) / RATE)
    starts = range(onset(audio), audio.size - window.size, RATE // 100)
    return 20 * np.log10(np.array([2 * abs(turned[s:s + window.size] @ window) for s in starts]) / window.sum() + 1e-9)


def find_partials(audio: np.ndarray, pitch: int) -> tuple[np.ndarray, float]:
    """Frequencies of the first ten partials, each the strongest peak where the ones before say, and B fitted."""
    first = onset(audio)
    piece = audio[first + RATE // 20:first + RATE // 20 + 2 * RATE]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(piece.size), 4 * piece.size))
    step = RATE / (4 * piece.size)
    found: list[float] = []
    heights: list[float] = []
    f0, b = 440 * 2 ** ((pitch - 69) / 12), 3e-4
    for n in range(1, 11):
        due = n * f0 * np.sqrt(1 + b * n * n)
        near = slice(round((due - 0.12 * f0) / step), round((due + 0.12 * f0) / step))
        found.append((near.start + int(np.argmax(spectrum[near]))) * step)
        heights.append(float(spectrum[near].max()))
        heard = np.array(heights) > 0.003 * max(heights)
        if n >= 3 and heard.sum() >= 3:
            counts = np.arange(1, n + 1)[heard]
            slope, offset = np.polyfit(counts**2, (np.array(found)[heard] / counts) ** 2, 1)
            f0, b = np.sqrt(offset), max(slope / offset, 1e-6)
    return np.array(found), b


def fall(level: np.ndarray, start: float, end: float) -> float:
    """Decibels a second between two moments."""
    piece = level[round(start * 100):round(end * 100)]
    return -float(np.polyfit(np.arange(piece.size) / 100, piece, 1)[0])


def centroid_hz(audio: np.ndarray, at: float, seconds: float) -> float:
    piece = audio[onset(audio) + round(at * RATE):][:round(seconds * RATE)]
    power = np.abs(np.fft.rfft(piece * np.hanning(piece.size))) ** 2
    return float(np.sum(power * np.fft.rfftfreq(piece.size, 1 / RATE)) / power.sum())


def attack_ms(audio: np.ndarray) -> float:
    """From a tenth to nine tenths of the largest r.m.s. of 3 ms in the first quarter of a second."""
    first = onset(audio) - RATE // 100
    power = np.convolve(audio[first:first + RATE // 4] ** 2, np.ones(RATE * 3 // 1000), "same")
    low, high = (int(np.argmax(power >= share**2 * power.max())) for share in (0.1, 0.9))
    return 1000 * (high - low) / RATE


def level_db(audio: np.ndarray, seconds: float) -> float:
    first = onset(audio)
    return float(10 * np.log10(np.mean(audio[first:first + round(seconds * RATE)] ** 2)))


def print_tables(sounds: dict[str, dict[tuple[int, int], np.ndarray]]) -> None:
    names = list(sounds)
    print("| note | " + " | ".join(f"{n}: B × 10⁴ | attack ms | centroid Hz 0–0.1 s, 0.5 s, 2 s" for n in names) + " |")
    for pitch in PITCHES:
        cells = []
        for name in names:
            audio = sounds[name][pitch, 80]
            glow = ", ".join(f"{centroid_hz(audio, at, 0.1):.0f}" for at in (0.0, 0.5, 2.0))
            cells += [f"{1e4 * find_partials(audio, pitch)[1]:.1f}", f"{attack_ms(audio):.0f}", glow]
        print(f"| {pitch} | " + " | ".join(cells) + " |")
    print("\n| note, partial | " + " | ".join(f"{n}: dB/s at 0.1–0.6 s, 2–4 s" for n in names) + " |")
    for pitch in PITCHES:
        for n in PARTIALS:
            cells = []
            for name in names:
                audio = sounds[name][pitch, 80]
                level = partial_db(audio, find_partials(audio, pitch)[0][n - 1])
                late = f"{fall(level, 2, 4):.0f}" if level[400] > -95 else "gone"
                cells.append(f"{fall(level, 0.1, 0.6):.0f}, {late}")
            print(f"| {pitch}, {n} | " + " | ".join(cells) + " |")
    print("\n| velocity 30 to 110 | " + " | ".join(f"{n}: centroid ×, level + dB" for n in names) + " |")
    for pitch in PITCHES:
        cells = []
        for name in names:
            soft, loud = sounds[name][pitch, 30], sounds[name][pitch, 110]
            cells.append(f"{centroid_hz(loud, 0, 0.1) / centroid_hz(soft, 0, 0.1):.1f}, "
                         f"{level_db(loud, 0.1) - level_db(soft, 0.1):.0f}")
        print(f"| {pitch} | " + " | ".join(cells) + " |")


def main(bank: Path, picture: Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sounds = {"bank": sampled(bank), "upright_piano": modelled("upright_piano"), "felt_piano": modelled("felt_piano")}
    print_tables(sounds)
    figure, rows = plt.subplots(3, 3, figsize=(12, 9), constrained_layout=True)
    for column, pitch in enumerate((36, 60, 84)):
        for name, notes in sounds.items():
            audio = notes[pitch, 80]
            hz = find_partials(audio, pitch)[0]
            for n, width in ((1, 1.6), (4, 0.7)):
                level = partial_db(audio, hz[n - 1])[:600]
                level -= level_db(audio, 0.4)
                rows[0, column].plot(np.arange(level.size) / 100, level, color=INK[name], lw=width)
            at = np.arange(0, 3, 0.1)
            rows[1, column].plot(at, [centroid_hz(audio, t, 0.1) for t in at], color=INK[name], label=name)
            first = onset(audio) - 480
            rows[2, column].plot(np.arange(3840) / 48 - 10, audio[first:first + 3840] / np.abs(audio).max(),
                                 color=INK[name], lw=0.8)
        rows[0, column].set(title=f"MIDI {pitch}", xlabel="s", ylabel="partials 1 (thick) and 4, dB", ylim=(-60, 10))
        rows[1, column].set(xlabel="s", ylabel="spectral centroid, Hz", yscale="log")
        rows[2, column].set(xlabel="ms", ylabel="attack, of its peak")
    rows[1, 0].legend(frameon=False)
    save(figure, picture, 80)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).with_name("piano.png")))
