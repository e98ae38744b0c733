"""Every way of playing on every plucked instrument: it sounds on the strings that there are, or is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_styles import song

from instruments import instruments
from scores.compose import compose
from scores.faults import ScoreError
from scores.players import players

PLUCKED = [name for name, kind in instruments().items() if kind.string_count]
STYLES = sorted(style for style, kind in players().items()
                if not kind.sings and not any(field.is_required() for field in kind.model_fields.values()))


@pytest.mark.parametrize("name", PLUCKED)
def test_each_style_is_played_or_refused(name: str, tmp_path: Path) -> None:
    played = 0
    for style in STYLES:
        try:
            score = song(tmp_path, {"name": "A", "bars": 4, "play": f"{{part: {style}}}"}, head="seed: 1",
                         band={"part": name})
            notes = compose(score).notes["part"]
        except ScoreError as error:
            assert all(fault.message for fault in error.faults)
            continue
        if notes:
            sound = score.parts["part"].voice.play(notes[:12], 44100, 44100)
            played += bool(np.abs(sound).max() > 0)
    assert played >= 6
