"""The common part of electric guitar and bass: plucked strings, pickups, coil and tone knob, amplifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from effects.dsp.amplifier import Amplifier, Channel, Speaker
from effects.dsp.tone_stack import bilinear
from effects.dsp.tubes import third_order
from instruments.dsp.arrays import Mono, Reals, Stereo
from instruments.dsp.notes import hertz
from instruments.dsp.random import generator, uniform_of
from instruments.dsp.spans import Span, merged
from instruments.electric.pickups import Taps, hear, impulse_response
from instruments.strings.body import WoodTone
from instruments.strings.handling import handle
from instruments.strings.neck import allocate
from instruments.strings.plucked import SILENCE, WEAK, Planned, PluckedString
from instruments.strings.string import FADE_SECONDS
from instruments.strings.waveguide import sound_string
from scores.performance import Note

AMP_TAIL_SECONDS = 0.12  # time in which the output of the amplifier decays after its input has ended [s]
COIL_TAIL_SECONDS = 0.01  # decay of the coil with its tone knob down [s]
DARK_HZ = 900.0  # cut-off of the tone knob at 0 [Hz]; at 1 it is four times the resonance of the coil
FRETS_DB = 0.8  # standard deviation of the level from fret to fret [dB]
BLOWS_DB = 0.5  # the same from pluck to pluck [dB]
UNIFORM_DEVIATIONS = 1.7  # bound of a uniform distribution, relative to its standard deviation: √3

AmpChannel = Annotated[Literal["none", "clean", "crunch", "high_gain"], Field(
    description="channel of the amplifier; none is the pickups alone")]
Drive = Annotated[float, Field(ge=0, le=1, description="gain of the amplifier's tubes")]
Knob = Annotated[float, Field(ge=0, le=1, description="knob of the amplifier's tone stack")]
ToneKnob = Annotated[float, Field(ge=0, le=1, description="tone knob of the instrument: 0 dull, 1 open")]


class SolidBody(PluckedString):
    """A plucked instrument with pickups. Subclasses give strings, pickups, coil and levels."""

    # Settings of the pickups: of each pickup its distance from the bridge, as a share of the open string, and its gain.
    places: ClassVar[dict[str, tuple[tuple[float, float], ...]]]
    coil_hz: ClassVar[float]  # resonance of coil and cable [Hz]
    coil_quality: ClassVar[float]  # Q of that resonance
    amp_level: ClassVar[dict[str, float]]  # amplitude factor after each channel of the amplifier
    into_amp: ClassVar[float]  # amplitude factor before the amplifier
    speakers: ClassVar[dict[str, Speaker]]  # loudspeaker of each channel

    # A solid body has none of the settings of a wooden one. A class variable takes a setting away; mypy forbids it.
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
        """Return the setting of the pickups, a key of ``places``."""
        raise NotImplementedError

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        if not notes:
            return out
        b, a = self._circuit(rate)
        z = np.exp(-2j * np.pi * np.arange(rate // 2 + 1) / rate)
        heard = np.asarray(np.polyval(b[::-1], z) / np.polyval(a[::-1], z), complex)
        if self.amp == "clean":  # the driven channels compress, which evens out the notes
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

    def _strike(self, out: Mono, notes: Sequence[Note], rate: int) -> None:
        """Add further noises of the hand to the signal of the pickups; a subclass may have some."""

    def _taps(self, open_hz: float) -> Taps:
        """Return the pickups of one string. The way to each and back takes its share of the open string's period."""
        return [(share / open_hz, gain) for share, gain in self.places[self.chosen()]]

    def _circuit(self, rate: int) -> tuple[Reals, Reals]:
        """Design the digital filter of coil, cable and tone knob: b and a, as ``bilinear`` returns them."""
        edge = 2 * np.pi * DARK_HZ * (4 * self.coil_hz / DARK_HZ) ** self.tone
        peak = 2 * np.pi * self.coil_hz
        below = np.convolve([1.0, 1 / (self.coil_quality * peak), 1 / peak**2], [1.0, 1 / edge])
        return bilinear(np.array([1.0, 0.0, 0.0, 0.0]), below, rate)

    @override
    def _plan(self, notes: Sequence[Note], string: int, rate: int, response: Reals) -> Planned:
        # The levels of frets and plucks scatter, as those of recorded instruments do.
        plan = super()._plan(notes, string, rate, response)
        frets = [generator([string, round(note.pitch * 100)]).standard_normal()
                 for note in notes]
        scatter_db = FRETS_DB * np.clip(frets, -2, 2) + BLOWS_DB * UNIFORM_DEVIATIONS * uniform_of(plan.seeds)
        return plan._replace(hand=plan.hand._replace(amplitude=plan.hand.amplitude * 10 ** (scatter_db / 20)))

    def _amplifier(self, channel: Channel, rate: int) -> Amplifier:
        """Return the amplifier with the knobs of this patch."""
        return Amplifier(rate, channel, self.drive, self.bass, self.middle, self.treble, self.speakers[channel])

    def _amplify(self, out: Stereo, spans: Sequence[Span], channel: Channel, rate: int) -> None:
        """Amplify the spans of ``out[0]`` into both channels, without the delay of the amplifier."""
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


def _combed(circuit: Reals, taps: Taps, rate: int) -> Reals:
    """Compute the impulse response of pickups and circuit under one string, shape (2, taps)."""
    longest = max(round(seconds * rate) for seconds, _ in taps)
    response = np.zeros(circuit.size + longest)
    for seconds, gain in taps:
        late = round(seconds * rate)
        response[:circuit.size] += gain * circuit
        response[late:late + circuit.size] -= gain * circuit
    return np.tile(response, (2, 1))
