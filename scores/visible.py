"""Text of unknown origin as it may be shown: what is invisible becomes a visible sign, or is left out."""

from __future__ import annotations

import unicodedata

# Categories of Unicode that are no letters to see: controls, formats (marks of writing direction, zero-width joins),
# lone surrogates, private and unassigned characters, separators of lines and paragraphs.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners that scripts and emoji need to be written at all.
JOINERS = frozenset("\u200c\u200d")
FIRST_PICTURE = 0x2400  # U+2400 to U+2421 are pictures of the controls of ASCII


def visible(text: str) -> str:
    """Replace each invisible character by a sign: ``␛[31m`` for a terminal's colour, ``<U+202E>`` for a direction mark.

    No terminal executes anything in the result, and nothing in it changes the order of letters. A text without
    invisible characters is returned unchanged.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_sign(letter, n, text) for n, letter in enumerate(text))


def _sign(letter: str, place: int, text: str) -> str:
    if unicodedata.category(letter) not in UNSEEN:
        return letter
    if letter in JOINERS and 0 < place < len(text) - 1 and not text[place - 1].isascii():
        return letter
    code = ord(letter)
    if code < 0x20:
        return chr(FIRST_PICTURE + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def printable(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot hold and nobody sees; emoji and scripts stay joined."""
    return "".join(sign for sign in text if sign.isprintable() or sign in JOINERS)
