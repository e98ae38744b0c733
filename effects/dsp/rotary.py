"""A rotary speaker: a horn for the treble and a drum for the bass rotate in front of two microphones.

Each rotor is a source on a circle. Its distance to a microphone changes, and with it delay (the Doppler effect) and
level. A rotor that points away is softer and duller.

References
----------
J. Smith, S. Serafin, J. Abel and D. Berners, "Doppler Simulation and the Leslie", DAFx 2002.

C. Henricksen, "Unearthing the Mysteries of the Leslie Cabinet", Recording Engineer/Producer, April 1981: crossover and
speeds of the Leslie 122.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from effects.dsp.moving import BLOCK, LEAST_DELAY, add_path, aim, split

Speed = Literal["stop", "slow", "fast"]
SOUND_METRES_A_SECOND = 343.0  # speed of sound in air at 20 °C [m/s]
CROSSOVER_HZ = 800.0  # crossover between drum and horn [Hz]
TREBLE_HZ = 2500.0  # frequency above which the horn radiates mostly forwards [Hz]
WIDEST_DEGREES = 80.0  # angle from the middle to either microphone at width 1 [°]


class Rotor(NamedTuple):
    """A rotor."""

    radius_metres: float  # radius of the circle on which the source moves [m]
    hertz: dict[Speed, float]  # its speeds [Hz]
    rise_seconds: float  # time constant of acceleration [s]
    fall_seconds: float  # time constant of deceleration [s]
    turns: float  # direction, 1 or −1


HORN = Rotor(0.18, {"stop": 0.0, "slow": 48 / 60, "fast": 400 / 60}, 0.35, 0.5, 1.0)
DRUM = Rotor(0.10, {"stop": 0.0, "slow": 40 / 60, "fast": 342 / 60}, 1.4, 1.7, -1.0)
# Loss of level when a rotor points away, relative to its level ahead: drum, horn below and horn above TREBLE_HZ. Each
# band keeps its mean level over a turn.
AWAY = (0.35, 0.45, 0.8)


class Cabinet:
    """The speaker with its state: takes consecutive blocks of sound."""

    def __init__(self, rate: int, switches: Sequence[tuple[float, Speed]], distance_metres: float = 0.7,
                 width: float = 1.0, depth: float = 1.0, acceleration: float = 1.0) -> None:
        """Set up a speaker at rest in its first speed; ``switches`` are times in seconds and speeds, in order."""
        self.rate, self.distance, self.depth = rate, distance_metres, depth
        self.angles = np.radians(WIDEST_DEGREES * width) * np.array([-1.0, 1.0])
        self.switches, self.acceleration = list(switches), acceleration
        self.done = 0  # samples that have been played
        self.state = np.zeros(3)
        longest = 2 * HORN.radius_metres / SOUND_METRES_A_SECOND * rate
        self.past = int(longest) + BLOCK
        self.lines = np.zeros((2, 2, self.past), np.float32)  # last samples that each rotor has sent to each microphone

    def turn(self, sound: np.ndarray) -> np.ndarray:
        """Play the next block of sound, shape (frames,); return left and right, shape (2, frames)."""
        frames = sound.size
        low, high, treble = np.empty((3, frames), np.float32)
        split(sound, low, high, treble, self.state, np.tan(np.pi * CROSSOVER_HZ / self.rate),
              np.tan(np.pi * TREBLE_HZ / self.rate))
        out = np.zeros((2, frames), np.float32)
        line = np.empty(self.past + frames, np.float32)
        first = self.done // BLOCK
        offset = self.done - first * BLOCK
        borders = np.arange(first, (self.done + frames) // BLOCK + 3) * BLOCK / self.rate
        nothing = np.zeros_like(low)
        for number, (rotor, bands, shares) in enumerate(((DRUM, (low, nothing), (AWAY[0], 0.0)),
                                                         (HORN, (high, treble), AWAY[1:]))):
            turned = angle(rotor, self.switches, borders, self.acceleration)
            r, d = rotor.radius_metres * self.depth, self.distance
            for side in range(2):
                ahead = np.cos(turned - self.angles[side])
                metres = np.sqrt(r * r + d * d - 2 * r * d * ahead)
                back = self.depth * (1 - ahead) / 2
                levels = [d / metres * (1 - share * back) / (1 - share * self.depth / 2) for share in shares]
                line[:self.past] = self.lines[number, side]
                aim(line[self.past:], *bands, offset, *levels)
                delay = LEAST_DELAY + (metres - (d - r)) / SOUND_METRES_A_SECOND * self.rate
                add_path(out[side], line, self.past, offset, delay)
                self.lines[number, side] = line[frames:]
        self.done += frames
        return out


def angle(rotor: Rotor, switches: Sequence[tuple[float, Speed]], seconds: np.ndarray, acceleration: float = 1.0
          ) -> np.ndarray:
    """Return the angle of a rotor in radians at times in rising order. Its speed changes exponentially."""
    out = np.zeros_like(seconds)
    turned, speed = 0.0, rotor.hertz[switches[0][1]]
    for number, (start, wanted) in enumerate(switches):
        target = rotor.hertz[wanted]
        constant = (rotor.rise_seconds if target > speed else rotor.fall_seconds) / acceleration

        def at(time: np.ndarray, start: float = start, target: float = target, constant: float = constant,
               turned: float = turned, speed: float = speed) -> np.ndarray:
            late = time - start
            return np.asarray(turned + target * late + (speed - target) * constant * -np.expm1(-late / constant))

        end = switches[number + 1][0] if number + 1 < len(switches) else np.inf
        here = (seconds >= start) & (seconds < end) if number else seconds < end
        out[here] = at(np.maximum(seconds[here], start) if number == 0 else seconds[here])
        if np.isfinite(end):
            turned = float(at(np.array(end)))
            speed = target + (speed - target) * float(np.exp(-(end - start) / constant))
    return rotor.turns * 2 * np.pi * out
