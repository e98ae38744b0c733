"""Many songs and takes: one table, nothing rendered twice, and what fails stops nobody else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny import files, tiny

from render import cli
from render.measures import differing, hook
from render.store import folder as store_folder
from scores.performance import Note

ROOT = Path(__file__).parents[1]
LOOSE = ("seed: 3", "seed: 3\ntemperature: 1.5"), ('piano: {notes: "| A3:1/2 E4 | C4:1/1 |"}', "piano: arpeggio"), (
    "bars: 2", 'harmony: "| Am | F |"')


def tune(*steps: tuple[float, float]) -> list[Note]:
    """A tune of lengths in beats and pitches."""
    notes, beat = [], 0.0
    for length, pitch in steps:
        notes.append(Note(beat, length, beat / 2, length / 2, pitch, 80, 1))
        beat += length
    return notes


def test_a_tune_of_one_figure_is_all_hook_and_one_that_never_repeats_has_none() -> None:
    figure = [(1, 60), (1, 62), (1, 64), (1, 60)]
    assert hook(tune(*figure * 3)) == 1
    assert hook(tune(*figure, (1, 70), (2, 71), (1, 75), (2, 69), *((length, pitch + 5) for length, pitch in figure)
                     )) == pytest.approx(8 / 12)
    assert hook(tune(*((1 + n % 3, 60 + n * n) for n in range(9)))) == 0
    assert hook(tune(*figure[:3])) is None


def test_takes_differ_by_the_notes_that_only_one_of_them_has() -> None:
    silent = frozenset[tuple[float, float]]()
    one = {"a": frozenset({(0.0, 60.0), (1.0, 62.0)}), "b": frozenset({(0.0, 40.0)}), "c": silent}
    other = {**one, "a": frozenset({(0.0, 60.0), (1.0, 64.0)}), "b": frozenset({(0.0, 41.0)})}
    assert list(differing(one, other).items()) == [("b", 1.0), ("a", pytest.approx(2 / 3))]
    assert differing(one, one) == {}


def test_takes_lie_in_the_demo_with_their_table_and_a_second_run_renders_none(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(store_folder.FOLDER, str(tmp_path / "store"))
    score, out = tiny(tmp_path, *LOOSE), tmp_path / "out"
    command = ["catalogue", str(score), str(tmp_path / "none.yaml"), "--takes", "2", "--out", str(out), "--jobs", "1",
               "--for", "midi", "--sort", "glitches,hook"]
    assert cli.main(command) == 2
    told = capsys.readouterr()
    assert "seed 4: made" in told.err and "none.yaml: failed" in told.err and "3/3" in told.err
    assert "piano" in told.out and "failed: " in told.out and "there is no such file" in told.out
    table = json.loads((out / "tiny" / "takes" / "takes.json").read_text())
    assert [(row["seed"], row["folder"], row["differs"].keys()) for row in table] == [
        (3, "tiny", set()), (4, "tiny_seed4", {"piano"})]
    sheet = (out / "contact_sheet.html").read_text()
    listed = re.findall(r'data-mix="([^"]+)"', sheet)
    assert sorted(listed) == ["tiny/takes/tiny_seed4/tiny_seed4_120bpm_Am_mix.wav", "tiny/tiny_120bpm_Am_mix.wav"]
    assert all((out / each).is_file() for each in listed) and "contact_sheet.html to hear them" in told.out
    made = files(out)
    assert cli.main(command) == 2
    told = capsys.readouterr()
    assert "seed 3: stands" in told.err and "seed 4: stands" in told.err and files(out) == made
    monkeypatch.undo()
    assert cli.main([str(score), "--out", str(tmp_path / "alone"), "--seed", "4", "--for", "midi"]) == 0
    take = {name.partition("seed4/")[2]: data for name, data in made.items() if "seed4/" in name}
    assert files(tmp_path / "alone" / "tiny_seed4") == take


@pytest.mark.parametrize(("options", "told"), [
    (["catalogue", "a.yaml", "--sort", "hok"], "did you mean hook?"),
    (["catalogue", "a.yaml", "b/a.yaml"], "one folder"),
    (["catalogue", "a.yaml", "--takes", "0"], "from 1 to 10000"), (["a.yaml", "--takes", "2", "--bars", "1"], "--bars"),
])
def test_what_does_not_go_together_is_refused_before_any_work(
        options: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(options) == 2
    assert told in capsys.readouterr().err


@pytest.mark.whole_song
def test_a_catalogue_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    score = tiny(tmp_path, *LOOSE)
    command = [sys.executable, "-m", "render", "catalogue", str(score), "--takes", "6", "--out", str(tmp_path / "out"),
               "--jobs", "2", "--for", "midi"]
    environment = os.environ | {store_folder.FOLDER: str(tmp_path / "store")}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)
    assert process.stderr is not None
    while not process.stderr.readline().startswith("2/6"):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.count(": made") + done.stderr.count(": stands") == 6 and done.stderr.count(": stands") >= 2
    assert "leaked" not in done.stderr
    takes = tmp_path / "out" / "tiny" / "takes"
    assert sorted(path.name for path in takes.iterdir()) == ["takes.json", *(f"tiny_seed{n}" for n in range(4, 9))]
