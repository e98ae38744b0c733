"""A table of bad scores: what is changed in a good one, where the faults are marked, and what has to be told there."""

from __future__ import annotations

from dataclasses import dataclass

HERE = "«"  # stands in a text where a fault has to be told; taken out before it is read

GOOD = """\
title: Test
tempo: 100
key: A minor
parts:
  guitar: {instrument: steel_guitar}
  voice: {instrument: hum}
sections:
  - name: Verse
    bars: 4
    harmony: "| Am | F | C | G |"
    play: {guitar: fingerpick, voice: sung}
    lyrics: |
      a line to sing
      another line
"""


@dataclass(frozen=True)
class Tell:
    """What is told of one fault: how the message begins, words that ``allowed`` holds, the nearest valid spelling."""

    message: str
    allowed: str = ""
    nearest: str | None = None


@dataclass(frozen=True)
class Case:
    """``old`` in the good score becomes ``new``; each of ``told``, in order, is told at a mark in ``new``."""

    name: str
    old: str
    new: str
    told: tuple[Tell, ...]

    @property
    def is_readable(self) -> bool:
        """Whether it is YAML to its end, so that what comes after can be told of too."""
        unread = ("syntax error", "a tab", "a second document", "a character")
        return not self.told[0].message.startswith(unread)


def _case(name: str, old: str, new: str, *told: tuple[str, ...]) -> Case:
    return Case(name, old, new, tuple(Tell(*each) for each in told))


_TITLE, _TEMPO, _KEY = "title: Test", "tempo: 100", "key: A minor"
_GUITAR = "guitar: {instrument: steel_guitar}"
_VOICE = "voice: {instrument: hum}\n"
_PLAY = "play: {guitar: fingerpick, voice: sung}"
_SECTION = "  - name: Verse\n    bars: 4\n"
_HARMONY = 'harmony: "| Am | F | C | G |"'
_HEAD = GOOD[:GOOD.index(_SECTION)]
_LYRICS = "    lyrics: |\n      a line to sing\n      another line\n"
_SUNG = "    play: {voice: sung}\n"


