"""The balance: what is measured of parts, what is decided from it, and what that does to their sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, sosfilt

from render import pipeline
from render.audio.samples import Span, envelope, sounding
from render.audio.wav import quantise
from render.catalogue import catalogue
from render.console.report import Quiet
from render.meters.bands import PRESENCE, energies
from render.meters.loudness import between, block_energy, integrated
from render.mixing.contour import Played, contour
from render.mixing.presence import place, words_of
from render.mixing.ride import Ride
from render.part import render_part
from render.pipeline import Job
from render.played import Played as Aside
from render.rendering import Rendering
from scores.compose import compose
from scores.reading.read import read_score

RATE = 48000
SONG = """\
title: Balanced
tempo: 100
key: A minor
singer: {engine: espeak}
parts:
  voice: {instrument: guide_vocal}
  strings: {instrument: string_pad}
  bells: {instrument: glass}
mix: {}
sections:
  - name: Verse
    bars: 2
    harmony: "| Am | F |"
    dynamics: p
    play: {bells: arpeggio, strings: pad, voice: sung}
    lyrics: [count the lanterns in the rain]
  - name: Chorus
    bars: 2
    harmony: "| F | C |"
    dynamics: p
    play: {bells: arpeggio, strings: pad, voice: sung}
    lyrics: [leave them burning in the rain]
