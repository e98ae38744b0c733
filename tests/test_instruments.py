"""The contract of an instrument, over every one that is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest
from spectra import ONSET, RATES, cents_off, level_db, sounding

from instruments import Instrument, instruments
from scores.lyrics.line import Delivery, SungLine, Syllable, Word
from scores.performance import Note

VOICES = [name for name, cls in instruments().items() if not any(f.is_required() for f in cls.model_fields.values())]
PITCHED = [name for name in VOICES if instruments()[name].pitched]
voice = pytest.mark.parametrize("name", VOICES)


def middle(cls: type[Instrument]) -> int:
    return (cls.range[0] + cls.range[1]) // 2


def play(instrument: Instrument, notes: list[Note], rate: int = 48000, seconds: float = 2.0) -> np.ndarray:
    return instrument.play(notes, rate, round(seconds * rate))


def corners(cls: type[Instrument]) -> Iterator[dict[str, Any]]:
    """Each end of each field's range, and each of its choices, by itself."""
    for field, info in cls.model_fields.items():
        ends = [getattr(rule, bound) for rule in info.metadata for bound in ("ge", "le", "gt", "lt")
                if hasattr(rule, bound)]
        if any(getattr(rule, "pattern", None) for rule in info.metadata) or str in get_args(info.annotation):
            continue  # free text, a file
        choices = [choice for choice in get_args(info.annotation) if isinstance(choice, str)]
        assert ends or choices or info.annotation is bool, f"{cls.name}.{field} has no declared range"
        for value in ends or choices or (False, True):
            yield {field: value}


@voice
def test_no_notes_are_exact_silence(name: str) -> None:
    silent = play(instruments()[name](), [], seconds=0.5)
    assert silent.shape == (2, 24000)
    assert silent.dtype == np.float32
    assert not silent.any()


@voice
@pytest.mark.parametrize("rate", RATES)
def test_a_note_begins_at_its_onset_and_not_before(name: str, rate: int) -> None:
    """Exactly zero before the sample nearest to the onset, and sound within two milliseconds after it."""
    cls = instruments()[name]
    audio = play(cls(), [sounding(middle(cls))], rate, seconds=0.6)
    assert audio.dtype == np.float32
    assert audio.shape == (2, round(0.6 * rate))
    first = int(np.flatnonzero(audio.any(axis=0))[0])
    assert -0.5 <= first - ONSET * rate <= 0.002 * rate


@voice
def test_a_tail_ends_in_exact_silence(name: str) -> None:
    """Half a minute after a short note nothing is left, and its end is no cut: its last 10 ms are below −80 dBFS.

    What ends by an edge of its own and not by dying away is heard with the longest: there it is the last hundredth.
    """
    cls = instruments()[name]
    edge = cls.model_fields.get("edge_seconds")
    longest = next(rule.le for rule in edge.metadata if hasattr(rule, "le")) if edge else None
    audio = play(cls(edge_seconds=longest) if edge else cls(), [sounding(middle(cls), duration=0.5)], seconds=30.0)
    last = int(np.flatnonzero(audio.any(axis=0))[-1])
    assert ONSET * 48000 < last < audio.shape[1] - 4800
    end = round((longest / 100 if longest else 0.01) * 48000)
    assert np.abs(audio[:, last + 1 - end:last + 1]).max() < 10 ** (-80 / 20)


@voice
def test_the_same_notes_give_the_same_bytes(name: str) -> None:
    cls = instruments()[name]
    notes = [sounding(middle(cls) + step, ONSET + 0.11 * step, 0.3, 60 + 5 * step, seed=step) for step in range(5)]
    first, second = play(cls(), notes), play(cls(), notes)
    assert first.any()
    assert first.tobytes() == second.tobytes()


@voice
def test_the_end_of_the_song_cuts_and_changes_nothing_before(name: str) -> None:
    """A shorter song is the beginning of a longer one, also when its last note starts in its last milliseconds."""
    cls = instruments()[name]
    notes = [sounding(middle(cls)), sounding(middle(cls) + 2, onset=0.795), sounding(middle(cls), onset=1.2)]
    long, short = play(cls(), notes, seconds=2.0), play(cls(), notes, seconds=0.8)
    assert np.abs(long[:, 36000:38400]).max() > 1e-3
    np.testing.assert_allclose(short, long[:, :38400], atol=2e-6)


@voice
def test_velocity_100_peaks_between_minus_18_and_minus_9_dbfs(name: str) -> None:
    """In the middle of the range, and a fourth to either side of it."""
    cls = instruments()[name]
    for step in (-5, 0, 5):
        audio = play(cls(), [sounding(middle(cls) + step, duration=2.0)], seconds=3.0)
        assert -18 <= 20 * np.log10(np.abs(audio).max()) <= -9, f"{middle(cls) + step}"


