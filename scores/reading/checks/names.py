"""Checks of names: those that have to exist, those that may be given, references, and who sings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scores.composing.glitches.plan import EVERY_PART
from scores.composing.singing.singers import EVERYBODY
from scores.composing.stage import Player
from scores.faults import Fault, ScorePath
from scores.format.model import OWN_SOUNDS, Cue, Part, Section
from scores.format.text import parse_anchor
from scores.format.wording import fault, unknown
from scores.players import players
from scores.reading.bind import Plays
from scores.reading.subject import OUR_NAMES, PART_NAME, RESERVED_NAMES, Subject
from scores.theory.fretboard import TUNINGS

_WORD = re.compile(r"'?[^\W\d_]+(?:'[^\W\d_]+)*'?")


def check_names(subject: Subject, plays: Plays) -> Iterator[Fault]:
    """Yield the faults of names: of parts, sections, references, cues and the excerpt."""
    for name, part in subject.score.parts.items():
        if subject.knows_item("parts", name):
            yield from _check_part(subject, name, part)
    if subject.knows_item("pronounce"):
        yield from (fault(("pronounce", word), f'"{word[:60]}" is not one word', found=word, on_key=True,
                          allowed="one word as the lyrics spell it: letters and apostrophes")
                    for word in subject.score.pronounce if not _WORD.fullmatch(word))
    seen: list[str] = []
    for i, section in subject.sections():
        yield from _check_section_names(subject, i, section, seen)
        yield from _check_play(subject, plays, i, section)
        if subject.knows("sections", i, "cues"):
            for n, cue in enumerate(section.cues):
                yield from _check_cue(subject, i, section, n, cue)
        seen.append(section.name)
    yield from _check_rolls(subject, "reroll", subject.score.reroll)
    yield from _check_rolls(subject, "lock", subject.score.lock)
    yield from _check_picks(subject, subject.score.choose)
    excerpt = subject.score.suno.excerpt
    if excerpt is not None and excerpt not in seen:
        yield unknown("section", excerpt, seen, ("suno", "excerpt"))


# A bar of a section, and what is chosen there.
_CHOICE = re.compile(r"\d{1,6} \S.*")


def _check_rolls(subject: Subject, key: str, rolls: Mapping[str, Mapping[str, int]]) -> Iterator[Fault]:
    """Yield the faults of ``reroll`` and ``lock``: a part and a section of the song, in which the part plays."""
    if not subject.knows_item(key):
        return
    sections = {section.name: section for _, section in subject.sections()}
    for part, places in rolls.items():
        if part not in subject.score.parts:
            yield unknown("part", part, subject.score.parts, (key, part), on_key=True)
            continue
        for name in places:
            if name not in sections:
                yield unknown("section", name, sections, (key, part, name), on_key=True)
            elif part not in sections[name].play:
                yield fault((key, part, name), f"{part} does not play in {name}", found=name, on_key=True,
                            allowed="a section in which it plays: " + ", ".join(
                                each for each, section in sections.items() if part in section.play))


def _check_picks(subject: Subject, picks: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[Fault]:
    """Yield the faults of ``choose``: parts, sections, and places such as ``3 variation``."""
    if not subject.knows_item("choose"):
        return
    sections = [section.name for _, section in subject.sections()]
    for part, places in picks.items():
        if part != "all" and part not in subject.score.parts:
            yield unknown("part", part, [*subject.score.parts, "all"], ("choose", part), on_key=True)
            continue
        for name, found in places.items():
            if name not in sections:
                yield unknown("section", name, sections, ("choose", part, name), on_key=True)
            yield from (fault(("choose", part, name, place), f'"{place[:60]}" is no choice', found=place, on_key=True,
                              allowed="the bar of the section and what is chosen, as explain tells it: 3 variation")
                        for place in found if not _CHOICE.fullmatch(place))


def _check_part(subject: Subject, name: str, part: Part) -> Iterator[Fault]:
    here = ("parts", name)
    if not PART_NAME.fullmatch(name):
        usable = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:31]
        yield fault(here, f'a part cannot be called "{name[:60]}"', found=name, meant=usable or None, on_key=True,
                    allowed="at most 31 lower-case letters, digits and _, a letter first: files are named after it")
    elif name in RESERVED_NAMES:
        yield fault(here, f'a part cannot be called "{name}"', found=name, meant=f"{name}_1", on_key=True,
                    allowed="a name that is not reserved by Windows: files are named after it")
    elif name in OUR_NAMES:
        yield fault(here, f'a part cannot be called "{name}"', found=name, meant=f"{name}_1", on_key=True,
                    allowed="another name: all means every part, and glitch is the track of the glitches in the MIDI")
    instruments = subject.catalogue.instruments
    if part.instrument in instruments and all(subject.knows(*here, key) for key in ("instrument", *OWN_SOUNDS)):
        fretted = [name for name, kind in instruments.items() if kind.fretted]
        for key in {"capo", "tuning"} & part.model_fields_set if part.instrument not in fretted else ():
            if subject.knows(*here, key):
                yield fault((*here, key), f'"{key}" needs a fretted instrument; {part.instrument} has no frets',
                            found=str(getattr(part, key)), on_key=True, allowed="with " + ", ".join(fretted))
        if part.stems == "each" and subject.knows(*here, "stems") and not instruments[part.instrument].has_pieces:
            kits = [name for name, kind in instruments.items() if kind.has_pieces]
            yield fault((*here, "stems"), f"{part.instrument} has no pieces", found="each",
                        allowed="one; each with " + ", ".join(kits))
    if subject.knows(*here, "tuning") and part.tuning not in TUNINGS:
        yield unknown("tuning", part.tuning, TUNINGS, (*here, "tuning"))
    if subject.knows(*here, "sends") and subject.knows_item("mix", "sends"):
        yield from (unknown("send", send, subject.score.mix.sends, (*here, "sends", send), on_key=True)
                    for send in part.sends if send not in subject.score.mix.sends)


def _check_section_names(subject: Subject, i: int, section: Section, before: list[str]) -> Iterator[Fault]:
    if section.name in before and subject.knows("sections", i, "name"):
        yield fault(("sections", i, "name"), f'an earlier section is called "{section.name}" too', found=section.name,
                    allowed="a different name for each section", meant=f"{section.name[:34]} again")
    if section.like not in (None, section.same, *before):
        yield unknown("earlier section", section.like, before, ("sections", i, "like"))
    if section.same is not None and section.same not in before:
        yield unknown("earlier section", section.same, before, ("sections", i, "same"))


def _check_play(subject: Subject, plays: Plays, i: int, section: Section) -> Iterator[Fault]:
    """Yield the faults of a section's parts: unknown ones, references of their players, and lyrics nobody sings."""
    if not subject.knows_item("sections", i, "play"):
        return
    everyone_known, someone_sings = subject.knows("sections", i, "play"), False
    instruments = subject.catalogue.instruments
    for name in section.play:
        here: ScorePath = ("sections", i, "play", name)
        if name not in subject.score.parts and subject.knows_item("parts"):
            yield unknown("part", name, subject.part_names(), here, on_key=True)
        player = plays[i, name].player
        if player is None:
            everyone_known = False
            continue
        someone_sings |= player.sings or player.brings_words
        yield from _check_references(subject, plays, i, section, name, player)
        part = subject.score.parts.get(name)
        if player.sings and part is not None and part.instrument in instruments:
            singers = [name for name, kind in instruments.items() if kind.sings]
            if part.instrument not in singers:
                yield fault(here, f"{part.instrument} does not sing: {name} cannot be {player.style}",
                            found=player.style,
                            allowed="for this style one of the instruments that sing: " + ", ".join(singers))
    if everyone_known and subject.knows("sections", i, "lyrics"):
        singers = [name for name in section.play if (made := plays[i, name].player) is not None and made.sings]
        for n, line in enumerate(section.lyrics):
            yield from (unknown("singer in this section", name, [*singers, EVERYBODY],
                                ("sections", i, "lyrics", n, "sings"))
                        for name in line.sings if name not in (*singers, EVERYBODY))
    if section.lyrics and everyone_known and not someone_sings:
        singing = [name for name, kind in players().items() if kind.sings]
        yield fault(("sections", i, "lyrics"), f'lyrics without a voice: no part sings in "{section.name}"',
                    on_key=True, allowed="in play, a part with one of the styles " + ", ".join(singing))


