"""Synthesis of one line from the spectra that a decoder makes to measure: pulses and breath through moving filters.

The line's sounds are put in time, the decoder makes their spectra, and these are coloured by the delivery, moved by
the few milliseconds by which the decoder missed, and sounded at its own rate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instruments.dsp.arrays import Floats, Mono
from instruments.dsp.notes import hertz
from instruments.dsp.random import kernel_seed
from instruments.voice.air import AIR_BAND, opened
from instruments.voice.delivery import colour
from instruments.voice.filters import (
    HOP,
    LONGEST_CARRIED_SECONDS,
    NOISE_RMS,
    RATE,
    WINDOW,
    alive,
    joined,
    resized,
    sounded,
    whispered,
)
from instruments.voice.kinds import KINDS
from instruments.voice.melody import sung_octaves
from instruments.voice.patch import Worded
from instruments.voice.rows import RELEASE_SECONDS, gain_of, gate_of, sounds_of
from instruments.voice.source import Decoded, Decoder, Melody, Phone, Spectra, Stretch, through
from instruments.voice.timing import TimeMap
from scores.performance import Note, SungPhrase

# Share of the level differences between vowels that is removed: the network has most of them as a speaker has.
LEVELLED = 0.8
# Level of the air above its spectra [dB], relative to the band below: they fall towards their edge.
AIR_DB = -5.0
# Time inside a phone's edges at which its place is read from the map [s].
INSIDE_SECONDS = 1e-7


def render_decoded(phrase: SungPhrase, decoder: Decoder, phones: Sequence[Phone], times: TimeMap, patch: Worded,
                   rate: int, body: float = 1.0) -> tuple[int, Mono]:
    """Sound a line.

    Parameters
    ----------
    phrase
        The line with its notes.
    decoder
        What makes its spectra.
    phones
        Its phones as they are spoken.
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
    is_sung = delivery.manner == "sung"
    generator = np.random.Generator(np.random.PCG64(notes[0].seed))
    seed = kernel_seed(notes[0].seed)
    row_seconds = HOP / RATE
    first = int(times.sounding[0][0] * rate)
    rows = int((times.sounding[-1][1] + RELEASE_SECONDS + 0.05 - first / rate) / row_seconds) + 2
    seconds = first / rate + row_seconds * np.arange(rows)

    melody = _sung(notes, patch) if is_sung else _spoken(notes) if delivery.manner == "spoken" else _own
    decoded = decoder.decode(_stretches(times, phones), melody, is_sung=is_sung)
    spectra, pitch = _moved(decoded, seconds, generator)
    kind = KINDS[patch.kind]
    if kind.formants * body != 1.0:
        spectra = resized(spectra, kind.formants * body)
    if is_sung:
        pitch = np.where(pitch > 0, melody(seconds, pitch), 0.0)
    hz = RATE / WINDOW * np.arange(WINDOW // 2 + 1)
    timbre = colour(delivery, patch.breath, patch.brightness, hz)
    if is_sung:
        spectra = alive(spectra, pitch, notes, seconds, hz, generator)
    elif timbre.least == 1.0:
        spectra = whispered(spectra, times, seconds, hz)
    whole, breath = sounded(spectra, pitch, timbre, kind.roughness, generator, seed)
    sound = joined(whole)
    _, sharpness, air_db = sounds_of(phones, times.at(seconds))
    gain = gain_of(notes, phones, times, seconds, _levels(sound, rows), timbre, generator, LEVELLED)
    de_ess = patch.de_ess_db * (2.0 if timbre.least == 1.0 else 1.0)
    gain = gain * 10 ** (-de_ess / 20 * sharpness) * gate_of(_carried(times) if timbre.least == 1.0 else times.sounding,
                                                             seconds, is_sung)
    source = sound * np.interp(np.arange(len(sound)), HOP * np.arange(rows), gain).astype(np.float32)
    low, high = (int(edge * len(hz)) for edge in AIR_BAND)
    dense = NOISE_RMS * gain * np.exp(breath[:, low:high].mean(axis=1))
    air = dense * 10 ** ((AIR_DB + air_db + patch.air_db) / 20)
    return first, opened(source, air, row_seconds, RATE, rate, seed)


def _sung(notes: Sequence[Note], patch: Worded) -> Melody:
    curve = sung_octaves(notes, patch)
    return lambda seconds, own: np.exp2(np.interp(seconds, *curve))


def _own(seconds: Floats, own: Floats) -> Floats:
    """Return speech's own melody: a whisper is filtered as speech is."""
    return own


def _spoken(notes: Sequence[Note]) -> Melody:
    """Return the engine's own melody, transposed to the notes."""
    wanted = hertz(float(np.median([note.pitch for note in notes])))

    def melody(seconds: Floats, own: Floats) -> Floats:
        voiced = own[own > 0]
        transposed: Floats = own * (wanted / float(np.exp2(np.median(np.log2(voiced)))) if voiced.size else 1.0)
        return transposed

    return melody


def _stretches(times: TimeMap, phones: Sequence[Phone]) -> list[Stretch]:
    """Return when each phone is heard: the map from heard to spoken time, backwards."""
    edges = np.array([[phone.start_seconds, phone.end_seconds] for phone in phones])
    inside = edges + np.array([INSIDE_SECONDS, -INSIDE_SECONDS])  # where two stretches meet, the knots of a phone's own
    return [Stretch(float(start), float(end)) for start, end in np.interp(inside, times.spoken, times.heard)]


def _moved(decoded: Decoded, seconds: Floats, generator: np.random.Generator) -> tuple[Spectra, Floats]:
    """Return spectra and pitch at the times that were asked for: interpolated, with the phases of the nearest row.

    Where a row is held, what does not follow the pulses is noise: the same row again and again would be a tone.
    """
    found = through(seconds, decoded.asked, decoded.found)
    place = np.clip((found - decoded.seconds[0]) * RATE / HOP, 0, len(decoded.seconds) - 1.001)
    whole, nearest = place.astype(np.int64), np.round(place).astype(np.int64)
    part = (place - whole).astype(np.float32)[:, None]

    def between(rows: Floats) -> Floats:
        mixed: Floats = rows[whole] * (1 - part) + rows[whole + 1] * part
        return mixed

    voice, turn, breath, scatter = decoded.spectra
    scattered = scatter[nearest]
    again = np.flatnonzero(np.diff(nearest, prepend=-1) == 0)
    scattered[again] = generator.uniform(-np.pi, np.pi, (len(again), scattered.shape[1])).astype(np.float32)
    return Spectra(between(voice), turn[nearest], between(breath), scattered), decoded.pitch_hz[nearest]


def _carried(times: TimeMap) -> list[tuple[float, float]]:
    """Return the stretches of a whispered line with the breath between them."""
    carried = list(times.sounding[:1])
    for start, end in times.sounding[1:]:
        if start - carried[-1][1] < LONGEST_CARRIED_SECONDS:
            carried[-1] = carried[-1][0], end
        else:
            carried.append((start, end))
    return carried


def _levels(sound: Mono, rows: int) -> Floats:
    """R.m.s. of the 25 ms around each row."""
    power = np.concatenate([[0.0], np.cumsum(np.pad(sound.astype(np.float64), (HOP, HOP)) ** 2)])
    starts = HOP * np.arange(rows)
    levels: Floats = np.sqrt((power[starts + 2 * HOP] - power[starts]) / (2 * HOP) + 1e-12)
    return levels
