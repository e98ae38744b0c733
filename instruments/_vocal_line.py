"""One line of the guide vocal: notes and speech become controls, a row every 5 ms, and the controls become sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft

from instruments import _vocoder
from instruments._notes import hertz, velocity_gain
from instruments._random import kernel_seed
from instruments._vocal_air import add_air, raise_rate
from instruments._vocal_analysis import HOP_SECONDS, Analysis
from instruments._vocal_delivery import Colour, colour
from instruments._vocal_phones import sound
from instruments._vocal_source import Phone
from instruments._vocal_timing import TimeMap
from scores.performance import Delivery, Note

LEVEL = 0.075  # r.m.s. of a sung vowel at velocity 100
LEVELLED = 0.85  # how much of the loudness of single vowels is evened out
STRESS_DB = {1: 0.0, 2: -1.0, 0: -2.0}
FADE_IN_SECONDS, FADE_OUT_SECONDS = 0.012, 0.07
RELEASE_SECONDS = 0.03  # that a fade goes on after the last sound's end
FLOW = 0.5  # how far breath swells with the cycle
SLOPE_HZ = 500.0  # how softly breath takes over from pulses
SHIMMER_DB = 0.5  # slow, beside the vocoder's own from cycle to cycle
WANDER_SECONDS = 0.012  # how far a held vowel strays from its middle
AIR_BAND = (0.66, 0.92)  # of the source's bandwidth, from which the air above is told
AIR_FROM = 0.475  # of the source's rate


@dataclass(frozen=True)
class Settings:
    """The patch as a line needs it; the fields are the instrument's."""

    portamento_seconds: float
    scoop_cents: float
    vibrato_cents: float
    vibrato_hz: float
    vibrato_delay_seconds: float
    drift_cents: float
    breath: float
    brightness: float
    de_ess_db: float
    air_db: float


def render_line(notes: Sequence[Note], phones: Sequence[Phone], analysis: Analysis, times: TimeMap, settings: Settings,
                rate: int) -> tuple[int, np.ndarray]:
    """Sound a line: the sample at which it begins (never negative), and float32 (frames,)."""
    delivery = _delivery(notes[0])
    generator = np.random.Generator(np.random.PCG64(notes[0].seed))
    hop = round(HOP_SECONDS * analysis.rate)
    row_seconds = hop / analysis.rate
    first = int(times.sounding[0][0] * rate)
    origin = first / rate
    rows = int((times.sounding[-1][1] + RELEASE_SECONDS + 0.05 - origin) / row_seconds) + 2
    seconds = origin + row_seconds * np.arange(rows)
    size = _vocoder.transform_size(analysis.rate, hop)
    hz = scipy.fft.rfftfreq(size, 1 / analysis.rate)
    timbre = colour(delivery, settings.breath, settings.brightness, hz)

    spoken = times.at(seconds)
    sung = delivery.manner == "sung"
    if sung:
        spoken = spoken + _wander(times, seconds, generator)
    place = np.clip(spoken / HOP_SECONDS, 0, len(analysis.cepstra) - 1.001)
    whole = place.astype(np.int64)
    part = (place - whole).astype(np.float32)[:, None]
    cepstra = analysis.cepstra[whole] * (1 - part) + analysis.cepstra[whole + 1] * part
    envelope = _vocoder.log_response(cepstra, size)

    if sung:
        pitch = pitch_hz(notes, seconds, settings, generator)
    else:
        pitch = _spoken_pitch(notes, analysis, place, generator)
    voicing_hz, sharpness, air_db = _sounds(phones, spoken)
    gain = _gain(notes, times, seconds, envelope, pitch, timbre, analysis.rate, generator)
    de_ess = settings.de_ess_db * (2.0 if timbre.least == 1.0 else 1.0)
    gain *= 10 ** (-de_ess / 20 * sharpness) * _gate(times, seconds, sung)

    least = np.where(voicing_hz > 0, timbre.least, 1.0).astype(np.float32)
    least = _smooth(least, 3)
    bin_hz = hz[1]
    pulse = np.zeros(rows * hop, np.float32)
    noise = np.zeros(rows * hop, np.float32)
    seed = kernel_seed(notes[0].seed)
    _vocoder.excite(pitch, hop, float(analysis.rate), _vocoder.pulses(analysis.rate),
                    FLOW if timbre.least < 1.0 else 0.0, seed, pulse, noise)
    spectra = scipy.fft.rfft(_vocoder.framed(pulse, hop, rows), size, axis=1)
    breath = scipy.fft.rfft(_vocoder.framed(noise, hop, rows), size, axis=1)
    gains = gain.astype(np.float32)
    _vocoder.shape_and_mix(spectra, breath, envelope, timbre.voice_gain, timbre.noise_gain, least,
                           _smooth(np.minimum(voicing_hz, 1e4) / bin_hz, 3).astype(np.float32),
                           timbre.breath_hz / bin_hz, bin_hz / SLOPE_HZ * 1.0, gains)
    pieces = scipy.fft.irfft(spectra, size, axis=1)
    source = np.zeros(rows * hop + size, np.float32)
    _vocoder.overlap_add(pieces, hop, source)
    audio = raise_rate(source[hop:], analysis.rate, rate)  # the first window is centred on sample 0

    low, high = (int(edge * len(hz)) for edge in AIR_BAND)
    dense = np.exp(envelope[:, low:high].real.mean(axis=1)) * float(timbre.noise_gain[low:high].mean())
    air = gains * dense * 10 ** ((air_db + settings.air_db) / 20) * np.sqrt(rate / analysis.rate)
    corner = AIR_FROM * analysis.rate / rate
    if corner < 0.45:
        add_air(audio, air.astype(np.float32), row_seconds * rate, corner, float(1 - np.exp(-2 * np.pi * 13e3 / rate)), seed)
    return first, audio


