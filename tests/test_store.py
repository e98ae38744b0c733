"""The store: a render with it is the render without it, whatever was edited, damaged, killed or done at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import files, tiny, tiny_job

from effects.delay import Delay
from render import cli, finished, pipeline, produce
from render.catalogue import catalogue
from render.console.report import Quiet
from render.inputs import Fingerprints
from render.part import render_part
from render.parts import Parts, slice_of
from render.store import folder, surroundings
from render.store.folder import Store
from render.store.key import Described, UnkeyableError
from render.writers import manifest, midi
from scores.compose import compose
from scores.reading.read import read_score

RATE = 44100
# Every way in which a score reaches the sound of a part, and the values that a random edit gives it.
KNOBS: dict[str, tuple[str, ...]] = {
    "seed": ("1", "2"), "temperature": ("0", "1.5"), "tempo": ("240", "{start: 240, changes: [{bar: 2, to: 200}]}"),
    "level": ("0", "-3"), "pan": ("0", "-0.5"), "width": ("1", "0.5"), "drive": ("{}", "{width: 0 -> 1}"),
    "patch": ("{}", "{hardness: 0.9}"), "effects": ("[]", "[{bit_crush: {bits: 5}}]", "[{granular: {}}]"),
    "send": ("-6", "-12"), "room": ("{reverb: {room_size: 0.2}}", "{delay: {time_beats: 0.25}}"), "mix": ("0", "-2"),
    "tune": ("| A4:1/4 C5 E5 r |", "| A4:1/4 C5 D5 r |"), "other": ("strum", "arpeggio"), "chords": ("| Am |", "| F |"),
    "glitch": ("0", "1"), "palette": ("{stutter: 1}", "{dropout: 1, bit_crush: 1}"), "cut": ("ring", "cut"),
    "name": ("A", "Z"), "fade": ("{}", "{out: 1}"), "take": ("0", "-6"), "recorded": ("0", "1"),
    "title": ("One", "Two"), "balance": ("off", "auto"), "loudness": ("-14", "-20"),
}
Edit = dict[str, str]
USUAL = {name: values[0] for name, values in KNOBS.items()}
# A few knobs are turned at a time, so that most parts sound as they did.
TURNS = [(name, value) for name, values in KNOBS.items() for value in values]
edits = st.lists(st.sampled_from(TURNS), max_size=4).map(lambda turned: {**USUAL, **dict(turned)})


def song(place: Path, edit: Edit) -> Path:
    """A song of two seconds in which each knob has its value; its recording is another file for another value."""
    noise = np.random.default_rng(int(edit["recorded"])).uniform(-0.1, 0.1, (2000, 1))
    soundfile.write(place / "take.wav", noise, RATE, subtype="PCM_24")
    fade = f"    fade: {edit['fade']}\n" if edit["fade"] != "{}" else ""
    path = place / "song.yaml"
    path.write_text(f"""\
title: {edit["title"]}
tempo: {edit["tempo"]}
key: A minor
seed: {edit["seed"]}
temperature: {edit["temperature"]}
glitch: {{palette: {edit["palette"]}}}
parts:
  bells: {{instrument: glass, level: {edit["level"]}, pan: {edit["pan"]}, patch: {edit["patch"]},
          effects: {edit["effects"]}, sends: {{room: {edit["send"]}}}}}
  guitar: {{instrument: steel_guitar, width: {edit["width"]}, drive: {edit["drive"]}}}
  tape: {{instrument: hum}}
mix:
  level: {edit["mix"]}
  balance: {edit["balance"]}
  sends: {{room: {{effects: [{edit["room"]}]}}}}
master: {{loudness: {edit["loudness"]}}}
sections:
  - name: {edit["name"]}
    harmony: "{edit["chords"]}"
    glitch: {edit["glitch"]}
    play:
      bells: {{notes: "{edit["tune"]}"}}
      guitar: {edit["other"]}
      tape: {{audio: take.wav, level: {edit["take"]}}}
  - name: B
    harmony: "| Am |"
    tails: {edit["cut"]}
{fade}    play:
      guitar: {edit["other"]}
