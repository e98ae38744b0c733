"""Killed at any moment of publishing, one whole demo stands, and the next render puts the rest right."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from test_publish import publish, tree, write_demo
from tiny import files, tiny

from render.exchange import exchange
from render.publish import publishing, repair

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="kills forks of the process"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")]

ROOT = Path(__file__).parent.parent
SESSION, TAKE = "a night's work", "sung by me"
FEWEST_CALLS = 40  # of the system, that a publication takes


def older_demo(folder: Path) -> Path:
    demo = folder / "song"
    publish(demo, "first")
    (demo / "session").mkdir()
    (demo / "session" / "song.als").write_text(SESSION)
    (demo / "stems" / "my_take.wav").write_text(TAKE)
    return demo


def publish_until(demo: Path, moment: int) -> bool:
    """Publish over the older demo in a fork that is killed at a call of the system; whether it came so far.

    Whatever Python asks the system for passes an audit hook, so the moments are the same in each run.
    """
    child = os.fork()
    if not child:
        left = moment

        def count(event: str, _: object) -> None:
            nonlocal left
            if event.startswith(("os.", "open", "shutil.", "ctypes.dlsym")):
                left -= 1
                if not left:
                    os._exit(9)  # as a kill does, it runs nothing more

        with publishing(demo) as made:
            write_demo(made, "second")
            sys.addaudithook(count)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def is_whole(demo: Path) -> bool:
    """Whether one of the two demos stands there with all that the person put into the older."""
    texts = tree(demo)
    del texts["manifest.json"]
    return any(texts == {"mix.wav": version, "stems/01_guitar.wav": version, "session/song.als": SESSION,
                         "stems/my_take.wav": TAKE} for version in ("first", "second"))


def outlives(folder: Path, moment: int, *, in_one_step: bool) -> bool:
    """Whether the process was killed; a whole demo stands then."""
    folder.mkdir()
    demo = older_demo(folder)
    killed = publish_until(demo, moment)
    if in_one_step or demo.exists():
        assert is_whole(demo)
    repair(demo)
    assert is_whole(demo)
    assert [path.name for path in folder.iterdir()] == ["song"]
    return killed


@pytest.fixture(params=["in one step", "in two"])
def in_one_step(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bool:
    """Whether two folders are exchanged in one step, as this system may, or in two, as every system can."""
    if request.param == "in two":
        monkeypatch.setattr("render.publish.exchange", lambda one, other: False)
        return False
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    if not exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("two folders cannot be exchanged in one step here")
    return True


def test_killed_at_a_random_moment_of_publishing_one_whole_demo_stands(tmp_path: Path, in_one_step: bool) -> None:
    for moment in Random(17).sample(range(1, FEWEST_CALLS + 1), 10):
        assert outlives(tmp_path / f"{moment}", moment, in_one_step=in_one_step)


@pytest.mark.whole_song
def test_killed_at_any_moment_of_publishing_one_whole_demo_stands(tmp_path: Path, in_one_step: bool) -> None:
    moment = 1
    while outlives(tmp_path / f"{moment}", moment, in_one_step=in_one_step):
        moment += 1
    assert moment > FEWEST_CALLS


def ours(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in files(folder).items() if name != "mine.txt"}


@pytest.mark.whole_song
def test_renders_killed_at_random_moments_leave_a_whole_demo(tmp_path: Path) -> None:
    """Two takes of a song in turn: after each kill one of them stands there to the byte, with what the person keeps in
    it; after a render that ends, nothing is hidden."""
    out, random = tmp_path / "out", Random(17)
    commands, takes, began = [], [], time.monotonic()
    for seed in ("3", "4"):
        (tmp_path / seed).mkdir()
        score = tiny(tmp_path / seed, ("seed: 3", f"seed: {seed}"))
        commands.append([sys.executable, "-m", "render", str(score), "--out", str(out), "--no-cache"])
        subprocess.run(commands[-1], cwd=ROOT, check=True, capture_output=True)
        takes.append(ours(out / "tiny"))
    seconds = (time.monotonic() - began) / 2
    (out / "tiny" / "mine.txt").write_text(TAKE)
    for number in range(24):
        running = [subprocess.Popen(commands[number % 2], cwd=ROOT, stdout=subprocess.DEVNULL)
                   for _ in range(1 + number % 3 // 2)]  # at times two at once
        time.sleep(random.uniform(0.3, 1.1) * seconds)
        for process in running:
            process.kill()
            process.wait()
        assert ours(out / "tiny") in takes
        assert (out / "tiny" / "mine.txt").read_text() == TAKE
    subprocess.run(commands[0], cwd=ROOT, check=True, capture_output=True)
    assert ours(out / "tiny") == takes[0]
    assert [path.name for path in out.iterdir()] == ["tiny"]
