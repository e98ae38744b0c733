"""Synthesis of one line, sung or spoken: notes and speech become controls every 5 ms, and the controls become sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from instruments.dsp import transform
from instruments.dsp.arrays import Floats, Mono
from instruments.dsp.notes import hertz, velocity_gain
from instruments.dsp.random import kernel_seed
from instruments.voice import vocoder
from instruments.voice.air import add_air, low_cut, raise_rate
from instruments.voice.analysis import Analysis
from instruments.voice.delivery import WORDED, Colour, colour
from instruments.voice.patch import Worded
from instruments.voice.phones import is_voiced, sound
from instruments.voice.source import HOP_SECONDS, Phone
from instruments.voice.timing import TimeMap
from scores.performance import Note, SungPhrase

# Level of a sung vowel [r.m.s.] at velocity 100.
LEVEL = 0.095
# Decibels in one neper.
DECIBELS = 20 / math.log(10)
# Level of a hiss that is a syllable, as in "shh" [dB], relative to a vowel; chosen.
HISS_DB = -10.0
# Level [dB] by which a sound may exceed the vowels around it.
TOLERATED_DB = 1.5
# Share of the excess above that which is removed.
HELD_BACK = 0.75
# Share of the level differences between vowels that is removed.
LEVELLED = 0.85
# Length of the fades at the edges of a stretch that sounds [s]; of a spoken one half the fade-out.
FADE_IN_SECONDS = 0.012
FADE_OUT_SECONDS = 0.07
# Time by which a fade-out ends after the last sound [s].
RELEASE_SECONDS = 0.03
# Corner of the high-pass on the voice [Hz].
LOW_CUT_HZ = 75.0
# Depth by which breath swells with the glottal cycle, from 0 to 1.
FLOW = 0.5
# Width over which breath takes over from pulses [Hz].
SLOPE_HZ = 500.0
# Time for which the melody is computed before and after its line [s].
BEFORE_SECONDS = 0.5
AFTER_SECONDS = 0.6
# Time constant of the scoop into a phrase [s].
SCOOP_SECONDS = 0.045
# Time in which vibrato dies away at the end of its note [s].
VIBRATO_RELEASE_SECONDS = 0.12
# Time between two points of a written bend [s].
BEND_SECONDS = 0.02
# Range of a pitch wheel to either side [cents]: the default of General MIDI.
WHEEL_CENTS = 200.0
# Bandwidth added to each formant of a whisper [Hz]: open folds damp the resonances, Kallail and Emanuel, J. Speech
# Hear. Res. 27 (1984). With more of it the words are no longer understood.
WHISPER_WIDER_HZ = 120.0
# Greatest correction of the pitch for moving resonances, relative to the pitch: beyond it are consonants.
HIGHEST_SHIFT = 0.04
# Slow variation of level [dB], beside the vocoder's own from cycle to cycle.
SHIMMER_DB = 0.5
# Greatest distance of a held vowel from its middle [s of speech].
WANDER_SECONDS = 0.012
# Band of the source, relative to its bandwidth, whose level gives that of the air above it.
AIR_BAND = (0.58, 0.84)
# Frequency from which air is added, relative to the source's sample rate.
AIR_FROM = 0.475
# Corner above which the air falls off [Hz].
AIR_FALLS_HZ = 13_000.0


def render_line(phrase: SungPhrase, analysis: Analysis, times: TimeMap, patch: Worded, rate: int
                ) -> tuple[int, Mono]:
    """Sound a line.

    Parameters
    ----------
    phrase
        The line with its notes.
    analysis
        The line as it was said.
    times
        When each of its sounds is heard.
    patch
        The voice.
    rate
        Sample rate of the song [Hz].

    Returns
    -------
    first : int
        Sample of the song at which the line begins, never negative.
    audio : ndarray
        float32, shape (frames,).
    """
    notes, delivery = phrase.notes, phrase.line.delivery
    generator = np.random.Generator(np.random.PCG64(notes[0].seed))
    hop = round(HOP_SECONDS * analysis.rate)
    row_seconds = hop / analysis.rate
    first = int(times.sounding[0][0] * rate)
    origin = first / rate
    rows = int((times.sounding[-1][1] + RELEASE_SECONDS + 0.05 - origin) / row_seconds) + 2
    seconds = origin + row_seconds * np.arange(rows)
    size = vocoder.transform_size(analysis.rate, hop)
    hz = np.fft.rfftfreq(size, 1 / analysis.rate)
    timbre = colour(delivery, patch.breath, patch.brightness, hz)

    spoken = times.at(seconds)
    sung = delivery.manner == "sung"
    if sung:
        spoken = spoken + _wander(times, seconds, generator)
    place = np.clip(spoken / HOP_SECONDS, 0, len(analysis.cepstra) - 1.001)
    whole = place.astype(np.int64)
    part = (place - whole).astype(np.float32)[:, None]
    cepstra = analysis.cepstra[whole] * (1 - part) + analysis.cepstra[whole + 1] * part
    if timbre.least == 1.0:
        cepstra *= vocoder.widening(WHISPER_WIDER_HZ, analysis.rate, cepstra.shape[1])
    cepstra += vocoder.cepstrum(timbre.log_gain, cepstra.shape[1])
    envelope = vocoder.log_response(cepstra, size)

    octaves = np.interp(seconds, *sung_octaves(notes, patch)) if sung else _spoken_octaves(notes, analysis, place)
    melody = np.exp2(octaves)
    voicing_hz, sharpness, air_db = _sounds(analysis.phones, spoken)
    least = _smooth(np.where(voicing_hz > 0, timbre.least, 1.0).astype(np.float32), 3)
    levels = np.empty(rows)
    vocoder.levels(envelope, melody, float(analysis.rate), timbre.noise_gain, least, levels)
    gain = _gain(notes, analysis.phones, times, seconds, levels, timbre, generator)
    de_ess = patch.de_ess_db * (2.0 if timbre.least == 1.0 else 1.0)
    gain *= 10 ** (-de_ess / 20 * sharpness) * _gate(times, seconds, sung)

    if sung:
        shift_hz = np.zeros(rows)
        vocoder.detuning(envelope, melody, float(analysis.rate), row_seconds, shift_hz)
        melody = melody - np.clip(_smooth(shift_hz, 3), -HIGHEST_SHIFT * melody, HIGHEST_SHIFT * melody)

    bin_hz = hz[1]
    pulse = np.zeros(rows * hop, np.float32)
    noise = np.zeros(rows * hop, np.float32)
    seed = kernel_seed(notes[0].seed)
    vocoder.excite(melody, hop, float(analysis.rate), vocoder.pulses(analysis.rate),
                    FLOW if timbre.least < 1.0 else 0.0, seed, pulse, noise)
    spectra = transform.forward(vocoder.framed(pulse, hop, rows), size)
    breath = transform.forward(vocoder.framed(noise, hop, rows), size)
    gains = gain.astype(np.float32)
    vocoder.shape_and_mix(spectra, breath, envelope, timbre.noise_gain, least,
                           _smooth(np.minimum(voicing_hz, 1e4) / bin_hz, 3).astype(np.float32),
                           timbre.breath_hz / bin_hz, bin_hz / SLOPE_HZ, gains)
    pieces = transform.back(spectra, size)
    source = np.zeros(rows * hop + size, np.float32)
    vocoder.overlap_add(pieces, hop, source)
    source = source[hop:]
    low_cut(source, LOW_CUT_HZ / analysis.rate)
    audio = raise_rate(source, analysis.rate, rate)  # the first window is centred on sample 0

    low, high = (int(edge * len(hz)) for edge in AIR_BAND)
    dense = np.exp(envelope[:, low:high].real.mean(axis=1)) * float(timbre.noise_gain[low:high].mean())
    air = gains * dense * 10 ** ((air_db + patch.air_db) / 20) * np.sqrt(rate / analysis.rate)
    corner = AIR_FROM * analysis.rate / rate
    if corner < 0.45:
        dull = 1 - math.exp(-2 * math.pi * AIR_FALLS_HZ / rate)
        add_air(audio, air.astype(np.float32), row_seconds * rate, corner, dull, seed)
    return first, audio


def sung_octaves(notes: Sequence[Note], patch: Worded) -> tuple[Floats, Floats]:
    """Return the sung pitch of a line: its notes, glides, scoop, vibrato and drift. It does not depend on the words.

    Parameters
    ----------
    notes
        Notes of one line.
    patch
        The voice.

    Returns
    -------
    seconds : ndarray
        Times [s]; float64, shape (n,).
    octaves : ndarray
        Binary logarithm of the pitch in Hz; float64, shape (n,).
    """
    first = notes[0].onset_seconds - BEFORE_SECONDS
    seconds = first + HOP_SECONDS * np.arange(math.ceil((notes[-1].end_seconds + AFTER_SECONDS - first) / HOP_SECONDS))
    generator = np.random.Generator(np.random.PCG64([notes[0].seed, 1]))
    starts = np.array([note.onset_seconds for note in notes]) - patch.portamento_seconds / 3
    which = np.clip(np.searchsorted(starts, seconds, side="right") - 1, 0, None)
    octaves = np.log2(np.array([hertz(note.pitch) for note in notes]))[which]
    width = max(round(patch.portamento_seconds / HOP_SECONDS), 1)
    octaves = _smooth(octaves, width)
    for note in notes:
        swing_from = note.onset_seconds + patch.vibrato_delay_seconds * generator.uniform(0.9, 1.1)
        rate_hz = patch.vibrato_hz * generator.uniform(0.96, 1.04)
        if patch.has_vibrato(note.duration_seconds):
            fade = np.clip((note.end_seconds - seconds) / VIBRATO_RELEASE_SECONDS, 0, 1)
            octaves += patch.vibrato_octaves(seconds - swing_from, rate_hz, fade)
    octaves += patch.drift_cents / 1200 * drift(len(seconds), HOP_SECONDS, generator)
    octaves -= patch.scoop_cents / 1200 * np.exp(-np.clip(seconds - notes[0].onset_seconds, 0, None) / SCOOP_SECONDS)
    return seconds, octaves


def bends(notes: Sequence[Note], patch: Worded) -> list[Note]:
    """Return the notes of a sung line with the difference between written and sung pitch as their bends.

    Bends stay within the range of a pitch wheel: the ends of wide glides, which lie on consonants, are clipped.

    Parameters
    ----------
    notes
        Notes of one line.
    patch
        The voice.
    """
    seconds, octaves = sung_octaves(notes, patch)
    bent = []
    for note, following in zip_longest(notes, notes[1:]):
        end = min(note.end_seconds, following.onset_seconds) if following else note.end_seconds
        points = np.linspace(0, end - note.onset_seconds, max(round((end - note.onset_seconds) / BEND_SECONDS), 1) + 1)
        cents = 1200 * (np.interp(note.onset_seconds + points, seconds, octaves) - math.log2(hertz(note.pitch)))
        cents = np.clip(cents, -WHEEL_CENTS, WHEEL_CENTS)
        curve = tuple((round(float(at), 4), round(float(away), 1)) for at, away in zip(points, cents, strict=True))
        bent.append(replace(note, bend=curve))
    return bent


def drift(rows: int, row_seconds: float, generator: np.random.Generator) -> Floats:
    """Return slow noise between −1 and 1: draws a quarter of a second apart, joined by raised cosines.

    Parameters
    ----------
    rows
        Number of values.
    row_seconds
        Time between two values [s].
    generator
        Source of the draws.
    """
    each = max(round(0.25 / row_seconds), 1)
    knots = generator.uniform(-1, 1, rows // each + 3)
    t = np.arange(rows) / each
    whole = t.astype(np.int64)
    ease = 0.5 - 0.5 * np.cos(np.pi * (t - whole))
    moved: Floats = knots[whole] * (1 - ease) + knots[whole + 1] * ease
    return moved


def _spoken_octaves(notes: Sequence[Note], analysis: Analysis, place: Floats) -> Floats:
    """Return the engine's own melody as the binary logarithm of Hz, transposed to the notes."""
    spoken = np.log2(np.interp(place, np.arange(len(analysis.pitch_hz)), analysis.pitch_hz))
    wanted = np.log2(hertz(float(np.median([note.pitch for note in notes]))))
    octaves: Floats = spoken - np.median(spoken) + wanted
    return octaves


