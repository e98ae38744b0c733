"""How it becomes files: pipeline, mix, master, writers, command line. ``render.demo`` is all of it as one function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render.api import demo

__version__ = "0.1.0"
__all__ = ["__version__", "demo"]


def __getattr__(name: str) -> Any:
    """Load ``demo`` when it is asked for: the command reads the version here and has to start fast."""
    if name == "demo":
        from render.api import demo

        return demo
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
