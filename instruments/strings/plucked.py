"""What the plucked instruments share: strings, the hand that plays them, and the way from notes to sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments.dsp.notes import hertz
from instruments.strings.body import Wood, WoodTone, impulse_response, magnitude, resonate, sounding, toned
from instruments.strings.free_strings import free_loop, ring_along
from instruments.strings.handling import handle
from instruments.strings.neck import HARMONIC_FRETS, HARMONICS, allocate, harmonics, joined, stepped
from instruments.strings.noises import landings, squeaks
from instruments.strings.pluck import (
    ATTACKS,
    CONTACTS,
    FINGERS,
    HAMMER_POSITION,
    MUTE_DULL_SECONDS,
    MUTE_T60_SECONDS,
    Plectrum,
    corner_seconds,
    spot,
)
from instruments.strings.string import FADE_SECONDS, REFERENCE_HZ, Hand, Loop, design, inharmonicity, lengthening, loss
from instruments.strings.waveguide import sound_string
from scores.performance import Note

REFERENCE_VELOCITY = 100.0
DECIBELS_A_VELOCITY = 0.25
VELOCITY_OF_HALF_CORNER = 25.0  # so much more velocity makes the corner of the pluck half as soft
SOFTEST_CORNER = 0.35  # of a period: what is softer than that takes the fundamental with it
NOISE_LEVEL = 7.0  # of the whole rub before its filter, to the pluck as 1
RUB_SECONDS = 0.0015  # 1/e time of the rub
VELOCITY_OF_TWICE_NOISE = 24.0  # and so much makes its rub twice as loud against the note
TOUCH_SECONDS = 0.016  # a finger rests on the string so long before it plucks again
TOUCH_T60_SECONDS = 0.03
KNOCK_SECONDS = 0.006  # after which the body has sprung back: 27 Hz, below every mode it has
WEAK = 0.5  # what the bridge feels of the plane along the top
FRET_DECAY_POWER = 0.6  # a string stopped an octave up decays in 2^−0.6 of the time
COUPLING = 0.004  # of what the bridge feels, what goes into each free string at a sympathy of 1
EAR_SECONDS = 0.2  # over which an ear, and the evenness of the range, weighs how loud a note is
SILENCE = 10 ** (-104 / 20)
NEVER = 2.0**60  # samples; later than any song

Pluck = Annotated[Plectrum, Field(description="what plucks: the flesh of a thumb, a finger, its nail, or a pick")]
PluckPosition = Annotated[float, Field(ge=0.03, le=0.5, description="where the string is plucked, as share of its "
                                                                    "length from the bridge")]
Hardness = Annotated[float, Field(ge=0, le=1, description="how firm it is: 0 soft, 1 hard, six times as sharp a "
                                                          "corner in the string")]
StringAge = Annotated[float, Field(ge=0, le=1, description="0 new strings, that ring bright, to 1 dead ones")]
Sustain = Annotated[float, Field(ge=0.1, le=3, description="decay times, to those of the instrument as 1")]
Detune = Annotated[float, Field(ge=0, le=10, description="how far apart the two planes of a string are tuned, in "
                                                         "cents: slow beating")]
PluckNoise = Annotated[float, Field(ge=0, le=1, description="level of the rub of skin or nail in the pluck")]
Release = Annotated[float, Field(ge=0.03, le=3, description="seconds in which a note that has ended falls by 60 dB")]
Body = Annotated[float, Field(ge=0, le=1, description="share of the wooden body in the sound, to the string's own")]
Tone = Annotated[WoodTone, Field(description="the wood of the body: dark is large and soft, bright small and stiff")]
Distance = Annotated[float, Field(ge=0.1, le=2, description="metres from the body to the pair of microphones: near is "
                                                            "fuller in the bass and wider")]
Knock = Annotated[float, Field(ge=0, le=1, description="thump of the body when the finger lets go of the string")]
Sympathy = Annotated[float, Field(ge=0, le=1, description="how much the free strings ring along")]
Squeak = Annotated[float, Field(ge=0, le=1, description="level of the squeak of fingers that shift along wound "
                                                       "strings")]
Handling = Annotated[float, Field(ge=0, le=1, description="level of fingers that land on strings and leave them")]


class Strings(NamedTuple):
    """The strings of an instrument from the lowest up, an entry each."""

    open_pitch: np.ndarray  # MIDI numbers
    core_millimetres: np.ndarray
    tension_newtons: np.ndarray
    youngs_modulus_gpa: np.ndarray
    t60_seconds: np.ndarray  # open string, toward 0 Hz, in the plane that lasts
    t60_reference_seconds: np.ndarray  # what damps the partials at 4 kHz on top of that, when new
    winding_millimetres: np.ndarray  # distance of the turns of the winding; 0 where the string is plain


def strings(*rows: tuple[float, float, float, float, float, float, float]) -> Strings:
    """A table of strings from one row a string, in the order of the fields of ``Strings``."""
    return Strings(*(np.array(column) for column in zip(*rows, strict=True)))


class Planned(NamedTuple):
    """One string's notes as its kernels take them, and what its fingers are heard doing."""

    up: Loop
    along: Loop
    hand: Hand
    bends: np.ndarray
    seeds: np.ndarray
    noises: np.ndarray
    noise_seeds: np.ndarray


