"""``manifest.json``: the files of a demo, what they were made from, and their measurements.

The same score gives the same manifest, so it contains no date. The models below declare the file;
:func:`read_manifest` reads it.
"""

from __future__ import annotations

import json
import math
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

import render
from render.audio.wav import sha256
from render.meters.glitch_changes import SectionChanges, changes
from render.meters.glitch_measures import SectionMeasures
from render.rendering import Rendering, StemFile
from render.speaker import other_speakers
from scores.performance import BreakpointCurve, SectionSpan
from scores.theory.tempo import TempoMap

# Last, because it lists the files of all other writers.
ORDER = 100
TARGET = ""

NAME = "manifest.json"
# A breakpoint as json.dumps writes it, on four lines.
PAIR = re.compile(r"\[\n\s+([^\s,]+),\n\s+([^\s,]+)\n\s+\]")
# Libraries whose version can change the files.
LIBRARIES = ("lameenc", "librosa", "matplotlib", "mido", "mutagen", "numba", "numpy", "pedalboard", "pillow", "scipy",
             "soundfile", "soxr")


class Entry(BaseModel):
    """A part of the manifest: frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Breakpoint = tuple[float, float]
Breakpoints = list[Breakpoint]


class MeasuredEntry(Entry):
    """How broken a section of the mix sounds, measured in the audio alone; null where it is silent."""

    levels: int | None = Field(description="different sample values per second of the left channel: the median")
    fewest_levels: int | None = Field(description="different sample values per second of the left channel: the lowest")
    repeats: float | None = Field(description="share of the non-silent time whose next slice on the grid repeats it, "
                                              "by autocorrelation, 0-1")
    entropy: float | None = Field(description="spectral entropy, from 0 for a tone to 1 for white noise")
    side_db: float | None = Field(description="level of the side signal relative to the mid signal in dB")
    broken: float | None = Field(description="share of the non-silent time that repeats or has few levels, 0-1")
    events: int = Field(description="gestures of the glitch plan in this section, on all parts and sends")


class ChangedEntry(Entry):
    """How much the glitches change a section: the sum of the stems compared to that of the stems without glitches."""

    changed: float | None = Field(description="share of the non-silent time in which the difference is less than "
                                              "20 dB below the sound, 0-1; null where it is silent")
    entropy_change: float | None = Field(description="mean magnitude of the change of spectral entropy, 0-1")


class SectionEntry(Entry):
    """A section.

    Its curves are breakpoints ``[seconds, value]`` from the section's start to its end, in seconds of the song. They
    are linear in beats between breakpoints; a step is two breakpoints at one time.
    """

    name: str
    start_bar: int = Field(description="number of its first bar; 1 is the first full bar of the song")
    bars: int
    start_s: float
    end_s: float
    glitch: Breakpoints = Field(min_length=2, description="glitch intensity 0-1")
    temperature: Breakpoints = Field(min_length=2, description="softmax temperature")
    lufs: float | None = Field(description="gated loudness of the mix; null where nothing sounds")
    level_db: float = Field(0, description="level that the balance gives all parts here")
    voice_over_band_db: float | None = Field(None, description="the voice over the band from 1 to 4 kHz while words "
                                             "sound, as balanced; null without both")
    part_levels_db: dict[str, float] = Field(default_factory=dict, description="level of each part here compared to "
                                             "its usual one, as the balance moves its fader")
    measured: MeasuredEntry
    against_dry: ChangedEntry | None = Field(None, description="effect of the glitches; null without --dry")


class StemEntry(Entry):
    """A stem, in the order of the score."""

    part: str
    piece: str | None = Field(None, description="piece of a drum kit with stems: each, or room: the rest of the part")
    file: str
    lufs: float | None = Field(description="integrated loudness; null for a silent stem")
    peak_db: float | None = Field(description="sample peak in dBFS")
    sha256: str


class MixEntry(Entry):
    """The mastered mix."""

    file: str
    lufs: float | None
    true_peak_db: float | None = Field(description="true peak in dBTP")
    sha256: str


class MidiEntry(Entry):
    """The MIDI file."""

    file: str
    sha256: str


class InputEntry(Entry):
    """A file beside the score that affects the sound."""

    file: str = Field(description="its name in the score; for --midi the file's name")
    sha256: str


class VoiceEntry(Entry):
    """The speech engine whose words are sung: a synthetic guide vocal."""

    engine: str
    version: str
    file: str | None = Field(None, description="the person's own voice, by its name in the score; also under inputs")
    languages: dict[str, str] = Field(default_factory=dict,
                                      description="by its code, the engine and version that say a "
                                             "language which this one does not speak")


class Manifest(Entry):
    """The whole ``manifest.json``; file names are relative to its folder, with ``/``."""

    title: str
    tempo: float = Field(description="tempo at the start in beats per minute; changes are in the MIDI file")
    key: str
    seed: int
    temperature: float
    sample_rate: int
    duration_s: float
    sections: list[SectionEntry]
    stems: list[StemEntry]
    stems_dry: list[StemEntry] = Field(description="the stems without glitches; empty without --dry")
    mix: MixEntry
    midi: MidiEntry
    inputs: list[InputEntry] = Field(description="the user's own sounds, plug-ins, recordings and edited MIDI")
    voice: VoiceEntry | None = Field(description="the speech engine of the singer; null if no words are sung")
    versions: dict[str, str] = Field(description="the renderer, Python and the libraries that affect the files")
    files: list[str] = Field(description="every file of the demo, including this one, in alphabetical order")


def write(rendering: Rendering) -> None:
    """Write ``manifest.json``, which lists every file in the folder."""
    text = json.dumps(make_manifest(rendering).model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False)
    (rendering.folder / NAME).write_text(PAIR.sub(r"[\1, \2]", text) + "\n", encoding="utf-8", newline="\n")


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Parameters
    ----------
    path
        A manifest, or a demo's folder.

    Raises
    ------
    OSError
        If it cannot be read.
    pydantic.ValidationError
        If it is no manifest.
    """
    file = path / NAME if path.is_dir() else path
    return Manifest.model_validate_json(file.read_text(encoding="utf-8"))


