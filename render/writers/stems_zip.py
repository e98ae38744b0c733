"""``<basename>_stems.zip``: the stems, wet and dry, as a studio expects a multitrack.

Names follow the Recording Academy's Producers & Engineers Wing (2013), "Recommendations for Delivery of Recorded Music
Projects": song, number, part, rate, depth. Levels are those of the stems: summed at 0 dB they are the premaster, which
a text file in the archive says, with the tempo, the key and the loudness of each file.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator

from render.audio.archive import add_file, add_text
from render.rendering import Rendering, StemFile

ORDER = 10
TARGET = "zip"


def write(rendering: Rendering) -> None:
    """Write the archive."""
    with zipfile.ZipFile(rendering.folder / f"{rendering.basename}_stems.zip", "w") as archive:
        add_text(archive, "README.txt", "\r\n".join([*_notes(rendering), ""]).encode())
        for kind, stems in (("wet", rendering.stems), ("dry", rendering.stems_dry)):
            for stem in stems:
                add_file(archive, f"{kind}/{_name(rendering, stem)}", stem.path)


def _name(rendering: Rendering, stem: StemFile) -> str:
    return f"{rendering.name}_{stem.path.stem}_{rendering.rate / 1000:g}k_24b.wav"


def _notes(rendering: Rendering) -> Iterator[str]:
    score = rendering.score
    yield " ".join(score.title.split())
    yield f"{score.bpm:g} BPM at the start, {score.key}, {score.meter}; all files begin at bar 1 and are " \
          f"{rendering.frames} samples long at {rendering.rate} Hz, 24 bit, stereo."
    yield "wet: with effects, pan and level; all at 0 dB sum to the premaster. dry: without glitches, if there are " \
          "any; each at the levels of its wet stem."
    yield ""
    for stem in rendering.stems:
        loudness = f"{stem.lufs:.1f} LUFS, peak {stem.peak_db:.1f} dBFS" if math.isfinite(stem.lufs) else "silent"
        yield f"{_name(rendering, stem)}: {loudness}"
