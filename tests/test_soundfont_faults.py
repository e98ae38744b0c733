"""SoundFonts as people have them: beyond the specification, damaged, with what few banks use; as FluidSynth plays."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from banks import LOOPED, chunk, write_bank
from spectra import cents_off, sounding
from spectra import level_db as decibels

from instruments.sampler import generators as gen
from instruments.sampler.chunks import BankError
from instruments.sampler.modulators import Modulator, added, value
from instruments.sampler.sf2 import read_bank
from instruments.soundfont import SoundFont
from render.cli import main

HIGH, LOW = 32767, -32768
EXTREME = [[LOOPED, *[(which, amount) for which in numbers]] for numbers, amount in (
    *(((which,), amount) for which in range(5, 59) if which not in (41, 43, 44, 53, 54) for amount in (LOW, HIGH)),
    ((51, 52, 56), HIGH), ((5, 6, 7, 51), HIGH), ((58,), 0), ((11, 9), HIGH), ((8, 9), LOW))]


def song(folder: Path, file: str) -> Path:
    path = folder / "song.yaml"
    path.write_text(f"title: Own\ntempo: 120\nkey: A minor\nparts:\n  x: {{soundfont: {file}}}\n"
                    "sections:\n  - {name: A, bars: 1, play: {x: {notes: '| C4:1/1 |'}}}\n")
    return path


def test_generators_beyond_their_range_are_taken_as_its_ends(tmp_path: Path) -> None:
    """Every generator at both ends of 16 bits: what is heard is what the ends of its range sound like."""
    presets = [(str(n), 0, n, [zone]) for n, zone in enumerate(EXTREME)]
    within = [(str(n), 0, n, [[(which, int(np.clip(amount, gen.LOWEST[which], gen.HIGHEST[which])))
                               for which, amount in zone]]) for n, zone in enumerate(EXTREME)]
    beyond, inside = write_bank(tmp_path / "beyond.sf2", presets), write_bank(tmp_path / "within.sf2", within)
    for program in range(1, len(EXTREME) + 1):
        notes = [sounding(key, 0.01, 0.05, velocity) for key, velocity in ((0, 127), (60, 100), (127, 1))]
        heard, wanted = (SoundFont(file=str(file), preset=program).play(notes, 48000, 6000)
                         for file in (beyond, inside))
        assert np.isfinite(heard).all() and np.abs(heard).max() < 8, EXTREME[program - 1]
        np.testing.assert_array_equal(heard, wanted, str(EXTREME[program - 1]))


def test_every_range_holds_its_default_and_a_preset_may_detune_once_more() -> None:
    assert (gen.LOWEST <= gen.DEFAULTS).all() and (gen.DEFAULTS <= gen.HIGHEST).all()
    assert gen.stated(gen.FINE_TUNE, 120) == 99 and gen.stated(gen.PAN, -9000) == -500
    summed = gen.DEFAULTS.copy()
    summed[gen.FINE_TUNE], summed[gen.COARSE_TUNE] = 150, 150
    assert gen.clamped(summed)[[gen.FINE_TUNE, gen.COARSE_TUNE]].tolist() == [150, 120]


def test_a_missing_sample_is_told_by_the_check_at_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only where the preset that is played needs it."""
    write_bank(tmp_path / "bad.sf2", [("Sine", 0, 0, [[LOOPED]])], sample=77)
    assert main([str(song(tmp_path, "bad.sf2")), "--check"]) == 2
    told = capsys.readouterr().err
    assert "song.yaml:5:18: this SoundFont cannot be used: its instrument Sine names sample 78 of 1" in told
    with pytest.raises(BankError, match="names sample 78 of 1"):
        list(read_bank(tmp_path / "bad.sf2").regions((0, 0), 60, 100))
    good = write_bank(tmp_path / "good.sf2", [("Sine", 0, 0, [[LOOPED]])]).read_bytes()
    (tmp_path / "other.sf2").write_bytes(good.replace(b"\x29\x00\x00\x00", b"\x29\x00\x05\x00"))  # its instrument
    with pytest.raises(BankError, match="its preset Sine names instrument 6 of 1"):
        read_bank(tmp_path / "other.sf2").check((0, 0))


