"""From a performance to files: pipeline, mix, master, writers, command line.

In Python, ``render.demo("song.yaml", out="out")`` does the same as the command and returns a ``Rendering``. It raises
``render.InputError`` if the input is wrong; ``render.explain`` gives its full text.
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
    """Import the public names on first use: the command's help needs none of them."""
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
