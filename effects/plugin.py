"""A VST3 effect of the user's own: ``plugin: {file: path.vst3}`` in a chain, run in a separate process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from pydantic import ConfigDict, Field

from effects import Context, Effect, Sound
from effects.hosting.plugin_host import Flaw, Setting, faults, process


class Plugin(Effect):
    """A VST3 effect. Its own parameters are written beside ``file``, by their names.

    The output is as reproducible as the plug-in is.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    name: ClassVar[str] = "plugin"

    file: str = Field(description="the plug-in, a .vst3 file or bundle; a relative path is looked up beside the score",
                      json_schema_extra={"names": "file", "suffixes": [".vst3"]})
    plugin_name: str | None = Field(None, description="name of the plug-in, if the file contains several")
    preset: str | None = Field(None, description="a .vstpreset file, set before the parameters",
                               json_schema_extra={"names": "file", "suffixes": [".vstpreset"]})
    tail: float = Field(2, ge=0, le=60, description="longest time that it sounds after its input, in seconds")
    mix: float = Field(1, ge=0, le=1, description="share of the plug-in, 0 none to 1 plug-in alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(file="", mix=0)

    def examine(self) -> Iterator[Flaw]:
        """Report faults of the file and the parameters."""
        yield from faults(self._setting, instrument=False)

    @property
    def _setting(self) -> Setting:
        return Setting(Path(self.file), self.plugin_name, Path(self.preset) if self.preset else None,
                       self.model_extra or {})

    def tail_seconds(self, context: Context) -> float:
        return self.tail if self.mix else 0.0

    def process(self, audio: Sound, context: Context) -> Sound:
        """Process a stretch of sound: see ``Effect.process``.

        Raises
        ------
        PluginError
            If the plug-in cannot be used.
        """
        if self.mix == 0 or not audio.any():
            return audio.copy()
        wet = process(self._setting, audio, context.rate)
        return wet if self.mix == 1 else np.asarray(np.float32(1 - self.mix) * audio + np.float32(self.mix) * wet)
