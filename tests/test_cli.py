"""The command: exit codes, what is said, and what is left on the disk."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny import files, tiny

from render.cli import main
from render.console.report import console
from render.run import cores

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a score and its demo in ``out/tiny``, rendered by the command with two jobs."""
    folder = tmp_path_factory.mktemp("cli")
    assert main([str(tiny(folder)), "--out", str(folder / "out"), "--jobs", "2"]) == 0
    return folder


def test_a_demo_has_every_file_and_the_terminal_tells_of_sections_and_files(
        demo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(demo / "tiny.yaml"), "--out", str(tmp_path), "--jobs", "1"]) == 0
    told, errors = capsys.readouterr()
    made = files(tmp_path / "tiny")
    assert {"tiny_120bpm_Am_mix.wav", "tiny_120bpm_Am_premaster.wav", "tiny_120bpm_Am.mid", "manifest.json",
            "index.html", "stems/01_bells.wav", "stems/02_piano.wav", "stems/03_last.wav"} <= made.keys()
    assert all(name.rpartition("/")[2] in told for name in made)
    assert "bells, piano" in told
    assert f"Open {tmp_path / 'tiny' / 'index.html'} to hear it." in told
    assert "-14.0 LUFS" in told and "Mix LUFS" in told
    assert re.search(r" (\d\.\d|\d{2,}) times as fast as it plays", told)
    assert errors == ""  # no live display where there is no terminal
    assert "\x1b" not in told
    assert made == files(demo / "out" / "tiny")  # and the same bytes as with two jobs


@pytest.mark.skipif(os.name != "posix", reason="needs a shell, time zones and a umask")
def test_the_bytes_depend_on_no_place_zone_language_or_mask(demo: Path, tmp_path: Path) -> None:
    surroundings = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7",
                    "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", "COLUMNS": "40"}
    tiny(tmp_path)
    command = f"umask 077; exec {sys.executable} -m render tiny.yaml --out there"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, env=os.environ | surroundings,
                          check=False)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "there" / "tiny") == files(demo / "out" / "tiny")
    assert (tmp_path / "there" / "tiny").stat().st_mode & 0o777 == 0o700


def test_cores_are_counted_where_the_system_tells_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert cores() == (os.cpu_count() or 1)


