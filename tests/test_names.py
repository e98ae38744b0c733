"""Names with accents, emoji and as many letters as the format allows survive in every file, or are told."""

from __future__ import annotations

import json
import re
import warnings
import zipfile
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from xml.etree import ElementTree as Xml

import mido
import mutagen
import pytest
import soundfile
from PIL import Image
from renderings import note, rendering, song, utterance
from ruamel.yaml import YAML

from render.rendering import Rendering
from render.writers import writers
from render.writers.midi import fold

TITLES = {
    "accents": "Ünïcødé — «Ça & <là>»; Ærø, łódź, 100 % \"x\" 'y'",
    "emoji": "🎸👩‍🎤 Söng {a} [b] | \\ / `c` 東京",
    "longest": "é" * 100,
}
# Writers that draw or encode sound: what they cost is paid once.
SLOW = {"overview", "page", "tagged_audio", "lead_sheet", "one_sheet", "audio_for_suno", "uploads"}
# Files that hold no title.
UNTITLED = ("choices.jsonl", "*.rpp", "lyrics/lyrics.srt", "prompts/ace_step.json", "prompts/one_text.txt", "stems/*",
            "*_mix.wav", "*_premaster.wav", "page/*", "suno/*.mp3", "suno/lyrics.txt", "suno/style.txt", "*.png",
            "*.pdf")


def _zip(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        name = next(name for name in archive.namelist() if name in ("metadata.xml", "README.txt"))
        data = archive.read(name)
    return "".join(Xml.fromstring(data).itertext()) if name.endswith("xml") else data.decode()


def _sound(path: Path) -> str:
    assert soundfile.info(path).frames
    if path.suffix == ".wav":
        return path.read_bytes().decode(errors="replace")
    found = mutagen.File(path)
    tags = found.tags or {}
    return " ".join(map(str, tags.values() if path.suffix == ".mp3" else [tag for _, tag in tags]))


def _picture(path: Path) -> str:
    with Image.open(path) as picture:
        picture.load()
    return ""


def _page(path: Path) -> str:
    head = re.search(r"<title>(.*?)</title>", path.read_text("utf-8"), re.DOTALL)
    assert head
    return Xml.fromstring(f"<a>{head[1]}</a>").text or ""


READERS: dict[str, Callable[[Path], str]] = {
    ".mid": lambda path: " ".join(track.name for track in mido.MidiFile(path).tracks),
    ".musicxml": lambda path: Xml.parse(path).getroot().findtext("work/work-title", ""),
    ".ustx": lambda path: str(YAML(typ="safe").load(path.read_text("utf-8"))["name"]),
    ".json": lambda path: str(json.loads(path.read_text("utf-8")).get("title")),
    ".jsonl": lambda path: str([json.loads(line) for line in path.read_text("utf-8").splitlines()]),
    ".dawproject": _zip, ".zip": _zip, ".html": _page, ".png": _picture,
    **dict.fromkeys((".wav", ".flac", ".mp3", ".opus"), _sound),
}


def written(title: str, folder: Path) -> Rendering:
    """A rendering of four seconds whose title, artist, section, cue and words are of the same kind."""
    name = title[:40].strip()
    score = song(title=title, artist=title, sections=[
        {"name": name, "bars": 1, "cue": title, "play": {"guitar": "strum"}},
        {"name": "Verse", "bars": 1, "lyrics": "la", "play": {"guitar": "strum", "voice": "sung"}}])
    word = title.split()[0][:20]
    notes = {"voice": [note(score, 4, 1, 62, utterance=utterance(word, word, last=True, line=1))],
             "guitar": [note(score, 0, 2, 48)]}
    return rendering(folder, score, notes)


@pytest.mark.parametrize(("title", "is_all"), [
    *((title, False) for title in TITLES),
    *(pytest.param(title, True, marks=pytest.mark.whole_song) for title in TITLES)])
def test_names_survive_in_every_file_or_are_told(title: str, is_all: bool, tmp_path: Path) -> None:
    name = TITLES[title]
    made = written(name, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for writer in writers():
            if is_all or writer.__name__.rpartition(".")[2] not in SLOW:
                writer.write(made)
    for path in sorted(file for file in tmp_path.rglob("*") if file.is_file()):
        text = READERS.get(path.suffix, lambda path: "" if path.suffix == ".pdf" else path.read_text("utf-8"))(path)
        place = path.relative_to(tmp_path).as_posix()
        if any(fnmatch(place, pattern) for pattern in UNTITLED):
            continue
        expected = fold(name) if path.suffix == ".mid" else name
        if path.suffix == ".cho":  # where braces and brackets have a meaning
            expected = re.sub(r"[{}\s]+", " ", expected)
        assert expected in text, place
    told = " ".join(made.notices)
    assert ("MIDI" in told) == ("?" in fold(name))
    if is_all and title == "emoji":
        for file in ("overview.png", "score/lead_sheet.pdf", "score/one_sheet.pdf"):
            assert re.search(rf"{file}: its fonts? ha\w+ no [^;]*🎸", told), file
