"""A person's own network as the singer's voice: it sings, it is known by what is in it, and another file is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from test_speaker import song

from instruments.voice.engines.hibari import found
from render.catalogue import catalogue
from render.cli import main
from render.inputs import Fingerprints
from render.parts import Parts, slice_of
from render.store.folder import Store
from render.writers.manifest import read_manifest
from scores.compose import compose
from scores.reading.read import read_score
from scores.score import Score

PACKAGE = found()
assert PACKAGE is not None
NETWORK = PACKAGE.read_bytes()
# The same network with some of its weights 0.
OTHER = NETWORK[:4_000_000] + bytes(4_000) + NETWORK[4_004_000:]


def with_voice(folder: Path, network: bytes, singer: str = "voice: mine.onnx") -> Path:
    (folder / "mine.onnx").write_bytes(network)
    return song(folder, ("title: Four Words", f"title: Four Words\nsinger: {{{singer}}}"))


def read(path: Path) -> Score:
    return read_score(path, catalogue()).score


def sound(score: Score) -> np.ndarray:
    part = score.parts["voice"].voice
    return part.play(part.heard(compose(score).notes["voice"]), 24_000, 60_000)


def key(score: Score, store: Path) -> str | None:
    """What the store would know the voice's stem by."""
    alone, its_own = slice_of(score, compose(score), "voice")
    fingerprints = Fingerprints.taken(file.path for file in score.files)
    return Parts(24_000, 60_000, store, Store(store), fingerprints).key(alone, its_own, "voice")


def test_a_copy_of_the_packages_network_is_the_same_voice_and_another_network_is_another(tmp_path: Path) -> None:
    plain, copy = sound(read(song(tmp_path))), sound(read(with_voice(tmp_path, NETWORK)))
    assert plain.any() and np.array_equal(plain, copy)
    assert not np.array_equal(plain, sound(read(with_voice(tmp_path, OTHER))))


def test_the_store_knows_a_voice_by_what_is_in_its_file(tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    copies = {key(read(with_voice(folder, NETWORK)), tmp_path / "store") for folder in (tmp_path, elsewhere)}
    assert len(copies) == 1 and None not in copies
    assert key(read(with_voice(tmp_path, OTHER)), tmp_path / "store") not in copies


def test_the_manifest_names_the_file_and_its_fingerprint_and_no_path_of_this_machine(tmp_path: Path) -> None:
    assert main([str(with_voice(tmp_path, NETWORK)), "--out", str(tmp_path), "--for", "lyrics"]) == 0
    manifest = read_manifest(tmp_path / "song")
    assert manifest.voice is not None
    assert (manifest.voice.engine, manifest.voice.file) == ("hibari", "mine.onnx")
    assert {each.file: each.sha256 for each in manifest.inputs} == {"mine.onnx": hashlib.sha256(NETWORK).hexdigest()}
    assert str(tmp_path) not in (tmp_path / "song" / "manifest.json").read_text()


@pytest.mark.parametrize(("network", "singer", "told"), [
    (b"no network", "voice: mine.onnx", "2:17: this voice cannot be used: mine.onnx is no network of hibari-tts"),
    (NETWORK.replace(b"speed", b"speex"), "voice: mine.onnx",
     "2:17: this voice cannot be used: mine.onnx does not answer as a network of hibari-tts does"),
    (NETWORK, "voice: min.onnx", "2:17: there is no such file: min.onnx"),
    (NETWORK, "voice: song.yaml", "2:17: this is the wrong kind of file: song.yaml"),
    (NETWORK, "engine: espeak, voice: mine.onnx", "espeak sings with no network"),
])
def test_a_file_that_cannot_sing_is_refused_at_its_place(
        network: bytes, singer: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(with_voice(tmp_path, network, singer)), "--check"]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert told in error and ("min.onnx" not in singer or "mine.onnx?" in error)


def test_a_patch_has_no_voice_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patched = song(tmp_path, ("{instrument: guide_vocal}", "{instrument: guide_vocal, patch: {network: mine.onnx}}"))
    assert main([str(patched), "--check"]) == 2
    assert "the whole song has one voice from a file" in capsys.readouterr().err
