"""A demo appears whole or not at all; an older one, and what a person put beside it, survives."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from render.publish import OutputError, check, folder_of, publishing, repair


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


def test_what_killed_renders_left_behind_is_removed_and_nothing_that_a_living_one_holds(published: Path) -> None:
    mine = [".other.0123456789ab.partial", ".song.mine.partial", ".song.0123456789ab.partial.txt"]
    for name in (*mine, ".song.0123456789ab.partial", ".song.0123456789ab.old"):
        (published.parent / name / "stems").mkdir(parents=True)
    with publishing(published) as at_work:
        write_demo(at_work, "slow")
        publish(published, "second")
        assert {path.name for path in published.parent.iterdir()} == {"song", at_work.name, *mine}
    assert {path.name for path in published.parent.iterdir()} == {"song", *mine}
    assert (published / "mix.wav").read_text() == "slow"


def test_two_first_renders_that_end_together_both_end_well(tmp_path: Path) -> None:
    with publishing(tmp_path / "song") as one, publishing(tmp_path / "song") as other:
        write_demo(one, "one")
        write_demo(other, "other")
    assert set(tree(tmp_path)) == {"song/manifest.json", "song/mix.wav", "song/stems/01_guitar.wav"}


@pytest.mark.parametrize("can_exchange", [True, False])
def test_files_of_a_person_in_what_a_killed_render_set_aside_come_back(
        published: Path, can_exchange: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions left folders like this one, with the only copy of the person's work in it."""
    if not can_exchange:
        monkeypatch.setattr("render.publish.exchange", lambda one, other: False)
    aside = published.with_name(".song.0123456789ab.old")
    (published / "session").mkdir()
    (published / "session" / "song.als").write_text("a night's work")
    published.rename(aside)
    repair(published)
    assert (published / "session" / "song.als").read_text() == "a night's work"
    published.rename(aside)
    publish(published, "second")
    assert (published / "session" / "song.als").read_text() == "a night's work"
    published.rename(aside)
    published.mkdir()
    write_demo(published, "third")
    publish(published, "fourth")
    assert (published / "session" / "song.als").read_text() == "a night's work"
    assert (published / "mix.wav").read_text() == "fourth"
    assert [path.name for path in published.parent.iterdir()] == ["song"]


def test_a_failing_rename_brings_the_older_demo_back(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(published.parent)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    monkeypatch.setattr("render.publish.exchange", lambda one, other: False)
    with pytest.raises(OutputError, match="input/output"), publishing(published) as folder:
        write_demo(folder, "second")
    assert tree(published.parent) == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_modes_are_kept_and_a_persons_file_stays_the_very_file(published: Path) -> None:
    (published / "session").mkdir()
    (published / "session" / "song.als").write_text("mine")
    modes = {published: 0o750, published / "session": 0o700, published / "session" / "song.als": 0o600,
             published / "stems": 0o775, published / "mix.wav": 0o664}
    for path, mode in modes.items():
        path.chmod(mode)
    before = (published / "session" / "song.als").stat()
    publish(published, "second")
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in modes} == modes
    assert os.path.samestat(before, (published / "session" / "song.als").stat())


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe in a folder")
def test_a_persons_pipe_in_the_demo_is_kept_and_not_read(published: Path) -> None:
    os.mkfifo(published / "pipe")
    publish(published, "second")
    assert stat.S_ISFIFO((published / "pipe").stat().st_mode)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_in_the_demo_that_cannot_be_read_is_told_before_any_work(published: Path) -> None:
    (published / "theirs").mkdir(mode=0)
    with pytest.raises(OutputError, match="cannot be brought into the new one: permission"):
        check(published)
    (published / "theirs").chmod(0o700)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the superuser may give files away")
def test_what_another_user_has_in_the_demo_is_refused_and_left(published: Path) -> None:
    """Checked in a process without the superuser's rights, as it would be in a shared folder."""
    (published / "theirs").mkdir(mode=0o777)
    (published / "note.txt").write_text("theirs")
    for path in published.parent.parents:
        if path.stat().st_uid == 0 and path.name.startswith(("pytest-", "popen-", "test_")):
            path.chmod(0o755)
    os.chown(published.parent, 12345, 12345)
    for path in (published, *published.rglob("*")):
        os.chown(path, 12345, 12345)
    for path in (published / "theirs", published / "note.txt"):
        os.chown(path, 54321, 54321)
    told = []
    for _ in range(2):
        os.seteuid(12345)
        try:
            with pytest.raises(OutputError) as refused:
                check(published)
        finally:
            os.seteuid(0)
        told.append(str(refused.value))
        (published / "note.txt").unlink(missing_ok=True)
    assert "note.txt lies in the older demo" in told[0] and "another user" in told[0]
    assert "theirs lies in the older demo" in told[1]


def test_a_run_from_inside_the_demo_is_refused(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(published / "stems")
    with pytest.raises(OutputError, match="runs inside"):
        check(published)


@pytest.mark.parametrize(("out", "told"), [
    ("o" * 300, "too long"), ("/".join(["folder" * 40] * 20), "too long"), ("loop/out", "link to nowhere"),
    ("nul\0", "null")])
def test_a_path_that_cannot_be_is_told(out: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match=told) as refused:
        check(tmp_path / out / "song")
    assert len(str(refused.value)) < 400
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]


def test_a_name_too_long_for_the_files_in_the_demo_is_told_before_any_work(tmp_path: Path) -> None:
    check(tmp_path / ("s" * 180))
    with pytest.raises(OutputError, match="name is too long"):
        check(tmp_path / ("s" * 230))


def test_a_manifest_of_brackets_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "song").mkdir()
    (tmp_path / "song" / "manifest.json").write_text("[" * 200_000)
    with pytest.raises(OutputError, match="not a demo"):
        check(tmp_path / "song")


@pytest.mark.parametrize("name", ["...yaml", "..yaml", "....yaml", ". .yaml"])
def test_a_demo_has_a_name_of_its_own_inside_the_output_folder(name: str) -> None:
    with pytest.raises(OutputError, match="Rename the score"):
        folder_of(Path("out"), Path("scores") / name)


@pytest.mark.parametrize("name", ["aux.yaml", "Con.yaml", "lpt1.live.yaml", "com¹.yaml", "nul .yaml", "song .yaml",
                                  "why?.yaml", "a\tb.yaml", "song..yaml"])
def test_names_that_windows_does_not_take_are_told_there(name: str) -> None:
    with pytest.raises(OutputError, match="on Windows"):
        folder_of(Path("out"), Path(name), windows=True)
    assert folder_of(Path("out"), Path(name), windows=False) == Path("out") / name.removesuffix(".yaml")


@pytest.mark.parametrize("name", ["song.yaml", "..song.yaml", "console.yaml", "com10.yaml", "über.yaml", "a.b.yaml"])
def test_other_names_are_taken_everywhere(name: str) -> None:
    made = folder_of(Path("out"), Path(name), windows=True)
    assert made.parent == Path("out") and PureWindowsPath(made).parent == PureWindowsPath("out")


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
