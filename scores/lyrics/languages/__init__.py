"""Languages of the words: their names, the voice of espeak-ng that reads and says them, and how their syllables part.

Words of another language than English are read by espeak-ng's rules and dictionary of that language, in every render,
whichever engine sings the English ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from scores.notation import NotationError, as_found

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a song may be in.

    Parameters
    ----------
    code
        What a score writes, after BCP 47.
    name
        In English.
    also
        Other names that people write.
    voice
        Name of the voice of espeak-ng 1.52.
    weak
        Words of one syllable that take no stress: articles, pronouns, prepositions, conjunctions.
    onset_before
        Consonants that begin a syllable together with a stop or a nasal after them: Italian "que-sto".
    parts_doubles
        Whether a doubled letter is divided between two syllables: Italian "not-te", but Spanish "ca-lle".
    symbols
        Signs that are said, and their words.
    """

    code: str
    name: str
    also: tuple[str, ...]
    voice: str
    weak: frozenset[str]
    onset_before: frozenset[str]
    parts_doubles: bool
    symbols: tuple[tuple[str, str], ...]


def _language(code: str, name: str, also: str, weak: str, plus: tuple[str, str], *, onset_before: str = "",
              parts_doubles: bool = True, voice: str = "") -> Language:
    return Language(code, name, tuple(also.split()), voice or code, frozenset(weak.split()),
                    frozenset(onset_before.split()), parts_doubles, (("&", plus[0]), ("+", plus[1])))


_SPANISH = ("el la los las lo un una de del a al en y e o u que con por para sin mi mis tu tus su sus me te se le les "
            "nos os no si ni es")
_PORTUGUESE = ("o a os as um uma de do da dos das em no na nos nas e ou que com por para sem meu minha teu tua seu sua "
               "me te se lhe lhes nos não é")
LANGUAGES = {language.code: language for language in (
    _language("es", "Spanish", "spanish español castellano spa es-es", _SPANISH, ("y", "más"), parts_doubles=False),
    _language("es-419", "Latin American Spanish", "latino es-mx es-ar es-co es-us es-la", _SPANISH, ("y", "más"),
              parts_doubles=False),
    _language("fr", "French", "french français francais fra fr-fr fr-ca",
              "le la les l un une des de du à a au aux en et ou où que qui je tu il elle on nous vous ils me te se ce "
              "ne ni pas mon ma mes ton ta tes son sa ses dans sur par pour sans", ("et", "plus")),
    _language("de", "German", "german deutsch deu ger de-de de-at de-ch",
              "der die das den dem des ein eine und oder aber zu in im an am auf aus bei mit von vom vor für ich du er "
              "sie es wir ihr mich dich sich mir dir mein dein sein ist sind war hat wie als wenn dass so nicht",
              ("und", "plus"), onset_before="SH"),
    _language("it", "Italian", "italian italiano ita it-it",
              "il lo la i gli le un una di a da in con su per tra fra e o ma se che mi ti si ci vi ne non è del della "
              "al alla dal nel nella sul mio mia tuo tua suo sua", ("e", "più"), onset_before="S Z"),
    _language("pt", "Portuguese", "portuguese português portugues por pt-pt", _PORTUGUESE, ("e", "mais")),
    _language("pt-br", "Brazilian Portuguese", "brazilian brasileiro", _PORTUGUESE, ("e", "mais")),
)}
_ENGLISH_NAMES = ("en", "english", "eng", "en-us", "en-gb")
_CODES = {**dict.fromkeys(_ENGLISH_NAMES, ENGLISH),
          **{name: language.code for language in LANGUAGES.values()
             for name in (language.code, language.name.lower(), *language.also)}}
CODES = (ENGLISH, *LANGUAGES)


def parse_language(value: object) -> str:
    """Return the code of a language, for its code or a name of it.

    Raises
    ------
    NotationError
        For any other value, with the languages there are.
    """
    text = value.strip().lower().replace("_", "-") if isinstance(value, str) else ""
    if text in _CODES:
        return _CODES[text]
    allowed = ", ".join((f"{ENGLISH} (English)", *(f"{each.code} ({each.name})" for each in LANGUAGES.values())))
    raise NotationError(as_found(value), allowed, candidates=tuple(_CODES))


def name_of(code: str) -> str:
    """Return the English name of a language."""
    return LANGUAGES[code].name if code in LANGUAGES else "English"
