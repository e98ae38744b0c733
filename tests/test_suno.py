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
from render.writers.suno.limits import LIMITS, Limit
from render.writers.suno.words import respelled
from scores.format.model import LyricLine
from scores.lyrics.line import Delivery, SungLine, Syllable, Word

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


def lyrics_of(made: Rendering) -> str:
    return suno.lyrics_text(made)[0]


def style_of(made: Rendering) -> str:
    return suno.style_text(made)[0]


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
    assert lyrics_of(made(tmp_path)).split("\n") == [
        "[Short Instrumental Intro - single guitar]", "",
        "[Verse 1 - whispered, close-miked, single guitar]", "quiet (so quiet)", "at T = 0.7", "",
        "[Bridge - spoken, over glitch textures, 2 bars]", "be me",
        "receive logits: three point two, one point one", "",
        "[Chorus 2 - guitar, 2 bars]", "not the soft in softmax", "",
        "[Instrumental Coda]", "",
        "[End]"]


def test_a_section_that_the_score_tags_has_that_tag_as_it_stands(tmp_path: Path) -> None:
    sections = [{"name": "Chorus 2", "tag": "Chorus", "bars": 2, "cue": "Wider", "lyrics": "la la"},
                {"name": "Opening", "tag": "Intro", "bars": 2, "cue": "one guitar"}]
    tagged = rendering(tmp_path, song(sections=sections), rate=8000)
    assert lyrics_of(tagged) == "[Chorus - wider, 2 bars]\nla la\n\n[Short Instrumental Intro - one guitar]\n\n[End]"


def test_an_in_breath_is_no_syllable_however_it_is_given(tmp_path: Path) -> None:
    score = song(**BRIDGE)
    breaths = [note(score, beat, 0.2, 60, utterance=utterance("", "", last=True, manner="whispered"))
               for beat in (16.5, 17.5, 18.5)]
    notes = {"voice": [sung(score, 16, "spoken"), *breaths], "guitar": breaths}
    breathing = rendering(tmp_path, score, notes, rate=8000)
    assert style_of(breathing) == "120 BPM, C minor, 4/4, steel guitar, spoken vocals"
    assert "[Bridge - spoken, over glitch textures, 2 bars]" in lyrics_of(breathing)


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
    ("la la", "[End - silence, one note, 1 bar]\nla la\n\n[End]"),  # words after an End would be lost
])
def test_there_is_one_end_at_the_end_even_if_the_score_has_its_own(
        tmp_path: Path, lyrics: str | None, end: str) -> None:
    coda = {"name": "Coda", "tag": "End", "bars": 1, "cue": "silence, one note", "lyrics": lyrics or ()}
    ending = rendering(tmp_path, song(sections=[{"name": "Verse", "bars": 2, "lyrics": "la"}, coda]), rate=8000)
    assert lyrics_of(ending).endswith("\nla\n\n" + end)


def test_no_word_of_a_line_stands_in_brackets_even_if_nobody_says_how_to_say_it() -> None:
    assert suno.sung_text(LyricLine(text="> output: [0.01, {0.97}]")) == "output: 0.01, 0.97"


def test_a_style_is_made_of_tempo_key_meter_instruments_and_deliveries_unless_given(tmp_path: Path) -> None:
    style = style_of(made(tmp_path))
    assert style == "120 BPM, C minor, 4/4, steel guitar, spoken vocals, sung vocals, whispered vocals"
    assert style_of(made(tmp_path / "given", suno={"style": " Quiet guitar\n"})) == "Quiet guitar"


@pytest.mark.parametrize("limit", LIMITS)
def test_each_limit_tells_when_it_is_passed_and_not_before(limit: Limit) -> None:
    inside = dict.fromkeys((other.what for other in LIMITS), 0.0)
    assert suno.exceeded({**inside, limit.what: limit.most}) == []
    (told,) = suno.exceeded({**inside, limit.what: limit.most + 7})
    assert limit.what in told and f"7 more than the {limit.most:g} of version 6" in told
    assert ("unverified" in told) is (limit.sure == "unverified")


def test_what_the_style_excludes_goes_into_its_own_box_and_is_told(tmp_path: Path) -> None:
    """Suno ignores "no drums" among the styles."""
    song = made(tmp_path, suno={"style": "quiet guitar, no drums, intimate", "exclude": "autotune"})
    suno.write(song)
    assert (tmp_path / "suno/style.txt").read_text() == "quiet guitar, intimate\n"
    assert (tmp_path / "suno/exclude.txt").read_text() == "autotune, drums\n"
    assert any("exclude.txt" in notice for notice in song.notices)


@pytest.mark.parametrize(("pronounced", "written"), [("L EH1 D", "a heart of led"), ("L IY1 D", "a heart of leed")])
def test_a_word_of_two_sounds_is_respelled_as_the_song_sings_it(pronounced: str, written: str) -> None:
    syllables = [Word(text, text, (Syllable(text, tuple(phones.split()), 1),))
                 for text, phones in (("a", "AH0"), ("heart", "HH AA1 R T"), ("of", "AH1 V"), ("lead", pronounced))]
    line = SungLine("voice", "A", 1, tuple(syllables), Delivery("sung"))
    assert respelled("a heart of lead", [line]) == (written, [("lead", written.split()[-1])])
    assert respelled("a heart of gold", [line]) == ("a heart of gold", [])


def test_the_card_finds_a_key_for_the_singer(tmp_path: Path) -> None:
    """The tune moved by the advised semitones lies in the range, and the capo leads to open shapes."""
    score = song(**BRIDGE, singer={"range": "G2-D4"})
    notes = [note(score, beat, 1, pitch, utterance=utterance("la", "la", last=True))
             for beat, pitch in ((8, 60), (9, 69))]
    text = suno.card(rendering(tmp_path, score, {"voice": notes}), [])
    assert "The tune goes from C4 to A4." in text
    assert "For a singer from G2 to D4: F minor, a guitar with capo 1 in shapes of E (-7 semitones)." in text


def test_what_is_too_long_is_told_and_not_cut(tmp_path: Path) -> None:
    cue = "whispered, spoken, one, two, three"
    long = made(tmp_path, title="x" * 90, suno={"style": "y" * 1007}, sections=[
        {"name": "Verse", "bars": 2, "cue": cue, "lyrics": ["z" * 390] * 13}])
    suno.write(long)
    assert (tmp_path / "suno/style.txt").read_text() == "y" * 1007 + "\n"
    assert len((tmp_path / "suno/lyrics.txt").read_text()) > 13 * 390
    for told in ("style.txt has 1007 characters, 7 more than the 1000",
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
    score = song(tempo=120, rubato=0, sections=[
        {"name": "Intro", "bars": 10}, {"name": "Chorus 1", "bars": chorus_bars}, {"name": "End", "bars": 5}],
        **changes)
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