def make_manifest(rendering: Rendering) -> Manifest:
    """Return the manifest of a rendering whose other files are written."""
    score, performance, folder = rendering.score, rendering.performance, rendering.folder
    midi = folder / f"{rendering.basename}.mid"
    tempo = performance.tempo
    changed: Sequence[SectionChanges | None] = [None] * len(performance.sections)
    if rendering.stems_dry:
        heard = [stem.path for stem in rendering.stems_dry if math.isfinite(stem.peak_db)]
        changed = changes(rendering.premaster_path, heard, performance.sections, rendering.rate)
    return Manifest(
        title=score.title, tempo=score.bpm, key=str(score.key), seed=score.seed, temperature=score.temperature,
        sample_rate=rendering.rate, duration_s=round(rendering.frames / rendering.rate, 6),
        sections=[
            SectionEntry(name=span.name, start_bar=span.start_bar, bars=span.bars,
                         start_s=round(span.start_seconds, 6), end_s=round(span.end_seconds, 6),
                         glitch=within(performance.glitch, span, tempo),
                         temperature=within(performance.temperature, span, tempo), lufs=_decibels(lufs),
                         measured=MeasuredEntry.model_validate(_rounded(found)), **_balanced(rendering, number),
                         against_dry=ChangedEntry.model_validate(_rounded(against)) if against else None)
            for number, (span, lufs, found, against) in enumerate(zip(
                performance.sections, rendering.section_lufs, rendering.measured, changed, strict=True))],
        stems=[_stem_entry(stem, folder) for stem in rendering.stems],
        stems_dry=[_stem_entry(stem, folder) for stem in rendering.stems_dry],
        mix=MixEntry(file=_relative(rendering.mix_path, folder), lufs=_decibels(rendering.master_lufs),
                     true_peak_db=_decibels(rendering.master_true_peak_db), sha256=rendering.mix_sha256),
        midi=MidiEntry(file=_relative(midi, folder), sha256=sha256(midi)),
        inputs=[InputEntry(file=each.file, sha256=each.sha256) for each in rendering.inputs],
        voice=_voice_entry(rendering),
        versions={"renderer": render.__version__, "python": platform.python_version(),
                  **{name: version(name) for name in LIBRARIES}},
        files=sorted({NAME, *(_relative(path, folder) for path in folder.rglob("*")
                              if path.is_file() and not path.name.startswith("."))}))  # a lock of Windows lies there


def _balanced(rendering: Rendering, number: int) -> dict[str, Any]:
    """Return what the balance did to a section."""
    if not rendering.balance.sections:
        return {}
    found = rendering.balance.sections[number]
    return {"level_db": found.level_db, "voice_over_band_db": found.voice_over_band_db,
            "part_levels_db": {name: moves[number] for name, moves in rendering.balance.moves_db.items()}}


def _voice_entry(rendering: Rendering) -> VoiceEntry | None:
    voice = rendering.voice
    own = next((file.name for file in rendering.score.files if file.place == ("singer", "voice")), None)
    others = other_speakers(rendering.score, rendering.performance)
    return None if voice is None else VoiceEntry(
        engine=voice.name, version=voice.version, file=own if voice.name == "hibari" else None,
        languages={code: f"{other.name} {other.version}" for code, other in others.items()})


def _rounded(found: SectionMeasures | SectionChanges) -> dict[str, float | int | None]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(found).items()}


def _stem_entry(stem: StemFile, folder: Path) -> StemEntry:
    return StemEntry(part=stem.part, piece=stem.piece or None, file=_relative(stem.path, folder),
                     lufs=_decibels(stem.lufs), peak_db=_decibels(stem.peak_db), sha256=stem.sha256)


def within(curve: BreakpointCurve, span: SectionSpan, tempo: TempoMap) -> Breakpoints:
    """Return the part of a curve that lies in a section, as breakpoints ``(seconds, value)``.

    Where the curve has a step at the section's start, the value after it counts; at the section's end, that before it.
    """
    inner = [(beat, value) for beat, value in zip(curve.beats, curve.values, strict=True)
             if span.start_beats < beat < span.end_beats]
    points = [(span.start_beats, curve.at(span.start_beats)), *inner, (span.end_beats, _before(curve, span.end_beats))]
    return [(round(tempo.seconds(beat), 6), round(value, 6)) for beat, value in points]


def _before(curve: BreakpointCurve, beat: float) -> float:
    """Return the value of a curve just before a beat: at a step, the value before the step."""
    for left, right in zip(range(len(curve.beats)), range(1, len(curve.beats)), strict=False):
        if curve.beats[left] < beat <= curve.beats[right]:
            share = (beat - curve.beats[left]) / (curve.beats[right] - curve.beats[left])
            return curve.values[left] + share * (curve.values[right] - curve.values[left])
    return curve.at(beat)


def _decibels(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
