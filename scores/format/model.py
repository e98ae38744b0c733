"""The score: what the YAML says, checked and with its notation parsed. The one declaration of each parameter.

Every field states default, range, unit and meaning; the check, the error text, the JSON Schema and the reference
page are made from it. Parameters of instruments, effects and players are declared by those, one file each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from scores.format.text import (
    ANCHOR,
    Curve,
    HarmonyText,
    Ramp,
    dynamics_text,
    parse_curve,
    parse_dynamics,
    parse_harmony,
    parse_ramp,
    take_marks,
)
from scores.lyrics.phonology import Phones
from scores.lyrics.pronunciation import Lexicon, parse_phones
from scores.lyrics.syllables import plain
from scores.notation import NotationError
from scores.theory import Key, Meter, parse_key, parse_meter

MAX_SECONDS = 2 * 3600  # a 24-bit stereo WAV at 96 kHz ends at 4 GB, a little after two hours
MAX_BARS = 10_000
SHORTEST_PICKUP = 1 / 64


class Strict(BaseModel):
    """A frozen model that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False,
                              coerce_numbers_to_str=False, strict=False)


def _text(parse: Any, pattern: dict[str, Any], write: Callable[[Any], str] = str) -> Any:
    return BeforeValidator(parse), PlainSerializer(write), WithJsonSchema(pattern)


_CURVE_SCHEMA = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "description": "from -> to, in a straight line over the section, as 0.1 -> 0.3"},
        {"type": "object", "description": "breakpoints: start, end, bar N or line N, and the value there",
         "patternProperties": {rf"^(start|end|{ANCHOR})$": {"type": "number"}},
         "additionalProperties": False},
    ]
}
def _of_string(parse: Callable[[str], Any], allowed: str) -> Callable[[Any], Any]:
    """``parse``, also for what YAML takes for a number; a value that has been parsed stays."""
    def parse_any(value: Any) -> Any:
        if isinstance(value, Key | Meter):
            return value
        if not isinstance(value, str):
            raise NotationError(str(value), allowed)
        return parse(value)

    return parse_any


KeyText = Annotated[Key, *_text(_of_string(parse_key, "a key such as C minor or A major"), {
    "type": "string", "examples": ["C minor", "A major", "F# minor"]})]
MeterText = Annotated[Meter, *_text(_of_string(parse_meter, "a meter such as 4/4 or 6/8"), {
    "type": "string", "examples": ["4/4", "3/4", "6/8"]})]
Temperature = Annotated[Curve, *_text(lambda v: parse_curve(v, 0.0, 10.0), _CURVE_SCHEMA)]
Intensity = Annotated[Curve, *_text(lambda v: parse_curve(v, 0.0, 1.0), _CURVE_SCHEMA)]
Dynamics = Annotated[Curve, *_text(parse_dynamics, {
    "type": "string", "description": "ppp pp p mp mf f ff fff, or a swell such as p -> mf",
    "examples": ["p", "mp -> f"]}, dynamics_text)]
Harmony = Annotated[HarmonyText, *_text(parse_harmony, {
    "type": "string", "examples": ["| Cm | Abmaj7 | Eb/G | Bb |"],
    "description": "chord symbols in bars; % repeats a bar, N.C. is no chord; repeated until the section is full; or "
                   "auto"})]
PhonesText = Annotated[Phones, *_text(parse_phones, {
    "type": "string", "examples": ["S AO1 F T M AE2 K S"],
    "description": "phones in ARPAbet, as the CMU Pronouncing Dictionary writes them: each vowel with its stress, 1 "
                   "primary, 2 secondary, 0 none"}, " ".join)]
_RAMP_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "description": "at intensity 0 -> at 1, as 0 -> 3"}]}
DrivenLevel = Annotated[Ramp, *_text(lambda v: parse_ramp(v, -24, 12), _RAMP_SCHEMA)]
DrivenWidth = Annotated[Ramp, *_text(lambda v: parse_ramp(v, -2, 2), _RAMP_SCHEMA)]
DrivenDensity = Annotated[Ramp, *_text(lambda v: parse_ramp(v, -1, 3), _RAMP_SCHEMA)]
Palette = Annotated[Mapping[str, float], Field(min_length=1)]
PerBar = Annotated[float, Field(gt=0, le=16)]
Together = Annotated[float, Field(ge=0, le=1)]
Bpm = Annotated[float, Field(ge=20, le=300)]
Decibels = Annotated[float, Field(ge=-60, le=12)]


