"""``python -m render cache``: what is kept between renders, where, and how to throw it away."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from render.console.screen import screen
from render.store.folder import FOLDER, LIMIT, opened

DESCRIPTION = f"""\
What is kept between renders: the sound of parts, so that a render plays only
what has changed. The oldest use goes first; all of it can be thrown away at any
time. {LIMIT} is the most it holds, {FOLDER} another
folder (empty: none)."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what ``cache`` was asked for. Ends the process where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m render cache", description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clear", action="store_true", help="throw all of it away")
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace) -> int:
    """Tell what is kept, or clear it; return the exit code."""
    out, store = screen(sys.stdout), opened()
    if store is None:
        out.print("Nothing is kept between renders.", soft_wrap=True)
        return 0
    if asked.clear:
        store.clear()
    entries, size = store.size()
    most = store.most_bytes / 1e9
    out.print(f"{store.place}\n{entries} pieces, {size / 1e9:.2f} GB of {most:g} at most", soft_wrap=True)
    return 0
