"""Measures how exactly songs are found in recordings that were changed in known ways.

``python tests/measure_align.py`` prints a table of two songs; with scores as arguments it measures those. Each is
rendered twice, with its own seed and with another.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import lameenc
import numpy as np
import pedalboard
import soundfile as sf
import soxr

import render
import scores
from render.align.features import RATE, listen, written
from render.align.place import in_sections, place
from render.catalogue import catalogue
from render.mixing.balance import Balance
from render.rendering import Rendering
from render.run import Once
from render.writers import midi
from scores.compose import compose
from scores.performance import Performance
from scores.reading.read import read_score
from scores.retime import retimed
from scores.score import Score
from scores.theory.tempo import TempoMap

ROOM = Path(scores.__file__).parent
SONGS = [ROOM / "waltz.yaml", ROOM / "songs" / "the_river_keeps.yaml"]
ANOTHER_SEED = 4242
BANK = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
# Delay of LAME and of a decoder together, where no tag tells it [samples].
MP3_DELAY = 1105
# Bars, each with its place in the score and its second in the recording.
Bars = list[tuple[int, float]]


class Case(NamedTuple):
    """A recording, and what is in it."""

    name: str
    audio: np.ndarray
    bars: Bars
    key: int = 0


class Measured(NamedTuple):
    """What was found of a case: by how much bar lines are missed [s], whether sections and key are right, and ours."""

    song: str
    case: str
    missed: np.ndarray
    sections: bool
    key: bool
    is_ours: bool
    expected: bool

    def __str__(self) -> str:
        if not self.expected:
            return f"{self.song:16} {self.case:14} {'taken for ours' if self.is_ours else 'told apart'}"
        median, most = (1000 * np.quantile(self.missed, share) for share in (0.5, 0.95))
        return (f"{self.song:16} {self.case:14} {median:6.1f} ms {most:7.1f} ms  sections {_word(self.sections)}  "
                f"key {_word(self.key)}  {'ours' if self.is_ours else 'NOT OURS'}")


def _word(right: bool) -> str:
    return "right" if right else "WRONG"


def measure(song: Path, others: Sequence[np.ndarray], folder: Path) -> Iterator[Measured]:
    """Measure all cases of a song; ``others`` are recordings of other songs."""
    score = read_score(song, catalogue()).score
    performance = compose(score)
    notes = written(score, performance)
    for case in cases(song, score, performance, others, folder):
        placed = place(listen(case.audio.astype(np.float32)), notes, performance)
        first = performance.bars[0].index
        found = [(bar.bar.index - first, bar.seconds) for stretch in placed.stretches for bar in stretch.bars]
        missed = [min((abs(at - there) for place_, at in found if place_ == bar), default=np.inf)
                  for bar, there in case.bars]
        sections = [group[0].bar.section for stretch in placed.stretches for group in in_sections(stretch)]
        right = [performance.bars[bar].section for n, (bar, _) in enumerate(case.bars)
                 if not n or performance.bars[bar].section != performance.bars[case.bars[n - 1][0]].section
                 or bar < case.bars[n - 1][0]]
        yield Measured(song.stem, case.name, np.array(missed), sections == right, placed.key == case.key,
                       placed.is_ours, bool(case.bars))


def cases(song: Path, score: Score, performance: Performance, others: Sequence[np.ndarray],
          folder: Path) -> Iterator[Case]:
    """Yield renders of a song that were changed in known ways, and other songs."""
    audio, take = (mono(song, folder, seed) for seed in (None, ANOTHER_SEED))
    lines = np.array([bar.start_seconds for bar in performance.bars])

    def whole(there: Callable[[np.ndarray], np.ndarray] = np.copy) -> Bars:
        return list(enumerate(there(lines)))

    yield Case("as it is", audio, whole())
    for name, factor, key in (("tempo -8 %", 0.92, 0), ("tempo +8 %", 1.08, 0), ("key +3", 1.0, 3),
                              ("key -3", 1.0, -3)):
        changed, there = stretched(audio, factor, key)
        yield Case(name, changed, whole(there), key)
    drifting = lines + 0.01 * lines[-1] * np.sin(9 * lines / lines[-1]) / 9
    moments = np.arange(len(audio)) / RATE
    there = moments + 0.01 * lines[-1] * np.sin(9 * moments / lines[-1]) / 9
    yield Case("drift", np.interp(moments, there, audio[:len(moments)]), list(enumerate(drifting)))
    middle = len(performance.sections) // 2
    span = performance.sections[middle]
    start, stop, length = (round(span.start_seconds * RATE), round(span.end_seconds * RATE),
                           span.end_seconds - span.start_seconds)
    at = [bar.section for bar in performance.bars]
    yield Case("section cut", np.concatenate([audio[:start], audio[stop:]]),
               [(n, line - length * (at[n] > middle)) for n, line in whole() if at[n] != middle])
    yield Case("section twice", np.concatenate([audio[:stop], audio[start:]]),
               [row for row in whole() if at[row[0]] <= middle]
               + [(n, line + length) for n, line in whole() if at[n] >= middle])
    hiss = np.random.default_rng(0).standard_normal(len(audio)) * audio.std() * 10 ** (-10 / 20)
    yield Case("noise 10 dB", audio + hiss, whole())
    yield Case("MP3 96 kb/s", mp3(audio, folder), whole())
    yield Case("another seed", take, whole())
    yield Case("introduction", np.concatenate([others[0][:9 * RATE], audio]), whole(lambda line: line + 9))
    if shutil.which("fluidsynth") and BANK.is_file():
        for name, swing in (("SoundFont", 0.0), ("SoundFont ±2 %", 0.02)):
            steps = np.unique([*np.arange(0, performance.sections[-1].end_beats), *performance.tempo.beats])
            tempi = [60 / performance.tempo.beat_seconds(beat + 1e-9)
                     * (1 + swing * np.sin(performance.tempo.seconds(beat) / 10))
                     for beat in steps]
            other = retimed(performance, TempoMap(tuple(steps), tuple(tempi)))
            yield Case(name, by_soundfont(score, other, folder),
                       [(n, bar.start_seconds) for n, bar in enumerate(other.bars)])
    for number, other_song in enumerate(others, 1):
        yield Case(f"other song {number}", other_song, [])


def mono(song: Path, folder: Path, seed: int | None = None) -> np.ndarray:
    """A render as mono at the rate of the features."""
    there = folder / f"{song.stem}_{seed}.wav"
    if not there.exists():
        demo = render.demo(song, out=folder / str(seed), seed=seed, targets=["midi"])
        sound, rate = sf.read(demo.mix_path, dtype="float32")
        sf.write(there, soxr.resample(sound.mean(axis=1), rate, RATE), RATE, subtype="FLOAT")
    return sf.read(there, dtype="float32")[0]


def stretched(audio: np.ndarray, factor: float, key: float) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """A sound at another tempo or pitch, and where its moments went: Rubber Band rounds, so clicks go the same way."""
    clicks, times = np.zeros(len(audio), np.float32), np.arange(0.5, len(audio) / RATE - 0.5)
    burst = np.random.default_rng(1).standard_normal(200) * np.exp(-np.arange(200) / 60)
    for at in times:
        clicks[int(at * RATE):int(at * RATE) + 200] += burst
    there = []
    moved = pedalboard.time_stretch(clicks[None], RATE, factor, key)[0]
    for at in times:
        begin = max(int((at / factor - 0.3) * RATE), 0)
        edge = abs(np.diff(moved[begin:begin + int(0.6 * RATE)]))
        there.append((begin + int((edge > 0.4 * edge.max()).argmax())) / RATE)
    line = np.polyfit(times, there, 1)
    return pedalboard.time_stretch(audio[None], RATE, factor, key)[0], lambda moments: np.polyval(line, moments)


def mp3(audio: np.ndarray, folder: Path) -> np.ndarray:
    """A sound after MP3 at 96 kb/s and back."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(2)
    encoder.set_in_sample_rate(44100)
    encoder.set_bit_rate(96)
    sound = soxr.resample(audio, RATE, 44100)
    samples = (np.clip(sound, -1, 1) * 32767).astype("<i2").repeat(2)
    stream = bytes(encoder.encode(samples.tobytes())) + bytes(encoder.flush())
    (folder / "back.mp3").write_bytes(stream)
    back, rate = sf.read(folder / "back.mp3", dtype="float32")
    return soxr.resample(back.mean(axis=1)[MP3_DELAY:], rate, RATE)


def by_soundfont(score: Score, performance: Performance, folder: Path) -> np.ndarray:
    """The MIDI file of a performance, played by FluidSynth."""
    rendering = object.__new__(Rendering)
    for name, value in (("score", score), ("performance", performance), ("folder", folder), ("basename", "other"),
                        ("notices", []), ("balance", Balance()), ("once", Once())):
        object.__setattr__(rendering, name, value)
    midi.write(rendering)
    subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.6", "-r", str(RATE), "-F", folder / "other.wav", BANK,
                    folder / "other.mid"], check=True, capture_output=True)
    return sf.read(folder / "other.wav", dtype="float32")[0].mean(axis=1)


def all_of(songs: Sequence[Path], folder: Path) -> Iterator[Measured]:
    """Measure all cases of some songs, each against the others."""
    for song in songs:
        others = [mono(other, folder) for other in songs if other != song] or [mono(SONGS[song == SONGS[0]], folder)]
        yield from measure(song, others, folder)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place_:
        for row in all_of([Path(name) for name in sys.argv[1:]] or SONGS, Path(place_)):
            print(row, flush=True)
