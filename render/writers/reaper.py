"""``<basename>.rpp``: the song as a project of Reaper, with stems, notes, tempo map, regions and busses.

The format is not published; it is read from projects that Reaper 6 and 7 write and from Cockos's "ReaperExtensions"
notes. A node is ``<NAME values`` … ``>`` on lines of its own. Volumes are factors, times are seconds, colours are
``0x1000000 | blue << 16 | green << 8 | red``.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence

from render.rendering import Rendering
from render.writers.daw import Session, SessionPart, session_of
from render.writers.daw.session import BUS_COLOUR, GLITCH_COLOUR
from render.writers.midi import TICKS_PER_BEAT, Timed, end_tick, part_tracks

ORDER = 10
TARGET = "reaper"

# Shape of a tempo point that holds its tempo until the next one.
SQUARE = 1
# Control change of the glitch intensity on the track of the glitches (MIDI 1.0: modulation).
MODULATION = 1
# Values of ISBUS: a folder begins, the last track of a folder, a track as any other.
FOLDER, LAST, PLAIN = "1 1", "2 -1", "0 0"

# Head of an envelope: active, visible on its own lane, default height, not armed.
ENVELOPE_HEAD = ("ACT 1 -1", "VIS 1 1 1", "LANEHEIGHT 0 0", "ARM 0")

Lines = Iterator[str]


def write(rendering: Rendering) -> None:
    """Write the project beside the mix; its paths are relative, so the demo's folder can be moved."""
    session = session_of(rendering)
    end = end_tick(rendering)
    events = {part.name: _events(part.events, end) for part in part_tracks(rendering)}
    text = "\n".join(_project(session, rendering, events)) + "\n"
    (rendering.folder / f"{rendering.basename}.rpp").write_text(text, encoding="utf-8", newline="\n")


def _project(session: Session, rendering: Rendering, events: dict[str, list[str]]) -> Lines:
    _, _, first_tempo = session.tempi[0]
    _, _, numerator, denominator = session.meters[0]
    yield '<REAPER_PROJECT 0.1 "6.80" 0'
    yield f"  RIPPLE 0\n  SAMPLERATE {session.rate} 1 0\n  TEMPO {first_tempo:.10g} {numerator} {denominator}"
    yield from ("  <TEMPOENVEX", *(f"    {line}" for line in ENVELOPE_HEAD), "    DEFSHAPE 1 -1 -1",
                *_tempo_points(session), "  >")
    for number, section in enumerate(session.sections, 1):
        end = session.sections[number].seconds if number < len(session.sections) else session.end_seconds
        yield f"  MARKER {number} {section.seconds:.9f} {_quoted(section.text)} 1 {_colour(section.colour)} 1 R"
        yield f'  MARKER {number} {end:.9f} "" 1'
    yield from _tracks(session, rendering, events)
    yield ">"


def _tempo_points(session: Session) -> Lines:
    """Yield a point at each change of tempo or meter; a point holds its tempo."""
    tempi = {seconds: tempo for _, seconds, tempo in session.tempi}
    meters = {seconds: (top, bottom) for _, seconds, top, bottom in session.meters}
    tempo = session.tempi[0][2]
    for seconds in sorted({*tempi, *meters}):
        tempo = tempi.get(seconds, tempo)
        meter = meters.get(seconds)
        signature = f" {meter[1] << 16 | meter[0]} 0 1" if meter else ""
        yield f"    PT {seconds:.12f} {tempo:.10f} {SQUARE}{signature}"


def _tracks(session: Session, rendering: Rendering, events: dict[str, list[str]]) -> Lines:
    """Yield the folders of stems and notes, the busses, and the tracks of chords, lyrics and glitches."""
    yield from _track("Stems", "", [], folder=FOLDER)
    for number, stem in enumerate(session.stems, 1):
        relative = stem.path.relative_to(rendering.folder).as_posix()
        source = ["<SOURCE WAVE", f"  FILE {_quoted(relative)}", ">"]
        yield from _track(stem.name, stem.colour, _item(stem.name, session.end_seconds, source),
                          folder=LAST if number == len(session.stems) else PLAIN)
    first_notes = len(session.stems) + 2  # number of the first track of notes, from 0
    yield from _track("Notes", "", [], folder=FOLDER, is_muted=True)
    for number, part in enumerate(session.parts, 1):
        source = ["<SOURCE MIDI", f"  HASDATA 1 {TICKS_PER_BEAT} QN", *(f"  {line}" for line in events[part.name]), ">"]
        yield from _track(part.name, part.colour, _item(part.name, session.end_seconds, source),
                          level_db=part.level_db, pan=part.pan, is_muted=True,
                          folder=LAST if number == len(session.parts) else PLAIN)
    for bus in session.busses:
        yield from _track(bus, BUS_COLOUR, [], receives=_receives(session.parts, bus, first_notes))
    for name, moments in (("chords", session.chords), ("lyrics", session.lines)):
        if moments:
            ends = [*(moment.seconds for moment in moments[1:]), session.end_seconds]
            items = [line for moment, end in zip(moments, ends, strict=True)
                     for line in _item(moment.text, end - moment.seconds, [], at=moment.seconds, note=moment.text)]
            yield from _track(name, BUS_COLOUR, items)
    if any(value for _, value in session.glitch):
        yield from _track("glitch", GLITCH_COLOUR, _item("glitch", session.end_seconds, _glitch_source(session)),
                          envelope=_glitch_envelope(session, rendering))


