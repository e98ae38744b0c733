"""Phones of other languages than English in the mnemonics of espeak-ng's voices, for words that a score pronounces.

Words of those languages that a score does not pronounce are said by the engine's own rules, and need no mnemonics.
"""

from __future__ import annotations

from scores.lyrics.phonology import ALL_VOWELS

# What the voices of all languages call a phone, except where one has a name of its own.
_COMMON = {
    "A": "a", "E": "e", "O": "o", "UE": "y", "OE": "Y", "OEH": "W", "AN": "A~", "EN": "E~", "ON": "O~", "UN": "W~",
    "INN": "i~", "UNN": "u~", "AUN": "&U~", "EU": "eU", "IU": "iU",
    "AA": "a", "AE": "a", "AH": "@", "AO": "O", "AW": "aU", "AY": "aI", "EH": "E", "ER": "@", "EY": "eI", "IH": "I",
    "IY": "i", "OW": "o", "OY": "oI", "UH": "U", "UW": "u",
    "B": "b", "CH": "tS", "D": "d", "DH": "D", "F": "f", "G": "g", "HH": "h", "JH": "dZ", "K": "k", "L": "l", "M": "m",
    "N": "n", "NG": "N", "P": "p", "R": "r", "S": "s", "SH": "S", "T": "t", "TH": "T", "V": "v", "W": "w", "Y": "j",
    "Z": "z", "ZH": "Z", "NY": "n^", "LY": "l^", "DX": "*", "RR": "R", "RH": "r", "X": "x", "CX": "C", "BH": "B",
    "GH": "Q", "TS": "ts", "DZ": "dz", "PF": "pF", "HY": "y",
}
_OWN = {
    "es": {"AH": "a", "IH": "i", "UH": "u", "AO": "o", "V": "b", "Z": "s", "DX": "**", "RR": "R2", "HH": "x"},
    "fr": {"IH": "i", "UH": "u", "AY": "a|j", "EY": "e|j", "OY": "o|j", "AW": "a|u", "R": "r", "RR": "r", "DX": "r",
           "TH": "s", "DH": "z", "HH": "", "TS": "t|s", "HY": "y"},
    "de": {"IY": "i:", "UW": "u:", "E": "e:", "O": "o:", "UE": "y:", "OE": "Y:", "AA": "A:", "OY": "OY", "RR": "r",
           "DX": "r", "W": "v", "TH": "s", "DH": "z"},
    "it": {"AH": "a", "AA": "a", "TH": "t", "DH": "d", "DX": "*"},
    "pt": {"AH": "&", "AN": "&~", "IH": "y", "RH": "x", "AO": "O"},
}
_OWN["es-419"] = {**_OWN["es"], "TH": "s"}
_OWN["pt-br"] = {**_OWN["pt"], "IH": "i", "RH": "x"}
_STRESS = {"0": "", "1": "'", "2": ","}


def mnemonics(given: str, language: str) -> str:
    """Return a pronunciation as the voice of a language takes it.

    Parameters
    ----------
    given
        Phones separated by spaces, each nucleus with its stress.
    language
        Code of the language, not English.
    """
    own = _OWN.get(language, {})
    out = []
    for phone in given.split():
        plain = phone.rstrip("012")
        name = own.get(plain, _COMMON.get(plain, ""))
        out.append((_STRESS[phone[-1]] if plain in ALL_VOWELS and phone != plain else "") + name)
    return "|".join(name for name in out if name)


def phone_of(mnemonic: str) -> str:
    """Return the phone that a mnemonic of any voice is most like; an unknown consonant is a breath."""
    for length in range(len(mnemonic), 0, -1):
        if mnemonic[:length] in _PHONES:
            return _PHONES[mnemonic[:length]]
    return "AH" if mnemonic[:1] in "aAeEiIoOuUV@03&" else "HH"


_PHONES = {name: phone for phone, name in reversed(_COMMON.items())}
