"""Laws of the players of harmony: fingerpicking, strumming, piano, bass, pad and heartbeat."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError
from stages import played, score_of, stages_of

from scores.compose import compose
from scores.composing.stage import Draft
from scores.pedal import pedals
from scores.performance import Bar
from scores.players import players
from scores.players.comp import figures
from scores.players.fingerpick import Picking
from scores.theory import QUALITIES
from scores.theory.fretboard import SPAN_FRETS

STYLES = ["fingerpick", {"style": "fingerpick", "tessitura": "high"}, "strum", "piano", "chords",
          {"style": "piano", "texture": "broken"}, {"style": "piano", "texture": "sparse"},
          {"style": "piano", "texture": "single"}, "bass", {"style": "bass", "rhythm": "walking"},
          {"style": "bass", "rhythm": "pulse"}, "pad", "heartbeat",
          "arpeggio", {"style": "arpeggio", "contour": "down_up", "grid": "1/16T"}, "power_chords",
          {"style": "power_chords", "pattern": "stabs", "grid": "1/16"}, "drone",
          *({"style": "comp", "genre": genre} for genre in figures("comp")),
          "riff", {"style": "bass", "rhythm": "octaves"}]
GUITARS = ["fingerpick", "strum", {"style": "fingerpick", "tessitura": "high"}]
PICKED = 16  # places a bar when onsets are compared: sixteenths in 4/4


def grid(drafts: list[Draft], bar: Bar, places: int = PICKED) -> np.ndarray:
    """1 where something begins, 0 elsewhere; shape (places,)."""
    row = np.zeros(places)
    for draft in drafts:
        if bar.start_beats - 1e-9 <= draft.onset_beats < bar.end_beats - 1e-9:
            row[round((draft.onset_beats - bar.start_beats) / bar.beats * places)] = 1
    return row


def plucked(drafts: list[Draft], bar: Bar) -> list[tuple[float, str]]:
    """Who plucks when in a bar: the pattern without the notes."""
    return sorted((d.onset_beats - bar.start_beats, d.fingering.finger) for d in drafts
                  if d.fingering and bar.start_beats <= d.onset_beats < bar.end_beats)


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8", "5/4", "7/8", "2/2", "12/8"])
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_player_fills_every_meter_and_stays_inside_the_section(style: object, meter: str) -> None:
    """With a pickup, two chords in a bar, a bar without chord, a slash chord and a key change on the way."""
    score = score_of("| Cm | Abmaj7 Bb | N.C. | Eb/G Cm9 |", play=style, meter=meter, upbeat=1)
    second = score.sections[0].model_copy(update={"name": "Verse 2", "key": score.key.__class__("A", "major")})
    score = score.model_copy(update={"sections": (*score.sections, second)})
    for stage, drafts in zip(stages_of(score), played(score), strict=True):
        full = [bar for bar in stage.bars if bar.index > 0]
        assert all(full[0].start_beats - 1e-9 <= d.onset_beats for d in drafts), "the pickup is not ours"
        assert all(d.duration_beats > 0 and 1 <= d.velocity <= 127 for d in drafts)
        for i, bar in enumerate(full):
            heard = [d.onset_beats + d.duration_beats - 1e-6 if style == "drone" else d.onset_beats for d in drafts]
            inside = [d for d, beat in zip(drafts, heard, strict=True)
                      if beat >= bar.start_beats - 1e-9 and d.onset_beats < bar.end_beats - 1e-9]
            if i % 4 != 2:
                assert inside, f"bar {i + 1} is empty"
            elif stage.part_name and style != "heartbeat":
                assert not inside, "N.C. is silence"
                assert all(d.onset_beats + d.duration_beats <= bar.start_beats + 1e-9
                           for d in drafts if d.onset_beats < bar.start_beats), "nothing rings into N.C."
        if style != "heartbeat":
            assert max(d.onset_beats + d.duration_beats for d in drafts) <= stage.span.end_beats + 1e-9


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_seed_is_a_take(style: object) -> None:
    """One seed gives one take; among three others at least one is different."""
    take = played(score_of(play=style, seed=1))
    assert take == played(score_of(play=style, seed=1))
    assert any(take != played(score_of(play=style, seed=seed)) for seed in (2, 3, 4))


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_at_temperature_zero_the_seed_does_not_matter(style: object) -> None:
    assert played(score_of(play=style, seed=1, temperature=0)) == played(score_of(play=style, seed=2, temperature=0))


@pytest.mark.parametrize("style", [{"style": "arpeggio"}, {"style": "comp", "genre": "funk"}, "drone"], ids=str)
def test_at_temperature_zero_every_bar_of_one_chord_is_the_same(style: object) -> None:
    score = score_of("| Cm |", play=style, bars=8, temperature=0)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    rows = [[(round(d.onset_beats - bar.start_beats, 6), d.pitch) for d in drafts
             if bar.start_beats - 1e-9 <= d.onset_beats < bar.end_beats - 1e-9] for bar in bars]
    assert all(row == rows[0] for row in rows) or (style == "drone" and not any(rows[1:]))


@pytest.mark.parametrize("style", GUITARS[:2], ids=str)
def test_at_temperature_zero_bars_differ_only_where_the_form_does(style: str) -> None:
    """Bars 1–3 and 5–7 of the eight are one pattern; the ends of the phrases are another."""
    score = score_of("| Cm |", play=style, bars=12, temperature=0)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    rows = [plucked(drafts, bar) if style == "fingerpick" else grid(drafts, bar).tolist() for bar in bars]
    assert all(rows[i] == rows[0] for i in (1, 2, 4, 5, 6, 8, 9, 10))
    assert rows[3] == rows[7] != rows[0]


@pytest.mark.parametrize("style", GUITARS, ids=str)
def test_a_pattern_holds_through_a_section_and_breathes(style: object) -> None:
    """At T = 0.7 neighbouring bars correlate by 0.7 and more on average, yet not all bars are one."""
    for seed in range(5):
        score = score_of(play=style, bars=16, seed=seed)
        drafts, bars = played(score)[0], stages_of(score)[0].bars
        rows = [grid(drafts, bar) for bar in bars[:-1]]  # the last bar rings out: the part leaves
        correlations = [np.corrcoef(a, b)[0, 1] for a, b in pairwise(rows)]
        assert np.mean(correlations) >= 0.7
        assert len({tuple(row) for row in rows}) > 1 or len({tuple(plucked(drafts, bar)) for bar in bars}) > 1


def test_a_hot_section_varies_more_than_a_cold_one() -> None:
    """Distinct bars of one pattern grow with the temperature."""
    def distinct(temperature: float) -> int:
        play = {"style": "fingerpick", "pattern": "arpeggio"}
        score = score_of("| Cm |", bars=16, temperature=temperature, play=play)
        return len({tuple(plucked(played(score)[0], bar)) for bar in stages_of(score)[0].bars})

    assert distinct(0) < distinct(0.7) < distinct(3)


def test_like_takes_up_the_earlier_pattern() -> None:
    """A section that is like Verse 1 has its pattern, whatever other sections would have picked."""
    for seed in range(4):
        score = score_of("| Cm |", play="fingerpick", seed=seed, temperature=3)
        first = score.sections[0]
        sections = (first, first.model_copy(update={"name": "Chorus"}),
                    first.model_copy(update={"name": "Verse 2", "like": "Verse 1"}))
        stages = stages_of(score.model_copy(update={"sections": sections}))
        for stage in stages:
            stage.player.play(stage)
        patterns = stages[-1].memory.all(Picking)
        assert set(patterns) == {"Verse 1", "Chorus", "Verse 2"} and patterns["Verse 2"] == patterns["Verse 1"]


def test_a_part_may_change_its_style_and_a_section_may_have_any_name() -> None:
    """What a player remembers has a type: a section called as a player's own memory never meets it."""
    names = ("bass", "left hand", "picking", "tunes", "groove")
    styles = ("fingerpick", "chords", "strum", "piano", "pad")
    sections = [{"name": name, "bars": 2, "harmony": "| Cm | Fm |", "play": {"player": style}, "like": before}
                for name, style, before in zip(names, styles, (None, *names), strict=False)]
    assert all(row for row in played(score_of(sections=sections)))