def _check_references(subject: Subject, plays: Plays, i: int, section: Section, name: str,
                      player: Player) -> Iterator[Fault]:
    """Yield the faults of a player's settings that name another part, or a bar or line of the section."""
    order = list(subject.score.parts)
    for key, declared in type(player).model_fields.items():
        value = getattr(player, key)
        here: ScorePath = ("sections", i, "play", name, key)
        extra = declared.json_schema_extra
        if isinstance(extra, dict) and extra.get("names") == "part" and subject.knows_item("parts"):
            before = [other for other in order[:order.index(name)] if other in section.play
                      and plays[i, other].style != "audio"] if name in order else []
            words = [word for word in extra.get("or", []) if isinstance(word, str)]  # type: ignore[union-attr]
            if value not in (*words, *before):
                yield unknown("part that plays here before this one", value, [*words, *before], here)
        elif isinstance(value, str):
            yield from check_anchor(subject, i, section, value, here)


def check_anchor(subject: Subject, i: int, section: Section, anchor: str, path: ScorePath, *,
                 on_key: bool = False) -> Iterator[Fault]:
    """Yield a fault where ``bar N`` or ``line N`` lies outside of its section; any other text is accepted."""
    place = parse_anchor(anchor)
    if place is None:
        return
    what, number = place
    key, count = ("bars", section.bars) if what == "bar" else ("lyrics", len(section.lyrics))
    if number > count and subject.knows("sections", i, key):
        room = f"{what} 1 to {what} {count}" if count else f"start, end or bar N: the section has no {what}s"
        yield fault(path, f'"{section.name}" has no {anchor}', found=anchor, allowed=room, on_key=on_key,
                    meant=f"{what} {count}" if count else None)


