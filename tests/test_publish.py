"""A demo appears whole or not at all; an older one, and what a person put beside it, survives."""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from render.publish import OutputError, check, publishing


def write_demo(folder: Path, content: str) -> None:
    (folder / "stems").mkdir(exist_ok=True)
    (folder / "mix.wav").write_text(content)
    (folder / "stems" / "01_guitar.wav").write_text(content)
    names = ["manifest.json", "mix.wav", "stems/01_guitar.wav"]
    (folder / "manifest.json").write_text(json.dumps({"mix": {}, "stems": [], "files": names}))


def publish(destination: Path, content: str) -> None:
    check(destination)
    with publishing(destination) as folder:
        write_demo(folder, content)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too, with its text."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    publish(tmp_path / "song", "first")
    return tmp_path / "song"


def test_a_demo_is_not_there_before_it_is_whole_and_is_there_after(tmp_path: Path) -> None:
    destination = tmp_path / "deep" / "out" / "song"
    check(destination)
    with publishing(destination) as folder:
        write_demo(folder, "new")
        assert not destination.exists()
        assert folder.parent == destination.parent  # one file system, so that the rename is one step
    assert tree(tmp_path / "deep") == {f"out/song/{name}": text for name, text in tree(destination).items()}
    assert (destination / "mix.wav").read_text() == "new"


def test_a_new_demo_takes_the_place_of_the_old_and_leaves_nothing_of_it(published: Path) -> None:
    (published / "gone.mid").write_text("ours, of an older version")
    manifest = json.loads((published / "manifest.json").read_text())
    (published / "manifest.json").write_text(json.dumps({**manifest, "files": [*manifest["files"], "gone.mid"]}))
    publish(published, "second")
    assert set(tree(published.parent)) == {"song/manifest.json", "song/mix.wav", "song/stems/01_guitar.wav"}
    assert (published / "mix.wav").read_text() == "second"


@pytest.mark.parametrize("error", [RuntimeError("a writer failed"), KeyboardInterrupt(), SystemExit(143)])
def test_whatever_ends_a_render_the_older_demo_is_as_it_was(published: Path, error: BaseException) -> None:
    before = tree(published.parent)
    with pytest.raises(type(error)), publishing(published) as folder:
        write_demo(folder, "half")
        raise error
    assert tree(published.parent) == before
    assert [path.name for path in published.parent.iterdir()] == ["song"]


def test_a_failed_first_render_leaves_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), publishing(tmp_path / "new" / "out" / "song"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_render_left_behind_is_removed_after_a_day_and_nothing_else(published: Path) -> None:
    names = [".song.0123456789ab.partial", ".song.ba9876543210.partial", ".song.0123456789ab.old",
             ".other.0123456789ab.partial", ".song.mine.partial"]
    for name in names:
        (published.parent / name / "stems").mkdir(parents=True)
        if name != names[1]:  # that one is still being rendered
            day_old = time.time() - 25 * 3600
            os.utime(published.parent / name, (day_old, day_old))
    publish(published, "second")
    assert {path.name for path in published.parent.iterdir()} == {"song", *names[1:]}


def test_a_failing_rename_brings_the_older_demo_back(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(published.parent)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="Input/output"), publishing(published) as folder:
        write_demo(folder, "second")
    assert tree(published.parent) == before


def test_what_a_person_put_into_the_demo_folder_is_carried_over(published: Path) -> None:
    (published / "session").mkdir()
    (published / "session" / "song.als").write_text("a night's work")
    (published / "stems" / "my_take.wav").write_text("sung by me")
    (published / "empty").mkdir()
    publish(published, "second")
    kept = tree(published)
    assert kept["session/song.als"] == "a night's work"
    assert kept["stems/my_take.wav"] == "sung by me"
    assert kept["mix.wav"] == "second"
    assert (published / "empty").is_dir()


def test_a_persons_file_is_kept_under_another_name_where_the_demo_needs_its_own(published: Path) -> None:
    (published / "overview.png").write_text("mine")
    with publishing(published) as folder:
        write_demo(folder, "second")
        (folder / "overview.png").write_text("ours")
    assert (published / "overview.png").read_text() == "ours"
    assert (published / "overview.png.kept").read_text() == "mine"


@pytest.mark.parametrize("manifest", [None, "{}", "[1]", "not json", '{"name": "a web app", "icons": []}'])
def test_a_folder_that_is_no_demo_is_refused_and_left_alone(tmp_path: Path, manifest: str | None) -> None:
    folder = tmp_path / "song"
    folder.mkdir()
    (folder / "thesis.doc").write_text("years")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="not a demo"):
        check(folder)
    assert tree(tmp_path) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "song").mkdir()
    publish(tmp_path / "song", "first")
    assert (tmp_path / "song" / "mix.wav").read_text() == "first"


def test_a_linked_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "song").symlink_to(tmp_path / "disk")
    publish(tmp_path / "song", "first")
    publish(tmp_path / "song", "second")
    assert (tmp_path / "song").is_symlink()
    assert (tmp_path / "disk" / "mix.wav").read_text() == "second"


def test_files_where_folders_should_be_are_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="is a file"):
        check(tmp_path / "out" / "song")
    with pytest.raises(OutputError, match="is a file"):
        check(tmp_path / "out")
    with pytest.raises(OutputError, match="link to nowhere"):
        check(tmp_path / "dangling")


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    check(tmp_path / "a" / "b" / "song")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield folder
    folder.chmod(stat.S_IRWXU)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_leave_to_write_is_refused(read_only: Path) -> None:
    with pytest.raises(OutputError, match="permission denied"):
        check(read_only / "song")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_the_persons_to_mend_and_the_older_demo_stays(published: Path) -> None:
    before = tree(published.parent)
    with pytest.raises(OutputError, match="no space left"), publishing(published) as folder:
        write_demo(folder, "half")
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"audio")
    assert tree(published.parent) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that takes no folders")
def test_a_place_that_takes_no_folders_is_refused() -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        check(Path("/proc/1/song"))
