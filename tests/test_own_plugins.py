"""Plug-ins of one's own: in time, by their own parameters, and one that crashes takes nothing with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import vst
from signals import CONTEXT, music
from spectra import RATES, cents_off, sounding
from tiny import files

from effects.hosting import plugin_host
from effects.hosting.plugin_host import PluginError, Setting
from effects.plugin import Plugin as PluginEffect
from instruments.plugin import Plugin, events
from render.cli import main

ROOT = Path(__file__).parent.parent
SCORE = """\
title: Plugged
tempo: 120
key: A minor
parts:
  piano: {instrument: felt_piano, effects: [{plugin: {file: own/it.vst3}}]}
sections:
  - {name: A, bars: 1, play: {piano: {notes: "| A3:1/1 |"}}}
"""


@pytest.fixture(scope="module")
def sine(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(vst.sine(tmp_path_factory.mktemp("sine")))


def run(folder: Path, text: str, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    (folder / "song.yaml").write_text(text)
    code = main([str(folder / "song.yaml"), "--out", str(folder / "out"), *more])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("rate", RATES)
def test_an_instrument_is_in_time_to_the_sample_in_tune_and_the_same_twice(sine: str, rate: int) -> None:
    onsets = np.cumsum([0.10001, 0.3333, 0.25, 0.2771])
    notes = [sounding((60.5, 64)[i % 2], float(onset), 0.2) for i, onset in enumerate(onsets)]
    audio = Plugin(file=sine, gain=0.5).play(notes, rate, round(1.4 * rate))
    assert audio.shape == (2, round(1.4 * rate)) and audio.dtype == np.float32
    begins = np.flatnonzero((audio[0] != 0) & (np.concatenate([[0], audio[0][:-1]]) == 0))
    assert begins.tolist() == [round(onset * rate) for onset in onsets]
    assert np.abs(audio).max() == pytest.approx(0.5 * 100 / 127, rel=1e-3)
    for n, begin in enumerate(begins):
        inside = audio[0, begin + round(0.01 * rate):begin + round(0.19 * rate)].astype(np.float64)
        assert abs(cents_off(inside, rate, 440 * 2 ** ((notes[n].pitch - 69) / 12))) < 1
    assert audio.tobytes() == Plugin(file=sine, gain=0.5).play(notes, rate, round(1.4 * rate)).tobytes()


def test_an_instrument_with_one_output_is_heard_on_both_sides(sine: str, tmp_path: Path) -> None:
    note = [sounding(60, 0.1, 0.2)]
    alone = Plugin(file=str(vst.sine(tmp_path, outputs=1))).play(note, 48000, 24000)
    assert np.array_equal(alone, Plugin(file=sine).play(note, 48000, 24000)) and alone.any()


def test_one_that_draws_by_the_c_library_s_chance_repeats_itself(sine: str, tmp_path: Path) -> None:
    noisy, note = str(vst.sine(tmp_path, hiss=0.01)), [sounding(60, 0.1, 0.2)]
    once = Plugin(file=noisy).play(note, 48000, 24000)
    assert not np.array_equal(once, Plugin(file=sine).play(note, 48000, 24000))
    assert np.array_equal(once, Plugin(file=noisy).play(note, 48000, 24000))


def test_no_notes_load_no_plugin(tmp_path: Path) -> None:
    assert not Plugin(file=str(tmp_path / "none.vst3")).play([], 48000, 480).any()


def test_a_restruck_key_ends_first_and_bends_come_before_their_note() -> None:
    notes = [sounding(60, 0.0, 1.0), sounding(60, 0.5, 1.0), sounding(61.5, 0.75, 0.5)]
    told = [(seconds, message[0] & 0xF0, message[1]) for seconds, message in events(notes)]
    assert told[:3] == [(0.0, 0x90, 60), (0.5, 0x80, 60), (0.5, 0x90, 60)]
    assert [kind for seconds, kind, _ in told if seconds == 0.75] == [0xE0, 0x90]


def test_its_parameters_are_typed_by_itself(sine: str) -> None:
    what = plugin_host.describe(Setting(Path(sine)))
    assert what.is_instrument
    assert [(p.name, p.low, p.high) for p in what.parameters] == [("gain", 0, 1)]  # and no MIDI controllers
    ((key, message, _, allowed, candidates),) = Plugin(file=sine, gian=0.5).examine()
    assert (key, message, allowed, candidates) == ("gian", 'TestSine has no parameter "gian"', "gain", ["gain"])
    ((key, _, found, allowed, _),) = Plugin(file=sine, gain=5).examine()
    assert (key, found, allowed) == ("gain", "5", "a number from 0 to 1")
    ((key, message, *_),) = PluginEffect(file=sine).examine()
    assert (key, message) == ("file", "TestSine is an instrument")


def test_an_effect_in_a_chain_is_heard_keeps_its_length_and_repeats() -> None:
    tube = PluginEffect(file=str(vst.zam("ZamTube")), tube_drive=8.0)
    assert not list(tube.examine())
    audio = music(48000, 0.4)
    out = tube.process(audio, CONTEXT)
    assert out.shape == audio.shape and out.dtype == np.float32 and np.isfinite(out).all()
    assert np.sqrt(np.mean((out - audio) ** 2)) > 1e-3
    np.testing.assert_allclose(tube.process(audio, CONTEXT), out, atol=1e-3)  # this one repeats only nearly
    assert np.array_equal(PluginEffect.neutral().process(audio, CONTEXT), audio)
    other = PluginEffect(file=tube.file, tube_drive=1.0).process(audio, CONTEXT)
    assert np.abs(out - other).max() > 1e-3
    ((key, message, _, _, candidates),) = PluginEffect(file=tube.file, tube_driv=8).examine()
    assert key == "tube_driv" and message.startswith("ZamTube has no parameter") and "tube_drive" in candidates


@pytest.mark.parametrize(("source", "told"), [(vst.CRASHES, "it.vst3 has crashed (SIGSEGV)"),
                                             (vst.HANGS, "it.vst3 has not answered for 3 seconds")])
def test_a_plugin_that_crashes_or_hangs_is_told_with_its_place_and_nothing_is_written(
        source: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    vst.broken(tmp_path / "own", "it", source)
    if source == vst.HANGS:
        monkeypatch.setattr(plugin_host, "LOAD_SECONDS", 3.0)
    (tmp_path / "song.yaml").write_text(SCORE)
    before = files(tmp_path)
    code, errors = run(tmp_path, SCORE, capsys)
    assert code == 2 and errors.startswith(f"{tmp_path / 'song.yaml'}:5:61: {told}")
    assert "in parts › piano › effects › 1 › plugin › file" in errors
    assert files(tmp_path) == before


def test_without_plugins_none_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vst.broken(tmp_path / "own", "it", vst.CRASHES)
    code, errors = run(tmp_path, SCORE, capsys, "--no-plugins")
    assert code == 2 and ":5:61: it.vst3 is a plug-in, and with --no-plugins none is run" in errors
    assert main([str(tmp_path / "song.yaml"), "--check", "--no-plugins"]) == 0
    assert "it.vst3 was not asked for its parameters." in capsys.readouterr().out


def test_a_check_tells_that_it_has_run_plugins(sine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SCORE.replace("{instrument: felt_piano, effects: [{plugin: {file: own/it.vst3}}]}", f"{{plugin: {sine}}}")
    (tmp_path / "song.yaml").write_text(text)
    assert main([str(tmp_path / "song.yaml"), "--check"]) == 0
    assert "Sine.vst3 was run to ask for its parameters; --no-plugins leaves that out." in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_plugin_that_hangs_does_not_hold_up_who_stops_the_program(
        number: signal.Signals, sine: str, tmp_path: Path) -> None:
    """It hangs while it plays, when a minute is left to it."""
    text = SCORE.replace("{instrument: felt_piano, effects: [{plugin: {file: own/it.vst3}}]}", f"{{plugin: {sine}}}")
    (tmp_path / "song.yaml").write_text(text)
    (tmp_path / "hangs.py").write_text("import os, sys, time\nopen(sys.argv[1] + '/../begun', 'w').close()\n"
                                       "time.sleep(100)\n")
    program = ("import sys, tempfile; from pathlib import Path; import effects.hosting.plugin_host as host\n"
               "import render.cli as cli\n"
               f"tempfile.tempdir = {str(tmp_path)!r}\n"
               "described = host._describe\n"
               "def then(*given):\n"
               "    told = described(*given)\n"
               f"    host.WORKER = Path({str(tmp_path / 'hangs.py')!r})\n"
               "    return told\n"
               "host._describe = then\n"
               f"raise SystemExit(cli.main([{str(tmp_path / 'song.yaml')!r}, '--out', {str(tmp_path / 'out')!r}]))")
    process = subprocess.Popen([sys.executable, "-c", program + "\n"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    assert process.stderr is not None
    assert process.stderr.readline() == "Stopped. Nothing was changed.\n"
    assert not (tmp_path / "out").exists()
    process.kill()
    process.communicate()


def test_one_that_fails_only_while_it_plays_is_told_too(sine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       capsys: pytest.CaptureFixture[str]) -> None:
    text = SCORE.replace("{instrument: felt_piano, effects: [{plugin: {file: own/it.vst3}}]}", f"{{plugin: {sine}}}")
    assert run(tmp_path, text, capsys, "--check") == (0, "")
    worker = tmp_path / "worker.py"
    worker.write_text("raise SystemExit(3)\n")
    monkeypatch.setattr(plugin_host, "WORKER", worker)
    code, errors = run(tmp_path, text, capsys)
    assert code == 2 and ":5:19: Sine.vst3 has crashed (exit code 3)" in errors
    assert not (tmp_path / "out").exists()


@pytest.mark.whole_song  # pedalboard waits ten seconds, at each load, for such a plug-in to be silent
def test_one_that_is_far_too_loud_is_refused_at_the_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside it the other stems would be rounded to nothing."""
    loud = str(vst.sine(tmp_path, hiss=1e30))
    text = SCORE.replace("{instrument: felt_piano, effects: [{plugin: {file: own/it.vst3}}]}", f"{{plugin: {loud}}}")
    code, errors = run(tmp_path, text, capsys)
    assert code == 2 and ":5:19: Sine.vst3 is 600 dB above full scale" in errors and "in parts › piano" in errors
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_plugin_or_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "it.vst3").write_text("hello")
    code, errors = run(tmp_path, SCORE, capsys, "--check")
    assert code == 2 and ":5:61: it.vst3 cannot be used: " in errors
    code, errors = run(tmp_path, SCORE.replace("it.vst3", "its.vst3"), capsys, "--check")
    assert code == 2 and "there is no such file: own/its.vst3" in errors and "did you mean own/it.vst3?" in errors


def test_what_is_missing_is_an_error_of_ours_where_it_was_not_checked(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"none\.vst3"):
        Plugin(file=str(tmp_path / "none.vst3")).play([sounding(60)], 48000, 48000)
