"""The user's own VST3 plug-ins, each run in a separate process, so that a crash or a hang does not end the render.

A plug-in is loaded only if a score names its file. Instruments and effects both use this module; it imports neither.
Requests and answers are files in a folder (``plugin_worker``), because plug-ins may print to any stream.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from effects.dsp.flaw import Flaw as Flaw

WORKER = Path(__file__).with_name("plugin_worker.py")
# Time limit for loading [s]: some plug-ins search for their presets first.
LOAD_SECONDS = 60.0
# Time limit for processing [s per second of sound]: a slower plug-in counts as hanging.
SLOWEST = 4.0
# Highest peak that a plug-in may return [dB re full scale], as of a recording. Beyond it the sound is a fault, and the
# other stems would lose their lowest bits to it.
LOUDEST_DB = 40.0
# Upper limit of the parameters or choices that a message lists.
SHOWN = 24

# Files whose parameters were requested, or would have been.
asked: set[Path] = set()
Policy = Literal["run", "leave unchecked", "refuse"]
_policy: Policy = "run"

# Value of a parameter.
Value = float | int | bool | str
# Time from the start [s], and MIDI message.
MidiEvent = tuple[float, bytes]


class PluginError(Exception):
    """A plug-in that cannot be used: ``file`` is the plug-in, ``message`` the reason, ``allowed`` what is possible."""

    allowed = "a VST3 plug-in that this machine can run"

    def __init__(self, file: Path, message: str) -> None:
        self.file, self.message = file, message
        super().__init__(message)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a plug-in: a number from ``low`` to ``high`` in ``unit``, a switch, or one of ``choices``."""

    name: str
    kind: Literal["number", "switch", "choice"]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()

    def allowed(self) -> str:
        """Return the allowed values, in words."""
        if self.kind == "choice":
            return ", ".join(self.choices[:SHOWN]) + (" …" if len(self.choices) > SHOWN else "")
        if self.kind == "switch":
            return "true or false"
        return f"a number from {self.low:g} to {self.high:g} {self.unit}".strip()

    def takes(self, value: Any) -> bool:
        """Return whether a value is allowed."""
        if self.kind == "choice":
            return isinstance(value, str) and value in self.choices
        if self.kind == "switch":
            return isinstance(value, bool)
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


@dataclass(frozen=True)
class Description:
    """The name, kind and parameters of a plug-in."""

    name: str
    is_instrument: bool
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Setting:
    """A plug-in as a score sets it.

    Attributes
    ----------
    file
        A .vst3 file or bundle.
    plugin_name
        Name of the plug-in, if the file contains several.
    preset
        A .vstpreset file, loaded first.
    parameters
        Values by parameter, set after the preset.
    """

    file: Path
    plugin_name: str | None = None
    preset: Path | None = None
    parameters: Mapping[str, Value] | None = None


def set_policy(policy: Policy) -> None:
    """Set what is done with plug-ins that scores name: run, their parameters left unchecked, or refused."""
    global _policy
    _policy = policy
    asked.clear()


def describe(setting: Setting) -> Description:
    """Return the name, kind and parameters of a plug-in.

    Raises
    ------
    PluginError
        If it cannot be loaded.
    """
    changed = setting.file.stat().st_mtime_ns
    return _describe(setting.file, setting.plugin_name, changed)


@lru_cache(maxsize=64)
def _describe(file: Path, plugin_name: str | None, changed_ns: int) -> Description:
    answer, _ = _work(Setting(file, plugin_name), {"do": "describe"}, LOAD_SECONDS)
    parameters = tuple(Parameter(**{**each, "choices": tuple(each["choices"])}) for each in answer["parameters"])
    return Description(answer["name"], answer["is_instrument"], parameters)


