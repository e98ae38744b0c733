"""The laws of electric guitar and bass: pickups by their places, coil and tone, what an amplifier does to a string."""

from __future__ import annotations

import numpy as np
import pytest
from spectra import RATE, hertz, level_db, mono, note, play, power_share, span

from instruments.electric.feedback import partial_of
from instruments.electric.solid_body import SolidBody
from instruments.electric_bass import ElectricBass
from instruments.electric_guitar import ElectricGuitar
from scores.performance import Fingering, Note

BARE = {"amp": "none", "pluck_noise": 0.0, "squeak": 0.0, "handling": 0.0, "detune_cents": 0.0}


def bare(cls: type[SolidBody], **patch: object) -> SolidBody:
    return cls.model_validate({**BARE, **patch})


def partials_db(instrument: SolidBody, pitch: int, count: int) -> np.ndarray:
    audio = span(mono(instrument, [note(pitch, 0.0, 1.5)]), 0.03, 0.83)
    level = np.abs(np.fft.rfft(audio * np.hanning(audio.size)))
    hz = np.fft.rfftfreq(audio.size, 1 / RATE)
    return np.array([20 * np.log10(level[np.abs(hz - n * hertz(pitch)) < 0.2 * hertz(pitch)].max())
                     for n in range(1, count + 1)])


@pytest.mark.parametrize(("cls", "pitch", "near", "far"), [(ElectricGuitar, 40, "bridge", "neck"),
                                                           (ElectricBass, 28, "bridge", "split")])
def test_a_pickup_hears_each_partial_of_an_open_string_by_its_place(cls: type[SolidBody], pitch: int, near: str,
                                                                    far: str) -> None:
    """One against the other they differ by their |sin πnβ|, within 0.5 dB."""
    n = np.arange(1, 11)
    found = partials_db(bare(cls, pickup=near), pitch, 10) - partials_db(bare(cls, pickup=far), pitch, 10)
    due = 20 * np.log10(np.abs(np.sin(np.pi * n * cls.places[near][0][0]) / np.sin(np.pi * n * cls.places[far][0][0])))
    strong = due < 12
    np.testing.assert_allclose((found - found[0])[strong], (due - due[0])[strong], atol=0.5)


def test_on_a_fret_the_pickup_stays_where_it_is() -> None:
    """So at the twelfth fret it stands at twice the share of the string."""
    fretted = Note(0, 1, 0.0, 1.5, 52, 100, 5, Fingering(0, 12))
    n = np.arange(1, 7)
    found = []
    for pickup in ("bridge", "neck"):
        audio = span(mono(bare(ElectricGuitar, pickup=pickup), [fretted]), 0.03, 0.83)
        level = np.abs(np.fft.rfft(audio * np.hanning(audio.size)))
        hz = np.fft.rfftfreq(audio.size, 1 / RATE)
        found.append([20 * np.log10(level[np.abs(hz - k * hertz(52)) < 20].max()) for k in n])
    shares = [2 * ElectricGuitar.places[pickup][0][0] for pickup in ("bridge", "neck")]
    due = 20 * np.log10(np.abs(np.sin(np.pi * n * shares[0]) / np.sin(np.pi * n * shares[1])))
    strong = due < 15
    difference = np.subtract(*found) - due
    np.testing.assert_allclose((difference - difference[0])[strong], 0, atol=0.5)


@pytest.mark.parametrize("cls", [ElectricGuitar, ElectricBass])
def test_the_tone_knob_is_a_lowpass_behind_the_coil(cls: type[SolidBody]) -> None:
    n = np.arange(1, 13)
    pitch = cls.range[0] + 12
    found = partials_db(bare(cls, tone=0.0), pitch, 12) - partials_db(bare(cls, tone=1.0), pitch, 12)
    edges = (900.0, 4 * cls.coil_hz)
    due = 20 * np.log10(np.abs((1 + 1j * n * hertz(pitch) / edges[1]) / (1 + 1j * n * hertz(pitch) / edges[0])))
    np.testing.assert_allclose(found - found[0], due - due[0], atol=0.3)


@pytest.mark.parametrize("cls", [ElectricGuitar, ElectricBass])
def test_a_driven_amplifier_sustains(cls: type[SolidBody]) -> None:
    """From its beginning to its third half-second a note falls by less the more the tubes hold it."""
    falls = []
    for amp in ("none", "crunch", "high_gain"):
        audio = mono(cls.model_validate({"amp": amp, "drive": 0.8}), [note(cls.range[0] + 14, 0.0, 2.0)])
        falls.append(level_db(span(audio, 0.05, 0.3)) - level_db(span(audio, 1.0, 1.5)))
    assert falls[0] > falls[1] + 1 and falls[1] > falls[2] + 0.5


