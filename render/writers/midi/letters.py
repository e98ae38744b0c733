"""The letters of a MIDI file: ASCII, since one accent makes some programs garble every name."""

from __future__ import annotations

import unicodedata

# ASCII spellings of characters that Unicode does not decompose.
ASCII = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "…": "...", "♯": "#",
                       "♭": "b", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O",
                       "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "\u00a0": " "})


def fold(text: str) -> str:
    """Return a text in ASCII: without accents, with plain punctuation, ``?`` for a character without equivalent."""
    decomposed = unicodedata.normalize("NFKD", text.translate(ASCII))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode("ascii")


def lyric(syllable: str, is_word_end: bool) -> str:
    """Return the text of a syllable's lyric event; empty for an empty syllable."""
    text = fold(syllable).strip()
    if not text:
        return ""
    return text + " " if is_word_end else text.rstrip("-") + "-"