def without_pad(data: bytes, name: bytes) -> bytes:
    """The bank with a chunk made odd by a byte less, and no pad byte after it."""
    at = data.index(name)
    size = int.from_bytes(data[at + 4:at + 8], "little")
    assert size % 2 == 0
    shorter = data[:at + 4] + (size - 1).to_bytes(4, "little") + data[at + 8:at + 7 + size] + data[at + 8 + size:]
    return shorter[:4] + (len(shorter) - 8).to_bytes(4, "little") + shorter[8:]


def test_an_odd_chunk_may_lack_its_pad_byte(tmp_path: Path) -> None:
    good = write_bank(tmp_path / "good.sf2", [("Sine", 0, 0, [[LOOPED]])])
    data = without_pad(good.read_bytes(), b"smpl")
    (tmp_path / "odd.sf2").write_bytes(data)
    padded = good.read_bytes().replace(b"LIST", chunk(b"ICMT", b"odd") + b"LIST", 1)
    (tmp_path / "padded.sf2").write_bytes(padded)
    wanted = SoundFont(file=str(good)).play([sounding(60)], 48000, 24000)
    for name in ("odd.sf2", "padded.sf2"):
        heard = SoundFont(file=str(tmp_path / name)).play([sounding(60)], 48000, 24000)
        np.testing.assert_array_equal(heard, wanted)


def test_tables_that_lead_in_circles_are_refused(tmp_path: Path) -> None:
    """Records are read once: a bank cannot make the reader walk its tables again and again."""
    good = write_bank(tmp_path / "good.sf2", [(str(n), 0, n, [[LOOPED], [LOOPED]]) for n in range(3)]).read_bytes()
    at = good.index(b"inst") + 8
    circle = good[:at + 22 + 20] + b"\x05\x00" + good[at + 22 + 22:]  # the second instrument begins after the third
    (tmp_path / "circle.sf2").write_bytes(circle)
    with pytest.raises(BankError, match="its table inst is damaged"):
        read_bank(tmp_path / "circle.sf2")


def test_any_damage_to_a_bank_is_told_or_played(tmp_path: Path) -> None:
    """150 banks with some bytes of their tables changed: refused, or finite sound, and nothing else."""
    good = write_bank(tmp_path / "good.sf2", [("A", 0, 0, [[LOOPED, (8, 7000)], [(43, 60 << 8)]])],
                      modulators={"A": [(0x0003, 38, 2400, 0x0002, 0)]}).read_bytes()
    draw, played = random.Random(5), 0
    for number in range(150):
        data = bytearray(good)
        for _ in range(draw.randint(1, 5)):
            data[draw.randrange(good.index(b"pdta"), len(data))] = draw.choice((0, 127, 128, 255, draw.randrange(256)))
        file = tmp_path / f"{number}.sf2"
        file.write_bytes(data)
        bank = SoundFont(file=str(file))
        if not list(bank.examine()):
            notes = [sounding(key, 0.0, 0.02, velocity) for key, velocity in ((10, 127), (60, 100), (120, 30))]
            assert np.isfinite(bank.play(notes, 48000, 2400)).all()
            played += 1
    assert 30 < played < 150


def test_a_note_of_too_many_samples_is_refused(tmp_path: Path) -> None:
    many = write_bank(tmp_path / "many.sf2", [("Many", 0, 0, [[LOOPED]] * 300)])
    with pytest.raises(BankError, match="more than 256 samples for a note"):
        SoundFont(file=str(many)).play([sounding(60)], 48000, 4800)


