"""The keys of a part: its instrument, level, place, effects and what follows the glitch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scores.format.fields import Chain, Decibels, DrivenDensity, DrivenLevel, DrivenWidth, Pan
from scores.format.strict import Strict
from scores.format.text import Ramp

# Instruments that are a file of the user's own, and the suffix of that file.
OWN_SOUNDS = {"soundfont": ".sf2", "plugin": ".vst3"}

# A setting that names another part.
PartName = Annotated[str, Field(json_schema_extra={"names": "part"})]


class Drive(Strict):
    """What follows the glitch intensity in a part: the value added at intensity 0 -> the value added at 1."""

    level: DrivenLevel = Field(default_factory=Ramp, description="added to the level, in dB")
    width: DrivenWidth = Field(default_factory=Ramp, description="added to the width")
    density: DrivenDensity = Field(default_factory=Ramp, description="added to the number of gestures, and of events "
                                                                     "of a texture: 1 doubles it")


class Part(Strict):
    """One instrument of the song: it becomes one stem and one MIDI track."""

    instrument: str = Field(description="name of an instrument; or write soundfont or plugin instead")
    soundfont: str | None = Field(None, min_length=1, max_length=400, description="instead of instrument: a SoundFont "
                                  "(.sf2, .sf3) of your own; a relative path starts at the score's folder")
    plugin: str | None = Field(None, min_length=1, max_length=400, description="instead of instrument: a VST3 "
                               "instrument of your own, by its file")
    patch: Mapping[str, Any] = Field(default_factory=dict, description="settings of the instrument")
    level: Decibels = Field(0, description="stem level in dB")
    pan: Pan = Field(0, description="position from left (-1) to right (1), or left, half right, L30 …")
    width: float = Field(1, ge=0, le=2, description="stereo width: 0 mono, 1 as played, 2 with the side signal doubled")
    sends: Mapping[str, Decibels] = Field(default_factory=dict, description="level in dB to each send of the mix")
    effects: Chain = Field((), description="the part's own chain: effect names, or "
                                                             "name: {parameters}")
    glitch: float = Field(1, ge=0, le=1, description="how much of the section's glitch this part takes")
    drive: Drive = Field(default_factory=Drive, description="what follows the glitch intensity besides gestures: "
                                                            "level, width and density, each such as 0 -> 3")
    program: int | None = Field(None, ge=1, le=128, description="General MIDI program, 1-128; default: the "
                                                              "instrument's")
    stems: Literal["one", "each"] = Field("one", description="each: a stem for each piece of a drum kit, and one of "
                                                             "its room and what effects do to the whole; together "
                                                             "they are the part, sample by sample")
    capo: int = Field(0, ge=0, le=9, description="capo fret of a fretted part")
    tuning: str = Field("standard", description="tuning of a fretted part")

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_file(cls, value: Any) -> Any:
        """Read ``guitar: steel_guitar``, and ``soundfont: path.sf2`` as the instrument soundfont with that file."""
        if isinstance(value, str):
            return {"instrument": value}
        if isinstance(value, Mapping) and "instrument" not in value:
            for own in OWN_SOUNDS:
                if value.get(own) is not None:
                    return {**value, "instrument": own}
        return value

    @model_validator(mode="after")
    def _keeps_its_width(self) -> Part:
        for added in (self.drive.width.start, self.drive.width.end):
            if not 0 <= self.width + added <= 2:
                raise ValueError(f"width plus drive's width is {self.width + added:g}; it has to stay from 0 to 2")
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the instrument is made with: the patch, and the file of a SoundFont or plug-in."""
        file = {"soundfont": self.soundfont, "plugin": self.plugin}.get(self.instrument)
        return dict(self.patch) if file is None else {**self.patch, "file": file}
