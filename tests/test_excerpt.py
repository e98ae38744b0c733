"""Some bars, some parts: each sample is that of the whole song, and no demo is replaced by them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tiny import files, tiny, tiny_job

from render import cli, pipeline
from render.audio.samples import Span
from render.audio.wav import read_wav
from render.belongings import listed
from render.console.report import Quiet
from render.excerpt import excerpt
from render.rendering import Rendering
from render.store import folder as store_folder
from render.wanted import Wanted, bars

KIT = (("  last: {instrument: glass, level: -6}", "  last: {instrument: glass, level: -6}\n"
        "  kit: {instrument: drum_kit, stems: each, sends: {room: -9}}"),
       ('      piano: {notes: "| A3', '      kit: {style: drums, groove: rock}\n      piano: {notes: "| A3'))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    place = tmp_path_factory.mktemp("whole")
    (place / "demo").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "writers_for", lambda targets: ())
        return pipeline.render(tiny_job(place, *KIT, rate=44100), place / "demo", 2, Quiet())


def of_the_whole(whole: Rendering, path: Path, start: int, stop: int) -> np.ndarray:
    return read_wav(path, Span(start, stop))


@pytest.mark.parametrize(("wanted", "seconds", "parts"), [
    (Wanted(bars=(2, 3)), (2, 6), ("bells", "piano", "last", "kit")),
    (Wanted(section="b"), (4, 6), ("bells", "piano", "last", "kit")),
    (Wanted(bars=(2, 2), solo=("kit", "bells")), (2, 4), ("bells", "kit")),
    (Wanted(mute=("piano", "kit")), (0, 6), ("bells", "last")),
])
def test_each_sample_is_that_of_the_whole_song(whole: Rendering, tmp_path: Path, wanted: Wanted,
                                               seconds: tuple[int, int], parts: Sequence[str]) -> None:
    made = excerpt(tiny_job(tmp_path, *KIT, rate=44100), wanted, tmp_path, 2, Quiet())
    start, stop = (44100 * second for second in seconds)
    assert made.span == (start, stop)
    expected = {stem.path.name: read_wav(stem.path, Span(start, stop)) for stem in whole.stems if stem.part in parts}
    found = {stem.path.name: read_wav(stem.path, Span(0, stop - start)) for stem in made.stems}
    assert list(found) == list(expected) and len({stem.piece for stem in made.stems if stem.part == "kit"}) != 1
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    assert np.array_equal(read_wav(made.premaster.path, Span(0, stop - start)), sum(expected.values()))
    if len(parts) == 4:
        assert np.array_equal(read_wav(made.mix.path, Span(0, stop - start)),
                              read_wav(whole.mix_path, Span(start, stop)))
    assert listed(tmp_path) is not None and (tmp_path / "manifest.json").is_file()


def test_parts_that_are_heard_alone_are_as_loud_as_in_the_mix(whole: Rendering, tmp_path: Path) -> None:
    total = np.zeros((2, whole.frames), np.int32)
    for n, solo in enumerate((("bells", "last"), ("piano",), ("kit",))):
        (tmp_path / f"{n}").mkdir()
        job = tiny_job(tmp_path, *KIT, rate=44100)
        made = excerpt(job, Wanted(solo=solo), tmp_path / f"{n}", 2, Quiet())
        total += read_wav(made.mix.path, Span(0, whole.frames))
    difference = np.abs(total - read_wav(whole.mix_path, Span(0, whole.frames)))
    assert difference.max() <= 3 and difference.any()  # each is rounded by itself


@pytest.mark.parametrize(("options", "told"), [
    (["--section", "C"], "allowed: A, B"), (["--bars", "3-4"], "bars from 1 to 3"), (["--bars", "3-2"], "17-24"),
    (["--solo", "bell"], "did you mean bells?"), (["--solo", "last", "--mute", "last"], "no part is left"),
    (["--bars", "two"], "the first and the last: 17-24"), (["--bars", "1", "--section", "A"], "not allowed with"),
])
def test_what_the_song_does_not_have_is_refused_with_what_it_has(
        options: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(tiny(tmp_path)), "--out", str(tmp_path / "out"), *options]) == 2
    assert told in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_bars_of_a_demo_that_stands_are_cut_from_it_and_each_choice_has_a_folder_of_its_own(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store_folder.FOLDER, str(tmp_path / "store"))
    score, out = tiny(tmp_path), tmp_path / "out"

    def render(*options: str) -> None:
        assert cli.main([str(score), "--out", str(out), *options]) == 0

    render("--bars", "2-3")
    computed = files(out / "tiny_bars2-3")
    render("--for", "midi")
    demo = files(out / "tiny")
    render("--bars", "2-3")
    assert files(out / "tiny_bars2-3") == computed
    with monkeypatch.context() as patch:
        patch.setattr("render.produce.excerpt", None)  # nothing is played
        render("--bars", "2-3")
    assert files(out / "tiny_bars2-3") == computed
    render("--seed", "9", "--solo", "piano", "--section", "A")
    render("--temperature", "0.2", "--mute", "piano")
    assert {path.name for path in out.iterdir()} == {"tiny", "tiny_bars2-3", "tiny_seed9_A_solo_piano",
                                                     "tiny_T0.2_mute_piano"}
    assert files(out / "tiny") == demo


def test_bars_are_read_as_one_or_as_the_first_and_the_last() -> None:
    assert (bars("7"), bars(" 17-24 "), bars("17 – 24")) == ((7, 7), (17, 24), (17, 24))
