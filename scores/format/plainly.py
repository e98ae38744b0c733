"""The text of a score before it is read as YAML: signs that people type and YAML does not know, in their places."""

from __future__ import annotations

import re

# Tabs may stand between a key and its value (YAML 1.2.2, section 6.2), which the scanner does not know.
_TAB_AFTER_KEY = re.compile(r"^( *(?:- +)*\w+:)([ \t]*\t[ \t]*)", re.MULTILINE)
# A whole value in quotes of print, without a quote of YAML in it.
_PRINT_QUOTES = re.compile(
    r"^( *(?:- +)*(?:\w+:[ \t]+)|^ *(?:- +)+)[“”„«]([^\"\n\\“”„«»]*)[”“»]([ \t]*(?:#.*)?)$", re.MULTILINE)


def plainly(text: str) -> str:
    """Return a text with plain ends of lines, spaces and quotes; every other character keeps its place."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TAB_AFTER_KEY.sub(lambda found: found[1] + " " * len(found[2]), text)
    return _PRINT_QUOTES.sub(r'\1"\2"\3', text)
