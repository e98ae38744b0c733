"""``plugin_worker.py FOLDER PARENT``: reads one request to one plug-in from a folder and writes the answer into it.

The process ends without unloading the plug-in, because some crash on that.
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
from numpy.typing import NDArray
from pedalboard import VST3Plugin, _pedalboard

# Option of Linux's prctl(2) that sets the signal sent on the death of the parent.
PR_SET_PDEATHSIG = 1
# Time between two looks for the parent [s].
WATCH_SECONDS = 0.5
# Buffer of an effect [frames].
BUFFER_FRAMES = 8192
# Errors that pedalboard raises.
FAULTS = (ImportError, OSError, ValueError, TypeError, AttributeError, RuntimeError)
# Buffer of an instrument [frames]: many plug-ins change the pitch bend only at the start of a buffer.
NOTE_BUFFER_FRAMES = 128
# Ignored parameters: those of MIDI controllers. Some frameworks declare two thousand, and pedalboard requests a
# thousand texts of each.
_pedalboard.PARAMETER_NAME_REGEXES_TO_IGNORE.add(re.compile(r"MIDI Ch\. \d+ CC "))


def load(request: Mapping[str, Any]) -> Any:
    """Load the plug-in of a request, with its preset and its parameters."""
    plugin: Any = VST3Plugin(request["file"], plugin_name=request["plugin_name"], initialization_timeout=30.0)
    if request["preset"]:
        plugin.load_preset(request["preset"])
    for name, value in request["parameters"].items():
        setattr(plugin, name, value)
    return plugin


def described(plugin: Any) -> dict[str, Any]:
    """Return the fields of ``plugin_host.Description``."""
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
    """Seed the C library's ``rand``, which some plug-ins use; on Windows each library has its own."""
    if os.name == "posix":
        ctypes.CDLL(None).srand(1)


def played(plugin: Any, request: Mapping[str, Any]) -> NDArray[np.float32]:
    """Play the MIDI messages of a request, shape (2, frames), without the latency that the plug-in reports.

    The output of a mono instrument is copied to both channels.
    """
    rate, frames = request["rate"], request["frames"]
    late = int(plugin.reported_latency_samples)
    # at the nearest frame plus a quarter, so that no later rounding moves an event to the frame before
    events = [(bytes.fromhex(message), (round(seconds * rate) + 0.25) / rate) for seconds, message in request["events"]]
    try:
        made = plugin(events, (frames + late) / rate, rate, num_channels=2, buffer_size=NOTE_BUFFER_FRAMES, reset=True)
    except ValueError:
        made = plugin(events, (frames + late) / rate, rate, num_channels=1, buffer_size=NOTE_BUFFER_FRAMES, reset=True)
    return whole(np.atleast_2d(made)[:, late:], 2, frames)


def processed(plugin: Any, request: Mapping[str, Any], audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Process a sound by an effect; a mono effect processes each channel by itself, from its initial state."""
    channels, frames = audio.shape
    if frames == 0:
        return audio
    room = np.zeros((channels, max(frames, 2 * channels)), np.float32)  # pedalboard takes the longer axis for time
    room[:, :frames] = audio
    try:
        made = plugin.process(room, request["rate"], buffer_size=BUFFER_FRAMES, reset=True)
    except ValueError:
        if channels == 1:
            raise
        made = np.concatenate([load(request).process(room[i:i + 1], request["rate"], buffer_size=BUFFER_FRAMES,
                                                     reset=True) for i in range(channels)])
    return whole(made, channels, frames)


def whole(made: NDArray[np.float32], channels: int, frames: int) -> NDArray[np.float32]:
    """Return a sound with the given shape; missing frames at its end are silent."""
    out = np.zeros((channels, frames), np.float32)
    out[:, :min(made.shape[1], frames)] = np.broadcast_to(made, (channels, made.shape[1]))[:, :frames]
    return out


def end_with_parent(parent: int) -> None:
    """End this process when its parent ends, whatever the cause."""
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
    """Process ``request.json``."""
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
    except FAULTS as error:  # any other error ends the process, and the host reports its last message
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        answer = {"error": (lines[-1] if lines else type(error).__name__).replace(request["file"], "it")}
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    os._exit(0)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[2]))
    main(Path(sys.argv[1]))