def faults(setting: Setting, *, instrument: bool) -> list[Flaw]:
    """Return the faults of a setting; ``instrument`` says which kind of plug-in is needed."""
    asked.add(setting.file)
    if _policy == "leave unchecked":
        return []
    try:
        what = describe(setting)
    except PluginError as error:
        return [Flaw("file", error.message, setting.file.name, error.allowed)]
    if what.is_instrument != instrument:
        kind, other = ("an effect", "in effects") if instrument else ("an instrument", "in a part, as plugin:")
        return [Flaw("file", f"{what.name} is {kind}", setting.file.name, f"it stands {other}")]
    known = {parameter.name: parameter for parameter in what.parameters}
    wrong: list[Flaw] = []
    for key, value in (setting.parameters or {}).items():
        if key not in known:
            names = ", ".join(list(known)[:SHOWN]) + (f" … ({len(known)} in all)" if len(known) > SHOWN else "")
            wrong.append(Flaw(key, f'{what.name} has no parameter "{key}"', key, names, list(known)))
        elif not known[key].takes(value):
            shown = str(value).lower() if isinstance(value, bool) else f"{value}"
            wrong.append(Flaw(key, f'"{key}" cannot be {shown}', shown, known[key].allowed(), known[key].choices))
    return wrong


def play(setting: Setting, events: Sequence[MidiEvent], rate: int, frames: int) -> NDArray[np.float32]:
    """Play MIDI messages on an instrument.

    Parameters
    ----------
    setting
        The plug-in.
    events
        Messages, in order of time.
    rate
        Sample rate [Hz].
    frames
        Length of the sound [samples].

    Returns
    -------
    NDArray
        Shape (2, frames), float32.

    Raises
    ------
    PluginError
        If it cannot be used.
    """
    request = {"do": "play", "rate": rate, "frames": frames,
               "events": [[seconds, message.hex()] for seconds, message in events]}
    return _heard(setting, request, None, (2, frames), frames / rate)


def process(setting: Setting, audio: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Process a sound by an effect.

    Parameters
    ----------
    setting
        The plug-in.
    audio
        Shape (channels, frames), float32.
    rate
        Sample rate [Hz].

    Returns
    -------
    NDArray
        Of the same shape and type.

    Raises
    ------
    PluginError
        If it cannot be used.
    """
    return _heard(setting, {"do": "process", "rate": rate}, audio, audio.shape, audio.shape[1] / rate)


def _heard(setting: Setting, request: dict[str, Any], audio: NDArray[np.float32] | None, shape: tuple[int, ...],
           seconds: float) -> NDArray[np.float32]:
    _, made = _work(setting, request, LOAD_SECONDS + SLOWEST * seconds, audio)
    if made is None or made.shape != shape or not np.isfinite(made).all():
        raise PluginError(setting.file, f"{setting.file.name} has returned no usable sound")
    peak = float(np.abs(made).max(initial=0.0))
    if peak > 10 ** (LOUDEST_DB / 20):
        raise PluginError(setting.file, f"{setting.file.name} is {20 * np.log10(peak):.0f} dB above full scale")
    return made


def _work(setting: Setting, request: dict[str, Any], limit_seconds: float,
          audio: NDArray[np.float32] | None = None) -> tuple[dict[str, Any], NDArray[np.float32] | None]:
    """Send one request to a new process; return its answer and its sound."""
    name = setting.file.name
    if _policy != "run":
        raise PluginError(setting.file, f"{name} is a plug-in, and with --no-plugins none is run")
    with tempfile.TemporaryDirectory(prefix="plugin-") as made:
        folder = Path(made)
        whole = request | {
            "file": str(setting.file), "plugin_name": setting.plugin_name,
            "preset": str(setting.preset) if setting.preset else None, "parameters": dict(setting.parameters or {})}
        (folder / "request.json").write_text(json.dumps(whole), encoding="utf-8")
        if audio is not None:
            np.save(folder / "in.npy", audio)
        command = [sys.executable, "-P", str(WORKER), made, str(os.getpid())]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  timeout=limit_seconds, check=False)
        except subprocess.TimeoutExpired:
            raise PluginError(setting.file, f"{name} has not answered for {limit_seconds:.0f} seconds") from None
        answer = folder / "answer.json"
        if not answer.exists():
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            words = f"; its last message: {last[0][:200]}" if last else ""
            raise PluginError(setting.file, f"{name} has crashed ({_ending(done.returncode)}){words}")
        answered: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        if "error" in answered:
            raise PluginError(setting.file, f"{name} cannot be used: {answered['error']}")
        sound = folder / "out.npy"
        return answered, np.load(sound) if sound.exists() else None


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
