"""The score as YAML for a person: sections in order, guesses marked, nothing that is a default."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from scores.sheets.draft import Draft, DraftSection

WIDTH = 118
_MARK = "# Made from a lyric sheet ({digest}). What was guessed is marked: change whatever you like."
_MARKED = re.compile(r"# Made from a lyric sheet \((?P<digest>[0-9a-f]{12})\)\.[^\n]*\n")
# A comment at the end of a line that stands too near to what it is about.
_NEAR_COMMENT = re.compile(r"(?m)^(\s*(?:- )?[a-z_0-9]+: .*?\S) # (guessed|from what)")
_FLOW_ITEMS = 96  # characters of a mapping that stands on one line


def yaml_of(draft: Draft) -> str:
    """Return the text of a score."""
    pieces = [_dumped(_head(draft)), _dumped(CommentedMap(parts=_parts(draft)))]
    pieces += [_dumped(CommentedMap({key: _value(value, 1)})) for key, value in draft.tail.items()]
    sections = [_dumped(CommentedMap(sections=CommentedSeq([_section(section)]))).removeprefix("sections:\n")
                for section in draft.sections]
    body = "\n".join(pieces) + "\nsections:\n" + "\n".join(sections)
    body = _NEAR_COMMENT.sub(r"\1  # \2", body)
    return _MARK.format(digest=_digest(body)) + "\n" + body


def is_untouched(text: str) -> bool:
    """Whether a score is one that an import wrote and nobody has edited."""
    match = _MARKED.match(text)
    return bool(match) and match is not None and match["digest"] == _digest(text[match.end():])


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=6).hexdigest()


def _head(draft: Draft) -> CommentedMap:
    head = CommentedMap()
    for key, value in draft.head.items():
        head[key] = _value(value, 1)
        if why := draft.why.get(key):
            head.yaml_add_eol_comment(_comment(why), key)
    return head


def _parts(draft: Draft) -> CommentedMap:
    parts = CommentedMap()
    for name, part in draft.parts.items():
        parts[name] = _value(part, 2)
        if why := draft.part_why.get(name):
            if getattr(parts[name], "fa", None) is not None and parts[name].fa.flow_style():
                parts.yaml_add_eol_comment(_comment(why), name)
            else:
                first = next(iter(parts[name]))
                parts[name].yaml_add_eol_comment(_comment(why), first)
    return parts


def _section(section: DraftSection) -> CommentedMap:
    made = CommentedMap()
    for key, value in section.values.items():
        if key == "play":
            play = CommentedMap()
            for name, settings in value.items():
                play[name] = _value(settings, 3)
            made[key] = play
        elif key == "lyrics" and isinstance(value, str):
            made[key] = LiteralScalarString(value)
        elif key == "lyrics":
            made[key] = CommentedSeq(_value(entry, 4) for entry in value)
        elif key == "harmony":
            made[key] = LiteralScalarString(value) if "\n" in value else DoubleQuotedScalarString(value)
        else:
            made[key] = _value(value, 2)
    for key, why in section.why.items():
        if key == "play" and key in made:
            made.yaml_set_comment_before_after_key(key, before=_comment(why)[:WIDTH], indent=4)
        elif key in made and not isinstance(made[key], LiteralScalarString):
            made.yaml_add_eol_comment(_comment(why), key)
        elif key in made:
            made.yaml_set_comment_before_after_key(key, before=_comment(why), indent=4)
    return made


def _value(value: Any, depth: int) -> Any:
    """Return a value as ruamel writes it: small mappings and lists on one line."""
    if isinstance(value, Mapping):
        made = CommentedMap((key, _value(inner, depth + 1)) for key, inner in value.items())
        if _width(value) + 2 * depth <= _FLOW_ITEMS:
            made.fa.set_flow_style()
            _flow(made)
        return made
    if isinstance(value, list | tuple):
        row = CommentedSeq(_value(inner, depth + 1) for inner in value)
        if _width(value) + 2 * depth <= _FLOW_ITEMS:
            row.fa.set_flow_style()
            _flow(row)
        return row
    if isinstance(value, str) and value.startswith("|"):
        return DoubleQuotedScalarString(value)
    return value


def _flow(made: Any) -> None:
    for inner in made.values() if isinstance(made, CommentedMap) else made:
        if isinstance(inner, CommentedMap | CommentedSeq):
            inner.fa.set_flow_style()
            _flow(inner)


def _width(value: Any) -> int:
    if isinstance(value, Mapping):
        return 2 + sum(len(str(key)) + 4 + _width(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return 2 + sum(_width(inner) + 2 for inner in value)
    return len(str(value))


def _comment(why: str) -> str:
    return re.sub(r"\s+", " ", why)


def _dumped(data: Any) -> str:
    yaml = YAML()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()