def _wander(times: TimeMap, seconds: Floats, generator: np.random.Generator) -> Floats:
    """Movement of a held vowel about its middle [s of speech], as a mouth moves; 0 at the vowel's edges."""
    moved = drift(len(seconds), seconds[1] - seconds[0], generator)
    reach = np.zeros(len(seconds))
    for _, begin, end in times.vowels:
        inside = (seconds > begin) & (seconds < end)
        if end - begin > 0.2:
            near = np.minimum(seconds[inside] - begin, end - seconds[inside])
            reach[inside] = WANDER_SECONDS * np.clip((near - 0.06) / 0.06, 0, 1)
    strayed: Floats = reach * moved
    return strayed


def _sounds(phones: Sequence[Phone], spoken: Floats) -> tuple[Floats, Floats, Floats]:
    """Voicing [Hz], sharpness and air [dB] of the phones at spoken times [s]."""
    starts = np.array([phone.start_seconds for phone in phones])
    which = np.clip(np.searchsorted(starts, spoken + 1e-9, side="right") - 1, 0, None)
    table = np.array([sound(phone.symbol) for phone in phones], dtype=float)[which]
    voicing, sharpness, air = table.T
    return voicing, _smooth(sharpness, 4), _smooth(air, 4)


def _gain(notes: Sequence[Note], phones: Sequence[Phone], times: TimeMap, seconds: Floats, levels: Floats,
          timbre: Colour, generator: np.random.Generator) -> Floats:
    """Gain of each row: each vowel has the level of its note, and between vowels the gain is interpolated in decibels.

    What would exceed the level of the vowels around it (a nasal beside a vowel whose formants lie between the
    partials) is reduced.
    """
    logs = np.log(levels)
    centres, heard, wanted = [], [], []
    for index, begin, end in times.vowels:
        core = [begin + 0.25 * (end - begin), end - 0.3 * (end - begin)]
        first, last = np.searchsorted(seconds, core)
        heard.append(float(logs[first : max(last, first + 1)].mean()))
        note = notes[index]
        stress_db = WORDED.stress_db[note.utterance.stress] if note.utterance else 0.0
        middle = float(times.at(np.array([0.5 * (begin + end)]))[0])
        if any(phone.start_seconds <= middle < phone.end_seconds and not is_voiced(phone.symbol) for phone in phones):
            stress_db += HISS_DB
        wanted.append(LEVEL * velocity_gain(note.velocity) * timbre.gain * 10 ** (stress_db / 20))
        centres.append(0.5 * (begin + end))
    own = np.array(heard)
    even = LEVELLED * own + (1 - LEVELLED) * own.mean()
    line = np.interp(seconds, centres, np.log(np.array(wanted)))
    gain = line - np.interp(seconds, centres, even)
    excess = np.clip(gain + logs - line - TOLERATED_DB / DECIBELS, 0, None)
    gain -= HELD_BACK * _smooth(excess, 7)
    gain += SHIMMER_DB / DECIBELS * drift(len(seconds), seconds[1] - seconds[0], generator)
    factors: Floats = np.exp(gain)
    return factors


def _gate(times: TimeMap, seconds: Floats, sung: bool) -> Floats:
    """1 where the line sounds, 0 where it pauses, with fades between."""
    gate = np.zeros(len(seconds))
    out = FADE_OUT_SECONDS if sung else 0.5 * FADE_OUT_SECONDS
    for begin, end in times.sounding:
        rise = np.clip((seconds - begin) / FADE_IN_SECONDS, 0, 1)
        fall = np.clip((end + RELEASE_SECONDS - seconds) / out, 0, 1)
        gate = np.maximum(gate, (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall)))
    return gate


def _smooth(values: Floats, width: int) -> Floats:
    """Smooth with a raised cosine of ``width`` rows; the first and last value are held beyond the ends."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    smoothed: Floats = np.convolve(padded, window / window.sum(), mode="valid").astype(values.dtype)
    return smoothed
