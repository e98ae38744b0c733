"""The first moments of the command: signals, streams, where modules come from, and where compiled kernels are kept."""

from __future__ import annotations

import os
import signal
from types import FrameType

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last
STOPPED = "Stopped. Nothing was changed."


def keep_to_our_own_modules(path: list[str]) -> None:
    """Take the working directory, which ``python -m`` puts first, out of ``path`` unless the program lies there.

    A file ``effects.py`` there would be taken for a room of ours.
    """
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib loads slowly
    try:
        here = os.getcwd()  # noqa: PTH109
    except OSError:  # it has been removed
        return
    if path and path[0] in ("", here) and os.path.realpath(here) != os.path.realpath(ours):
        del path[0]


def open_standard_streams() -> None:
    """Open what the shell has closed of standard input, output and error, to nowhere: else a WAV would be given its
    number, and what a library prints would be written into it."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number


def stop_at_once_on_signals() -> None:
    """Have an interrupt end the process with a line: for the time in which nothing has begun."""
    _handle(_stop)


def clear_away_on_signals() -> None:
    """Have an interrupt raise: KeyboardInterrupt, or SystemExit with the signal's exit code. A second one ends the
    process at once, and the next render clears away what is left."""
    _handle(_raise)


def _handle(handler: signal._HANDLER) -> None:
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # nohup, or a shell's background
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    try:
        os.write(2, f"{STOPPED}\n".encode())
    finally:
        os._exit(128 + number)


def _raise(number: int, frame: FrameType | None) -> None:
    stop_at_once_on_signals()
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
