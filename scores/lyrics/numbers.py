"""Numbers, sums of money, times and dates as people say them in English."""

from __future__ import annotations

import re

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
             "twelve": "twelfth"}
_MONEY = {"$": ("dollar", "dollars"), "€": ("euro", "euros"), "£": ("pound", "pounds"), "¥": ("yen", "yen")}
# Most digits of a number that is read as a whole; longer ones are read digit by digit.
_LONGEST_EXACT_NUMBER = 15
# Years that are said in two halves: "nineteen ninety-nine"; "two thousand nine" is said as any number.
_YEARS = range(1100, 2000)

# Figures in a line: each is a token of its own. The longest forms come first.
FIGURES = (
    r"(?P<money>[$€£¥]\d[\d,]*(?:\.\d+)?)"
    r"|(?P<fraction>(?<![\w.,])\d{1,3}[/⁄]\d{1,3}(?![\w/⁄]))"
    r"|(?P<clock>(?<![\w.,])\d{1,2}(?::[0-5]\d(?:\s?[AaPp]\.?[Mm]\b\.?)?|\s?[AaPp]\.?[Mm]\b\.?))"
    r"|(?P<decade>(?:'|\b(?:1[1-9]|20)?)\d0'?s\b)"
    r"|(?P<short_year>(?<!\w)'\d\d\b)"
    r"|(?P<number>(?<![\w.])[-−]?(?=\d)\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:(?<![\w.])[-−])?\d+(?:\.\d+)?)"
    r"(?P<ordinal>st|nd|rd|th)?"
)


def figure_words(match: re.Match[str]) -> list[str]:
    """Return a match of ``FIGURES`` as it is said, word by word; letters as in "a.m." are words of one letter."""
    if match["money"]:
        return _money(match["money"])
    if match["fraction"]:
        return _fraction(*(int(part) for part in re.split("[/⁄]", match["fraction"])))
    if match["clock"]:
        return _clock(match["clock"])
    if match["decade"]:
        figures = match["decade"].strip("s").replace("'", "")
        return [*([] if len(figures) == 2 else _century(int(figures[:2]))), _plural_ten(int(figures[-2:]))]
    if match["short_year"]:
        return _two_digits(match["short_year"][1:])
    said = number_words(match["number"])
    return [*said[:-1], ordinal(said[-1])] if match["ordinal"] else said


def number_words(digits: str) -> list[str]:
    """Return a number as it is said: "-4.1" is minus four point one. Commas may separate groups of three digits."""
    sign, body = ("minus",) if digits[0] in "-−" else (), digits.lstrip("-−").replace(",", "")
    whole, _, decimals = body.partition(".")
    if body == digits and body.isdigit() and len(body) == 4 and int(body) in _YEARS:
        return _year(int(body))
    said = _cardinal(int(whole)) if len(whole) <= _LONGEST_EXACT_NUMBER else [_ONES[int(d)] for d in whole]
    return [*sign, *said, *(["point"] if decimals else []), *(_ONES[int(d)] for d in decimals)]


def _cardinal(value: int) -> list[str]:
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")]
    size, name = next(scale for scale in _SCALES if value >= scale[0])
    return [*_cardinal(value // size), name, *(_cardinal(value % size) if value % size else [])]


def ordinal(word: str) -> str:
    """Return the ordinal of a number's last word: "twenty-one" → "twenty-first"."""
    head, hyphen, last = word.rpartition("-")
    return head + hyphen + (_ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


def _two_digits(digits: str) -> list[str]:
    """Return the second half of a year or a time: "oh five", "twelve"."""
    return ["oh", _ONES[int(digits)]] if digits[0] == "0" and digits != "00" else _cardinal(int(digits))


def _year(year: int) -> list[str]:
    return [*_cardinal(year // 100), *(["hundred"] if year % 100 == 0 else _two_digits(f"{year % 100:02d}"))]


def _century(number: int) -> list[str]:
    return ["two", "thousand"] if number == 20 else _cardinal(number)


def _plural_ten(value: int) -> str:
    return "hundreds" if value == 0 else "tens" if value == 10 else _TENS[value // 10][:-1] + "ies"


def _money(text: str) -> list[str]:
    one, many = _MONEY[text[0]]
    whole, _, parts = text[1:].rstrip(",").partition(".")
    said = [*_plain_number(whole.replace(",", "")), one if whole == "1" else many]
    return said if not parts else [*said, *(_two_digits(parts) if len(parts) == 2 and parts != "00"
                                            else [] if parts == "00" else [_ONES[int(d)] for d in parts])]


def _plain_number(digits: str) -> list[str]:
    """Return a number that is no year."""
    return _cardinal(int(digits)) if len(digits) <= _LONGEST_EXACT_NUMBER else [_ONES[int(d)] for d in digits]


def _fraction(over: int, under: int) -> list[str]:
    if over < under and under in (2, 3, 4, 5, 6, 8, 10):
        name = {2: "half", 4: "quarter"}.get(under) or ordinal(_ONES[under])
        many = "halves" if name == "half" else name + "s"
        return [*_cardinal(over), name if over == 1 else many]
    return [*_cardinal(over), *_cardinal(under)]  # "24/7", "9/11"


def _clock(text: str) -> list[str]:
    figures = re.match(r"(\d{1,2})(?::(\d\d))?", text)
    assert figures is not None
    half = [letter.lower() for letter in text[figures.end():] if letter.isalpha()]
    minutes = [] if figures[2] is None else ["o'clock"] if figures[2] == "00" and not half \
        else [] if figures[2] == "00" else _two_digits(figures[2])
    return [*_cardinal(int(figures[1])), *minutes, *half]
