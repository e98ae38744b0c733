"""What editors complete from and what the pages say is what the models say."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from bad_scores import GOOD
from jsonschema import Draft202012Validator as Validator

import scores
from render.catalogue import catalogue
from render.dev.schema import REFERENCE_FILE, SCHEMA_FILE, build_reference, build_schema, schema_text
from scores.faults import ScoreError
from scores.format.source import Source
from scores.reading.read import read_score

FOLDER = Path(scores.__file__).parent
SONGS = sorted(FOLDER.glob("*.yaml"))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (FOLDER / "README.md").read_text(encoding="utf-8"), re.DOTALL)
# What an excerpt of a song names, the rest of the song has.
OUT_OF_CONTEXT = ("there is no such file", "unknown part ", "unknown earlier section", "unknown section",
                  "unknown singer", '"Verse" has no ', "the song has no bar", "lyrics without a voice")


def data_of(text: str) -> dict[str, Any]:
    source = Source(text)
    assert source.root is not None and not source.faults, source.faults
    plain: dict[str, Any] = json.loads(json.dumps(source.root.data))
    return plain


@pytest.fixture(scope="module")
def validator() -> Validator:
    Validator.check_schema(build_schema())
    return Validator(build_schema())


def test_the_schema_and_the_reference_in_the_tree_are_what_the_models_say_now() -> None:
    """Refresh them with ``python -m render.dev.schema``."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()
    assert REFERENCE_FILE.read_text(encoding="utf-8") == build_reference()


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.stem)
def test_every_song_is_valid_by_its_schema_and_by_its_reader(song: Path, validator: Validator) -> None:
    text = song.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=score.schema.json\n")
    validator.validate(data_of(text))
    assert read_score(song, catalogue()).score.title


@pytest.mark.parametrize(("old", "new"), [
    ("steel_guitar", "steel_guitr"), ("steel_guitar", "steel_guitar, patch: {nothing: 1}"), ("fingerpick", "fingrpick"),
    ("fingerpick", "{style: fingerpick, densty: 1}"), ("fingerpick", "{density: 0.5}"),
    ("hum", "hum, effects: [revrb]"),
    ("hum", "hum, effects: [{reverb: {rom: 1}}]"), ("tempo: 100", "tempo: fast"), ("bars: 4", "bars: 0"),
    ("bars: 4", "bars: 4\n    cues: [{effect: reverb, bar: 1}]"), ("voice:", "Voice:"),
    ("bars: 4", "bars: 4\n    glitch: {barr: 1}"),
])
def test_an_editor_marks_what_the_reader_would_refuse(old: str, new: str, validator: Validator) -> None:
    assert validator.is_valid(data_of(GOOD))
    assert not validator.is_valid(data_of(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize("new", [
    "{style: fingerpick, density: 0.5}", '{notes: "| A2:1 | r | r | r |"}', "{style: strum, enters: 2}", "strum"])
def test_an_editor_takes_each_way_to_say_how_a_part_plays(new: str, validator: Validator,
                                                          tmp_path: Path) -> None:
    text = GOOD.replace("fingerpick", new)
    validator.validate(data_of(text))
    (tmp_path / "song.yaml").write_text(text, encoding="utf-8")
    read_score(tmp_path / "song.yaml", catalogue())


@pytest.mark.parametrize(("part", "is_right"), [
    ("{soundfont: a.sf2, patch: {preset: Piano, bank: 128}}", True), ("{plugin: a.vst3, patch: {cutoff: 3}}", True),
    ("{soundfont: a.sf2, patch: {prest: Piano}}", False), ("{soundfont: a.sf2, instrument: hum}", False),
    ("{soundfont: a.sf2, plugin: a.vst3}", False), ("{level: 3}", False), ("{instrument: soundfont}", False),
    ("{soundfont: a.sf2, patch: {file: a.sf2}}", False),
])
def test_an_editor_knows_files_in_place_of_an_instrument(part: str, is_right: bool, validator: Validator) -> None:
    assert validator.is_valid(data_of(GOOD.replace("{instrument: steel_guitar}", part))) is is_right


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.strip().split("\n")[0][:40])
def test_every_example_of_the_format_is_valid(example: str, tmp_path: Path, validator: Validator) -> None:
    """A piece of a section stands in a section, a piece of a song in a song; only what it names may be missing."""
    score = data_of(GOOD)
    piece = data_of(textwrap.dedent(example))
    if not example.startswith("    ") and not example.startswith("      "):
        score |= piece
    elif set(piece) <= {"piano", "guitar"}:
        score["sections"][0]["play"] = piece
    else:
        score["sections"][0] |= piece
    validator.validate(score)
    path = tmp_path / "song.yaml"
    path.write_text(json.dumps(score), encoding="utf-8")
    try:
        read_score(path, catalogue())
    except ScoreError as error:
        assert [fault for fault in error.faults if not fault.message.startswith(OUT_OF_CONTEXT)] == []
