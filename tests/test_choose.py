"""The one choice of this project: softmax at a temperature, drawn from an address."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scores.choose import Address, Chooser, softmax

WHERE = {"section": "Verse 1", "part": "guitar", "bar": 3, "purpose": "pattern"}
HERE = Address(1, **WHERE)
LOGITS = st.lists(st.floats(-20, 20), min_size=2, max_size=12)


def test_softmax_of_the_lyric_is_what_the_lyric_prints() -> None:
    printed = softmax([3.2, 1.1, -0.4, 7.8, 0.3, -4.1, 2.9], 1.08)
    assert [f"{p:.2f}" for p in printed] == ["0.01", "0.00", "0.00", "0.97", "0.00", "0.00", "0.01"]


@given(LOGITS, st.floats(0.01, 50))
def test_probabilities_sum_to_one_and_keep_the_order_of_the_logits(logits: list[float], temperature: float) -> None:
    p = softmax(logits, temperature)
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert np.all(np.diff(p[np.argsort(logits)]) >= 0)


@given(LOGITS)
def test_at_zero_the_first_highest_logit_always_wins(logits: list[float]) -> None:
    assert {Chooser().choose([""] * len(logits), logits, 0.0, Address(seed, **WHERE)) for seed in range(20)} == {
        int(np.argmax(logits))}


def test_entropy_rises_with_temperature_to_the_logarithm_of_the_number_of_options() -> None:
    logits = np.array([0.0, 1.0, 2.5, -1.0])
    entropies = []
    for temperature in (0.05, 0.3, 0.7, 1.5, 5.0, 1e6):
        p = softmax(logits, temperature)
        entropies.append(float(-np.sum(p[p > 0] * np.log(p[p > 0]))))
    assert np.all(np.diff(entropies) > 0)
    assert entropies[0] < 1e-6 and entropies[-1] == pytest.approx(np.log(4), abs=1e-6)


def test_picks_come_as_often_as_their_probability_says() -> None:
    logits, temperature, draws = [0.0, 1.0, 2.0], 0.7, 6000
    picks = Chooser().choose_many("abc", logits, [temperature] * draws, HERE)
    share = np.bincount(picks, minlength=3) / draws
    # three standard deviations of a binomial share of 6,000 draws are under 0.02
    assert np.allclose(share, softmax(logits, temperature), atol=0.02)


@pytest.mark.parametrize("change", [{"section": "Verse 2"}, {"part": "bass"}, {"bar": 4}, {"purpose": "voicing"},
                                    {"seed": 2}])
def test_each_part_of_an_address_changes_the_draw(change: dict[str, object]) -> None:
    here = {"seed": 1, **WHERE}
    here_again, elsewhere = Address(**here), Address(**(here | change))
    assert Address(**here).draws(20) == here_again.draws(20)
    assert not set(here_again.draws(20)) & set(elsewhere.draws(20))
    assert not np.any(here_again.generator().random(4) == elsewhere.generator().random(4))


def test_a_draw_does_not_depend_on_the_process_or_its_hash_seed() -> None:
    code = ("from scores.choose import Address; a = Address(1,'Verse 1','guitar',3,'x'); "
            "print(a.generator().random(3).tolist(), a.draws(9))")
    seen = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                           capture_output=True, text=True).stdout for seed in ("0", "1", "2")}
    here = Address(1, "Verse 1", "guitar", 3, "x")
    assert seen == {f"{here.generator().random(3).tolist()} {here.draws(9)}\n"}


def test_each_choice_is_logged_with_what_was_almost_chosen() -> None:
    chooser = Chooser()
    pick = chooser.choose(["low", "high", "middle"], [0.0, 3.0, 2.0], 0.7, HERE)
    logged = chooser.log[-1]
    assert (logged.address, logged.options, logged.logits) == (HERE, ("low", "high", "middle"), (0, 3, 2))
    assert (logged.temperature, logged.pick) == (0.7, pick)
    assert logged.probabilities == tuple(softmax([0, 3, 2], 0.7))
    assert logged.runner_up == (2 if pick == 1 else 1)