class LyricLine(Strict):
    """A phrase: one line of the lyrics."""

    text: str = Field(min_length=1, max_length=400, description="the line as it is written, for people and for Suno")
    say: str | None = Field(None, max_length=400, description="the line as it is spoken or sung, where that differs")
    bars: float | None = Field(None, gt=0, le=64, description="bars the line takes; default an equal share of what "
                                                              "the others leave")
    at: float | None = Field(None, ge=1, le=MAX_BARS, description="bar of the section it starts in, as 3 or 3.5; "
                                                                  "default after the line before")
    protect: tuple[str, ...] = Field((), description="words that no glitch may cross where they are sung; or mark them "
                                                     "in the line, as *this*")

    @model_validator(mode="before")
    @classmethod
    def _marked(cls, value: Any) -> Any:
        """Words between asterisks are protected; the asterisks are no part of the line."""
        if not isinstance(value, Mapping):
            return value
        line, marked = dict(value), list[str]()
        for key in ("text", "say"):
            if isinstance(line.get(key), str):
                line[key], words = take_marks(line[key])
                marked += words
        if marked and isinstance(line.get("protect", ()), list | tuple):
            line["protect"] = tuple(dict.fromkeys((*line.get("protect", ()), *marked)))
        return line

    @property
    def spoken(self) -> str:
        """The words that sound."""
        return self.say or self.text


def _lines(value: Any) -> Any:
    rows = value.splitlines() if isinstance(value, str) else value
    if not isinstance(rows, list | tuple):
        return rows
    return tuple({"text": row.strip()} if isinstance(row, str) else row for row in rows
                 if not isinstance(row, str) or row.strip())


Lyrics = Annotated[tuple[LyricLine, ...], BeforeValidator(_lines)]


class TempoChange(Strict):
    """A new tempo from a bar on, at once or over some bars (ritardando, accelerando)."""

    bar: int = Field(ge=1, le=MAX_BARS, description="bar in which the change begins; bar 1 is the first full bar")
    to: Bpm = Field(description="tempo reached, in beats per minute")
    over: float = Field(0, ge=0, le=64, description="bars it takes to get there; 0 changes at once")


class Tempo(Strict):
    """The tempo of the song and where it changes. A beat is the meter's felt one: a dotted quarter in 6/8."""

    start: Bpm = Field(description="tempo at the beginning, in beats per minute")
    changes: tuple[TempoChange, ...] = Field((), description="changes, in order of their bars")


