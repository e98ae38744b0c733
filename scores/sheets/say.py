"""What is spoken where a line is written otherwise: greentext, vectors of numbers, arrows, net speech."""

from __future__ import annotations

import re

from scores.lyrics.numbers import number_words
from scores.sheets.words import folded
from scores.table import read_table

# What the net writes and what a person says; English.
SPOKEN_FORMS = {"mfw": "my face when", "tfw": "that feeling when", "mrw": "my reaction when", "imo": "in my opinion",
                "btw": "by the way", "idk": "I don't know", "tbh": "to be honest", "brb": "be right back",
                "afaik": "as far as I know", "smh": "shaking my head", "ngl": "not gonna lie", "w/": "with",
                "w/o": "without", "argmax": "arg max"}
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?![\w])")
_VECTOR = re.compile(r"[\[(]\s*([-−]?\d+(?:\.\d+)?(?:\s*,\s*[-−]?\d+(?:\.\d+)?)+)\s*[\])]")
_CALL = re.compile(r"(?<=\w)\(\)")


def spoken(text: str, language: str) -> str:
    """Return a line as it is said."""
    said = _VECTOR.sub(lambda match: "; ".join(_number(n.strip()) for n in match[1].split(",")) + ";", text) \
        if language == "en" else text
    said = _CALL.sub("", said)
    said = re.sub(r"\s*(?:→|->|=>)\s*", " to " if language == "en" else ", ", said)
    if language == "en":
        for form, full in SPOKEN_FORMS.items():
            said = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", full, said, flags=re.IGNORECASE)
    said = said.replace("(", "").replace(")", "").replace("[", "").replace("]", "").replace("*", "")
    return re.sub(r"\s+", " ", said.replace(";", ",")).strip(" ,")


def special_words(text: str) -> dict[str, str]:
    """Return the words of a song that the dictionary lacks and ``tables/pages.yaml`` has, with their phones."""
    said = set(folded(spoken(text, "en")).split())
    return {word: phones for word, phones in read_table("pages")["pronounce"].items() if word in said}


def vector_in(text: str) -> list[float]:
    """Return the numbers that stand in brackets in a line, none where there is no vector."""
    match = _VECTOR.search(text)
    return [float(number.replace("−", "-")) for number in match[1].split(",")] if match else []


def _number(digits: str) -> str:
    if re.fullmatch(r"0\.0+", digits):
        return "zero"
    return " ".join(number_words(digits))
