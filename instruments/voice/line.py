"""Synthesis of one line, sung or spoken: notes and speech become controls every 5 ms, and the controls become sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instruments.dsp import transform
from instruments.dsp.arrays import Floats, Mono
from instruments.dsp.notes import hertz
from instruments.dsp.random import kernel_seed
from instruments.voice import vocoder
from instruments.voice.air import AIR_BAND, opened
from instruments.voice.analysis import Analysis
from instruments.voice.creak import creaked
from instruments.voice.delivery import colour
from instruments.voice.kinds import KINDS
from instruments.voice.melody import sung_octaves
from instruments.voice.patch import Worded
from instruments.voice.rows import RELEASE_SECONDS, drift, gain_of, gate_of, smooth, sounds_of
from instruments.voice.source import HOP_SECONDS
from instruments.voice.timing import TimeMap
from scores.performance import Note, SungPhrase

# Depth by which breath swells with the glottal cycle, from 0 to 1.
FLOW = 0.5
# Width over which breath takes over from pulses [Hz].
SLOPE_HZ = 500.0
# Bandwidth added to each formant of a whisper [Hz]: open folds damp the resonances, Kallail and Emanuel, J. Speech
# Hear. Res. 27 (1984). With more of it the words are no longer understood.
WHISPER_WIDER_HZ = 120.0
# Greatest correction of the pitch for moving resonances, relative to the pitch: beyond it are consonants.
HIGHEST_SHIFT = 0.04
# Greatest distance of a held vowel from its middle [s of speech].
WANDER_SECONDS = 0.012


def render_line(phrase: SungPhrase, analysis: Analysis, times: TimeMap, patch: Worded, rate: int, body: float = 1.0
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
    body
        Factor on the resonances of this singer among others.

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
    kind = KINDS[patch.kind]
    if kind.formants * body != 1.0:
        cepstra = cepstra @ vocoder.resizing(kind.formants * body, cepstra.shape[1])
    cepstra += vocoder.cepstrum(timbre.log_gain, cepstra.shape[1])
    envelope = vocoder.log_response(cepstra, size)

    octaves = np.interp(seconds, *sung_octaves(notes, patch)) if sung else _spoken_octaves(notes, analysis, place)
    melody = np.exp2(octaves)
    voicing_hz, sharpness, air_db = sounds_of(analysis.phones, spoken)
    least = smooth(np.where(voicing_hz > 0, timbre.least, 1.0).astype(np.float32), 3)
    levels = np.empty(rows)
    vocoder.levels(envelope, melody, float(analysis.rate), timbre.noise_gain, least, levels)
    gain = gain_of(notes, analysis.phones, times, seconds, levels, timbre, generator)
    de_ess = patch.de_ess_db * (2.0 if timbre.least == 1.0 else 1.0)
    gain *= 10 ** (-de_ess / 20 * sharpness) * gate_of(times.sounding, seconds, sung)

    if sung:
        shift_hz = np.zeros(rows)
        vocoder.detuning(envelope, melody, float(analysis.rate), row_seconds, shift_hz)
        melody = melody - np.clip(smooth(shift_hz, 3), -HIGHEST_SHIFT * melody, HIGHEST_SHIFT * melody)

    bin_hz = hz[1]
    pulse = np.zeros(rows * hop, np.float32)
    noise = np.zeros(rows * hop, np.float32)
    seed = kernel_seed(notes[0].seed)
    melody, level = creaked(notes, delivery, times, seconds, melody)
    vocoder.excite(melody, hop, float(analysis.rate), vocoder.pulses(analysis.rate),
                    FLOW if timbre.least < 1.0 else 0.0, kind.roughness, seed, pulse, noise)
    spectra = transform.forward(vocoder.framed(pulse, hop, rows), size)
    breath = transform.forward(vocoder.framed(noise, hop, rows), size)
    gains = (level * gain).astype(np.float32)
    vocoder.shape_and_mix(spectra, breath, envelope, timbre.noise_gain, least,
                           smooth(np.minimum(voicing_hz, 1e4) / bin_hz, 3).astype(np.float32),
                           timbre.breath_hz / bin_hz, bin_hz / SLOPE_HZ, gains)
    pieces = transform.back(spectra, size)
    source = np.zeros(rows * hop + size, np.float32)
    vocoder.overlap_add(pieces, hop, source)
    source = source[hop:]
    low, high = (int(edge * len(hz)) for edge in AIR_BAND)
    dense = gains * np.exp(envelope[:, low:high].real.mean(axis=1)) * float(timbre.noise_gain[low:high].mean())
    air = dense * 10 ** ((air_db + patch.air_db) / 20)
    return first, opened(source, air, row_seconds, analysis.rate, rate, seed)  # the first window is centred on sample 0


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


def _spoken_octaves(notes: Sequence[Note], analysis: Analysis, place: Floats) -> Floats:
    """Return the engine's own melody as the binary logarithm of Hz, transposed to the notes."""
    spoken = np.log2(np.interp(place, np.arange(len(analysis.pitch_hz)), analysis.pitch_hz))
    wanted = np.log2(hertz(float(np.median([note.pitch for note in notes]))))
    octaves: Floats = spoken - np.median(spoken) + wanted
    return octaves
