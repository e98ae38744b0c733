"""What a demo is made for: --for writes what it names, whole and readable by other programs, and nothing else."""

from __future__ import annotations

import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import mido
import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from renderings import note, performance, rendering, song, utterance
from ruamel.yaml import YAML

from render.audio.chunks import Notes
from render.audio.wav import sha256, write_wav
from render.cli import main
from render.rendering import Rendering
from render.run import Once
from render.targets import TARGETS, chosen
from render.writers import click, midi_parts, prompts, singer, stems_zip, tagged_audio, uploads, writers, writers_for
from scores.faults import InputError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    score = song(artist="Ünïcode & Söhne", isrc="QMEU32512345", title="Small Söng")
    notes = {"voice": [note(score, 8, 1, 62, utterance=utterance("ev", "everything", last=False)),
                       note(score, 9, 1, 65, utterance=utterance("once", "once", last=True, line=2))],
             "guitar": [note(score, 0, 2, 48, velocity=101)]}
    return rendering(tmp_path_factory.mktemp("demo"), score, notes)


def test_every_target_has_a_writer_and_every_writer_a_target() -> None:
    assert {target.word for target in TARGETS} == {writer.TARGET for writer in writers() if writer.TARGET}


def test_what_is_small_is_written_by_default_and_all_means_all() -> None:
    assert chosen(None) == {target.word for target in TARGETS if target.by_default}
    assert writers_for(chosen(["all"])) == writers()
    named = {writer.__name__.rpartition(".")[2] for writer in writers_for(chosen(["reaper"]))}
    assert named == {"midi", "manifest", "reaper"}


def test_an_unknown_target_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        chosen(["repaer"])
    assert error.value.nearest == "reaper"
    assert main(["scores/waltz.yaml", "--for", "suno,repaer", "--out", str(tmp_path)]) == 2
    assert "did you mean reaper?" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_compressed_audio_is_the_mix_with_its_tags(made: Rendering) -> None:
    tagged_audio.write(made)
    stem = made.folder / "audio" / made.basename
    mix, _ = soundfile.read(made.mix_path, dtype="int32")
    lossless, _ = soundfile.read(stem.with_name(f"{made.basename}.flac"), dtype="int32")
    assert np.array_equal(lossless, mix)
    for suffix in ("mp3", "opus"):
        sound, rate = soundfile.read(f"{stem}.{suffix}")
        assert rate == 48000
        assert len(sound) == made.frames
        assert np.corrcoef(sound[:, 0], mix[:, 0])[0, 1] > 0.999
    for tags in (FLAC(f"{stem}.flac"), OggOpus(f"{stem}.opus")):
        assert tags["title"] == ["Small Söng"]
        assert tags["artist"] == ["Ünïcode & Söhne"]
        assert (tags["bpm"], tags["initialkey"], tags["isrc"]) == (["120"], ["Cm"], ["QMEU32512345"])
        assert "<00:04.00>" in tags["syncedlyrics"][0]
    frames = MP3(f"{stem}.mp3").tags
    assert (str(frames["TIT2"]), str(frames["TPE1"]), str(frames["TSRC"])) == (
        "Small Söng", "Ünïcode & Söhne", "QMEU32512345")
    assert [at for _, at in frames.getall("SYLT")[0].text] == [4000, 4500]
    assert frames.getall("APIC")[0].data.startswith(b"\x89PNG")


def test_compressed_audio_repeats_byte_for_byte(made: Rendering) -> None:
    tagged_audio.write(made)
    before = {path.name: sha256(path) for path in (made.folder / "audio").iterdir()}
    tagged_audio.write(made)
    assert {path.name: sha256(path) for path in (made.folder / "audio").iterdir()} == before


