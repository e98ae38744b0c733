"""Laws of what hands do besides plucking: legato, palm, strokes, and written marks."""

from __future__ import annotations

import numpy as np
import pytest
from stages import played, score_of

from scores.composing.stage import Draft


def test_what_the_left_hand_sounds_comes_out_of_a_note_on_its_string() -> None:
    """A hammer-on goes up and a pull-off down by one or two frets, half a place after its string was plucked."""
    seen = set()
    for seed in range(12):
        drafts = played(score_of(play="fingerpick", bars=16, seed=seed, temperature=1.5))[0]
        for i, draft in enumerate(drafts):
            assert draft.fingering is not None
            if draft.articulation in ("hammer_on", "pull_off"):
                before = [d for d in drafts[:i] if d.fingering and d.fingering.string == draft.fingering.string][-1]
                step = draft.pitch - before.pitch
                assert step in ((1, 2) if draft.articulation == "hammer_on" else (-1, -2))
                assert draft.onset_beats - before.onset_beats == pytest.approx(0.25)
                seen.add(draft.articulation)
    assert seen == {"hammer_on", "pull_off"}


def test_the_palm_lies_on_the_basses_of_sparse_bars_alone() -> None:
    def muted(pattern: str) -> list[Draft]:
        return [d for seed in range(8) for d in played(score_of(
            play={"style": "fingerpick", "pattern": pattern}, bars=16, seed=seed, temperature=1.5))[0]
            if d.articulation == "palm_mute"]
    sparse = muted("p - i - p - m -")
    assert sparse and all(d.fingering is not None and d.fingering.finger == "p" for d in sparse)
    assert not muted("p i m a p i m a")


def test_a_stroke_knows_its_direction_and_x_is_muted() -> None:
    drafts = played(score_of(play={"style": "strum", "pattern": "D - x U"}, temperature=0))[0]
    directions = {d.fingering.finger for d in drafts if d.fingering}
    assert directions == {"D", "U"}
    assert 0.1 < np.mean([d.articulation == "palm_mute" for d in drafts]) < 0.6
    assert all(d.fingering and d.fingering.finger == "D" for d in drafts if d.articulation == "palm_mute")


def test_written_marks_become_articulations_and_bends() -> None:
    """A slide starts at the pitch of the note before it, and a bend stays for the whole of a tied note."""
    play = {"style": "written", "notes": "| C4:1/4 D4(h) G4(/) r | A3:1/2(b1)~ A3:1/4 r | E5:1(harm) | C4:1(v) |"}
    drafts = played(score_of("| Cm |", bars=4, play=play, temperature=0))[0]
    assert [d.articulation for d in drafts] == ["plain", "hammer_on", "slide", "plain", "harmonic", "plain"]
    assert drafts[2].bend[0] == (0.0, -500.0) and drafts[2].bend[-1][1] == 0
    assert drafts[3].duration_beats == 3 and drafts[3].bend[-1][1] == pytest.approx(200)
    assert max(cents for _, cents in drafts[5].bend) > 10