def _delivery(note: Note) -> Delivery:
    return note.utterance.delivery if note.utterance else Delivery("sung")


def pitch_hz(notes: Sequence[Note], seconds: np.ndarray, settings: Settings, generator: np.random.Generator
             ) -> np.ndarray:
    """The sung pitch in Hz at evenly spaced times: the notes, glides between them, a scoop, vibrato and drift."""
    row_seconds = seconds[1] - seconds[0]
    starts = np.array([note.onset_seconds for note in notes]) - settings.portamento_seconds / 3
    which = np.clip(np.searchsorted(starts, seconds, side="right") - 1, 0, None)
    octaves = np.log2(np.array([hertz(note.pitch) for note in notes]))[which]
    width = max(round(settings.portamento_seconds / row_seconds), 1)
    octaves = _smooth(octaves, width)
    for note in notes:
        swing_from = note.onset_seconds + settings.vibrato_delay_seconds * generator.uniform(0.9, 1.1)
        rate_hz = settings.vibrato_hz * generator.uniform(0.96, 1.04)
        if note.duration_seconds < settings.vibrato_delay_seconds + 2 / settings.vibrato_hz:
            continue
        t = seconds - swing_from
        depth = np.clip(t / 0.4, 0, 1) * np.clip((note.end_seconds - seconds) / 0.12, 0, 1)
        octaves += settings.vibrato_cents / 1200 * depth * np.sin(2 * np.pi * rate_hz * t)
    octaves += settings.drift_cents / 1200 * drift(len(seconds), row_seconds, generator)
    octaves -= settings.scoop_cents / 1200 * np.exp(-np.clip(seconds - notes[0].onset_seconds, 0, None) / 0.045)
    pitch: np.ndarray = np.exp2(octaves)
    return pitch


