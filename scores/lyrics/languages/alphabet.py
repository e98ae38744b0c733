"""The International Phonetic Alphabet, as espeak-ng writes it, in the renderer's phones.

Sounds that English has are in ARPAbet; the others are the phones that ``scores.lyrics.phonology`` adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from scores.lyrics.phonology import ALL_VOWELS, Phones, is_vowel

# Sounds of all languages but English. A long sound is found without its mark.
_PHONES = {
    "a": "A", "ɑ": "AA", "ɐ": "AH", "ə": "AH", "ɜ": "AH", "æ": "AH", "e": "E", "ɛ": "EH", "i": "IY", "ɪ": "IH",
    "ɨ": "IH", "o": "O", "ɔ": "AO", "u": "UW", "ʊ": "UH", "y": "UE", "ʏ": "UE", "ø": "OE", "œ": "OEH",
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "ɛɪ": "EY", "oɪ": "OY", "ɔɪ": "OY", "ɔø": "OY", "ɔʏ": "OY", "uɪ": "UW",
    "eʊ": "EU", "ɛʊ": "EU", "iʊ": "IU", "oʊ": "OW", "ɔʊ": "OW",
    "ɑ̃": "AN", "ɐ̃": "AN", "ã": "AN", "ɛ̃": "EN", "ẽ": "EN", "ɔ̃": "ON", "õ": "ON", "œ̃": "UN", "ĩ": "INN",
    "ũ": "UNN", "ɐ̃ʊ̃": "AUN", "ɐ̃ɪ̃": "AN", "õɪ̃": "ON", "eɪ̃": "EN",
    "b": "B", "d": "D", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "ɫ": "L", "m": "M",
    "n": "N", "ŋ": "NG", "p": "P", "s": "S", "ʃ": "SH", "t": "T", "v": "V", "w": "W", "z": "Z", "ʒ": "ZH", "tʃ": "CH",
    "dʒ": "JH", "θ": "TH", "ð": "DH", "ɹ": "R", "r": "RR", "ɾ": "DX", "ʁ": "RH", "ʀ": "RH", "x": "X", "χ": "X",
    "ç": "CX", "ɲ": "NY", "ʎ": "LY", "ʝ": "Y", "ɟ": "Y", "β": "BH", "ɣ": "GH", "ts": "TS", "dz": "DZ",
    "pf": "PF", "ɥ": "HY",
}
# Weak vowels that are glides before another vowel: French "nuit" has one syllable, Italian "cuore" two.
_GLIDES = {"fr": (frozenset({"UE0"}), "IY", "HY"), "it": (frozenset({"UH0", "UW0"}), "AO", "W")}
# Sounds that a voice of espeak-ng writes otherwise than the alphabet has them.
_OF_VOICE = {"pt-br": {"y": "IY"}}


def phones_of(sounds: Sequence[str], language: str) -> Phones:
    """Return a word that espeak-ng has read as phones, each nucleus with its stress as a digit.

    Parameters
    ----------
    sounds
        Phonemes in the International Phonetic Alphabet, with stress marks.
    language
        Code of the language, not English.
    """
    out: list[str] = []
    for sound in sounds:
        stress = "1" if "ˈ" in sound else "2" if "ˌ" in sound else "0"
        plain = sound.strip("ˈˌ").replace("ː", "").rstrip("-")
        own = _OF_VOICE.get(language, {})
        phone = own.get(plain) or _PHONES.get(plain) or _nearest(plain)
        if phone:
            out.append(phone + stress if phone in ALL_VOWELS else phone)
    if language in _GLIDES:
        out = _with_glides(out, *_GLIDES[language])
    if not any(phone[-1] == "1" for phone in out):
        out = _stressed(out)
    return tuple(out)


def _nearest(sound: str) -> str:
    """Return the phone of an unknown sound: by its first sign that is known, nasal where it is."""
    for i, sign in enumerate(sound):
        if sound[i:i + 2] in _PHONES:
            return _PHONES[sound[i:i + 2]]
        if sign in _PHONES:
            return _PHONES[sign]
    return ""


def _with_glides(phones: list[str], weak: frozenset[str], before: str, glide: str) -> list[str]:
    """Turn a weak vowel before a stronger one into a glide."""
    following = [*(phone.rstrip("012") for phone in phones[1:]), ""]
    return [glide if phone in weak and after == before else phone
            for phone, after in zip(phones, following, strict=False)]  # a word of marks alone has no phones


def _stressed(phones: list[str]) -> list[str]:
    """Give a word without main stress one, if it has several syllables: on its secondary stress or its last nucleus."""
    nuclei = [i for i, phone in enumerate(phones) if is_vowel(phone)]
    if len(nuclei) < 2:
        return phones
    at = next((i for i in nuclei if phones[i][-1] == "2"), nuclei[-1])
    return [*phones[:at], phones[at][:-1] + "1", *phones[at + 1:]]


# Letters for sounds that no word of the lyrics spells.
_LETTERS = {
    "A": "a", "AA": "a", "AE": "a", "AH": "e", "E": "e", "EH": "e", "ER": "er", "IY": "i", "IH": "i", "O": "o",
    "AO": "o", "OW": "o", "UW": "u", "UH": "u", "UE": "ü", "OE": "ö", "OEH": "ö", "AY": "ai", "AW": "au", "EY": "ei",
    "OY": "oi", "EU": "eu", "IU": "iu", "AN": "an", "EN": "en", "ON": "on", "UN": "un", "INN": "in", "UNN": "um",
    "AUN": "ão", "TH": "z", "DH": "d", "SH": "sch", "CH": "ch", "ZH": "j", "JH": "g", "NY": "ñ", "LY": "ll",
    "DX": "r", "RR": "r", "RH": "r", "X": "ch", "CX": "ch", "BH": "v", "GH": "g", "TS": "z", "HY": "u", "Y": "i",
    "W": "u", "HH": "h", "NG": "n",
}


def spelled(phones: Phones) -> str:
    """Return letters that phones may be read from: the spelling of a number's syllable."""
    plain = (phone.rstrip("012") for phone in phones)
    return "".join(_LETTERS.get(phone, phone.lower()) for phone in plain)