def _effect_entry(value: Any) -> Any:
    """``name`` stays, ``name:`` and ``name: {…}`` become a mapping from the name to its parameters."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        name, parameters = next(iter(value.items()))
        if parameters is None or isinstance(parameters, Mapping):
            return {name: parameters or {}}
    found = " and ".join(map(str, value)) if isinstance(value, Mapping) else str(value)
    raise NotationError(found, "an effect's name, or - name: {its parameters}; each effect is an entry of its own")


EffectEntry = Annotated[str | Mapping[str, Mapping[str, Any]], BeforeValidator(_effect_entry)]
OWN_SOUNDS = {"soundfont": ".sf2", "plugin": ".vst3"}  # instruments that are a file of the person's own
PartName = Annotated[str, Field(json_schema_extra={"names": "part"})]  # a setting that names another part


def _play_value(value: Any) -> Any:
    if isinstance(value, str | Mapping):
        return value
    raise NotationError("nothing" if value is None else str(value), "a style, {style: …, its settings} or {notes: …}")


PlayValue = Annotated[str | Mapping[str, Any], BeforeValidator(_play_value)]


class Send(Strict):
    """A shared space that parts are sent to: a chain of effects, wet only."""

    effects: tuple[EffectEntry, ...] = Field(min_length=1, description="the chain: effect names, or name: {parameters}")
    glitch: float = Field(0, ge=0, le=1, description="how much of the section's glitch falls on what comes out of it")


class Drive(Strict):
    """What the glitch intensity moves in a part: what is added at intensity 0 -> what is added at 1."""

    level: DrivenLevel = Field(default_factory=Ramp, description="added to the level, in dB")
    width: DrivenWidth = Field(default_factory=Ramp, description="added to the width")
    density: DrivenDensity = Field(default_factory=Ramp, description="added to the number of gestures, and of events "
                                                                     "of a texture: 1 is twice as many")


class Part(Strict):
    """One player: becomes one stem and one MIDI track."""

    instrument: str = Field(description="name of an instrument; or, in place of it, soundfont or plugin")
    soundfont: str | None = Field(None, min_length=1, max_length=400, description="in place of instrument: a SoundFont "
                                  "(.sf2, .sf3) of your own; a relative path is looked up beside the score")
    plugin: str | None = Field(None, min_length=1, max_length=400, description="in place of instrument: a VST3 "
                               "instrument of your own, by its file")
    patch: Mapping[str, Any] = Field(default_factory=dict, description="settings of the instrument")
    level: Decibels = Field(0, description="stem level in dB")
    pan: float = Field(0, ge=-1, le=1, description="place from left (-1) to right (1)")
    width: float = Field(1, ge=0, le=2, description="stereo width: 0 mono, 1 as played, 2 side signal doubled")
    sends: Mapping[str, Decibels] = Field(default_factory=dict, description="level in dB to each send of the mix")
    effects: tuple[EffectEntry, ...] = Field((), description="the part's own chain: effect names, or "
                                                             "name: {parameters}")
    glitch: float = Field(1, ge=0, le=1, description="how much of the section's glitch this part takes")
    drive: Drive = Field(default_factory=Drive, description="what the glitch intensity moves beside gestures: level, "
                                                            "width and density, each as 0 -> 3")
    program: int | None = Field(None, ge=1, le=128, description="General MIDI program, 1-128; default the instrument's")
    capo: int = Field(0, ge=0, le=9, description="capo fret of a fretted part")
    tuning: str = Field("standard", description="tuning of a fretted part")

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_file(cls, value: Any) -> Any:
        """``soundfont: path.sf2`` is the instrument soundfont with that file."""
        if isinstance(value, Mapping) and "instrument" not in value:
            for own in OWN_SOUNDS:
                if value.get(own) is not None:
                    return {**value, "instrument": own}
        return value

    @model_validator(mode="after")
    def _keeps_its_width(self) -> Part:
        for added in (self.drive.width.start, self.drive.width.end):
            if not 0 <= self.width + added <= 2:
                raise ValueError(f"width and what drive adds to it are {self.width + added:g} together: 0 to 2 is "
                                 "possible")
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """What the instrument is made with: the patch, and the file where it is one of the person's own."""
        file = {"soundfont": self.soundfont, "plugin": self.plugin}.get(self.instrument)
        return dict(self.patch) if file is None else {**self.patch, "file": file}


class Cue(Strict):
    """An effect placed by hand, on a word or on a bar."""

    effect: str = Field(description="name of an effect")
    part: str | None = Field(None, description="part it falls on, or all; default those that take glitches")
    send: str | None = Field(None, description="send it falls on instead: what comes out of that space")
    line: int | None = Field(None, ge=1, description="lyric line in the section, with word")
    word: str | None = Field(None, description="word in that line on which it starts")
    bar: int | None = Field(None, ge=1, description="bar in the section, instead of line and word")
    beat: float = Field(1, ge=1, le=33, description="felt beat in that bar, from 1: dotted quarters in 6/8")
    beats: float = Field(1, gt=0, le=128, description="length in felt beats")
    depth: float = Field(1, ge=0, le=1, description="how far the effect goes")
    parameters: Mapping[str, Any] = Field(default_factory=dict, description="settings of the effect, over its depth")


class Section(Strict):
    """A stretch of the song with one arrangement."""

    name: str = Field(min_length=1, max_length=40, description="unique name, such as Verse 1")
    tag: str | None = Field(None, description="the tag for Suno as it stands; default the name")
    cue: str = Field("", max_length=200, description="the arrangement in words, for people and for Suno")
    bars: int = Field(ge=1, le=MAX_BARS, description="length in bars")
    key: KeyText | None = Field(None, description="key from here on; default the key so far")
    meter: MeterText | None = Field(None, description="meter from here on; default the meter so far")
    harmony: Harmony | None = Field(None, description="chords in bars; auto composes them by what follows what in "
                                                             "songs; default the key's tonic chord")
    play: Mapping[str, PlayValue] = Field(default_factory=dict, description="which part plays, and how: style, or "
                                                                            "{style: …, its settings}, or {notes: …}")
    dynamics: Dynamics = Field(default_factory=lambda: parse_dynamics("mp"), description="loudness of the section")
    lyrics: Lyrics = Field((), description="one line a phrase, sung or spoken by the voice")
    temperature: Temperature | None = Field(None, description="softmax temperature; default the song's")
    glitch: Intensity = Field(default_factory=lambda: parse_curve(0, 0, 1), description="glitch intensity 0-1")
    palette: Palette | None = Field(None, description="effects to choose from here; default the song's palette")
    per_bar: PerBar | None = Field(None, description="gestures a bar on each part at intensity 1; default the song's")
    together: Together | None = Field(None, description="share of them that break all parts at once; default the "
                                                        "song's")
    cues: tuple[Cue, ...] = Field((), description="effects placed on a word or a bar")
    like: str | None = Field(None, description="an earlier section whose melody and patterns are taken up, varied")
    tails: Literal["ring", "cut"] = Field("ring", description="cut: whatever rings from before ends where this begins")