def test_written_fingers_are_played_as_written() -> None:
    """``p i m a m i`` in 6/8 at T = 0 is those fingers on the eighths, bar after bar until the phrase ends."""
    play = {"style": "fingerpick", "pattern": "p i m a m i"}
    score = score_of("| Am |", key="A minor", meter="6/8", temperature=0, play=play)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    for bar in bars[:3]:
        assert plucked(drafts, bar) == [(i / 2, finger) for i, finger in enumerate("pimami")]


@pytest.mark.parametrize("style", GUITARS, ids=str)
def test_guitar_notes_are_where_the_fingering_says_and_under_one_hand(style: object) -> None:
    """Pitch is string plus fret plus capo; what is held at one time spans four frets; a string has one note."""
    capo, tuning = 2, (38, 45, 50, 55, 59, 64)
    score = score_of(play=style, part_capo=capo, part_tuning="drop_d", temperature=1)
    drafts = played(score)[0]
    for draft in drafts:
        assert draft.fingering is not None
        assert draft.pitch == tuning[draft.fingering.string] + capo + draft.fingering.fret
    for draft in drafts:
        together = [d for d in drafts if d.onset_beats <= draft.onset_beats < d.onset_beats + d.duration_beats]
        frets = [d.fingering.fret for d in together if d.fingering and d.fingering.fret > 0]
        assert max(frets, default=0) - min(frets, default=0) <= SPAN_FRETS
        strings = [d.fingering.string for d in together if d.fingering]
        assert len(strings) == len(set(strings))


