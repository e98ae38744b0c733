"""What an installation has: the wheel holds all that a render needs, and its command works anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
import soundfile

ROOT = Path(__file__).parent.parent
PACKAGES = ("render", "instruments", "effects", "scores")
SONG = """\
title: Two Notes
tempo: 120
key: A minor
parts:
  noise: {instrument: data_noise}  # has little to compile, and a new environment has compiled nothing
sections:
  - {name: A, bars: 1, play: {noise: {notes: "| A2:1/2 A2 |"}}}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this working tree, built from a copy, since building leaves files behind."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(made), str(source))
    (path,) = made.glob("*.whl")
    return path


def pip(*arguments: str) -> None:
    """Run pip without network and without dependencies."""
    done = subprocess.run([sys.executable, "-m", "pip", *arguments, "--no-deps", "--no-index", "--quiet",
                           "--disable-pip-version-check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_every_module_song_and_asset_and_says_that_it_is_typed(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    endings = ("*.py", "*.yaml", "*.json", "assets/*")
    ours = {path.relative_to(ROOT).as_posix() for package in PACKAGES for ending in endings
            for path in (ROOT / package).rglob(ending)}
    assert ours <= held
    assert {f"{package}/py.typed" for package in PACKAGES} <= held


@pytest.mark.whole_song
def test_the_installed_command_renders_a_song_in_another_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    pip("--python", str(scripts / "python"), "install", str(wheel))
    (site,) = (path for path in home.rglob("site-packages"))
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)))  # those of this environment, after its own
    (tmp_path / "song.yaml").write_text(SONG, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def ran(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = ran(str(scripts / "python"), "-c", "import render; print(render.__file__)")
    assert Path(where.strip()).is_relative_to(site)
    ran(str(scripts / "softmax-render"), "song.yaml", "--out", "demos")
    mix, rate = soundfile.read(tmp_path / "demos" / "song" / "song_120bpm_Am_mix.wav")
    assert rate == 48000 and mix.any()