def test_a_wav_has_a_mark_at_the_sample_of_each_section(tmp_path: Path) -> None:
    """A reader of chunks finds bext before the sound, the marks after it, and the same samples as without them."""
    samples = np.random.default_rng(1).integers(-2**23, 2**23, (2, 1001), dtype=np.int32)
    notes = Notes("Söng: voice", [(0, "A"), (500, "Bé")], -14.2, -1.05)
    told = write_wav(tmp_path / "x.wav", samples, 48000, None, notes)
    write_wav(tmp_path / "plain.wav", samples, 48000)
    assert told == sha256(tmp_path / "x.wav")
    assert np.array_equal(soundfile.read(tmp_path / "x.wav")[0], soundfile.read(tmp_path / "plain.wav")[0])
    data = (tmp_path / "x.wav").read_bytes()
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    chunks, at = {}, 12
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at:at + 8])
        chunks[name] = data[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    assert list(chunks) == [b"fmt ", b"bext", b"data", b"cue ", b"LIST"]
    bext = chunks[b"bext"]
    assert bext[:256].rstrip(b"\0").decode() == "Söng: voice"
    assert struct.unpack("<QH", bext[338:348]) == (0, 2)
    assert struct.unpack("<h", bext[412:414])[0] == -1420  # hundredths of LUFS
    assert struct.unpack("<h", bext[416:418])[0] == -105
    frames = [struct.unpack("<I", chunks[b"cue "][place + 20:place + 24])[0] for place in (4, 28)]
    assert frames == [0, 500]
    assert "Bé".encode() in chunks[b"LIST"]


@pytest.mark.parametrize(("meter", "accents"), [
    ("4/4", [0, 2, 2, 2]), ("6/8", [0, 2]), ("2+2+3/8", [0, 1, 1]), ("3/4", [0, 2, 2])])
def test_clicks_fall_on_the_felt_beats_and_accent_the_groups(meter: str, accents: list[int]) -> None:
    played = performance(song(meter=meter))
    bar = played.bars[1]
    inside = [(at, accent) for at, accent in click.clicks(played)
              if bar.start_seconds - 1e-6 <= at < played.tempo.seconds(bar.end_beats) - 1e-6]
    assert [accent for _, accent in inside] == accents
    starts = [played.tempo.seconds(bar.start_beats + float(start)) for start in bar.meter.pulse_starts]
    assert [at for at, _ in inside] == pytest.approx(starts)


def test_a_click_begins_at_its_sample(made: Rendering) -> None:
    click.write(made)
    sound, _ = soundfile.read(made.folder / f"{made.basename}_click.wav")
    assert len(sound) == made.frames
    loud = np.abs(sound[:, 0]) > 0.2
    onsets = [place for place in np.flatnonzero(loud) if not loud[max(place - 1200, 0):place].any()]
    assert onsets == [round(at * made.rate) for at, _ in click.clicks(made.performance)]


def test_a_file_for_each_part_has_the_time_line_and_its_notes(made: Rendering) -> None:
    midi_parts.write(made)
    file = mido.MidiFile(made.folder / "midi" / "02_guitar.mid")
    types = [message.type for message in file.tracks[0]]
    assert types.count("marker") == len(made.performance.sections)
    assert {"set_tempo", "time_signature", "key_signature"} <= set(types)
    struck = [message.note for message in file.tracks[1] if message.type == "note_on"]
    assert struck == [48]
    chords = mido.MidiFile(made.folder / "midi" / "chords.mid")
    assert [message.text for message in chords.tracks[1] if message.type == "marker"] == ["Cm"]
    assert chords.length == pytest.approx(made.frames / made.rate, abs=0.01)  # the notes span the song


def test_a_singer_has_whole_words_and_slurs(made: Rendering) -> None:
    singer.write(made)
    project = YAML(typ="safe").load((made.folder / "singer" / "voice.ustx").read_text(encoding="utf-8"))
    notes = project["voice_parts"][0]["notes"]
    assert [(each["position"], each["tone"], each["lyric"]) for each in notes] == [
        (8 * 480, 62, "everything"), (9 * 480, 65, "once")]
    assert all(each["pitch"]["data"] for each in notes)
    lyrics = [message.text for message in mido.MidiFile(made.folder / "singer" / "voice.mid").tracks[1]
              if message.type == "lyrics"]
    assert lyrics == ["everything", "once"]


def test_the_voices_and_the_band_alone_are_the_premaster_together(made: Rendering) -> None:
    uploads.write(made)
    voice, band = (soundfile.read(made.folder / "suno" / f"{name}.mp3")[0] for name in ("a_cappella", "instrumental"))
    premaster = soundfile.read(made.premaster_path)[0]
    assert np.corrcoef((voice + band)[:, 0], premaster[:, 0])[0, 1] > 0.999
    assert np.corrcoef(voice[:, 0], premaster[:, 0])[0, 1] < 0.9


def test_other_generators_get_what_their_documentation_names(made: Rendering) -> None:
    asked = prompts.ace_step(made)
    assert (asked["bpm"], asked["keyscale"], asked["timesignature"]) == (120, "C minor", "4")
    assert asked["duration"] == pytest.approx(made.frames / made.rate, abs=0.1) or asked["duration"] == 10
    assert "everything at once" in asked["lyrics"]


def test_the_zip_holds_the_stems_byte_for_byte(made: Rendering) -> None:
    stems_zip.write(made)
    with zipfile.ZipFile(made.folder / f"{made.basename}_stems.zip") as archive:
        for stem in made.stems:
            assert archive.read(f"wet/small_{stem.path.stem}_48k_24b.wav") == stem.path.read_bytes()
        assert "120 BPM" in archive.read("README.txt").decode()


def test_what_several_writers_need_is_made_once_by_the_first_that_asks(made: Rendering) -> None:
    once, begun, made_by = Once(), Barrier(4), list[int]()

    def ask(number: int) -> int:
        begun.wait()
        return once("notes", lambda: made_by.append(number) or number)

    with ThreadPoolExecutor(4) as executor:
        assert list(executor.map(ask, range(4))) == 4 * made_by
    with pytest.raises(ZeroDivisionError):
        once("fault", lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        once("fault", lambda: 1)
    assert midi_parts.part_tracks(made) is midi_parts.part_tracks(made)
