"""The laws of the tonewheel organ: gears, drawbars, foldback, shared wheels, contacts, percussion, scanner."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from spectra import RATE, cents, decay_db_per_second, hertz, level_db, mono, note, partial, play, span

from instruments.electric.tonewheels import FEET, REGISTRATIONS, wheel_of, wheels
from instruments.organ import Organ

DRY = {"rotary": "off", "click": 0.0, "leakage_db": -100.0}


def dry(**patch: object) -> Organ:
    return Organ.model_validate({**DRY, **patch})


def strengths(organ: Organ, pitch: int, frequencies: list[float]) -> np.ndarray:
    """Amplitudes, less those of the wheels themselves."""
    audio = span(mono(organ, [note(pitch, onset=0.0, duration=2.0)], 2.0), 0.2, 1.8)
    hz, level, _ = wheels()
    own = [level[np.argmin(np.abs(hz - frequency))] for frequency in frequencies]
    time, window = np.arange(audio.size) / RATE, np.kaiser(audio.size, 16)
    found = [abs(audio * window @ np.exp(-2j * np.pi * f * time)) for f in frequencies]
    return 2 * np.array(found) / own / window.sum()


def test_gears_are_in_tune_within_a_cent_and_no_wheel_is_quite_like_another() -> None:
    hz, level, _ = wheels()
    assert len(hz) == 91 and hz[45] == 440.0
    due = hertz(24) * 2 ** (np.arange(91) / 12)
    assert np.abs(cents(hz[:84], 1.0) - cents(due[:84], 1.0)).max() < 0.75
    assert 0.3 < np.std(20 * np.log10(level)) < 1.0


def test_each_drawbar_brings_its_foot_and_three_decibels_a_step() -> None:
    every = [wheels()[0][wheel_of(60, feet)] for feet in FEET]
    for bar in (0, 1, 4, 8):
        loud, soft = (strengths(dry(registration="0" * bar + digit + "0" * (8 - bar)), 60, every) for digit in "85")
        assert np.argmax(loud) == bar
        assert np.delete(loud, bar).max() < 2e-3 * loud[bar]
        assert soft[bar] == pytest.approx(loud[bar], rel=0.01)  # alone it is made as loud as any
    both = strengths(dry(registration="008500000"), 60, every)
    assert 20 * np.log10(both[2] / both[3]) == pytest.approx(9.0, abs=0.1)


def test_what_the_generator_lacks_is_folded_back_by_octaves() -> None:
    assert wheel_of(96, 36) == wheel_of(96, 12) == 84
    assert wheel_of(36, -12) == wheel_of(48, -12) == 12
    assert all(0 <= wheel_of(pitch, feet) < 91 for pitch in range(36, 97) for feet in FEET)


def test_two_keys_on_one_wheel_sound_it_together_in_one_phase() -> None:
    """The 4' of a key is the 8' of the key an octave above, whenever they are pressed."""
    organ = dry(registration="008800000")
    low, high = note(60, 0.0, 2.0), note(72, 0.513, 1.487)
    alone = [np.median(partial(span(mono(organ, [low, n] if n is high else [n]), 0.7, 1.7), hertz(72), 0.2)[0])
             for n in (low, high)]
    single = [np.median(partial(span(mono(organ, [n]), 0.7, 1.7), hertz(72), 0.2)[0]) for n in (low, high)]
    assert alone[1] == pytest.approx(sum(single), rel=0.02)


def test_the_click_is_in_the_contacts() -> None:
    """With it the first milliseconds have 15 dB more above 3 kHz; what is held after them is the same."""
    def highs(organ: Organ) -> float:
        attack = span(mono(organ, [note(48)]), 0.095, 0.115)
        spectrum = np.abs(np.fft.rfft(attack * np.hanning(attack.size))) ** 2
        return float(10 * np.log10(spectrum[np.fft.rfftfreq(attack.size, 1 / RATE) > 3000].sum()))

    assert highs(dry(click=1.0)) > highs(dry()) + 15
    held = [level_db(span(mono(dry(click=click), [note(48)]), 0.5, 0.9)) for click in (0.0, 1.0)]
    assert held[0] == pytest.approx(held[1], abs=0.02)


def test_percussion_is_struck_once_and_dies_in_the_time_given() -> None:
    organ = dry(registration="008000000", percussion="third", percussion_seconds=1.0)
    first = partial(span(mono(organ, [note(60, 0.0, 2.0)]), 0.05, 0.6), 3 * hertz(60), 0.05)[0]
    assert decay_db_per_second(first) == pytest.approx(60, rel=0.03)
    tied = play(organ, [note(60, 0.0, 2.0), note(64, 0.5, 1.0)])[0]
    again = partial(span(tied, 0.5, 0.7), 3 * hertz(64), 0.05)[0]
    assert again.max() < 0.05 * first[0]


def test_leakage_is_other_wheels_at_the_level_given() -> None:
    found = strengths(dry(registration="008000000", leakage_db=-30.0), 60, [wheels()[0][number] for number in (36, 84)])
    assert 20 * np.log10(found[1] / found[0]) == pytest.approx(-30, abs=0.5)


@pytest.mark.parametrize(("vibrato", "deepest"), [("v1", 8.75), ("v2", 17.5), ("v3", 26.2)])
def test_the_scanner_sways_the_pitch(vibrato: str, deepest: float) -> None:
    """By π · 6.9 Hz times the delay it runs along: within 5 %."""
    audio = span(mono(dry(registration="000000008", vibrato=vibrato), [note(60, 0.0, 2.0)]), 0.2, 1.5)
    off = cents(partial(audio, hertz(96), 0.02, 0.005)[1], hertz(96))
    assert np.ptp(off) / 2 == pytest.approx(deepest, rel=0.05)


def test_rotors_speed_up_on_long_notes_and_slow_down_after_them() -> None:
    organ = Organ(rotary="swell")
    assert organ._switches([note(60, 0.0, 1.0)]) == [(0.0, "slow")]
    switches = organ._switches([note(60, 0.5, 1.0), note(62, 2.0, 3.0), note(64, 2.2, 2.5), note(64, 8.0, 1.0)])
    assert [speed for _, speed in switches] == ["slow", "fast", "slow"]
    assert [seconds for seconds, _ in switches] == pytest.approx([0.0, 2.2, 4.5])


def test_registrations_have_names_and_one_drawbar_at_least_is_pulled() -> None:
    for name, digits in REGISTRATIONS.items():
        np.testing.assert_array_equal(mono(dry(registration=name), [note(60)]),
                                      mono(dry(registration=digits), [note(60)]))
    for wrong in ("000000000", "88800000", "888000009", "loud"):
        with pytest.raises(ValidationError):
            Organ(registration=wrong)
