"""Laws of the drums player: grooves of the table, swing, fills, crashes, builds, and what T = 0 means for a drummer."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import pytest
from pydantic import ValidationError
from renderings import rendering, song
from stages import played, score_of, stages_of

from instruments import instruments
from instruments.drum_kit import DrumKit
from render.writers import midi
from scores.compose import compose
from scores.composing.grooves.patterns import parse_pattern
from scores.composing.grooves.table import grooves
from scores.composing.stage import Draft
from scores.notation import NotationError, nearest
from scores.performance import Bar
from scores.players.drums import Drums
from scores.table import keys_of, read_table
from scores.theory import parse_meter

TOMS, CRASH, SNARE, KICK, CLOSED = {50, 47, 41}, 49, 38, 36, 42
NAMES = list(grooves())


def test_the_names_that_are_read_without_the_table_are_its_keys() -> None:
    for name in ("grooves", "styles", "comping", "players"):
        assert list(keys_of(name)) == list(read_table(name))
    for mapping in ("comp", "horns"):
        assert list(keys_of("comping", mapping)) == list(read_table("comping")[mapping])


def own_meter(name: str) -> str:
    return next(iter(grooves()[name].bars))


def inside(drafts: list[Draft], bar: Bar) -> list[Draft]:
    return [d for d in drafts if bar.start_beats - 0.1 <= d.onset_beats < bar.end_beats - 0.1]


def shape(drafts: list[Draft], bar: Bar) -> list[tuple[float, float, float, float]]:
    return sorted((round(d.onset_beats - bar.start_beats, 6), d.pitch, round(d.velocity, 3), round(d.delay_seconds, 6))
                  for d in inside(drafts, bar))


@pytest.mark.parametrize("name", NAMES)
def test_every_bar_of_the_table_divides_its_meter_into_a_note_value(name: str) -> None:
    for meter, texts in grooves()[name].bars.items():
        for text in texts:
            step = parse_meter(meter).bar_beats / parse_pattern(text).places
            assert step in (Fraction(1, 2), Fraction(1, 4), Fraction(1, 3)), text


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8", "5/4", "7/8", "2/2", "12/8"])
def test_every_groove_fills_every_meter_and_stays_inside_the_section(meter: str) -> None:
    for name in NAMES:
        score = score_of("| Cm | N.C. |", play={"style": "drums", "groove": name}, meter=meter, upbeat=1, bars=4)
        drafts, stage = played(score)[0], stages_of(score)[0]
        full = [bar for bar in stage.bars if bar.index > 0]
        assert all(inside(drafts, bar) for bar in full), name
        assert all(full[0].start_beats - 1e-9 <= d.onset_beats < stage.span.end_beats for d in drafts), name
        assert all(1 <= d.velocity <= 127 for d in drafts)


@pytest.mark.parametrize("name", NAMES)
def test_at_temperature_zero_a_bar_is_exactly_the_bar_before_and_the_seed_does_not_matter(name: str) -> None:
    def take(seed: int) -> list[Draft]:
        return played(score_of("| Cm |", play={"style": "drums", "groove": name}, meter=own_meter(name), seed=seed,
                               temperature=0))[0]

    bars = stages_of(score_of("| Cm |", meter=own_meter(name)))[0].bars
    assert shape(take(1), bars[1]) == shape(take(1), bars[2])
    assert take(1) == take(2)


@pytest.mark.parametrize("name", NAMES)
def test_a_drummer_never_plays_the_same_bar_twice(name: str) -> None:
    """At T = 0.7 no two of sixteen bars are one in time and force; yet each lies within 40 ms of its grid."""
    score = score_of("| Cm |", play={"style": "drums", "groove": name}, meter=own_meter(name), bars=16)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    rows = [tuple(shape(drafts, bar)) for bar in bars]
    assert len(set(rows)) == len(rows)
    assert max(abs(d.delay_seconds) for d in drafts) < 0.04


@pytest.mark.parametrize(("groove", "pair"), [("rock", 1.0), ("shuffle", 1.0), ("boom_bap", 0.5), ("swing", 1.0)])
@pytest.mark.parametrize("asked", [0.5, 0.58, 0.667])
def test_swing_is_what_is_asked(groove: str, pair: float, asked: float) -> None:
    """The share of a swung pair before its second note, heard, is within 0.02 of what is asked, at T = 0.7."""
    play = {"style": "drums", "groove": groove, "swing": asked, "fills": 0}
    score = score_of("| Cm |", play=play, tempo=100, bars=16)
    notes = compose(score).notes["player"]
    beat = 60 / 100
    shares = [(n.onset_seconds / beat % pair) / pair for n in notes if n.pitch in (CLOSED, 51, SNARE, KICK)]
    second = [share for share in shares if 0.42 < share < 0.75]
    first = [(share + 0.5) % 1 - 0.5 for share in shares if share < 0.2 or share > 0.9]
    assert len(second) > 8
    assert np.mean(second) - np.mean(first) == pytest.approx(asked, abs=0.02)


def test_a_written_bar_is_played_as_it_is_written() -> None:
    play = {"style": "drums", "pattern": "hh x-x-x-x- / sn ----o--- / bd o---o-o-", "fills": 0, "hand": "hat"}
    score = score_of("| Cm |", play=play, temperature=0, bars=4)
    drafts, bars = played(score)[0], stages_of(score)[0].bars
    for bar in bars:
        found = [(at, pitch) for at, pitch, *_ in shape(drafts, bar)]
        assert found == sorted([(at, CLOSED) for at in (0.0, 1.0, 2.0, 3.0)] + [(2.0, SNARE)]
                               + [(at, KICK) for at in (0.0, 2.0, 3.0)])


def test_fills_come_at_the_ends_of_phrases_alone_and_as_often_as_is_asked() -> None:
    def bars_with_toms(fills: float) -> list[int]:
        found = []
        for seed in range(6):
            score = score_of("| Cm |", play={"style": "drums", "groove": "rock", "fills": fills}, bars=16, seed=seed)
            drafts = played(score)[0]
            found += [bar.number_in_section for bar in stages_of(score)[0].bars
                      if any(d.pitch in TOMS for d in inside(drafts, bar))]
        return found

    assert not bars_with_toms(0)
    assert {number % 4 for number in bars_with_toms(1)} == {0}
    assert len(bars_with_toms(1)) > len(bars_with_toms(0.3))


def test_a_crash_opens_a_loud_section_and_no_soft_one() -> None:
    def crashes(dynamics: str) -> int:
        score = score_of("| Cm |", play={"style": "drums", "groove": "rock", "dynamics": dynamics}, temperature=0.5)
        second = score.sections[0].model_copy(update={"name": "Verse 2"})
        drafts = played(score.model_copy(update={"sections": (*score.sections, second)}))[1]
        return sum(d.pitch == CRASH and d.onset_beats == 32.0 for d in drafts)

    assert crashes("ff") == 1
    assert crashes("pp") == 0


def test_energy_lifts_the_drums() -> None:
    """Loud sections are struck harder than soft ones, and a soft backbeat is on the side stick."""
    def mean(dynamics: str) -> tuple[float, set[float]]:
        play = {"style": "drums", "groove": "rock", "dynamics": dynamics, "fills": 0}
        drafts = played(score_of("| Cm |", play=play))[0]
        return float(np.mean([d.velocity for d in drafts])), {d.pitch for d in drafts}

    soft, loud = mean("pp"), mean("ff")
    assert loud[0] > soft[0] + 40
    assert 37 in soft[1] and SNARE not in soft[1]
    assert SNARE in loud[1]


def test_density_is_how_much_is_played() -> None:
    counts = [len(played(score_of(play={"style": "drums", "groove": "funk", "density": density}, bars=16))[0])
              for density in (0.1, 0.4, 1.0)]
    assert counts[0] < 0.8 * counts[1] <= counts[2]


def test_a_build_gets_denser_and_the_drums_drop_out_at_the_end() -> None:
    play = {"style": "drums", "groove": "rock", "build": 3, "drop_out": 2}
    score = score_of("| Cm |", play=play, bars=8, temperature=0)
    drafts, stage = played(score)[0], stages_of(score)[0]
    snares = [sum(d.pitch == SNARE for d in inside(drafts, bar)) for bar in stage.bars[-3:]]
    assert snares[0] < snares[1]
    assert max(d.onset_beats for d in drafts) < stage.span.end_beats - 2


@pytest.mark.parametrize(("settings", "message"), [
    ({"groove": "rok"}, "nearest: rock"), ({"pattern": "hh x-x- / sn --o"}, "hh has 4, sn has 3"),
    ({"pattern": "zz x-x-"}, "allowed: voices"), ({"swing": 0.9}, "less than or equal")])
def test_a_groove_or_bar_that_does_not_parse_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Drums.model_validate(settings)
    with pytest.raises(NotationError):
        parse_pattern("hh")


def test_drums_leave_on_channel_ten_with_the_kit_s_program(tmp_path: Path) -> None:
    sections = [{"name": "A", "bars": 2, "play": {"kit": "drums"}}]
    score = song(parts={"guitar": {"instrument": "steel_guitar"},
                        "kit": {"instrument": "drum_kit", "patch": {"kit": "808"}}}, sections=sections)
    made = rendering(tmp_path, score, dict(compose(score).notes), rate=8000)
    midi.write(made)
    file = mido.MidiFile(tmp_path / f"{made.basename}.mid")
    guitar, kit = ([event for event in track if not event.is_meta] for track in file.tracks[1:3])
    assert {event.channel for event in guitar} == {0}
    assert {event.channel for event in kit} == {9}
    assert next(event.program for event in kit if event.type == "program_change") == 25
    struck = {event.note for event in kit if event.type == "note_on"}
    assert struck <= {n.pitch for n in compose(score).notes["kit"]} and KICK in struck


def test_a_second_kit_is_on_channel_ten_of_a_second_port_and_takes_no_other_part_s_channel(tmp_path: Path) -> None:
    parts = {"kit": "drum_kit", "guitar": "steel_guitar", "more": "drum_kit", "keys": "celesta"}
    score = song(parts={name: {"instrument": kind} for name, kind in parts.items()},
                 sections=[{"name": "A", "bars": 1, "play": {"kit": "drums", "more": "drums"}}])
    made = rendering(tmp_path, score, dict(compose(score).notes), rate=8000)
    midi.write(made)
    seats = [({event.channel for event in track if not event.is_meta},
              [event.port for event in track if event.type == "midi_port"])
             for track in mido.MidiFile(tmp_path / f"{made.basename}.mid").tracks[1:5]]
    assert seats == [({9}, [0]), ({0}, [0]), ({9}, [1]), ({1}, [0])]


@pytest.mark.parametrize("name", ["drums", "drum", "drumkit"])
def test_who_asks_for_drums_is_told_of_the_drum_kit(name: str) -> None:
    assert nearest(name, instruments()) == "drum_kit"


@pytest.mark.parametrize("name", ["rock", "funk", "waltz"])
def test_the_beat_can_be_heard(name: str) -> None:
    """Autocorrelation of the onsets that are heard peaks at the length of the bar's beat, within 1 %."""
    rate, tempo = 11025, 100.0
    score = score_of("| Cm |", play={"style": "drums", "groove": name}, meter=own_meter(name), tempo=tempo)
    performance = compose(score)
    audio = DrumKit(room_db=-60).play(performance.notes["player"], rate, round(performance.duration_seconds * rate))
    hop = 55
    size = audio.shape[1] // hop * hop
    energy = np.log(1e-5 + (audio[0, :size].reshape(-1, hop) ** 2).mean(axis=1))
    onsets = np.maximum(np.diff(energy), 0)
    onsets = np.convolve(onsets - onsets.mean(), np.hanning(9), "same")
    bar = performance.bars[1].start_seconds - performance.bars[0].start_seconds
    found = np.correlate(onsets, onsets, "full")[onsets.size - 1:]
    lags = np.arange(found.size) * hop / rate
    near = (lags > 0.94 * bar) & (lags < 1.06 * bar)
    assert lags[near][found[near].argmax()] == pytest.approx(bar, rel=0.01)


def test_a_kick_and_a_snare_of_one_beat_are_within_ten_milliseconds() -> None:
    """Standard deviation of the time between limbs that strike together, at T = 0.7."""
    play = {"style": "drums", "groove": "disco", "fills": 0}
    drafts = played(score_of("| Cm |", play=play, bars=32))[0]
    by_beat: dict[float, dict[float, float]] = {}
    for d in drafts:
        by_beat.setdefault(d.onset_beats, {})[d.pitch] = d.delay_seconds
    apart = [row[KICK] - row[SNARE] for row in by_beat.values() if KICK in row and SNARE in row]
    assert len(apart) > 40
    assert 0.001 < np.std(apart) < 0.01
    assert all(b > a for a, b in pairwise(sorted(by_beat)))
