"""A drum kit: acoustic kits, hand percussion and two drum machines, on the keys of General MIDI."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import override

from instruments import Instrument
from instruments.drums.banks import BANDS, CENTRES_HZ, PERIOD_SECONDS, band
from instruments.drums.keys import HIGHEST, LOWEST, stem_of
from instruments.drums.kits import PROGRAMS, KitName, kit, piece_of
from instruments.drums.modes import Strokes
from instruments.drums.pieces import Curve, Piece, Wash
from instruments.drums.strikes import add_strikes
from instruments.drums.washes import add_wash
from instruments.dsp.arrays import Integers, Reals, Stereo
from instruments.dsp.notes import pan_gains
from instruments.dsp.random import hashed
from scores.performance import Note

CHANCES = 8  # random numbers of a stroke
GLIDE_MOST = 2.2  # energy, relative to velocity 100, above which the pitch of a drum rises no further
OCTAVES = np.log2(CENTRES_HZ / 1000)  # centre of each band [octaves above 1 kHz]
LEVEL = math.sqrt(2)  # factor that keeps the level of a centred stroke in both channels
# The room around a kit: exponentially decaying noise (Moorer, Computer Music J. 3, 1979), delayed by two metres.
ROOM_T60: Curve = ((200, 0.5), (1500, 0.42), (6000, 0.28), (16000, 0.17))
ROOM_RISE: Curve = ((1000, 0.006),)
ROOM_DELAY_SECONDS = 0.006
DRUM_ROOM: Curve = ((200, -18.0), (800, -19.0), (4000, -27.0), (16000, -40.0))
CYMBAL_ROOM: Curve = ((200, -40.0), (1000, -28.0), (5000, -22.0), (16000, -30.0))
OF_DRUMS = Wash("room", "noise", DRUM_ROOM, ROOM_T60, ROOM_RISE, ROOM_DELAY_SECONDS)
OF_CYMBALS = Wash("room", "noise", CYMBAL_ROOM, ROOM_T60, ROOM_RISE, ROOM_DELAY_SECONDS)
WIRES = ("wires", "snappy", "buzz")  # bodies that are snare wires


def _kit_name(value: object) -> object:
    """Return a kit that is written as a number, such as 808, as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class DrumKit(Instrument):
    """A drum kit: a note's pitch is a key of General MIDI's percussion map, 35 to 81.

    Drums are membranes whose tension falls after the stroke. Cymbals are dense modes in bands. The hi-hat, closed, by
    pedal or open, is one pair of cymbals, so each of its strokes chokes the one before. The length of a note has no
    effect. Force and place of a stroke change its spectrum, and no two strokes are the same.
    """

    name: ClassVar[str] = "drum_kit"
    program: ClassVar[int] = 1
    range: ClassVar[tuple[int, int]] = (LOWEST, HIGHEST)
    pitched: ClassVar[bool] = False
    has_pieces: ClassVar[bool] = True

    kit: Annotated[KitName, BeforeValidator(_kit_name), WithJsonSchema({"enum": [*PROGRAMS, 808, 909]})] = Field(
        "acoustic",
        description="The kit: acoustic, brushes, cajon, lofi (an old sampler), 808 or 909 (drum machines)",
    )
    tuning_semitones: float = Field(0.0, ge=-12, le=12, description="Tuning of the drums, in semitones above the kit's")
    decay: float = Field(1.0, ge=0.3, le=3, description="Decay time, relative to the kit")
    hardness: float = Field(0.5, ge=0, le=1, description="Hardness of the sticks: 0 felt, 0.5 wood, 1 plastic tips")
    wires_db: float = Field(0.0, ge=-60, le=12, description="Level of the snare wires relative to the kit, in dB")
    cymbals_db: float = Field(
        0.0, ge=-24, le=12, description="Level of hi-hat, cymbals and shakers relative to the drums, in dB"
    )
    room_db: float = Field(
        0.0,
        ge=-60,
        le=12,
        description="Level of the room in the microphones, in dB; the drum machines have none",
    )
    width: float = Field(0.8, ge=0, le=1, description="Stereo width of the kit")
    view: Literal["audience", "drummer"] = Field(
        "audience",
        description="Point of view: a right-handed drummer has the hi-hat on the left, the audience on the right",
    )

    @override
    def drum_program(self) -> int | None:
        return PROGRAMS[self.kit]

    @override
    def piece(self, note: Note) -> str:
        return stem_of(round(note.pitch))

    @override
    def close_up(self) -> Self:
        return self.model_copy(update={"room_db": -60.0})

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        heard = [note for note in notes if note.onset_seconds * rate <= frames - 1]
        if not heard:
            return out
        pieces = kit(self.kit)
        names = [piece_of(self.kit, round(note.pitch)) for note in heard]
        onsets = np.array([note.onset_seconds for note in heard]) * rate
        gains = (np.array([note.velocity for note in heard]) / 100) ** 1.5
        chances = hashed(np.array([note.seed for note in heard]), CHANCES)
        bodies: dict[str, list[tuple[Wash, Piece, Integers]]] = {}
        for name in dict.fromkeys(names):
            piece = pieces[name]
            of_piece = np.array([i for i, other in enumerate(names) if other == name])
            self._strike(out, piece, onsets[of_piece], Strokes(gains[of_piece], chances[of_piece]), rate)
            for wash in piece.washes:
                bodies.setdefault(wash.body, []).append((wash, piece, of_piece))
            if piece.room_db is not None and self.room_db > -60:
                bodies.setdefault("room", []).append((OF_CYMBALS if piece.metal else OF_DRUMS, piece, of_piece))
        for body, washes in bodies.items():
            self._wash(out, body, washes, onsets, gains, chances, rate)
        return out

    def _gains(self, piece: Piece) -> Reals:
        """Return the left and right gain of a piece; shape (2,)."""
        pan = piece.pan * self.width * (1 if self.view == "audience" else -1)
        return LEVEL * np.array(pan_gains(pan))

    def _level_db(self, piece: Piece) -> float:
        """Return the level of a piece with this patch."""
        return piece.level_db + (self.cymbals_db if piece.metal else 0.0)

    def _strike(self, out: Stereo, piece: Piece, onsets: Reals, strokes: Strokes, rate: int) -> None:
        """Add the modes of one piece for all of its strokes."""
        left, right = self._gains(piece)
        hardness = 2.0 ** (2 * self.hardness - 1)
        for struck, level_db in zip(piece.struck, piece.struck_db, strict=True):
            hz = np.array(struck.hz_of_modes) * 2 ** (0.0 if piece.metal else self.tuning_semitones / 12)
            decays = math.log(1000) / (np.array(struck.t60_of_modes) * self.decay)
            amplitudes = struck.amplitudes(strokes, hardness) * 10 ** ((self._level_db(piece) + level_db) / 20)
            order = [mode for mode in np.argsort(decays) if hz[mode] * (1 + 2 * struck.glide) < 0.45 * rate]
            glides = struck.glide * np.minimum(strokes.gain**2, GLIDE_MOST)
            attacks = np.maximum(struck.contact(strokes, hardness) / 2 * rate, 1.0)
            add_strikes(
                out,
                onsets,
                hz[order],
                decays[order],
                np.ascontiguousarray(amplitudes[:, order]),
                glides,
                struck.glide_seconds,
                attacks,
                float(rate),
                left,
                right,
            )

    def _wash(
        self,
        out: Stereo,
        body: str,
        washes: Sequence[tuple[Wash, Piece, Integers]],
        onsets: Reals,
        gains: Reals,
        chances: Reals,
        rate: int,
    ) -> None:
        """Add the bands of one body for all strokes on it, which may be strokes of several pieces."""
        at, rows = [], []
        for wash, piece, notes in washes:
            db, decays = self._bands(body, wash, piece), math.log(1000) / (wash.decays * self.decay)
            loudness = 20 * np.log10(gains[notes])[:, None]
            uneven = wash.scatter_db * (0.7 * chances[notes, 4:5] + 0.35 * chances[notes, 5:6] * OCTAVES)
            stroke_db = db + loudness + wash.brightening * loudness / 6.02 * np.maximum(OCTAVES, 0) + uneven
            row = np.empty((len(notes), 3, BANDS))
            row[:, 0], row[:, 1], row[:, 2] = 10 ** (stroke_db / 10), wash.rises, decays
            row[:, 0, db < -200] = 0.0
            rows.append(row)
            at.append(np.ceil(onsets[notes] + wash.delay_seconds * rate))
        starts = np.concatenate(at).astype(np.int64)
        order = np.argsort(starts, kind="stable")
        table = np.concatenate(rows)[order]
        sides = np.concatenate([np.broadcast_to(self._gains(piece), (len(notes), 2)) for _, piece, notes in washes])[
            order
        ]
        if body == "room":
            sides = np.full_like(sides, 1.0)
        chance = np.concatenate([chances[notes, 6] for _, _, notes in washes])[order]
        period = round(PERIOD_SECONDS * rate)
        places = ((chance + 1) / 2 * (period - 1)).astype(np.int64)
        starts = starts[order]
        for index in sorted({index for wash, _, _ in washes for index in wash.bands}):
            sound = band(washes[0][0].bank, index, rate)
            if sound.any():
                energies, rises, decays = np.ascontiguousarray(table[:, :, index].T)
                add_wash(out, sound, starts, places, energies, rises, decays, float(rate), sides)

    def _bands(self, body: str, wash: Wash, piece: Piece) -> Reals:
        """Return the level of each band at velocity 100 in dB, −inf for bands that are left out; shape (BANDS,)."""
        db = wash.levels + self._level_db(piece) + 3 * (self.hardness - 0.5) * np.maximum(OCTAVES, 0)
        if body in WIRES:
            db = db + self.wires_db
        if body == "room":
            db = wash.levels + (piece.room_db or 0.0) + self.room_db + (self.cymbals_db if piece.metal else 0.0)
        return np.where(np.isin(np.arange(BANDS), wash.bands), db, -np.inf)
