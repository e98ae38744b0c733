"""The first moments of the command and its last: modules, kernels, signals, processes that end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import tiny

from render import kernels

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "render"]
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
needs_signals = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_modules_in_the_working_directory_do_not_take_the_place_of_ours(tmp_path: Path) -> None:
    for name in ("effects", "scores", "numpy", "random"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    done = subprocess.run([*COMMAND, str(tiny(tmp_path)), "--check"], cwd=tmp_path, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0, done.stderr
    assert "Tiny" in done.stdout


def test_kernels_are_kept_in_the_first_place_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert kernels.first_writable([tmp_path / "file" / "a", tmp_path / "b", tmp_path / "c"]) == tmp_path / "b"
    assert kernels.first_writable([tmp_path / "file" / "a"]) is None


KERNEL = """
import sys, tempfile
from pathlib import Path
from render import kernels
kernels.__file__ = sys.argv[1] + "/render/kernels.py"
tempfile.tempdir = sys.argv[2]
print(kernels.settle() or "settled")
from effects.bit_crush import BitCrush
print(len(list(Path(sys.argv[2]).rglob("*.nbi"))) if Path(sys.argv[2]).is_dir() else "no place")
"""


@pytest.mark.parametrize(("temporary", "told"), [("t", "settled"), ("file/t", "NUMBA_CACHE_DIR")])
def test_without_a_writable_place_kernels_are_compiled_all_the_same(temporary: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "t").mkdir()
    nowhere = str(tmp_path / "file")
    done = subprocess.run([sys.executable, "-c", KERNEL, nowhere, str(tmp_path / temporary)], cwd=ROOT,
                          capture_output=True, text=True, check=False,
                          env=os.environ | {"NUMBA_CACHE_DIR": f"{nowhere}/x"})
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


@needs_signals
@pytest.mark.parametrize(("number", "after"), [(signal.SIGINT, 0.15), (signal.SIGTERM, 0.4), (signal.SIGINT, 0.8)])
def test_an_interrupt_while_the_program_loads_is_one_line(number: signal.Signals, after: float, tmp_path: Path) -> None:
    """From the moment on that our first module runs; before it the interpreter speaks for itself."""
    program = ("import sys; sys.argv[0] = 'render'; import render.__main__ as command; print('here', flush=True);"
               "command.run()")
    process = subprocess.Popen([sys.executable, "-c", program, str(tiny(tmp_path)), "--out", str(tmp_path / "out")],
                               cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "here\n"
    time.sleep(after)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (128 + number, "Stopped. Nothing was changed.\n")
    assert not list((tmp_path / "out").glob(".*")) if (tmp_path / "out").exists() else True


WORKERS = {"plug-in": ["-P", "effects/hosting/plugin_worker.py"], "engine": ["-I", "-S",
                                                                             "instruments/voice/engines/worker.py"]}


@needs_proc
@pytest.mark.parametrize("kind", list(WORKERS))
def test_a_worker_ends_with_its_parent(kind: str, tmp_path: Path) -> None:
    """Killed hard, the parent tells nobody. The workers wait here for a request that does not come."""
    os.mkfifo(tmp_path / "request.json")
    *options, worker = WORKERS[kind]
    arguments = [str(tmp_path)] if kind == "plug-in" else []
    parent = subprocess.Popen([sys.executable, "-c", (
        "import os, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, *{options!r}, {str(ROOT / worker)!r}, *{arguments!r}, "
        "str(os.getpid())], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\nchild.wait()")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.3)
    assert alive(child)
    parent.kill()
    parent.wait()
    until(lambda: not alive(child), 10)
