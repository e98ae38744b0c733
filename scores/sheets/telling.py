"""What the person is told of an import: what was understood, guessed and left out."""

from __future__ import annotations

from typing import Protocol

from scores.sheets import known
from scores.sheets.band import Band
from scores.sheets.draft import Draft
from scores.sheets.language import NAMES
from scores.sheets.sheet import Sheet
from scores.theory import Key, Meter


class Song(Protocol):
    """The decisions of a song."""

    sheet: Sheet
    band: Band
    language: str
    tempo: float
    tempo_why: str
    meter: Meter
    meter_why: str
    key: Key
    key_why: str
    chords_of: dict[str, tuple[str, list[list[str]]]]


def tell(draft: Draft, song: Song) -> None:
    """Note for the user what was understood, guessed and left out."""
    sheet, band = song.sheet, song.band
    lines = sum(len(section.lines) for section in sheet.sections)
    draft.understood.append(f"{draft.head['title']}: {len(draft.sections)} sections, {lines} lines in "
                            f"{NAMES[song.language]}, {song.tempo:g} BPM, {song.meter}, {song.key}")
    draft.understood.append("played by " + ", ".join(f"{name} ({part['instrument']})" if name != part["instrument"]
                                                     else name for name, part in draft.parts.items()))
    for name, why in (("tempo", song.tempo_why), ("meter", song.meter_why), ("key", song.key_why)):
        if why:
            value = {"tempo": f"{song.tempo:g}", "meter": str(song.meter), "key": str(song.key)}[name]
            draft.guessed.append(f"{name} {value}: {why.removeprefix('guessed: ').removeprefix('guessed ')}")
    if any("harmony" in section.why for section in draft.sections):
        draft.guessed.append("chords, as the page has them elsewhere" if song.chords_of
                             else "the chords, by what follows what in songs")
    draft.guessed += list(dict.fromkeys(sheet.assumptions))
    draft.left_out += [f"words of the style that say nothing to us: {', '.join(band.unknown)}"] if band.unknown else []
    draft.left_out += band.missing
    draft.left_out += list(dict.fromkeys(sheet.remarks))
    if sheet.left_out:
        first = "; ".join(line[:40] + ("…" if len(line) > 40 else "") for line in sheet.left_out[:3])
        noun = "lines" if len(sheet.left_out) > 1 else "line"
        draft.left_out.append(f"{len(sheet.left_out)} {noun} of notes: {first}" + (
            " …" if len(sheet.left_out) > 3 else ""))
    if song.language != "en" and song.language not in known.languages():
        draft.left_out.append(f"the words' sounds: this version does not say {NAMES[song.language]}, the voice hums")
