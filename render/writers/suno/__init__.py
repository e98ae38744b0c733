"""Texts for Suno: style, what to exclude, lyrics with tags and cues, a card of settings; checked against limits.

Nothing is truncated to a limit: a notice reports what exceeds it, and by how much. The audio for upload is written by
``audio_for_suno``, at the same time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from render.rendering import Rendering
from render.writers.suno.card import card
from render.writers.suno.excerpt import excerpt_span, kind_of
from render.writers.suno.limits import AS_OF, LIMITS
from render.writers.suno.words import respelled
from scores.format.model import LyricLine, Section
from scores.performance import SectionSpan, SungLine, Utterance, sung_phrases

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
# Cues that Suno follows in one tag.
MOST_CUES = next(int(limit.most) for limit in LIMITS if limit.what == "a tag")
# Negations among the styles, which Suno ignores there: "no drums", "without autotune".
NEGATION = re.compile(r"^(?:no|not|without|avoid|exclude)\s+(.+)$", re.IGNORECASE)


def write(rendering: Rendering) -> None:
    """Write texts and settings, and report which limits the song exceeds."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)
    style, moved = style_text(rendering)
    exclude = exclude_text(rendering, moved)
    lyrics, changes = lyrics_text(rendering)
    texts = {"style.txt": style, "lyrics.txt": lyrics, "settings.txt": card(rendering, changes)}
    if exclude:
        texts["exclude.txt"] = exclude
    for name, text in texts.items():
        _write_text(folder / name, text)
    cues = [cues_of(section, span, rendering) for section, span in _sections(rendering)]
    first, last = excerpt_span(rendering)
    rendering.notices.extend(exceeded({
        "title": len(rendering.score.title), "style.txt": len(style), "exclude.txt": len(exclude),
        "lyrics.txt": len(lyrics), "a tag": max(len(row) for row in cues),
        "full.mp3": rendering.frames / rendering.rate, "excerpt_60s.mp3": (last - first) / rendering.rate}))
    if moved:
        rendering.notices.append(f"Suno: what the style excludes ({', '.join(moved)}) is in suno/exclude.txt, for the "
                                 "box Exclude styles; among the styles it is ignored.")


def exceeded(measures: dict[str, float]) -> list[str]:
    """Return a notice for each measure that exceeds a limit.

    Parameters
    ----------
    measures
        A value for each ``what`` of the table.
    """
    doubt = {"seen": "", "reported": ", as some users report", "unverified": ", unverified"}
    return [f"Suno: {limit.what} has {measures[limit.what]:g} {limit.unit}, {measures[limit.what] - limit.most:g} more "
            f"than the {limit.most:g} of version 6 (as of {AS_OF}{doubt[limit.sure]})."
            for limit in LIMITS if measures[limit.what] > limit.most]


def style_text(rendering: Rendering) -> tuple[str, list[str]]:
    """Return the style prompt, and what was taken out of it because it says what should not be there.

    It is the score's; without one, it is made from tempo, key, meter, instruments and deliveries.
    """
    score = rendering.score
    if score.suno.style.strip():
        words = [word.strip() for word in re.split(r"[,;\n]", score.suno.style) if word.strip()]
        unwanted = [match[1] for word in words if (match := NEGATION.match(word))]
        if not unwanted:
            return score.suno.style.strip(), []
        return ", ".join(word for word in words if not NEGATION.match(word)), unwanted
    names = [part.instrument.replace("_", " ") for name, part in score.parts.items() if not _is_voice(rendering, name)]
    manners = Counter(syllable.delivery.manner for name in score.parts for _, syllable in _syllables(rendering, name))
    vocals = [f"{manner} vocals" for manner, _ in sorted(manners.items(), key=lambda m: (-m[1], m[0]))
              if manner != "breath"]
    return ", ".join([f"{score.bpm:g} BPM", str(score.key), str(score.meter), *dict.fromkeys(names),
                      *(vocals or ["instrumental"])]), []


def exclude_text(rendering: Rendering, moved: Sequence[str]) -> str:
    """Return the text for the box Exclude styles: the score's, and what stood among the styles."""
    own = [word.strip() for word in re.split(r"[,;\n]", rendering.score.suno.exclude) if word.strip()]
    return ", ".join(dict.fromkeys([*own, *moved]))


def lyrics_text(rendering: Rendering) -> tuple[str, list[tuple[str, str]]]:
    """Return the lyrics with a tag before each section, and the words that are respelled in them.

    A tag is such as ``[Verse 1 - whispered, single guitar, 16 bars]``. The last one is ``[End]``: that of the last
    section, if it is named End and has no words, or an added one.
    """
    blocks, changes = [], list[tuple[str, str]]()
    sung = _lines(rendering)
    for section, span in _sections(rendering):
        cues = cues_of(section, span, rendering)
        tag = head_of(section) + (" - " + ", ".join(cues) if cues else "")
        rows = [f"[{UNSUNG.sub('', tag)}]"]
        for number, line in enumerate(section.lyrics, 1):
            text, changed = respelled(sung_text(line), sung.get((section.name, number), []))
            rows.append(text)
            changes += changed
        blocks.append("\n".join(rows))
    last = rendering.score.sections[-1]
    ends = kind_of(last).lower() == "end" and not last.lyrics
    return "\n\n".join(blocks if ends else [*blocks, "[End]"]), changes


def _lines(rendering: Rendering) -> dict[tuple[str, int], list[SungLine]]:
    """Return the lines as they are sung, by section and number."""
    found: dict[tuple[str, int], list[SungLine]] = {}
    for notes in rendering.performance.notes.values():
        for phrase in sung_phrases(notes):
            found.setdefault((phrase.line.section, phrase.line.number), []).append(phrase.line)
    return found


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

    The manner of the voice comes first, unless the score's cue names it; the number of bars comes last, where there are
    fewer cues than Suno follows.
    """
    cues = [_uncapitalised(cue.strip()) for cue in re.split(r"[,;]", section.cue) if cue.strip()]
    if not cues:
        cues = [name.replace("_", " ") for name in section.play if not _is_voice(rendering, name)][:2]
    manner = _manner(span, rendering)
    if manner in MANNER_CUES and not MANNER_IN_CUE[manner].search(section.cue):
        cues.insert(0, MANNER_CUES[manner])
    if len(cues) < MOST_CUES and section.lyrics:
        cues.append(f"{span.bars} bars" if span.bars > 1 else "1 bar")
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
