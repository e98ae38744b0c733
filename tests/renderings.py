"""A rendering made by hand, so that writers can be tested without an instrument: real score, time line and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from binding import score_from

from render.audio.wav import quantise, to_float, write_wav
from render.meters import loudness
from render.meters.glitch_measures import measure
from render.rendering import Rendering, StemFile
from scores.composing.timeline import lay_out
from scores.lyrics.line import Delivery, SungLine, Syllable, Utterance, Word
from scores.performance import Note, Performance
from scores.score import Score

SONG: dict[str, Any] = {
    "title": "Small Song",
    "tempo": 120,
    "key": "C minor",
    "parts": {
        "voice": {"instrument": "hum", "program": 54},
        "guitar": {"instrument": "steel_guitar", "program": 25, "pan": -0.4, "level": -3},
    },
    "sections": [
        {"name": "Intro", "bars": 2, "play": {"guitar": "fingerpick"}},
        {"name": "Verse 1", "bars": 2, "cue": "Whispered, single guitar", "lyrics": "everything at once",
         "glitch": "0.1 -> 0.3", "play": {"guitar": "fingerpick", "voice": "sung"}},
        {"name": "Chorus", "bars": 2, "cue": "Voice opens", "lyrics": "I am the soft",
         "glitch": 0.05, "temperature": {"bar 1": 0.7, "bar 2": 1.2}, "play": {"guitar": "strum", "voice": "sung"}},
    ],
}


def song(**changes: Any) -> Score:
    """The small song, with top-level fields of the score replaced."""
    return score_from({**SONG, **changes})


def note(score: Score, beat: float, beats: float, pitch: float, velocity: int = 80, late: float = 0.0,
         utterance: Utterance | None = None) -> Note:
    """A note of ``score``: written at ``beat``, heard ``late`` seconds after."""
    tempo = lay_out(score).tempo
    start, end = tempo.seconds(beat), tempo.seconds(beat + beats)
    return Note(beat, beats, start + late, end - start, pitch, velocity, 1, utterance=utterance)


def utterance(syllable: str, word: str, *, last: bool, manner: str = "sung", line: int = 1) -> Utterance:
    """A syllable of a word; ``last`` in that word."""
    pieces = [syllable] if last else [syllable, word.removeprefix(syllable)]
    whole = Word(word, word, tuple(Syllable(piece, (), 0) for piece in pieces))
    sung = SungLine("voice", "A", line, (whole,), Delivery(manner))
    return sung.utterances[0] if syllable else sung.breath


def performance(score: Score, notes: Mapping[str, Sequence[Note]] | None = None) -> Performance:
    """A performance of these notes on the score's own time line."""
    timeline = lay_out(score)
    parts = {name: sorted((notes or {}).get(name, ()), key=lambda n: n.onset_seconds) for name in score.parts}
    bars = tuple(bar for row in timeline.bars_of for bar in row)
    return Performance(timeline.tempo, bars, timeline.sections, parts, dict.fromkeys(score.parts, ()),
                       timeline.temperature, timeline.glitch, (), timeline.duration_seconds, ())


def rendering(folder: Path, score: Score | None = None, notes: Mapping[str, Sequence[Note]] | None = None,
              master: np.ndarray | None = None, rate: int = 48000) -> Rendering:
    """A whole rendering in ``folder``: one decaying tone a part, summed, unless ``master`` is given."""
    score = score or song()
    played = performance(score, notes)
    frames = round(played.duration_seconds * rate)
    (folder / "stems").mkdir(parents=True, exist_ok=True)
    stems, total = [], np.zeros((2, frames), np.float32)
    seconds = np.arange(frames) / rate
    for number, name in enumerate(score.parts, 1):
        tone = 0.2 * np.sin(2 * np.pi * 110 * number * seconds) * np.exp(-3 * (seconds % 0.5))
        audio = np.ascontiguousarray(np.stack([tone, 0.5 * tone]), np.float32)
        total += audio
        stems.append(_stem(folder / "stems" / f"{number:02d}_{name}.wav", name, audio, rate))
    final = np.ascontiguousarray(total if master is None else master, np.float32)
    basename = f"small_{score.tempo.start:g}bpm_{score.key.short}"
    samples = quantise(final.copy())
    sha256 = write_wav(folder / f"{basename}_mix.wav", samples, rate)
    write_wav(folder / f"{basename}_premaster.wav", samples, rate)
    energy = loudness.block_energy(samples, rate)
    return Rendering(
        name="small", basename=basename, folder=folder, score=score, performance=played, rate=rate,
        frames=final.shape[1], stems=stems, premaster_path=folder / f"{basename}_premaster.wav",
        mix_path=folder / f"{basename}_mix.wav", master=to_float(samples), master_energy=energy,
        master_lufs=loudness.integrated(energy), master_true_peak_db=-1.0, mix_sha256=sha256,
        section_lufs=[loudness.between(energy, s.start_seconds, s.end_seconds) for s in played.sections],
        measured=measure(final, rate, played), notices=[])


def _stem(path: Path, part: str, audio: np.ndarray, rate: int) -> StemFile:
    edges = np.linspace(0, audio.shape[1], 2001).astype(int)[:-1]
    envelope = np.stack([np.minimum.reduceat(audio.min(0), edges), np.maximum.reduceat(audio.max(0), edges)])
    peak = 20 * np.log10(np.abs(audio).max())
    samples = quantise(audio.copy())
    energy = loudness.block_energy(samples, rate)
    sha256 = write_wav(path, samples, rate)
    return StemFile(part, path, loudness.integrated(energy), float(peak), sha256, energy, envelope)
