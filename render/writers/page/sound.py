"""The sound of a page: the mix as an MP3 that streams, the stems as MP3 in scripts that a page from disk may load.

A page from disk may not read a file, so a stem is base64 in a script. It is encoded where it sounds, a piece for each
sounding span: between spans there is digital silence, so a piece may begin and end there, and what does not sound costs
neither time nor bytes nor the listener's memory. The Info tag makes each piece decode to its exact length without
delay, so a piece that is started at its second is in its place to the sample.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr

from render.audio.mp3 import BITRATES_KBPS, encode
from render.audio.samples import Span, merged, sounding
from render.meters.loudness import block_energy
from render.rendering import Rendering, StemFile
from render.store.entry import DamagedError
from render.store.key import Described
from render.store.surroundings import surroundings

# Bytes that a page may have for a second of its song: 38 MB for six minutes, which leaves 2 MB for all but its sound.
BYTES_PER_SECOND = 38_000_000 / 360
# Bit rate of the mix [kb/s].
MIX_KBPS = 160
# Rate of the stems [Hz]: a listener's memory and the time to encode are two thirds of those at 48 kHz.
STEM_RATE = 32000
# Highest bit rate of the stems [kb/s]: at their rate more is hardly heard.
MOST_KBPS = 96
# Silence inside a piece that costs less than another piece [s].
JOIN_SECONDS = 1.0
# Energy of a block of 100 ms that is heard [full scale² = 1]: −70 LUFS.
QUIETEST_ENERGY = 1e-7
# A script of base64 has four characters for three bytes.
BASE64 = 4 / 3


@dataclass(frozen=True)
class Piece:
    """A stretch of a stem that sounds: its frames in the song, and those of its resampled sound."""

    span: Span
    start_seconds: float


def pieces(stem: StemFile, rate: int, frames: int) -> list[Piece]:
    """Return where a stem sounds. A piece begins on a frame that both rates have, so its start is exact.

    Parameters
    ----------
    stem
        The stem; its envelope says where it sounds.
    rate, frames
        Of its file.
    """
    grid = rate // np.gcd(rate, STEM_RATE)
    gap = round(JOIN_SECONDS * rate)
    joined = merged((start, stop + gap) for start, stop in sounding(stem.envelope, frames))
    spans = [Span(int(start // grid * grid), min(stop - gap, frames)) for start, stop in joined]
    return [Piece(span, span.start / rate) for span in spans]


def stem_kbps(stems: Sequence[StemFile], rate: int, frames: int) -> int:
    """Return the bit rate for stems [kb/s]: the highest, up to ``MOST_KBPS``, with which the page keeps its size."""
    seconds = frames / rate
    sounds = sum(piece.span.stop - piece.span.start for stem in stems for piece in pieces(stem, rate, frames)) / rate
    room = BYTES_PER_SECOND * seconds - MIX_KBPS * 125 * seconds
    fitting = [kbps for kbps in BITRATES_KBPS[1:] if kbps <= MOST_KBPS and kbps * 125 * BASE64 * sounds <= room]
    return max(fitting, default=BITRATES_KBPS[1])


def write_mix(rendering: Rendering, path: Path) -> None:
    """Write the mastered mix as an MP3, as loud as it is, or as far as full scale allows."""
    peak = float(np.abs(rendering.master).max())
    gain = min(10 ** (_lost_db(MIX_KBPS) / 20), 1 / max(peak, 1e-9))
    path.write_bytes(encode(rendering.master * np.float32(gain), rendering.rate, MIX_KBPS))


def write_stem(rendering: Rendering, number: int, path: Path, kbps: int) -> None:
    """Write a stem as a script that calls ``stem(number, [[seconds, base64], …])``."""
    path.write_text(f"stem({number}, {_kept(rendering, rendering.stems[number], kbps)});\n", encoding="ascii",
                    newline="\n")


def _kept(rendering: Rendering, stem: StemFile, kbps: int) -> str:
    """Return the pieces of a stem as JSON, from the store where it has them: to encode them takes longest of all."""
    store, around = rendering.store, surroundings()
    if store is None or around is None:
        return _encoded(rendering, stem, kbps)
    key = Described({}).digest(__name__, around, rendering.rate, rendering.frames, stem.sha256, kbps)
    if entry := store.find(key):
        try:
            held = np.empty(entry.blobs["pieces"][1], np.uint8)
            entry.read("pieces", [held])
            return held.tobytes().decode("ascii")
        except (DamagedError, KeyError):
            store.forget(key)
        finally:
            entry.close()
    text = _encoded(rendering, stem, kbps)
    if around == surroundings() and (entry := store.keep(
            key, {}, {"pieces": [np.frombuffer(text.encode("ascii"), np.uint8)]})):
        entry.close()
    return text


def _encoded(rendering: Rendering, stem: StemFile, kbps: int) -> str:
    """Return the pieces of a stem, encoded, as JSON: a list of second and base64."""
    found = []
    with soundfile.SoundFile(stem.path) as file:
        for piece in pieces(stem, rendering.rate, rendering.frames):
            file.seek(piece.span.start)
            heard = file.read(piece.span.stop - piece.span.start, dtype="float32", always_2d=True)
            sound = np.ascontiguousarray(soxr.resample(heard, rendering.rate, STEM_RATE).T)
            found.append([round(piece.start_seconds, 6),
                          base64.b64encode(encode(sound, STEM_RATE, kbps)).decode("ascii")])
    return json.dumps(found, separators=(",", ":"))


def stems_gain_db(rendering: Rendering, kbps: int) -> float:
    """Return the gain [dB] at which the encoded stems together are as loud as the master; 0 where either is silent.

    The master's limiter is at rest most of the time, so the usual ratio of master and sum is the master's gain.
    """
    with soundfile.SoundFile(rendering.premaster_path) as file:
        bus = np.ascontiguousarray(file.read(dtype="int32", always_2d=True).T >> 8)
    before, after = block_energy(bus, rendering.rate), rendering.master_energy
    heard = (before > QUIETEST_ENERGY) & (after > QUIETEST_ENERGY)
    if not heard.any():
        return 0.0
    return float(10 * np.log10(np.median(after[heard] / before[heard]))) + _lost_db(kbps)


@cache
def _lost_db(kbps: int) -> float:
    """Return by how much LAME makes a sound softer [dB], measured on a tone: 0.45 at 160 kb/s and below, 0 at 320."""
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(STEM_RATE // 2) / STEM_RATE)
    encoded, _ = soundfile.read(io.BytesIO(encode(np.ascontiguousarray([tone, tone], np.float32), STEM_RATE, kbps)))
    middle = slice(STEM_RATE // 8, 3 * STEM_RATE // 8)
    return float(20 * np.log10(np.std(tone[middle]) / np.std(encoded[middle, 0])))