CASES = [
    # names
    _case("unknown instrument", _GUITAR, "guitar: {instrument: «steel_guitr}",
          ('unknown instrument "steel_guitr"', "felt_piano", "steel_guitar")),
    _case("unknown effect", _GUITAR, "guitar: {instrument: steel_guitar, effects: [«reverv, {«bit_crash: {bits: 4}}]}",
          ('unknown effect "reverv"', "reverb", "reverb"), ('unknown effect "bit_crash"', "bit_crush", "bit_crush")),
    _case("unknown part", _PLAY, "play: {«gitar: fingerpick, voice: sung}",
          ('unknown part "gitar"', "guitar, voice", "guitar")),
    _case("unknown style", _PLAY, "play: {guitar: «fingrpick, voice: {style: «sang}}",
          ('unknown style "fingrpick"', "strum", "fingerpick"), ('unknown style "sang"', "spoken", "sung")),
    _case("unknown send", _VOICE,
          "voice: {instrument: hum, sends: {«rom: -3}}\nmix: {sends: {room: {effects: [reverb]}}}\n",
          ('unknown send "rom"', "room", "room")),
    _case("unknown gesture", _KEY, "key: A minor\nglitch: {palette: {«stuter: 1, «reverb: 1}}",
          ('unknown gesture "stuter"', "dropout", "stutter"),
          ("reverb cannot be a glitch", "one of: argmax_trace, bit_crush")),
    _case("like nothing before", "bars: 4", "bars: 4\n    like: «Verse",
          ('unknown earlier section "Verse"', "there is no")),
    _case("an excerpt of nothing", _KEY, "key: A minor\nsuno: {excerpt: «Vers}",
          ('unknown section "Vers"', "Verse", "Verse")),
    _case("a double of nobody", _VOICE + "sections:\n",
          "voice: {instrument: hum}\n  high: {instrument: hum}\nsections:\n"
          "  - {name: Intro, bars: 2, play: {guitar: fingerpick, high: {style: double, of: «guitr}}}\n",
          ("unknown part that plays here before this one", "guitar", "guitar")),
    _case("an unknown tuning", _GUITAR, "guitar: {instrument: steel_guitar, tuning: «dagdad}",
          ('unknown tuning "dagdad"', "drop_d", "dadgad")),
    _case("a capo on no guitar", _VOICE, "voice: {instrument: hum, «capo: 2}\n",
          ('"capo" needs a fretted instrument', "steel_guitar")),
    _case("a part named ../x", _GUITAR, _GUITAR + "\n  «../x: {instrument: steel_guitar}",
          ('a part cannot be called "../x"', "lower-case letters", "x")),
    _case("a part named by Windows", _GUITAR, _GUITAR + "\n  «con: {instrument: steel_guitar}",
          ('a part cannot be called "con"', "reserved", "con_1")),
    _case("a part that may not be named is not offered", _GUITAR + "\n  " + _VOICE + "sections:\n",
          _GUITAR + "\n  " + _VOICE + "  «../x: {instrument: hum}\nsections:\n"
          "  - {name: A, bars: 1, play: {«../y: sung}}\n",
          ('a part cannot be called "../x"', "lower-case letters", "x"), ('unknown part "../y"', "guitar, voice")),
    _case("sections of one name", _SECTION, "  - {name: Verse, bars: 1}\n" + _SECTION.replace("Verse", "«Verse"),
          ('an earlier section is called "Verse" too', "a different name")),
    _case("an engine there is not", _KEY, "key: A minor\nsinger: {engine: «habari}",
          ('"engine" is "habari"', "auto, hibari, espeak, hum", "hibari")),
    _case("an engine for one part alone", _VOICE, "voice: {instrument: guide_vocal, patch: {«engine: espeak}}\n",
          ("the whole song has one speech engine", "singer: {engine:")),
    _case("words said in no way", _KEY,
          "key: A minor\npronounce:\n  one: W «AH N\n  two: «t UW1\n  three: TH «R1 «IYY1\n  four: «F R\n"
          "  «two words: T UW1\n  five: «5",
          ('"one" cannot be read: "AH"', "stress, 0, 1 or 2", "AH1"),
          ('"two" cannot be read: "t"', "without a digit", "T"),
          ('"three" cannot be read: "R1"', "without a digit", "R"), ('"three" cannot be read: "IYY1"', "ARPAbet", "IY"),
          ('"four" cannot be read: "F R"', "a vowel among them"), ('"two words" is not one word', "letters"),
          ('"five" cannot be read: "5"', "ARPAbet")),
    # keys and settings
    _case("an unknown key of a part", _GUITAR, "«guitar: {«instrumnet: steel_guitar}",
          ('missing key "instrument"', "name of an instrument"),
          ('unknown key "instrumnet"', "instrument, soundfont, plugin, patch, level", "instrument")),
    _case("an unknown key of the song", _KEY, "key: A minor\n«tempoo: 3",
          ('unknown key "tempoo"', "tempo, meter", "tempo")),
    _case("a missing key", _SECTION, "  - «bars: 4\n", ('missing key "name"', "a text (unique name")),
    _case("an unknown setting of an instrument", _GUITAR, "guitar: {instrument: steel_guitar, patch: {«bridgness: 1}}",
          ('unknown key "bridgness"',)),
    _case("an unknown setting of an effect", _GUITAR,
          "guitar: {instrument: steel_guitar, effects: [{bit_crush: {«bit: 4}}]}",
          ('unknown key "bit"', "bits", "bits")),
    _case("an unknown setting of a style", _PLAY, "play: {guitar: {style: fingerpick, «densty: 1}, voice: sung}",
          ('unknown key "densty"', "style, ", "density")),
    _case("an effect in two", _GUITAR, "guitar: {instrument: steel_guitar, effects: [«{reverb: , bit_crush: }]}",
          ('entry 1 of "effects" cannot be read', "one effect per entry")),
    _case("no style", _PLAY, "play: {guitar:« , «voice: {effort: 0.5}}",
          ('"guitar" cannot be read: "nothing"', "a style"), ('missing key "style"', "sung")),
    # types and ranges
    _case("wrong types", _TEMPO, "tempo: «fast\nseed: «1.5\ntemperature: «true\nmeter: «4\nupbeat: «'1'",
          ('"tempo" cannot be read: "fast"', "a number of beats a minute"),
          ('"seed" is a number: 1.5', "a whole number"),
          ('"temperature" is true or false: true', "a number from 0 to 10"), ('"meter" cannot be read: "4"', "4/4"),
          ('"upbeat" is a text: "1"', "a number")),
    _case("yes is a word", _PLAY, "play: {guitar: {style: fingerpick, let_ring: «yes}, voice: sung}",
          ('"let_ring" is a text: "yes"', "true or false")),
    _case("a list for a mapping", _GUITAR, "guitar: «[steel_guitar]", ('"guitar" is a list', "a mapping")),
    _case("a wrong option", _PLAY, _PLAY + "\n    tails: «cutt", ('"tails" is "cutt"', "ring, cut", "cut")),
    _case("out of range", _GUITAR, "guitar: {instrument: steel_guitar, level: «20, pan: «-1.5, width: «-0.1}",
          ('"level" is out of range: 20', "a number from -60 to 12 (stem level in dB)"),
          ('"pan" is out of range', "from -1 to 1"), ('"width" is out of range', "from 0 to 2")),
    _case("out of range in an effect", _GUITAR,
          "guitar: {instrument: steel_guitar, effects: [{bit_crush: {bits: «0}}]}",
          ('"bits" is out of range: 0', "from 1 to")),
    _case("not finite", _TEMPO, "tempo: «.inf\ntemperature: «1e999\nupbeat: «.nan", ("not a finite number", "finite"),
          ("not a finite number",), ("not a finite number",)),
    _case("zero bars", "bars: 4", "bars: «0", ('"bars" is out of range: 0', "a whole number from 1 to 10000")),
    _case("a song of a milliard bars", "bars: 4", "bars: «1000000000", ('"bars" is out of range: 1000000000', "10000")),
    _case("many long sections", "sections:\n", "sections:\n  - {name: A, bars: 9000}\n  - {name: B, bars: «9000}\n",
          ("the song is too long: 18004 bars", "at most 10000 bars")),
    _case("a song of hours", _HEAD,
          _HEAD.replace("100", "20").replace("sections", "«sections") + "  - {name: A, bars: 956}\n",
          ("the song is too long: 192 minutes", "120 minutes")),
    # notation
    _case("chords that do not parse", "| Am | F |", "| Am | «Fmaj8 «xx |",
          ('"harmony" cannot be read: "Fmaj8"', "maj7", "F"), ('"harmony" cannot be read: "xx"', "a chord symbol")),
    _case("a wrong chord each time it stands there", "| Am | F |", "| «Amq | «Amq |",
          ('"harmony" cannot be read: "Amq"', "maj7"), ('"harmony" cannot be read: "Amq"', "maj7")),
    _case("a chord in small letters", "| Am | F |", "| Am | «f |", ('"harmony" cannot be read: "f"', "a chord", "F")),
    _case("a chord spelled nearly, on its own root and triad", "| Am | F |", "| «Am8b9 | «Fmajj9 «C13b10 |",
          ('"harmony" cannot be read: "Am8b9"', "m7b5", "Am"), ('"harmony" cannot be read: "Fmajj9"', "", "Fmaj9"),
          ('"harmony" cannot be read: "C13b10"', "", "C")),
    _case("a German H", "| Am | F |", "| «Hm | «H7 |", ('"harmony" cannot be read: "Hm"', "", "Bm"),
          ('"harmony" cannot be read: "H7"', "", "B7")),
    _case("a German key", _KEY, "key: «B moll", ('"key" cannot be read: "B moll"', "a German B is B flat", "Bb minor")),
    _case("per cent", _PLAY, _PLAY + "\n    glitch: «20%\n    temperature: 0.1 -> «50 %",
          ('"glitch" cannot be read: "20%"', "from 0 to 1", "0.2"),
          ('"temperature" cannot be read: "50 %"', "from 0 to 10", "0.5")),
    _case("an empty bar", "| Am | F |", "| Am «|  | F |", ('"harmony" cannot be read', "bar 2 is empty")),
    _case("chords in rows", _HARMONY, "harmony: |\n      | Am | F |\n      | C | «Gg |",
          ('"harmony" cannot be read: "Gg"',)),
    _case("a key that does not parse", _KEY, "key: A «minr", ('"key" cannot be read: "minr"', "modes", "minor")),
    _case("a key that nobody writes", _KEY, "key: «Fb minor",
          ('"key" cannot be read: "Fb minor"', "seven sharps or flats", "E minor")),
    _case("a meter that does not parse", _KEY, "key: A minor\nmeter: «6/7",
          ('"meter" cannot be read: "6/7"', "6/8", "6/8")),
    _case("a note that does not parse", _PLAY, "play: {guitar: {notes: 'A2:1/2 «H2 | C3:1'}, voice: sung}",
          ('"notes" cannot be read: "H2"', "a note")),
    _case("curves that do not parse", _PLAY,
          _PLAY + "\n    glitch: {«barr 1: 0, bar 2: «2}\n    temperature: 0.1 -> «11",
          ('"glitch" cannot be read: "barr 1"', "bar N", "bar 1"), ('"glitch" cannot be read: "2"', "from 0 to 1"),
          ('"temperature" cannot be read: "11"', "from 0 to 10")),
    _case("a dynamic that is none", _PLAY, _PLAY + "\n    dynamics: p -> «mff",
          ('"dynamics" cannot be read: "mff"', "mp", "mf")),
    # time
    _case("a bar that is not full", _PLAY, "play: {guitar: {notes: '| A2:1 | «C3:1/2 E3:1/8 |'}, voice: sung}",
          ("bar 2 of the notes is 5/2 quarters long", "4 quarters: the meter is 4/4")),
    _case("more notes than bars", _PLAY, "play: {guitar: {notes: 'r:1 | r | r | r | «r'}, voice: sung}",
          ("5 bars of notes in a section of 4", "at most 4 bars")),
    _case("marks that no hand can follow", _PLAY,
          "play: {guitar: {notes: '| «D3:1/2(h) C3(«q) | E3:1(h) | «C3:1(h) | «D3:1(p)'}, voice: sung}",
          ('"notes" cannot be read: "D3:1/2(h)"', "right after a note"), ('"notes" cannot be read: "q"', "palm mute"),
          ('"notes" cannot be read: "C3:1(h)"', "to a higher note", "C3:1(p)"),
          ('"notes" cannot be read: "D3:1(p)"', "to a lower note", "D3:1(h)")),
    _case("a harmonic that no string has", _PLAY, "play: {guitar: {notes: '| E5:1(harm) | «C#4:1(harm)'}, voice: sung}",
          ("bar 2 of the notes: no open string of steel_guitar has the harmonic C#4", "E3, ")),
    _case("notes that the instrument does not have", _PLAY,
          "play: {guitar: {notes: '| «C9:1/2 E3 | [C3 «f#1]:1/2 «C9:1/4 «Gb1 |'}, voice: sung}",
          ("bar 1 of the notes: steel_guitar cannot play C9", "C2 to E6"),
          ("bar 2 of the notes: steel_guitar cannot play f#1", "C2 to E6"),
          ("bar 2 of the notes: steel_guitar cannot play C9", "C2 to E6"),
          ("bar 2 of the notes: steel_guitar cannot play Gb1", "C2 to E6")),
    _case("more harmony than bars", _HARMONY, 'harmony: "| Am | F | C | G | «E7 | Am |"',
          ("6 bars of harmony in a section of 4", "at most 4 bars")),
    _case("an upbeat of a bar", _KEY, "key: A minor\nupbeat: «4",
          ("an upbeat of 4 is too long in 4/4", "below 4, in notes of 1/4")),
    _case("tempo changes astray", _TEMPO, "tempo:\n  start: 100\n  changes:\n    - {bar: 2, to: 80, over: 2}\n"
          "    - {bar: «3, to: 90}\n    - {bar: «9, to: 50}",
          ("this change starts before the change at bar 2 has ended", "bar 4 or later", "4"),
          ("the song has no bar 9", "1 to 4", "4")),
    _case("curves beyond the section", _PLAY,
          _PLAY + "\n    glitch: {bar 1: 0, «bar 5: 1}\n    temperature: {«line 3: 1}",
          ('"Verse" has no bar 5', "bar 1 to bar 4", "bar 4"), ('"Verse" has no line 3', "line 1 to line 2", "line 2")),
    _case("in and out astray", _PLAY,
          "play: {guitar: {style: fingerpick, enters: «5}, voice: {style: sung, enters: 3, leaves: «2}}",
          ('"Verse" has no bar 5', "1 to 4"), ("the part leaves before it enters", "after bar 3")),
    _case("lines without room", _LYRICS,
          "    lyrics:\n      - {text: one, bars: 2}\n      - {text: two, bars: «3}\n"
          "  - name: B\n    bars: 2\n" + _SUNG +
          "    lyrics:\n      - {text: one, at: 2}\n      - {text: two, at: «1}\n"
          "  - name: C\n    bars: 2\n" + _SUNG + "    lyrics:\n      - {text: one, bars: 2}\n      - text: «two\n"
          "  - name: D\n    bars: 2\n" + _SUNG + "    lyrics:\n      - {text: one, at: «3}\n",
          ("line 2 is too long: the section ends after 4 bars", "4 bars"),
          ("line 2 starts before line 1", "later than bar 2"), ("there is no room for line 2",),
          ('"D" has no bar 3', "1 to")),
    _case("lines that are too fast, and one without a word", _LYRICS,
          "    lyrics: |\n      a line to sing\n      «— …\n  - name: B\n    bars: 2\n" + _SUNG
          + "    lyrics: |\n      «" + "one and another " * 6 + "\n      «" + "another or one " * 6
          + "\n  - {name: C, bars: 1, harmony: «Fq, play: {guitar: strum}}\n",
          ("line 2 has no words", "words"), ("30 syllables in 2.0 seconds are 15.0 a second", "at most 6 a second"),
          ("30 syllables in 2.0 seconds are 15.0 a second", "here 12 syllables"),
          ('"harmony" cannot be read: "Fq"',)),
    _case("more sounds than a mouth can form", _LYRICS,
          "    lyrics: |\n      a line to sing\n      «" + "strengths twelfths " * 9 + "\n",
          ("117 consonants and 18 vowels in 4.4 seconds are more than a mouth can form", "35 ms for a consonant")),
    _case("a cue on a part that is silent", _VOICE + "sections:\n",
          _VOICE + "  bass: {instrument: felt_piano}\nsections:\n"
          "  - name: A\n    bars: 4\n    lyrics: [one, two]\n"
          "    play: {guitar: {style: strum, enters: 3}, voice: {style: sung, leaves: 3}}\n    cues:\n"
          "      - {effect: stutter, bar: 1, part: «bass}\n      - {effect: stutter, bar: 2, part: «guitar}\n"
          "      - {effect: stutter, bar: 3, part: guitar}\n"
          "      - {effect: stutter, line: 2, word: two, part: «voice}\n",
          ('bass does not play in "A"', "guitar, voice"), ('guitar is silent in bar 2 of "A"', "then: voice"),
          ('voice is silent in bar 3 of "A"', "then: guitar")),
    _case("a beat that only the eighths have", _PLAY,
          _PLAY + "\n    meter: 6/8\n    cues: [{effect: stutter, bar: 1, beat: 2.5}, "
          "{effect: stutter, bar: 1, beat: «3}]",
          ("a bar of 6/8 has no beat 3", "1 to less than 3: a beat is what the foot taps")),
    _case("cues astray", _PLAY, _PLAY + """
    cues:
      - {effect: stutter, bar: «5}
      - {effect: stutter, line: «3, word: a}
      - {effect: stutter, line: 1, word: «lime}
      - «effect: stutter
      - {effect: «eq, bar: 1, beat: «5}
      - {effect: stutter, bar: 1, part: «guitr}""",
          ('"Verse" has no bar 5', "1 to 4"), ('"Verse" has no line 3', "1 to 2"),
          ('unknown word in line 1 "lime"', "a, line, to, sing", "line"),
          ("a cue needs either a bar or a word", "bar: N"),
          ("eq cannot be a glitch", "one of: argmax_trace, bit_crush"),
          ("a bar of 4/4 has no beat 5", "less than 5"),
          ('unknown part "guitr"', "guitar, voice", "guitar")),
    # singing
    _case("lyrics without a voice", _PLAY + "\n    lyrics", "play: {guitar: fingerpick}\n    «lyrics",
          ('lyrics without a voice: no part sings in "Verse"', "sung")),
    _case("an instrument that does not sing", _PLAY, "play: {guitar: «sung}",
          ("steel_guitar does not sing: guitar cannot be sung", "hum")),
    # YAML
    _case("a tag", _TITLE, "title: «!!python/name:os.system x", ("a tag: !!python/name:os.system", "plain values")),
    _case("doubled keys", _TEMPO, "tempo: 100\n«tempo: 90\n«title: Other",
          ('the key "tempo" appears twice, first on line 2', "each key once"),
          ('the key "title" appears twice, first on line 1', "once")),
    _case("a key that is a number", _GUITAR, _GUITAR + "\n  «1: {instrument: steel_guitar}",
          ("a key that is a number", "a word")),
    _case("an alias of itself", _TITLE, "title: «&song [«*song]", ('"title" is a list', "a text"),
          ("*song repeats something that contains it",)),
    _case("an alias of nothing", _TITLE, "title: «*song", ("nothing before is marked &song", "an alias")),
    _case("tabs", "  guitar: {instrument: steel_guitar}\n  voice:", "«\tguitar: {instrument: steel_guitar}\n«\tvoice:",
          ("a tab in the indentation", "spaces"), ("a tab in the indentation", "spaces")),
    _case("a second document", _LYRICS, _LYRICS + "«---\ntitle: Other\n", ("a second document", "one song per file")),
    _case("an unquoted colon", _TITLE, "title: Test«: one", ("syntax error: a colon", "quotes")),
    _case("an unclosed quote", _TITLE, "title: «'Test",
          ("syntax error: a quote that is not closed", "closing quote")),
    _case("a quote that is closed where the next one begins", _TITLE, 'title: «"Test',
          ("syntax error: a quote that is not closed", "closing quote")),
    _case("a key without its colon", "    bars: 4", "    «bars 4",
          ("syntax error: a line without a key", "key: value")),
    _case("a first key without its colon", _TITLE, "«title Test",
          ("syntax error: a line without a key", "key: value")),
    _case("a key without its space", "    bars: 4", "    «bars:4",
          ("syntax error: a key without a space after its colon", "with a space")),
    _case("a mapping that is not closed", _PLAY, "play: «{guitar: fingerpick, voice: sung",
          ("syntax error: a mapping that is not closed", "} at the end")),
    _case("an unquoted bar line", _HARMONY, "harmony: | «Am | F |",
          ("syntax error: a text that begins with |", "quotes")),
    _case("a control character", _TITLE, "title: Te«\x00st «\x07", ("a character that is not text", "UTF-8"),
          ("a character that is not text", "UTF-8")),
    _case("an escaped surrogate", _TITLE, 'title: «"\\ud800"', ("an escaped character that is not text",)),
]
