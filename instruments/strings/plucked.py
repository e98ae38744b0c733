"""The plucked instruments: from the notes of a part to strings, hand and body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Booleans, Integers, Reals, Records, Seeds, Stereo
from instruments.dsp.notes import hertz
from instruments.dsp.random import uniform_of
from instruments.dsp.scatter import of_keys, of_strokes
from instruments.dsp.spans import merged
from instruments.strings.body import Wood, impulse_response, magnitude, resonate, toned
from instruments.strings.free_strings import free_loop, ring_along
from instruments.strings.handling import handle
from instruments.strings.neck import (
    NEVER,
    TOUCH_SECONDS,
    allocate,
    harmonics,
    joined,
    parts_of,
    semitones,
    stepped,
    times,
)
from instruments.strings.noises import landings, squeaks
from instruments.strings.patch import (
    Body,
    Detune,
    Distance,
    Handling,
    Hardness,
    Knock,
    Pluck,
    PluckNoise,
    PluckPosition,
    Release,
    Scatter,
    Squeak,
    StringAge,
    Sustain,
    Sympathy,
    Tone,
)
from instruments.strings.pluck import (
    ATTACKS,
    CONTACTS,
    FINGERS,
    HAMMER_POSITION,
    MUTE_DULL_SECONDS,
    MUTE_T60_SECONDS,
    corner_seconds,
)
from instruments.strings.string import FADE_SECONDS, REFERENCE_HZ, Hand, Loop, design, inharmonicity, lengthening, loss
from instruments.strings.table import Strings
from instruments.strings.waveguide import sound_string
from scores.performance import Note

REFERENCE_VELOCITY = 100.0  # MIDI velocity for which the tables of touch and the levels are stated
DECIBELS_A_VELOCITY = 0.25  # change of level per step of MIDI velocity [dB]
VELOCITY_OF_HALF_CORNER = 25.0  # increase of MIDI velocity that halves the time constant of the pluck's corner
SOFTEST_CORNER = 0.35  # longest corner, relative to the period; a longer one would remove the fundamental
NOISE_LEVEL = 7.0  # level of the pluck noise before its low-pass at ``pluck_noise`` 1, relative to the pluck
NOISE_SECONDS = 0.0015  # time constant of the pluck noise [s]
VELOCITY_OF_TWICE_NOISE = 24.0  # increase of MIDI velocity that doubles the noise relative to the pluck
POSITION_SPREAD = 0.05  # random deviation of the plucking position, relative to it
TOUCH_T60_SECONDS = 0.03  # decay to −60 dB under a resting finger, toward 0 Hz [s]
DAMPED_DULL = 0.4  # decay of a damped string at 4 kHz, relative to that toward 0 Hz
KNOCK_SECONDS = 0.006  # time constant of the body's return [s]: 27 Hz, below all modes of the bodies
FRET_DB = 0.5  # standard deviation of the level from fret to fret [dB]
STROKE_DB = 0.9  # standard deviation from pluck to pluck [dB]; notes of recorded guitars scatter by 0.9 to 1.3 together
WEAK = 0.5  # force on the bridge of the plane along the top, relative to that of the other plane
FRET_DECAY_POWER = 0.6  # a string stopped an octave higher decays in 2^−0.6 of the time
# Share of the force on the bridge that enters each free string at ``sympathy`` 1, times ``up_t60_share``: the less a
# bridge gives way, the longer a string drives it and the less the others get.
COUPLING = 0.0018
EAR_SECONDS = 0.2  # time over which the loudness of a note is integrated [s]
SILENCE = 10 ** (-104 / 20)  # force on the bridge that counts as silence, −104 dBFS


class Planned(NamedTuple):
    """What the kernels need to play the notes of one string."""

    up: Loop
    along: Loop
    hand: Hand
    bends: Reals
    seeds: Seeds
    noises: Records
    noise_seeds: Seeds


class Ringing(NamedTuple):
    """How the notes of one string ring, one entry a note."""

    written: Reals  # pitch, MIDI number
    frequency: Reals  # frequency of the first partial [Hz]
    parts: Integers  # parts into which a touched node divides the string, 1 for a note that is no harmonic
    stiffness: Reals  # coefficient B
    t60: Reals  # decay to −60 dB toward 0 Hz, without a palm [s]
    dull: Reals  # additional damping at 4 kHz, without a palm, as a decay to −60 dB [s]
    muted_t60: Reals  # ``t60`` under a palm where one mutes the note [s]
    muted_dull: Reals  # ``dull`` under a palm where one mutes the note [s]


class Picking(NamedTuple):
    """How the notes of one string are plucked, one entry a note."""

    position: Reals  # distance of the finger from the bridge, as a share of the sounding string
    corner_seconds: Reals  # time constant of the corner [s]
    pull: Reals  # sign of the pull
    level_db: Reals  # level, relative to a plain pluck of the same velocity [dB]
    noise: Reals  # level of the noise, relative to a plain pluck
    knock: Reals  # thump of the body, relative to a plain pluck
    joins: Booleans  # whether the note takes over the ringing string


class PluckedString(Instrument):
    """An instrument of plucked strings on a body. Subclasses give the strings, the wood and the level."""

    strings: ClassVar[Strings]
    harmonics: ClassVar[frozenset[int]] = frozenset()  # pitches of the natural harmonics over frets 12, 7 and 5
    box: ClassVar[Wood]
    length_metres: ClassVar[float]
    has_frets: ClassVar[bool] = True
    up_t60_share: ClassVar[float] = 0.45  # decay of the plane at right angles to the top, relative to the other plane
    contact_width: ClassVar[float] = 1.0  # factor of the time constant of the corner, relative to a steel guitar
    level: ClassVar[float]  # amplitude factor that puts a note at velocity 100 between −18 and −9 dBFS

    pluck: Pluck = "finger"
    pluck_position: PluckPosition = 0.14
    hardness: Hardness = 0.5
    string_age: StringAge = 0.3
    sustain: Sustain = 1.0
    detune_cents: Detune = 0.6
    pluck_noise: PluckNoise = 0.15
    release_seconds: Release = 0.18
    wood: Tone = "natural"
    body: Body = 0.7
    knock: Knock = 0.35
    mic_distance_metres: Distance = 0.3
    sympathy: Sympathy = 0.3
    squeak: Squeak = 0.4
    handling: Handling = 0.4
    scatter: Scatter = 1.0

    @classmethod
    @override
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        if "strings" in vars(cls):  # a family in between has none of its own
            cls.harmonics = harmonics(cls.strings.open_pitch)
            cls.string_count = len(cls.strings.open_pitch)

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), dtype=np.float32)
        if not notes:
            return out
        response = impulse_response(toned(self.box, self.wood), rate, self.body, self.mic_distance_metres)
        taken = allocate(notes, self.strings.open_pitch)
        sounding: list[Integers] = []  # spans in which anything sounds
        busy: list[Integers] = []  # spans in which each string is plucked and rings by itself
        for string in range(len(self.strings.open_pitch)):
            mine = [note for note, used in zip(notes, taken, strict=True) if used == string]
            if not mine:
                busy.append(np.zeros((0, 2), dtype=np.int64))
                continue
            plan = self._plan(mine, string, rate, response)
            end = sound_string(out[0], plan.up, plan.along, plan.hand, plan.bends, plan.seeds, WEAK, SILENCE,
                               round(FADE_SECONDS * rate))
            start = np.ceil(plan.hand.onset).astype(np.int64)
            busy.append(np.column_stack([np.minimum(plan.hand.touch, start).astype(np.int64), end]))
            handle(out[0], plan.noises, plan.noise_seeds, rate)
            noise = np.minimum(plan.noises["start"], frames).astype(np.int64)
            noise_end = np.minimum(noise + plan.noises["samples"].astype(np.int64) + 1, frames)
            sounding += [np.column_stack([start, end]), np.column_stack([noise, noise_end])]
        if self.sympathy > 0:
            sounding += self._ring_along(out, busy, notes, taken, rate)
        resonate(out, merged(np.concatenate(sounding).tolist()), response)
        return out

    def _ring_along(self, out: Stereo, busy: Sequence[Integers], notes: Sequence[Note], taken: Integers,
                    rate: int) -> list[Integers]:
        """Let the free strings ring in ``out[1]``, driven by ``out[0]``; return the spans in which each sounds."""
        table = self.strings
        tuned = table.open_pitch.astype(np.float64)
        for note, string in zip(notes, taken, strict=True):  # a fingering tells how an open string is tuned
            if note.fingering is not None and note.articulation != "harmonic":
                tuned[string] = note.pitch - note.fingering.fret
        slow = self.sustain * self.up_t60_share * table.t60_seconds
        both = 1 / (1 / slow + 1 / self._dull(table))
        coupling = COUPLING / self.up_t60_share * self.sympathy
        heard = []
        for string, spans in enumerate(busy):
            plucked = merged(spans.tolist())
            edges = np.array([0, *(edge for span in plucked for edge in span), out.shape[1]]).reshape(-1, 2)
            delay, taps = free_loop(hertz(tuned[string]), slow[string], both[string], rate)
            heard.append(ring_along(out[0], out[1], delay, taps, edges[edges[:, 1] > edges[:, 0]], coupling, SILENCE,
                                    round(TOUCH_SECONDS * rate)))
        return heard

    def _dull(self, table: Strings) -> Reals:
        """Return the additional damping at 4 kHz of strings of this age, as a decay to −60 dB in seconds."""
        return np.asarray(self.sustain * table.t60_reference_seconds * 2.0 ** (-3.0 * self.string_age))

    def _plan(self, notes: Sequence[Note], string: int, rate: int, response: Reals) -> Planned:
        """Design the loops and the hand for the notes of one string."""
        table = Strings(*(column[string] for column in self.strings))
        seeds = np.array([note.seed % 2**64 for note in notes], dtype=np.uint64)
        velocity = np.array([note.velocity for note in notes], dtype=np.float64)
        rings = self._ringing(notes, table)
        picked = self._picking(notes, rings, velocity, seeds)
        up, along = self._loops(rings, rate)
        bends, first, last = self._bends(notes, up, rings.frequency, rate)

        onset, touch, release = times(notes, picked.joins, rate)
        touched_t60 = np.minimum(TOUCH_T60_SECONDS, 0.5 * rings.muted_t60)
        released_t60 = np.minimum(self.release_seconds, 0.5 * rings.muted_t60)
        touched = loss(rings.frequency, touched_t60, DAMPED_DULL * touched_t60, rate)
        released = loss(rings.frequency, released_t60, DAMPED_DULL * released_t60, rate)
        even = self._evenness(rings, picked, rate, response)
        decibels = (picked.level_db + DECIBELS_A_VELOCITY * (velocity - REFERENCE_VELOCITY)
                    + self.scatter * (FRET_DB * of_keys(rings.written, string) + STROKE_DB * of_strokes(seeds)))
        amplitude = self.level * even * 10 ** (decibels / 20)
        contact, corner = CONTACTS[self.pluck], picked.corner_seconds
        hand = Hand(
            touch=touch, onset=onset, release=release,
            touch_gain=touched[0], touch_pole=touched[1], release_gain=released[0], release_pole=released[1],
            period=rate / rings.frequency, amplitude=picked.pull * amplitude,
            slant=np.full_like(corner, contact.slant), position=picked.position, corner=corner * rate,
            noise=(NOISE_LEVEL * self.pluck_noise * contact.noise * picked.noise
                   * 2.0 ** ((velocity - REFERENCE_VELOCITY) / VELOCITY_OF_TWICE_NOISE)),
            noise_decay=np.full_like(corner, NOISE_SECONDS * rate),
            noise_pole=np.exp(-2.0 / (corner * rate)),
            knock=(self.knock * picked.knock * picked.pull * amplitude * (1 - picked.position)
                   * (1 + contact.slant * WEAK)),
            knock_decay=np.full_like(corner, KNOCK_SECONDS * rate), bend_first=first, bend_last=last)

        plain = amplitude / 10 ** (picked.level_db / 20)
        noises, noise_seeds = self._noises(notes, hand, picked.joins, plain, seeds, table, rate)
        return Planned(up, along, hand, bends, seeds, noises, noise_seeds)

    def _ringing(self, notes: Sequence[Note], table: Strings) -> Ringing:
        """Return frequency, stiffness and decay of each note on one string."""
        parts = np.array([parts_of(note, float(table.open_pitch)) for note in notes])
        frequency = np.array([hertz(note.pitch) if p == 1 else p * hertz(note.pitch - semitones(p))
                              for note, p in zip(notes, parts, strict=True)])
        stopped = frequency / parts  # frequency of the whole string between fret and bridge
        open_hz = np.array(hertz(float(table.open_pitch)))
        stiffness = parts**2 * inharmonicity(stopped, open_hz, self.length_metres, table.core_millimetres,
                                             table.tension_newtons, table.youngs_modulus_gpa)
        shorter = (open_hz / stopped) ** FRET_DECAY_POWER
        t60 = self.sustain * table.t60_seconds * shorter
        dull = self._dull(table) * np.sqrt(shorter)
        muted = np.array([note.articulation == "palm_mute" for note in notes])
        return Ringing(np.array([note.pitch for note in notes]), frequency, parts, stiffness, t60, dull,
                       muted_t60=np.where(muted, np.minimum(MUTE_T60_SECONDS, t60), t60),
                       muted_dull=np.where(muted, np.minimum(MUTE_DULL_SECONDS, dull), dull))

    def _loops(self, rings: Ringing, rate: int) -> tuple[Loop, Loop]:
        """Design the loops of both planes, detuned against each other."""
        def plane(share: float, cents: float) -> Loop:
            slow = share * rings.muted_t60
            return design(rings.frequency * 2.0 ** (cents * self.detune_cents / 1200), rings.stiffness, slow,
                          1 / (1 / slow + 1 / rings.muted_dull), rate)

        return plane(self.up_t60_share, -0.5), plane(1.0, 0.5)

    def _picking(self, notes: Sequence[Note], rings: Ringing, velocity: Reals, seeds: Seeds) -> Picking:
        """Return where and how each note is plucked."""
        softer, further, pull = np.array([FINGERS.get(note.fingering.finger if note.fingering else "", FINGERS[""])
                                          for note in notes]).T
        level_db, rounder, noise, knock = np.array([ATTACKS[note.articulation] for note in notes]).T
        joins = joined(notes)
        spread = 1 + POSITION_SPREAD * uniform_of(seeds)
        plucked = np.clip(self.pluck_position * further * spread, 0.02, 0.5)
        position = np.clip(plucked * rings.parts % 1.0, 0.02, 0.98)
        hammered, pulled = (np.array([note.articulation == name for note in notes]) for name in ("hammer_on",
                                                                                                  "pull_off"))
        position = np.where(hammered, HAMMER_POSITION, position)
        # A pull-off plucks the string at the fret that it leaves, beyond the fret that then sounds.
        position = np.where(joins & pulled, np.clip(rings.frequency / np.roll(rings.frequency, 1), 0.5, 0.96), position)
        tip = softer * rounder * self.contact_width * corner_seconds(self.pluck, self.hardness)
        corner = np.minimum(tip * 2.0 ** ((REFERENCE_VELOCITY - velocity) / VELOCITY_OF_HALF_CORNER),
                            SOFTEST_CORNER / rings.frequency)
        return Picking(position, corner, pull, level_db, noise, knock, joins)

    def _noises(self, notes: Sequence[Note], hand: Hand, joins: Booleans, plain: Reals, seeds: Seeds, table: Strings,
                rate: int) -> tuple[Records, Seeds]:
        """Return the noises of the fretting hand on one string; ``plain`` is the amplitude of plain plucks."""
        written = np.array([note.pitch for note in notes])
        harmonic = np.array([note.articulation == "harmonic" for note in notes])
        frets = np.where(harmonic, 0.0, np.maximum(written - table.open_pitch, 0.0))
        winding = float(table.winding_millimetres) * 1e-3
        slides = np.array([note.bend[-1][0] if note.articulation == "slide" and note.bend else 0.0 for note in notes])
        squeak, squeak_seeds = squeaks(frets, hand.onset, hand.touch, joins, slides, plain, seeds, self.length_metres,
                                       winding or 1.0, self.squeak if winding else 0.0, rate)
        release = np.where(hand.release < NEVER, hand.release, np.inf)
        land, land_seeds = landings(frets, hand.touch, release, joins, np.abs(hand.amplitude), seeds, self.handling,
                                    rate)
        return np.concatenate([squeak, land]), np.concatenate([squeak_seeds, land_seeds])

    def _bends(self, notes: Sequence[Note], loop: Loop, frequency: Reals,
               rate: int) -> tuple[Reals, Integers, Integers]:
        """Return the bends of all notes in samples, for ``sound_string``, and first and last row of each note's."""
        rows: list[Reals] = []
        counts = [0]
        for index, note in enumerate(notes):
            if note.bend:
                bend = stepped(note.bend) if note.articulation == "slide" and self.has_frets else note.bend
                seconds, cents = np.array(bend).T
                rows.append(np.column_stack([(note.onset_seconds + seconds) * rate, lengthening(
                    loop, index, frequency[index] * 2.0 ** (cents / 1200), rate)]))
            counts.append(counts[-1] + (len(rows[-1]) if note.bend else 0))
        edges = np.array(counts)
        return np.concatenate([np.zeros((0, 2)), *rows]), edges[:-1], edges[1:]

    def _evenness(self, rings: Ringing, picked: Picking, rate: int, response: Reals) -> Reals:
        """Return the gain of each note that gives its partials the same power over ``EAR_SECONDS``.

        A player evens out the notes by ear; a body alone would make some notes boom and others vanish.
        """
        partial = np.arange(1, 41)
        hz = rings.frequency[:, None] * partial
        strength = 2 * np.sin(np.pi * partial * picked.position[:, None]) / (np.pi * partial)
        strength = strength / (1 + (2 * np.pi * hz * picked.corner_seconds[:, None]) ** 2)
        strength = np.where(hz < rate / 2, strength, 0.0) * magnitude(response, rate, hz)
        t60 = self.up_t60_share * rings.t60
        fall = 6 * np.log(10) * EAR_SECONDS * (1 / t60[:, None] + (hz / REFERENCE_HZ) ** 2 / rings.dull[:, None])
        return np.asarray(1 / np.sqrt(np.sum(strength**2 * -np.expm1(-fall) / fall, axis=1)))
