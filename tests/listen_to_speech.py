"""A pair of ears that knows no text: what Whisper hears, and how good DNSMOS finds it.

Run by ``check_voice.py`` as a program of its own with a time limit. In: one JSON object ``{audio, model,
cpu_seconds}``, the audio a list of files, raw float32 mono at 16 kHz; the model a folder with a Whisper model for
faster-whisper, or null. Out, a JSON object a file: ``{text, overall}``, null for what nothing is installed for.
Nothing is ever downloaded.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec

import numpy as np


def main() -> None:
    """Hear every file."""
    job = json.load(sys.stdin)
    if find_spec("resource"):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_seconds"], job["cpu_seconds"]))
    whisper = mos = None
    if job["model"]:
        from faster_whisper import WhisperModel

        whisper = WhisperModel(job["model"], device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    if find_spec("speechmos"):
        from speechmos import dnsmos as mos
    for name in job["audio"]:
        audio = np.fromfile(name, np.float32)
        text = None
        if whisper:
            heard, _ = whisper.transcribe(audio, language="en", beam_size=5, temperature=0.0, without_timestamps=True,
                                          condition_on_previous_text=False)
            text = " ".join(part.text.strip() for part in heard)
        overall = float(mos.run(audio, 16000)["ovrl_mos"]) if mos else None
        print(json.dumps({"text": text, "overall": overall}), flush=True)


if __name__ == "__main__":
    main()