@pytest.mark.parametrize(("source", "key", "velocity", "wanted"), [
    (0x0002, 60, 127, 1.0), (0x0102, 60, 127, 0.0), (0x0203, 127, 1, 1.0), (0x0303, 0, 1, 1.0),
    (0x0502, 60, 64, 40 / 96 * np.log10(127 / 64)), (0x0802, 60, 64, 1 - 40 / 96 * np.log10(127 / 64)),
    (0x0C02, 60, 63, 0.0), (0x0C02, 60, 64, 1.0), (0x0E02, 60, 1, -1.0), (0x0603, 127, 1, 1.0), (0x0603, 0, 1, -1.0),
    (0x0587, 60, 1, 40 / 96 * np.log10(127 / 100)), (0x0081, 60, 1, 0.0), (0x020E, 60, 1, 0.0), (0x008B, 60, 1, 1.0),
])
def test_sources_of_modulators_are_those_of_the_specification(source: int, key: int, velocity: int,
                                                             wanted: float) -> None:
    """Linear, concave, convex and switched; falling; bipolar; and the controllers at rest."""
    assert value(source, key, velocity) == pytest.approx(wanted, abs=1e-9)


def test_a_modulator_is_scaled_by_its_second_controller() -> None:
    """Key × velocity; without a first source it is switched off, and its transform may be the absolute value."""
    assert added(Modulator(0x0003, 38, 0x0002), 1200, 127, 127) == 1200
    assert added(Modulator(0x0003, 38, 0x0002), 1270, 64, 10) == pytest.approx(1270 * 64 / 127 * 10 / 127)
    assert added(Modulator(0x0000, 38, 0x0002), 1200, 60, 100) == 0
    assert added(Modulator(0x0302, 38, 0, 2), 100, 60, 127) == 100
    assert added(Modulator(0x0302, 38), 100, 60, 127) == -100


def test_a_release_by_key_and_velocity_is_heard(tmp_path: Path) -> None:
    """As in MuseScore's grand piano: 2 octaves of release times at the highest key struck hardest."""
    bank = write_bank(tmp_path / "bank.sf2", [("Plain", 0, 0, [[LOOPED, (38, -1200)]]),
                                              ("Longer", 0, 1, [[LOOPED, (38, -1200)]])],
                      modulators={"Longer": [(0x0003, 38, 2400, 0x0002, 0)]})
    falls = []
    for preset in (1, 2):
        audio = SoundFont(file=str(bank), preset=preset).play([sounding(100, 0.0, 0.3, 120)], 48000, 48000)
        falls.append((decibels(audio[:, 15000:15480]) - decibels(audio[:, 17400:17880])) / 0.05)
    assert falls[0] / falls[1] == pytest.approx(2 ** (2400 / 1200 * 100 / 127 * 120 / 127), rel=0.03)


def test_resonance_takes_half_of_its_height_off_the_level(tmp_path: Path) -> None:
    """9 dB at 18 dB of Q, far below the cut-off (9.1.3)."""
    bank = write_bank(tmp_path / "bank.sf2", [("Flat", 0, 0, [[LOOPED, (8, 11000)]]),
                                              ("Sharp", 0, 1, [[LOOPED, (8, 11000), (9, 180)]])])
    flat, sharp = (decibels(SoundFont(file=str(bank), preset=preset).play([sounding(48, 0.0, 1.0)], 48000, 48000)
                            [:, 9600:40000]) for preset in (1, 2))
    assert flat - sharp == pytest.approx(9, abs=0.2)


def test_the_modulation_envelope_rises_convexly(tmp_path: Path) -> None:
    """An octave in a second: at a tenth of it 1 + 40/96·log 0.1 of the octave, not a tenth."""
    bank = write_bank(tmp_path / "bank.sf2", [("Rise", 0, 0, [[LOOPED, (7, 1200), (26, 0)]])])
    audio = SoundFont(file=str(bank)).play([sounding(60, 0.0, 1.5)], 48000, 72000).mean(axis=0).astype(np.float64)
    for at in (0.1, 0.3, 0.8):
        piece = audio[round((at - 0.02) * 48000):round((at + 0.02) * 48000)]
        cents = 1200 * (1 + 40 / 96 * np.log10(at))
        crossings = np.flatnonzero(np.diff(np.signbit(piece)))
        hertz = (crossings.size - 1) / 2 / ((crossings[-1] - crossings[0]) / 48000)
        assert abs(1200 * np.log2(hertz / (440 * 2 ** (-9 / 12))) - cents) < 25, at


