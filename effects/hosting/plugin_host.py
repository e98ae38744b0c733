"""A person's own VST3 plug-ins, each run in a process of its own: one that crashes or hangs takes nothing with it.

A plug-in is loaded only because a score names its file. Instruments and effects both come here; what is here knows
neither. The work goes through a folder of files (``plugin_worker``), since plug-ins print what they like.
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

from effects.dsp.flaw import Flaw as Flaw

WORKER = Path(__file__).with_name("plugin_worker.py")
LOAD_SECONDS = 60.0  # some plug-ins look for their presets first
SLOWEST = 4.0  # seconds of work for one of sound, beyond which a plug-in is taken to hang
SHOWN = 24  # parameters or choices told of one that has more

# Files whose parameters were asked for, or would have been.
asked: set[Path] = set()
Policy = Literal["run", "leave unchecked", "refuse"]
_policy: Policy = "run"

Value = float | int | bool | str
MidiEvent = tuple[float, bytes]  # seconds from the start, message


class PluginError(Exception):
    """A plug-in that cannot be used: ``message`` says why, ``file`` which, ``allowed`` what would do."""

    allowed = "a VST3 plug-in that this machine can run"

    def __init__(self, file: Path, message: str) -> None:
        self.file, self.message = file, message
        super().__init__(message)


@dataclass(frozen=True)
class Parameter:
    """What a plug-in lets be set: a number from ``low`` to ``high`` in ``unit``, a switch, or one of ``choices``."""

    name: str
    kind: Literal["number", "switch", "choice"]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()

    def allowed(self) -> str:
        """What it takes, in words."""
        if self.kind == "choice":
            return ", ".join(self.choices[:SHOWN]) + (" …" if len(self.choices) > SHOWN else "")
        if self.kind == "switch":
            return "true or false"
        return f"a number from {self.low:g} to {self.high:g} {self.unit}".strip()

    def takes(self, value: Any) -> bool:
        """Whether a value may stand there."""
        if self.kind == "choice":
            return isinstance(value, str) and value in self.choices
        if self.kind == "switch":
            return isinstance(value, bool)
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


@dataclass(frozen=True)
class Description:
    """What a plug-in is."""

    name: str
    is_instrument: bool
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Setting:
    """A plug-in as a score sets it: its file, which of several in it, a .vstpreset, and parameters over that."""

    file: Path
    plugin_name: str | None = None
    preset: Path | None = None
    parameters: Mapping[str, Value] | None = None


def set_policy(policy: Policy) -> None:
    """Say what is done with plug-ins that scores name: run, their parameters left unchecked, or refused."""
    global _policy
    _policy = policy
    asked.clear()


def describe(setting: Setting) -> Description:
    """What the plug-in is and which parameters it has. Raises PluginError."""
    changed = setting.file.stat().st_mtime_ns
    return _describe(setting.file, setting.plugin_name, changed)


@lru_cache(maxsize=64)
def _describe(file: Path, plugin_name: str | None, changed_ns: int) -> Description:
    told, _ = _work(Setting(file, plugin_name), {"do": "describe"}, LOAD_SECONDS)
    parameters = tuple(Parameter(**{**each, "choices": tuple(each["choices"])}) for each in told["parameters"])
    return Description(told["name"], told["is_instrument"], parameters)


def faults(setting: Setting, *, instrument: bool) -> list[Flaw]:
    """What is wrong with a setting."""
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


def play(setting: Setting, events: Sequence[MidiEvent], rate: int, frames: int) -> np.ndarray:
    """Sound MIDI messages, in order of time. Returns shape (2, frames), float32. Raises PluginError."""
    request = {"do": "play", "rate": rate, "frames": frames,
               "events": [[seconds, message.hex()] for seconds, message in events]}
    return _heard(setting, request, None, (2, frames), frames / rate)


def process(setting: Setting, audio: np.ndarray, rate: int) -> np.ndarray:
    """Put sound, shape (channels, frames), float32, through an effect. Returns the same shape. Raises PluginError."""
    return _heard(setting, {"do": "process", "rate": rate}, audio, audio.shape, audio.shape[1] / rate)


def _heard(setting: Setting, request: dict[str, Any], audio: np.ndarray | None, shape: tuple[int, ...],
           seconds: float) -> np.ndarray:
    _, made = _work(setting, request, LOAD_SECONDS + SLOWEST * seconds, audio)
    if made is None or made.shape != shape or not np.isfinite(made).all():
        raise PluginError(setting.file, f"{setting.file.name} has given back no sound that can be used")
    return made


def _work(setting: Setting, request: dict[str, Any], limit_seconds: float,
          audio: np.ndarray | None = None) -> tuple[dict[str, Any], np.ndarray | None]:
    """Have one request done by a fresh process: what it tells, and the sound it gives."""
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
            words = f"; its last words: {last[0][:200]}" if last else ""
            raise PluginError(setting.file, f"{name} has crashed ({_ending(done.returncode)}){words}")
        told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        if "error" in told:
            raise PluginError(setting.file, f"{name} cannot be used: {told['error']}")
        sound = folder / "out.npy"
        return told, np.load(sound) if sound.exists() else None


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
