"""Banjo and mandolin: what their bodies and hands make of the plucked string."""

from __future__ import annotations

import numpy as np
from spectra import RATE, decay_db_per_second, hertz, level_db, mono, note, partial, span

from instruments.banjo import Banjo
from instruments.mandolin import Mandolin
from instruments.steel_guitar import SteelGuitar


def test_a_skin_takes_the_strings_energy_sooner_than_wood() -> None:
    """D4 on both falls more than twice as fast on the banjo, and speaks above 1 kHz."""
    falls = [decay_db_per_second(partial(mono(cls(sympathy=0), [note(62, 0.0, 2.0)]), hertz(62))[0][10:60])
             for cls in (Banjo, SteelGuitar)]
    assert falls[0] > 2 * falls[1]


def test_a_long_note_of_the_mandolin_is_held_by_tremolo() -> None:
    """Strokes at the rate that is asked for, seen in the envelope; a short note is one stroke."""
    def rate_hz(duration: float) -> float:
        audio = mono(Mandolin(tremolo_hz=12, knock=0, body=0), [note(69, 0.0, duration)], duration)
        sharp = np.abs(np.diff(audio, append=0.0))[: round(duration * RATE) // 240 * 240].reshape(-1, 240).max(axis=1)
        sharp = np.maximum(np.diff(np.log(sharp + 1e-4)), 0)[8:]  # rises only: each stroke is one
        spectrum = np.abs(np.fft.rfft(sharp - sharp.mean(), 4096))
        hz = np.fft.rfftfreq(4096, 240 / RATE)
        return float(hz[(hz > 5) & (hz < 18)][np.argmax(spectrum[(hz > 5) & (hz < 18)])])

    assert abs(rate_hz(2.0) - 12) < 0.7
    held, single = (mono(Mandolin(tremolo_from_seconds=limit), [note(69, 0.0, 1.9)]) for limit in (0.5, 30.0))
    assert level_db(span(held, 1.5, 1.8)) > level_db(span(single, 1.5, 1.8)) + 8