FLUID = {
    "Plain": [LOOPED], "Resonant": [LOOPED, (8, 9000), (9, 180)], "Dull": [LOOPED, (8, 6000), (9, 60)],
    "Rise": [LOOPED, (7, 1200), (26, -1200), (28, 1200), (29, 500)], "Sweep": [LOOPED, (8, 5000), (11, 4800), (26, 0)],
    "Decay": [LOOPED, (36, 1200), (37, 300), (38, -600)], "Quiet": [LOOPED, (48, 200)],
    "Vibrato": [LOOPED, (6, 50), (24, -500)], "Tuned": [LOOPED, (51, 3)], "Modulated": [LOOPED, (38, -1200)],
    "Loud": [LOOPED], "Centred": [LOOPED],
}
FLUID_MODULATORS = {
    "Modulated": [(0x0003, 38, 1200, 0x0002, 0), (0x0003, 48, 300, 0x0002, 0)], "Loud": [(0x0587, 48, 0, 0, 0)],
    "Centred": [(0x0203, 48, 400, 0, 0)],
}


@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="FluidSynth is not installed")
def test_levels_pitches_and_releases_are_fluidsynths(tmp_path: Path) -> None:
    """Of each preset at two keys and velocities, in one run: the course of level within 1 dB (r.m.s.) of FluidSynth's,
    the level within 1.5 dB from preset to preset, the pitch of steady ones within a cent."""
    bank = write_bank(tmp_path / "bank.sf2", [(name, 0, n, [zone]) for n, (name, zone) in enumerate(FLUID.items())],
                      modulators=FLUID_MODULATORS)
    struck = [(n, key, velocity) for n in range(len(FLUID)) for key, velocity in ((60, 100), (77, 50))]
    track = mido.MidiTrack()
    for n, key, velocity in struck:  # a second held, a second after it
        track += [mido.Message("program_change", program=n), mido.Message("note_on", note=key, velocity=velocity),
                  mido.Message("note_off", note=key, time=960), mido.Message("program_change", program=n, time=960)]
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(tmp_path / "notes.mid")
    subprocess.run(["fluidsynth", "-ni", "-R0", "-C0", "-g", "0.5", "-r", "48000", "-O", "float", "-F",
                    str(tmp_path / "notes.wav"), str(bank), str(tmp_path / "notes.mid")], check=True,
                   capture_output=True, timeout=60)
    theirs = soundfile.read(tmp_path / "notes.wav", dtype="float64")[0].T
    apart = []
    for number, (n, key, velocity) in enumerate(struck):
        name = list(FLUID)[n]
        ours = SoundFont(file=str(bank), preset=name).play([sounding(key, 0.0, 1.0, velocity)], 48000, 96000)
        pair = [ours.astype(np.float64), theirs[:, 96000 * number:96000 * (number + 1)]]
        course = [10 * np.log10(np.mean(audio[:, :91200].reshape(2, -1, 4800) ** 2, axis=(0, 2)) + 1e-12)
                  for audio in pair]
        heard = (course[1] > -70) & (np.arange(course[1].size) != 10)  # less the edge where the key is let go
        difference = (course[0] - course[1])[heard]
        assert heard.sum() >= 9 and np.std(difference) < 1, name
        apart.append(np.median(difference))
        if name in ("Plain", "Resonant", "Dull", "Decay", "Quiet", "Tuned", "Loud"):
            hertz = 440 * 2 ** ((key + 3 * (name == "Tuned") - 69) / 12)
            off = [cents_off(audio.mean(axis=0)[9600:43200], 48000, hertz) for audio in pair]
            assert abs(off[0] - off[1]) < 1, name
    assert np.ptp(apart) < 1.5  # FluidSynth decays by 96 dB in the time for 100
