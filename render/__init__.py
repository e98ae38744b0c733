"""How it becomes files: pipeline, mix, master, writers, command line.

From Python, ``render.demo("song.yaml", out="out")`` does what the command does and returns a ``Rendering``. It raises
``render.InputError`` where something that was given cannot be used; ``render.explain`` is its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render.produce import demo
    from render.rendering import Rendering
    from scores.faults import InputError, explain

__all__ = ["InputError", "Rendering", "demo", "explain"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the public names when they are first asked for: the help of the command needs none of them."""
    if name == "demo":
        from render.kernels import settle

        settle()
        from render.produce import demo

        return demo
    if name == "Rendering":
        from render.rendering import Rendering

        return Rendering
    if name in ("InputError", "explain"):
        from scores import faults

        return getattr(faults, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
