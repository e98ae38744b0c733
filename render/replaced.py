"""A warning about the demo that a render replaces: that its words were sung by another speech engine."""

from __future__ import annotations

from pathlib import Path

from instruments.voice.source import VocalSource
from render.belongings import MANIFEST, read_json

WAS_SUNG = "was sung by"


def voice_changes(destination: Path, voice: VocalSource | None) -> list[str]:
    """Compare the engine that will sing with the one that the older demo's manifest names.

    Parameters
    ----------
    destination : Path
        The demo's folder. If it does not exist or has no manifest of a demo, there is no warning.
    voice : VocalSource or None
        The engine of the new demo; None if no words are sung.

    Returns
    -------
    list of str
        One warning; none if engine and version are the same or one of the demos has no words.
    """
    manifest = read_json(destination / MANIFEST)
    older = manifest.get("voice") if isinstance(manifest, dict) else None
    if not isinstance(older, dict) or not {"engine", "version"} <= older.keys():
        return []
    was = f"{older['engine']} {older['version']}"
    if voice is None or was == (now := f"{voice.name} {voice.version}"):
        return []
    return [f"The demo in {destination} {WAS_SUNG} {was}; now the singer is {now}, so the voice sounds different. "
            "For the same voice on every machine, write singer: {engine: espeak} in the score or use --voice espeak."]
