"""``audio/``: the mix as FLAC, MP3 and Opus, tagged: title, artist, lyrics with their times, tempo, key, ISRC, cover.

The tags are those of Vorbis comments (Xiph.Org, 2013) and ID3v2.4 (Nilsson, 2000). Words with their times are in
``SYNCEDLYRICS`` and in the ID3 frame ``SYLT``. The cover is the overview on a square.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, SYLT, TBPM, TIT2, TKEY, TPE1, TSRC, USLT, Encoding, PictureType
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from PIL import Image

from render.audio.samples import FULL_SCALE, Stereo
from render.rendering import Rendering
from render.writers.audio_for_suno import whole_song
from render.writers.captions import lrc
from render.writers.lyrics import timed_lines
from render.writers.overview import PAPER, draw

ORDER = 10
TARGET = "audio"

# Edge of the cover [pixels].
COVER = 1000
# Rate that Opus files are encoded at [Hz].
OPUS_RATE = 48000
# Block given to an encoder at a time [frames]: libsndfile 1.2.2 crashes on a long Ogg in one call.
BLOCK = 1 << 15
# Serial number of an Ogg stream, which libsndfile draws from the clock.
SERIAL = 1
# Values of SYLT: milliseconds, lyrics.
MILLISECONDS, LYRICS = 2, 1


def write(rendering: Rendering) -> None:
    """Write the three files, each in a thread of its own where one is idle."""
    folder = rendering.folder / "audio"
    folder.mkdir(exist_ok=True)
    cover = _cover(rendering)
    tasks = [partial(kind, rendering, folder / f"{rendering.basename}{suffix}", cover)
             for kind, suffix in ((_flac, ".flac"), (_mp3, ".mp3"), (_opus, ".opus"))]
    list(rendering.run(lambda task: task(), tasks))


def _cover(rendering: Rendering) -> bytes:
    """Return a square PNG: the overview, with paper above and below."""
    picture = Image.fromarray(draw(rendering).pixels).convert("RGB")
    picture.thumbnail((COVER, COVER))
    square = Image.new("RGB", (COVER, COVER), PAPER)
    square.paste(picture, ((COVER - picture.width) // 2, (COVER - picture.height) // 2))
    stream = io.BytesIO()
    square.save(stream, "PNG")
    return stream.getvalue()


def _comments(rendering: Rendering) -> Iterator[tuple[str, str]]:
    """Yield the tags of Vorbis comments."""
    score = rendering.score
    yield "TITLE", score.title
    if score.artist:
        yield "ARTIST", score.artist
    yield "BPM", f"{score.bpm:g}"
    yield "INITIALKEY", score.key.short
    if score.isrc:
        yield "ISRC", score.isrc
    if lines := timed_lines(rendering.performance):
        yield "LYRICS", _lyrics(rendering)
        yield "SYNCEDLYRICS", lrc(score.title, rendering.frames / rendering.rate, lines)


def _lyrics(rendering: Rendering) -> str:
    """Return the words, a line each, with an empty line between sections."""
    return "\n\n".join("\n".join(line.text for line in section.lyrics) for section in rendering.score.sections
                       if section.lyrics)


def _flac(rendering: Rendering, path: Path, cover: bytes) -> None:
    """Write 24 bits, exactly the samples of the mix."""
    with soundfile.SoundFile(path, "w", rendering.rate, 2, "PCM_24", format="FLAC") as file:
        for block in _blocks(rendering.master):
            # 24 bits at the top of 32: libsndfile would scale floats by 2²³ − 1.
            file.write(np.rint(block * np.float32(FULL_SCALE)).astype(np.int32) << 8)
    tags = FLAC(path)
    for name, text in _comments(rendering):
        tags[name] = text
    tags.add_picture(_picture(cover))
    tags.save()


def _opus(rendering: Rendering, path: Path, cover: bytes) -> None:
    sound = rendering.master if rendering.rate == OPUS_RATE else soxr.resample(
        rendering.master.T, rendering.rate, OPUS_RATE).T
    with soundfile.SoundFile(path, "w", OPUS_RATE, 2, "OPUS", format="OGG") as file:
        for block in _blocks(sound):
            file.write(block)
    tags = OggOpus(path)
    for name, text in _comments(rendering):
        tags[name] = text
    tags["METADATA_BLOCK_PICTURE"] = base64.b64encode(_picture(cover).write()).decode()
    tags.save()
    _renumber(path)


def _renumber(path: Path) -> None:
    """Give every page of an Ogg stream the same serial number, so that the bytes repeat."""
    source, target = io.BytesIO(path.read_bytes()), io.BytesIO()
    size = source.getbuffer().nbytes
    while source.tell() < size:
        page = OggPage(source)
        page.serial = SERIAL
        target.write(page.write())
    path.write_bytes(target.getvalue())


def _mp3(rendering: Rendering, path: Path, cover: bytes) -> None:
    path.write_bytes(whole_song(rendering))
    score = rendering.score
    tags = ID3()
    tags.add(TIT2(Encoding.UTF8, [score.title]))
    tags.add(TBPM(Encoding.UTF8, [f"{score.bpm:.0f}"]))
    tags.add(TKEY(Encoding.UTF8, [score.key.short[:3]]))
    if score.artist:
        tags.add(TPE1(Encoding.UTF8, [score.artist]))
    if score.isrc:
        tags.add(TSRC(Encoding.UTF8, [score.isrc]))
    tags.add(APIC(Encoding.LATIN1, "image/png", PictureType.COVER_FRONT, "", cover))
    if lines := timed_lines(rendering.performance):
        tags.add(USLT(Encoding.UTF8, "und", "", _lyrics(rendering)))
        timed = [(line.text + "\n", round(1000 * line.start_seconds)) for line in lines]
        tags.add(SYLT(Encoding.UTF8, "und", MILLISECONDS, LYRICS, "", timed))
    tags.save(path)


def _picture(cover: bytes) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.data = PictureType.COVER_FRONT, "image/png", cover
    picture.width = picture.height = COVER
    picture.depth = 24
    return picture


def _blocks(audio: Stereo) -> Iterator[Stereo]:
    """Yield a sound in blocks, shape (frames, 2)."""
    for start in range(0, audio.shape[1], BLOCK):
        yield np.ascontiguousarray(audio[:, start:start + BLOCK].T)
