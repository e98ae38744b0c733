"""A small bowed ensemble that breathes: each player has an own instrument, vibrato, bow, entry and intonation.

What all share is the breath: one slow swell of the whole section, in which each leads or lags a little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numba import njit
from pydantic import Field

from instruments import Instrument
from instruments._notes import hertz, pan_gains, velocity_gain
from instruments._partials import first_sample
from scores.performance import Note

LEVEL = 0.102  # r.m.s. of a note's waveform at velocity 100: the ensemble peaks near −12 dBFS
SECTION = 0.65  # amplitude of each player beside the leader,
SECTION_FIRST = 0.5  # and that of the fundamental in it, so that those of all together do not drown the leader's
TABLE = 4096  # one cycle; linear interpolation of partial 40 then errs by −66 dB
TURN = float(TABLE << 20)  # phases are whole numbers, so that they wrap without a rounding
PART = np.float32(2.0**-20)
NOISE = 1 << 16
BLOCK_SECONDS = 0.012
BRIGHTEST_HZ = 9000.0

# Resonances of a violin family's bodies: frequency in Hz, gain in dB, width in octaves. Air A0, corpus B1− and B1+,
# and the bridge hill; Bissinger, JASA 124 (2008).
CORNERS_HZ = (900.0, 3200.0)  # where a light and a firm bow begin to round the sawtooth's corner
BODY = ((275.0, 4.0, 0.3), (470.0, 3.0, 0.3), (550.0, 4.0, 0.3), (2400.0, 6.0, 0.8))
BRIDGE_HILL_HZ = 2400.0
BODIES = 3  # instruments in the section, the leader's first; no two are alike:
BODY_OCTAVES, BODY_DB = 0.12, 3.0  # so far, at most, their resonances lie from those above, and so unlike in strength

SWELL = 0.35  # how much louder and softer the breath makes a player, at depth 1
TOGETHER = 0.75  # share of the breath that is everyone's
GOLDEN = (1 + math.sqrt(5)) / 2  # between the two swells of a breath, so that it never comes back the same
COLOUR = 0.35  # a vibrato sweeps partials over the body's resonances and so changes the colour, by up to this share
LATE_SECONDS = 0.06  # the last of the section comes in so much after its leader
SCRATCH, SCRATCH_SECONDS = 3.0, 0.07  # how much noisier a bow is as it catches the string
FINDING = 2.5  # a finger lands flat by so many times the drift,
FINDING_SECONDS = 0.06  # and is in place after that time


@njit(cache=True, nogil=True)
def add_bows(
    out: np.ndarray, start: int, cycles: np.ndarray, noise: np.ndarray, players: np.ndarray, controls: np.ndarray,
    block: int, rate: float,
) -> None:
    """Add one note of an ensemble to ``out``.

    out
        float32 (2, frames), added to.
    cycles
        float32 (BODIES, TABLE, 4): of each instrument a cycle played dark, the step to its next value, the same
        played bright.
    noise
        float32 (NOISE + block,): the bow's noise, read in a ring; its beginning stands once more behind its end.
    players
        float64 (n, 5): phase at the start in cycles, place in the noise, gain left and right, number of the instrument.
    controls
        float64 (n, blocks + 1, 4): frequency in Hz, level of the dark and the bright cycle and of the noise at each
        block's border, straight in between.
    """
    length = min((controls.shape[1] - 1) * block, out.shape[1] - start)
    soft, sharp = np.empty(block, np.float32), np.empty(block, np.float32)
    for p in range(players.shape[0]):
        phase, offset = int(players[p, 0] * TURN), int(players[p, 1])
        left, right = np.float32(players[p, 2]), np.float32(players[p, 3])
        own = cycles[int(players[p, 4])]
        for b in range((length + block - 1) // block):
            at = start + b * block
            size = min(block, start + length - at)
            to_left, to_right = out[0, at : at + size], out[1, at : at + size]
            step = int(controls[p, b, 0] / rate * TURN)
            bend = int((controls[p, b + 1, 0] - controls[p, b, 0]) / rate * TURN / block)
            dark, bright = np.float32(controls[p, b, 1]), np.float32(controls[p, b, 2])
            hiss = np.float32(controls[p, b, 3])
            dark_rise = np.float32((controls[p, b + 1, 1] - dark) / block)
            bright_rise = np.float32((controls[p, b + 1, 2] - bright) / block)
            for k in range(size):
                cycle = own[(phase >> 20) & (TABLE - 1)]
                part = np.float32(phase & 0xFFFFF) * PART
                phase += step
                step += bend
                soft[k] = cycle[0] + part * cycle[1]
                sharp[k] = cycle[2] + part * cycle[3]
            place = offset & (NOISE - 1)
            bow = noise[place : place + size]
            for k in range(size):  # apart from the loop above, which cannot be compiled to vector instructions
                catch = sharp[k]
                # the string sheds its noise when it slips, once a cycle: Chafe, ICASSP 1990
                y = (dark + np.float32(k) * dark_rise) * soft[k]
                y += (bright + np.float32(k) * bright_rise) * catch + hiss * bow[k] * catch * catch
                to_left[k] += left * y
                to_right[k] += right * y
            offset += size


def between(lag: float) -> np.ndarray:
    """Weights, float32, of the samples at −1, 0, 1 and 2 that give the value at ``lag``: Lagrange's cubic."""
    return np.array([-lag * (lag - 1) * (lag - 2) / 6, (lag + 1) * (lag - 1) * (lag - 2) / 2,
                     -(lag + 1) * lag * (lag - 2) / 2, (lag + 1) * lag * (lag - 1) / 6], dtype=np.float32)


