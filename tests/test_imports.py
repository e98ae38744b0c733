"""The rooms and their layers: no import goes up, and what is private stays where it is."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from grimp import ImportGraph, build_graph

ROOT = Path(__file__).parent.parent
ROOMS = ("scores", "instruments", "effects", "render")


@cache
def graph() -> ImportGraph:
    return build_graph(*ROOMS, cache_dir=None)


@cache
def imports() -> list[tuple[str, str]]:
    """Each import in the project: who, and whom."""
    return [(importer, imported) for importer in sorted(graph().modules)
            for imported in sorted(graph().find_modules_directly_imported_by(importer))]


def test_the_contracts_of_the_import_linter_hold() -> None:
    """They stand in ``pyproject.toml``; a broken one is printed with the import that breaks it."""
    run = subprocess.run([sys.executable, "-c", "from importlinter.cli import lint_imports; "
                          "raise SystemExit(lint_imports(no_cache=True, no_logo=True))"],
                         cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


@pytest.mark.parametrize("room", ["instruments", "effects"])
def test_a_family_does_not_import_what_is_discovered_above_it(room: str) -> None:
    """A voice or an effect is one module on top of its room; the folders beside it serve it."""
    families = {name for name in graph().find_children(room) if graph().find_children(name)}
    found = graph().find_children(room) - families
    inside = {name for family in families for name in (family, *graph().find_descendants(family))}
    assert len(found) > 5 and len(families) > 1
    assert [(importer, imported) for importer, imported in imports() if importer in inside and imported in found] == []


def test_only_the_dsp_of_a_room_is_shared_by_its_families() -> None:
    """Two families stand above another: an electric guitar is strings before a pickup, a solo may drive their body."""
    def family(module: str) -> str:
        return ".".join(module.split(".")[:2])

    families = {name for name in graph().find_children("instruments")
                if graph().find_children(name)} - {"instruments.dsp"}
    assert len(families) >= 4
    assert [(importer, imported) for importer, imported in imports()
            if family(importer) in families and family(imported) in families - {family(importer)}
            and (family(importer), family(imported)) not in {("instruments.electric", "instruments.strings"),
                                                             ("instruments.solo", "instruments.strings")}] == []


def test_a_private_module_is_imported_by_its_own_folder_only() -> None:
    """One whose name begins with an underscore."""
    assert [(importer, imported) for importer, imported in imports()
            if imported.rpartition(".")[2].startswith("_") and not imported.endswith("__main__")
            and not importer.startswith(imported.rpartition(".")[0])] == []


def test_libraries_that_load_slowly_wait_until_a_sound_or_a_file_needs_them() -> None:
    """Scipy's signal family takes longer to load than the command; writers load while the parts are played, and what
    finds a song in a recording with its own command."""
    top = re.compile(r"^(?:from|import) (?:scipy|matplotlib|librosa)\b", re.MULTILINE)
    found = [path.relative_to(ROOT).as_posix() for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))
             if top.search(path.read_text(encoding="utf-8"))]
    assert found  # the picture's, for one
    assert [path for path in found if not path.startswith(("render/writers/", "render/align/"))] == []
