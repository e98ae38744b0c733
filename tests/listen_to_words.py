"""A pair of ears that knows English: one line as audio, twenty as text, and which of them it is.

Run by ``check_voice.py`` as a program of its own with a time limit, for pocketsphinx may crash or hang on what it does
not like. In: one JSON object ``{audio, dictionary, lines, choices, cpu_seconds}``, the audio raw 16-bit mono at 16
kHz, the first line the right one, and of the lines so many to choose among; after so many seconds of CPU time it ends,
where the system knows such a limit. Out, as JSON lines: ``["aligned", n, score or null]`` for each line, then
``["heard", text or null]``.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

from pocketsphinx import Decoder, get_model_path


def main() -> None:
    """Align every line with the audio, then let the recogniser choose among them."""
    job = json.load(sys.stdin)
    if find_spec("resource"):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_seconds"], job["cpu_seconds"]))
    audio = Path(job["audio"]).read_bytes()
    decoder = Decoder(hmm=str(Path(get_model_path()) / "en-us" / "en-us"), dict=job["dictionary"], loglevel="FATAL",
                      beam=1e-80, wbeam=1e-60, pbeam=1e-80, compallsen=True)  # scores that may be compared

    def hear() -> tuple[str, float] | None:
        decoder.start_utt()
        decoder.process_raw(audio, full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        return (found.hypstr, found.score) if found else None

    for number, line in enumerate(job["lines"]):
        try:
            decoder.set_align_text(line)
            found = hear()
        except RuntimeError:
            found = None  # it could not be laid onto the audio at all
        whole = found is not None and found[0] == line  # it also scores a path that ends in the middle of a line
        print(json.dumps(["aligned", number, found[1] if found and whole else None]), flush=True)
    grammar = "#JSGF V1.0;\ngrammar lines;\npublic <line> = " + " | ".join(job["lines"][:job["choices"]]) + ";\n"
    decoder.add_jsgf_string("lines", grammar)
    decoder.activate_search("lines")
    found = hear()
    print(json.dumps(["heard", found[0] if found else None]), flush=True)


if __name__ == "__main__":
    main()
