"""A page from its bytes: text, or a clear refusal."""

from __future__ import annotations

import re
import unicodedata

from scores.faults import InputError

# Largest page [bytes]. A long song has 5 kB; a MusicXML lead sheet some 500 kB.
MAX_BYTES = 2_000_000
# Most lines of a page, and most characters of a line: more is no lyric sheet.
MAX_LINES, MAX_CHARACTERS = 5_000, 2_000
# Most characters of a page of text.
MAX_TEXT = 400_000
# Longest run of one space or sign: what is longer is shortened, since no page means more by it.
LONGEST_RUN = 80
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_RUN = re.compile(r"([^\w\n])\1{80,}")
_HTML = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|div|script|table|p|span)\b", re.IGNORECASE)
_RIGHT_TO_LEFT = {"R", "AL"}
# Signs of Windows' code page 1252 that came as the control characters 128 to 159, and what is no character at all.
_MISREAD: dict[int, str | None] = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xa0)}
_MISREAD |= dict.fromkeys([*range(0xd800, 0xe000), 0xfffe, 0xffff])


def text_of(data: bytes) -> str:
    """Return the text of a page: UTF-8, UTF-16 with its mark, or else Windows' code page 1252; with plain line ends.

    Raises
    ------
    InputError
        Where the page is too large, binary, HTML, or written from right to left.
    """
    check_size(data)
    if not data.strip():
        raise InputError("the page is empty", allowed="a lyric sheet")
    text = re.sub("\r\n?|[\f\v\u2028\u2029]", "\n", _decoded(data).translate(_MISREAD))
    if _CONTROL.search(text):
        raise InputError("this is no page of text: it has control characters", allowed="text in UTF-8")
    if len(_HTML.findall(text[:4000])) >= 2:
        raise InputError("this is HTML, not a lyric sheet", allowed="the text alone: copy it from the page you see")
    lines = text.split("\n")
    if len(text) > MAX_TEXT or len(lines) > MAX_LINES or any(len(line) > MAX_CHARACTERS for line in lines):
        raise InputError("this is too long for a lyric sheet",
                         allowed=f"at most {MAX_TEXT:,} characters in {MAX_LINES:,} lines of {MAX_CHARACTERS:,}")
    _check_direction(text)
    return _RUN.sub(lambda match: match[0][:LONGEST_RUN], unicodedata.normalize("NFC", text.expandtabs(8)))


def check_size(data: bytes) -> None:
    """Raise InputError where a page is too large."""
    if len(data) > MAX_BYTES:
        raise InputError(f"the page is too large: {len(data):,} bytes", allowed=f"at most {MAX_BYTES:,} bytes")


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise InputError("this is no page of text", allowed="text in UTF-8") from error
        mended = data.decode("utf-8-sig", errors="replace")
        damaged = mended.count("\ufffd")
        whole = sum(letter > "\x7f" for letter in mended) - damaged
        return mended if whole > 4 * damaged else data.decode("latin-1")  # UTF-8 that lost some bytes, or another one


def _check_direction(text: str) -> None:
    """Refuse a page that is mostly written from right to left: nothing here can sing it."""
    letters = [unicodedata.bidirectional(letter) for letter in text[:20_000] if letter.isalpha()]
    if letters and sum(kind in _RIGHT_TO_LEFT for kind in letters) > 0.5 * len(letters):
        raise InputError("the words are written from right to left, and no voice here can sing them",
                         allowed="words in Latin letters; transliterate them")
