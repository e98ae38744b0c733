"""A SoundFont of one's own: in tune, in time to a part of a sample, as the bank says, or refused with what is there."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from bad_scores import GOOD
from banks import LOOPED, ROOT_HZ, pack, sine_bank, write_bank
from banks import RATE as SAMPLED_AT
from reading import faults
from spectra import ONSET, RATES, cents_off, sounding
from spectra import level_db as decibels

from instruments.sampler.chunks import BankError
from instruments.sampler.sf2 import read_bank
from instruments.soundfont import SoundFont
from render.cli import main
from scores.performance import Note

REAL = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
real = pytest.mark.skipif(not REAL.exists(), reason="Debian's timgm6mb-soundfont is not installed")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(sine_bank(tmp_path_factory.mktemp("bank") / "sine.sf2"))


def play(instrument: SoundFont, notes: list[Note], rate: int = 48000, seconds: float = 1.5) -> np.ndarray:
    return instrument.play(notes, rate, round(seconds * rate))


@pytest.mark.parametrize("rate", RATES)
def test_every_key_is_in_tune_and_bends_are_taken(bank: str, rate: int) -> None:
    """Within 0.2 cents from MIDI 36 to 84, between the keys too; a bend held at 130 cents is 130 cents."""
    for pitch in (36, 48.31, 60, 71.5, 84):
        audio = play(SoundFont(file=bank), [sounding(pitch, 0.0, 2.0)], rate, 1.2).mean(axis=0)
        steady = audio[round(0.1 * rate):].astype(np.float64)
        assert abs(cents_off(steady, rate, 440 * 2 ** ((pitch - 69) / 12))) < 0.2, pitch
    bent = replace(sounding(60, 0.0, 2.0), bend=((0.0, 130.0),))
    steady = play(SoundFont(file=bank), [bent], rate, 1.2).mean(axis=0)[round(0.1 * rate):].astype(np.float64)
    assert abs(cents_off(steady, rate, 440 * 2 ** ((61.3 - 69) / 12))) < 0.2


@pytest.mark.parametrize("rate", RATES)
def test_an_onset_is_right_to_a_tenth_of_a_sample(bank: str, rate: int) -> None:
    """The phase of the sine tells when it began: the same, wherever between two samples the note begins."""
    hertz = 440 * 2 ** (-9 / 12)
    begins = []
    for part in (0.0, 0.23, 0.5, 0.77):
        onset = (round(0.1 * rate) + part) / rate
        audio = play(SoundFont(file=bank), [sounding(60, onset, 1.0)], rate, 1.0).mean(axis=0)
        time = np.arange(audio.size) / rate
        inside = slice(round(0.2 * rate), round(0.9 * rate))
        window = np.hanning(time[inside].size)
        phase = np.angle(np.sum(window * audio[inside] * np.exp(-2j * np.pi * hertz * (time[inside] - onset))))
        begins.append(phase / (2 * np.pi * hertz) * rate)
    assert np.ptp(begins) < 0.1


@pytest.mark.parametrize("rate", RATES)
def test_silence_is_exact_before_the_onset_and_after_the_release(bank: str, rate: int) -> None:
    audio = play(SoundFont(file=bank), [sounding(60, ONSET, 0.5)], rate)
    heard = np.flatnonzero(audio.any(axis=0))
    assert audio.dtype == np.float32 and audio.shape == (2, round(1.5 * rate))
    assert -0.5 <= heard[0] - ONSET * rate <= 0.002 * rate
    assert ONSET + 0.499 <= heard[-1] / rate < ONSET + 0.53
    assert not play(SoundFont(file=bank), [], rate).any()


def test_a_decay_falls_by_96_db_in_the_time_the_bank_states(bank: str) -> None:
    """Two seconds: 48 dB after one, in a straight line of decibels."""
    audio = play(SoundFont(file=bank, preset="Decay"), [sounding(60, 0.0, 3.0)], seconds=2.0)
    levels = [decibels(audio[:, round(t * 48000):round((t + 0.05) * 48000)]) for t in (0.1, 0.6, 1.1)]
    assert np.allclose(np.diff(levels), -24, atol=0.3)


def test_a_loop_may_end_with_the_key(tmp_path: Path) -> None:
    """Let go, mode 3 plays on from where it is to the sample's end, 2,800 to 3,000 frames; mode 1 loops as it fades."""
    modes = write_bank(tmp_path / "modes.sf2", [(name, 0, program, [[(54, mode), (38, 0)]])
                                                for name, program, mode in (("On", 0, 1), ("Out", 1, 3))])
    on, out = (play(SoundFont(file=str(modes), preset=preset), [sounding(60, 0.0, 0.5)]) for preset in (1, 2))
    step = 440 * 2 ** (-9 / 12) / ROOT_HZ * SAMPLED_AT / 48000
    last = np.flatnonzero(out.any(axis=0))[-1] - 24000
    assert 2780 / step < last < 3020 / step
    np.testing.assert_allclose(out[:, :24000 + round(2700 / step)], on[:, :24000 + round(2700 / step)], atol=1e-4)
    assert on[:, 24000 + last:24000 + 2 * last].any()


