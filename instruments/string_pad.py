"""A string pad: a small bowed ensemble whose players each have their own instrument, vibrato, bow, entry and pitch.

They share the breath: one slow swell of the whole section, in which each player leads or lags slightly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Integers, Reals, Singles, Stereo
from instruments.dsp.interpolation import weights_at
from instruments.dsp.notes import hertz, pan_gains, velocity_gain
from instruments.dsp.partials import first_sample
from instruments.dsp.random import generator
from instruments.strings import DRAWS, NOISE, UNIT, Bowing, add_bows, move_hands
from scores.performance import Note

LEVEL = 0.102  # r.m.s. of a note at velocity 100: the ensemble peaks near −12 dBFS
SECTION = 0.65  # amplitude of each player of the section, relative to the leader
SECTION_FIRST = 0.5  # factor of the section's fundamentals, so that they do not mask the leader's, which is in tune
SMALLEST_TABLE = 256  # fewest values of a cycle
LARGEST_TABLE = 4096  # most values of a cycle
FINENESS = 32  # values per cycle of the highest partial; linear interpolation then errs by −46 dB relative to it
BLOCK_SECONDS = 0.012  # time between two steps of the control values [s]
BRIGHTEST_HZ = 9000.0  # upper limit of the partials [Hz]
CORNERS_HZ = (900.0, 3200.0)  # corner frequency of the tone of a light and of a firm bow [Hz]

# Resonances of violin bodies: frequency [Hz], gain [dB], width [octaves]. Air A0, corpus B1− and B1+, bridge hill.
# G. Bissinger, "Structural acoustics of good and bad violins", JASA 124, 2008.
BODY = ((275.0, 4.0, 0.3), (470.0, 3.0, 0.3), (550.0, 4.0, 0.3), (2400.0, 6.0, 0.8))
BRIDGE_HILL_HZ = 2400.0  # centre of the bow noise [Hz]
BODIES = 3  # different instruments in the section; the first is the leader's
BODY_OCTAVES = 0.12  # largest deviation of a resonance's frequency from BODY [octaves]
BODY_DB = 3.0  # largest deviation of a resonance's gain from BODY [dB]
LATE_SECONDS = 0.06  # largest delay of a player behind the leader [s]


class Desks(NamedTuple):
    """Seats of the players and what follows from them, one value a player."""

    place: Reals  # seat, evenly from −1 to 1; the leader is at 0
    pair: Integers  # index of the pair
    levels: Reals  # r.m.s. at velocity 100
    aside: Reals  # largest deviation of the phase at the onset from the leader's [cycles]
    body: Integers  # index of the instrument
    gains: Reals  # gains left and right for both orders of seats, shape (2, n, 2)


class StringPad(Instrument):
    """Bowed strings: several players per note, mistuned evenly about it, with vibrato, bow changes and a slow swell."""

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

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        block = max(round(BLOCK_SECONDS * rate), 1)
        desks = self._desks()
        hiss = self._bow_noise(rate)
        hiss = np.stack([np.roll(hiss, -place) for place in (-1, 0, 1, 2)])
        hiss = np.hstack([hiss, hiss[:, :block]])
        waves: dict[float, Singles] = {}
        for note in notes:
            start, lag = first_sample(note.onset_seconds * rate)
            if start >= frames:
                continue
            if note.pitch not in waves:
                waves[note.pitch] = self._cycles(note.pitch, rate)
            players, controls = self._hands(note, desks, rate, block, lag)
            noise = weights_at(lag) @ hiss
            add_bows(out, start, waves[note.pitch], noise, players, controls, block, float(rate))
        return out

    def _cycles(self, pitch: float, rate: int) -> Singles:
        """Tabulate one cycle of a bowed string through each body, band-limited: the ``cycles`` of ``add_bows``.

        The string moves in Helmholtz's sawtooth, with partials as 1/n; a light bow rounds its corner (L. Cremer, The
        Physics of the Violin, 1984, ch. 3). The r.m.s. is 1, except for the section's weaker fundamental.
        """
        n = np.arange(1, max(int(min(BRIGHTEST_HZ, 0.45 * rate) / hertz(pitch + 1)), 1) + 1)
        table = min(max(1 << (FINENESS * len(n) - 1).bit_length(), SMALLEST_TABLE), LARGEST_TABLE)
        frequency = n * hertz(pitch)
        centre_hz, peak_db, width = np.array(BODY).T
        corners = np.array(CORNERS_HZ)[:, None] + 1.5 * hertz(pitch)
        # The body changes the phases, which lowers the peak of the sawtooth: phases of M. Schroeder, "Synthesis of
        # low-peak-factor signals", IEEE Trans. Information Theory 16, 1970.
        strings = np.exp(-1j * np.pi * n**2 / len(n)) / n / (1 + (frequency / corners) ** 2)
        spectra = np.zeros((BODIES, len(CORNERS_HZ), table // 2 + 1), complex)
        for body in range(BODIES):
            own_hz, own_db = centre_hz, peak_db
            if body:
                unlike = generator(body).uniform(-1, 1, (2, len(BODY)))
                own_hz, own_db = centre_hz * np.exp2(BODY_OCTAVES * unlike[0]), peak_db + BODY_DB * unlike[1]
            gain_db = np.exp(-((np.log2(frequency[:, None] / own_hz) / width) ** 2)) @ own_db
            weighted = strings * 10 ** (gain_db / 20)
            weighted /= np.sqrt(2 * np.sum(np.abs(weighted) ** 2, axis=1, keepdims=True)) / table
            spectra[body, :, 1 : len(n) + 1] = weighted
        spectra[1:, :, 1] *= SECTION_FIRST
        cycles = np.moveaxis(np.fft.irfft(spectra, table), 1, 2)
        both = np.concatenate([cycles, (np.roll(cycles, -1, axis=1) - cycles) / UNIT], axis=2)
        return np.ascontiguousarray(both, np.float32)

    def _bow_noise(self, rate: int) -> Singles:
        """Return the bow noise, band-passed about the bridge hill and common to all players, shape (NOISE,)."""
        draw = generator(0)
        bins = np.fft.rfftfreq(NOISE, 1 / rate)
        shape = np.exp(-(np.log2(np.maximum(bins, 1.0) / BRIDGE_HILL_HZ) ** 2))
        hiss = np.fft.irfft(shape * np.exp(2j * np.pi * draw.random(len(bins))))
        scaled: Singles = (hiss / np.sqrt(np.mean(hiss**2))).astype(np.float32)
        return scaled

    def _hands(self, note: Note, desks: Desks, rate: int, block: int, lag: float) -> tuple[Reals, Reals]:
        """Return the arguments ``players`` and ``controls`` of ``add_bows``.

        ``lag`` is the time from the onset to the first sample, in samples.
        """
        draw = generator(note.seed)
        count = self.players
        chance = draw.random((DRAWS, count))
        attack = self.attack_seconds * (2 - min(note.velocity, 100) / 100)
        controls = np.empty((count, math.ceil((note.duration_seconds + self.release_seconds) * rate / block) + 1, 4))
        move_hands(controls, desks.place, desks.levels * velocity_gain(note.velocity), chance, Bowing(
            first_seconds=lag / rate, step_seconds=block / rate, onset_seconds=float(note.onset_seconds),
            duration_seconds=float(note.duration_seconds), attack_seconds=attack,
            release_seconds=float(self.release_seconds), late_seconds=LATE_SECONDS * min(attack / 0.45, 1.0),
            frequency_hz=float(hertz(note.pitch)), detune_cents=float(self.detune_cents),
            drift_cents=float(self.drift_cents), vibrato_cents=float(self.vibrato_cents),
            vibrato_hz=float(self.vibrato_hz), hardness=self.brightness * (0.4 + 0.6 * note.velocity / 100),
            breath=float(self.breath), breath_seconds=float(self.breath_seconds),
            noise_gain=10 ** (self.bow_noise_db / 20)))

        # At most a quarter of a cycle from the leader, so that no pair cancels the leader's fundamental.
        aside = desks.aside * chance[3, desks.pair]
        players = np.empty((count, 5))
        players[:, 2:4] = desks.gains[int(draw.random() < 0.5)]
        players[:, 0] = (aside + controls[:, 0, 0] * (lag / rate)) % 1
        players[:, 1] = draw.integers(0, NOISE, count)
        players[:, 4] = desks.body
        return players, controls

    def _desks(self) -> Desks:
        """Seat the players."""
        count = self.players
        place = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
        leads = np.abs(place) < 1e-9
        share = np.where(leads, 1.0, SECTION)
        number = np.arange(count)
        return Desks(
            place=place, pair=np.minimum(number, number[::-1]),
            levels=LEVEL * share / math.sqrt(float(np.sum(share**2))),
            aside=np.where(leads, 0.0, np.where(place < 0, -0.25, 0.25)),
            body=np.where(leads, 0, 1 + number % (BODIES - 1)),
            gains=np.array([[pan_gains(way * self.width * at) for at in place.tolist()] for way in (1, -1)]))
