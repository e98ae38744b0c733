"""Synthesis of one line from the spectra that a decoder makes to measure: pulses and breath through moving filters.

The line's sounds are put in time, the decoder makes their spectra, and these are coloured by the delivery, moved by
the few milliseconds by which the decoder missed, and sounded at its own rate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instruments.dsp.arrays import Floats, Integers, Mono
from instruments.dsp.notes import hertz
from instruments.dsp.random import kernel_seed
from instruments.voice.air import AIR_BAND, opened
from instruments.voice.creak import creaked
from instruments.voice.delivery import colour
from instruments.voice.filters import (
    HOP,
    LONGEST_CARRIED_SECONDS,
    NOISE_RMS,
    RATE,
    WINDOW,
    alive,
    joined,
    pulses_of,
    resized,
    sounded,
    whispered,
)
from instruments.voice.kinds import KINDS
from instruments.voice.melody import sung_octaves
from instruments.voice.patch import Worded
from instruments.voice.room import in_room
from instruments.voice.rows import gain_of, gate_of, sounds_of
from instruments.voice.source import Decoded, Decoder, Melody, Phone, Spectra, Stretch, through
from instruments.voice.timing import TimeMap
from scores.performance import Note, SungPhrase

# Share of the level differences between vowels that is removed: the network has most of them as a speaker has.
LEVELLED = 0.8
# Level of the air above its spectra [dB], relative to the band below: they fall towards their edge.
AIR_DB = -5.0
# Height of speech on a word that stands out [semitones], and half the width of its rise [s].
ACCENT_SEMITONES, ACCENT_SECONDS = 3.0, 0.08
# Time before its first sound and after its last that a voice may be heard [s]: a vowel has a beginning before it is
# loud, and a consonant an end after its mouth has closed.
EARLY_SECONDS, LATE_SECONDS = 0.05, 0.08
# How much nearer to its own pitch speech is than its notes are [semitones].
NEARER_SEMITONES = 1.5
# Time inside a phone's edges at which its place is read from the map [s].
INSIDE_SECONDS = 1e-7
# Least distance of two rows, relative to their own.
CLOSEST = 0.6
# Rows of pulses before the line's begin and after its end that the windows of its first and last rows reach into.
PULSES_BEFORE, PULSES_AFTER = 6, 8


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
    first = max(int((times.sounding[0][0] - EARLY_SECONDS) * rate), 0)
    begin, end = first / rate, times.sounding[-1][1] + LATE_SECONDS
    melody = _sung(notes, patch) if is_sung else _spoken(notes) if delivery.manner == "spoken" else _own
    decoded = decoder.decode(_stretches(times, phones), melody, is_sung=is_sung)
    seconds, spectra, voiced_hz = _placed(decoded, begin, end, generator)
    centres = np.round((seconds - begin) * RATE).astype(np.int64)
    kind = KINDS[patch.kind]
    if kind.formants * body != 1.0:
        spectra = resized(spectra, kind.formants * body)
    pulses = begin + HOP / RATE * np.arange(-PULSES_BEFORE, int((end - begin) * RATE / HOP) + PULSES_AFTER)
    pulse_hz = _between(pulses, seconds, voiced_hz)
    if is_sung:
        voiced_hz = np.where(voiced_hz > 0, melody(seconds, voiced_hz), 0.0)
        pulse_hz = np.where(pulse_hz > 0, melody(pulses, pulse_hz), 0.0)
    hz = RATE / WINDOW * np.arange(WINDOW // 2 + 1)
    timbre = colour(delivery, patch.breath, patch.brightness, hz)
    if is_sung:
        spectra = alive(spectra, voiced_hz, notes, seconds, hz, generator)
    elif timbre.least == 1.0:
        spectra = whispered(spectra, times, seconds, hz)
    slack_hz, level = creaked(notes, delivery, times, pulses, pulse_hz)
    level = level * np.sqrt(slack_hz / np.maximum(pulse_hz, 1e-9))  # fewer pulses, of more partials
    pulse = pulses_of(slack_hz, kind.roughness, seed)
    pulse *= np.interp(np.arange(len(pulse)), HOP * np.arange(len(level)), level).astype(np.float32)
    whole, breath = sounded(spectra, voiced_hz, pulse, centres + PULSES_BEFORE * HOP, timbre, generator)
    samples = int((end - begin) * RATE) + 1
    sound = joined(whole, centres, samples)
    _, sharpness, air_db = sounds_of(phones, times.at(seconds))
    gain = gain_of(notes, phones, times, seconds, _levels(sound, centres), timbre, generator, LEVELLED)
    de_ess = patch.de_ess_db * (2.0 if timbre.least == 1.0 else 1.0)
    gain = gain * 10 ** (-de_ess / 20 * sharpness) * gate_of(_carried(times) if timbre.least == 1.0 else times.sounding,
                                                             seconds, is_sung, EARLY_SECONDS, LATE_SECONDS)
    source = sound * np.interp(np.arange(samples), centres, gain).astype(np.float32)
    source = in_room(source, delivery.distance, RATE)
    low, high = (int(edge * len(hz)) for edge in AIR_BAND)
    dense = NOISE_RMS * gain * np.exp(breath[:, low:high].mean(axis=1))
    air = dense * 10 ** ((AIR_DB + air_db + patch.air_db) / 20)
    each = np.interp(HOP * np.arange(len(source) // HOP + 2), centres, air, right=0.0)
    return first, opened(source, each, HOP / RATE, RATE, rate, seed)


def _sung(notes: Sequence[Note], patch: Worded) -> Melody:
    curve = sung_octaves(notes, patch)
    return lambda seconds, own: np.exp2(np.interp(seconds, *curve))


def _own(seconds: Floats, own: Floats) -> Floats:
    """Return speech's own melody: a whisper is filtered as speech is."""
    return own


