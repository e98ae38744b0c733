"""One request to one plug-in, done in this process: ``plugin_worker.py FOLDER PARENT`` reads it and writes its answer.

The process ends without taking the plug-in down, as some crash only then.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pedalboard import VST3Plugin, _pedalboard

PR_SET_PDEATHSIG = 1  # Linux, prctl(2)
WATCH_SECONDS = 0.5
BUFFER_FRAMES = 8192
FAULTS = (ImportError, OSError, ValueError, TypeError, AttributeError, RuntimeError)  # raised by pedalboard
NOTE_BUFFER_FRAMES = 128  # of an instrument: many plug-ins bend the pitch no sooner than where a buffer begins
# Parameters that only stand for MIDI controllers: some frameworks declare two thousand, and pedalboard asks each for a
# thousand texts, unless it is told here what it cannot know.
_pedalboard.PARAMETER_NAME_REGEXES_TO_IGNORE.add(re.compile(r"MIDI Ch\. \d+ CC "))


def load(request: Mapping[str, Any]) -> Any:
    """The plug-in, with its preset and its parameters."""
    plugin: Any = VST3Plugin(request["file"], plugin_name=request["plugin_name"], initialization_timeout=30.0)
    if request["preset"]:
        plugin.load_preset(request["preset"])
    for name, value in request["parameters"].items():
        setattr(plugin, name, value)
    return plugin


def described(plugin: Any) -> dict[str, Any]:
    """What ``plugin_host.describe`` tells."""
    rows = []
    for name, parameter in plugin.parameters.items():
        row: dict[str, Any] = {"name": name, "kind": "number", "unit": parameter.units or "", "choices": []}
        if parameter.type is bool:
            row["kind"] = "switch"
        elif parameter.type is str:
            row |= {"kind": "choice", "choices": [str(value) for value in parameter.valid_values]}
        else:
            low, high, _ = parameter.range
            row |= {"low": float(low), "high": float(high)}
        rows.append(row)
    return {"name": plugin.name, "is_instrument": bool(plugin.is_instrument), "parameters": rows}


def settle_chance() -> None:
    """Have what a plug-in draws by the C library's ``rand`` the same each time; Windows has one in each library."""
    if os.name == "posix":
        ctypes.CDLL(None).srand(1)


def played(plugin: Any, request: Mapping[str, Any]) -> np.ndarray:
    """Sound of the request's MIDI messages, shape (2, frames); what the plug-in says it comes late is taken off.

    An instrument with a single output is heard on both sides.
    """
    rate, frames = request["rate"], request["frames"]
    late = int(plugin.reported_latency_samples)
    # on the nearest frame, and a little inside of it, so that no rounding on the way puts it before
    events = [(bytes.fromhex(message), (round(seconds * rate) + 0.25) / rate) for seconds, message in request["events"]]
    try:
        made = plugin(events, (frames + late) / rate, rate, num_channels=2, buffer_size=NOTE_BUFFER_FRAMES, reset=True)
    except ValueError:
        made = plugin(events, (frames + late) / rate, rate, num_channels=1, buffer_size=NOTE_BUFFER_FRAMES, reset=True)
    return whole(np.atleast_2d(made)[:, late:], 2, frames)


def processed(plugin: Any, request: Mapping[str, Any], audio: np.ndarray) -> np.ndarray:
    """The sound after an effect; one that takes a single channel is given each by itself, from its beginning."""
    channels, frames = audio.shape
    if frames == 0:
        return audio
    room = np.zeros((channels, max(frames, 2 * channels)), np.float32)  # the longer axis is taken for time
    room[:, :frames] = audio
    try:
        made = plugin.process(room, request["rate"], buffer_size=BUFFER_FRAMES, reset=True)
    except ValueError:
        if channels == 1:
            raise
        made = np.concatenate([load(request).process(room[i:i + 1], request["rate"], buffer_size=BUFFER_FRAMES,
                                                     reset=True) for i in range(channels)])
    return whole(made, channels, frames)


def whole(made: np.ndarray, channels: int, frames: int) -> np.ndarray:
    """Sound in the shape that was asked for; what a plug-in leaves out at the end is silent."""
    out = np.zeros((channels, frames), np.float32)
    out[:, :min(made.shape[1], frames)] = np.broadcast_to(made, (channels, made.shape[1]))[:, :frames]
    return out


def end_with_parent(parent: int) -> None:
    """Have this process end when the one that began it does, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    elif os.name == "posix":
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.name == "posix" and os.getppid() != parent:
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def main(folder: Path) -> None:
    """Do what ``request.json`` asks for."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    answer: dict[str, Any] = {}
    try:
        plugin = load(request)
        if request["do"] == "describe":
            answer = described(plugin)
        elif request["do"] == "play":
            settle_chance()
            np.save(folder / "out.npy", played(plugin, request))
        else:
            settle_chance()
            np.save(folder / "out.npy", processed(plugin, request, np.load(folder / "in.npy")))
    except FAULTS as error:  # what else there may be ends the process, and its last words are told
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        answer = {"error": (lines[-1] if lines else type(error).__name__).replace(request["file"], "it")}
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    os._exit(0)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[2]))
    main(Path(sys.argv[1]))
