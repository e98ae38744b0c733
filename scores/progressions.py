"""Chords that follow one another as in songs: a grammar by mode and kind of section, from ``tables/harmony.yaml``.

A phrase is a chain of chords [1]_ between its first and its last one, drawn exactly: each pick weighs what is still to
come. Sections repeat their phrase, and the last one closes them.

References
----------
.. [1] de Clercq, T. and Temperley, D. (2011). A corpus analysis of rock harmony. Popular Music 30, 47-70.
.. [2] Krumhansl, C. L. and Kessler, E. J. (1982). Tracing the dynamic changes in perceived tonal organization in a
   spatial representation of musical keys. Psychological Review 89, 334-368.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from scores.choose import Address, Chooser
from scores.table import read_table
from scores.theory import Key, parse_chord
from scores.theory.keys import SCALES
from scores.theory.notes import LETTERS

# Length of a phrase of chords [bars].
PHRASE_BARS = 4
# Logit of a chord that has never been counted in its place.
_RARE = -5.0
# Logit of a chord that another kind of section has in the same bar of its phrase.
_AS_ELSEWHERE = -1.2
# Logit of a chord that the phrase has had already.
_SAID_ALREADY = -1.5
# Share of the seventh chords at the style's appetite 1 and 0, as logits.
_SEVENTH_LOGIT = 6.0
_ROMAN = re.compile(r"([b#]?)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)")
_DEGREES = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
KINDS = ("verse", "chorus", "bridge")
# What a chord lacks that stands there already.
_SAME_AGAIN = 20.0
# Phrases that are drawn for a kind of section, and the logit of one whose key is certain.
_DRAWN, _IN_KEY = 4, 12.0
# Logit that a tonic lacks to have a seventh: a minor one is heard as the relative major then.
_PLAIN_TONIC = 2.0
# How well each tone above the tonic fits a key, by listeners' judgements [2]_.
_PROFILES = {"major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
             "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)}


def progression(key: Key, kind: str, bars: int, seed: int, temperature: float, *, title: str = "",
                chooser: Chooser | None = None, closes: bool = False, sevenths: float = 0.0) -> list[str]:
    """Return a chord symbol for each bar of a section.

    Parameters
    ----------
    key
        The key.
    kind
        "verse", "chorus" or "bridge": the same kind has the same phrase, another kind another one.
    bars
        Length of the section.
    seed, temperature
        Of the choices.
    title
        Of the song: two songs of one seed have chords of their own.
    chooser
        Keeps the log of the choices.
    closes
        Whether the section ends the song, on the tonic.
    sevenths
        Appetite for sevenths, 0 none to 1 all chords.

    Returns
    -------
    list of str
        As many symbols as bars.
    """
    maker = _Maker(key, seed, temperature, title, chooser or Chooser(), sevenths)
    phrase = maker.phrase(kind)
    romans = (phrase * math.ceil(bars / len(phrase)))[:bars]
    if maker.form:
        romans = (maker.form * math.ceil(bars / len(maker.form)))[:bars]
    elif bars > 1:
        whole = bars - bars % PHRASE_BARS or bars
        romans[whole - 1] = maker.cadence(kind, romans[whole - 2], romans[0])
    if closes:
        if bars > 2 and romans[-2] == maker.tonic:
            romans[-2] = maker.before_tonic(romans[-3])
        romans[-1] = maker.tonic
    return [maker.symbol(roman, kind) for roman in romans]


class _Maker:
    def __init__(self, key: Key, seed: int, temperature: float, title: str, chooser: Chooser, sevenths: float) -> None:
        self.key, self.seed, self.temperature, self.title = key, seed, temperature, title
        self.chooser, self.sevenths = chooser, sevenths
        self.table = read_table("harmony")
        mode = self.table.get(key.mode) or self.table["minor" if key.is_minor else "major"]
        self.next: Mapping[str, Mapping[str, float]] = mode["next"]
        self.start, self.end = mode["start"], mode["end"]
        self.form: list[str] = list(mode.get("form", ()))
        self.chords = tuple(self.next)
        self.tonic: str = self.chords[0]
        self.reached: dict[tuple[int, str], dict[str, float]] = {}

    def phrase(self, kind: str) -> list[str]:
        """Return the chords of four bars: of some that are drawn, one that is heard in its key."""
        before = [self.phrase(other) for other in KINDS[:KINDS.index(kind)]]
        drawn = [self._drawn(kind, before, number) for number in range(_DRAWN)]
        address = Address(self.seed, kind, f"harmony {self.title}", 0, "phrase")
        logits = [_IN_KEY * self._certainty(romans) for romans in drawn]
        return drawn[self.chooser.choose([" ".join(romans) for romans in drawn], logits, self.temperature, address)]

    def _certainty(self, romans: Sequence[str]) -> float:
        """Return how much better the tones of chords fit their key than the next one, as correlations with profiles.

        A mode has the tones of a major key: it is heard by its tonic.
        """
        if self.key.mode not in _PROFILES:
            return 0.1 * romans.count(self.tonic) + (0.2 if romans[0] == self.tonic else 0.0)
        heard = [0.0] * 12
        for roman in romans:
            chord = parse_chord(self._root(roman) + ("m" if _is_minor(roman) else ""))
            for tone in (*chord.pitch_classes, chord.bass):
                heard[tone] += 1.0
        own = _correlation(heard, self.key.pitch_class, _PROFILES[self.key.mode])
        others = [_correlation(heard, tonic, _PROFILES[mode]) for tonic in range(12) for mode in _PROFILES
                  if (tonic, mode == "minor") != (self.key.pitch_class, self.key.is_minor)]
        return own - max(others)

    def _drawn(self, kind: str, before: Sequence[Sequence[str]], number: int) -> list[str]:
        """Return the chords of four bars, from the kind's usual beginning to where the phrase can begin again."""
        found: list[str] = []
        for bar in range(PHRASE_BARS):
            logits = []
            for chord in self.chords:
                logit = self._begins(kind, chord) if not found else _log_share(self.next[found[-1]], chord)
                if found and chord == found[-1]:
                    logit = -_SAME_AGAIN
                logit += _SAID_ALREADY * found.count(chord)
                logit += self._ahead(chord, PHRASE_BARS - 1 - bar, found[0] if found else chord)
                logit += sum(_AS_ELSEWHERE for other in before if other[bar] == chord)
                logits.append(logit)
            found.append(self._pick(logits, kind, bar, f"chord {number + 1}"))
        if found in before:  # at T near 0 the likeliest of two kinds may be one: they differ in the last bar at least
            found[-1] = max((c for c in self.chords if c not in (found[-1], found[-2])),
                            key=lambda c: _log_share(self.next[found[-2]], c))
        return found

    def cadence(self, kind: str, before: str, first: str) -> str:
        """Return the last chord of a section."""
        logits = [_log_share(self.end[kind], chord) + 0.5 * _log_share(self.next[before], chord)
                  - (_SAME_AGAIN if chord == before else 0.0) for chord in self.chords]
        return self._pick(logits, kind, 0, "cadence")

    def before_tonic(self, before: str) -> str:
        """Return the chord before the last one of the song."""
        logits = [_log_share(self.next[chord], self.tonic) + 0.5 * _log_share(self.next[before], chord)
                  - (9.0 if chord == self.tonic else 0.0) for chord in self.chords]
        likeliest: str = self.chords[max(range(len(logits)), key=logits.__getitem__)]
        return likeliest

    def _begins(self, kind: str, chord: str) -> float:
        return _log_share(self.start[kind], chord)

    def _ahead(self, chord: str, bars: int, first: str) -> float:
        """Logarithm of how likely the phrase comes back to its first chord from here."""
        if (bars, first) in self.reached:
            return self.reached[bars, first][chord]
        reach = {other: math.exp(_log_share(self.next[other], first)) + (0.02 if other == first else 0.0)
                 for other in self.chords}
        for _ in range(bars):
            reach = {one: sum(math.exp(_log_share(self.next[one], other)) * reach[other] for other in self.chords)
                     for one in self.chords}
        self.reached[bars, first] = {other: math.log(share) for other, share in reach.items()}
        return self.reached[bars, first][chord]

    def _pick(self, logits: Sequence[float], kind: str, bar: int, purpose: str) -> str:
        address = Address(self.seed, kind, f"harmony {self.title}", bar, purpose)
        picked: str = self.chords[self.chooser.choose(self.chords, logits, self.temperature, address)]
        return picked

    def symbol(self, roman: str, kind: str) -> str:
        """Return the chord symbol of a degree in the key; of a style with sevenths some have theirs."""
        root = self._root(roman)
        if self.form:
            return f"{root}7"
        seventh = self.table["sevenths"].get(roman)
        if seventh and self.sevenths > 0:
            logit = _SEVENTH_LOGIT * (self.sevenths - 0.5) - (_PLAIN_TONIC if roman == self.tonic else 0.0)
            address = Address(self.seed, kind, f"harmony {self.title}", self.chords.index(roman), "seventh")
            if self.chooser.choose(("triad", "seventh"), (0.0, logit), self.temperature, address):
                return root + str(seventh)
        return root + ("m" if _is_minor(roman) else "")

    def _root(self, roman: str) -> str:
        match = _ROMAN.fullmatch(roman)
        assert match is not None, roman
        degree = _DEGREES[match[2].lower()]
        return spelled(self.key, degree, SCALES["major"][degree] + {"b": -1, "#": 1, "": 0}[match[1]])


