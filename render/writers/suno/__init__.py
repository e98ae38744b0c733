"""Texts for Suno: the style line, and the lyrics with section tags and cues; checked against Suno's limits.

Nothing is truncated to a limit: a notice reports what exceeds it, and by how much. The audio for upload is written by
``audio_for_suno``, at the same time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from render.rendering import Rendering
from render.writers.suno.excerpt import excerpt_span, kind_of
from scores.format.model import LyricLine, Section
from scores.performance import SectionSpan, Utterance

ORDER = 10
TARGET = "suno"

# Characters that are not sung: Suno reads [ ] as an instruction, and the others as markup.
UNSUNG = re.compile(r"[\[\]<>{}|*]")
# Characters with which a line is better written as it is said: those above, ( ) for a second voice, and digits.
MISREAD = re.compile(r"[][<>{}|*()\d]")
# Heads of tags that Suno does not sing in, so that no "Instrumental" is needed.
INSTRUMENTAL = re.compile(r"instrumental|solo|interlude|silence|^end$", re.IGNORECASE)
# Cue for each manner of delivery that is not sung.
MANNER_CUES = {"spoken": "spoken", "whispered": "whispered"}
# Words of the score's own cue that name the manner already.
MANNER_IN_CUE = {"spoken": re.compile(r"\b(spoken|speak|says?|said)", re.IGNORECASE),
                 "whispered": re.compile(r"whisper", re.IGNORECASE)}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of Suno.

    Attributes
    ----------
    what
        Name of a measure of :func:`exceeded`.
    most
        Highest value.
    unit
        Its unit.
    where
        Models or plans that have the limit.
    newest
        Whether it holds for the newest models on a paid plan; else only for an older model or the free plan.
    """

    what: str
    most: float
    unit: str
    where: str
    newest: bool = True


# Date of the table below, collected from third parties: Suno does not publish it in one place.
LIMITS_DATE = "2026-11"
LIMITS = (
    Limit("title", 100, "characters", "the newest models"),
    Limit("title", 80, "characters", "v4", newest=False),
    Limit("style.txt", 1000, "characters", "the newest models"),
    Limit("style.txt", 200, "characters", "v4", newest=False),
    Limit("lyrics.txt", 5000, "characters", "the newest models"),
    Limit("lyrics.txt", 3000, "characters", "v4", newest=False),
    Limit("a tag", 3, "cues", "every model"),
    Limit("full.mp3", 480, "seconds", "paid plans"),
    Limit("excerpt_60s.mp3", 60, "seconds", "the free plan"),
)


def write(rendering: Rendering) -> None:
    """Write ``suno/style.txt`` and ``suno/lyrics.txt``, and report which limits the song exceeds."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)
    style, lyrics = style_text(rendering), lyrics_text(rendering)
    _write_text(folder / "style.txt", style)
    _write_text(folder / "lyrics.txt", lyrics)
    cues = [cues_of(section, span, rendering) for section, span in _sections(rendering)]
    first, last = excerpt_span(rendering)
    rendering.notices.extend(exceeded({
        "title": len(rendering.score.title), "style.txt": len(style), "lyrics.txt": len(lyrics),
        "a tag": max(len(row) for row in cues), "full.mp3": rendering.frames / rendering.rate,
        "excerpt_60s.mp3": (last - first) / rendering.rate}))


def exceeded(measures: dict[str, float]) -> list[str]:
    """Return notices about the measures that exceed a limit of the table.

    Each exceeded limit of the newest models has a notice of its own. One more notice advises on the measures that only
    exceed limits of older models or the free plan.

    Parameters
    ----------
    measures
        A value for each ``what`` of the table.
    """
    passed = [limit for limit in LIMITS if measures[limit.what] > limit.most]
    too_much = [limit for limit in passed if limit.newest]
    elsewhere = [limit for limit in passed if limit.what not in {other.what for other in too_much}]
    notices = [f"Suno: {limit.what} has {measures[limit.what]:g} {limit.unit}, {measures[limit.what] - limit.most:g} "
               f"more than the {limit.most:g} of {limit.where} (as of {LIMITS_DATE})." for limit in too_much]
    if elsewhere:
        shorter = "; ".join(f"{limit.what} ({measures[limit.what]:g} {limit.unit}) to {limit.most:g} for {limit.where}"
                            for limit in elsewhere)
        notices.append(f"Suno: the song fits Suno's newest models. For others, shorten {shorter}.")
    return notices


def style_text(rendering: Rendering) -> str:
    """Return the score's style prompt; without one, a prompt from tempo, key, meter, instruments and deliveries."""
    score = rendering.score
    if score.suno.style.strip():
        return score.suno.style.strip()
    names = [part.instrument.replace("_", " ") for name, part in score.parts.items() if not _is_voice(rendering, name)]
    manners = Counter(syllable.delivery.manner for name in score.parts for _, syllable in _syllables(rendering, name))
    vocals = [f"{manner} vocals" for manner, _ in sorted(manners.items(), key=lambda m: (-m[1], m[0]))
              if manner != "breath"]
    return ", ".join([f"{score.bpm:g} BPM", str(score.key), str(score.meter), *dict.fromkeys(names),
                      *(vocals or ["instrumental"])])


