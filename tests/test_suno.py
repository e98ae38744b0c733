"""What goes to Suno: tags and words it will sing, audio it will take, and a word where it will not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from renderings import note, rendering, song, utterance

from render.audio.mp3 import encode
from render.rendering import Rendering
from render.writers import audio_for_suno, suno
from render.writers.suno.excerpt import cut_excerpt
from scores.format.model import LyricLine

BRIDGE: dict[str, Any] = {
    "sections": [
        {"name": "Intro", "bars": 2, "cue": "Single guitar"},
        {"name": "Verse 1", "bars": 2, "cue": "Close-miked, single guitar", "lyrics": "quiet (so quiet)\nat T = 0.7"},
        {"name": "Bridge", "bars": 2, "cue": "over glitch textures", "lyrics": [
            "> be me",
            {"text": "> receive logits: [3.2, 1.1]", "say": "receive logits: three point two, one point one"}]},
        {"name": "Chorus 2", "bars": 2, "lyrics": "not the soft in softmax",
         "play": {"guitar": "strum", "voice": "sung"}},
        {"name": "Coda", "bars": 1},
    ],
}


def sung(score: Any, beat: float, manner: str) -> Any:
    return note(score, beat, 1, 60, utterance=utterance("la", "la", last=True, manner=manner))


def made(tmp_path: Path, **changes: Any) -> Rendering:
    score = song(**{**BRIDGE, **changes})
    notes = [sung(score, 8, "whispered"), sung(score, 16, "spoken"), sung(score, 24, "sung")]
    return rendering(tmp_path, score, {"voice": notes}, rate=48000)


def noise(seconds: float, rate: int) -> np.ndarray:
    """Clicks and soft noise below 4 kHz, which every MP3 keeps: shape (2, frames)."""
    frames = round(seconds * rate)
    raw = np.random.default_rng(3).standard_normal((2, frames))
    spectrum = np.fft.rfft(raw)
    spectrum[:, np.fft.rfftfreq(frames, 1 / rate) > 4000] = 0
    shaped = np.fft.irfft(spectrum, frames) * np.exp(-6 * (np.arange(frames) / rate % 0.4))
    return (0.8 * shaped / np.abs(shaped).max()).astype(np.float32)


def test_the_lyrics_have_a_tag_with_cues_a_section_and_end(tmp_path: Path) -> None:
    assert suno.lyrics_text(made(tmp_path)).split("\n") == [
        "[Short Instrumental Intro - single guitar]", "",
        "[Verse 1 - whispered, close-miked, single guitar]", "quiet (so quiet)", "at T = 0.7", "",
        "[Bridge - spoken, over glitch textures]", "be me", "receive logits: three point two, one point one", "",
        "[Chorus 2 - guitar]", "not the soft in softmax", "",
        "[Instrumental Coda]", "",
        "[End]"]


def test_a_section_that_the_score_tags_has_that_tag_as_it_stands(tmp_path: Path) -> None:
    sections = [{"name": "Chorus 2", "tag": "Chorus", "bars": 2, "cue": "Wider", "lyrics": "la la"},
                {"name": "Opening", "tag": "Intro", "bars": 2, "cue": "one guitar"}]
    tagged = rendering(tmp_path, song(sections=sections), rate=8000)
    assert suno.lyrics_text(tagged) == "[Chorus - wider]\nla la\n\n[Short Instrumental Intro - one guitar]\n\n[End]"


def test_an_in_breath_is_no_syllable_however_it_is_given(tmp_path: Path) -> None:
    score = song(**BRIDGE)
    breaths = [note(score, beat, 0.2, 60, utterance=utterance("", "", last=True, manner="whispered"))
               for beat in (16.5, 17.5, 18.5)]
    notes = {"voice": [sung(score, 16, "spoken"), *breaths], "guitar": breaths}
    breathing = rendering(tmp_path, score, notes, rate=8000)
    assert suno.style_text(breathing) == "120 BPM, C minor, 4/4, steel guitar, spoken vocals"
    assert "[Bridge - spoken, over glitch textures]" in suno.lyrics_text(breathing)


@pytest.mark.parametrize(("text", "say", "sung"), [
    ("> hand the corpse to argmax", "hand the corpse to arg max", "hand the corpse to argmax"),
    ('> scream "THEY WERE ALL TRUE"', "scream: they were all true", 'scream "THEY WERE ALL TRUE"'),
    ("> apply exp() to everything", "apply exp to everything", "apply exp to everything"),
    ("> output: [0.01]", "output: point zero one", "output: point zero one"),
    ("runs at 0.7", "runs at point seven", "runs at point seven"),
    ("runs at 0.7", None, "runs at 0.7"),
    ("quiet (so quiet)", None, "quiet (so quiet)"),
])
def test_a_line_goes_to_suno_as_written_and_as_said_only_where_suno_would_misread_it(
        text: str, say: str | None, sung: str) -> None:
    assert suno.sung_text(LyricLine(text=text, say=say)) == sung


@pytest.mark.parametrize(("lyrics", "end"), [
    (None, "[End - silence, one note]"),
    ("la la", "[End - silence, one note]\nla la\n\n[End]"),  # words after an End would be lost
])
def test_there_is_one_end_at_the_end_even_if_the_score_has_its_own(
        tmp_path: Path, lyrics: str | None, end: str) -> None:
    coda = {"name": "Coda", "tag": "End", "bars": 1, "cue": "silence, one note", "lyrics": lyrics or ()}
    ending = rendering(tmp_path, song(sections=[{"name": "Verse", "bars": 2, "lyrics": "la"}, coda]), rate=8000)
    assert suno.lyrics_text(ending).endswith("\nla\n\n" + end)


def test_no_word_of_a_line_stands_in_brackets_even_if_nobody_says_how_to_say_it() -> None:
    assert suno.sung_text(LyricLine(text="> output: [0.01, {0.97}]")) == "output: 0.01, 0.97"


def test_a_style_is_made_of_tempo_key_meter_instruments_and_deliveries_unless_given(tmp_path: Path) -> None:
    style = suno.style_text(made(tmp_path))
    assert style == "120 BPM, C minor, 4/4, steel guitar, spoken vocals, sung vocals, whispered vocals"
    assert suno.style_text(made(tmp_path / "given", suno={"style": " Quiet guitar\n"})) == "Quiet guitar"


@pytest.mark.parametrize("limit", suno.LIMITS)
def test_each_limit_tells_when_it_is_passed_and_not_before(limit: suno.Limit) -> None:
    inside = dict.fromkeys((other.what for other in suno.LIMITS), 0.0)
    assert suno.exceeded(inside) == []
    assert not any(limit.where in notice for notice in suno.exceeded({**inside, limit.what: limit.most}))
    (told,) = suno.exceeded({**inside, limit.what: limit.most + 7})
    assert limit.what in told and limit.where in told and f"{limit.most:g}" in told
    assert (" 7 more" in told) is limit.newest


def test_what_only_older_models_refuse_is_one_line_of_advice() -> None:
    inside = dict.fromkeys((limit.what for limit in suno.LIMITS), 0.0)
    (told,) = suno.exceeded({**inside, "title": 90, "style.txt": 236, "lyrics.txt": 4000})
    assert told == ("Suno: the song fits Suno's newest models. For others, shorten title (90 characters) to 80 for v4; "
                    "style.txt (236 characters) to 200 for v4; lyrics.txt (4000 characters) to 3000 for v4.")


def test_what_is_too_long_is_told_and_not_cut(tmp_path: Path) -> None:
    cue = "whispered, spoken, one, two, three"
    long = made(tmp_path, title="x" * 90, suno={"style": "y" * 1007}, sections=[
        {"name": "Verse", "bars": 2, "cue": cue, "lyrics": ["z" * 390] * 13}])
    suno.write(long)
    assert (tmp_path / "suno/style.txt").read_text() == "y" * 1007 + "\n"
    assert len((tmp_path / "suno/lyrics.txt").read_text()) > 13 * 390
    for told in ("title (90 characters) to 80", "style.txt has 1007 characters, 7 more than the 1000",
                 "2 more than the 3", "the 5000"):
        assert any(told in notice for notice in long.notices), told


def test_a_song_within_every_limit_is_not_told_of_any(tmp_path: Path) -> None:
    fine = made(tmp_path)
    suno.write(fine)
    assert fine.notices == []


@pytest.mark.parametrize("rate", [44100, 48000])
def test_an_mp3_decodes_with_lag_0_at_320_kilobits_and_at_full_length(tmp_path: Path, rate: int) -> None:
    audio = noise(3.017, rate)
    path = tmp_path / "a.mp3"
    path.write_bytes(encode(audio, rate))
    decoded, decoded_rate = soundfile.read(path, dtype="float32")
    assert decoded_rate == rate and decoded.T.shape == audio.shape
    error = np.mean((decoded.T - audio) ** 2) / np.mean(audio**2)
    shifted = np.mean((decoded.T[:, 1:] - audio[:, :-1]) ** 2) / np.mean(audio**2)
    assert 10 * np.log10(error) < -25 < 10 * np.log10(shifted)  # one sample late would already be plain to see
    assert path.stat().st_size * 8 / 3.017 == pytest.approx(320_000, rel=0.03)


def test_an_mp3_of_a_96_khz_song_is_as_long_and_sounds_the_same(tmp_path: Path) -> None:
    audio = noise(2.0, 96000)
    path = tmp_path / "a.mp3"
    path.write_bytes(encode(audio, 96000))
    decoded, rate = soundfile.read(path, dtype="float32")
    assert (rate, decoded.shape[0]) == (48000, audio.shape[1] // 2)
    assert 10 * np.log10(np.mean((decoded.T - audio[:, ::2]) ** 2) / np.mean(audio**2)) < -20


def test_digital_silence_stays_silent_in_an_mp3(tmp_path: Path) -> None:
    audio = noise(3.0, 48000)
    audio[:, 60000:] = 0
    path = tmp_path / "a.mp3"
    path.write_bytes(encode(audio, 48000))
    decoded, _ = soundfile.read(path, dtype="float32")
    assert np.abs(decoded[64000:]).max() == 0 < np.abs(decoded[:60000]).max()


def test_the_same_sound_gives_the_same_mp3(tmp_path: Path) -> None:
    audio = noise(1.5, 48000)
    assert encode(audio, 48000) == encode(audio.copy(), 48000)


def long_song(tmp_path: Path, chorus_bars: int = 40, **changes: Any) -> Rendering:
    """90 s and more of level noise: intro 20 s, chorus, end."""
    score = song(tempo=120, sections=[{"name": "Intro", "bars": 10}, {"name": "Chorus 1", "bars": chorus_bars},
                                      {"name": "End", "bars": 5}], **changes)
    frames = round((15 + chorus_bars) * 2 * 8000)
    level = np.random.default_rng(5).uniform(-0.5, 0.5, (2, frames)).astype(np.float32)
    return rendering(tmp_path, score, master=level, rate=8000)


def test_the_excerpt_is_under_a_minute_from_the_first_chorus_and_fades_out(tmp_path: Path) -> None:
    whole = long_song(tmp_path)
    excerpt = cut_excerpt(whole)
    frames = excerpt.shape[1]
    assert 59 * 8000 < frames <= 60 * 8000
    assert np.array_equal(excerpt[:, 800:-16000], whole.master[:, 160800:160000 + frames - 16000])
    thirds = [np.sqrt(np.mean(piece**2)) for piece in np.split(excerpt[:, -15999:], 3, axis=1)]
    assert thirds[0] > 1.5 * thirds[1] > 3 * thirds[2] and abs(excerpt[0, -1]) < 1e-6


def test_the_excerpt_starts_where_the_score_says(tmp_path: Path) -> None:
    whole = long_song(tmp_path, suno={"excerpt": "Intro"})
    assert np.array_equal(cut_excerpt(whole)[:, :8000], whole.master[:, :8000])


def test_an_excerpt_that_reaches_the_end_is_not_faded_and_a_short_song_is_given_whole(tmp_path: Path) -> None:
    whole = long_song(tmp_path, chorus_bars=20)
    assert np.array_equal(cut_excerpt(whole)[:, -8000:], whole.master[:, -8000:])
    short = rendering(tmp_path / "short", rate=8000)
    assert np.array_equal(cut_excerpt(short), short.master)


def test_the_excerpt_file_is_the_excerpt_and_under_a_minute_even_to_a_player_blind_to_tags(tmp_path: Path) -> None:
    base = long_song(tmp_path)
    whole = replace(base, rate=48000, master=np.repeat(base.master, 6, axis=1), frames=base.frames * 6)
    suno.write(whole)
    audio_for_suno.write(whole)
    decoded, rate = soundfile.read(tmp_path / "suno/excerpt_60s.mp3", dtype="float32")
    assert decoded.shape[0] == cut_excerpt(whole).shape[1]
    assert ((tmp_path / "suno/excerpt_60s.mp3").stat().st_size * 8 / 320_000) < 60
    assert soundfile.info(tmp_path / "suno/full.mp3").frames == whole.frames and rate == 48000