def _is_minor(roman: str) -> bool:
    return roman.lstrip("b#").islower()


def _correlation(heard: Sequence[float], tonic: int, profile: Sequence[float]) -> float:
    """Return the correlation of the weights of twelve tones with the profile of a key [2]_."""
    rotated = [heard[(tonic + step) % 12] for step in range(12)]
    mean, usual = sum(heard) / 12, sum(profile) / 12
    both = sum((weight - mean) * (wanted - usual) for weight, wanted in zip(rotated, profile, strict=True))
    size = sum((weight - mean) ** 2 for weight in heard) * sum((wanted - usual) ** 2 for wanted in profile)
    return both / math.sqrt(size) if size else 0.0


def spelled(key: Key, degree: int, step: int) -> str:
    """Return the name of a note: the letter of its degree in the key, or a simpler one in place of two accidentals.

    ``step`` is its height above the tonic in semitones.
    """
    letters = "CDEFGAB"
    letter = letters[(letters.index(key.tonic[0]) + degree) % 7]
    height = (key.pitch_class + step) % 12
    off = (height - LETTERS[letter] + 6) % 12 - 6
    if abs(off) <= 1:
        return letter + {1: "#", -1: "b", 0: ""}[off]
    return (_FLATS if key.fifths < 0 else _SHARPS)[height]


def _log_share(weights: Mapping[str, float], chord: str) -> float:
    weight = weights.get(chord, 0)
    return math.log(weight / sum(weights.values())) if weight else _RARE


def kind_of(name: str) -> str:
    """Return the kind of phrase that a section takes, by its name or tag."""
    low = name.lower()
    if any(word in low for word in ("pre", "bridge", "middle", "spoken")):
        return "bridge"
    if any(word in low for word in ("chorus", "refrain", "hook", "drop", "coro", "estribillo")):
        return "chorus"
    return "verse"
