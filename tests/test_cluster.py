"""A catalogue on a Dask cluster, of which a worker is killed midway: nothing is lost, and nothing is made twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tiny import files, tiny

from render import cli, many
from render.store import folder as store_folder


@pytest.mark.parametrize(("engine", "told"), [
    ("dask://", "dask://host:8786"), ("ray://host:1", "dask://host:8786"), ("dask://host:99999", "dask://host:8786"),
    ("dask://127.0.0.1:1", "does not answer")])
def test_what_is_no_scheduler_is_refused(engine: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("render.cluster.PATIENCE_SECONDS", 0.5)
    assert cli.main(["catalogue", str(tiny(tmp_path)), "--engine", engine, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.whole_song
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_worker_that_is_killed_midway_loses_nothing_and_nothing_is_made_twice(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv(store_folder.FOLDER, str(tmp_path / "store"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    score, options = tiny(tmp_path), {"rate": 48000, "targets": ["midi"]}
    tasks = [many.Task(score, seed, tmp_path / "out", options) for seed in range(8)]
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        engine = cluster.scheduler_address.replace("tcp://", "dask://")
        rows = []
        for row in many.many(tasks, 1, engine):
            rows.append(row)
            if len(rows) == 2:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
    assert sorted(row.seed for row in rows) == list(range(8))
    assert {row.state for row in rows} <= {many.MADE, many.STANDS}
    assert sum(row.state == many.STANDS for row in rows) <= 2  # made, but its worker died before it could tell
    demos = sorted(path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith("."))
    assert demos == sorted(f"tiny_seed{seed}" for seed in range(8))
    monkeypatch.setenv(store_folder.FOLDER, str(tmp_path / "other"))
    (alone,) = many.many([many.Task(score, 5, tmp_path / "alone", options)], 1)
    assert files(tmp_path / "out" / "tiny_seed5") == files(tmp_path / "alone" / "tiny_seed5")
    assert {row.score for row in rows} == {alone.score}
