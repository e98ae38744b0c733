"""Time in sections: tempo, fermatas, uneven meters, and what a tempo counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import faults, read

from render.__main__ import main
from scores.compose import compose
from scores.composing.timeline import Timeline, lay_out
from scores.faults import Fault
from scores.format.model import Score
from scores.performance import Performance

HEAD = """\
title: Time
tempo: 120
key: D dorian
parts:
  drums: {instrument: drum_kit}
  piano: {instrument: upright_piano}
  guitar: {instrument: steel_guitar}
"""


def laid(*sections: dict[str, Any], **fields: Any) -> Timeline:
    named = [{"name": f"S{n}", "bars": 2, **section} for n, section in enumerate(sections)]
    return lay_out(Score.model_validate({"title": "t", "tempo": 120, "key": "C minor", "rubato": 0,
                                         "parts": {"g": {"instrument": "x"}}, "sections": named, **fields}))


def played(folder: Path, sections: str, head: str = HEAD) -> Performance:
    return compose(read(folder, head + "sections:\n" + sections).score)


def told(folder: Path, sections: str) -> list[Fault]:
    return list(read(folder, HEAD + "sections:\n" + sections).warnings)


def lengths(timeline: Timeline) -> list[float]:
    return [span.end_seconds - span.start_seconds for span in timeline.sections]


@pytest.mark.parametrize(("meter", "tempo", "bar_seconds"), [
    ("7/8", 132, 3.5 * 60 / 132), ("7/8", "264 eighths", 3.5 * 60 / 132), ("2+2+3/8", "♪ = 264", 3.5 * 60 / 132),
    ("15/16", 120, 3.75 * 0.5), ("15/16", "240 eighths", 3.75 * 0.5), ("6/8", 60, 2.0), ("6/8", "180 eighths", 2.0),
    ("5/8", "120bpm", 1.25), ("11/8", "dotted quarters = 80", 5.5 * 0.5), ("4/4", "120,0", 2.0), ("2/2", 60, 2.0)])
def test_a_tempo_counts_the_beat_of_the_meter_or_what_it_says(meter: str, tempo: object, bar_seconds: float) -> None:
    """7/8 at 132 has 132 quarters a minute, and so has 7/8 at 264 eighths."""
    assert lengths(laid({"bars": 4}, meter=meter, tempo=tempo))[0] == pytest.approx(4 * bar_seconds)


def test_what_a_tempo_counts_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = tmp_path / "song.yaml"
    score.write_text(HEAD.replace("tempo: 120", "tempo: 264 eighths\nmeter: 7/8") + "sections:\n"
                     "  - {name: A, bars: 1, play: {piano: piano}}\n"
                     "  - {name: B, bars: 1, meter: 12/8, play: {piano: piano}}\n")
    assert main([str(score), "--check"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "132 BPM" in out
    assert "quarters in 7/8 (3+2+2), dotted quarters in 12/8" in out


def test_a_tempo_of_a_section_holds_from_there_on_and_moves_no_other_section() -> None:
    """Each section keeps its length when another one is inserted, also with a ritardando in it."""
    slow, back, rit = {"tempo": 60}, {"tempo": "a tempo"}, {"tempo": "ritardando"}
    without = lengths(laid({}, slow, {}, back))
    assert without == pytest.approx([4, 8, 8, 4])
    with_one = lengths(laid({}, slow, {}, rit, back))
    assert [*with_one[:3], with_one[4]] == pytest.approx(without)
    assert with_one[3] > 1.1 * without[2]


def test_a_ritardando_slows_to_the_end_of_its_section_and_a_tempo_takes_it_back() -> None:
    """Slower step by step over the last bars, to the tempo asked for; then the song's own; accelerando: faster."""
    timeline = laid({"bars": 4, "tempo": {"ritardando": 2, "end": 60}}, {"tempo": "a tempo"},
                    {"tempo": "accelerando"}, {"bars": 4, "tempo": "100, rit."}, {"tempo": "a tempo"})
    quarters = [timeline.tempo.beat_seconds(0.25 + 0.5 * i) for i in range(32)]
    assert quarters[:16] == [0.5] * 16 and quarters[16:] == sorted(quarters[16:]) and len(set(quarters[16:])) == 16
    assert quarters[-1] == pytest.approx(60 / 62, abs=0.02)
    assert lengths(timeline)[1] == pytest.approx(4.0)
    assert lengths(timeline)[2] < 3.7
    assert timeline.tempo.beat_seconds(timeline.sections[3].start_beats) == pytest.approx(0.6)
    assert lengths(timeline)[4] == pytest.approx(4.0)


def test_a_section_that_slows_again_begins_a_tempo() -> None:
    """A verse with a ritardando that comes twice is as long the second time as the first."""
    once, twice = lengths(laid({"tempo": "ritardando"}, {"tempo": "ritardando"}))
    assert once == pytest.approx(twice) and once > 4.1


