"""Words as people sing them and no dictionary spells them: "Ooooooh", "yeaaah", "heav'n", "Hmm", "psst".

Also which sound of a word without a vowel is held, and what espeak-ng's alphabet is in ours.
"""

from __future__ import annotations

import re

from scores.lyrics.phonology import VOWELS, Phones, is_vowel

# How words are said that the dictionary lacks, or says in a way that nobody sings.
SUNG: dict[str, str] = {
    "hour": "AW1 R", "hours": "AW1 R Z", "our": "AW1 R", "ours": "AW1 R Z",
    "mm": "M1", "hmm": "HH M1", "hm": "HH M1", "mhm": "M1 HH M1", "shh": "SH1", "sh": "SH1", "psst": "P S1 T",
    "pst": "P S1 T", "ss": "S1", "zz": "Z1", "brr": "B R ER1", "br": "B R ER1", "grr": "G R ER1", "rr": "ER1",
    "pfft": "P F1 T", "pff": "P F1", "ff": "F1", "tsk": "T S1 K", "nn": "N1", "vv": "V1", "ll": "L1", "thth": "TH1",
    "woah": "W OW1", "whoah": "W OW1", "wo": "W OW1", "aah": "AA1", "aw": "AO1", "ooh": "UW1", "oo": "UW1",
    "oohh": "UW1", "ohh": "OW1", "yeh": "Y EH1", "yea": "Y EY1", "yah": "Y AA1", "nah": "N AA1", "mwah": "M W AA1",
    "uhh": "AH1", "eh": "EH1", "hey": "HH EY1", "ay": "EY1", "ayy": "EY1", "ayo": "EY1 OW0", "yo": "Y OW1",
    "ugh": "AH1 G", "ooo": "UW1", "aa": "AA1", "ee": "IY1", "haa": "HH AA1", "laa": "L AA1", "naa": "N AA1",
    "cuz": "K AH1 Z", "coz": "K AH1 Z", "'cuz": "K AH1 Z", "'coz": "K AH1 Z", "shoulda": "SH UH1 D AH0",
    "coulda": "K UH1 D AH0", "woulda": "W UH1 D AH0", "oughta": "AO1 T AH0", "outta": "AW1 T AH0",
    "lotta": "L AA1 T AH0", "dunno": "D AH0 N OW1", "tryna": "T R AY1 N AH0", "imma": "AY1 M AH0",
    "finna": "F IH1 N AH0", "whatcha": "W AH1 CH AH0", "gotcha": "G AA1 CH AH0", "betcha": "B EH1 CH AH0",
    "o'er": "AO1 R", "e'er": "EH1 R", "ne'er": "N EH1 R", "'neath": "N IY1 TH", "'gainst": "G EH1 N S T",
    "'tween": "T W IY1 N", "'twixt": "T W IH1 K S T", "'mid": "M IH1 D", "'mongst": "M AH1 NG S T",
    "th'": "DH AH0", "i'": "IH0", "wi'": "W IH1", "ma'am": "M AE1 M", "o'clock": "AH0 K L AA1 K",
}
# Words of two letters in capitals that the dictionary has as something else, and that are said letter by letter.
INITIALS = frozenset({"AI", "ID", "DJ", "MC", "UK", "EP", "LP", "VR", "AR", "GF", "BF"})
# Long vowels of one letter: "nooo" is "no", although there is a "noo".
_ONE_LETTER = frozenset(("so", "no", "go", "to", "do", "who", "you", "me", "we", "he", "she", "be", "my", "by"))
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_ELIDED = re.compile(r"[a-z]'[a-z]")
_RUN = re.compile(r"([a-z])\1+")

# Letters as sounds, for a word that cannot be read otherwise.
_LETTERS = {
    "a": "AA0", "b": "B", "c": "K", "d": "D", "e": "EH0", "f": "F", "g": "G", "h": "HH", "i": "IH0", "j": "JH",
    "k": "K", "l": "L", "m": "M", "n": "N", "o": "OW0", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH0",
    "v": "V", "w": "W", "x": "K S", "y": "IY0", "z": "Z", "ch": "CH", "ck": "K", "ng": "NG", "ph": "F", "sh": "SH",
    "th": "TH", "wh": "W", "qu": "K W", "ai": "EY0", "ay": "EY0", "ea": "IY0", "ee": "IY0", "ei": "EY0", "ey": "EY0",
    "ie": "IY0", "oa": "OW0", "oi": "OY0", "oo": "UW0", "ou": "AW0", "ow": "OW0", "oy": "OY0", "au": "AO0",
    "aw": "AO0", "ew": "UW0", "ue": "UW0",
}
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1")
_SIGN = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)))

# Sounds that can be held where a word has no vowel, the first found is: most sonorous first.
_HELD = ("M", "N", "NG", "L", "R", "Z", "ZH", "V", "DH", "S", "SH", "F", "TH", "HH")

