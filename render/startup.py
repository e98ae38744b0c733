"""The start of the command: signals, standard streams and the search path of modules."""

from __future__ import annotations

import os
import signal
from types import FrameType

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last
STOPPED = "Stopped. Nothing was changed."


def keep_to_our_own_modules(path: list[str]) -> None:
    """Remove the working directory, which ``python -m`` puts first, from ``path`` unless the program is in it.

    A file ``effects.py`` there would be imported in place of our package.
    """
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib loads slowly
    try:
        here = os.getcwd()  # noqa: PTH109
    except OSError:  # it has been removed
        return
    if path and path[0] in ("", here) and os.path.realpath(here) != os.path.realpath(ours):
        del path[0]


def open_standard_streams() -> None:
    """Open those of standard input, output and error that the shell has closed to the null device.

    Otherwise a WAV file would get such a number, and what a library prints would be written into it.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number


def stop_at_once_on_signals() -> None:
    """Make signals end the process with a line, as long as no work has started."""
    _handle(_stop)


def clear_away_on_signals() -> None:
    """Make signals raise KeyboardInterrupt, or SystemExit with the exit code of the signal.

    A second signal ends the process at once, and the next render removes what is left.
    """
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
