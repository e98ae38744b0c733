"""The models of a score: every key that the YAML may have, each declared once.

A field declares default, range, unit and meaning. The check, the error text, the JSON Schema and the reference page
are made from it. Instruments, effects and players declare their own settings, each in its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from scores.format.fields import (
    Dynamics,
    Harmony,
    Intensity,
    KeyText,
    MeterText,
    OrderEntry,
    Palette,
    PerBar,
    PhonesText,
    PlayValue,
    RangeText,
    Rubato,
    StyleName,
    Temperature,
    Together,
)
from scores.format.harmony import parse_harmony
from scores.format.lyrics import LanguageCode, Lyrics
from scores.format.lyrics import LyricLine as LyricLine
from scores.format.manners import FadeField, FeelField, StopTime, SwingField
from scores.format.mix import Master as Master
from scores.format.mix import Mix as Mix
from scores.format.mix import SectionMix as SectionMix
from scores.format.mix import Send as Send
from scores.format.part import OWN_SOUNDS as OWN_SOUNDS
from scores.format.part import Drive as Drive
from scores.format.part import Part as Part
from scores.format.part import PartName as PartName
from scores.format.strict import Strict as Strict
from scores.format.text import parse_curve, parse_dynamics
from scores.format.timing import MAX_BARS as MAX_BARS
from scores.format.timing import Fermatas, SongTempo, TempoOfSection
from scores.format.timing import Tempo as Tempo
from scores.format.timing import TempoChange as TempoChange
from scores.lyrics.languages import ENGLISH
from scores.lyrics.pronunciation import Lexicon
from scores.lyrics.syllables import plain
from scores.notation import NotationError
from scores.theory import parse_meter

# Longest song [s]: a 24-bit stereo WAV at 96 kHz reaches the format's 4 GB a little after two hours.
MAX_SECONDS = 2 * 3600
# Shortest pickup that is not 0 [units of the meter's denominator].
SHORTEST_PICKUP = 1 / 64


class Cue(Strict):
    """A glitch that the score places on a word or on a bar."""

    effect: str = Field(description="name of an effect")
    part: str | None = Field(None, description="part it falls on, or all; default: the parts whose glitch is above 0")
    send: str | None = Field(None, description="send it falls on instead of a part")
    line: int | None = Field(None, ge=1, description="lyric line of the section; needs word")
    word: str | None = Field(None, description="word of that line on which it starts")
    bar: int | None = Field(None, ge=1, description="bar of the section, instead of line and word")
    beat: float = Field(1, ge=1, le=33, description="felt beat of that bar, from 1: dotted quarters in 6/8")
    beats: float = Field(1, gt=0, le=128, description="length in felt beats")
    depth: float = Field(1, ge=0, le=1, description="strength of the effect")
    parameters: Mapping[str, Any] = Field(default_factory=dict, description="settings of the effect; they replace what "
                                                                              "its depth sets")


class Section(Strict):
    """A named stretch of the song with its own arrangement."""

    name: str = Field(min_length=1, max_length=40, description="unique name, such as Verse 1")
    tag: str | None = Field(None, description="tag for Suno, used as written; default: the name")
    repeat: int = Field(1, ge=1, le=16, description="how many times it is played, one after the other")
    cue: str = Field("", max_length=200, description="the arrangement in words, for readers and for Suno")
    bars: int = Field(ge=1, le=MAX_BARS, description="length in bars; may be left out where the harmony has it")
    key: KeyText | None = Field(None, description="key from here on; default: no change")
    meter: MeterText | None = Field(None, description="meter from here on; default: no change")
    tempo: TempoOfSection | None = Field(None, description="tempo from here on, a tempo, ritardando, accelerando, or "
                                         "two such as 84, ritardando; default: no change")
    rubato: Rubato | None = Field(None, description="how far the tempo yields at the ends of phrases and of this "
                                  "section; default: the song's")
    fermata: Fermatas = Field((), description="beats that are held: end for the last one, or {bar, beat, hold}")
    harmony: Harmony | None = Field(None, description="chords in bars; auto composes them as chords follow each other "
                                                      "in songs; default: the tonic chord of the key")
    play: Mapping[str, PlayValue] = Field(default_factory=dict, description="which parts play, and how: a style, or "
                                                                            "{style: …, its settings}, or {notes: …}; "
                                                                            "off: not at all, where a style of the "
                                                                            "section would have the part play")
    dynamics: Dynamics = Field(default_factory=lambda: parse_dynamics("mp"), description="loudness of the section")
    style: StyleName | None = Field(None, description="one word for how everybody plays here; default: the song's")
    energy: Intensity | None = Field(None, description="how much everybody gives, 0-1: density, register, layers and "
                                                       "fills, and the loudness where dynamics is left out; default "
                                                       "with a style: the dynamics")
    language: LanguageCode | None = Field(None, description="language of the lyrics here; default: the song's")
    lyrics: Lyrics = Field((), description="one line per phrase, sung or spoken by the voice")
    temperature: Temperature | None = Field(None, description="softmax temperature; default: the song's")
    glitch: Intensity = Field(default_factory=lambda: parse_curve(0, 0, 1), description="glitch intensity 0-1")
    palette: Palette | None = Field(None, description="effects that glitches are chosen from here; default: the song's "
                                                      "palette")
    per_bar: PerBar | None = Field(None, description="gestures per bar on each part at intensity 1; default: the "
                                                      "song's")
    together: Together | None = Field(None, description="share of the gestures that hit all parts at once; default: "
                                                        "the song's")
    cues: tuple[Cue, ...] = Field((), description="glitches placed on a word or a bar")
    mix: SectionMix = Field(default_factory=SectionMix, description="how this section is balanced")
    like: str | None = Field(None, description="earlier section whose melody and patterns return here, varied")
    same: str | None = Field(None, description="earlier section whose tune returns here note for note; its patterns "
                                               "return as with like")
    swing: SwingField | None = Field(None, description="how late the second of two notes comes, for everybody: 0.62, "
                                     "shuffle, 0.58 sixteenths; default: the song's, or the drums' groove's")
    feel: FeelField | None = Field(None, description="half-time or double-time: drums at half or twice their pace, and "
                                   "who follows them; the tempo stays")
    stop_time: StopTime = Field((), description="felt beats on which all strike together and are silent between, but "
                                                "for who sings or has the lead; true is the first")
    fade: FadeField | None = Field(None, description="out or in, over the section or over some bars: out 4")
    tails: Literal["ring", "cut"] = Field("ring", description="cut: earlier sounds stop where this section begins; "
                                                              "ring: they ring on")

    @model_validator(mode="before")
    @classmethod
    def _as_long_as_its_harmony(cls, value: Any) -> Any:
        """Take the number of bars from the harmony, where a section does not say it, and ``like`` from ``same``."""
        if isinstance(value, Mapping) and isinstance(value.get("same"), str) and value.get("like") is None:
            value = {**value, "like": value["same"]}
        if not isinstance(value, Mapping) or "bars" in value or value.get("harmony") is None:
            return value
        try:
            harmony = parse_harmony(value["harmony"])
        except NotationError:
            return {**value, "bars": 1}  # the harmony itself is told of
        return value if harmony.is_auto else {**value, "bars": len(harmony.bars)}


class GlitchSettings(Strict):
    """How the song glitches where a section's intensity is above 0."""

    palette: Palette = Field(default_factory=lambda: {"stutter": 1.0, "bit_crush": 0.6, "rate_hold": 0.3},
                             description="effects that glitches are chosen from, each with its logit")
    per_bar: PerBar = Field(3.0, description="gestures per bar on each part at intensity 1")
    settings: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="settings of effects that replace what their depth sets, such as stutter: "
                                          "{slice_end_beats: null}")
    together: Together = Field(0.0, description="share of the gestures that hit all parts at once (of the parts whose "
                                                "glitch is above 0)")


