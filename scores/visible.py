"""Text of unknown origin as it may be shown: what commands a terminal, or turns or hides letters, is made visible."""

from __future__ import annotations

import unicodedata

# Categories of Unicode that are no letters to see: controls, formats (marks of writing direction, zero-width joins),
# lone surrogates, private and unassigned characters, separators of lines and paragraphs.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners that scripts and emoji need to be written at all.
JOINERS = frozenset("\u200c\u200d")
FIRST_PICTURE = 0x2400  # U+2400 to U+2421 are pictures of the controls of ASCII


def visible(text: str) -> str:
    """The text with each unseen character as a sign for it: ``␛[31m`` for a terminal's colour, ``<U+202E>`` for a mark
    that turns the writing direction.

    Nothing in the result is executed by a terminal or changes the order of letters. A text that has nothing unseen in
    it comes back as it is.
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