class GlitchSettings(Strict):
    """How the song glitches when a section's intensity asks for it."""

    palette: Palette = Field(default_factory=lambda: {"stutter": 1.0, "bit_crush": 0.6, "rate_hold": 0.3},
                             description="effects to choose from, and the logit of each")
    per_bar: PerBar = Field(3.0, description="gestures a bar on each part at intensity 1")
    settings: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="settings of effects wherever they are drawn, over what their depth sets, as "
                                          "stutter: {slice_end_beats: null}")
    together: Together = Field(0.0, description="share of them that break all parts at once, which glitch above 0")


class Mix(Strict):
    """What the parts share."""

    sends: Mapping[str, Send] = Field(default_factory=dict, description="named spaces that parts are sent to")
    level: Decibels = Field(-6, description="level of the sum in dB, applied to every stem: headroom, which the master "
                                            "takes up again")


class Master(Strict):
    """The only thing after the sum."""

    loudness: float = Field(-14, ge=-30, le=-8, description="integrated loudness in LUFS (ITU-R BS.1770-4)")
    true_peak: float = Field(-1, ge=-9, le=-0.1, description="highest true peak in dBTP")


class Suno(Strict):
    """What goes to Suno with the audio."""

    style: str = Field("", description="style prompt; at most 1,000 characters")
    excerpt: str | None = Field(None, description="section the one-minute excerpt starts at; default the first chorus")


class Singer(Strict):
    """Who sings where an instrument has words: one voice for the whole song. It is a guide, and says so."""

    engine: Literal["auto", "flite", "espeak", "hum"] = Field(
        "auto", description="speech engine whose words are sung; auto takes flite where it is installed, else espeak; "
                            "hum sings no words")


def _a_pickup(units: float) -> float:
    if 0 < units < SHORTEST_PICKUP:
        raise NotationError(f"{units:g}", f"0 for none, or at least {SHORTEST_PICKUP:g}")
    return units


class Score(Strict):
    """A song."""

    title: str = Field(min_length=1, max_length=100, description="title of the song")
    tempo: Annotated[Tempo, BeforeValidator(lambda v: {"start": v} if isinstance(v, int | float | str) else v)] = Field(
        description="beats per minute, or {start, changes}")
    meter: MeterText = Field(default_factory=lambda: parse_meter("4/4"), description="time signature")
    key: KeyText = Field(description="key, such as C minor")
    seed: int = Field(1, ge=0, lt=2**63, description="another number gives another take")
    temperature: float = Field(0.7, ge=0, le=10, description="softmax temperature of every choice: 0 always the "
                                                             "likeliest and on the grid, high loose")
    upbeat: Annotated[float, AfterValidator(_a_pickup)] = Field(
        0, ge=0, lt=32, description="length of the pickup before bar 1, in units of the meter's denominator: eighths "
                                    "in 6/8")
    singer: Singer = Field(default_factory=Singer, description="the voice that the words are sung with")
    pronounce: Mapping[str, PhonesText] = Field(
        default_factory=dict, description="words said in the song's own way, or in no dictionary, each in ARPAbet, "
                                          "as logit: L OW1 JH IH0 T")
    suno: Suno = Field(default_factory=Suno, description="style prompt and excerpt")
    parts: Mapping[str, Part] = Field(min_length=1, description="the players, each a stem")
    glitch: GlitchSettings = Field(default_factory=GlitchSettings, description="how the song glitches")
    mix: Mix = Field(default_factory=Mix, description="sends and level")
    master: Master = Field(default_factory=Master, description="loudness and peak of the mix")
    sections: tuple[Section, ...] = Field(min_length=1, description="the song, in order")

    @property
    def lexicon(self) -> Lexicon:
        """``pronounce``, as words are looked up."""
        return tuple((plain(word), phones) for word, phones in self.pronounce.items())