""")
    return path


def as_without_the_store(place: Path, store: Store, edit: Edit) -> tuple[int, int]:
    """Whether each part is to the byte what it is without the store; returns how many of how many it held."""
    score = read_score(song(place, edit), catalogue()).score
    performance = compose(score)
    frames = round(performance.duration_seconds * RATE)
    parts = Parts(RATE, frames, place, store, Fingerprints.taken(file.path for file in score.files))
    held = 0
    for name in score.parts:
        key = parts.key(*slice_of(score, performance, name), name)
        assert key is not None
        if found := store.find(key):
            found.close()
            held += 1
        plain = render_part(score, performance, name, RATE, frames)
        for _ in range(2):
            played = parts.played(score, performance, name)
            assert np.array_equal(played.audio(frames).view(np.int32) & 0x7FFFFFFF, plain.view(np.int32) & 0x7FFFFFFF)
            played.entry.close()
    return held, len(score.parts)


def check_edits(place: Path, examples: int) -> None:
    store, counts = Store(place / "store"), [0, 0]

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(edits)
    def one(edit: Edit) -> None:
        for n, count in enumerate(as_without_the_store(place, store, edit)):
            counts[n] += count

    one()
    assert 0 < counts[0] < counts[1]  # the store was asked for what it held, and for what it did not


def test_a_part_from_the_store_is_to_the_bit_the_part_that_is_played_whatever_was_edited(tmp_path: Path) -> None:
    check_edits(tmp_path, 4)


@pytest.mark.whole_song
def test_so_it_is_for_more_than_a_thousand_edits(tmp_path: Path) -> None:
    check_edits(tmp_path, 1200)


@pytest.mark.whole_song
def test_each_way_into_the_sound_gives_another_key_or_the_same_sound(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    for name, values in KNOBS.items():
        for value in values:
            as_without_the_store(tmp_path, store, {**USUAL, "glitch": "1", "fade": "{out: 1}", name: value})


@pytest.fixture
def again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Edit], int]:
    """Renders a song into the same folder again, and into another without the store; tells how many parts it copied."""
    monkeypatch.setenv(folder.FOLDER, str(tmp_path / "store"))
    monkeypatch.setattr(pipeline, "writers_for", lambda targets: [midi, manifest])
    copied: list[int] = []

    def kept(self: finished.Before, *arguments: Any, kept: Any = finished.Before.kept) -> Any:
        found = kept(self, *arguments)
        copied.append(len(found.stems) if found else 0)
        return found

    monkeypatch.setattr(finished.Before, "kept", kept)

    def render(edit: Edit) -> int:
        path = song(tmp_path, edit)
        copied[:] = [0]
        for out, cache in (("kept", True), ("plain", False)):
            produce.demo(path, out=tmp_path / out, cache=cache)
        assert files(tmp_path / "kept") == files(tmp_path / "plain")
        assert all(each.stat().st_nlink == 1 for each in (tmp_path / "kept").rglob("*.wav"))
        return copied[-1]

    return render


def test_stems_that_stand_in_the_older_demo_are_copied_and_nothing_differs(
        tmp_path: Path, again: Callable[[Edit], int]) -> None:
    assert again(USUAL) == 0
    assert again({**USUAL, "loudness": "-20"}) == 3
    assert again({**USUAL, "level": "-3"}) == 2
    stem = next((tmp_path / "kept").rglob("stems/02_guitar.wav"))
    stem.write_bytes(stem.read_bytes()[:-1] + b"x")
    assert again({**USUAL, "level": "0"}) == 0  # nothing is taken from a demo that someone has written to
    assert again({**USUAL, "title": "Two"}) == 0  # which stands in each file


@pytest.mark.whole_song
def test_so_it_is_after_each_of_hundreds_of_edits(again: Callable[[Edit], int]) -> None:
    copied = list[int]()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(edits)
    def one(edit: Edit) -> None:
        copied.append(again(edit))

    one()
    assert {0, 1, 2, 3} <= set(copied)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def without_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "writers_for", lambda targets: ())


def demo(place: Path, name: str, store: Store | None, *changes: tuple[str, str], **options: Any) -> dict[str, bytes]:
    out = place / name
    out.mkdir()
    pipeline.render(tiny_job(place, *changes, store=store, **options), out, 2, Quiet())
    assert all(path.stat().st_nlink == 1 and not path.is_symlink() for path in out.rglob("*") if path.is_file())
    return files(out)


@pytest.mark.usefixtures("without_writers")
def test_a_demo_from_the_store_is_the_demo_without_it_and_shares_no_file_with_it(
        tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = demo(tmp_path, "plain", None, dry=True)
    assert demo(tmp_path, "first", store, dry=True) == plain
    for path in store.place.iterdir():
        assert path.stat().st_nlink == 1
    monkeypatch.setattr("render.parts.render_part", None)  # nothing is played any more
    assert demo(tmp_path, "second", store, dry=True) == plain


@pytest.mark.usefixtures("without_writers")
def test_a_part_whose_sound_was_damaged_is_played_again(tmp_path: Path, store: Store) -> None:
    plain = demo(tmp_path, "plain", None)
    demo(tmp_path, "first", store)
    for path in store.place.iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    assert demo(tmp_path, "second", store) == plain


def test_a_program_whose_files_changed_since_it_was_loaded_keeps_nothing(
        tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert surroundings.surroundings() == surroundings.surroundings() is not None
    monkeypatch.setattr(surroundings, "_code_stats", lambda: ())
    assert surroundings.surroundings() is None
    job = tiny_job(tmp_path)
    parts = Parts(RATE, 1000, tmp_path, store)
    assert parts.key(*slice_of(job.score, job.performance, "bells"), "bells") is None


def test_the_digest_of_the_program_is_that_of_every_file_that_it_consists_of() -> None:
    root = Path(cli.__file__).parents[1]
    found = {path for room in surroundings.ROOMS for path in (root / room).rglob("*.py")}
    assert {Path(path) for path, _, _ in surroundings._stats() if path.endswith(".py")} == found


def test_a_value_that_nobody_knows_has_no_key_and_equal_values_have_one() -> None:
    described = Described({"a.wav": "01"})
    with pytest.raises(UnkeyableError):
        described.digest(lambda: 1)
    assert described.digest(Delay(feedback=0.5)) == Described({}).digest(Delay(feedback=0.5)) != described.digest(
        Delay(feedback=0.5000000000000001))
    assert described.digest("a.wav") == Described({"b.wav": "01"}).digest("b.wav") != Described({}).digest("a.wav")
    assert len({described.digest(value) for value in (0, 0.0, -0.0, False, None, "", (), [], {}, "0")}) == 10


@pytest.fixture
def of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(folder.FOLDER, str(tmp_path / "of the user"))
    yield tmp_path / "of the user"


def test_the_command_says_what_is_kept_and_throws_it_away(
        tmp_path: Path, of_the_user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score, out = tiny(tmp_path), str(tmp_path / "out")
    assert cli.main([str(score), "--out", out, "--for", "midi", "--no-cache"]) == 0
    assert not of_the_user.exists()
    assert cli.main([str(score), "--out", out, "--for", "midi"]) == 0
    capsys.readouterr()
    assert cli.main(["cache"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{of_the_user}\n7 pieces") and "6 at most" in told
    assert cli.main(["cache", "--clear"]) == 0
    assert "\n0 pieces, 0.00 GB" in capsys.readouterr().out and not of_the_user.exists()


def test_a_demo_that_stands_as_it_was_asked_for_is_left_and_another_is_rendered(
        tmp_path: Path, of_the_user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(tmp_path / "take.wav", np.full((2000, 1), 0.1), RATE)
    score = tiny(tmp_path, ('last: {notes: "| r:1/2 A5:1/4 r |"}', "last: {audio: take.wav}"))

    def stands(*options: str) -> bool:
        capsys.readouterr()
        assert cli.main([str(score), "--out", str(tmp_path / "out"), "--for", "midi", *options]) == 0
        told = capsys.readouterr().out
        assert "LUFS, true peak" in told
        return "stands as it was asked for" in told

    assert not stands()
    made = files(tmp_path / "out" / "tiny")
    assert stands() and files(tmp_path / "out" / "tiny") == made
    (tmp_path / "out" / "tiny" / "mine.txt").write_text("a file of the user changes nothing")
    score.touch()
    assert stands()
    mix = next((tmp_path / "out" / "tiny").glob("*_mix.wav"))
    mix.write_bytes(mix.read_bytes()[:-1] + b"x")
    assert not stands() and mix.read_bytes() == made[mix.name] and stands()
    mix.unlink()
    assert not stands() and stands()
    soundfile.write(tmp_path / "take.wav", np.full((2000, 1), 0.2), RATE)
    assert not stands() and mix.read_bytes() != made[mix.name]
    score.write_text(score.read_text().replace("title: Tiny", "title: Other"))
    assert not stands() and not stands("--no-cache")


def test_words_that_were_sung_before_are_not_said_ahead_again(
        tmp_path: Path, of_the_user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("render.produce.begin_speaking", lambda score: said.append(score.title))
    score = tmp_path / "song.yaml"
    text = """\
{title: One, tempo: 120, key: C, singer: {engine: espeak}, parts: {voice: {instrument: guide_vocal}},
 sections: [{name: A, harmony: '| C |', lyrics: [la la la], play: {voice: sung}}]}
"""
    for title, words in (("One", "la la la"), ("Two", "la la la"), ("Three", "la lo la")):
        score.write_text(text.replace("One", title).replace("la la la", words))
        produce.demo(score, out=tmp_path / "out", targets=["midi"])
    assert of_the_user.exists() and said == ["One", "Three"]
