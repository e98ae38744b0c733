"""``prompts/``: the song for other generators: ACE-Step 1.5, YuE2, and those that take one text, such as Udio.

Facts as of 2026-11. ACE-Step's documentation names the fields of ``ace_step.json``: caption, lyrics with section tags,
bpm (30 to 300), keyscale (major or minor), timesignature (2, 3, 4 or 6), duration [s], vocal_language. YuE2 sings from
an ABC lead sheet with its words.
"""

from __future__ import annotations

import json
from typing import Any

from render.rendering import Rendering
from render.writers.abc import abc
from render.writers.suno import lyrics_text, style_text

ORDER = 10
TARGET = "prompts"

# Limits of ACE-Step 1.5: tempo [beats per minute] and length [s].
TEMPI, SECONDS = (30, 300), (10, 600)
# Beats in a bar that it knows, and which one a meter is nearest to.
METERS = (2, 3, 4, 6)


def write(rendering: Rendering) -> None:
    """Write a file for each generator."""
    folder = rendering.folder / "prompts"
    folder.mkdir(exist_ok=True)
    style, lyrics = style_text(rendering)[0], lyrics_text(rendering)[0]
    texts = {
        "ace_step.json": json.dumps(ace_step(rendering), indent=2, ensure_ascii=False),
        "yue2.txt": f"[Genre] {style}\n\n{abc(rendering.score, rendering.performance)}",
        "one_text.txt": f"{style}\n\n{lyrics}"}
    for name, text in texts.items():
        (folder / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def ace_step(rendering: Rendering) -> dict[str, Any]:
    """Return the fields of ACE-Step's text2music task."""
    score = rendering.score
    return {
        "task_type": "text2music",
        "caption": style_text(rendering)[0],
        "lyrics": lyrics_text(rendering)[0],
        "bpm": min(max(round(score.bpm), TEMPI[0]), TEMPI[1]),
        "keyscale": f"{score.key.tonic} {'minor' if score.key.is_minor else 'major'}",
        "timesignature": str(min(METERS, key=lambda beats: (abs(beats - score.meter.numerator), beats))),
        "duration": round(min(max(rendering.frames / rendering.rate, SECONDS[0]), SECONDS[1]), 1),
        "vocal_language": score.language,
        "seed": score.seed % 2**32,
    }
