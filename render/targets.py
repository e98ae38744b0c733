"""What a demo can be made for (``--for``): the words, and which of them are meant where none is given."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from scores.faults import InputError

# The word for every target.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a demo is made for.

    Attributes
    ----------
    word
        What the user writes.
    files
        What is written, in words.
    by_default
        Whether it is written where nothing is asked for: what is small is.
    """

    word: str
    files: str
    by_default: bool = True


TARGETS = (
    Target("player", "index.html: a page that plays the mix, with words, chords, curves and parts"),
    Target("page", "index.html and page/: the same page with its own sound, to send; parts to solo, mute and level",
           by_default=False),
    Target("overview", "overview.png: the song in one picture"),
    Target("suno", "suno/: style, lyrics and audio to upload"),
    Target("uploads", "suno/: the voices alone and the band alone, to upload", by_default=False),
    Target("prompts", "prompts/: the song for ACE-Step, YuE2 and other generators"),
    Target("reaper", ".rpp: a project of Reaper, with stems, notes, regions and tempo map"),
    Target("dawproject", ".dawproject: the same for Bitwig, Studio One and Cubase, with the stems inside",
           by_default=False),
    Target("midi", "midi/: a MIDI file for each part, and the chords"),
    Target("score", "score/: MusicXML, ABC, ChordPro and chords over the words"),
    Target("pdf", "score/: lead_sheet.pdf, to print, and one_sheet.pdf, the proof sheet of the song",
           by_default=False),
    Target("singer", "singer/: the voice for OpenUtau, DiffSinger and Synthesizer V"),
    Target("lyrics", "lyrics/: the words with their times, as LRC, VTT, SRT and ASS"),
    Target("choices", "choices.jsonl: what could have been played, how likely it was, and what was picked"),
    Target("audio", "audio/: the mix as FLAC, MP3 and Opus, tagged", by_default=False),
    Target("click", "stems/click.wav: a metronome, which is not in the mix", by_default=False),
    Target("zip", "stems.zip: all stems, with names and levels as a studio expects them", by_default=False),
)


def chosen(asked: Collection[str] | None) -> frozenset[str]:
    """Return the words of the targets that are asked for.

    Parameters
    ----------
    asked
        Words of ``TARGETS``, or ``all``; None for the default.

    Raises
    ------
    InputError
        For another word, with the nearest one.
    """
    words = [target.word for target in TARGETS]
    if asked is None:
        return frozenset(target.word for target in TARGETS if target.by_default)
    for word in asked:
        if word not in words and word != ALL:
            near = difflib.get_close_matches(word, [*words, ALL], 1, 0.5)
            raise InputError(f"a demo cannot be made for {word!r}", found=word, allowed=", ".join([*words, ALL]),
                             nearest=near[0] if near else None)
    return frozenset(words) if ALL in asked else frozenset(asked)
