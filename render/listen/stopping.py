"""A render that a newer save stops."""

from __future__ import annotations

import threading
from contextlib import nullcontext


class SupersededError(Exception):
    """A newer save has come: what is being made is not needed any more."""


class Stoppable:
    """Is told of the progress of a render, and can stop it at its next step."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def task(self, name: str) -> nullcontext[None]:
        """Raise SupersededError where the render is to stop."""
        if self.stopped.is_set():
            raise SupersededError(name)
        return nullcontext()