@voice
def test_velocity_makes_louder(name: str) -> None:
    cls = instruments()[name]
    levels = [level_db(play(cls(), [sounding(middle(cls), velocity=velocity)])) for velocity in (20, 50, 80, 110)]
    assert np.all(np.diff(levels) > 1.5), levels


@pytest.mark.parametrize("name", PITCHED)
@pytest.mark.parametrize("rate", RATES)
def test_pitch_is_right_within_a_cent(name: str, rate: int) -> None:
    """By the phase slope of the fundamental over the second after the attack, from MIDI 36 to 84. A voice that has
    a vibrato is heard without it and without what else its patch mistunes, one that has a rotary speaker or a tremolo
    without that; all others as they are. Right is equal temperament, or what the instrument itself says that it is
    tuned to."""
    cls = instruments()[name]
    mistuned = [field for field in cls.model_fields if field.endswith("_cents")]
    patch: dict[str, Any] = dict.fromkeys(mistuned, 0.0) if "vibrato_cents" in mistuned else {}
    if "rotary" in cls.model_fields:
        patch["rotary"] = "off"
    if "tremolo_from_seconds" in cls.model_fields:
        patch["tremolo_from_seconds"] = 30.0
    pitches = [p for p in range(36, 85, 6 if rate == 48000 else 24) if cls.range[0] <= p <= cls.range[1]]
    for pitch in pitches:
        instrument = cls(**patch)
        audio = play(instrument, [sounding(pitch, onset=0.0, duration=2.0)], rate, seconds=1.5)
        steady = audio.mean(axis=0, dtype=np.float64)[round(0.3 * rate):]
        due = pitch + instrument.temperament_cents(pitch) / 100
        assert abs(cents_off(steady, rate, 440 * 2 ** ((due - 69) / 12))) <= 1.0, pitch


@voice
def test_every_rate_gives_the_same_sound(name: str) -> None:
    """Levels of 50 ms stretches agree within 1.5 dB between 44.1, 48 and 96 kHz until the sound is gone."""
    cls = instruments()[name]
    tracks = []
    for rate in RATES:
        audio = play(cls(), [sounding(middle(cls), onset=0.1, duration=0.5)], rate, seconds=1.5)
        tracks.append([level_db(audio[:, round(t * rate):round((t + 0.05) * rate)]) for t in np.arange(0.1, 1.4, 0.05)])
    levels = np.array(tracks)
    heard = levels[1] > -60
    assert heard.sum() >= 4
    tolerance = 1.5 if cls.pitched else 6.0  # a noise is another draw at another rate
    assert np.abs(levels - levels[1])[:, heard].max() < tolerance


@voice
def test_corners_of_the_patch_are_bounded_and_heard(name: str) -> None:
    """Each field at each end of its range: finite, above −60 and below 0 dBFS."""
    cls = instruments()[name]
    for patch in corners(cls):
        audio = play(cls(**patch), [sounding(middle(cls), duration=0.3)], seconds=0.6)
        assert np.isfinite(audio).all(), patch
        assert 1e-3 < np.abs(audio).max() < 1.0, patch


@pytest.mark.parametrize("name", PITCHED)
def test_ending_a_note_makes_no_click(name: str) -> None:
    """Where a note is let go the third difference stays what the note itself had."""
    cls = instruments()[name]
    audio = play(cls(), [sounding(middle(cls), onset=0.1, duration=0.8)], seconds=1.5).astype(np.float64)
    edges = np.abs(np.diff(audio, 3, axis=1)).max(axis=0)
    before = edges[round(0.75 * 48000):round(0.895 * 48000)].max()
    after = edges[round(0.895 * 48000):round(1.2 * 48000)].max()
    assert after <= 2.5 * before


@voice
def test_a_singing_voice_takes_an_utterance_and_any_voice_does_without(name: str) -> None:
    """Each manner of delivery sounds where the instrument sings; elsewhere the utterance changes nothing."""
    cls = instruments()[name]
    plain = play(cls(), [sounding(middle(cls))])
    assert plain.any()
    for manner in ("sung", "whispered", "spoken", "breath"):
        softmax = Word("softmax", "softmax", (Syllable("soft", (), 1), Syllable("max", (), 2)))
        said = SungLine("voice", "A", 1, (softmax,), Delivery(manner)).utterances[0]
        audio = play(cls(), [sounding(middle(cls), utterance=said)])
        assert 1e-4 < np.abs(audio).max() < 1.0, manner
        if not cls.sings:
            np.testing.assert_array_equal(audio, plain)
