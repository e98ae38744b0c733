"""How a line is given, in numbers: level, colour and noise by manner, effort, breathiness and distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from instruments.dsp.arrays import Floats
from scores.lyrics.line import Delivery, Manner, Stress

# The delivery that levels are relative to, and that a note without words has.
SUNG = Delivery("sung")


class Levels(NamedTuple):
    """Levels of one voice.

    Parameters
    ----------
    manner_db
        Level by manner [dB], relative to a sung note of the same velocity.
    stress_db
        Level of a syllable by its stress [dB], relative to one with primary stress.
    """

    manner_db: Mapping[Manner, float]
    stress_db: Mapping[Stress, float]


# Set by ear. A hum has no consonants that tell its whispered syllables apart, so their stress is the stronger contrast.
WORDED = Levels({"sung": 0.0, "spoken": -5.0, "whispered": -3.0, "breath": -8.0}, {1: 0.0, 2: -1.0, 0: -2.0})
HUMMED = Levels({"sung": 0.0, "spoken": -7.0, "whispered": -7.0, "breath": -12.0}, {1: 0.0, 2: -2.5, 0: -5.0})

# Level [dB] of full effort relative to none.
EFFORT_DB = 8
# Level [dB] of a voice at the lips relative to one across the room.
DISTANCE_DB = 10
# Frequency [Hz] below which a near microphone adds (proximity effect).
CHEST_HZ = 230.0
# Shelf of a whisper, which has no low partials: Ito, Takeda and Itakura (2005). Corner [Hz], level below it [dB].
WHISPER_SHELF_HZ = 700.0
WHISPER_SHELF_DB = -20.0


def gain_db(delivery: Delivery) -> float:
    """Return the level that effort and distance give a voice [dB], relative to a note that is plainly sung."""
    return EFFORT_DB * (delivery.effort - SUNG.effort) - DISTANCE_DB * (delivery.distance - SUNG.distance)


@dataclass(frozen=True)
class Colour:
    """What a delivery does to the spectrum.

    Parameters
    ----------
    log_gain
        Added to the log magnitude of voice and breath [nepers]; float64, shape (bins,).
    noise_gain
        Factor on the breath beside that; float32, shape (bins,).
    least
        Least share of noise in the power, from 0 to 1; 1 is a whisper.
    breath_hz
        Frequency above which everything is noise [Hz].
    gain
        Factor on the whole.
    """

    log_gain: Floats
    noise_gain: Floats
    least: float
    breath_hz: float
    gain: float


def colour(delivery: Delivery, breath: float, brightness: float, hz: Floats) -> Colour:
    """Return what a delivery does to the spectrum.

    Parameters
    ----------
    breath
        Added to the breathiness of the delivery.
    brightness
        From 0 (dark) to 1 (bright); 0.5 leaves the source's colour.
    hz
        Frequencies of the bins, from 0 [Hz]; shape (bins,).
    """
    airy = float(np.clip(delivery.breathiness + breath, 0, 1))
    upward = np.clip(np.log2(np.maximum(hz, 1.0) / 500.0) / 2.6, 0, 1)  # 0 at 500 Hz, 1 from 3 kHz
    bright_db = 8.0 * (brightness - 0.5) * upward
    near_db = (3.0 - 8.0 * delivery.distance) / (1 + (hz / CHEST_HZ) ** 2)
    common_db = bright_db + near_db
    level_db = gain_db(delivery) + WORDED.manner_db[delivery.manner]
    if delivery.manner in ("sung", "spoken"):
        # driven folds close faster: more of what is high; breathy ones never close: less of it, and more of the first
        tilt_db = (14.0 * (delivery.effort - 0.45) - 5.0 * (airy - 0.4)) * upward
        first_db = 3.0 * (airy - 0.4) / (1 + (hz / 350.0) ** 4)
        voice_db = common_db + tilt_db + first_db
        # breath is made above the folds and has none of their low partials
        noise_db = upward * (2.0 * airy) - 0.5 * tilt_db - 14.0 / (1 + (hz / 600.0) ** 2)
        least = 10 ** ((-22.0 + 13.0 * airy + (3.0 if delivery.manner == "spoken" else 0.0)) / 10)
        breath_hz = 6500.0 - 4000.0 * airy
    else:
        shelf_db = WHISPER_SHELF_DB / (1 + (hz / WHISPER_SHELF_HZ) ** 3)
        voice_db, noise_db = common_db + shelf_db, np.zeros(len(hz))
        least, breath_hz = 1.0, 0.0
    return Colour(voice_db * (np.log(10) / 20), (10 ** (noise_db / 20)).astype(np.float32), least, breath_hz,
                  10 ** (level_db / 20))
