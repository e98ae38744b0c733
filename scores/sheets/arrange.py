"""A sheet into a score: the decisions in order, from the band and the key to each section's bars and players."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scores.format.markup import unsung
from scores.progressions import kind_of, progression
from scores.sheets import known, measures
from scores.sheets.band import Band, gather
from scores.sheets.casting import Casting
from scores.sheets.coda import coda_of
from scores.sheets.directions import directions_in
from scores.sheets.draft import Draft, DraftSection, Guesses
from scores.sheets.form import formed
from scores.sheets.glitches import glitch_curves, palette_of, temperature_curve
from scores.sheets.head import cue_text, in_order, style_line, title_of
from scores.sheets.headings import tag_of
from scores.sheets.language import NAMES, language_of, song_language
from scores.sheets.playing import Manner, dynamics_of, enters_with, manner_of, players_of, soloist
from scores.sheets.say import special_words
from scores.sheets.setting import bars_of_chords, chorded, harmony_text, lyric_lines, moved, plain
from scores.sheets.sheet import Sheet, SheetLine, SheetSection
from scores.sheets.singers import Singers
from scores.sheets.telling import tell
from scores.sheets.vectors import forward_pass_of
from scores.sheets.words import folded
from scores.table import read_table

_INSTRUMENTAL_BARS = {"2": -2.0, "4": 2.0, "8": 1.0}
_SOLO_BARS = {"8": 2.0, "4": 0.5, "16": -1.0}
_SENDS: dict[str, Any] = {
    "room": {"effects": [{"plate": {"decay_seconds": 0.75, "damping_hz": 5000, "predelay_ms": 4, "width": 0.9}}]},
    "plate": {"effects": [{"plate": {"decay_seconds": 1.8}}]}}
# The keys of a section in the order that people read them in.
_ORDER = ("name", "tag", "like", "cue", "bars", "key", "harmony", "dynamics", "fade", "temperature", "glitch", "tails",
          "play", "language", "lyrics")
# Bars that a song goes on after its last words while it fades out, and the longest fade.
_FADING_BARS, _LONGEST_FADE_BARS = 4, 8
# Seed and temperature of the guesses where the command names none.
DEFAULT_SEED, DEFAULT_TEMPERATURE = 1, 0.7


class _Arranger(Casting):
    """Takes the decisions of one song and keeps what they have in common."""

    def __init__(self, sheet: Sheet, seed: int, temperature: float) -> None:
        self.sheet, self.guesses = sheet, Guesses(seed, temperature, f"{title_of(sheet)} {sheet.style}")
        self.language, self.language_is_sure = song_language(sheet)
        letters = [letter for letter in sheet.text if letter.isalpha()]
        latin = sum(letter < "\u0370" or "\u1e00" <= letter <= "\u1eff" for letter in letters)
        self.is_latin = 2 * latin >= len(letters)
        for section in sheet.sections:
            wordless = [line for line in section.lines
                        if unsung(line.text) or not measures.syllables(line, self.language)]
            section.lines = [line for line in section.lines if line not in wordless]
            sheet.left_out += [line.text[:80] for line in wordless]
        self.band: Band = gather(sheet, self.guesses)
        self.tempo, self.tempo_why = measures.tempo_of(sheet, self.band, self.guesses)
        self.meter, self.meter_why = measures.meter_of(sheet, self.band, self.guesses, self.language)
        self.key, self.key_why = measures.key_of(sheet, self.band, self.guesses)
        self.semitones = sheet.capo if any(section.rows or any(line.chords for line in section.lines)
                                           for section in sheet.sections) else 0
        if self.semitones:
            self.key = measures.raised(self.key, self.semitones)
        self.singers = Singers(sheet)
        self.sections = formed(sheet, self.guesses)
        self.parts: dict[str, dict[str, Any]] = {}
        self.names: list[str] = []
        self.raised = 0  # semitones by which the song is higher by now
        self.first_of: dict[str, str] = {}
        self.usual_bars: dict[tuple[str, str], float] = {}
        self.chords_of: dict[str, tuple[str, list[list[str]]]] = {}
        self.sevenths = float(self.band.table("sevenths", 0.0))

    @property
    def bar_seconds(self) -> float:
        return float(self.meter.bar_beats / self.meter.pulse_beats) * 60 / self.tempo

    def arrange(self) -> Draft:
        """Return the draft of the score."""
        made, manners = [], []
        count = max(len(self.sections) - 1, 1)
        kinds: list[str] = []
        for i, section in enumerate(self.sections):
            manner = manner_of(section, i / count, self.band, section.kind in kinds)
            if any("fade" in directions_in(direction) for direction in section.directions):
                manner.fades = True
            if i and (section.kind, section.cue) == (self.sections[i - 1].kind, self.sections[i - 1].cue):
                manner.up = 0  # one cue for a section and its repeats raises the song once
            kinds.append(section.kind)
            manners.append(manner)
        entering = set().union(*(enters_with(section.cue) for section in self.sections))
        for section, manner in zip(self.sections, manners, strict=True):
            entering -= enters_with(section.cue)  # until then they are silent
            manner.silent |= entering - manner.called - (manner.only or set())
        curves = glitch_curves(manners, self.band)
        for i, (section, manner, curve) in enumerate(zip(self.sections, manners, curves, strict=True)):
            made.append(self._section(section, manner, curve, i == len(self.sections) - 1))
            if coda := coda_of([d for d in section.directions if "instrumental" not in directions_in(d)], self.key,
                               self.meter):
                draft, part = coda
                draft.values["name"] = self._name("Coda")
                if part:
                    self.parts["last_note"] = part
                    draft.values["glitch"] = 1 if curve[1] else 0
                made.append(draft)
        return self._whole([self._tidied(section) for section in made])

    def _section(self, section: SheetSection, manner: Manner, curve: tuple[float, float],
                 is_last: bool) -> DraftSection:
        name = self._name(section.name)
        values: dict[str, Any] = {"name": name}
        why: dict[str, str] = {}
        tag = tag_of(section.kind)
        if folded(re.sub(r"\d+", "", name)) != folded(tag) or name != section.name:
            values["tag"] = tag if section.kind != "verse" or not section.number else f"{tag} {section.number}"
        key = section.kind if not section.notes else f"{section.kind} {section.name}"
        if section.lines and section.kind in self.first_of and manner.delivery != "spoken":
            values["like"] = self.first_of[section.kind]
        if section.cue:
            values["cue"] = cue_text(section.cue)
        tongue, is_sure = language_of("\n".join(line.text for line in section.lines))
        if is_sure and tongue != self.language and {tongue, self.language} <= known.languages() | {"en"}:
            values["language"], why["language"] = tongue, "guessed from its words"
        else:
            tongue = self.language
        has_tune = bool(section.notes)
        sings = bool(section.lines) and self.band.sings and (not has_tune or self._fits(section))
        each = self._lengths(section, manner, name, tongue)
        bars = bars_of_chords(section, each, self.semitones, self.key, self.meter,
                              self.bar_seconds / float(self.meter.bar_beats), self.language)
        count = max(round(sum(each)), len(section.notes), 1)
        if section.rows and len(bars) > count:
            count = len(bars)
        closes = is_last and not section.directions and not manner.fades
        if manner.fades and is_last and section.lines and not section.bars and not has_tune:
            count += _FADING_BARS  # the band goes on while it is turned down
        if closes and section.lines and not section.bars and not has_tune and count > 1:
            count += 1
            each[-1] += 1
        values["bars"] = count
        values["dynamics"] = dynamics_of(manner)
        if manner.fades:
            values["fade"] = f"out {_LONGEST_FADE_BARS}" if count > _LONGEST_FADE_BARS else "out"
        if (temperature := temperature_curve(section)) is not None:
            values["temperature"], why["temperature"] = temperature, "from what the words say of T"
        if curve != (0.0, 0.0):
            values["glitch"] = curve[0] if curve[0] == curve[1] else f"{curve[0]:g} -> {curve[1]:g}"
            why["glitch"] = "guessed: it grows" if manner.glitch is None else f'guessed from "{section.cue}"'[:90]
        playing = players_of(manner, self.band, self.guesses, name, count, sings, max(curve))
        sings_chords = sings and not has_tune and not section.rows and any(line.chords for line in section.lines)
        if sings_chords:  # they stand among the words
            self.chords_of.setdefault(section.kind, (name, bars))
        elif set(playing) != {"voice"} or manner.delivery == "sung" or bars:
            self._harmony(section, values, why, bars, count, closes)
        if manner.up and not sings_chords and not has_tune:
            self.raised += manner.up
            values["key"] = str(measures.raised(self.key, self.raised))
        if self.raised and "harmony" in values:
            values["harmony"] = moved(values["harmony"], self.raised, measures.raised(self.key, self.raised))
        values["play"] = self._play(playing, manner, section)
        if has_tune and section.lines and not sings:
            why["play"] = "the tune is played; its words: " + " / ".join(line.text for line in section.lines)
            self.sheet.remarks.append("the words of a written tune: the voice does not sing them, they are in comments")
        elif manner.why:
            why["play"] = 'guessed from "' + '", "'.join(dict.fromkeys(manner.why)) + '"'
        if sings:
            values["lyrics"] = lyric_lines(section.lines, each, tongue, self._written if sings_chords else plain)
            self.first_of.setdefault(key, name)
            self._share(section, values, manner)
        if manner.cut:
            values["tails"] = "cut"
        return DraftSection(section.kind, values, why)

    def _lengths(self, section: SheetSection, manner: Manner, name: str, tongue: str) -> list[float]:
        """Bars of each line; of a section without words its bars."""
        if section.notes:
            return [float(len(section.notes)) / max(len(section.lines), 1)] * max(len(section.lines), 1)
        if section.lines and self.band.sings:
            given = section.bars or (len(section.rows) if section.rows else None)
            each = measures.line_bars(section.lines, manner.delivery, self.bar_seconds, self.guesses,
                                      self.first_of.get(section.kind, name), tongue, given,
                                      section.kind == "chorus", self.usual_bars.get((section.kind, manner.delivery)))
            self.usual_bars.setdefault((section.kind, manner.delivery), each[0])
            return each
        if section.bars or section.rows:
            return [float(section.bars or len(section.rows))]
        logits = _SOLO_BARS if section.kind in ("solo", "drop") else _INSTRUMENTAL_BARS
        return [float(self.guesses.pick(logits, name, "bars"))]

    def _harmony(self, section: SheetSection, values: dict[str, Any], why: dict[str, str], bars: list[list[str]],
                 count: int, closes: bool) -> None:
        if bars:
            self.chords_of.setdefault(section.kind, (str(values["name"]), bars))
        elif self.chords_of:  # many pages have chords over their first verse only
            source, known_bars = self.chords_of.get(section.kind) or next(iter(self.chords_of.values()))
            bars = [known_bars[i % len(known_bars)] for i in range(count)]
            bars = [*bars[:-1], bars[-2][-1:]] if closes and count > 1 else bars
            why["harmony"] = f"guessed: as in {source}"
        if not bars:
            kind = kind_of(tag_of(section.kind))
            if section.kind in ("bridge", "spoken", "pre_chorus", "interlude"):
                kind = "bridge"
            symbols = progression(self.key, kind, count, self.guesses.seed, self.guesses.temperature,
                                  title=self.guesses.title, chooser=self.guesses.chooser, closes=closes,
                                  sevenths=self.sevenths)
            bars, why["harmony"] = [[symbol] for symbol in symbols], f"guessed: a {kind} in {self.key}"
            values["harmony"] = harmony_text(bars)
            return
        if closes and len(bars) < count and count - len(bars) == 1:
            bars = [*bars, bars[-1][-1:]]
        values["harmony"] = harmony_text(bars[:count])

    def _play(self, playing: dict[str, Any], manner: Manner, section: SheetSection) -> dict[str, Any]:
        """Return the players by the names of their parts, which come into being here."""
        play: dict[str, Any] = {}
        for role, settings in playing.items():
            if role == "doubles":
                play |= self._doubles()
                continue
            entry = read_table("players")[role]
            name = entry.get("name", role)
            if name not in self.parts:
                patch = self.band.patches.get(role)
                capo = self.sheet.capo if role in ("guitar", "electric") else 0
                self.parts[name] = {"instrument": self.band.roles[role], **({"patch": dict(patch)} if patch else {}),
                                    **({"capo": capo} if capo else {}), **entry["part"]}
            play[name] = settings
        if section.notes and "voice" in play:
            play["voice"] = {"style": "sung", "notes": "| " + " | ".join(section.notes) + " |"}
        elif section.notes:
            self.parts.setdefault("tune", {"instrument": "felt_piano", "sends": {"plate": -13}})
            play["tune"] = {"notes": "| " + " | ".join(section.notes) + " |"}
        leads, named = soloist(section)
        if leads and "lead" in known.styles() and not section.notes:
            play |= self._lead(named, play)
        if passed := forward_pass_of(section.lines):
            self.parts.setdefault("logits", {"instrument": "glass", "level": 4, "pan": 0.2, "sends": {"plate": -10},
                                             "glitch": 0.2})
            play["logits"] = passed
        return play

    def _written(self, line: SheetLine) -> str:
        return chorded(line, self.semitones, self.key, self.language)

    def _fits(self, section: SheetSection) -> bool:
        """Whether the voice can sing a written tune, and the words have a syllable for each of its notes."""
        notes = sum(token[0] != "r" and not before.endswith("~")
                    for token, before in _with_before(" ".join(section.notes).split()))
        return known.takes("sung", "notes") and notes == sum(
            measures.syllables(line, self.language) for line in section.lines)

    def _name(self, wanted: str) -> str:
        """Return a name that no section has yet."""
        base = re.sub(r"\s+", " ", wanted).strip()[:36] or "Section"
        name, number = base, 2
        while name in self.names:
            name = f"{base} {number}" if not base[-1:].isdigit() else f"{base} ({number})"
            number += 1
        self.names.append(name)
        return name

    def _tidied(self, section: DraftSection) -> DraftSection:
        """Return a section without what is a default."""
        values = section.values
        if values.get("dynamics") == "mp":
            del values["dynamics"]
        if values.get("glitch") == 0:
            del values["glitch"]
        if not values.get("play"):
            values.pop("play", None)
        section.values = {key: values[key] for key in _ORDER if key in values}
        return section

    def _whole(self, sections: Sequence[DraftSection]) -> Draft:
        sheet, band = self.sheet, self.band
        head: dict[str, Any] = {"title": title_of(sheet), "tempo": _plain(self.tempo)}
        why = {"tempo": self.tempo_why, "key": self.key_why, "meter": self.meter_why}
        if str(self.meter) != "4/4":
            head["meter"] = str(self.meter)
        head["key"] = str(self.key)
        if self.guesses.seed != DEFAULT_SEED:
            head["seed"] = self.guesses.seed
        if self.guesses.temperature != DEFAULT_TEMPERATURE:
            head["temperature"] = _plain(self.guesses.temperature)
        if self.language in known.languages() and self.language != "en":
            head["language"] = self.language
            why["language"] = "" if self.language_is_sure else "guessed from few words"
        elif self.language != "en" or not self.is_latin:  # a line that no engine here can say would end the render
            head["singer"] = {"engine": "hum"}
            why["singer"] = f"nobody here says {NAMES[self.language] if self.is_latin else 'words in this script'}"
        if self.language == "en" and (special := special_words(sheet.text)):
            head["pronounce"] = special
        if sheet.style:
            head["suno"] = {"style": style_line(sheet.style, self.tempo, self.key)}
        ordered = {name: self.parts[name] for name in in_order(self.parts)}
        sends = {send for part in ordered.values() for send in part.get("sends", {})}
        tail: dict[str, Any] = {"mix": {"sends": {name: space for name, space in _SENDS.items() if name in sends}}}
        palette = palette_of(sheet)
        if palette and any("glitch" in section.values for section in sections):
            tail["glitch"] = {"palette": palette}
        draft = Draft(head, ordered, list(sections), self.bar_seconds, why, tail=tail if sends else {
            key: value for key, value in tail.items() if key != "mix"})
        for role, words in band.why.items():
            name = read_table("players").get(role, {}).get("name", role)
            if name in ordered:
                draft.part_why[name] = f'guessed from "{words}"'
        tell(draft, self)
        return draft


def arrange(sheet: Sheet, seed: int | None = None, temperature: float | None = None) -> Draft:
    """Return the score that a sheet becomes.

    Parameters
    ----------
    sheet
        A sheet with at least one section.
    seed, temperature
        Of the decisions; where they are None, the sheet's own or the defaults of a score.
    """
    used_seed = next((value for value in (seed, sheet.seed) if value is not None), DEFAULT_SEED)
    used = next((value for value in (temperature, sheet.temperature) if value is not None), DEFAULT_TEMPERATURE)
    return _Arranger(sheet, used_seed, used).arrange()


def _with_before(tokens: Sequence[str]) -> list[tuple[str, str]]:
    """Tokens, each with the one before it."""
    return list(zip(tokens, ["", *tokens], strict=False))


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value