def lyrics_text(rendering: Rendering) -> str:
    """Return the lyrics with a tag before each section, such as ``[Verse 1 - whispered, single guitar]``.

    The last tag is ``[End]``: that of the last section, if it is named End and has no words, or an added one.
    """
    blocks = []
    for section, span in _sections(rendering):
        cues = cues_of(section, span, rendering)
        tag = head_of(section) + (" - " + ", ".join(cues) if cues else "")
        blocks.append("\n".join([f"[{UNSUNG.sub('', tag)}]", *(sung_text(line) for line in section.lyrics)]))
    last = rendering.score.sections[-1]
    ends = kind_of(last).lower() == "end" and not last.lyrics
    return "\n\n".join(blocks if ends else [*blocks, "[End]"])


def sung_text(line: LyricLine) -> str:
    """Return a line as Suno should read it: as written, or as said if Suno would misread the written form.

    The ``>`` of a quoted line is omitted.
    """
    written = line.text.lstrip("> ")
    text = line.say if line.say and MISREAD.search(written) else written
    return " ".join(UNSUNG.sub(" ", text).split())


def head_of(section: Section) -> str:
    """Return the first words of a tag: the score's, or the section's name.

    Suno often ignores ``[Intro]``, but not ``[Short Instrumental Intro]``.
    """
    head = section.tag or section.name
    if section.lyrics or INSTRUMENTAL.search(head):
        return head
    return f"Short Instrumental {head}" if kind_of(section).lower() == "intro" else f"Instrumental {head}"


def cues_of(section: Section, span: SectionSpan, rendering: Rendering) -> list[str]:
    """Return the cues of a tag: the score's own, or two of the parts that play.

    The manner of the voice comes first, unless the score's cue names it.
    """
    cues = [_uncapitalised(cue.strip()) for cue in re.split(r"[,;]", section.cue) if cue.strip()]
    if not cues:
        cues = [name.replace("_", " ") for name in section.play if not _is_voice(rendering, name)][:2]
    manner = _manner(span, rendering)
    if manner in MANNER_CUES and not MANNER_IN_CUE[manner].search(section.cue):
        cues.insert(0, MANNER_CUES[manner])
    return cues


def _sections(rendering: Rendering) -> Iterator[tuple[Section, SectionSpan]]:
    """Return the sections of the song; a count-in is none."""
    pairs = zip(rendering.score.sections, rendering.performance.sections, strict=True)
    return islice(pairs, bool(rendering.score.count_in), None)


def _uncapitalised(cue: str) -> str:
    return cue if cue[:2].isupper() else cue[0].lower() + cue[1:]


def _syllables(rendering: Rendering, part: str) -> Iterator[tuple[float, Utterance]]:
    """Yield the syllables of a part, each with its onset [beats], without in-breaths."""
    return ((note.onset_beats, note.utterance) for note in rendering.performance.notes[part]
            if note.utterance and not note.is_breath)


def _is_voice(rendering: Rendering, part: str) -> bool:
    return any(True for _ in _syllables(rendering, part))


def _manner(span: SectionSpan, rendering: Rendering) -> str:
    """Return the manner of most syllables of a section; empty if it has none."""
    manners = Counter(utterance.delivery.manner for part in rendering.performance.notes
                      for beat, utterance in _syllables(rendering, part) if span.start_beats <= beat < span.end_beats)
    return max(sorted(manners), key=lambda manner: manners[manner], default="")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