def _spoken(notes: Sequence[Note]) -> Melody:
    """Return the engine's own melody, moved towards the notes: speech is no tune, and best near its own pitch."""
    wanted = hertz(float(np.median([note.pitch for note in notes])))

    def melody(seconds: Floats, own: Floats) -> Floats:
        voiced = own[own > 0]
        octaves = float(np.log2(wanted) - np.median(np.log2(voiced))) if voiced.size else 0.0
        accents = sum((np.exp(-0.5 * ((seconds - note.onset_seconds - ACCENT_SECONDS) / ACCENT_SECONDS) ** 2)
                       for note in notes if note.utterance and note.utterance.is_emphasised), np.zeros(len(seconds)))
        octaves = np.copysign(max(abs(octaves) - NEARER_SEMITONES / 12, 0.0), octaves)
        moved: Floats = own * np.exp2(octaves + ACCENT_SEMITONES / 12 * np.minimum(accents, 1.0))
        return moved

    return melody


def _stretches(times: TimeMap, phones: Sequence[Phone]) -> list[Stretch]:
    """Return when each phone is heard: the map from heard to spoken time, backwards."""
    edges = np.array([[phone.start_seconds, phone.end_seconds] for phone in phones])
    inside = edges + np.array([INSIDE_SECONDS, -INSIDE_SECONDS])  # where two stretches meet, the knots of a phone's own
    return [Stretch(float(start), float(end)) for start, end in np.interp(inside, times.spoken, times.heard)]


def _placed(decoded: Decoded, begin: float, end: float,
            generator: np.random.Generator) -> tuple[Floats, Spectra, Floats]:
    """Return when each row is heard [s], the rows between two times, and their pitch.

    A row is sounded at its own time, to the sample, whatever the distance to the next: mixed with its neighbour it
    would lose the edges of its partials and its phase. Where sounds are held, rows are added between, whose noise is
    drawn anew: the same row again and again would be a tone. Where sounds are hurried, rows that come too soon are left
    out.
    """
    heard = through(decoded.seconds, decoded.found, decoded.asked)
    hop = HOP / RATE
    near = np.flatnonzero((heard > begin - 2 * hop) & (heard < end + 2 * hop))
    kept = [int(near[0])]
    for row in near[1:]:
        if heard[row] - heard[kept[-1]] >= CLOSEST * hop:
            kept.append(int(row))
    steps = np.maximum(np.round(np.diff(heard[kept]) / hop).astype(np.int64), 1)
    low = np.repeat(kept[:-1], steps)
    part = np.concatenate([np.arange(n) / n for n in steps])
    high = np.repeat(kept[1:], steps)
    seconds = heard[low] + part * (heard[high] - heard[low])
    mix = part.astype(np.float32)[:, None]

    def between(rows: Floats) -> Floats:
        mixed: Floats = rows[low] * (1 - mix) + rows[high] * mix
        return mixed

    voice, turn, breath, scatter = decoded.spectra
    nearest = np.where(part < 0.5, low, high)
    scattered = scatter[nearest]
    added = np.flatnonzero(part > 0)
    scattered[added] = generator.uniform(-np.pi, np.pi, (len(added), scattered.shape[1])).astype(np.float32)
    return seconds, Spectra(between(voice), turn[nearest], between(breath), scattered), decoded.pitch_hz[nearest]


def _between(wanted: Floats, seconds: Floats, pitch: Floats) -> Floats:
    """Return pitch [Hz] at other times than its rows', 0 where the nearest row has none."""
    voiced = pitch > 0
    if not voiced.any():
        return np.zeros(len(wanted))
    nearest = np.clip(np.searchsorted(0.5 * (seconds[1:] + seconds[:-1]), wanted), 0, len(seconds) - 1)
    found: Floats = np.where(voiced[nearest], np.interp(wanted, seconds[voiced], pitch[voiced]), 0.0)
    return found


def _carried(times: TimeMap) -> list[tuple[float, float]]:
    """Return the stretches of a whispered line with the breath between them."""
    carried = list(times.sounding[:1])
    for start, end in times.sounding[1:]:
        if start - carried[-1][1] < LONGEST_CARRIED_SECONDS:
            carried[-1] = carried[-1][0], end
        else:
            carried.append((start, end))
    return carried


def _levels(sound: Mono, centres: Integers) -> Floats:
    """R.m.s. of the 25 ms around each row."""
    power = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    first, last = (np.clip(centres + side, 0, len(sound)) for side in (-HOP, HOP))
    levels: Floats = np.sqrt((power[last] - power[first]) / (2 * HOP) + 1e-12)
    return levels
