"""The Python API does what the command does, and refuses in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import files, tiny

import render
from effects.hosting.plugin_host import PluginError
from render.cli import main
from render.listen.stopping import SupersededError
from render.store.entry import DamagedError
from render.store.key import UnkeyableError


def test_a_demo_from_python_is_the_command_s_to_the_byte_and_its_rendering_points_into_it(tmp_path: Path) -> None:
    score = tiny(tmp_path)
    rendering = render.demo(score, out=tmp_path / "api", seed=5, dry=True)
    assert isinstance(rendering, render.Rendering)
    assert main([str(score), "--out", str(tmp_path / "cli"), "--seed", "5", "--dry"]) == 0
    assert rendering.folder == tmp_path / "api" / "tiny_seed5"
    made = files(rendering.folder)
    assert made and made == files(tmp_path / "cli" / "tiny_seed5")
    paths = [rendering.mix_path, rendering.premaster_path, *(stem.path for stem in rendering.stems),
             *(stem.path for stem in rendering.stems_dry)]
    assert {path.relative_to(rendering.folder).as_posix() for path in paths} <= made.keys()
    assert rendering.score.seed == 5 and list(rendering.run(len, ["one"])) == [3]


@pytest.mark.parametrize(("arguments", "told"), [
    ({"rate": 44000}, "a rate of 44000 Hz is not possible"), ({"seed": -1}, "-1 is not a valid seed"),
    ({"temperature": 11}, "allowed: a number from 0 to 10"), ({"voice": "hibary"}, "did you mean hibari?"),
    ({"midi": "none.mid"}, "none.mid: there is no such file"),
])
def test_what_cannot_be_is_an_input_error_whose_text_says_what_can(
        arguments: dict[str, object], told: str, tmp_path: Path) -> None:
    with pytest.raises(render.InputError) as caught:
        render.demo(tiny(tmp_path), out=tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert told in render.explain(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_score_s_faults_are_one_input_error_with_their_places(tmp_path: Path) -> None:
    score = tiny(tmp_path, ("instrument: felt_piano", "instrument: felt_pianp"), ("bars: 1", "bars: 0"))
    with pytest.raises(render.InputError) as caught:
        render.demo(score, out=tmp_path / "out")
    assert f"{score}:7:" in render.explain(caught.value) and "2 faults" in render.explain(caught.value)


def test_every_error_of_the_rooms_is_of_one_family_or_has_its_shape() -> None:
    """Effects import libraries only, so theirs cannot inherit: it says the same by the same names."""
    def family(base: type[Exception]) -> set[type[Exception]]:
        return {cls for sub in base.__subclasses__() for cls in (sub, *family(sub))}

    ours = {cls for cls in family(Exception) if cls.__module__.partition(".")[0] in ("render", "scores", "instruments",
                                                                                     "effects")}
    assert {"ScoreError", "NotationError", "BankError", "SpeechError", "EngineMissing", "OutputError"} <= {
        cls.__name__ for cls in ours}
    outside = {cls for cls in ours if not issubclass(cls, render.InputError)}
    never_leave = {DamagedError, UnkeyableError, SupersededError}  # such parts are played, such renders begin anew
    assert outside == {PluginError, *never_leave}
    error = PluginError(Path("own.vst3"), "it has crashed")
    assert (error.message, error.file, str(error)) == ("it has crashed", Path("own.vst3"), "it has crashed")
    assert "VST3" in error.allowed