class StringPad(Instrument):
    """Strings: several players to a note, mistuned evenly about it, with vibrato, bow changes and a slow swell."""

    name: ClassVar[str] = "string_pad"
    program: ClassVar[int] = 50
    range: ClassVar[tuple[int, int]] = (28, 96)

    players: int = Field(5, ge=1, le=12, description="Players to a note")
    attack_seconds: float = Field(
        0.45, ge=0.02, le=5, description="Rise of a note at velocity 100, in seconds; soft notes take up to twice it"
    )
    release_seconds: float = Field(0.9, ge=0.02, le=8, description="Fall after a note's end, in seconds")
    detune_cents: float = Field(
        6.0, ge=0, le=40, description="Mistuning between the lowest and the highest player, in cents"
    )
    drift_cents: float = Field(2.5, ge=0, le=20, description="Wandering of each player's pitch, in cents")
    vibrato_cents: float = Field(11.0, ge=0, le=60, description="Vibrato to either side, in cents")
    vibrato_hz: float = Field(5.2, ge=3, le=8, description="Mean rate of the players' vibratos, in Hz")
    brightness: float = Field(0.4, ge=0, le=1, description="Pressure of the bows: 0 over the fingerboard, 1 bridge")
    breath: float = Field(0.5, ge=0, le=1, description="Depth of the slow swell in loudness and brightness")
    breath_seconds: float = Field(5.5, ge=1, le=30, description="Mean period of the swells, in seconds")
    bow_noise_db: float = Field(-24, ge=-80, le=0, description="Noise of the bows against the tone, in dB")
    width: float = Field(0.8, ge=0, le=1, description="Width of the ensemble")

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        block = max(round(BLOCK_SECONDS * rate), 1)
        hiss = self._bow_noise(rate)
        hiss = np.stack([np.roll(hiss, -place) for place in (-1, 0, 1, 2)])
        hiss = np.hstack([hiss, hiss[:, :block]])
        waves: dict[float, np.ndarray] = {}
        for note in notes:
            start, lag = first_sample(note.onset_seconds * rate)
            if start >= frames:
                continue
            if note.pitch not in waves:
                waves[note.pitch] = np.stack([np.hstack([self._cycle(note.pitch, corner_hz, body, rate)
                                                         for corner_hz in CORNERS_HZ]) for body in range(BODIES)])
            players, controls = self._hands(note, rate, block, lag)
            noise = between(lag) @ hiss
            add_bows(out, start, waves[note.pitch], noise, players, controls, block, float(rate))
        return out

    def _cycle(self, pitch: float, corner_hz: float, body: int, rate: int) -> np.ndarray:
        """One cycle of a bowed string through the body of that number, with no partial that could fold over.

        Returns float32 (TABLE, 2): each value and the step to the next.

        Helmholtz's sawtooth has partials as 1/n; a light bow rounds its corner (Cremer, "The Physics of the
        Violin", 1984, ch. 3). R.m.s. 1, but for the fundamental of those beside the leader.
        """
        n = np.arange(1, max(int(min(BRIGHTEST_HZ, 0.45 * rate) / hertz(pitch + 1)), 1) + 1)
        frequency = n * hertz(pitch)
        centre_hz, peak_db, width = np.array(BODY).T
        if body:
            unlike = np.random.Generator(np.random.Philox(key=body)).uniform(-1, 1, (2, len(BODY)))
            centre_hz, peak_db = centre_hz * np.exp2(BODY_OCTAVES * unlike[0]), peak_db + BODY_DB * unlike[1]
        octaves = np.log2(frequency[:, None] / centre_hz)
        gain_db = np.exp(-((octaves / width) ** 2)) @ peak_db
        corner = corner_hz + 1.5 * hertz(pitch)
        spectrum = np.zeros(TABLE // 2 + 1, complex)
        weights = 10 ** (gain_db / 20) / n / (1 + (frequency / corner) ** 2)
        # the body turns the partials' phases and so lowers the sawtooth's peak; Schroeder, IEEE Trans. IT 16 (1970)
        spectrum[n] = weights * np.exp(-1j * np.pi * n**2 / len(n))
        norm = np.sqrt(2 * np.sum(np.abs(spectrum) ** 2)) / TABLE
        spectrum[1] *= SECTION_FIRST if body else 1.0
        cycle = np.fft.irfft(spectrum)
        cycle /= norm
        return np.column_stack([cycle, np.roll(cycle, -1) - cycle]).astype(np.float32)

    def _bow_noise(self, rate: int) -> np.ndarray:
        """Noise of hair on string, an octave or two about the bridge hill, the same for all: float32 (NOISE,)."""
        draw = np.random.Generator(np.random.Philox(key=0))
        bins = np.fft.rfftfreq(NOISE, 1 / rate)
        shape = np.exp(-(np.log2(np.maximum(bins, 1.0) / BRIDGE_HILL_HZ) ** 2))
        hiss = np.fft.irfft(shape * np.exp(2j * np.pi * draw.random(len(bins))))
        scaled: np.ndarray = (hiss / np.sqrt(np.mean(hiss**2))).astype(np.float32)
        return scaled

    def _hands(self, note: Note, rate: int, block: int, lag: float) -> tuple[np.ndarray, np.ndarray]:
        """What each player does with a note: the arguments ``players`` and ``controls`` of ``add_bows``.

        ``lag`` is how far the first sample is behind the onset, in samples.
        """
        draw = np.random.Generator(np.random.Philox(key=note.seed))
        count = self.players
        attack = self.attack_seconds * (2 - min(note.velocity, 100) / 100)
        total = note.duration_seconds + self.release_seconds
        t = (np.arange(math.ceil(total * rate / block) + 1) * block + lag) / rate

        # Everyone's own hand; drawn for all at once, so that what a player does is one column of the draws.
        chance = draw.random((13, count, 1))
        place = np.linspace(-1, 1, count)[:, None] if count > 1 else np.zeros((1, 1))
        # Players listen to each other in pairs: what one is above the note, the other is below, at every moment. So
        # the section, whose players all drift, has the pitch that is written.
        pair = np.minimum(np.arange(count), np.arange(count)[::-1])
        mirrored = (0, 1, 2, 3, 4, 5, 8, 9)
        chance[mirrored, :] = chance[mirrored, :][:, pair]
        side = np.where(place < 0, -1.0, 1.0)
        leads = np.abs(place) < 1e-9  # the desk's leader, in the middle, carries the pitch
        late = np.where(leads, 0.0, LATE_SECONDS * min(attack / 0.45, 1.0) * chance[9])
        vibrato_hz = self.vibrato_hz * (0.9 + 0.2 * chance[0])
        wander = np.sin(2 * np.pi * ((0.3 + 0.5 * chance[4]) * t + chance[5])) + 0.6 * np.sin(
            2 * np.pi * ((1.1 + 1.3 * chance[5]) * t + chance[4]))
        # no hand is a clock: the vibrato's rate wanders with the pitch
        swing = np.sin(2 * np.pi * (vibrato_hz * t + chance[1] + 0.12 * wander))
        vibrato = swing * np.minimum(t / (attack + 0.3), 1) ** 2
        finding = FINDING * np.exp(-t / FINDING_SECONDS) * chance[10]
        cents = 0.5 * self.detune_cents * place + self.drift_cents * (0.6 * side * wander - finding)
        cents = cents + self.vibrato_cents * (0.7 + 0.6 * chance[2]) * side * vibrato
        frequency = hertz(note.pitch) * np.exp2(cents / 1200)

        swell = self._swell(note.onset_seconds + t, chance[11], chance[12])
        stroke = 2.2 + 1.8 * chance[6]  # seconds from one change of bow to the next
        since = (t + stroke * chance[7]) % stroke
        turning = np.minimum(since, stroke - since)
        turn = np.exp(-((turning / 0.09) ** 2)) * (t > attack)
        rise = 0.5 - 0.5 * np.cos(np.pi * np.clip((t - late) / (attack * (0.8 + 0.4 * chance[8])), 0, 1))
        fall = 0.5 + 0.5 * np.cos(np.pi * np.clip((t - note.duration_seconds) / self.release_seconds, 0, 1))
        level = rise * fall * (1 - 0.4 * self.breath * turn) * (1 + SWELL * self.breath * swell)
        share = np.where(leads, 1.0, SECTION)
        level *= LEVEL * velocity_gain(note.velocity) * share / math.sqrt(float(np.sum(share**2)))
        colour = COLOUR * min(self.vibrato_cents / 11.0, 1.0) * vibrato * (2 * chance[3] - 1)
        hardness = self.brightness * (0.4 + 0.6 * note.velocity / 100)
        bright = np.clip(hardness * (1 + 0.8 * self.breath * swell + colour) * (0.3 + 0.7 * rise * fall), 0, 1)
        catching = 1 + SCRATCH * (np.exp(-np.maximum(t - late, 0) / SCRATCH_SECONDS) + 0.3 * turn)
        hiss = level * catching * 10 ** (self.bow_noise_db / 20)

        controls = np.stack([frequency, level * (1 - bright), level * bright, hiss], axis=-1)
        seating = self.width * math.copysign(1.0, draw.random() - 0.5)
        gains = np.array([pan_gains(seating * side) for side in place[:, 0]])
        # a quarter of a cycle to either side of the leader: so no pair enters against its fundamental
        phase = (np.where(leads, 0.0, 0.25 * side * chance[3])[:, 0] + frequency[:, 0] * lag / rate) % 1
        body = np.where(leads[:, 0], 0, 1 + np.arange(count) % (BODIES - 1))
        players = np.column_stack([phase, draw.integers(0, NOISE, count), gains, body])
        return players, controls

    def _swell(self, at_seconds: np.ndarray, lead: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Where in the breath each player is, −1 … 1, at the times of the song: all notes breathe as one.

        Two slow swells whose periods are in the golden ratio; each player (``lead``, ``own`` 0–1) is a little early or
        late in them, and has a swell that is no one else's.
        """
        cycle = at_seconds / self.breath_seconds + 0.12 * (lead - 0.5)
        together = 0.65 * np.sin(2 * np.pi * cycle) + 0.35 * np.sin(2 * np.pi * cycle / GOLDEN)
        alone = np.sin(2 * np.pi * (at_seconds / (self.breath_seconds * (0.7 + 0.6 * lead)) + own))
        return np.asarray(TOGETHER * together + (1 - TOGETHER) * alone)