"""


def rendered(folder: Path, text: str = SONG) -> Rendering:
    (folder / "song.yaml").write_text(text)
    score = read_score(folder / "song.yaml", catalogue()).score
    out = folder / "out"
    out.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipeline, "writers_for", lambda targets: ())
        return pipeline.render(Job("song", score, compose(score)), out, 2, Quiet())


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    return rendered(tmp_path_factory.mktemp("balanced"))


def stem(rendering: Rendering, part: str) -> np.ndarray:
    path = next(each.path for each in rendering.stems if each.part == part)
    return soundfile.read(path, always_2d=True)[0].T


def voice_over_band(rendering: Rendering, section: int) -> float:
    """Level of the voice over the band from 1 to 4 kHz while it sounds, by a Butterworth filter over the stems."""
    span = rendering.performance.sections[section]
    passes = butter(4, (1000, 4000), "band", fs=RATE, output="sos")
    cut = slice(round(span.start_seconds * RATE), round(span.end_seconds * RATE))
    power = {part: np.square(sosfilt(passes, stem(rendering, part)[:, cut])).sum(0)
             for part in ("voice", "strings", "bells")}
    blocks = {part: each[:2400 * 95].reshape(-1, 2400).mean(1) for part, each in power.items()}
    words = blocks["voice"] > np.percentile(blocks["voice"], 95) / 100
    return float(10 * np.log10(blocks["voice"][words].sum() / (blocks["strings"] + blocks["bells"])[words].sum()))


def test_the_voice_lies_over_the_band_by_as_much_as_is_asked_in_each_section(song: Rendering) -> None:
    for section in (0, 1):
        assert voice_over_band(song, section) == pytest.approx(4, abs=1.5)
        assert song.balance.sections[section].voice_over_band_db == pytest.approx(4, abs=1.5)


def test_a_chorus_is_lifted_by_2_to_4_lu(song: Rendering) -> None:
    energy = block_energy(np.asarray(np.rint(song.master * 2**23), np.int32), RATE)
    verse, chorus = (between(energy, span.start_seconds, span.end_seconds) for span in song.performance.sections)
    assert 1.5 <= chorus - verse <= 4.5


def test_written_levels_are_offsets_of_the_balance(song: Rendering, tmp_path: Path) -> None:
    text = SONG.replace("instrument: glass", "instrument: glass, level: -6").replace("mix: {}", "mix: {lift: off}")
    text = text.replace("instrument: guide_vocal", "instrument: guide_vocal, level: 3")
    softer = rendered(tmp_path, text)
    level = {name: [np.sqrt(np.mean(stem(each, name)[:, :4 * RATE] ** 2)) for each in (song, softer)]
             for name in ("bells", "strings")}
    moved = {name: 20 * np.log10(after / before) for name, (before, after) in level.items()}
    assert moved["bells"] - moved["strings"] == pytest.approx(-6, abs=0.5)
    assert voice_over_band(softer, 0) == pytest.approx(7, abs=1.5)


def test_the_stems_of_a_balanced_song_still_sum_exactly(song: Rendering) -> None:
    total = sum(np.rint(stem(song, part) * 2**23) for part in ("voice", "strings", "bells"))
    bus = soundfile.read(song.premaster_path, always_2d=True)[0].T
    assert np.array_equal(total, np.rint(bus * 2**23))


def test_a_balance_that_is_off_leaves_each_part_as_it_is_played(tmp_path: Path) -> None:
    off = rendered(tmp_path, SONG.replace("mix: {}", "mix: {balance: off}").replace("espeak", "hum"))
    played = render_part(off.score, off.performance, "bells", RATE, off.frames)
    assert np.array_equal(stem(off, "bells") * 2**23, quantise(played))


def test_one_transform_measures_the_loudness_that_the_standard_s_filters_do() -> None:
    rng = np.random.default_rng(1)
    noise = np.asarray(0.05 * rng.standard_normal((2, 5 * RATE)), np.float32)
    found = energies(noise, RATE, [Span(0, noise.shape[1])])
    pairs = found[0].reshape(-1, 2).mean(1)
    assert integrated(pairs) == pytest.approx(integrated(block_energy(quantise(noise.copy()), RATE)), abs=0.1)


def test_a_tone_of_2_khz_is_presence_and_one_of_500_hz_is_not() -> None:
    seconds = np.arange(RATE) / RATE
    for hz, share in ((2000, 1.0), (500, 0.0)):
        tone = np.tile(np.asarray(0.1 * np.sin(2 * np.pi * hz * seconds), np.float32), (2, 1))
        found = energies(tone, RATE, [Span(0, RATE)])[PRESENCE].mean()
        assert found == pytest.approx(share * 0.01, abs=1e-5)


def test_a_voice_reaches_its_place_over_a_band_whatever_both_do() -> None:
    rng = np.random.default_rng(2)
    for loud in (1e-5, 1e-3):
        voice = loud * rng.gamma(0.5, 1.0, 400) * (np.arange(400) % 50 < 40)
        band = 1e-4 * rng.gamma(2.0, 1.0, 400)
        words = words_of(voice, np.ones(400, bool))
        placed = place(voice, band, words, 3.0, 0.0)
        assert placed is not None
        raised = voice * 10 ** (placed.level_db / 10)
        assert 10 * np.log10(raised[words].sum() / band[words].sum()) == pytest.approx(3, abs=1)
        lost = [np.mean(10 * np.log10(each[words] / band[words]) < 0)
                for each in (voice * raised[words].sum() / voice[words].sum(), raised)]
        assert lost[1] < lost[0]


def test_a_dip_takes_3_db_from_the_middle_of_the_presence_and_little_from_elsewhere() -> None:
    seconds = np.arange(2 * RATE) / RATE
    ride = Ride(np.zeros(41), np.full(41, -3.0), np.zeros(41))
    for hz, wanted, within in ((2000, -3.0, 0.05), (100, 0.0, 0.1), (16000, 0.0, 0.15)):
        tone = np.tile(np.asarray(0.1 * np.sin(2 * np.pi * hz * seconds), np.float32), (2, 1))
        dipped = tone.copy()
        ride.apply(dipped, [Span(0, 2 * RATE)], RATE)
        change = 20 * np.log10(np.std(dipped[0, RATE:]) / np.std(tone[0, RATE:]))
        assert change == pytest.approx(wanted, abs=within)


def test_a_fader_moves_without_a_step_and_leaves_silence_silent() -> None:
    audio = np.zeros((2, RATE), np.float32)
    audio[:, 12000:36000] = 0.1
    gain = np.interp(np.arange(21), [0, 8, 12, 20], [0, 0, 6, 6])
    moved = audio.copy()
    Ride(gain, np.zeros(21), np.zeros(21)).apply(moved, [Span(12000, 36000)], RATE)
    assert moved[0, 35999] / 0.1 == pytest.approx(10 ** (6 / 20), rel=1e-4)
    assert np.abs(np.diff(moved[0, 12000:36000])).max() < 1e-4
    assert not moved[:, :12000].any() and not moved[:, 36000:].any()


def test_a_ride_that_does_nothing_changes_no_bit() -> None:
    audio = np.asarray(np.random.default_rng(3).standard_normal((2, RATE)), np.float32)
    same = audio.copy()
    Ride.none(20).apply(same, [Span(0, RATE)], RATE)
    assert np.array_equal(audio, same)


def test_sections_come_nearer_in_their_order_and_the_loudest_stays() -> None:
    lufs = [-40.0, -30.0, -24.0, -20.0]
    gains = contour([Played(each) for each in lufs], 9)
    after = [own + gain for own, gain in zip(lufs, gains, strict=True)]
    assert after == sorted(after) and after[-1] == -20 and after[0] == pytest.approx(-29, abs=0.1)
    assert contour([Played(each) for each in lufs], None) == [0, 0, 0, 0]


@pytest.mark.parametrize(("before", "chorus"), [(-20, -20), (-20, -28), (-24, -16)])
def test_a_lift_is_within_1_lu_of_what_is_asked(before: float, chorus: float) -> None:
    gains = contour([Played(before), Played(chorus, lift=3)], None)
    assert gains[0] == 0
    assert 2 - 1e-9 <= chorus + gains[1] - before <= 4 + 1e-9


def test_a_chorus_that_is_sung_again_is_as_loud_as_the_first_time() -> None:
    """What the lift takes of a chorus it takes of the next one, too, but not of a verse after them."""
    played = [Played(-24), Played(-16, lift=3), Played(-16, goes_on=True), Played(-24)]
    assert contour(played, None) == [0, -4, -4, 0]


def test_what_is_put_aside_comes_back_bit_for_bit(tmp_path: Path) -> None:
    audio = np.zeros((2, RATE), np.float32)
    audio[:, 5000:9000] = np.random.default_rng(4).standard_normal((2, 4000))
    audio[1, 30000] = 1.0
    aside = Aside.of(audio.copy, RATE, tmp_path)
    assert np.array_equal(aside.audio(RATE), audio)
    assert [*aside.spans] == sounding(envelope(audio), RATE)
    aside.entry.close()
    assert not list(tmp_path.iterdir())