class Suno(Strict):
    """The text that goes to Suno with the audio."""

    style: str = Field("", description="style prompt; at most 1,000 characters")
    exclude: str = Field("", description="what should not be heard, such as drums, autotune: for "
                                         "Suno's box Exclude styles")
    excerpt: str | None = Field(None, description="section at which the one-minute excerpt starts; default: the first "
                                                      "chorus")


class Singer(Strict):
    """The voice that sings the words: one for the whole song, a guide to learn the song from."""

    engine: Literal["auto", "hibari", "espeak", "hum"] = Field(
        "auto", description="speech engine that pronounces the words; auto: hibari where it is installed, else espeak; "
                            "hum: no words")
    voice: str | None = Field(None, min_length=1, max_length=400, description="another voice for hibari: a network of "
                              "its kind that you have as a file (.onnx); a relative path starts at the score's folder",
                              json_schema_extra={"names": "file", "suffixes": [".onnx"]})
    range: RangeText | None = Field(None, description="lowest and highest comfortable note of the singer who takes "
                                    "over, such as A3-D5: Suno's card then says which key and capo fit")

    @model_validator(mode="after")
    def _has_one_voice(self) -> Singer:
        if self.voice is not None and self.engine not in ("auto", "hibari"):
            raise ValueError(f"{self.engine} sings with no network; voice: needs engine: hibari, or auto")
        return self


def _a_pickup(units: float) -> float:
    """Return the length of a pickup. Raises NotationError for one that is too short to hear."""
    if 0 < units < SHORTEST_PICKUP:
        raise NotationError(f"{units:g}", f"0 for none, or at least {SHORTEST_PICKUP:g}")
    return units


