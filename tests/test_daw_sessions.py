"""Sessions for DAWs: what is written is what stands in the song, in the forms that other programs read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import rpp
from renderings import note, rendering, song, utterance

from render.rendering import Rendering
from render.writers import dawproject, reaper
from scores.score import Score

SCHEMA = Path(__file__).parents[2] / "shared" / "dawproject" / "Project.xsd"


def slowing() -> Score:
    """A song with a send, a bar of another meter, and a ritardando over two bars."""
    score = song(tempo={"start": 120, "changes": [{"bar": 3, "to": 60, "over": 2}]},
                 mix={"sends": {"room": {"effects": ["reverb"]}}})
    parts = {name: part.model_copy(update={"sends": {"room": -12.0}}) for name, part in score.parts.items()}
    return score.model_copy(update={"parts": parts})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    score = slowing()
    notes = {"voice": [note(score, 8, 1, 62, late=0.01, utterance=utterance("ev", "everything", last=False)),
                       note(score, 9, 1, 63, utterance=utterance("once", "once", last=True, line=2))],
             "guitar": [note(score, 0, 2, 48, velocity=101), note(score, 13.5, 2, 55, velocity=64)]}
    result = rendering(tmp_path_factory.mktemp("demo"), score, notes)
    reaper.write(result)
    dawproject.write(result)
    return result


@pytest.fixture(scope="module")
def project(made: Rendering) -> rpp.Element:
    return rpp.loads((made.folder / f"{made.basename}.rpp").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def container(made: Rendering) -> zipfile.ZipFile:
    return zipfile.ZipFile(made.folder / f"{made.basename}.dawproject")


@pytest.fixture(scope="module")
def tree(container: zipfile.ZipFile) -> Xml.Element:
    return Xml.fromstring(container.read("project.xml"))


def _tracks(project: rpp.Element) -> dict[str, rpp.Element]:
    return {track.find("NAME")[1]: track for track in project.findall("TRACK")}


def test_reaper_has_each_stem_from_the_start_to_the_last_sample(made: Rendering, project: rpp.Element) -> None:
    tracks = _tracks(project)
    for stem in made.stems:
        (item,) = tracks[stem.path.stem].findall("ITEM")
        assert float(item.find("POSITION")[1]) == 0
        assert float(item.find("LENGTH")[1]) * made.rate == pytest.approx(made.frames, abs=0.01)
        assert (made.folder / item.find("SOURCE").find("FILE")[1]).samefile(stem.path)
        assert float(tracks[stem.path.stem].find("VOLPAN")[1]) == 1.0  # the level is in the stem


def test_reaper_counts_time_as_the_song_does(made: Rendering, project: rpp.Element) -> None:
    """The tempo envelope, integrated by its own rule (each point holds), places every beat where the song has it."""
    points = [(float(point[1]), float(point[2])) for point in project.find("TEMPOENVEX").children if point[0] == "PT"]
    assert len(points) > 5  # the ritardando
    tempo = made.performance.tempo
    beat = 0.0
    for (start, bpm), (end, _) in zip(points, [*points[1:], (made.frames / made.rate, 0.0)], strict=True):
        assert tempo.seconds(beat) == pytest.approx(start, abs=1e-6)
        beat += (end - start) * bpm / 60
    assert beat == pytest.approx(tempo.beat(made.frames / made.rate), abs=1e-6)


def test_reaper_has_a_region_for_each_section(made: Rendering, project: rpp.Element) -> None:
    marks = [mark for mark in project.children if isinstance(mark, list) and mark[0] == "MARKER"]
    regions = {first[3]: (float(first[2]), float(last[2])) for first, last in zip(marks[::2], marks[1::2], strict=True)}
    for span in made.performance.sections:
        assert regions[span.name] == pytest.approx((span.start_seconds, span.end_seconds), abs=1 / made.rate)


def test_the_folders_of_reaper_close(project: rpp.Element) -> None:
    depths = [int(track.find("ISBUS")[2]) for track in project.findall("TRACK")]
    assert sum(depths) == 0
    assert max(depths) == 1


def test_notes_stand_in_both_sessions_where_the_midi_file_has_them(made: Rendering, project: rpp.Element,
                                                                   tree: Xml.Element) -> None:
    tempo = made.performance.tempo
    source = _tracks(project)["guitar"].find("ITEM").find("SOURCE")
    tick, struck = 0, []
    for event in source.children:
        if event[0] == "E":
            tick += int(event[1])
            if event[2].startswith("9"):
                struck.append((tick / 960, int(event[3], 16), int(event[4], 16)))
    lane = tree.find(".//Lanes[@track='notes1-track']")
    written = [(float(each.get("time")), int(each.get("key")), round(127 * float(each.get("vel"))))
               for each in lane.findall("./Clips/Clip/Notes/Note")]
    asked = [(tempo.beat(each.onset_seconds), each.pitch, each.velocity) for each in made.performance.notes["guitar"]]
    for found in (struck, written):
        assert [key for _, *key in found] == [[key, velocity] for _, key, velocity in asked]
        assert [beat for beat, *_ in found] == pytest.approx([beat for beat, *_ in asked], abs=1 / 960)


def test_dawproject_warps_the_audio_at_every_step_of_the_tempo(made: Rendering, tree: Xml.Element) -> None:
    tempo = made.performance.tempo
    warps = tree.find(".//Lanes[@track='stem0-track']/Clips/Clip/Clips/Clip/Warps")
    places = [(float(warp.get("time")), float(warp.get("contentTime"))) for warp in warps.findall("Warp")]
    assert {beat for beat, _ in places} >= set(tempo.beats)
    for beat, seconds in places:
        assert tempo.seconds(beat) == pytest.approx(seconds, abs=1e-6)
    assert places[-1][1] * made.rate == pytest.approx(made.frames, abs=0.01)
    automated = tree.findall(".//TempoAutomation/RealPoint")
    assert [float(point.get("value")) for point in automated] == pytest.approx(tempo.quarters_per_minute)
    assert {point.get("interpolation") for point in automated} == {"hold"}


def test_dawproject_holds_the_stems_byte_for_byte(made: Rendering, container: zipfile.ZipFile) -> None:
    for stem in made.stems:
        entry = container.getinfo(f"audio/{stem.path.name}")
        assert entry.compress_type == zipfile.ZIP_STORED
        assert container.read(entry) == stem.path.read_bytes()


def test_dawproject_names_no_target_that_is_not_there(tree: Xml.Element) -> None:
    """Every reference has its object, every automation begins with a target, and the master comes last."""
    names = {element.get("id") for element in tree.iter() if element.get("id")}
    for element in tree.iter():
        for key in ("track", "destination", "parameter"):
            assert element.get(key) is None or element.get(key) in names
        if element.tag in ("Points", "TempoAutomation", "TimeSignatureAutomation"):
            assert element[0].tag == "Target"
    arrangement = [child.tag for child in tree.find("Arrangement")]
    assert arrangement == ["Lanes", "Markers", "TempoAutomation", "TimeSignatureAutomation"]
    assert tree.find("Structure")[-1].find("Channel").get("role") == "master"


def test_a_bus_receives_what_the_score_sends(tree: Xml.Element, project: rpp.Element) -> None:
    sends = tree.findall(".//Send")
    assert [float(send.find("Volume").get("value")) for send in sends] == pytest.approx([10 ** (-12 / 20)] * 2)
    received = [line for line in _tracks(project)["room"].children if isinstance(line, list) and line[0] == "AUXRECV"]
    tracks = project.findall("TRACK")
    assert [tracks[int(line[1])].find("NAME")[1] for line in received] == ["voice", "guitar"]


@pytest.mark.skipif(not SCHEMA.exists(), reason="the schemas of DAWproject are not beside the project")
def test_dawproject_is_valid(tree: Xml.Element) -> None:
    xmlschema = pytest.importorskip("xmlschema")
    assert not list(xmlschema.XMLSchema(SCHEMA).iter_errors(tree))


def test_sessions_repeat_byte_for_byte(made: Rendering) -> None:
    for writer, suffix in ((reaper, "rpp"), (dawproject, "dawproject")):
        path = made.folder / f"{made.basename}.{suffix}"
        before = path.read_bytes()
        writer.write(made)
        assert path.read_bytes() == before
