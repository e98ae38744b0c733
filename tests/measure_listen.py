"""Measure how long it takes from saving a change of a song to hearing it, in a real browser: no test, a report.

    python tests/measure_listen.py scores/softmax.yaml [level pan …]

Each change is made to a copy of the score, with the playhead where it is heard, and taken back. Heard means that the
browser plays the new sound; what its sound card adds is not in it.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
# What is changed, what it becomes, and where it is heard [s].
CHANGES = [
    ("word", "your beautiful confusion\n      and calls", "your beautiful delusion\n      and calls", 86.0),
    ("word", "the gentle executioner", "the gentle gravedigger", 78.0),
    ("chord", "| Abmaj7 | Eb/G | Fm7 | Cm | Abmaj7 |", "| Abmaj7 | Gm7 | Fm7 | Cm | Abmaj7 |", 72.0),
    ("chord", "| Cm | Abmaj7 Eb/G | Bb | Cm |", "| Cm | Fm7 Eb/G | Bb | Cm |", 102.0),
    ("level", "    level: -3\n    glitch: 0.2", "    level: 0\n    glitch: 0.2", 110.0),
    ("level", "    level: 2\n    pan: -0.3", "    level: -4\n    pan: -0.3", 20.0),
    ("pan", "    pan: 0.55", "    pan: -0.55", 80.0),
    ("effect", "low_cut_hz: 70", "low_cut_hz: 400", 20.0),
    ("effect", "threshold_db: -24, ratio: 2.5", "threshold_db: -40, ratio: 8", 30.0),
    ("effect", "sends: {plate: -8.5}", "sends: {plate: -2}", 230.0),
    ("glitch", "glitch: 0.1 -> 0.3", "glitch: 0.6 -> 0.9", 120.0),
    ("glitch", "slice_beats: 1/16, level_end_db: 0}}\n", "slice_beats: 1/8, level_end_db: 0}}\n", 105.0),
    ("pan", "    pan: -0.3", "    pan: 0.3", 20.0),
    ("style", "guitar: fingerpick\n      voice: {style: wh", "guitar: strum\n      voice: {style: wh", 30.0),
    ("dynamics", "voice: {style: whispered, dynamics: f}", "voice: {style: whispered, dynamics: p}", 30.0),
    ("silence", "      guitar: fingerpick\n      voice: {style: whispered", "      voice: {style: whispered", 30.0),
    ("roll", "\nsections:\n", "\nreroll: {guitar: {Verse 1: 1}}\nsections:\n", 40.0),
    ("master", "\nsections:\n", "\nmaster: {loudness: -16}\nsections:\n", 40.0),
    ("tempo", "tempo: 68 ", "tempo: 72 ", 40.0),
    ("pan", "    instrument: data_noise\n", "    instrument: data_noise\n    pan: 0.5\n", 150.0),
]
EVENTS = """() => {
    window.told = [];
    const note = (name) => window.told.push([name, Date.now()]);
    const source = new EventSource("events");
    for (const name of ["state", "moment", "song", "faults"]) source.addEventListener(name, () => note(name));
    document.addEventListener("heard", () => note("heard"));
}"""


def measure(score: Path, only: Sequence[str] = ()) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        copy = Path(place) / score.name
        shutil.copy(score, copy)
        command = [sys.executable, "-m", "render", "listen", str(copy), "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            window = browser.new_page(bypass_csp=True)
            window.goto(process.stdout.readline().strip())
            window.wait_for_function("window.page && page.live && page.player.mix.element.duration > 0", timeout=600e3)
            window.evaluate(EVENTS)
            found: dict[str, list[float]] = {}
            for kind, old, new, seconds in (each for each in CHANGES if not only or each[0] in only):
                took = _change(window, copy, old, new, seconds, process.pid)
                found.setdefault(kind, []).append(took["heard"])
                print(f"{kind:8}", *(f"{name} {value:.2f}" for name, value in took.items()), flush=True)
            for kind, times in found.items():
                print(f"{kind:8} median {statistics.median(times):.2f} s, worst {max(times):.2f} s")
            every = [each for times in found.values() for each in times]
            print(f"all      median {statistics.median(every):.2f} s, worst {max(every):.2f} s, {len(every)} changes")
            browser.close()
            process.terminate()


def _change(window: Any, score: Path, old: str, new: str, seconds: float, process: int) -> dict[str, float]:
    """Return the times from a save to what is told of it, and what it cost the program until then [s]."""
    text = score.read_text(encoding="utf-8")
    assert old in text, old
    window.evaluate(f"page.player.seek({seconds}); page.player.play()")
    window.wait_for_timeout(500)
    window.evaluate("window.told = []")
    before, saved = _cpu_seconds(process), time.time()
    score.write_text(text.replace(old, new, 1), encoding="utf-8")
    window.wait_for_function("told.some(([name]) => name === 'heard')", timeout=300e3)
    spent = _cpu_seconds(process) - before
    told = window.evaluate("told")
    window.evaluate("window.told = []")
    score.write_text(text, encoding="utf-8")
    window.wait_for_function("told.some(([name]) => name === 'song')", timeout=300e3)
    window.wait_for_timeout(1500)
    first = dict(reversed(told))
    order = {"state": "noticed", "moment": "moment", "song": "song", "heard": "heard"}
    return {**{said: first[name] / 1000 - saved for name, said in order.items() if name in first},
            "load": os.getloadavg()[0], "cpu": spent}


def _cpu_seconds(process: int) -> float:
    """Return the time that a process and its ended children have computed [s]: on Linux."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    measure(Path(sys.argv[1]), sys.argv[2:])
