"""Sound files that people hand in, recordings and impulse responses: read to the sample, or refused by the check."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bad_scores import GOOD
from test_bad_scores import faults, read
from test_takes import HERE, SCORE, START, stem

from render.cli import main

TONE = 0.25 * np.sin(2 * np.pi * 440 * np.arange(16000) / 8000)


def spoilt(value: float, subtype: str, folder: Path) -> Path:
    """A second at 8 kHz with one value that is none, half a second in."""
    wave = TONE[:8000].copy()
    wave[4000] = value
    soundfile.write(folder / "spoilt.wav", wave, 8000, subtype=subtype)
    return folder / "spoilt.wav"


def with_rate(path: Path, rate: int) -> None:
    """Have a WAV's header say another rate."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"fmt ") + 12, rate)
    path.write_bytes(data)


VALUES = [
    (np.nan, "FLOAT", "this sound has a value that is no number, at 0.500 seconds"),
    (np.inf, "FLOAT", "this sound has a value that is no number, at 0.500 seconds"),
    (-np.inf, "DOUBLE", "this sound has a value that is no number, at 0.500 seconds"),
    (1e30, "FLOAT", "this sound is 600 dB above full scale, at 0.500 seconds"),
    (-1e300, "DOUBLE", "this sound is 6000 dB above full scale, at 0.500 seconds"),
    (32767.0, "FLOAT", "this sound is 90 dB above full scale, at 0.500 seconds"),
]


@pytest.mark.parametrize(("value", "subtype", "message"), VALUES)
def test_values_that_are_no_sound_are_refused_with_file_and_place(value: float, subtype: str, message: str,
                                                                  tmp_path: Path) -> None:
    """As a recording and as an impulse response."""
    spoilt(value, subtype, tmp_path)
    recording = GOOD.replace("voice: sung", "voice: {audio: spoilt.wav}")
    response = GOOD.replace("instrument: hum}", "instrument: hum, effects: [{convolution: {file: spoilt.wav}}]}")
    for text, place in ((recording, "audio"), (response, "file")):
        assert text != GOOD
        (fault,) = faults(tmp_path, text)
        assert fault.message == message and fault.allowed and fault.path[-1] == place and fault.line
        assert fault.found == "spoilt.wav"


def test_loud_floating_point_is_still_a_recording(tmp_path: Path) -> None:
    spoilt(90.0, "FLOAT", tmp_path)  # 39 dB
    read(tmp_path, GOOD.replace("voice: sung", "voice: {audio: spoilt.wav}"))


@pytest.mark.parametrize("rate", [0, 999, 1_600_000_000])
def test_a_header_with_an_impossible_rate_is_refused(rate: int, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "spoilt.wav", TONE, 8000)
    with_rate(tmp_path / "spoilt.wav", rate)
    told = faults(tmp_path, GOOD.replace("instrument: hum}", "instrument: hum, effects: [{convolution: {file: "
                                                             "spoilt.wav}}]}"))
    assert len(told) == 1 and (f"sample rate of {rate} Hz" in told[0].message or "cannot be read" in told[0].message)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In place of a recording, of a SoundFont and of a MIDI file."""
    for name in ("pipe.wav", "pipe.sf2", "pipe.mid"):
        os.mkfifo(tmp_path / name)
    for text in (GOOD.replace("voice: sung", "voice: {audio: pipe.wav}"),
                 GOOD.replace("{instrument: steel_guitar}", "{soundfont: pipe.sf2}")):
        (fault,) = faults(tmp_path, text)
        assert fault.message.startswith("this is not a regular file: pipe.")
    (tmp_path / "good.yaml").write_text(GOOD)
    assert main([str(tmp_path / "good.yaml"), "--check", "--midi", str(tmp_path / "pipe.mid")]) == 2
    assert "pipe.mid: this is no file" in capsys.readouterr().err


@pytest.mark.parametrize("skipped", [0.0, 0.5])
def test_a_gsm_recording_is_read_from_where_the_score_says(skipped: float, tmp_path: Path) -> None:
    """GSM 6.10 in a WAV can only be read on; what is heard is what is in the file, from there."""
    (tmp_path / "takes").mkdir()
    soundfile.write(tmp_path / "takes" / "vocal.wav", TONE, 8000, subtype="GSM610")
    whole = soundfile.read(tmp_path / "takes" / "vocal.wav", dtype="float32")[0]
    here = f"{{audio: takes/vocal.wav, bar: 2, bars: 0.25, skip_seconds: {skipped}}}"
    _, audio = stem(tmp_path, SCORE.replace(HERE, here), rate=8000)
    first, edge = round(START * 8000), 100
    heard = audio[0, first + edge:first + 4000 - edge]
    wanted = whole[round(skipped * 8000) + edge:][:heard.size]
    assert np.abs(wanted).max() > 0.1
    np.testing.assert_allclose(heard, wanted, atol=1e-6)


def test_a_damaged_flac_is_refused_by_the_check(tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal(96000)
    soundfile.write(tmp_path / "spoilt.flac", noise, 48000)
    data = bytearray((tmp_path / "spoilt.flac").read_bytes())
    data[len(data) // 2:] = bytes(len(data) - len(data) // 2)
    (tmp_path / "spoilt.flac").write_bytes(data)
    (fault,) = faults(tmp_path, GOOD.replace("voice: sung", "voice: {audio: spoilt.flac}"))
    assert fault.message.startswith("this sound cannot be read after 0.")


@pytest.mark.parametrize("tag", [b"", b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)], ids=["bare", "tagged"])
def test_an_mp3_that_does_not_tell_its_delay_is_not_late(tag: bytes, tmp_path: Path) -> None:
    """The frame that tells it cut off, as recorders leave it out: without it the sound would come 25 ms late."""
    (tmp_path / "takes").mkdir()
    file = tmp_path / "takes" / "vocal.mp3"
    click = np.zeros(24000)
    click[8000:8400] = np.sin(0.3 * np.arange(400)) * np.hanning(400)
    soundfile.write(file, click, 44100, format="MP3", bitrate_mode="CONSTANT", compression_level=0.0)
    whole = file.read_bytes()
    for data in (whole, tag + whole[whole.index(whole[:2], 4):]):
        file.write_bytes(data)
        _, audio = stem(tmp_path, SCORE.replace(HERE, "{audio: takes/vocal.mp3, bar: 2}"), rate=44100)
        found = np.argmax(np.correlate(audio[0, 88200:88200 + 24000], click[8000:8400].astype(np.float32)))
        assert found == 8000
