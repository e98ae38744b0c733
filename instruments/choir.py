"""A choir: singers who each have their own throat, timing, pitch and vibrato, on one vowel or with closed lips."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.dsp.notes import pan_gains
from instruments.solo import (
    DYNAMICS,
    Attack,
    BreathNoise,
    Scoop,
    Solo,
    Swell,
    Vibrato,
    Voice,
    minimum_phase,
)
from instruments.voice.formants import HUM_HZ, HUM_ZERO_HZ, Formants
from instruments.voice.tract import NASAL_POLE_HZ, NASAL_WIDTH_HZ, glottal_spectrum
from scores.performance import Note

Vowel = Literal["ooh", "aah", "hum"]
# Formants, nasal zero, and the frequency above which the opening passes less [Hz]: /u/ and /ɑ/ of G. Peterson and H.
# Barney, JASA 24, 1952; closed lips as ``hum`` has them, whose walls take the highs.
VOWELS: dict[Vowel, tuple[Formants, float, float]] = {
    "ooh": ((380.0, 900.0, 2500.0), NASAL_POLE_HZ, 4000.0),
    "aah": ((780.0, 1180.0, 2650.0), NASAL_POLE_HZ, 9000.0),
    "hum": (HUM_HZ, HUM_ZERO_HZ, 1000.0),
}
# Widths of a vowel's formants, and the next ones with theirs, which trained singers draw together (J. Sundberg, The
# Science of the Singing Voice, 1987) [Hz].
WIDTHS_HZ = (130.0, 170.0, 200.0)
UPPER_HZ = ((3300.0, 200.0), (4100.0, 280.0), (5200.0, 450.0))
# Where the formants above these begin, how far apart they lie, where they end [Hz], and their width relative to their
# frequency. Without them all below would fall too fast (G. Fant, Acoustic Theory of Speech Production, 1960, 1.3).
HIGH_FROM_HZ, HIGH_EVERY_HZ, HIGH_TO_HZ, HIGH_WIDTH = 6300.0, 1100.0, 40_000.0, 0.12
THROATS = (1.0, 0.92, 1.06, 0.97)  # formants of each quarter of the choir, relative to the mean: long and short throats
PLACES = (0.15, -0.75, 0.7, -0.3)  # where it stands, −1 left to 1 right
LAX = (0.9, 20.0)  # open share and attenuation at 3 kHz [dB] of the softest glottal pulse
PRESSED = (0.7, 4.0)  # the same of the loudest
SECTION = 0.62  # amplitude of each singer, relative to the one who leads


class Choir(Solo):
    """Eight singers who divide among the notes of a chord; one of a line leads, the others are later, sharp or flat."""

    name: ClassVar[str] = "choir"
    program: ClassVar[int] = 53
    range: ClassVar[tuple[int, int]] = (43, 84)

    reflects: ClassVar[float] = 0.0
    dulls: ClassVar[float] = 0.0
    pulses: ClassVar[float] = 0.3
    noise_dynamic_db: ClassVar[float] = -12.0
    chiff_db: ClassVar[float] = 0.0
    parting_db: ClassVar[float] = 3.0

    vowel: Vowel = Field("aah", description="what they sing: ooh, aah, or a hum with closed lips")
    singers: int = Field(8, ge=1, le=16, description="singers, who divide among the notes of a chord")
    detune_cents: float = Field(9, ge=0, le=40, description="mistuning between the lowest and the highest singer, in "
                                                            "cents")
    late_seconds: float = Field(0.06, ge=0, le=0.2, description="how much later the last singer begins, in seconds")
    width: float = Field(0.8, ge=0, le=1, description="width of the choir")
    attack_seconds: Attack = 0.14
    vibrato_cents: Vibrato = 14
    swell_db: Swell = 3
    scoop_cents: Scoop = 35
    breath_noise_db: BreathNoise = -26

    @override
    def midi_program(self) -> int:
        return 53 if self.vowel == "aah" else 54

    @override
    def voices(self, phrase: Sequence[Note], phrases: Sequence[Sequence[Note]]) -> Sequence[Voice]:
        """Return the singers of a line: they divide among the lines that sound together, two to each at least."""
        onset = phrase[0].onset_seconds
        together = sum(other[0].onset_seconds <= onset + 0.05 and other[-1].end_seconds > onset + 0.1
                       for other in phrases)
        count = max(self.singers // max(together, 1), min(self.singers, 2))
        level = 1 / np.sqrt(1 + (count - 1) * SECTION**2)
        others = np.arange(count - 1)
        spread = np.linspace(-0.5, 0.5, count - 1) if count > 2 else np.zeros(count - 1)
        late = (others * 5 % max(count - 1, 1) + 1) / max(count - 1, 1)
        return (Voice(0.0, 0.0, float(level), 0, 0),
                *(Voice(float(self.late_seconds * wait), float(self.detune_cents * place), float(SECTION * level),
                        (index + 1) % len(THROATS), index + 1)
                  for index, (wait, place) in enumerate(zip(late, spread, strict=True))))

    @override
    def source(self, count: int, hz: float) -> Complexes:
        """Return the glottal flow of D. and L. Klatt, JASA 87, 1990: lax when soft, pressed when loud."""
        lax, pressed = np.array(LAX), np.array(PRESSED)
        return np.stack([glottal_spectrum(count, hz, *(lax + dynamic * (pressed - lax))) for dynamic in DYNAMICS])

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        formants, zero_hz, passes_hz = VOWELS[self.vowel]
        heard = []
        for throat, place in zip(THROATS, PLACES, strict=True):
            taps = _throat(tuple(throat * hz for hz in formants), zero_hz, passes_hz, rate)
            heard.append(taps * np.array(pan_gains(self.width * place))[:, None])
        return heard


@lru_cache(maxsize=32)
def _throat(formants_hz: tuple[float, ...], zero_hz: float, passes_hz: float, rate: int) -> Reals:
    """Return the taps of a throat, shape (2, taps)."""
    def passes(hz: Reals) -> Reals:
        def pole(centre_hz: float, width_hz: float) -> Reals:
            return np.asarray(centre_hz**2 / np.hypot(centre_hz**2 - hz**2, width_hz * hz))

        total = pole(NASAL_POLE_HZ, NASAL_WIDTH_HZ) / pole(zero_hz, NASAL_WIDTH_HZ) / (1 + (hz / passes_hz) ** 2)
        high = np.arange(HIGH_FROM_HZ, HIGH_TO_HZ, HIGH_EVERY_HZ)
        for centre_hz, width_hz in (*zip(formants_hz, WIDTHS_HZ, strict=True), *UPPER_HZ,
                                    *zip(high, HIGH_WIDTH * high, strict=True)):
            total = total * pole(centre_hz, width_hz)
        return total

    return minimum_phase(passes, rate)
