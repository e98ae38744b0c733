"""Promises of the singer as a person meets her: which engine sings, what is written of it, and what is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from instruments.voice import engines as _vocal_engines
from instruments.voice.engines import source
from instruments.voice.source import request_of
from render.catalogue import catalogue
from render.cli import main
from render.speaker import speaks, sung_lines
from render.writers.manifest import read_manifest
from scores.compose import compose
from scores.performance import sung_phrases
from scores.reading.read import read_score

ROOT = Path(__file__).parent.parent
SONG = """\
title: Four Words
tempo: 100
key: A minor
parts:
  voice: {instrument: guide_vocal}
sections:
  - name: A
    bars: 2
    play: {voice: sung}
    lyrics: |
      the soft in softmax
"""


def song(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SONG
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "song.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def forget() -> None:
    for known in (_vocal_engines._hibari, _vocal_engines._espeak):
        known.cache_clear()


@pytest.fixture
def no_hibari(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(_vocal_engines, "found", lambda: None)
    forget()
    yield
    forget()


@pytest.fixture
def no_engine(no_hibari: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_vocal_engines, "find_spec", lambda name: None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a song and its demo, sung by espeak-ng."""
    folder = tmp_path_factory.mktemp("speaker")
    assert main([str(song(folder)), "--out", str(folder), "--voice", "espeak", "--jobs", "2"]) == 0
    return folder / "song"


def test_the_manifest_names_the_engine_and_its_version(demo: Path) -> None:
    voice, engine = read_manifest(demo).voice, source("espeak")
    assert voice is not None and engine is not None
    assert (voice.engine, voice.version) == ("espeak-ng", engine.version)


def test_the_same_song_is_the_same_bytes_in_another_process_with_one_job(demo: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "render", str(song(tmp_path)), "--out", str(tmp_path), "--voice", "espeak",
                    "--jobs", "1"], cwd=ROOT, check=True, capture_output=True)
    ours, theirs = ({path.name: path.read_bytes() for path in sorted((folder / "stems").iterdir())}
                    for folder in (demo, tmp_path / "song"))
    assert ours == theirs


def test_a_demo_that_another_engine_sang_is_not_replaced_without_a_warning(
        demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = source("espeak")
    assert engine is not None
    (older := tmp_path / "song").mkdir()
    manifest = json.loads((demo / "manifest.json").read_text())
    (older / "manifest.json").write_text(json.dumps(manifest | {"voice": {"engine": "hibari", "version": "0.2.1"}}))
    arguments = [str(song(tmp_path)), "--out", str(tmp_path), "--voice", "espeak"]
    warning = f"was sung by hibari 0.2.1; now the singer is espeak-ng {engine.version}"
    assert main(arguments) == 0
    assert warning in " ".join(capsys.readouterr().out.split())
    assert main(arguments) == 0  # the demo is now one of the same engine
    assert "was sung by" not in capsys.readouterr().out


@pytest.mark.parametrize("change", [("guide_vocal}", "hum}"), ("title: Four Words", "title: X\nsinger: {engine: hum}")])
def test_where_nobody_has_words_no_engine_is_named_and_nothing_is_told(
        change: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(song(tmp_path, change)), "--out", str(tmp_path)]) == 0
    assert read_manifest(tmp_path / "song").voice is None
    told = capsys.readouterr().out
    assert "guide" not in told and "hums" not in told


def test_without_any_engine_the_stem_is_the_hum_and_the_run_says_so(
        no_engine: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(song(tmp_path)), "--out", str(tmp_path)]) == 0
    assert "so the voice hums. To hear the words: pip install espeakng-loader" in capsys.readouterr().out
    assert read_manifest(tmp_path / "song").voice is None
    assert soundfile.read(tmp_path / "song" / "stems" / "01_voice.wav")[0].any()


def test_a_missing_engine_is_told_where_it_was_asked_for(
        no_hibari: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(song(tmp_path)), "--check", "--voice", "hibari"]) == 2
    assert "--voice: hibari is not on this machine; " in capsys.readouterr().err
    assert main([str(song(tmp_path, ("key: A minor", "key: A minor\nsinger: {engine: hibari}"))), "--check"]) == 2
    told = capsys.readouterr().err
    assert "song.yaml:4:18: hibari is not on this machine; " in told and "pip install hibari-tts" in told


def test_without_hibari_espeak_speaks(no_hibari: None) -> None:
    engine = source("auto")
    assert engine is not None and engine.name == "espeak-ng"


@pytest.mark.parametrize("engine", ["auto", "espeak"])
def test_a_word_that_nobody_knows_is_said_as_it_was_guessed(engine: str, tmp_path: Path) -> None:
    strange = song(tmp_path, ("the soft in softmax", "the soft\n      in phthmxyz"))
    assert main([str(strange), "--out", str(tmp_path), "--voice", engine]) == 0
    assert read_manifest(tmp_path / "song").voice is not None


def test_a_dead_engine_is_told_at_the_line_with_the_others_there_are(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    engine = source("espeak")
    assert engine is not None
    job = {**engine.job(), "data": os.devnull}
    monkeypatch.setattr(engine, "job", lambda: job)
    assert main([str(song(tmp_path)), "--out", str(tmp_path), "--voice", "espeak"]) == 2
    told = capsys.readouterr().err
    assert "song.yaml:11:7: this line cannot be spoken: espeak stopped while it said this; its last words: " in told
    assert "hibari or hum" in told
    forget()


def test_the_plan_is_made_without_an_engine_that_speaks(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is begun for the plan; the demo of the same song begins at least one."""
    begun, begin = list[object](), subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> Any:
        begun.append(arguments)
        return begin(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", noted)
    forget()
    assert main([str(song(tmp_path)), "--check", "--voice", "espeak"]) == 0
    assert "voice sung" in capsys.readouterr().out.replace("\u00a0", " ")
    assert not begun
    assert main([str(song(tmp_path)), "--out", str(tmp_path), "--voice", "espeak"]) == 0
    assert begun


@pytest.mark.parametrize("name", ["softmax", "waltz", "barcarolle"])
def test_what_is_said_while_the_song_is_composed_is_what_its_singers_then_say(name: str) -> None:
    score = read_score(ROOT / "scores" / f"{name}.yaml", catalogue()).score
    notes = compose(score).notes
    sung = [phrase for part, row in score.parts.items() if speaks(row) for phrase in sung_phrases(notes[part])]
    begun = [line for lines in sung_lines(score).values() for line in lines]
    assert {request_of(line.utterances) for line in begun} == {request_of(phrase.utterances) for phrase in sung}
    assert sung and all(phrase.utterances == phrase.line.utterances for phrase in sung)