# Parts, and for each the sections in which it was rolled again, or the seed that it keeps there.
Rolls = Mapping[str, Mapping[str, Annotated[int, Field(ge=0, le=1_000_000)]]]
Locks = Mapping[str, Mapping[str, Annotated[int, Field(ge=0, lt=2**63)]]]
# Parts, or all for what is chosen for everybody, and for each its sections: "bar what" and the option that is taken.
Picks = Mapping[str, Mapping[str, Mapping[str, str]]]


class Score(Strict):
    """A song."""

    title: str = Field(min_length=1, max_length=100, description="title of the song")
    artist: str = Field("", max_length=100, description="whose song it is, for the tags of compressed audio")
    isrc: str | None = Field(None, pattern=r"^[A-Z]{2}[A-Z0-9]{3}\d{7}$", description="International Standard "
                             "Recording Code, without hyphens, such as QMEU32512345")
    tempo: SongTempo = Field(description="beats per minute: 68, 132 eighths, or {start, changes}")
    meter: MeterText = Field(default_factory=lambda: parse_meter("4/4"), description="time signature")
    key: KeyText = Field(description="key, such as C minor")
    style: StyleName | None = Field(None, description="one word for how everybody plays: each part that a section's "
                                                      "play leaves out plays as the style has it")
    seed: int = Field(1, ge=0, lt=2**63, description="number behind all random choices: another one gives another take")
    temperature: float = Field(0.7, ge=0, le=10, description="softmax temperature of every choice: 0 always takes "
                                                             "the likeliest and stays on the grid, high is loose")
    rubato: Rubato | None = Field(None, description="how far the tempo yields at the ends of phrases and sections: 0 "
                                  "never, 1 as pianists do, the more the higher the temperature; default 0.5, where "
                                  "drums keep the time 0.15")
    count_in: int = Field(0, ge=0, le=4, description="bars that sticks count before the song, in a part and a "
                          "section of their own; the pickup is in the last of them")
    upbeat: Annotated[float, AfterValidator(_a_pickup)] = Field(
        0, ge=0, lt=32, description="length of the pickup before bar 1, in units of the meter's denominator: eighths "
                                    "in 6/8; 0: none")
    swing: SwingField | None = Field(None, description="how late the second of two notes comes, for everybody; "
                                     "sections may have their own; default: as the drums' groove has it")
    singer: Singer = Field(default_factory=Singer, description="the voice that sings the words")
    language: LanguageCode = Field(ENGLISH, description="language of the lyrics; sections and lines may have their own")
    pronounce: Mapping[str, PhonesText] = Field(
        default_factory=dict, description="words that are pronounced in the song's own way or are in no dictionary, "
                                          "each in ARPAbet, such as logit: L OW1 JH IH0 T")
    suno: Suno = Field(default_factory=Suno, description="style prompt and excerpt for Suno")
    parts: Mapping[str, Part] = Field(min_length=1, description="the instruments of the song; each becomes a stem")
    glitch: GlitchSettings = Field(default_factory=GlitchSettings, description="how the song glitches")
    mix: Mix = Field(default_factory=Mix, description="sends, and level before the master")
    master: Master = Field(default_factory=Master, description="loudness and true peak of the mix")
    sections: tuple[Section, ...] = Field(min_length=1, description="the song, in order")
    order: tuple[OrderEntry, ...] = Field((), description="names of sections in the order in which they are played, "
                                          "each as often as it comes; or name: {what differs}; default: as written")

    reroll: Rolls = Field(default_factory=dict, description="parts that are played otherwise in a section, all else "
                                                            "being the same: part: {section: how often it was rolled "
                                                            "again}")
    lock: Locks = Field(default_factory=dict, description="parts that stay as they are in a section, whatever the seed "
                                                          "of the song: part: {section: seed of the take that is kept}")
    choose: Picks = Field(default_factory=dict, description="choices that are made here instead of drawn, as explain "
                                                            'names them: part: {section: {"bar what": option}}; all '
                                                            "in place of a part where all are chosen for at once")

    def in_its_languages(self) -> Score:
        """Return the score with the language of each line filled in: its own, else its section's, else the song's."""
        sections = tuple(section.model_copy(update={"lyrics": tuple(
            line.model_copy(update={"language": line.language or section.language or self.language})
            for line in section.lyrics)}) for section in self.sections)
        return self.model_copy(update={"sections": sections})

    @property
    def bpm(self) -> float:
        """The tempo at the beginning in beats of its meter, as musicians and other programs count it."""
        return round(self.tempo.felt(self.sections[0].meter or self.meter), 3)

    @property
    def lexicon(self) -> Lexicon:
        """The words of ``pronounce`` in the form in which they are looked up."""
        return tuple((plain(word), phones) for word, phones in self.pronounce.items())