def _check_cue(subject: Subject, i: int, section: Section, n: int, cue: Cue) -> Iterator[Fault]:
    """Yield the faults of where a cue falls: its part or send, and its bar or word."""
    here: ScorePath = ("sections", i, "cues", n)
    if cue.part not in (None, EVERY_PART) and cue.part not in subject.score.parts and subject.knows_item("parts"):
        yield unknown("part", cue.part, [*subject.part_names(), EVERY_PART], (*here, "part"))
    if cue.send is not None:
        if cue.part is not None:
            yield fault((*here, "send"), "a cue has a part or a send, not both", found=cue.send, on_key=True,
                        allowed="part: … or send: …")
        elif subject.knows_item("mix", "sends") and cue.send not in subject.score.mix.sends:
            yield unknown("send", cue.send, subject.score.mix.sends, (*here, "send"))
    by_word = cue.line is not None and cue.word is not None
    if (cue.bar is not None) == (cue.line is not None or cue.word is not None) or (cue.bar is None and not by_word):
        yield fault(here, "a cue needs either a bar or a word", found=", ".join(sorted(
            {"bar", "line", "word"} & cue.model_fields_set)) or "neither", allowed="bar: N, or line: N with word: …")
    elif cue.bar is not None:
        if cue.bar > section.bars and subject.knows("sections", i, "bars"):
            yield fault((*here, "bar"), f'"{section.name}" has no bar {cue.bar}', found=str(cue.bar),
                        allowed=f"1 to {section.bars}", meant=str(section.bars))
    elif cue.line is not None and cue.word is not None and subject.knows("sections", i, "lyrics"):
        if cue.line > len(section.lyrics):
            yield fault((*here, "line"), f'"{section.name}" has no line {cue.line}', found=str(cue.line),
                        allowed=(f"1 to {len(section.lyrics)}" if section.lyrics
                                 else "bar: N, since the section has no lyrics"))
        elif not section.lyrics[cue.line - 1].find(cue.word, subject.score.lexicon):
            sounding = [word.text for word in section.lyrics[cue.line - 1].words(subject.score.lexicon)]
            yield unknown(f"word in line {cue.line}", cue.word, sounding, (*here, "word"))