class PluckedString(Instrument):
    """An instrument of plucked strings on a body. Subclasses give the strings, the wood and the level."""

    strings: ClassVar[Strings]
    harmonics: ClassVar[frozenset[int]] = frozenset()  # pitches that its open strings have over frets 12, 7 and 5
    box: ClassVar[Wood]
    length_metres: ClassVar[float]
    has_frets: ClassVar[bool] = True
    up_t60_share: ClassVar[float] = 0.45  # the plane that drives the body decays in this share of the other's time
    contact_width: ClassVar[float] = 1.0  # of a finger on these strings, to that on a steel guitar's
    level: ClassVar[float]  # brings a note of the reference velocity to its place between −18 and −9 dBFS

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

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        if "strings" in vars(cls):  # a family in between has none of its own
            cls.harmonics = harmonics(cls.strings.open_pitch)

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        """Each string from its first note to its last, summed on the bridge, the free strings, then the body."""
        out = np.zeros((2, frames), dtype=np.float32)
        if not notes:
            return out
        response = impulse_response(toned(self.box, self.wood), rate, self.body, self.mic_distance_metres)
        taken = allocate(notes, self.strings.open_pitch)
        starts, ends = [], []
        busy: list[np.ndarray] = []  # of each string, from where to where it sounds by itself
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
            noise = np.minimum(plan.noises[:, 0], frames).astype(np.int64)
            starts += [start, noise]
            ends += [end, np.minimum(noise + plan.noises[:, 1].astype(np.int64) + 1, frames)]
        if self.sympathy > 0:
            for spans in self._ring_along(out, busy, notes, taken, rate):
                starts.append(spans[:, 0])
                ends.append(spans[:, 1])
        resonate(out, sounding(np.concatenate(starts), np.concatenate(ends)), response)
        return out

    def _ring_along(self, out: np.ndarray, busy: Sequence[np.ndarray], notes: Sequence[Note], taken: np.ndarray,
                    rate: int) -> list[np.ndarray]:
        """Let the strings that are free ring in ``out[1]`` with what ``out[0]`` does; returns where each sounds."""
        table = self.strings
        tuned = table.open_pitch.astype(np.float64)
        for note, string in zip(notes, taken, strict=True):  # an open string is where its fingering says that it is
            if note.fingering is not None and note.articulation != "harmonic":
                tuned[string] = note.pitch - note.fingering.fret
        slow = self.sustain * self.up_t60_share * table.t60_seconds
        both = 1 / (1 / slow + 1 / self._dull(table))
        heard = []
        for string, spans in enumerate(busy):
            edges = np.array([0, *(edge for span in sounding(spans[:, 0], spans[:, 1]) for edge in span),
                              out.shape[1]]).reshape(-1, 2)
            delay, taps = free_loop(hertz(tuned[string]), slow[string], both[string], rate)
            heard.append(ring_along(out[0], out[1], delay, taps, edges[edges[:, 1] > edges[:, 0]],
                                    COUPLING * self.sympathy, SILENCE, round(TOUCH_SECONDS * rate)))
        return heard

    def _dull(self, table: Strings) -> np.ndarray:
        """What damps the partials at 4 kHz on top of what damps all, in seconds to 60 dB."""
        return np.asarray(self.sustain * table.t60_reference_seconds * 2.0 ** (-3.0 * self.string_age))

    def _plan(self, notes: Sequence[Note], string: int, rate: int, response: np.ndarray) -> Planned:
        """The loops and the hand for the notes of one string."""
        table = Strings(*(column[string] for column in self.strings))
        seeds = np.array([note.seed % 2**64 for note in notes], dtype=np.uint64)
        how = [note.articulation for note in notes]
        harmonic, muted = (np.array([a == name for a in how]) for name in ("harmonic", "palm_mute"))
        parts = np.array([_parts(note, float(table.open_pitch)) for note in notes])
        frequency = np.array([hertz(note.pitch) if p == 1 else p * hertz(note.pitch - _semitones(p))
                              for note, p in zip(notes, parts, strict=True)])
        stopped = frequency / parts  # what the whole string between fret and bridge sounds
        open_hz = np.array(hertz(float(table.open_pitch)))
        velocity = np.array([note.velocity for note in notes], dtype=np.float64)
        softer, further, pull = np.array([FINGERS.get(note.fingering.finger if note.fingering else "", FINGERS[""])
                                          for note in notes]).T
        attack = np.array([ATTACKS[a] for a in how])
        joins = joined(notes)

        stiffness = parts**2 * inharmonicity(stopped, open_hz, self.length_metres, table.core_millimetres,
                                             table.tension_newtons, table.youngs_modulus_gpa)
        shorter = (open_hz / stopped) ** FRET_DECAY_POWER
        rings = self.sustain * table.t60_seconds * shorter
        bright = self._dull(table) * np.sqrt(shorter)
        t60 = np.where(muted, np.minimum(MUTE_T60_SECONDS, rings), rings)
        dull = np.where(muted, np.minimum(MUTE_DULL_SECONDS, bright), bright)
        loops = []
        for share, cents in ((self.up_t60_share, -0.5), (1.0, 0.5)):
            slow = share * t60
            loops.append(design(frequency * 2.0 ** (cents * self.detune_cents / 1200), stiffness, slow,
                                1 / (1 / slow + 1 / dull), rate))
        quick = np.minimum(TOUCH_T60_SECONDS, 0.5 * t60)
        touched = loss(frequency, quick, 0.4 * quick, rate)
        ended = np.minimum(self.release_seconds, 0.5 * t60)
        released = loss(frequency, ended, 0.4 * ended, rate)

        plucked = np.clip(self.pluck_position * further * (1 + 0.05 * spot(seeds)), 0.02, 0.5)
        position = np.clip(plucked * parts % 1.0, 0.02, 0.98)
        before = np.roll(frequency, 1)
        position = np.where([a == "hammer_on" for a in how], HAMMER_POSITION, position)
        # What leaves the string pulls it where it was stopped, behind the fret that sounds.
        position = np.where(joins & np.array([a == "pull_off" for a in how]),
                            np.clip(frequency / before, 0.5, 0.96), position)
        flesh = softer * attack[:, 1] * self.contact_width * corner_seconds(self.pluck, self.hardness)
        corner = np.minimum(flesh * 2.0 ** ((REFERENCE_VELOCITY - velocity) / VELOCITY_OF_HALF_CORNER),
                            SOFTEST_CORNER / frequency)
        onset = np.array([note.onset_seconds for note in notes]) * rate
        touch = onset - TOUCH_SECONDS * rate
        touch[1:] = np.maximum(touch[1:], onset[:-1] + 2.0)
        touch = np.where(joins, NEVER, np.maximum(touch, 0.0))
        release = np.ceil(np.array([note.end_seconds for note in notes]) * rate)
        release[:-1] = np.where(joins[1:], NEVER, release[:-1])
        even = self._evenness(frequency, position, corner, self.up_t60_share * rings, bright, rate, response)
        decibels = attack[:, 0] + DECIBELS_A_VELOCITY * (velocity - REFERENCE_VELOCITY)
        amplitude = self.level * even * 10 ** (decibels / 20)
        contact = CONTACTS[self.pluck]
        bends, first, last = self._bends(notes, loops[0], frequency, rate)
        hand = Hand(
            touch=touch, onset=onset, release=release,
            touch_gain=touched[0], touch_pole=touched[1], release_gain=released[0], release_pole=released[1],
            period=rate / frequency, amplitude=pull * amplitude, slant=np.full_like(corner, contact.slant),
            position=position, corner=corner * rate,
            noise=(NOISE_LEVEL * self.pluck_noise * contact.noise * attack[:, 2]
                   * 2.0 ** ((velocity - REFERENCE_VELOCITY) / VELOCITY_OF_TWICE_NOISE)),
            noise_decay=np.full_like(corner, RUB_SECONDS * rate),
            noise_pole=np.exp(-2.0 / (corner * rate)),
            knock=self.knock * attack[:, 3] * pull * amplitude * (1 - position) * (1 + contact.slant * WEAK),
            knock_decay=np.full_like(corner, KNOCK_SECONDS * rate), bend_first=first, bend_last=last)
        written = np.array([note.pitch for note in notes])
        frets = np.where(harmonic, 0.0, np.maximum(written - table.open_pitch, 0.0))
        winding = float(table.winding_millimetres) * 1e-3
        slides = np.array([note.bend[-1][0] if note.articulation == "slide" and note.bend else 0.0 for note in notes])
        squeak, squeak_seeds = squeaks(frets, onset, touch, joins, slides, amplitude / 10 ** (attack[:, 0] / 20), seeds,
                                       self.length_metres, winding or 1.0, self.squeak if winding else 0.0, rate)
        land, land_seeds = landings(frets, touch, np.where(release < NEVER, release, np.inf), joins, amplitude, seeds,
                                    self.handling, rate)
        return Planned(loops[0], loops[1], hand, bends, seeds, np.concatenate([squeak, land]),
                       np.concatenate([squeak_seeds, land_seeds]))

    def _bends(self, notes: Sequence[Note], loop: Loop, frequency: np.ndarray,
               rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The bends of all notes in samples, for ``sound_string``, and first and last row of each note's."""
        rows: list[np.ndarray] = []
        counts = [0]
        for index, note in enumerate(notes):
            if note.bend:
                bend = stepped(note.bend) if note.articulation == "slide" and self.has_frets else note.bend
                seconds, cents = np.array(bend).T
                rows.append(np.column_stack([(note.onset_seconds + seconds) * rate, lengthening(
                    loop, index, frequency[index] * 2.0 ** (cents / 1200), rate)]))
            counts.append(counts[-1] + (len(rows[-1]) if note.bend else 0))
        edges = np.array(counts, dtype=np.float64)
        return np.concatenate([np.zeros((0, 2)), *rows]), edges[:-1], edges[1:]

    def _evenness(self, frequency: np.ndarray, position: np.ndarray, corner: np.ndarray, t60: np.ndarray,
                  dull: np.ndarray, rate: int, response: np.ndarray) -> np.ndarray:
        """Gain of each note that makes the power of its partials over its first moments the same for all.

        A player does this by ear, note by note; a body alone would let some notes boom and others vanish. Times are
        in seconds: ``corner`` of the pluck, ``t60`` toward 0 Hz and ``dull``, that is added to it at 4 kHz.
        """
        partial = np.arange(1, 41)
        hz = frequency[:, None] * partial
        strength = 2 * np.sin(np.pi * partial * position[:, None]) / (np.pi * partial)
        strength = strength / (1 + (2 * np.pi * hz * corner[:, None]) ** 2)
        strength = np.where(hz < rate / 2, strength, 0.0) * magnitude(response, rate, hz)
        fall = 6 * np.log(10) * EAR_SECONDS * (1 / t60[:, None] + (hz / REFERENCE_HZ) ** 2 / dull[:, None])
        return np.asarray(1 / np.sqrt(np.sum(strength**2 * -np.expm1(-fall) / fall, axis=1)))


def _parts(note: Note, open_pitch: float) -> int:
    """Parts into which a touched node divides the string; 1 where none is touched."""
    if note.articulation != "harmonic":
        return 1
    if note.fingering is None:
        return HARMONICS[round(note.pitch - open_pitch)]
    if note.fingering.fret not in HARMONIC_FRETS:
        raise ValueError(f"no natural harmonic over fret {note.fingering.fret} (a note at {note.onset_seconds:.3f} s): "
                         "there are 12, 7 and 5")
    return HARMONIC_FRETS[note.fingering.fret]


def _semitones(parts: int) -> int:
    return next(above for above, into in HARMONICS.items() if into == parts)