def drift(rows: int, row_seconds: float, generator: np.random.Generator) -> np.ndarray:
    """Slow chance, between about −1 and 1, with an ease between draws a quarter of a second apart."""
    each = max(round(0.25 / row_seconds), 1)
    knots = generator.uniform(-1, 1, rows // each + 3)
    t = np.arange(rows) / each
    whole = t.astype(np.int64)
    ease = 0.5 - 0.5 * np.cos(np.pi * (t - whole))
    moved: np.ndarray = knots[whole] * (1 - ease) + knots[whole + 1] * ease
    return moved


def _spoken_pitch(notes: Sequence[Note], analysis: Analysis, place: np.ndarray, generator: np.random.Generator
                  ) -> np.ndarray:
    """The engine's own melody, moved to where the notes lie."""
    spoken = np.log2(np.interp(place, np.arange(len(analysis.pitch_hz)), analysis.pitch_hz))
    wanted = np.log2(hertz(float(np.median([note.pitch for note in notes]))))
    pitch: np.ndarray = np.exp2(spoken - np.median(spoken) + wanted)
    return pitch


def _wander(times: TimeMap, seconds: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A held vowel moves about its middle as a mouth does: seconds of speech, nought at the vowel's edges."""
    moved = drift(len(seconds), seconds[1] - seconds[0], generator)
    reach = np.zeros(len(seconds))
    for _, begin, end in times.vowels:
        inside = (seconds > begin) & (seconds < end)
        if end - begin > 0.2:
            near = np.minimum(seconds[inside] - begin, end - seconds[inside])
            reach[inside] = WANDER_SECONDS * np.clip((near - 0.06) / 0.06, 0, 1)
    return reach * moved


def _sounds(phones: Sequence[Phone], spoken: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts = np.array([phone.start_seconds for phone in phones])
    which = np.clip(np.searchsorted(starts, spoken + 1e-9, side="right") - 1, 0, None)
    table = np.array([sound(phone.symbol) for phone in phones], dtype=float)[which]
    return table[:, 0], _smooth(table[:, 1], 4), _smooth(table[:, 2], 4)


def _gain(notes: Sequence[Note], times: TimeMap, seconds: np.ndarray, envelope: np.ndarray, pitch: np.ndarray,
          timbre: Colour, rate: int, generator: np.random.Generator) -> np.ndarray:
    """Gain of each row: every vowel at the level of its note, what is between them on a straight line in decibels."""
    centres, levels, wanted = [], [], []
    for index, begin, end in times.vowels:
        rows = np.clip(np.searchsorted(seconds, np.linspace(begin + 0.25 * (end - begin), end - 0.3 * (end - begin), 5)),
                       0, len(seconds) - 1)
        levels.append(_level(envelope[rows].real, pitch[rows], timbre, rate))
        note = notes[index]
        stress_db = STRESS_DB[note.utterance.stress] if note.utterance else 0.0
        wanted.append(LEVEL * velocity_gain(note.velocity) * timbre.gain * 10 ** (stress_db / 20))
        centres.append(0.5 * (begin + end))
    logs = np.log(np.array(levels))
    even = LEVELLED * logs + (1 - LEVELLED) * logs.mean()
    gain = np.interp(seconds, centres, np.log(np.array(wanted)) - even)
    gain += SHIMMER_DB / 8.686 * drift(len(seconds), seconds[1] - seconds[0], generator)
    return np.exp(gain)


def _level(log_magnitude: np.ndarray, pitch: np.ndarray, timbre: Colour, rate: int) -> float:
    """R.m.s. that rows of an envelope come out with at a gain of 1: partials and breath."""
    magnitude = np.exp(log_magnitude)
    bins = magnitude.shape[1]
    noise = float(np.mean((magnitude * timbre.noise_gain) ** 2)) * timbre.least
    if timbre.least == 1.0:
        return float(np.sqrt(noise))
    voiced = 0.0
    for row in range(len(pitch)):
        partials = np.arange(pitch[row], rate / 2, pitch[row]) * 2 * (bins - 1) / rate
        heights = np.interp(partials, np.arange(bins), magnitude[row] * timbre.voice_gain)
        voiced += 2 * pitch[row] / rate * float(np.sum(heights**2)) / len(pitch)
    return float(np.sqrt(noise + (1 - timbre.least) * voiced))


def _gate(times: TimeMap, seconds: np.ndarray, sung: bool) -> np.ndarray:
    """1 where the line sounds, 0 where it pauses, with edges that do not click."""
    gate = np.zeros(len(seconds))
    out = FADE_OUT_SECONDS if sung else 0.5 * FADE_OUT_SECONDS
    for begin, end in times.sounding:
        rise = np.clip((seconds - begin) / FADE_IN_SECONDS, 0, 1)
        fall = np.clip((end + RELEASE_SECONDS - seconds) / out, 0, 1)
        gate = np.maximum(gate, (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall)))
    return gate


def _smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Mean under a raised cosine over ``width`` rows to both sides together, held at the ends."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid").astype(values.dtype)