def test_velocity_pan_filter_and_key_ranges_are_the_banks(bank: str) -> None:
    """Velocity 64 against 127 is 40·log(127/64) dB; hard left is left alone; a cut-off takes what is above it down as
    a Butterworth of second order does; of two zones the key's own sounds."""
    loud, soft = (decibels(play(SoundFont(file=bank), [sounding(60, 0.0, 1.0, velocity)])) for velocity in (127, 64))
    assert loud - soft == pytest.approx(40 * np.log10(127 / 64), abs=0.05)
    left, right = play(SoundFont(file=bank, preset="Left"), [sounding(60, 0.0)])
    assert left.any() and np.abs(right).max() < 1e-6
    open_, dark = (decibels(play(SoundFont(file=bank, preset=preset), [sounding(84, 0.0, 3.0)])[:, 9600:])
                   for preset in (1, 4))
    ratio = 440 * 2 ** (15 / 12) / (8.1757989 * 2 ** (7000 / 1200))
    assert open_ - dark == pytest.approx(10 * np.log10(1 + ratio**4), abs=0.5)
    assert SoundFont(file=bank, preset="halves").reach() == (0, 72)
    audio = play(SoundFont(file=bank, preset="Halves"), [sounding(64, 0.0, 2.0)], seconds=1.2).mean(axis=0)
    assert abs(cents_off(audio[4800:].astype(np.float64), 48000, 440 * 2 ** ((64.5 - 69) / 12))) < 0.3


def test_a_note_of_the_same_class_ends_the_one_before(bank: str) -> None:
    """A closed hi-hat ends the open one: only in the drums of this bank."""
    notes = [sounding(46, 0.0, 1.4), replace(sounding(42, 0.5, 0.05), velocity=1)]
    drums, keys = (play(SoundFont(file=bank, preset=1, bank=number), notes)[:, 30000:60000] for number in (128, 0))
    assert decibels(drums) < decibels(keys) - 40


def test_the_same_notes_give_the_same_bytes(bank: str) -> None:
    notes = [sounding(50 + 3 * i, 0.1 * i, 0.4) for i in range(8)]
    assert play(SoundFont(file=bank), notes).tobytes() == play(SoundFont(file=bank), notes).tobytes()


