"""``suno/settings.txt``: a card of what to set in Suno for this song, and what was changed for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from render.rendering import Rendering
from render.writers.suno.limits import AS_OF, COVER, UPLOADS
from scores.theory import Key, note_name, pitch_name

# Keys whose chords have open shapes on a guitar [pitch classes of major and minor tonics].
OPEN_MAJOR, OPEN_MINOR = (0, 2, 4, 7, 9), (2, 4, 9)
HIGHEST_CAPO = 7


def card(rendering: Rendering, changes: Sequence[tuple[str, str]]) -> str:
    """Return the card.

    Parameters
    ----------
    rendering
        The song.
    changes
        Words of the lyrics that were respelled, each with its new spelling.
    """
    return "\n".join(_rows(rendering, changes))


def _rows(rendering: Rendering, changes: Sequence[tuple[str, str]]) -> Iterator[str]:
    score = rendering.score
    yield f"{' '.join(score.title.split())}: settings for Suno version 6, as of {AS_OF}"
    yield "(!) unverified on version 6; (?) reported by some users"
    yield ""
    marks = {"seen": "", "reported": " (?)", "unverified": " (!)"}
    for advice in COVER:
        yield f"{advice.where}: {advice.setting}. {advice.why[0].upper()}{advice.why[1:]}.{marks[advice.sure]}"
    yield ""
    for name, purpose in UPLOADS:
        yield f"{name}: {purpose}"
    yield ""
    yield f"Tempo {score.bpm:g} BPM, {score.key}, {score.meter}."
    yield from key_advice(rendering)
    if changes:
        yield ""
        yield "Respelled in lyrics.txt, because Suno reads them as another word; change what is wrong under pronounce:"
        for word, spelling in dict.fromkeys(changes):
            yield f"  {word}: {spelling}"


def key_advice(rendering: Rendering) -> Iterator[str]:
    """Yield the range of the tune and, where the score gives the singer's, the keys in which it fits."""
    score = rendering.score
    pitches = [round(note.pitch) for notes in rendering.performance.notes.values() for note in notes
               if note.utterance and note.utterance.place is not None and note.utterance.delivery.manner == "sung"]
    if not pitches:
        return
    low, high = min(pitches), max(pitches)
    yield f"The tune goes from {note_name(low)} to {note_name(high)}."
    if score.singer.range is None:
        return
    bottom, top = score.singer.range
    singer = f"{note_name(bottom)} to {note_name(top)}"
    if bottom <= low and high <= top:
        yield f"It fits a singer from {singer} as it is."
        return
    moves = [move for move in range(-11, 12) if bottom <= low + move and high + move <= top]
    if not moves:
        yield f"It is wider than {singer}: no key fits. Nearest: {_moved(score.key, _nearest(low, high, bottom, top))}."
        return
    best = min(moves, key=abs)
    yield f"For a singer from {singer}: {_moved(score.key, best)} ({best:+d} semitones)."


def _nearest(low: int, high: int, bottom: int, top: int) -> int:
    return round((bottom + top - low - high) / 2)


def _moved(key: Key, semitones: int) -> str:
    """Return a key moved by semitones, with the capo that lets a guitar play it in open shapes."""
    tonic = (key.pitch_class + semitones) % 12
    name = f"{pitch_name(tonic)} {key.mode}"
    shapes = OPEN_MINOR if key.is_minor else OPEN_MAJOR
    capo = next((fret for fret in range(HIGHEST_CAPO + 1) if (tonic - fret) % 12 in shapes), 0)
    if capo == 0:
        return f"{name}, a guitar without capo"
    return f"{name}, a guitar with capo {capo} in shapes of {pitch_name((tonic - capo) % 12)}"
