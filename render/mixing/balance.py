"""The balance of a song, from what its parts measure: levels of the parts, voice over band, sections, room for words.

The score's levels are offsets from it. In this order, each from the energies that the step before leaves:

1. each part of the band is brought to the loudness of its kind (``kinds``);
2. in each section the voice is brought over the band by ``mix.voice``, its lines more alike than they were sung; where
   it is not, from moment to moment, the band dips by ``mix.dip`` at most, and hiss beyond ``mix.hiss`` is shelved
   (``presence``);
3. sections come nearer to the loudest, within ``mix.span``, and a chorus is lifted by ``mix.lift`` (``contour``).

All of it is computed from energies of blocks (``render.meters.bands``) as if the parts were uncorrelated, and in tenths
of a dB, so that a small change of one part leaves most of the others' bytes as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from render.audio.samples import Curve, Mask
from render.meters.bands import BLOCKS_PER_SECOND, HISS, LOUDNESS, PRESENCE
from render.meters.loudness import integrated
from render.mixing.contour import Played, contour
from render.mixing.kinds import trim_db
from render.mixing.presence import (
    DIP_REACH,
    SHELF_REACH,
    VOICE_RANGE_DB,
    over_band,
    place,
    reached,
    shelf,
    words_of,
)
from render.mixing.ride import Ride
from scores.performance import Performance
from scores.players.double import Double
from scores.progressions import kind_of
from scores.score import Score

# Loudness of a voice over the band, beyond what is asked, that it never exceeds [LU].
LOUDER_LU = 4.0
# Time before a section in which its level is reached [s].
MOVE_SECONDS = 0.5


@dataclass(frozen=True)
class SectionBalance:
    """What the balance does to a section.

    Attributes
    ----------
    level_db
        Added to all parts [dB].
    voice_over_band_db
        The voice over the band from 1 to 4 kHz while words sound, as it leaves the balance [dB]; None without both.
    """

    level_db: float
    voice_over_band_db: float | None


@dataclass(frozen=True)
class Balance:
    """The balance of a song.

    Attributes
    ----------
    rides
        What is done to each part.
    sections
        What that comes to in each section.
    moves_db
        Level of each part in each section [dB], compared to its usual one: what a fader would show.
    """

    rides: Mapping[str, Ride] = field(default_factory=dict)
    sections: tuple[SectionBalance, ...] = ()
    moves_db: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def balance(score: Score, performance: Performance, heard: Mapping[str, Curve]) -> Balance:
    """Balance a song.

    Parameters
    ----------
    score, performance
        The song.
    heard
        The energies of each part as it plays at the score's levels, see ``render.meters.bands.energies``.
    """
    return _Balancer(score, performance, heard).balance()


class _Balancer:
    """The state of the computation: the energies that are left, and the curves that have been found."""

    def __init__(self, score: Score, performance: Performance, heard: Mapping[str, Curve]) -> None:
        self._score, self._performance = score, performance
        self._energy = {name: energy.copy() for name, energy in heard.items()}
        self._blocks = next(iter(heard.values())).shape[1]
        middles = (np.arange(self._blocks) + 0.5) / BLOCKS_PER_SECOND
        starts = np.array([span.start_seconds for span in performance.sections])
        self._section = np.clip(np.searchsorted(starts, middles, side="right") - 1, 0, None)
        self._leads = [[name for name, player in section.players.items()
                        if player.sings or (player.brings_words and score.parts[name].voice.sings)]
                       for section in score.sections]
        singers = {name for names in self._leads for name in names}
        doubled = {name: player.of for section in score.sections for name, player in section.players.items()
                   if isinstance(player, Double)}
        # Each voice and the one whose fader it follows.
        self._voices = {name: name if name in singers else doubled[name] for name in score.parts
                        if name in singers or doubled.get(name) in singers}

    def balance(self) -> Balance:
        edges = self._blocks + 1
        gains = {name: np.zeros(edges) for name in self._score.parts}
        dips, shelves, levels = np.zeros(edges), dict.fromkeys(self._voices, np.zeros(edges)), np.zeros(edges)
        mix = [section.mix.level for section in self._score.sections]
        if self._score.mix.balance == "auto":
            for name in self._score.parts:
                if name not in self._voices:
                    gains[name] += self._trim(name)
            dips = self._place_voices(gains)
            shelves = {name: self._shelf(name) for name in self._voices}
            mix = self._contour()
        if any(mix):
            spans = self._performance.sections
            levels = self._curve([(span.start_seconds, max(span.end_seconds - MOVE_SECONDS, span.start_seconds), db)
                                  for span, db in zip(spans, mix, strict=True)])
        nothing = np.zeros(edges)
        return Balance({name: Ride(np.round(gain + levels, 2), nothing if name in self._voices else dips,
                                   shelves.get(name, nothing)) for name, gain in gains.items()},
                       tuple(SectionBalance(level, self._over_band(number)) for number, level in enumerate(mix)),
                       {name: self._moves(gain, mix) for name, gain in gains.items()})

    def _moves(self, gain: Curve, mix: Sequence[float]) -> tuple[float, ...]:
        usual = float(np.median(gain))
        inside = [gain[:-1][self._section == number] for number in range(len(mix))]
        return tuple(round(level + (float(np.median(own)) - usual if own.size else 0.0), 1)
                     for level, own in zip(mix, inside, strict=True))

    def _trim(self, name: str) -> float:
        """Bring a part of the band to the loudness of its kind; return the gain [dB]."""
        part = self._score.parts[name]
        lufs = _lufs(self._energy[name][LOUDNESS]) - part.level - self._score.mix.level
        db = trim_db(part, self._performance.notes[name], lufs)
        self._energy[name] *= 10 ** (db / 10)
        return db

    def _place_voices(self, gains: dict[str, Curve]) -> Curve:
        """Set the faders of the voices; return the dip of the band at the edges of the blocks."""
        band, deepest = self._band(PRESENCE), np.zeros(self._blocks)
        for lead in [name for name, of in self._voices.items() if name == of]:
            fader = self._fader(lead, band, deepest)
            for name in [name for name, of in self._voices.items() if of == lead]:
                gains[name] += fader
                self._energy[name] *= 10 ** (_middle(fader) / 10)
        for name, energy in self._energy.items():
            if name not in self._voices:
                energy[PRESENCE] *= reached(deepest, DIP_REACH)
                energy[HISS] *= reached(deepest, DIP_REACH / 2)
        return _edges(deepest)

    def _fader(self, lead: str, band: Curve, deepest: Curve) -> Curve:
        """Return the levels of a voice at the edges of the blocks; deepen the dip in place."""
        part = self._score.parts[lead]
        voice = self._energy[lead][PRESENCE] * 10 ** (-part.level / 10)
        levels = np.full(self._blocks, np.nan)
        for number, names in enumerate(self._leads):
            target = self._setting(number, "voice")
            if lead not in names:
                continue
            words = words_of(voice, self._section == number)
            if target is None:
                levels[words] = 0.0
            elif placed := place(voice, band, words, target, self._setting(number, "dip") or 0.0,
                                 self._highest(lead, words, target)):
                levels[words] = placed.level_db[words]
                np.minimum(deepest, placed.dip_db, out=deepest)
        known = np.flatnonzero(np.isfinite(levels))  # a voice that is alone keeps the level that it had
        if not known.size:
            return np.zeros(self._blocks + 1)
        return _edges(np.interp(np.arange(self._blocks), known, levels[known]))

    def _highest(self, lead: str, words: Mask, target: float) -> float:
        """Return the highest level of a voice: one without presence does not grow loud to be understood."""
        own, band = (float(energy[words].sum()) for energy in (self._energy[lead][LOUDNESS], self._band(LOUDNESS)))
        if own <= 0 or band <= 0:
            return VOICE_RANGE_DB[1]
        over = 10 * float(np.log10(own / band)) - self._score.parts[lead].level
        return float(np.clip(max(target, 0.0) + LOUDER_LU - over, *VOICE_RANGE_DB))

    def _shelf(self, name: str) -> Curve:
        """Return the shelf of a voice's hiss at the edges of the blocks."""
        limit = self._score.mix.hiss
        if limit == "off":
            return np.zeros(self._blocks + 1)
        voice, band = self._energy[name], self._band(HISS)
        heard = np.zeros(self._blocks, np.bool_)
        for number in range(len(self._score.sections)):
            here = self._section == number
            if self._voice_over(number) is not None:
                heard |= here & words_of(voice[HISS], here)
        depth = shelf(voice[HISS], band, float(limit), heard)
        voice[HISS] *= reached(depth, SHELF_REACH)
        return _edges(depth)

    def _contour(self) -> list[float]:
        total = np.sum([energy[LOUDNESS] for energy in self._energy.values()], axis=0)
        played = []
        for number, section in enumerate(self._score.sections):
            lift = section.mix.lift
            if lift is None and number and self._is_lifted(number):
                lift = self._score.mix.lift
            played.append(Played(_lufs(total[self._section == number]), None if lift in (None, "off") else float(lift),
                                 section.mix.level, bool(number) and len(set(self._kinds(number))) == 1))
        span = self._score.mix.span
        return contour(played, None if span == "off" else float(span))

    def _is_lifted(self, number: int) -> bool:
        """Whether a section is a chorus, follows something else, and is written at least as loud as that."""
        kinds = self._kinds(number)
        loudness = [sum(each.dynamics.values) / len(each.dynamics.values)
                    for each in self._score.sections[number - 1:number + 1]]
        return kinds[1] == "chorus" and kinds[0] != "chorus" and loudness[1] >= loudness[0]

    def _kinds(self, number: int) -> list[str]:
        """Return of what kind the section before is, and of what kind this one."""
        return [kind_of(each.tag or each.name) for each in self._score.sections[number - 1:number + 1]]

    def _band(self, row: int) -> Curve:
        """Return the energy of all that is no voice, in each block."""
        total = np.zeros(self._blocks)
        for name, energy in self._energy.items():
            if name not in self._voices:
                total += energy[row]
        return total

    def _voice_over(self, number: int) -> float | None:
        here = self._section == number
        voice = np.sum([self._energy[name][PRESENCE] for name in self._voices], axis=0) + np.zeros(self._blocks)
        return over_band(voice, self._band(PRESENCE), words_of(voice, here)) if self._leads[number] else None

    def _over_band(self, number: int) -> float | None:
        found = self._voice_over(number)
        return None if found is None else round(found, 1)

    def _setting(self, number: int, name: str) -> float | None:
        """Return a setting of a section, or else of the song; None for off."""
        own = getattr(self._score.sections[number].mix, name)
        value = getattr(self._score.mix, name) if own is None else own
        return None if value == "off" else float(value)

    def _curve(self, held: Sequence[tuple[float, float, float]]) -> Curve:
        """Return levels that are held from one time to another at the edges of the blocks, straight between."""
        times = np.arange(self._blocks + 1) / BLOCKS_PER_SECOND
        if not held:
            return np.zeros(times.size)
        points = [point for start, end, db in held for point in ((start, db), (max(end, start + 1e-6), db))]
        points.sort(key=lambda point: point[0])
        return np.interp(times, [time for time, _ in points], [db for _, db in points])


def _lufs(energy: Curve) -> float:
    """Return the integrated loudness of blocks of a twentieth of a second."""
    pairs = energy[:energy.size // 2 * 2].reshape(-1, 2).mean(axis=1)
    return integrated(pairs)


def _edges(middle: Curve) -> Curve:
    """Return a curve at the edges of blocks from one at their middles."""
    padded = np.pad(middle, 1, mode="edge")
    return np.asarray((padded[:-1] + padded[1:]) / 2)


def _middle(edges: Curve) -> Curve:
    return np.asarray((edges[:-1] + edges[1:]) / 2)