def test_two_driven_strings_make_the_tone_between_them() -> None:
    """A fifth sounds the octave below its root, as power chords do; without the amplifier there is none."""
    root = hertz(52)
    chord = [note(52, 0.0, 1.5), note(59, 0.0, 1.5)]
    shares = [power_share(span(mono(ElectricGuitar.model_validate({"amp": amp, "drive": 0.8}), chord), 0.2, 1.0),
                          root / 2 - 6, root / 2 + 6) for amp in ("none", "high_gain")]
    assert shares[1] > 30 * shares[0] and shares[1] > 3e-4


def test_a_palm_mutes_the_strings_and_the_amplifier_lets_them_thump() -> None:
    def falls(articulation: str) -> float:
        muted = Note(0, 1, 0.0, 1.5, 40, 100, 5, articulation=articulation)  # type: ignore[arg-type]
        audio = mono(ElectricGuitar(amp="high_gain"), [muted])
        return level_db(span(audio, 0.02, 0.12)) - level_db(span(audio, 0.8, 1.0))

    assert falls("palm_mute") > falls("plain") + 15


def test_fingers_picks_and_slaps_are_ever_brighter() -> None:
    """By what lies above 800 Hz in the first twentieth of a second."""
    bright = [power_share(span(mono(ElectricBass.model_validate({"technique": technique}), [note(31, 0.0)]), 0.0, 0.05),
                          800, 8000) for technique in ("finger", "pick", "slap")]
    assert bright[1] > 1.5 * bright[0] and bright[2] > 1.5 * bright[1]
    assert ElectricBass(technique="slap", tone=0.2).tone == 0.2


def test_programs_go_by_channel_and_technique() -> None:
    guitars = [ElectricGuitar.model_validate({"amp": amp}).midi_program() for amp in ("clean", "crunch", "high_gain")]
    basses = [ElectricBass.model_validate({"technique": way}).midi_program() for way in ("finger", "pick", "slap")]
    assert guitars == [28, 30, 31] and basses == [34, 35, 37]


def test_an_amplifier_s_own_time_is_taken_back() -> None:
    """Through it the attack comes no later than without: within a tenth of a millisecond, by half of its peak."""
    found = []
    for amp in ("none", "clean", "crunch"):
        left = np.abs(play(ElectricGuitar.model_validate({"amp": amp, "tone": 1.0}), [note(64)], 0.3)[0])
        found.append(int(np.flatnonzero(left > 0.15 * left.max())[0]))
    assert max(found) - min(found) < 0.0004 * RATE


def test_a_held_note_feeds_back_at_one_of_its_partials_and_a_short_one_does_not() -> None:
    """After two seconds the partial that takes over is 6 dB stronger than without, in tune, and stays."""
    rate, pitch = 48000, 52
    held = Note(0, 4, 0.05, 3.2, pitch, 100, 1)

    def partial_db(feedback: float, at: float, **patch: str) -> float:
        guitar = ElectricGuitar(amp="high_gain", pickup="bridge", feedback=feedback, **patch)
        sound = guitar.play([held], rate, 4 * rate)[0, round(at * rate):][:rate // 2]
        n = partial_of(pitch, guitar.places["bridge"][0][0])
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size), 1 << 17))
        hertz = np.arange(spectrum.size) * rate / (1 << 17)
        wanted = 440 * 2 ** ((pitch - 69) / 12) * n
        near = np.abs(hertz - wanted) < 0.03 * wanted
        if feedback:
            assert abs(1200 * np.log2(hertz[near][spectrum[near].argmax()] / wanted)) < 3
        return float(20 * np.log10(spectrum[near].max()))

    assert partial_db(1.0, 2.0) > partial_db(0.0, 2.0) + 6
    assert abs(partial_db(1.0, 2.6) - partial_db(1.0, 2.0)) < 1.5
    short = [Note(0, 0.25, 0.05, 0.3, pitch, 100, 1)]
    loud, plain = (ElectricGuitar(amp="high_gain", feedback=amount).play(short, rate, rate) for amount in (1.0, 0.0))
    assert np.array_equal(loud, plain)
