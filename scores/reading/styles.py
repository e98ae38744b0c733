"""``style: bossa``: one word for how a whole band plays, from ``tables/styles.yaml`` and ``tables/roles.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scores.catalogue import Catalogue, Instrument
from scores.format.files import located
from scores.format.model import Part, Score, Section
from scores.players import players, style_and_settings
from scores.table import read_table

OFF = "off"  # a play value: the part does not play
USUAL = "common"  # the entry of the table that all styles build on
# Players of one note at a time, for a part with a style that takes other strings than it has.
FOR_ANY_STRINGS = {"style": "riff"}


def with_styles(score: Score, catalogue: Catalogue, folder: Path) -> Score:
    """Return the score with a player in each section for each part that a style makes play, and without ``off``.

    Parameters
    ----------
    score
        A score, its harmony composed.
    catalogue
        The instruments it may name.
    folder
        The folder of its file, from which its sounds are read.
    """
    roles: dict[str, str] = {}
    if score.style or any(section.style for section in score.sections):
        roles = {name: role_of(part, catalogue, folder) for name, part in score.parts.items()}
    return score.model_copy(update={"sections": tuple(
        _with_style(score, section, roles, catalogue) for section in score.sections)})


def _with_style(score: Score, section: Section, roles: Mapping[str, str], catalogue: Catalogue) -> Section:
    updates: dict[str, Any] = {}
    style = section.style or score.style
    if section.energy is not None and "dynamics" not in section.model_fields_set:
        updates["dynamics"] = section.energy
    if style is None:
        if OFF in section.play.values():
            updates["play"] = {name: value for name, value in section.play.items() if value != OFF}
        return section.model_copy(update=updates) if updates else section
    table, turns = band_of(style), dict.fromkeys(read_table("roles"), 0)
    play: dict[str, Any] = {}
    for name, role in roles.items():
        written = section.play.get(name)
        plays_by_itself = role not in ("voice", "lead") or (role == "voice") == bool(section.lyrics)
        ways = table.get(role, [OFF])
        way = ways[min(turns.get(role, 0), len(ways) - 1)]
        turns[role] = turns.get(role, 0) + 1
        if written is not None:
            value = _overridden(written, [way, *ways, *(way for others in table.values() for way in others)])
        else:
            value = way if plays_by_itself else OFF
            value = _fitting(value, catalogue.instruments.get(score.parts[name].instrument))
        if value != OFF:
            play[name] = value
    # What is no part of the song is reported as that, whatever it would play.
    play |= {name: FOR_ANY_STRINGS if value == OFF else value for name, value in section.play.items()
             if name not in roles}
    updates |= {"play": play, "style": style, "energy": section.energy or updates.get("dynamics", section.dynamics)}
    return section.model_copy(update=updates)


def band_of(style: str) -> dict[str, list[Any]]:
    """Return what each role plays in a style: ``{style: a player, its settings}`` or off, for its parts in turn."""
    table = read_table("styles")
    usual, own = table[USUAL], table[style]
    band: dict[str, list[Any]] = {}
    for role in usual:
        base = _listed(usual[role])
        ways = _listed(own[role]) if role in own else base
        band[role] = [way if way == OFF or "style" in way else base[0] | way for way in ways]
        # when a role joins in is the same for all styles that do not say it
        joins = {"from_energy": base[0]["from_energy"]} if "from_energy" in base[0] else {}
        band[role] = [way if way == OFF else joins | way for way in band[role]]
    return band


def _listed(entry: Any) -> list[Any]:
    """Return an entry of the table as a list of ``off`` and mappings."""
    ways = entry if isinstance(entry, list) else [entry]
    return [{"style": way} if isinstance(way, str) and way != OFF else way for way in ways]


def _overridden(written: Any, ways: list[Any]) -> Any:
    """Return a play value of the score over the settings that the style has for its player."""
    if written == OFF:
        return OFF
    style, settings = style_and_settings(written)
    known = next((way for way in ways if way != OFF and way.get("style") == style), None)
    if known is None:
        return written
    return {key: value for key, value in known.items() if key != "from_energy"} | settings


def _fitting(value: Any, instrument: type[Instrument] | None) -> Any:
    """Return a player for the instrument: one that needs six strings is nothing for five."""
    if value == OFF or instrument is None:
        return value
    needed = players()[value["style"]].string_count
    if needed and instrument.string_count not in (0, needed):
        return FOR_ANY_STRINGS | {key: value[key] for key in ("from_energy",) if key in value}
    return value


def role_of(part: Part, catalogue: Catalogue, folder: Path) -> str:
    """Return the role of a part, by what its instrument is; ``keys`` where that is not known."""
    kind = catalogue.instruments.get(part.instrument)
    if kind is None:
        return "keys"
    if kind.sings:
        return "voice"
    program, drums = part.program or kind.program, None
    model: Any = kind
    try:
        made, faults = located(model.model_validate(part.settings, strict=True), folder, ("parts",), {})
        if not faults:
            drums, program = made.drum_program(), part.program or made.midi_program()
    except (ValidationError, OSError, ValueError):  # reported where the part is bound
        pass
    if drums is not None:
        return "drums"
    return next((role for role, ranges in read_table("roles").items()
                 for first, last in ranges if first <= program <= last), "keys")