@pytest.mark.parametrize("style", ["fingerpick", "strum", "bass", {"style": "bass", "rhythm": "walking"}, "piano"],
                         ids=str)
def test_the_first_and_lowest_note_of_each_chord_is_its_bass(style: object) -> None:
    """Under every quality, and under slash chords, the lowest note that begins with the chord is the bass."""
    symbols = [root + quality for root, quality in zip("CFADGE" * 4, QUALITIES, strict=False)]
    symbols += ["C/E", "Am7/G", "D/F#"]
    score = score_of("| " + " | ".join(symbols) + " |", key="C major", play=style, bars=len(symbols))
    drafts = played(score)[0]
    for bar in stages_of(score)[0].bars:
        chord = bar.chords[0][1]
        first = [d.pitch for d in drafts if abs(d.onset_beats - bar.start_beats) < 1e-9]
        assert chord is not None
        assert min(first) % 12 == chord.bass, chord.symbol


def test_strums_cross_the_strings_in_time_and_in_order() -> None:
    """Down strokes go up in pitch, up strokes down, each string later than the one before; soft ones are slower."""
    spreads = {}
    for dynamics in ("pp", "ff"):
        drafts = played(score_of(play={"style": "strum", "pattern": "D - D U - U D u", "dynamics": dynamics}))[0]
        strokes = [[d for d in drafts if d.onset_beats == beat] for beat in sorted({d.onset_beats for d in drafts})]
        directions = []
        for stroke in strokes:
            delays, pitches = [d.delay_seconds for d in stroke], [d.pitch for d in stroke]
            assert delays == sorted(set(delays)) and delays[0] == 0
            assert pitches in (sorted(pitches), sorted(pitches, reverse=True))
            directions.append(pitches == sorted(pitches))
            if pitches != sorted(pitches):
                assert len(stroke) <= 4
        assert 0.3 < np.mean(directions) < 0.8
        spreads[dynamics] = max(d.delay_seconds for d in drafts)
    assert spreads["pp"] > 1.5 * spreads["ff"]


def test_pad_ties_common_tones() -> None:
    """No pitch is struck at the moment at which it ends, and some last longer than their chord."""
    drafts = played(score_of(play="pad", bars=16))[0]
    ends = {(d.onset_beats + d.duration_beats, d.pitch) for d in drafts}
    assert not ends & {(d.onset_beats, d.pitch) for d in drafts}
    assert sum(d.duration_beats > 4 for d in drafts) >= 4
    for beat in range(64):
        assert sum(d.onset_beats <= beat < d.onset_beats + d.duration_beats for d in drafts) == 4


def test_bass_stays_in_its_range_one_note_at_a_time() -> None:
    for rhythm in ("whole", "half", "pulse", "walking"):
        drafts = played(score_of(play={"style": "bass", "rhythm": rhythm}, temperature=2))[0]
        assert all(28 <= d.pitch <= 43 for d in drafts)
        assert all(a.onset_beats + a.duration_beats <= b.onset_beats for a, b in pairwise(drafts))


def test_a_walking_bass_walks() -> None:
    """A note a beat, mostly steps, hardly a repetition; and the last before a change is near its goal."""
    score = score_of("| Am | Dm7 | G7 | Cmaj7 |", key="C major", bars=16, play={"style": "bass", "rhythm": "walking"})
    drafts = played(score)[0]
    steps = [abs(b.pitch - a.pitch) for a, b in pairwise(drafts)]
    assert len(drafts) == 64
    assert np.mean([step <= 4 for step in steps]) > 0.6
    assert np.mean([step == 0 for step in steps]) < 0.15


@pytest.mark.parametrize("ending", ["single", "texture"])
def test_the_piano_can_end_on_a_single_note(ending: str) -> None:
    """The last bar is one note of the chord that rings to the end of the section, and nothing else sounds then."""
    play = {"style": "piano", "texture": "broken", "ending": "single"} if ending == "single" else {
        "style": "piano", "texture": "single"}
    score = score_of("| Cm | Abmaj7 | G7 | Cm |", bars=8, play=play)
    drafts, stage = played(score)[0], stages_of(score)[0]
    last = stage.bars[-1]
    sounding = [d for d in drafts if d.onset_beats + d.duration_beats > last.start_beats + 1e-9]
    assert len(sounding) == 1
    assert sounding[0].onset_beats == last.start_beats
    assert sounding[0].onset_beats + sounding[0].duration_beats == pytest.approx(last.end_beats)
    assert sounding[0].pitch % 12 in (0, 3, 7)


