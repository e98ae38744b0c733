"""The document of a page: its text as HTML, with styles, scripts and what they know of the song inside.

All that is read stands in the HTML itself, in order, so a screen reader and a browser without scripts have it, and
nothing moves when the scripts begin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.rendering import Rendering
from render.writers.overview import clock, decibels
from render.writers.page.facts import facts, placed_lines, pretty, shown

NAME = "index.html"
# Styles and scripts, in the order in which they stand in the document. Scripts share one scope.
STYLES = ("page.css", "timeline.css", "words.css")
SCRIPTS = ("song.js", "mix.js", "stems.js", "player.js", "colour.js", "timeline.js", "words.js", "desk.js", "keys.js",
           "main.js")
# Those that a page which is served while the song is written has beside them.
LIVE_STYLES, LIVE_SCRIPTS = ("live.css", "why.css"), ("faults.js", "why.js", "takes.js", "live.js")
# Kinds of files that a mix is in.
TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg"}
# A place for a text in the template.
_PLACE = re.compile(r"\{\{(\w+)\}\}")
# Levels of a stem's slider [dB]: the lowest silences it.
LOWEST_DB, HIGHEST_DB = -30, 6


@dataclass(frozen=True)
class Sound:
    """Where a page finds its sound, in addresses relative to it.

    Attributes
    ----------
    mixes
        The mastered mix in several files: the first that is there is played.
    stems
        A script for each stem; none where stems cannot be heard.
    gain_db
        Gain at which the stems together are as loud as the mix.
    """

    mixes: Sequence[str]
    stems: Sequence[str] = ()
    gain_db: float = 0.0


def as_html(rendering: Rendering, sound: Sound, *, live: bool = False) -> str:
    """Return the page of a rendering as HTML; a live one follows its server's events."""
    score = rendering.score
    told = {**facts(rendering), "stems": [quote(path) for path in sound.stems], "gain": round(sound.gain_db, 3)}
    texts = {
        "language": escape(score.language), "title": escape(score.title), "artist": escape(score.artist),
        "figures": "".join(f"<li>{escape(figure)}</li>" for figure in figures(rendering)),
        "styles": "\n".join(asset(name) for name in STYLES + LIVE_STYLES * live),
        "scripts": "\n".join(asset(name) for name in SCRIPTS + LIVE_SCRIPTS * live),
        "song": _script_safe(json.dumps(told, ensure_ascii=False, separators=(",", ":"))),
        "sources": "".join(f'<source src="{quote(path)}" type="{TYPES[Path(path).suffix]}">' for path in sound.mixes),
        "seconds": f"{rendering.frames / rendering.rate:.3f}",
        "clock": clock(rendering.frames / rendering.rate),
        "sections": "".join(_sections(rendering)), "lanes": "".join(_lanes(rendering, bool(sound.stems))),
        "heard": HEARD_LIVE if live else HEARD_BOTH if sound.stems else HEARD_MIX,
        "words": "".join(_words(rendering)) or "<p>No words are sung in this song.</p>",
    }
    return filled("page.html", texts)


def waiting(title: str) -> str:
    """Return the page that is shown until there is a song: it tells what is wrong, and shows the song when it comes."""
    texts = {"title": escape(title), "styles": asset("page.css") + asset("live.css"), "scripts": asset("faults.js")}
    return filled("waiting.html", texts)


def filled(template: str, texts: Mapping[str, str]) -> str:
    """Return a template with its texts; each begins with the head that all pages share."""
    def put(name: str, known: Mapping[str, str]) -> str:
        return _PLACE.sub(lambda place: known[place[1]], asset(name))

    return put(template, {**texts, "head": put("head.html", texts)})


HEARD_BOTH = "You hear the mastered mix. Touch a part to hear the stems before the master, at the same loudness."
HEARD_LIVE = "You hear the mastered mix. Save the score to hear it anew."
HEARD_MIX = "You hear the mastered mix. For parts to solo and mute, make the demo with <code>--for page</code>."


def asset(name: str) -> str:
    """Return a file of ``assets/``."""
    return files("render.writers.page").joinpath("assets", name).read_text(encoding="utf-8")


def figures(rendering: Rendering) -> list[str]:
    """Return the facts of the head: tempo, key, meter, length, loudness."""
    score = rendering.score
    return [f"{score.bpm:g} BPM", pretty(str(score.key)), str(score.meter), clock(rendering.frames / rendering.rate),
            f"{decibels(rendering.master_lufs)} LUFS"]


def _sections(rendering: Rendering) -> Iterator[str]:
    for number, span in enumerate(rendering.performance.sections):
        yield (f'<li><button type="button" data-section="{number}">{escape(span.name)} '
               f'<span class="at">{clock(span.start_seconds)}</span></button></li>')


def _lanes(rendering: Rendering, plays: bool) -> Iterator[str]:
    for number, stem in enumerate(rendering.stems):
        name = escape(shown(stem))
        count = len(rendering.performance.gestures.get(stem.part, ()))
        glitches = f", {count} glitch{'es' if count != 1 else ''}" if count else ""
        key = f'<kbd>{(number + 1) % 10}</kbd>' if number < 10 and plays else ""
        controls = "" if not plays else (
            f'<button type="button" class="solo" aria-pressed="false" aria-label="Solo {name}">S</button>'
            f'<button type="button" class="mute" aria-pressed="false" aria-label="Mute {name}">M</button>'
            f'<input type="range" class="level" min="{LOWEST_DB}" max="{HIGHEST_DB}" step="1" value="0" '
            f'aria-label="Level of {name}" aria-valuetext="0 dB">')
        yield (f'<li class="row lane" data-part="{number}"><div class="label"><h3>{name}{key}</h3>'
               f'<div class="controls">{controls}</div></div><div class="strip">'
               f'<canvas role="img" aria-label="Waveform of {name}{glitches}"></canvas></div></li>')


def _words(rendering: Rendering) -> Iterator[str]:
    """Yield the lyrics, a block for each section; each line is a button that plays from it."""
    lines = enumerate(placed_lines(rendering.performance))
    spans = rendering.performance.sections
    for section, group in groupby(lines, key=lambda numbered: numbered[1][0]):
        rows = "".join(_line(number, line) for number, (_, line) in group)
        yield f'<section class="verse"><h3>{escape(spans[section].name)}</h3>{rows}</section>'


def _line(number: int, line: Any) -> str:
    words = " ".join(f"<span>{escape(word.text)}</span>" for word in line.words)
    return (f'<p><button type="button" data-line="{number}" lang="{escape(line.line.language)}">'
            f'{words}</button></p>')


def _script_safe(text: str) -> str:
    """Return JSON that cannot end the script element it stands in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
