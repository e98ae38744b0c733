"""A value that is written into a score's text: it stands there afterwards, and every other character stays."""

from __future__ import annotations

import pytest

from scores.format.amend import UnamendableError, amended
from scores.format.source import Source


@pytest.mark.parametrize(("text", "path", "value", "becomes"), [
    ("a: 1  # one\n", "a", 2, "a: 2  # one\n"),
    ("a: 1", "b c", 2, "a: 1\nb: {c: 2}\n"),
    ("a: {}\n", "a b", 2, "a: {b: 2}\n"),
    ("a: {x: 1,\n    y: 2 }  # both\n", "a b", 2, "a: {x: 1,\n    y: 2, b: 2 }  # both\n"),
    ("a: {x: {y: 1}}\n", "a x z", 2, "a: {x: {y: 1, z: 2}}\n"),
    ("a:\n  # first\n  x: 1\n\nb: |\n  text\n", "a w z", 2, "a:\n  # first\n  w: {z: 2}\n  x: 1\n\nb: |\n  text\n"),
    ("a: 1\r\nb: 2\r\n", "c", 3, "a: 1\r\nb: 2\r\nc: 3\r\n"),
    ("{a: 1}\n", "b c", 2, "{a: 1, b: {c: 2}}\n"),
    ("t: |\n  words\n\n", "b", "yes", 't: |\n  words\n\nb: "yes"\n'),
    ("a: 'x'\n", "a", "Verse 2: \"ü\"", 'a: "Verse 2: \\"ü\\""\n'),
])
def test_the_value_is_there_and_nothing_else_has_changed(text: str, path: str, value: int | str, becomes: str) -> None:
    assert amended(text, path.split(), value) == becomes
    found = Source(becomes.replace("\r\n", "\n")).root
    for key in path.split():
        assert found is not None
        found = found.children[key]
    assert found is not None and found.data == value


@pytest.mark.parametrize("text", [
    "a: &x {b: 1}\nc: *x\n", "a:\n", "a: [1]\n", "a: {b: 1\n", "a: {b: 1}\na: {b: 2}\n", "x: 1\r\ny: 2\n", "",
    "x: 1\n...\n"])
def test_where_that_cannot_be_the_line_to_write_is_told(text: str) -> None:
    with pytest.raises(UnamendableError, match=r"^a: \{b: 2\}$"):
        amended(text, ["a", "b"], 2)