def test_the_pedal_changes_with_the_harmony() -> None:
    """Once a chord, over all of its notes."""
    for texture in ("block", "broken", "single"):
        score = score_of("| Cm | Abmaj7 Eb/G |", play={"style": "piano", "texture": texture}, bars=4, temperature=0.7)
        notes = compose(score).notes["player"]
        changes = pedals(notes)
        assert sum(len(pedal.notes) for pedal in changes) == len(notes)
        beat = 60 / 68
        assert [p.down_seconds for p in changes] == pytest.approx([b * beat for b in (0, 4, 6, 8, 12, 14)], abs=0.15)
        assert [p.up_seconds for p in changes] == pytest.approx([b * beat for b in (4, 6, 8, 12, 14, 16)], abs=0.15)


def test_textures_of_the_piano_grow_from_one_note_to_chords() -> None:
    """Notes a bar: single < sparse < broken; block strikes several keys at once."""
    counts = {texture: len(played(score_of(play={"style": "piano", "texture": texture}, bars=16))[0])
              for texture in ("single", "sparse", "broken")}
    assert counts["single"] < counts["sparse"] < counts["broken"]
    block = played(score_of(play="chords"))[0]
    assert min(sum(d.onset_beats == 4.0 * bar for d in block) for bar in range(8)) >= 5


def test_a_heart_beats_lub_dub() -> None:
    """At 68 and at 140: a stronger lower lub on each beat, a dub 0.3 s later or before the heart fills again."""
    for tempo in (68, 140):
        drafts = played(score_of(play="heartbeat", tempo=tempo))[0]
        lubs, dubs = drafts[::2], drafts[1::2]
        assert [d.onset_beats for d in lubs] == list(range(32))
        for lub, dub in zip(lubs, dubs, strict=True):
            assert dub.onset_beats == lub.onset_beats
            assert dub.delay_seconds - lub.delay_seconds == pytest.approx(min(0.3, 0.45 * 60 / tempo))
            assert lub.velocity > dub.velocity + 8
            assert lub.pitch < dub.pitch <= 47
            assert 0 <= lub.delay_seconds <= 0.02, "a heart hardly wavers"
    every = played(score_of(play={"style": "heartbeat", "every": 2}))[0]
    assert [d.onset_beats for d in every[::2]] == list(range(0, 32, 2))


def test_dynamics_follow_the_phrase() -> None:
    """Every player is louder in the middle of a four-bar phrase than at its ends."""
    for style in ("fingerpick", "strum", "bass", "chords"):
        drafts = played(score_of("| Cm |", play=style, bars=16, temperature=0))[0]
        place = {i: np.mean([d.velocity for d in drafts if int(d.onset_beats // 2) % 8 == i]) for i in range(8)}
        assert place[4] > place[0] + 3
    thumbs = [d.velocity for d in played(score_of())[0] if d.fingering and d.fingering.finger == "p"]
    others = [d.velocity for d in played(score_of())[0] if d.fingering and d.fingering.finger != "p"]
    assert np.mean(thumbs) > np.mean(others)


def test_two_guitars_complement_each_other() -> None:
    """The second guitar, high, lies above the first and does not double it note for note."""
    first = played(score_of(play="fingerpick"))[0]
    second = played(score_of(play={"style": "fingerpick", "tessitura": "high"}), drafts={"guitar": first})[0]
    assert np.mean([d.pitch for d in second]) > np.mean([d.pitch for d in first]) + 3
    both = {(d.onset_beats, d.pitch) for d in first} & {(d.onset_beats, d.pitch) for d in second}
    assert len(both) < 0.25 * len(first)


def test_a_part_that_leaves_lets_its_last_bar_ring() -> None:
    """At T = 0 the last bar has the fewest plucks, and its notes last to the end; a part that stays plays a fill."""
    score = score_of(temperature=0)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    counts = [sum(bar.start_beats <= d.onset_beats < bar.end_beats for d in drafts) for bar in bars]
    assert counts[-1] == min(counts) < counts[0]
    assert max(d.onset_beats + d.duration_beats for d in drafts) == bars[-1].end_beats
    again = score.sections[0].model_copy(update={"name": "Verse 2"})
    stays = played(score.model_copy(update={"sections": (*score.sections, again)}))[0]
    assert sum(bars[-1].start_beats <= d.onset_beats for d in stays) > counts[0]


@pytest.mark.parametrize("style, settings", [("fingerpick", {"pattern": "p x m"}), ("fingerpick", {"pattern": "travs"}),
                                             ("strum", {"pattern": "D L U"}), ("strum", {"pattern": "- -"})])
def test_a_pattern_that_does_not_parse_is_refused(style: str, settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="allowed: auto"):
        players()[style].model_validate(settings)
