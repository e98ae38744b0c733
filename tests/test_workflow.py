"""The checks of a public host run what the README says, on the systems and Pythons that the project names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    return YAML(typ="safe").load(ROOT / ".github" / "workflows" / "checks.yml")["jobs"]


def test_every_system_and_every_python_from_the_oldest_on_is_in_the_matrix(jobs: dict[str, Any]) -> None:
    matrix = jobs["readme"]["strategy"]["matrix"]
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert f">={matrix['python'][0]}" == oldest and len(matrix["python"]) == 4


def test_what_runs_is_a_line_of_the_readme(jobs: dict[str, Any]) -> None:
    """A pattern that finds one line of the README each; on Windows its own line, with the Python of the matrix."""
    steps = [step["run"] for step in jobs["readme"]["steps"] if "run" in step]
    patterns = [found[1] for run in steps if (found := re.search(r"grep -- '(.*)' README", run))]
    assert len(patterns) == 2
    for pattern in patterns:
        assert len([line for line in README.splitlines() if re.search(pattern, line)]) == 1, pattern
    (told,) = re.findall(r"On Windows: `(.*)`", README)
    assert told.replace("py -m", "python -m", 1) in steps