def test_a_fermata_holds_its_beat_and_nobody_begins_anything_in_it(tmp_path: Path) -> None:
    """The last beat lasts three times as long; the piano rings through it, drums and arpeggio wait."""
    section = ("  - {name: A, bars: 2, harmony: '| Dm | G |', temperature: 0, play: {drums: {style: drums, "
               "groove: rock, fills: 0}, piano: {notes: '| D4:1/8 E4 D4 E4 D4 E4 D4 E4 |'}}%s}\n")
    plain, held = (played(tmp_path, section % more) for more in ("", ", fermata: {hold: 3}"))
    assert held.duration_seconds - plain.duration_seconds == pytest.approx(2 * 0.5)
    end = held.sections[0].end_beats
    for part in ("drums", "piano"):
        assert any(end - 1 < note.onset_beats < end for note in plain.notes[part])
        assert not any(end - 0.85 < note.onset_beats < end for note in held.notes[part])
    last = max(held.notes["piano"], key=lambda note: note.onset_beats)
    assert last.onset_beats == pytest.approx(end - 1) and last.end_seconds == pytest.approx(held.duration_seconds)


def test_the_groups_of_a_meter_are_heard_and_counted(tmp_path: Path) -> None:
    """In 2+2+3/8 the bass drum or snare and the accents of the hand are on 1, 3 and 5, in 3+2+2 on 1, 4 and 6."""
    for meter, starts in (("2+2+3/8", (0, 1, 2)), ("3+2+2/8", (0, 1.5, 2.5)), ("3+3+2/8", (0, 1.5, 3))):
        song = played(tmp_path, "  - {name: A, bars: 4, temperature: 0, harmony: '| Dm |', play: {drums: {style: "
                      "drums, groove: pop, fills: 0, crash: false, hand: hat}, piano: {style: piano, "
                      "texture: block}}, cues: [{effect: dropout, part: piano, bar: 2, beat: 3, beats: 0.5}]}\n",
                      HEAD.replace("key:", f"meter: {meter}\nkey:"))
        bar = song.bars[1]
        struck = [note for note in song.notes["drums"]
                  if bar.start_beats - 0.05 <= note.onset_beats < bar.end_beats - 0.05]
        low = {round(note.onset_beats - bar.start_beats, 2) for note in struck if note.pitch in (36, 38, 37)}
        assert low >= set(starts), meter
        assert song.gestures["piano"][0].onset_beats - bar.start_beats == pytest.approx(starts[2])
        hand = {round(note.onset_beats - bar.start_beats, 2): note.velocity for note in struck if note.pitch == 42}
        on = [velocity for place, velocity in hand.items() if place in starts]
        assert on and min(on) > max((velocity for place, velocity in hand.items() if place not in starts), default=0)


def test_chords_in_an_uneven_bar_begin_with_its_groups() -> None:
    (first, second), = (bar.chords for bar in laid({"bars": 1, "harmony": "| Cm Fm |"}, meter="3+2+2/8").bars_of[0])
    assert (first[0], second[0]) == (0, 1.5)


@pytest.mark.parametrize(("value", "message", "allowed"), [
    ("tempo: fast", '"tempo" cannot be read: "fast"', "132 eighths"),
    ("tempo: 132 feet", '"tempo" cannot be read: "feet"', "eighths"),
    ("tempo: {ritardando: 1, accelerando: 1}", "not with both", "ritardando"),
    ("tempo: {end: 60}", "end belongs to a ritardando", "ritardando"),
    ("tempo: {to: 90, over: 3}", '"A" has 2 bars', "at most 2"),
    ("tempo: {to: 90, over: 2, ritardando: 1}", "two changes of tempo at one time", "one after the other"),
    ("fermata: maybe", '"fermata" cannot be read: "maybe"', "end"),
    ("fermata: {bar: 3}", '"A" has no bar 3', "1 to 2"),
    ("fermata: {beat: 5}", "a bar of 4/4 has no beat 5", "1 to less than 5"),
    ("meter: 2+2+x/8", '"meter" cannot be read', "2+2+3/8")])
def test_a_tempo_that_cannot_be_is_refused_at_its_place(tmp_path: Path, value: str, message: str,
                                                        allowed: str) -> None:
    found = faults(tmp_path, HEAD + f"sections:\n  - name: A\n    bars: 2\n    {value}\n    play: {{piano: piano}}\n")
    assert [each.line for each in found] == [11]
    assert message in found[0].message and allowed in (found[0].allowed or "")


def test_a_tempo_left_slow_is_told(tmp_path: Path) -> None:
    """A section that says nothing after a ritardando stays slow: perhaps that is not meant."""
    slows = "  - {name: A, bars: 2, tempo: ritardando, play: {piano: piano}}\n"
    stays = "  - {name: B, bars: 2, play: {piano: piano}}\n"
    assert [each.message for each in told(tmp_path, slows + stays)] == ['"B" stays slow after the ritardando of "A"']
    assert not told(tmp_path, slows + stays.replace("bars: 2", "bars: 2, tempo: a tempo"))