# International Phonetic Alphabet, as espeak-ng's American voice writes it, in ARPAbet; vowels without their stress.
_AMERICAN = {
    "ɑː": "AA", "ɑ": "AA", "ɒ": "AA", "a": "AE", "æ": "AE", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "ᵊ": "AH", "ɔː": "AO",
    "ɔ": "AO", "o": "OW", "oː": "AO", "aʊ": "AW", "aɪ": "AY", "ɛ": "EH", "e": "EH", "ɜː": "ER", "ɜ": "ER", "ɚ": "ER",
    "eɪ": "EY", "ɪ": "IH", "ᵻ": "IH", "iː": "IY", "i": "IY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "ʊ": "UH",
    "uː": "UW", "u": "UW", "ɑːɹ": "AA R", "ɔːɹ": "AO R", "oːɹ": "AO R", "ɛɹ": "EH R", "ɪɹ": "IH R", "ʊɹ": "UH R",
    "aɪɚ": "AY ER", "aɪə": "AY AH", "aʊɚ": "AW ER", "iə": "IY AH", "əl": "AH L", "ən": "AH N", "ɑ̃": "AA N",
    "ɔ̃": "AO N", "y": "IY", "ø": "ER", "œ": "ER",
    "b": "B", "tʃ": "CH", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "dʒ": "JH", "k": "K", "l": "L",
    "ɫ": "L", "m": "M", "n": "N", "n̩": "AH N", "l̩": "AH L", "m̩": "AH M", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R",
    "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T", "ʔ": "", "θ": "TH", "v": "V", "w": "W", "ʍ": "W", "j": "Y", "z": "Z",
    "ʒ": "ZH", "x": "K", "ç": "HH", "ɲ": "N Y", "ʎ": "L Y", "ʁ": "R", "ɣ": "G", "β": "V", "ts": "T S", "dz": "D Z",
}


def sung_form(word: str) -> list[str]:
    """Return the words that a drawn-out word may stand for, the likeliest first: "yeaaah" → "yeaah", "yeah".

    Parameters
    ----------
    word
        In lower case.

    Returns
    -------
    list of str
        Empty where no letter stands three times in a row.
    """
    if not _DRAWN_OUT.search(word):
        return []
    single, double = _RUN.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word)
    only_drawn = _DRAWN_OUT.sub(r"\1", word)  # "hellooo" keeps its l's
    forms = [double, only_drawn, single]
    return [only_drawn, *forms] if only_drawn in _ONE_LETTER else forms


def unelided(word: str) -> str | None:
    """Return the word that an elided one stands for, "heav'n" → "heaven"; None where nothing was left out inside."""
    return word.replace("'", "e") if _ELIDED.search(word) else None


def without_elided(phones: Phones) -> Phones:
    """Return phones without their last weak vowel that is not the last sound: HH EH1 V AH0 N → HH EH1 V N."""
    for i in range(len(phones) - 2, -1, -1):
        if phones[i] in ("AH0", "IH0", "EH0") and i:
            return phones[:i] + phones[i + 1:]
    for i in range(len(phones) - 1, 0, -1):
        if phones[i] == "ER0":
            return (*phones[:i], "R", *phones[i + 1:])
    return phones


def with_nucleus(phones: Phones) -> Phones:
    """Return phones of which one at least is held: where none is a vowel, a hum, else a hiss, else the first."""
    if any(map(is_vowel, phones)) or not phones:
        return phones
    held = next((sound for sound in _HELD if sound in phones), phones[0])
    at = phones.index(held)
    return (*phones[:at], held + "1", *phones[at + 1:])


def american(sounds: tuple[str, ...], letters: str) -> Phones:
    """Return a word's sounds in ARPAbet with stress, at least one of them held.

    Parameters
    ----------
    sounds
        As espeak-ng has read the word.
    letters
        The word in a to z. Where the engine has named its letters ("B W A"), they are sounded instead.
    """
    out: list[str] = []
    for sound in sounds:
        stress = "1" if "ˈ" in sound else "2" if "ˌ" in sound else "0"
        out += [phone + stress if phone in VOWELS else phone for phone in _american(sound.strip("ˈˌ"))]
    vowels = sum(letter in "aeiouy" for letter in letters)
    if sum(map(is_vowel, out)) > vowels > 0:
        out = [phone for sign in _SIGN.findall(_DOUBLED.sub(r"\1", letters)) for phone in _LETTERS[sign].split()]
    found = tuple(out)
    if not any(phone[-1] == "1" for phone in found):  # every word has a stress
        first = next((i for i, phone in enumerate(found) if is_vowel(phone)), None)
        found = found if first is None else (*found[:first], found[first][:-1] + "1", *found[first + 1:])
    return with_nucleus(found)


def _american(sound: str) -> list[str]:
    """Phones of one sound; of an unknown one, those of its longest beginnings that are known."""
    out: list[str] = []
    while sound:
        size = next((size for size in range(len(sound), 0, -1) if sound[:size] in _AMERICAN), 0)
        out += _AMERICAN[sound[:size]].split() if size else []
        sound = sound[size or 1:]
    return out
