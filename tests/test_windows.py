"""What Windows does otherwise, as far as another system can show it.

Its file system is stood in for by one rule: a file that is open or mapped can be neither removed nor renamed, and no
folder above it renamed. It has no fork, tells no share of the cores, locks no folders and exchanges none.
"""

from __future__ import annotations

import ast
import errno
import os
import re
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from tiny import tiny

from render import cli, publish, unpublished
from render.writers.manifest import read_manifest

ROOT = Path(__file__).parent.parent
ROOMS = ("render", "instruments", "effects", "scores")
pytestmark = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to see open files")


def in_use() -> set[str]:
    """Every file that this process has open or mapped."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if stat.S_ISREG(descriptor.stat().st_mode):
                found.add(str(descriptor.readlink()))
    return found | set(re.findall(r"(/.*)$", Path("/proc/self/maps").read_text(), re.MULTILINE))


@pytest.fixture
def as_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(path: Any, *rest: Any, **options: Any) -> Any:
            whole = os.path.realpath(path)
            if any(used == whole or used.startswith(f"{whole}/") for used in in_use()):
                raise PermissionError(errno.EACCES, "The process cannot access the file", os.fspath(path))
            return real(path, *rest, **options)

        return call

    for name in ("unlink", "remove", "rename", "replace", "rmdir"):
        monkeypatch.setattr(os, name, guarded(name))
    monkeypatch.setattr(shutil, "_use_fd_functions", False)
    monkeypatch.setattr(unpublished, "_LOCKS_FOLDERS", False)
    monkeypatch.setattr(unpublished, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(publish, "exchange", lambda one, other: False)
    for name in ("fork", "sched_getaffinity", "getuid", "geteuid", "chown"):
        monkeypatch.delattr(os, name, raising=False)


def test_a_demo_takes_the_place_of_an_older_one_while_files_of_its_folder_were_open(
        as_windows: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for change in ((), (("seed: 3", "seed: 4"),)):
        score = tiny(tmp_path, *change)
        assert cli.main([str(score), "--out", str(tmp_path / "out")]) == 0, capsys.readouterr().err
        (tmp_path / "out" / "tiny" / "notes.txt").write_text("mine")
    made = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"manifest.json", "notes.txt", "overview.png"} <= made
    assert not [name for name in made if name.startswith(".")]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tiny"]
    assert not [name for name in read_manifest(tmp_path / "out" / "tiny").files if name.startswith(".")]


def test_a_folder_is_locked_by_the_file_that_its_render_has_open(as_windows: None, tmp_path: Path) -> None:
    """While it is open nobody sweeps the folder; killed, it is swept; ready to be renamed, it is young and left."""
    song = tmp_path / "song"
    with unpublished.held(song) as (folder, release):
        assert unpublished.left_behind(song) == []
        with pytest.raises(PermissionError):
            folder.rename(tmp_path / "other")
        release()
        assert unpublished.left_behind(song) == [] and not list(folder.iterdir())
        folder.rename(song)
    killed = unpublished.hidden(song, unpublished.PARTIAL)
    killed.mkdir()
    (killed / unpublished.HOLDER).touch()
    assert unpublished.left_behind(song) == [killed]


def test_one_render_at_a_time_publishes_and_a_killed_one_is_not_waited_for(as_windows: None, tmp_path: Path) -> None:
    lock = tmp_path / unpublished.PUBLISHER
    lock.touch()  # left by a killed render
    with unpublished.alone(tmp_path):
        assert unpublished._only_opener(lock) is None
    assert not lock.exists()


def test_a_file_of_the_demo_that_another_program_has_open_is_told_and_the_demo_stays(
        as_windows: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "song"
    for content in ("first", "second"):
        with publish.publishing(song) as folder:
            (folder / "manifest.json").write_text('{"mix": {}, "stems": [], "files": ["manifest.json", "mix.wav"]}')
            (folder / "mix.wav").write_text(content)
        if content == "first":
            open_ = (song / "mix.wav").open()  # by a player
            with pytest.raises(publish.OutputError, match="cannot access"), publish.publishing(song) as folder:
                (folder / "mix.wav").write_text("never")
            assert (song / "mix.wav").read_text() == "first"
            open_.close()
    assert (song / "mix.wav").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["song"]


@pytest.mark.parametrize("name", ["song", "über", "a.b", "Song 2"])
def test_paths_in_messages_and_manifests_are_the_same_everywhere(name: str) -> None:
    """A drive and backslashes change the folder only, never the name of a file that is listed in it."""
    made = publish.folder_of(Path("out"), Path(f"{name}.yaml"), windows=True)
    assert PureWindowsPath("C:\\music") / made == PureWindowsPath(f"C:/music/out/{name}")


@pytest.fixture(scope="module")
def sources() -> dict[str, ast.Module]:
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
            for room in ROOMS for path in (ROOT / room).rglob("*.py")}


def test_no_process_of_ours_is_a_fork_of_one_that_has_threads(sources: dict[str, ast.Module]) -> None:
    """Parts are rendered in threads, and foreign code runs in programs of its own: one of them alone forks, itself
    without threads, and only where the system can."""
    forks, pools = set(), set()
    for name, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "fork":
                forks.add(name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                if {"multiprocessing", "ProcessPoolExecutor"} & names:
                    pools.add(name)
    assert pools == set() and forks == {"instruments/voice/engines/worker.py"}


def test_modules_that_windows_lacks_are_imported_for_posix_alone(sources: dict[str, ast.Module]) -> None:
    lacking = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "posix"}
    for name, tree in sources.items():
        top = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
        top += [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert not lacking & set(top), name


def test_every_text_file_is_opened_with_an_encoding(sources: dict[str, ast.Module]) -> None:
    """Windows would take its code page."""
    bare = []
    for path, tree in sources.items():
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if "encoding" in {keyword.arg for keyword in node.keywords}:
                continue
            # Path.open takes the mode first, open second; what a ZIP archive opens are bytes, and its mode is second
            given = node.args[:1] if isinstance(node.func, ast.Attribute) else node.args[1:2]
            modes = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in ("read_text", "write_text") or (
                    name == "open" and any(re.fullmatch("[rwax]t?[+]?", mode) for mode in modes)):
                bare.append(f"{path}:{node.lineno}")
    assert bare == []
