"""A recording of the user's own: ``audio: takes/vocal.wav`` puts it on a part at a bar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import soundfile
from pydantic import Field, field_validator

from scores.composing.stage import Draft, Player, Stage
from scores.faults import Flaw, ScoreFault
from scores.format.fields import Decibels
from scores.format.sounds import duration_seconds
from scores.notation import NotationError, as_found
from scores.performance import Take

SUFFIXES: tuple[str, ...] = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")
# Shortest recording [s].
SHORTEST_SECONDS = 0.01


class Recording(Player):
    """A recording that plays to its end, also beyond the section, with the part's effects and glitches."""

    style: ClassVar[str] = "audio"
    goes_on: ClassVar[bool] = True
    brings_words: ClassVar[bool] = True

    audio: str = Field(min_length=1, max_length=400, json_schema_extra={"names": "file", "suffixes": [*SUFFIXES]},
                       description="sound file, mono or stereo, at any sample rate; a relative path starts at the "
                                   "score's folder")
    bar: int = Field(1, ge=1, description="bar of the section in which the recording begins")
    beat: float = Field(1, ge=1, le=33, description="felt beat in that bar, from 1")
    bars: float | None = Field(None, gt=0, le=10_000, description="bars of it that are played; default: all")
    skip_seconds: float = Field(0, ge=0, le=7200, description="seconds left out at the beginning of the file")
    level: Decibels = Field(0, description="level of the recording in dB")

    @field_validator("dynamics", mode="before")
    @classmethod
    def _has_its_own(cls, value: Any) -> Any:
        if value is not None:
            raise NotationError(as_found(value), "no dynamics, which a recording has already; level: sets dB")
        return value

    def examine(self) -> Iterator[Flaw]:
        """Yield what is wrong with the file."""
        name = Path(self.audio).name
        try:
            info = soundfile.info(self.audio)
        except (soundfile.SoundFileError, OSError):
            yield Flaw("audio", "this recording cannot be read", name, "sound: " + ", ".join(SUFFIXES))
            return
        if info.channels > 2:
            yield Flaw("audio", f"this recording has {info.channels} channels", name, "mono or stereo")
        elif info.duration < SHORTEST_SECONDS:
            yield Flaw("audio", "this recording is empty", name, f"sound of at least {SHORTEST_SECONDS:g} seconds")
        elif self.skip_seconds > info.duration - SHORTEST_SECONDS:
            yield Flaw("skip_seconds", f"the recording ends after {info.duration:.3f} seconds",
                       f"{self.skip_seconds:g}", f"less than {info.duration:.3f}")

    def play(self, stage: Stage) -> list[Draft]:
        return []

    def takes(self, stage: Stage) -> list[Take]:
        bar = next((bar for bar in stage.bars if bar.number_in_section == self.bar), None)
        here = ("sections", stage.bars[0].section, "play", stage.part_name) if stage.bars else ()
        if bar is None:
            heard = [bar.number_in_section for bar in stage.bars if bar.number_in_section]
            raise ScoreFault((*here, "bar"), "the part does not play in this bar", found=str(self.bar),
                             allowed=f"{heard[0]} to {heard[-1]}" if heard else "a bar between enters and leaves")
        if self.beat >= bar.meter.pulses + 1:
            raise ScoreFault((*here, "beat"), f"a bar of {bar.meter} has no beat {self.beat:g}",
                             found=f"{self.beat:g}", allowed=f"1 to less than {bar.meter.pulses + 1}")
        onset_beats = bar.start_beats + bar.meter.place(self.beat)
        onset = stage.tempo.seconds(onset_beats)
        length = duration_seconds(Path(self.audio)) - self.skip_seconds
        end = onset + length
        if self.bars is not None:
            end = min(end, stage.tempo.seconds(onset_beats + self.bars * bar.beats))
        if self.leaves is not None:
            end = min(end, stage.tempo.seconds(stage.bars[-1].end_beats))
        if end > stage.song_end_seconds + 1e-3:
            room = stage.song_end_seconds - onset
            raise ScoreFault((*here, "audio"), f"the recording goes on {end - stage.song_end_seconds:.2f} seconds "
                             "after the song's end", found=Path(self.audio).name,
                             allowed=f"at most {room:.2f} seconds from there; bars: N plays only that many bars")
        return [Take(Path(self.audio), onset_beats, onset, end - onset, self.skip_seconds, self.level,
                     is_cut=end < onset + length - 1e-6)]