def test_checking_prints_the_plan_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = tiny(tmp_path)
    before = files(tmp_path)
    assert main([str(score), "--check", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert files(tmp_path) == before
    assert not (tmp_path / "out").exists()
    assert "bells written" in told
    assert "0:04" in told
    assert "seed 3" in told


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
def test_the_plan_tells_every_part_in_lines_no_longer_than_the_paper(
        columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main([str(ROOT / "scores/five.yaml"), "--check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)
    assert any(line.endswith("piano, guitar strum, bass, bells written") for line in lines) is (columns < 96)
    assert "piano, guitar strum, bass, bells written" in "\n".join(lines)
    heads = next(line.split() for line in lines if line.startswith("Section"))
    assert {"Bar", "Bars", "Time", "Syll./s", "Glitches", "Glitch", "T"} <= set(heads)
    assert not {"Key", "Meter", "BPM"} & set(heads)
    assert "D dorian, 5/4, 90 BPM" in lines[1]


def test_a_key_and_a_tempo_that_change_are_told_at_each_section(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([str(ROOT / "scores/barcarolle.yaml"), "--check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = next(line.split() for line in lines if line.startswith("Section"))
    assert heads[4:6] == ["Key", "BPM"]
    assert any("A    58 → 57 → 46" in line for line in lines)


@pytest.mark.parametrize(("asked", "columns"), [("", 100), ("wide", 100), ("0", 100), ("72", 72)])
def test_where_there_is_no_terminal_the_paper_is_as_wide_as_asked_or_100(
        asked: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", asked)
    assert console(io.StringIO()).width == columns


def test_seed_and_temperature_of_the_command_take_the_place_of_the_scores(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tiny(tmp_path)), "--check", "--seed", "77", "--temperature", "1.5"]) == 0
    assert "seed 77, T 1.5" in capsys.readouterr().out


@pytest.mark.parametrize(("options", "told"), [
    (["--rate", "44000"], "did you mean 44100?"),
    (["--rate", "fast"], "44100, 48000 or 96000"),
    (["--seeed", "3"], "did you mean --seed?"),
    (["--seed", "-1"], "a whole number at least 0"),
    (["--seed", "many"], "'many' is not possible: a whole number at least 0"),
    (["--temperature", "11"], "a number from 0 to 10"),
    (["--temperature", "nan"], "a number from 0 to 10"),
    (["other.yaml"], "one score at a time"),
    (["other.yaml", "--chekc"], "did you mean --check?"),
    (["--jobs", "0"], "from 1 to 256"),
])
def test_an_impossible_option_is_the_persons_and_is_told_with_what_is_possible(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str) -> None:
    assert main([str(tiny(tmp_path)), "--out", str(tmp_path / "out"), *options]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_bad_score_is_told_with_all_its_faults_and_nothing_is_written(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = tiny(tmp_path, ("instrument: felt_piano", "instrument: felt_pianp"), ("bars: 1", "bars: 0"))
    assert main([str(score), "--out", str(tmp_path / "out")]) == 2
    errors = capsys.readouterr().err
    assert f"{score}:7:" in errors
    assert "did you mean felt_piano?" in errors
    assert "2 faults" in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == [score]


def test_a_score_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.yaml")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_an_output_folder_that_cannot_be_is_told_before_any_work(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("render.produce.compose", lambda score: pytest.fail("composed"))
    (tmp_path / "out").write_text("a file")
    assert main([str(tiny(tmp_path)), "--out", str(tmp_path / "out")]) == 2
    assert "is a file" in capsys.readouterr().err


def test_version_and_help_are_no_fault_and_fit_80_columns(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["--version"]) == 0
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(option in told for option in ("--out", "--seed", "--temperature", "--rate", "--jobs", "--check"))
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize(("number", "code", "told"), [
    (signal.SIGINT, 130, "Stopped"),
    (signal.SIGTERM, 143, "Stopped"),
])
def test_a_render_that_is_stopped_leaves_the_older_demo_and_nothing_else(
        demo: Path, number: signal.Signals, code: int, told: str) -> None:
    before = files(demo)
    process = subprocess.Popen([sys.executable, "-m", "render", str(demo / "tiny.yaml"), "--out", str(demo / "out")],
                               cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list((demo / "out").glob(".tiny.*.partial/stems/*.wav")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert told in errors
    assert "Traceback" not in errors
    assert files(demo) == before
    assert [path.name for path in (demo / "out").iterdir()] == ["tiny"]


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
@pytest.mark.parametrize("kilobytes", [1, 800])
def test_a_disk_that_takes_no_more_is_told_and_leaves_the_older_demo(demo: Path, kilobytes: int) -> None:
    before = files(demo)
    command = f"ulimit -f {kilobytes}; exec {sys.executable} -m render {demo / 'tiny.yaml'} --out {demo / 'out'}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"{demo / 'out'} cannot be written: file too large.\n"
    assert files(demo) == before
    assert [path.name for path in (demo / "out").iterdir()] == ["tiny"]


def test_a_failing_writer_is_our_fault_and_leaves_the_older_demo(demo: Path) -> None:
    before = files(demo)
    program = ("import render.writers.midi as midi\n"
               "def write(rendering): raise ZeroDivisionError('beats of nothing')\n"
               "midi.write = write\n"
               "from render.cli import main\n"
               f"raise SystemExit(main([{str(demo / 'tiny.yaml')!r}, '--for', 'midi',"
               f" '--out', {str(demo / 'out')!r}]))")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 1
    assert "our fault" in done.stderr
    assert "ZeroDivisionError: beats of nothing" in done.stderr
    assert "Traceback" not in done.stderr
    assert files(demo) == before
    assert [path.name for path in (demo / "out").iterdir()] == ["tiny"]