@pytest.mark.parametrize(("settings", "key", "message", "meant"), [
    ({"preset": "Sien"}, "preset", 'bank 0 of the SoundFont has no preset "Sien"', "Sine"),
    ({"preset": 9}, "preset", "bank 0 of the SoundFont has no program 9", "5"),
    ({"bank": 3}, "bank", "the SoundFont has no bank 3", None),
])
def test_a_preset_that_is_not_there_is_told_with_those_that_are(bank: str, settings: dict[str, object], key: str,
                                                                 message: str, meant: str | None) -> None:
    ((at, told, _, allowed, candidates),) = SoundFont(file=bank, **settings).examine()
    assert (at, told) == (key, message) and allowed
    assert meant is None or meant in candidates


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"hello" * 100, lambda data: data[:len(data) // 2], lambda data: data[:-40],
    lambda data: data.replace(b"shdr", b"xxxx"), lambda data: data.replace(b"smpl", b"xxxx"),
    lambda data: data.replace(b"pbag\x0c", b"pbag\x0b"),
])
def test_a_file_that_is_no_bank_is_refused_and_nothing_else(bank: str, damage: object, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(damage(Path(bank).read_bytes()))  # type: ignore[operator]  # a table of functions
    told = list(SoundFont(file=str(broken)).examine())
    assert not told or told[0][0] == "file"
    if not told:  # what is left of it can still be played
        SoundFont(file=str(broken)).play([sounding(60)], 48000, 4800)


def test_a_compressed_sample_that_is_none_is_told(tmp_path: Path) -> None:
    packed = write_bank(tmp_path / "packed.sf3", [("Sine", 0, 0, [[LOOPED]])], sample_type=0x11)
    with pytest.raises(BankError, match="its compressed sample sine is no Ogg Vorbis stream"):
        read_bank(packed)
    ((_, told, _, _, _),) = SoundFont(file=str(packed)).examine()
    assert "sine is no Ogg Vorbis stream" in told
    good = pack(sine_bank(tmp_path / "sine.sf2"), tmp_path / "sine.sf3", [0])
    good.write_bytes(good.read_bytes().replace(b"vorbis", b"boring"))
    with pytest.raises(BankError, match="its compressed sample sine cannot be decoded"):
        list(read_bank(good).regions((0, 0), 60, 100))


def test_a_stream_that_breaks_off_when_it_is_played_is_the_score_s_fault_at_its_place(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = pack(sine_bank(tmp_path / "sine.sf2"), tmp_path / "sine.sf3", [0])
    packed.write_bytes(packed.read_bytes().replace(b"vorbis", b"boring"))
    (tmp_path / "song.yaml").write_text(
        "title: Own\ntempo: 120\nkey: A minor\nparts:\n  x: {soundfont: sine.sf3}\n"
        "sections:\n  - {name: A, bars: 1, play: {x: {notes: '| C4:1/1 |'}}}\n")
    assert main([str(tmp_path / "song.yaml"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "song.yaml:5:18" in told and "its compressed sample sine cannot be decoded" in told
    assert not (tmp_path / "out" / "song").exists()


def test_compressed_samples_sound_as_they_did_before(bank: str, tmp_path: Path) -> None:
    """Within what Vorbis leaves out, in tune and through the loop; the fault names the file."""
    packed = pack(Path(bank), tmp_path / "sine.sf3", [0])
    notes = [sounding(61, 0.1, 1.0)]
    plain, ogg = (play(SoundFont(file=str(file)), notes).astype(np.float64) for file in (bank, packed))
    assert decibels(ogg - plain) < decibels(plain) - 30
    assert abs(decibels(ogg) - decibels(plain)) < 0.1


def test_a_compressed_sample_that_fills_its_range_does_not_wrap_around_it(tmp_path: Path) -> None:
    """Vorbis gives an all but square wave back higher than it was: no sample of it lands on the other side."""
    loud = write_bank(tmp_path / "loud.sf2", [("Square", 0, 0, [[LOOPED]])], height=1e6)
    (plain,), (ogg,) = (list(read_bank(bank).regions((0, 0), 60, 100))
                        for bank in (loud, pack(loud, tmp_path / "loud.sf3", [0])))
    halves = np.abs(plain.frames[plain.start:plain.end].astype(int)) > 32000
    assert (np.sign(ogg.frames) == np.sign(plain.frames[plain.start:plain.end]))[halves].all()
    assert np.abs(ogg.frames.astype(int)).max() >= 32767


@real
def test_a_real_bank_is_in_time_and_its_presets_are_found_by_name() -> None:
    """Debian's TimGM6mb, the preset's name in other capitals: sound from the first sample after the onset."""
    guitar = SoundFont(file=str(REAL), preset="nylon guitar")
    assert not list(guitar.examine()) and guitar.reach() == (0, 108)
    audio = play(guitar, [sounding(60)])
    assert -24 < 20 * np.log10(np.abs(audio).max()) < -6
    assert np.flatnonzero(audio.any(axis=0))[0] == np.ceil(ONSET * 48000)


def compare_with_fluidsynth(bank: Path, program: int, key: int, velocity: int, folder: Path) -> None:
    """Without its reverb and chorus: the same pitch within 0.3 cents, and the same course of level within 1 dB (r.m.s.)
    over attack, decay and release, but for one gain."""
    track = mido.MidiTrack([
        mido.Message("program_change", program=program - 1),
        mido.Message("note_on", note=key, velocity=velocity), mido.Message("note_off", note=key, time=1920),
        mido.MetaMessage("end_of_track", time=1920)])
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(folder / "note.mid")
    subprocess.run(["fluidsynth", "-ni", "-R0", "-C0", "-g", "0.5", "-r", "48000", "-F", str(folder / "note.wav"),
                    str(bank), str(folder / "note.mid")], check=True, capture_output=True, timeout=60)
    theirs = soundfile.read(folder / "note.wav", dtype="float64")[0].T
    ours = play(SoundFont(file=str(bank), preset=program), [sounding(key, 0.0, 2.0, velocity)], seconds=3.0)
    ours = ours.astype(np.float64)
    frames = min(ours.shape[1], theirs.shape[1]) // 4800 * 4800
    course = [10 * np.log10(np.mean(audio[:, :frames].reshape(2, -1, 4800) ** 2, axis=(0, 2)) + 1e-12)
              for audio in (ours, theirs)]
    heard = course[1] > -75
    assert heard.sum() >= 10
    assert np.std((course[0] - course[1])[heard]) < 1.0
    steady = slice(14400, 81600)
    hertz = 440 * 2 ** ((key - 69) / 12)
    off = [cents_off(audio.mean(axis=0)[steady], 48000, hertz) for audio in (ours, theirs)]
    assert abs(off[0] - off[1]) < 0.3


fluidsynth = pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="Debian's fluidsynth is not installed")


@real
@fluidsynth
@pytest.mark.parametrize(("program", "key", "velocity"), [(1, 60, 100), (25, 48, 40), (33, 40, 110), (81, 76, 90)])
def test_it_sounds_as_fluidsynth_plays_the_same_bank(program: int, key: int, velocity: int, tmp_path: Path) -> None:
    compare_with_fluidsynth(REAL, program, key, velocity, tmp_path)


@real
@fluidsynth
def test_a_compressed_bank_sounds_as_fluidsynth_plays_it(tmp_path: Path) -> None:
    """The real bank's piano, its samples made Ogg Vorbis."""
    piano = [region.sample for region in read_bank(REAL).regions((0, 0), 60, 100)]
    compare_with_fluidsynth(pack(REAL, tmp_path / "piano.sf3", piano), 1, 60, 100, tmp_path)


@pytest.mark.parametrize(("part", "message", "column", "nearest"), [
    ("{soundfont: sin.sf2}", "there is no such file: sin.sf2", 23, "sine.sf2"),
    ("{soundfont: text.sf2}", "this SoundFont cannot be used: it is no SoundFont 2 file", 23, None),
    ("{soundfont: sine.sf2, patch: {preset: Dekay}}", 'bank 0 of the SoundFont has no preset "Dekay"', 49, "Decay"),
    ("{soundfont: sine.sf2, patch: {prest: 1}}", 'unknown key "prest"', 41, "preset"),
    ("{soundfont: sine.sf2, patch: {bank: 129}}", '"bank" is out of range: 129', 47, None),
    ("{soundfont: sine.sf2, patch: {file: sine.sf2}}", 'unknown key "file"', 41, None),
    ("{soundfont: sine.sf2, instrument: hum}", "this part has an instrument already: hum", 12, None),
    ("{soundfont: sine.sf2, plugin: sine.sf2}", "this part has an instrument already: soundfont", 33, None),
    ("{instrument: soundfont}", "soundfont needs a file", 24, None),
    ("{soundfont: 3}", '"soundfont" is a number: 3', 23, None),
])
def test_what_is_wrong_with_it_in_a_score_is_told_at_its_place(part: str, message: str, column: int,
                                                               nearest: str | None, tmp_path: Path) -> None:
    sine_bank(tmp_path / "sine.sf2")
    (tmp_path / "text.sf2").write_text("hello")
    (fault,) = faults(tmp_path, GOOD.replace("{instrument: steel_guitar}", part))
    assert fault.message == message and fault.allowed
    assert (fault.line, fault.column, fault.nearest) == (5, column, nearest)


def test_notes_that_the_preset_does_not_have_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what it has is rendered, the file's fingerprint in the manifest under the name that the score gives it."""
    sine_bank(tmp_path / "sine.sf2")
    text = ("title: Own\ntempo: 120\nkey: A minor\nparts:\n  x: {soundfont: sine.sf2, patch: {preset: Halves}}\n"
            "sections:\n  - {name: A, bars: 1, play: {x: {notes: '| C4:1/1 |'}}}\n")
    (tmp_path / "song.yaml").write_text(text.replace("C4", "C6"))
    assert main([str(tmp_path / "song.yaml"), "--out", str(tmp_path / "out")]) == 2
    assert "a note that a soundfont does not have" in capsys.readouterr().err
    (tmp_path / "song.yaml").write_text(text)
    assert main([str(tmp_path / "song.yaml"), "--out", str(tmp_path / "out")]) == 0
    manifest = json.loads((tmp_path / "out" / "song" / "manifest.json").read_text())
    wanted = hashlib.sha256((tmp_path / "sine.sf2").read_bytes()).hexdigest()
    assert manifest["inputs"] == [{"file": "sine.sf2", "sha256": wanted}]
    assert manifest["stems"][0]["peak_db"] > -40
