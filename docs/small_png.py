"""Save a picture for the repository: a palette of 64 colours is enough for a spectrogram, in a third of the bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

COLOURS = 64


def save(figure: Any, path: Path, dpi: int) -> None:
    """Save a figure of matplotlib as a PNG with a palette."""
    whole = io.BytesIO()
    figure.savefig(whole, format="png", dpi=dpi)
    Image.open(whole).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
