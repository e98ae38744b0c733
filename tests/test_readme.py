"""What the README says to type works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from tiny import tiny

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_makes_a_demo(tmp_path: Path) -> None:
    """It runs as it stands there, beside a smaller song of that name."""
    (snippet,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (name,) = re.findall(r'"(scores/\w+\.yaml)"', snippet)
    (tmp_path / "scores").mkdir()
    tiny(tmp_path).rename(tmp_path / name)
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    (mix,) = (tmp_path / "out").glob("*/*_mix.wav")
    assert soundfile.read(mix)[0].any()
    assert str(mix.relative_to(tmp_path)) in done.stdout
    assert "-14.0" in done.stdout and "bells" in done.stdout


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "scores" / "README.md",
                                  *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name)
def test_a_link_to_a_file_leads_to_one(path: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose)
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md",
                                  *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name)
def test_a_file_of_the_project_that_is_named_is_there(path: Path) -> None:
    rooms = r"(?:scores|instruments|effects|render|tests|docs)/[\w./]*\w\.\w+"
    named = re.findall(rf"`(?:python )?({rooms})[ `]", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []
