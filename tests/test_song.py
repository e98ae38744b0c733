"""The song itself, rendered whole and read back from its files: each promise of its arrangement is measured.

Nothing here looks into the renderer: only WAV, MIDI, JSON and what other people's libraries say of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import librosa
import mido
import numpy as np
import pyloudnorm
import pytest
import soundfile
from scipy.signal import resample_poly

from scores.theory.tempo import TempoMap

pytestmark = pytest.mark.whole_song
ROOT = Path(__file__).parent.parent
SCORE = ROOT / "scores" / "softmax.yaml"
LSB = 2.0**-23


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    subprocess.run([sys.executable, "-m", "render", str(SCORE), "--out", str(out), "--dry"], cwd=ROOT,
                   check=True)
    return out / "softmax"


class Demo:
    """The files of a demo, read as a person's tools would read them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        self.rate: int = self.manifest["sample_rate"]
        self.sections = {section["name"]: section for section in self.manifest["sections"]}
        self.files = {stem["part"]: folder / stem["file"] for stem in self.manifest["stems"]}

    @cache  # noqa: B019 - one demo lives as long as the module
    def read(self, path: Path) -> np.ndarray:
        return np.ascontiguousarray(soundfile.read(path, dtype="float32", always_2d=True)[0].T)

    def stem(self, part: str, section: str, start_bar: float = 0, bars: float | None = None) -> np.ndarray:
        """A stretch of a stem: a section, or some of its bars."""
        return self.cut(self.read(self.files[part]), section, start_bar, bars)

    def cut(self, audio: np.ndarray, section: str, start_bar: float = 0, bars: float | None = None) -> np.ndarray:
        place = self.sections[section]
        bar_s = (place["end_s"] - place["start_s"]) / place["bars"]
        start = place["start_s"] + start_bar * bar_s
        end = place["end_s"] if bars is None else start + bars * bar_s
        return audio[:, round(start * self.rate):round(end * self.rate)]

    def mix(self) -> np.ndarray:
        return self.read(self.folder / self.manifest["mix"]["file"])

    def sounding(self, section: str, start_bar: float = 0, bars: float | None = None,
                 floor_db: float = -60) -> set[str]:
        """Parts whose RMS level reaches ``floor_db`` in a stretch."""
        return {part for part in self.files if level_db(self.stem(part, section, start_bar, bars)) > floor_db}

    @cache  # noqa: B019 - one demo is measured
    def tempo(self) -> TempoMap:
        """The tempo map of the MIDI file."""
        file = mido.MidiFile(next(self.folder.glob("*.mid")))
        ticks = accumulate(message.time for message in file.tracks[0])
        tempi = [(tick / file.ticks_per_beat, 60e6 / message.tempo)
                 for tick, message in zip(ticks, file.tracks[0], strict=True) if message.type == "set_tempo"]
        return TempoMap(*map(tuple, zip(*tempi, strict=True)))

    def midi_notes(self, part: str) -> list[tuple[float, int, int]]:
        """(onset in seconds, pitch, velocity) of a part's track; velocity 0 ends the last note of that pitch."""
        file = mido.MidiFile(next(self.folder.glob("*.mid")))
        track = next(t for t in file.tracks if any(m.type == "track_name" and m.name == part for m in t))
        tick, notes = 0, []
        for message in track:
            tick += message.time
            if message.type in ("note_on", "note_off"):
                velocity = message.velocity if message.type == "note_on" else 0
                notes.append((self.tempo().seconds(tick / file.ticks_per_beat), message.note, velocity))
        return notes

    def notes_in(self, part: str, section: str, start_bar: float = 0,
                 bars: float | None = None) -> list[tuple[float, int, int]]:
        place = self.sections[section]
        first = 4 * (place["start_bar"] - 1 + start_bar)
        start, end = (self.tempo().seconds(beat) for beat in (
            first, first + 4 * (place["bars"] - start_bar if bars is None else bars)))
        return [note for note in self.midi_notes(part) if note[2] and start - 0.05 <= note[0] < end - 0.05]

    def phrases(self, section: str) -> list[list[float]]:
        """Onsets of what the voice sings in a section, parted where it is silent for a breath of 0.3 s or more."""
        place = self.sections[section]
        phrases: list[list[float]] = []
        silent_since = -1.0
        for second, _, velocity in self.midi_notes("voice"):
            if velocity and place["start_s"] - 0.001 <= second < place["end_s"] - 0.001:
                if not phrases or second - silent_since >= 0.3:
                    phrases.append([])
                phrases[-1].append(second)
            silent_since = second
        return phrases


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(audio.astype(np.float64) ** 2) + 1e-30))


def side_over_mid(audio: np.ndarray) -> float:
    return level_db(audio[0] - audio[1]) - level_db(audio[0] + audio[1])


def flatness(audio: np.ndarray) -> float:
    """Spectral flatness, 0 a tone and 1 noise, between 200 Hz and 6 kHz; median over the frames that sound."""
    power = np.abs(librosa.stft(audio.mean(0), n_fft=2048)) ** 2
    power = power[9:256, power.sum(0) > 0.02 * power.sum(0).max()] + 1e-20
    return float(np.median(np.exp(np.mean(np.log(power), 0)) / np.mean(power, 0)))


@pytest.fixture(scope="module")
def song(demo: Path) -> Demo:
    return Demo(demo)


def test_the_song_is_four_and_a_half_to_six_minutes_of_one_length(song: Demo) -> None:
    frames = {soundfile.info(path).frames for path in (*song.files.values(), *song.folder.glob("*.wav"))}
    assert len(frames) == 1
    assert 270 <= frames.pop() / song.rate <= 360


def test_the_stems_sum_to_the_premaster_within_one_step_of_24_bits(song: Demo) -> None:
    premaster = song.read(next(song.folder.glob("*_premaster.wav")))
    total = np.sum([song.read(path).astype(np.float64) for path in song.files.values()], axis=0)
    assert np.abs(total - premaster).max() <= LSB
    assert np.abs(premaster).max() < 1


def test_the_mix_is_as_loud_as_streaming_asks_and_its_true_peak_stays_under(song: Demo) -> None:
    mix = song.mix()
    assert pyloudnorm.Meter(song.rate).integrated_loudness(mix.T.astype(np.float64)) == pytest.approx(-14, abs=0.1)
    for factor in (4, 8):
        peak = max(np.abs(resample_poly(mix[:, max(i - 4096, 0):i + 2**20 + 4096], factor, 1, axis=1)).max()
                   for i in range(0, mix.shape[1], 2**20))
        assert 20 * np.log10(peak) <= -1


def test_intro_is_the_guitar_alone(song: Demo) -> None:
    assert song.sounding("Intro") == {"guitar"}


def test_verse_1_is_one_quiet_guitar_and_a_whisper_and_digital_silence_from_all_others(song: Demo) -> None:
    assert song.sounding("Verse 1") == {"guitar", "voice"}
    for part in set(song.files) - {"guitar", "voice"}:
        assert not song.stem(part, "Verse 1").any()
    assert song.sections["Verse 1"]["lufs"] < min(
        song.sections[name]["lufs"] for name in ("Chorus", "Verse 2", "Bridge", "Verse 3", "Chorus 2"))
    assert flatness(song.stem("voice", "Verse 1")) > 5 * flatness(song.stem("voice", "Chorus"))


def test_in_the_chorus_a_second_guitar_enters_on_the_other_side(song: Demo) -> None:
    def leaning(part: str) -> float:
        left, right = song.stem(part, "Chorus")
        return level_db(left) - level_db(right)

    assert song.sounding("Chorus") >= {"guitar", "guitar_2", "voice"}
    assert leaning("guitar") > 1.5 and leaning("guitar_2") < -1.5


def test_verse_2_builds_on_low_notes_and_a_heartbeat_at_68(song: Demo) -> None:
    assert song.sounding("Verse 2") >= {"guitar", "guitar_2", "bass", "heartbeat", "voice"}
    mix = song.mix()
    assert level_db(song.cut(mix, "Verse 2", 8)) > level_db(song.cut(mix, "Verse 2", 0, 4)) + 1
    envelope = librosa.onset.onset_strength(y=song.stem("heartbeat", "Verse 2").mean(0), sr=song.rate, hop_length=240)
    rhythm = librosa.autocorrelate(envelope - envelope.mean())
    lags = np.arange(100, 300)  # 0.5 … 1.5 s in hops of 5 ms
    assert lags[np.argmax(rhythm[lags])] * 240 / song.rate == pytest.approx(60 / 68, abs=0.01)


def test_in_the_bridge_glitch_is_in_front_and_the_guitar_withdrawn(song: Demo) -> None:
    assert song.sounding("Bridge") >= {"debris", "logits", "voice"}
    guitar = level_db(song.stem("guitar", "Bridge"))
    assert guitar < level_db(song.stem("guitar", "Verse 2")) - 6
    assert level_db(song.stem("debris", "Bridge")) > guitar + 3


def test_the_forward_pass_is_played_equal_then_exp_then_normalised_then_argmax(song: Demo) -> None:
    def loudness(start_bar: float, bars: float) -> np.ndarray:
        total = np.zeros(12)
        for _, pitch, velocity in song.notes_in("logits", "Bridge", start_bar, bars):
            total[pitch % 12] += velocity
        return total / total.sum()

    degrees = [0, 2, 3, 5, 7, 8, 10]
    equal, exp, normal, argmax = loudness(0, 6), loudness(8, 2), loudness(10, 3), loudness(13, 5)
    assert equal[degrees] == pytest.approx(1 / 7, abs=0.02)
    assert 1 / 7 + 0.05 < exp[5] < normal[5]
    assert normal[5] >= 0.94
    assert argmax[5] == 1
    # and the audio agrees: the winner's octave holds nearly all of the sound's chroma at the end
    chroma = librosa.feature.chroma_stft(y=song.stem("logits", "Bridge", 15, 3).mean(0), sr=song.rate).mean(1)
    assert int(np.argmax(chroma)) == 5


def test_verse_3_is_full_and_the_loudest(song: Demo) -> None:
    assert song.sounding("Verse 3") >= {"guitar", "guitar_2", "piano", "bass", "strings", "heartbeat", "voice"}
    assert song.sections["Verse 3"]["lufs"] == max(s["lufs"] for s in song.sections.values() if s["lufs"] is not None)


def test_verse_3_freezes_onto_the_grid_and_then_loosens(song: Demo) -> None:
    def spread_ms(start_bar: float, bars: float) -> float:
        sixteenth = 60 / 68 / 4
        onsets = np.array([onset for part in ("guitar", "bass")
                           for onset, _, _ in song.notes_in(part, "Verse 3", start_bar, bars)])
        phase = (onsets - song.sections["Verse 3"]["start_s"]) / sixteenth
        return float(1000 * sixteenth * np.std(phase - np.round(phase)))

    assert spread_ms(6, 2) < 1 < 8 < spread_ms(12, 4)


def test_chorus_2_is_doubled_and_the_widest_of_the_song(song: Demo) -> None:
    assert song.sounding("Chorus 2") >= {"voice", "voice_left", "voice_right", "guitar", "guitar_2", "piano", "bass",
                                         "strings"}
    width = {name: side_over_mid(song.cut(song.mix(), name)) for name in song.sections if name != "Coda"}
    assert max(width, key=lambda name: width[name]) == "Chorus 2"


def test_in_the_outro_parts_leave_one_by_one_until_a_single_piano_note_is_left(song: Demo) -> None:
    counts = [len(song.sounding("Outro", bar, 1)) for bar in range(13)]
    assert counts[0] >= 6 and all(a - 1 <= b <= a for a, b in pairwise(counts))
    assert len(song.notes_in("piano", "Outro", 12, 1)) == 1
    assert song.sounding("Outro", 12.25) == {"piano"}


def test_the_final_line_is_the_voice_and_nothing_else(song: Demo) -> None:
    for part in set(song.files) - {"voice"}:
        assert not song.stem(part, "Final Line").any()
    assert song.sounding("Final Line") == {"voice"}


def test_the_coda_is_silence_then_one_crushed_note_to_its_last_level_then_silence(song: Demo) -> None:
    mix, bar = song.cut(song.mix(), "Coda"), round(song.rate * 4 * 60 / 68)
    loud = np.flatnonzero(mix.any(axis=0))
    assert loud[0] >= bar - 1 and mix.shape[1] - 1 - loud[-1] >= bar
    assert len(song.notes_in("last_note", "Coda")) == 1
    note = song.stem("last_note", "Coda").astype(np.float64)
    levels = np.unique(np.round(note[0] / LSB).astype(int))
    assert 3 <= len(levels) <= 17
    ending = np.abs(note[:, loud[-1] - 200:loud[-1] + 1])
    assert ending.max() == pytest.approx(np.min(np.abs(levels[levels != 0])) * LSB, rel=1e-6)


def test_68_bpm_and_c_minor_can_be_heard_in_the_mix_without_being_told(song: Demo) -> None:
    mono = librosa.resample(song.mix().mean(0), orig_sr=song.rate, target_sr=22050)
    tempo = float(np.atleast_1d(librosa.feature.tempo(y=mono, sr=22050, aggregate=np.median, prior=None))[0])
    assert min(abs(tempo / ratio - 68) for ratio in (0.5, 1, 2)) < 1.5
    chroma = librosa.feature.chroma_cqt(y=mono, sr=22050).mean(1)
    # Krumhansl and Kessler (1982), probe-tone profiles
    major = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]
    minor = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]
    fit = {(tonic, mode): np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]
           for tonic in range(12) for mode, profile in (("major", major), ("minor", minor))}
    assert max(fit, key=lambda key: fit[key]) == (0, "minor")


