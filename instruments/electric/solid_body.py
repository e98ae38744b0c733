"""What the electric guitar and bass share: plucked strings over pickups, a coil and a tone knob, an amplifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from effects.dsp.amplifier import Amplifier, Channel, Speaker
from effects.dsp.tone_stack import bilinear
from effects.dsp.tubes import third_order
from instruments.dsp.notes import hertz
from instruments.dsp.random import uniform_of
from instruments.dsp.spans import Span, merged
from instruments.electric.pickups import Taps, hear, impulse_response
from instruments.strings.body import WoodTone
from instruments.strings.handling import handle
from instruments.strings.neck import allocate
from instruments.strings.plucked import SILENCE, WEAK, Planned, PluckedString
from instruments.strings.string import FADE_SECONDS
from instruments.strings.waveguide import sound_string
from scores.performance import Note

AMP_TAIL_SECONDS = 0.12  # after which an amplifier that gets nothing gives nothing
COIL_TAIL_SECONDS = 0.01  # after which a coil, with its tone knob down, has rung out
DARK_HZ = 900.0  # edge of the tone knob turned down; turned up it is four times the coil's resonance
FRETS_DB, BLOWS_DB = 0.8, 0.5  # standard deviations of the level from fret to fret and from pluck to pluck

AmpChannel = Annotated[Literal["none", "clean", "crunch", "high_gain"], Field(
    description="channel of the amplifier it is heard through; none is the bare pickups")]
Drive = Annotated[float, Field(ge=0, le=1, description="how hard the amplifier's tubes are driven")]
Knob = Annotated[float, Field(ge=0, le=1, description="knob of the amplifier's tone stack")]
ToneKnob = Annotated[float, Field(ge=0, le=1, description="tone knob of the instrument: 0 dull, 1 open")]


class SolidBody(PluckedString):
    """An instrument whose strings are heard by pickups. Subclasses give strings, pickups, coil and levels."""

    places: ClassVar[dict[str, tuple[tuple[float, float], ...]]]  # pickups: shares of the string from the bridge, gains
    coil_hz: ClassVar[float]
    coil_quality: ClassVar[float]
    amp_level: ClassVar[dict[str, float]]  # gain after each channel
    into_amp: ClassVar[float]  # gain before it
    speakers: ClassVar[dict[str, Speaker]]  # of each channel

    # What a box of wood has, a solid body has not.
    wood: ClassVar[WoodTone] = "natural"  # type: ignore[misc]
    body: ClassVar[float] = 0.0  # type: ignore[misc]
    knock: ClassVar[float] = 0.0  # type: ignore[misc]
    mic_distance_metres: ClassVar[float] = 0.3  # type: ignore[misc]
    sympathy: ClassVar[float] = 0.0  # type: ignore[misc]

    tone: ToneKnob = 0.8
    amp: AmpChannel = "clean"
    drive: Drive = 0.4
    bass: Knob = 0.5
    middle: Knob = 0.5
    treble: Knob = 0.6

    def chosen(self) -> str:
        """The pickups that are heard, a key of ``places``."""
        raise NotImplementedError

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        if not notes:
            return out
        b, a = self._circuit(rate)
        z = np.exp(-2j * np.pi * np.arange(rate // 2 + 1) / rate)
        heard = np.polyval(b[::-1], z) / np.polyval(a[::-1], z)
        if self.amp == "clean":  # where it is driven, it makes all notes as loud itself
            heard = heard * self._amplifier(self.amp, rate).response(z)
        circuit = impulse_response(heard, rate)
        taken = allocate(notes, self.strings.open_pitch)
        force = np.zeros(frames, np.float32)
        spans: list[Span] = []
        for string in range(len(self.strings.open_pitch)):
            mine = [note for note, used in zip(notes, taken, strict=True) if used == string]
            if not mine:
                continue
            taps = self._taps(hertz(float(self.strings.open_pitch[string])))
            plan = self._plan(mine, string, rate, _combed(circuit, taps, rate))
            end = sound_string(force, plan.up, plan.along, plan.hand, plan.bends, plan.seeds, WEAK, SILENCE,
                               round(FADE_SECONDS * rate))
            handle(force, plan.noises, plan.noise_seeds, rate)
            start = np.ceil(plan.hand.onset).astype(np.int64)
            noise = np.minimum(plan.noises["start"], frames).astype(np.int64)
            over = np.minimum(noise + plan.noises["samples"].astype(np.int64) + 1, frames)
            sounding = np.concatenate([np.column_stack([start, end]), np.column_stack([noise, over])])
            for first, last in merged(sounding.tolist()):
                spans.append((first, hear(out[0], force, first, last, taps, rate)))
                force[first:last] = 0.0
        self._strike(out[0], notes, rate)
        tail = round(COIL_TAIL_SECONDS * rate)
        spans = merged((first, min(last + tail, frames)) for first, last in spans)
        for first, last in spans:
            third_order(out[0, first:last], b, a, np.zeros(3))
        if self.amp != "none":
            self._amplify(out, spans, self.amp, rate)
        else:
            out[1] = out[0]
        return out

    def _strike(self, out: np.ndarray, notes: Sequence[Note], rate: int) -> None:
        """Add to what the pickups hear what else a hand does: nothing, unless a subclass has something."""

    def _taps(self, open_hz: float) -> Taps:
        """Pickups of one string: a wave takes its share of the open string's period to each and back."""
        return [(share / open_hz, gain) for share, gain in self.places[self.chosen()]]

    def _circuit(self, rate: int) -> tuple[np.ndarray, np.ndarray]:
        """Digital filter of coil, cable and tone knob, as ``bilinear`` gives it."""
        edge = 2 * np.pi * DARK_HZ * (4 * self.coil_hz / DARK_HZ) ** self.tone
        peak = 2 * np.pi * self.coil_hz
        below = np.convolve([1.0, 1 / (self.coil_quality * peak), 1 / peak**2], [1.0, 1 / edge])
        return bilinear(np.array([1.0, 0.0, 0.0, 0.0]), below, rate)

    def _plan(self, notes: Sequence[Note], string: int, rate: int, response: np.ndarray) -> Planned:
        """As of every plucked string, but that no fret and no pluck is quite like the next."""
        plan = super()._plan(notes, string, rate, response)
        frets = [np.random.Generator(np.random.Philox(key=[string, round(note.pitch * 100)])).standard_normal()
                 for note in notes]
        scatter_db = FRETS_DB * np.clip(frets, -2, 2) + BLOWS_DB * 1.7 * uniform_of(plan.seeds)
        return plan._replace(hand=plan.hand._replace(amplitude=plan.hand.amplitude * 10 ** (scatter_db / 20)))

    def _amplifier(self, channel: Channel, rate: int) -> Amplifier:
        return Amplifier(rate, channel, self.drive, self.bass, self.middle, self.treble, self.speakers[channel])

    def _amplify(self, out: np.ndarray, spans: Sequence[tuple[int, int]], channel: Channel, rate: int) -> None:
        """Put what sounds through the amplifier, in place, without the time it takes."""
        amplifier = self._amplifier(channel, rate)
        late, tail, frames = amplifier.delay_samples, round(AMP_TAIL_SECONDS * rate), out.shape[1]
        for start, end in merged((start, end + tail) for start, end in spans):
            stop = min(end, frames)
            given = np.zeros(stop - start + late, np.float32)
            given[:stop - start] = np.float32(self.into_amp) * out[0, start:stop]
            heard = np.float32(self.amp_level[channel]) * amplifier.play(given)[late:]
            fade = min(round(0.01 * rate), heard.size) if end <= frames else 0
            heard[heard.size - fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
            out[:, start:stop] = heard


def _combed(circuit: np.ndarray, taps: Taps, rate: int) -> np.ndarray:
    """Response of pickups and circuit to one string, float64 (2, taps), to make its notes even by."""
    longest = max(round(seconds * rate) for seconds, _ in taps)
    response = np.zeros(circuit.size + longest)
    for seconds, gain in taps:
        late = round(seconds * rate)
        response[:circuit.size] += gain * circuit
        response[late:late + circuit.size] -= gain * circuit
    return np.tile(response, (2, 1))
