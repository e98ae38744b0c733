"""``<basename>.dawproject``: the song for Bitwig, Studio One, Cubase and others (DAWproject 1.0, Bitwig 2023).

A zip of ``project.xml``, ``metadata.xml`` and the stems. Readers accept less than the schema allows, hence:

- notes lie in ``Lanes > Clips > Clip > Notes``, audio in ``Lanes > Clips > Clip > Clips > Clip > Warps``,
- an audio clip has a warp at every step of the tempo, so that it stays where it is heard,
- the arrangement holds lanes, markers, tempo and meters in this order, and the master track comes last,
- each automation begins with its target, and each channel names its destination.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

import render
from render.audio.archive import add_file, add_text
from render.rendering import Rendering
from render.writers.daw import Session, SessionPart, SessionStem, session_of
from render.writers.daw.session import BUS_COLOUR, CHANNEL, GLITCH_COLOUR, Moment
from render.writers.xml_text import serialised
from scores.visible import printable

ORDER = 10
TARGET = "dawproject"

# Control change that carries the glitch intensity (MIDI 1.0: modulation).
MODULATION = 1
TEMPO, METER, MASTER = "tempo", "meter", "master"


def write(rendering: Rendering) -> None:
    """Write the container; stems are stored as they are, the XML is deflated."""
    session = session_of(rendering)
    with zipfile.ZipFile(rendering.folder / f"{rendering.basename}.dawproject", "w") as container:
        for name, root in (("project.xml", project(session)), ("metadata.xml", _metadata(session))):
            add_text(container, name, _serialised(root))
        for stem in session.stems:
            add_file(container, _inside(stem), Path(stem.path))


def _serialised(root: Xml.Element) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{serialised(root)}\n'.encode()


def _inside(stem: SessionStem) -> str:
    return f"audio/{Path(stem.path).name}"


def _metadata(session: Session) -> Xml.Element:
    root = Xml.Element("MetaData")
    Xml.SubElement(root, "Title").text = printable(session.title)
    return root


def project(session: Session) -> Xml.Element:
    """Return ``project.xml`` as an element tree."""
    root = Xml.Element("Project", version="1.0")
    Xml.SubElement(root, "Application", name="softmax-renderer", version=render.__version__)
    transport = Xml.SubElement(root, "Transport")
    Xml.SubElement(transport, "Tempo", id=TEMPO, name="Tempo", min="1", max="999", unit="bpm",
                   value=_number(session.tempi[0][2]))
    _, _, numerator, denominator = session.meters[0]
    Xml.SubElement(transport, "TimeSignature", id=METER, numerator=str(numerator), denominator=str(denominator))
    _structure(Xml.SubElement(root, "Structure"), session)
    _arrangement(Xml.SubElement(root, "Arrangement", id="arrangement"), session)
    Xml.SubElement(root, "Scenes")
    return root


def _structure(structure: Xml.Element, session: Session) -> None:
    """Add the tracks: stems, notes, marks, glitch, busses, master."""
    for number, stem in enumerate(session.stems):
        _channel(_track(structure, f"stem{number}", stem.name, stem.colour, "audio"), f"stem{number}")
    for number, part in enumerate(session.parts):
        track = _track(structure, f"notes{number}", f"{part.name} notes", part.colour, "notes")
        _channel(track, f"notes{number}", level_db=part.level_db, pan=part.pan, is_muted=True,
                 sends=[(f"bus{session.busses.index(bus)}", level) for bus, level in part.sends_db.items()])
    for name in _marks(session):
        _channel(_track(structure, name, name, BUS_COLOUR, "markers"), name)
    if _is_glitched(session):
        _channel(_track(structure, "glitch", "glitch", GLITCH_COLOUR, "notes"), "glitch", is_muted=True)
    for number, bus in enumerate(session.busses):
        _channel(_track(structure, f"bus{number}", bus, BUS_COLOUR, "audio"), f"bus{number}", role="effect")
    _channel(_track(structure, MASTER, "Master", BUS_COLOUR, "audio notes"), MASTER, role="master")


def _track(parent: Xml.Element, identity: str, name: str, colour: str, content: str) -> Xml.Element:
    return Xml.SubElement(parent, "Track", id=f"{identity}-track", name=printable(name), color=colour,
                          contentType=content, loaded="true")


def _channel(track: Xml.Element, identity: str, *, role: str = "regular", level_db: float = 0.0, pan: float = 0.0,
             is_muted: bool = False, sends: Sequence[tuple[str, float]] = ()) -> None:
    """Add the channel strip of a track. Levels are factors, pans run from 0 (left) to 1."""
    channel = Xml.SubElement(track, "Channel", id=f"{identity}-channel", audioChannels="2", role=role, solo="false")
    if role != "master":
        channel.set("destination", f"{MASTER}-channel")
    Xml.SubElement(channel, "Mute", id=f"{identity}-mute", name="Mute", value=str(is_muted).lower())
    Xml.SubElement(channel, "Pan", id=f"{identity}-pan", name="Pan", min="0", max="1", unit="normalized",
                   value=_number((pan + 1) / 2))
    if sends:
        entry = Xml.SubElement(channel, "Sends")
        for number, (bus, level) in enumerate(sends):
            send = Xml.SubElement(entry, "Send", id=f"{identity}-send{number}", destination=f"{bus}-channel",
                                  type="post")
            Xml.SubElement(send, "Volume", id=f"{identity}-send{number}-volume", name="Send", min="0", max="2",
                           unit="linear", value=_number(_factor(level)))
    Xml.SubElement(channel, "Volume", id=f"{identity}-volume", name="Volume", min="0", max="2", unit="linear",
                   value=_number(_factor(level_db)))


def _arrangement(arrangement: Xml.Element, session: Session) -> None:
    lanes = Xml.SubElement(arrangement, "Lanes", id="lanes", timeUnit="beats")
    for number, stem in enumerate(session.stems):
        _audio(_lane(lanes, f"stem{number}"), stem, session)
    for number, part in enumerate(session.parts):
        _notes(_lane(lanes, f"notes{number}"), part, session)
    for name, moments in _marks(session).items():
        _markers(Xml.SubElement(_lane(lanes, name), "markers", id=f"{name}-marks"), moments)
    if _is_glitched(session):
        points = Xml.SubElement(_lane(lanes, "glitch"), "Points", id="glitch-points", unit="normalized",
                                timeUnit="beats")
        Xml.SubElement(points, "Target", expression="channelController", channel="0", controller=str(MODULATION))
        for beat, value in session.glitch:
            Xml.SubElement(points, "RealPoint", time=_number(min(beat, session.end_beats)), value=_number(value),
                           interpolation="linear")
    _markers(Xml.SubElement(arrangement, "Markers", id="markers", timeUnit="beats"), session.sections)
    tempo = Xml.SubElement(arrangement, "TempoAutomation", id="tempo-points", unit="bpm", timeUnit="beats")
    Xml.SubElement(tempo, "Target", parameter=TEMPO)
    for beat, _, quarters in session.tempi:
        Xml.SubElement(tempo, "RealPoint", time=_number(beat), value=_number(quarters), interpolation="hold")
    meters = Xml.SubElement(arrangement, "TimeSignatureAutomation", id="meter-points", timeUnit="beats")
    Xml.SubElement(meters, "Target", parameter=METER)
    for beat, _, numerator, denominator in session.meters:
        Xml.SubElement(meters, "TimeSignaturePoint", time=_number(beat), numerator=str(numerator),
                       denominator=str(denominator))


def _lane(lanes: Xml.Element, identity: str) -> Xml.Element:
    return Xml.SubElement(lanes, "Lanes", id=f"{identity}-lane", track=f"{identity}-track", timeUnit="beats")


def _audio(lane: Xml.Element, stem: SessionStem, session: Session) -> None:
    """Add a stem in one clip over the whole song, warped at every step of the tempo."""
    end = _number(session.end_beats)
    clips = Xml.SubElement(lane, "Clips", id=f"{lane.get('id')}-clips", timeUnit="beats")
    outer = Xml.SubElement(clips, "Clip", name=printable(stem.name), color=stem.colour, time="0", duration=end,
                           contentTimeUnit="beats", playStart="0")
    inner = Xml.SubElement(outer, "Clips", id=f"{lane.get('id')}-content", timeUnit="beats")
    clip = Xml.SubElement(inner, "Clip", time="0", duration=end, contentTimeUnit="beats", playStart="0")
    warps = Xml.SubElement(clip, "Warps", id=f"{lane.get('id')}-warps", contentTimeUnit="seconds", timeUnit="beats")
    audio = Xml.SubElement(warps, "Audio", id=f"{lane.get('id')}-audio", channels="2", sampleRate=str(session.rate),
                           duration=_number(session.end_seconds), algorithm="raw")
    Xml.SubElement(audio, "File", path=_inside(stem))
    for beat, seconds in _anchors(session):
        Xml.SubElement(warps, "Warp", time=_number(beat), contentTime=_number(seconds))


def _anchors(session: Session) -> Iterator[tuple[float, float]]:
    """Yield beat and time [s] of each step of the tempo and of the end."""
    for beat, seconds, _ in session.tempi:
        if beat < session.end_beats:
            yield beat, seconds
    yield session.end_beats, session.end_seconds


def _notes(lane: Xml.Element, part: SessionPart, session: Session) -> None:
    clips = Xml.SubElement(lane, "Clips", id=f"{lane.get('id')}-clips", timeUnit="beats")
    clip = Xml.SubElement(clips, "Clip", name=printable(part.name), color=part.colour, time="0",
                          duration=_number(session.end_beats), contentTimeUnit="beats", playStart="0")
    notes = Xml.SubElement(clip, "Notes", id=f"{lane.get('id')}-notes", timeUnit="beats")
    for note in part.notes:
        Xml.SubElement(notes, "Note", time=_number(note.start_beats), duration=_number(note.beats),
                       channel=str(CHANNEL), key=str(note.key), vel=_number(note.velocity / 127), rel="0.5")


def _markers(markers: Xml.Element, moments: Sequence[Moment]) -> None:
    for moment in moments:
        Xml.SubElement(markers, "Marker", name=printable(moment.text), color=moment.colour or BUS_COLOUR,
                       time=_number(moment.beat))


def _marks(session: Session) -> dict[str, tuple[Moment, ...]]:
    """Return the tracks of marks that are not empty."""
    return {name: moments for name, moments in (("chords", session.chords), ("lyrics", session.lines)) if moments}


def _is_glitched(session: Session) -> bool:
    return any(value for _, value in session.glitch)


def _factor(level_db: float) -> float:
    return float(10 ** (level_db / 20))


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")