def test_the_voice_sings_at_a_singers_pace_and_leaves_room_to_breathe(song: Demo) -> None:
    sung = dict.fromkeys(("Verse 1", "Chorus", "Verse 2", "Verse 3", "Chorus 2", "Outro"), (1.5, 3.5))
    for name, (slowest, fastest) in (sung | {"Bridge": (1.5, 5.0), "Final Line": (1.5, 5.0)}).items():
        phrases = song.phrases(name)
        assert len(phrases) >= {"Chorus": 4, "Chorus 2": 4, "Bridge": 14, "Final Line": 1}.get(name, 8)
        for onsets in phrases:
            if len(onsets) > 4:
                rate = (len(onsets) - 1) / (onsets[-1] - onsets[0])
                assert slowest <= rate <= fastest, (name, onsets[0])


def test_the_same_score_gives_the_same_bytes_on_one_core_with_another_hash_seed(song: Demo, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "render", str(SCORE), "--out", str(tmp_path), "--dry", "--jobs", "1"],
                   cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, check=True)
    again = tmp_path / "softmax"
    names = sorted(path.relative_to(song.folder) for path in song.folder.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (song.folder / name).read_bytes() != (again / name).read_bytes()] == []


ARC = ("Verse 1", "Verse 2", "Bridge", "Verse 3", "Chorus 2", "Outro", "Coda")


def test_the_song_is_found_ever_more_broken_in_its_mix_from_section_to_section(song: Demo) -> None:
    broken = {name: section["measured"]["broken"] for name, section in song.sections.items()
              if section["measured"]["broken"] is not None}
    assert broken["Intro"] == broken["Verse 1"] == 0 and broken["Coda"] == 1
    assert broken["Chorus"] < broken["Verse 2"]
    assert all(broken[before] < broken[after] for before, after in pairwise(ARC))
    asked = [np.mean([value for _, value in song.sections[name]["glitch"]]) for name in ARC]
    assert asked == sorted(asked)


def test_against_the_song_without_glitches_more_and_more_of_it_is_changed(song: Demo) -> None:
    """From section to section in time and in spectrum; the coda's note is crushed by its part, not by a gesture."""
    against = [song.sections[name]["against_dry"] for name in ("Intro", *ARC[:-1])]
    assert against[0] == against[1] == {"changed": 0.0, "entropy_change": 0.0}
    for measure in ("changed", "entropy_change"):
        assert all(before[measure] < after[measure] for before, after in pairwise(against[1:])), measure
    assert against[-1]["changed"] > 0.9


def test_the_arc_is_heard_by_another_ear_that_knows_no_plan(song: Demo) -> None:
    """How regular onsets are at a 1/16, 1/32 or 1/64 note: autocorrelation of librosa's onset strength."""
    hop = 64
    beat = 60 / 68 * 22050 / hop

    def stuttering(section: str) -> float:
        mono = librosa.resample(song.cut(song.mix(), section).mean(0), orig_sr=song.rate, target_sr=22050)
        strength = librosa.onset.onset_strength(y=mono, sr=22050, hop_length=hop, n_fft=512)
        window, best = round(beat / 2), []
        for start in range(0, strength.size - 2 * window, window):
            here = strength[start:start + 2 * window]
            rhythm = librosa.autocorrelate(here - here.mean())
            best.append(max(rhythm[round(beat / part) - 1:round(beat / part) + 2].max() for part in (4, 8, 16))
                        / (rhythm[0] + 1e-9))
        return float(np.mean(best))

    heard = {name: stuttering(name) for name in ARC[:-1]}
    # verse 2 has single skips between its lines, which this ear hears no better than a guitar that leaves strokes out
    assert max(heard["Verse 1"], heard["Verse 2"]) < heard["Verse 3"] < heard["Chorus 2"] < heard["Outro"]
    assert heard["Bridge"] > 1.8 * heard["Verse 2"] and heard["Outro"] > 3.2 * heard["Verse 1"]


def test_bits_fall_as_the_coda_s_note_decays_until_it_is_exactly_zero(song: Demo) -> None:
    note = song.stem("last_note", "Coda")[0]
    sounding = np.flatnonzero(note)
    seconds = [note[at:at + song.rate // 2] for at in range(sounding[0], sounding[-1], song.rate // 2)]
    levels = [len(np.unique(part)) for part in seconds]
    assert levels == sorted(levels, reverse=True) and levels[0] >= 2 * levels[-1] and levels[-1] <= 3
    assert not note[sounding[-1] + 1:].any()
