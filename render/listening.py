"""``python -m render listen SCORE``: hear a song while it is written."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from render.console.screen import screen
from render.kernels import settle
from render.run import cores
from render.startup import clear_away_on_signals

DESCRIPTION = """\
Hear a song while it is written. A page opens that plays it; each time the score
is saved, the song is rendered again and goes on where the playhead is. Faults
of the score are shown on the page, and the last good sound goes on. The page is
served on this machine alone. It tells why a bar sounds as it does, and writes
into the score what you choose there, and nothing else. Ctrl-C ends it. For a
demo, render the score."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what ``listen`` was asked for. Ends the process where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m render listen", description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("score", metavar="SCORE.yaml", type=Path, help="the score of the song")
    parser.add_argument("--port", metavar="N", type=_port, default=0, help="of the page (default: any that is free)")
    parser.add_argument("--no-browser", action="store_true", help="print the address of the page, and open nothing")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: a whole number from 1024 to 65535")
    return int(text)


def run(asked: argparse.Namespace) -> int:
    """Listen until Ctrl-C; return the exit code."""
    settle()
    clear_away_on_signals()
    from render.listen.server import Server
    from render.listen.session import Session
    from render.store.folder import opened
    from scores.faults import InputError

    try:
        server = Server(asked.port)
    except OSError as error:
        raise InputError(f"port {asked.port} cannot be used: {error.strerror}",
                         allowed="another --port, or none for any that is free") from error
    out = screen(sys.stdout)
    try:
        session = Session(asked.score, server, cores(), store=opened())
        out.print(f"{server.address}\nSave {asked.score} to hear it anew. Ctrl-C ends.", soft_wrap=True)
        sys.stdout.flush()
        if not asked.no_browser:
            webbrowser.open(server.address)
        session.run()
    except KeyboardInterrupt:
        out.print("Stopped.")
    finally:
        server.close()
    return 0
