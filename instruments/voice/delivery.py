"""How a line is given, in numbers: its noise, its colour and its level by manner, effort, breathiness and distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scores.performance import Delivery

SUNG = Delivery("sung")
MANNER_DB = {"sung": 0.0, "spoken": -5.0, "whispered": -3.0, "breath": -8.0}  # against a sung note of that velocity
CHEST_HZ = 230.0  # below it a near microphone adds
WHISPER_SHELF_HZ, WHISPER_SHELF_DB = 700.0, -20.0  # a whisper has no low partials; Ito, Takeda and Itakura (2005)


@dataclass(frozen=True)
class Colour:
    """``log_gain`` float64 (bins,), added to the log magnitude of all; ``noise_gain`` float32 (bins,), what breath has
    more than the voice, as a factor; ``least`` share of noise 0–1, all over; above ``breath_hz`` all is noise; ``gain``
    of the whole."""

    log_gain: np.ndarray
    noise_gain: np.ndarray
    least: float
    breath_hz: float
    gain: float


def colour(delivery: Delivery, breath: float, brightness: float, hz: np.ndarray) -> Colour:
    """What a delivery does to the spectrum.

    breath
        Added to the delivery's breathiness.
    brightness
        0–1, 0.5 as the source has it.
    hz
        Frequencies of the bins, from 0.
    """
    airy = float(np.clip(delivery.breathiness + breath, 0, 1))
    upward = np.clip(np.log2(np.maximum(hz, 1.0) / 500.0) / 2.6, 0, 1)  # 0 at 500 Hz, 1 from 3 kHz
    bright_db = 8.0 * (brightness - 0.5) * upward
    near_db = (3.0 - 8.0 * delivery.distance) / (1 + (hz / CHEST_HZ) ** 2)
    common_db = bright_db + near_db
    gain_db = 8 * (delivery.effort - SUNG.effort) - 10 * (delivery.distance - SUNG.distance)
    gain_db += MANNER_DB[delivery.manner]
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
                  10 ** (gain_db / 20))