def _track(name: str, colour: str, items: Sequence[str], *, level_db: float = 0.0, pan: float = 0.0,
           folder: str = PLAIN, is_muted: bool = False, receives: Sequence[str] = (),
           envelope: Sequence[str] = ()) -> Lines:
    yield f"  <TRACK {_identity('track', name)}"
    yield f"    NAME {_quoted(name)}"
    if colour:
        yield f"    PEAKCOL {_colour(colour)}"
    yield f"    VOLPAN {10 ** (level_db / 20):.12f} {pan:.6f} -1 -1 1"
    yield f"    MUTESOLO {int(is_muted)} 0 0"
    yield f"    ISBUS {folder}"
    yield "    NCHAN 2"
    yield from (f"    {line}" for line in (*receives, *envelope, *items))
    yield "  >"


def _item(name: str, seconds: float, source: Sequence[str], *, at: float = 0.0, note: str = "") -> list[str]:
    """Return an item; one without a source shows a note."""
    shown = ["<NOTES", *(f"  |{line}" for line in note.splitlines()), ">", "IMGRESOURCEFLAGS 0"] if note else []
    body = [f"POSITION {at:.9f}", f"LENGTH {seconds:.9f}", "LOOP 0", f"NAME {_quoted(name)}", "FADEIN 1 0 0 1 0 0 0",
            "FADEOUT 1 0 0 1 0 0 0", *shown, *source]
    return ["<ITEM", *(f"  {line}" for line in body), ">"]


def _receives(parts: Sequence[SessionPart], bus: str, first: int) -> list[str]:
    """Return what a bus receives from the tracks of notes, behind their faders."""
    return [f"AUXRECV {first + number} 0 {10 ** (part.sends_db[bus] / 20):.12f} 0 0 0 0 0 0 -1:U 0 -1 ''"
            for number, part in enumerate(parts) if bus in part.sends_db]


def _events(events: Sequence[Timed], end: int) -> list[str]:
    """Return the events of a track as Reaper's: ticks since the one before, and bytes.

    Lyrics are text events; track names, keys and the end are the project's own.
    """
    lines, now = [], 0
    for tick, message in events:
        if message.type == "lyrics":
            packed = base64.b64encode(b"\xff\x05" + message.text.encode("ascii")).decode()
            lines += [f"<X {tick - now} 0", f"  {packed}", ">"]
        elif message.is_meta:
            continue
        else:
            # All sources are on their own tracks, so the channel may stay: it is that of the MIDI file.
            lines.append(f"E {tick - now} " + " ".join([f"{byte:02x}" for byte in [*message.bytes(), 0][:3]]))
        now = tick
    return [*lines, f"E {end - now} b0 7b 00"]  # Reaper reads the length of a source from its last event


def _glitch_source(session: Session) -> list[str]:
    """Return the glitch intensity as control changes."""
    lines, before = ["<SOURCE MIDI", f"  HASDATA 1 {TICKS_PER_BEAT} QN"], 0
    for beat, value in session.glitch:
        tick = round(min(beat, session.end_beats) * TICKS_PER_BEAT)
        lines.append(f"  E {tick - before} b0 {MODULATION:02x} {round(127 * value):02x}")
        before = tick
    return [*lines, f"  E {max(round(session.end_beats * TICKS_PER_BEAT) - before, 0)} b0 7b 00", ">"]


def _glitch_envelope(session: Session, rendering: Rendering) -> list[str]:
    """Return the glitch intensity as the volume envelope of a track that is silent, for modulation by hand."""
    seconds = rendering.performance.tempo.seconds
    points = [f"  PT {min(seconds(beat), session.end_seconds):.9f} {value:.9f} 0" for beat, value in session.glitch]
    return ["<VOLENV2", *(f"  {line}" for line in ENVELOPE_HEAD), "  DEFSHAPE 0 -1 -1", *points, ">"]


def _quoted(text: str) -> str:
    """Return a string in the quotes that it does not contain; Reaper has no escapes."""
    line = " ".join(text.split())
    for mark in ('"', "'", "`"):
        if mark not in line:
            return f"{mark}{line}{mark}"
    return "`" + line.replace("`", "'") + "`"


def _colour(rgb: str) -> int:
    red, green, blue = bytes.fromhex(rgb[1:])
    return 0x1000000 | blue << 16 | green << 8 | red


def _identity(*address: str) -> str:
    """Return a GUID made from an address, so that the bytes repeat."""
    digits = hashlib.sha256("/".join(address).encode()).hexdigest()[:32].upper()
    return "{" + "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) + "}"
