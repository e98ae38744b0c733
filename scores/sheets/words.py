"""Words of a page against the words of a table: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

_NOT_WORD = re.compile(r"[^\w&#]+")
_EMOJI = re.compile("[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200D\u20E3\u2B00-\u2BFF]+")


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text in small letters without accents; whatever is no word becomes one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", plain).strip()


def without_emoji(text: str) -> str:
    """Return a text without pictures, and without the spaces that they leave."""
    return re.sub(r"[ \t]{2,}", " ", _EMOJI.sub("", text)).strip() if _EMOJI.search(text) else text


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A saying that was found: what it stands for, and its words as the page has them."""

    means: T
    words: str


class Sayings(Generic[T]):
    """A dictionary of sayings of several words; the longest that begins at a word is the one that is found.

    Reading a text of n words takes n times the longest saying: it is linear.
    """

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._entries: dict[tuple[str, ...], list[T]] = {}
        for saying, means in entries:
            self._entries.setdefault(tuple(folded(saying).split()), []).append(means)
        self._entries.pop((), None)
        self._longest = max(map(len, self._entries), default=0)

    def find(self, text: str) -> Iterator[Found[T]]:
        """Yield what is found from left to right; no saying goes over a comma."""
        for piece in re.split(r"[,;]", text):
            words = folded(piece).split()
            for start, end in self._spans(words):
                for means in self._entries[tuple(words[start:end])]:
                    yield Found(means, " ".join(words[start:end]))

    def unknown(self, text: str, ordinary: frozenset[str]) -> list[str]:
        """Return the words that are in no saying and are not ``ordinary``, each once."""
        words = folded(text).split()
        known = {i for start, end in self._spans(words) for i in range(start, end)}
        return list(dict.fromkeys(word for i, word in enumerate(words)
                                  if i not in known and word not in ordinary and not word.isdigit()))

    def begins(self, text: str) -> tuple[T, int] | None:
        """Return the longest saying that the text begins with, and how many of its words that takes."""
        words = folded(text).split()[:self._longest]
        for end in range(len(words), 0, -1):
            if found := self._entries.get(tuple(words[:end])):
                return found[0], end
        return None

    def _spans(self, words: list[str]) -> Iterator[tuple[int, int]]:
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + self._longest), start, -1):
                if tuple(words[start:end]) in self._entries:
                    yield start, end
                    start = end - 1
                    break
            start += 1
