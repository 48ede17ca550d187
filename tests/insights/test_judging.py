from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml import artifact, metrics
from smartshop.insights import judging, rules
from tests.insights import earlier_runs
from tests.insights.earlier_runs import TODAY, foreseen, outcomes, result

PEOPLE = outcomes()
SHARP, DULL = foreseen(PEOPLE, blur=0.0), foreseen(PEOPLE, blur=0.6)
YESTERDAY = TODAY - timedelta(days=1)


def refuse(_kept: artifact.Artifact, _cutoff: datetime) -> pd.DataFrame:
    raise AssertionError("a run tested on the same window needs not be applied again")


def compared(beside: rules.Comparison | rules.Uncompared | None) -> rules.Comparison:
    assert isinstance(beside, rules.Comparison)
    return beside


def why(beside: rules.Comparison | rules.Uncompared | None) -> str:
    assert isinstance(beside, rules.Uncompared)
    return beside.why


def test_a_worse_run_is_found_out_on_the_same_customers_of_the_same_window(tmp_path: Path) -> None:
    live = earlier_runs.kept(result(SHARP), tmp_path)
    beside = compared(judging.beside_live(result(DULL), live, tmp_path, refuse))
    assert beside.is_worse
    assert beside.customers == len(PEOPLE)
    actual = PEOPLE["actual"].to_numpy()
    assert beside.value == pytest.approx(metrics.auc(actual, DULL["predicted"].to_numpy()))
    assert beside.live_value == pytest.approx(metrics.auc(actual, SHARP["predicted"].to_numpy()))
    assert beside.low < beside.difference < beside.high < 0
    assert not rules.may_promote("churn", "beats baseline", beside).is_granted


def test_a_better_run_and_one_that_is_the_same_are_not_worse(tmp_path: Path) -> None:
    live = earlier_runs.kept(result(DULL), tmp_path)
    assert not compared(judging.beside_live(result(SHARP), live, tmp_path, refuse)).is_worse
    again = compared(judging.beside_live(result(DULL), live, tmp_path, refuse))
    assert (again.difference, again.low, again.high) == (0, 0, 0)
    assert not again.is_worse


def test_runs_that_are_equally_good_are_seldom_called_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "RESAMPLES", 100)
    refused = 0
    for seed in range(40):
        people = outcomes(300, seed=seed)
        live = earlier_runs.kept(
            result(foreseen(people, blur=0.3, seed=1_000 + seed)), tmp_path, f"churn-{seed}"
        )
        mine = result(foreseen(people, blur=0.3, seed=2_000 + seed))
        refused += compared(judging.beside_live(mine, live, tmp_path, refuse)).is_worse
    assert refused <= 4  # 2.5 % of 40 is 1


def test_only_customers_that_both_runs_foresaw_are_compared(tmp_path: Path) -> None:
    live = earlier_runs.kept(result(DULL.iloc[:500]), tmp_path)
    assert compared(judging.beside_live(result(SHARP.iloc[200:]), live, tmp_path, refuse)).customers == 300
    few = judging.beside_live(result(SHARP.iloc[480:]), live, tmp_path, refuse)
    assert why(few) == "only 20 customers are known to both runs"


def test_an_earlier_run_is_applied_to_the_new_window_as_it_was_judged(tmp_path: Path) -> None:
    live = earlier_runs.kept(result(DULL, as_of=YESTERDAY), tmp_path)
    asked = []

    def predict(kept: artifact.Artifact, cutoff: datetime) -> pd.DataFrame:
        asked.append((kept.card["as_of"], cutoff))
        return SHARP[["customer_id", "predicted"]].sample(frac=1, random_state=3)

    beside = compared(judging.beside_live(result(DULL), live, tmp_path, predict))
    assert beside.is_worse
    assert asked == [(YESTERDAY.isoformat(), TODAY.replace(tzinfo=None) - earlier_runs.DAYS)]


def test_a_live_run_that_was_judged_later_has_seen_the_window_and_is_not_asked(tmp_path: Path) -> None:
    live = earlier_runs.kept(result(SHARP, as_of=TODAY + timedelta(days=1)), tmp_path)
    beside = judging.beside_live(result(DULL), live, tmp_path, refuse)
    assert "judged on another window" in why(beside)


def test_a_live_run_that_cannot_answer_stops_nothing_and_says_why(tmp_path: Path) -> None:
    def breaks(_kept: artifact.Artifact, _cutoff: datetime) -> pd.DataFrame:
        raise KeyError("visits_90")

    earlier = result(DULL, as_of=YESTERDAY)
    live = earlier_runs.kept(earlier, tmp_path)
    assert "cannot be applied to the new window (KeyError: 'visits_90')" in why(
        judging.beside_live(result(SHARP), live, tmp_path, breaks)
    )
    assert "judged on another window" in why(judging.beside_live(result(SHARP), live, tmp_path, None))
    gone = earlier_runs.recorded(earlier, "churn-gone")
    assert "its artifact cannot be read" in why(judging.beside_live(result(SHARP), gone, tmp_path, refuse))
    silent = earlier_runs.kept(result(DULL.iloc[:0]), tmp_path, "churn-silent")
    assert why(judging.beside_live(result(SHARP), silent, tmp_path, refuse)) == "it kept no test"
    untested = result(SHARP.iloc[:0])
    assert why(judging.beside_live(untested, live, tmp_path, refuse)) == "this run kept no test"


def test_a_first_run_and_a_definition_have_nothing_to_be_held_against(tmp_path: Path) -> None:
    assert judging.beside_live(result(SHARP), None, tmp_path, None) is None
    rfm = result(SHARP, question="rfm")
    assert judging.beside_live(rfm, earlier_runs.kept(rfm, tmp_path), tmp_path, None) is None


def test_every_figure_of_what_is_served_has_an_interval_around_it() -> None:
    told = judging.intervals(result(SHARP))
    assert set(told) == {"auc", "brier", "calibration_error", "top_decile_lift"}
    for value, low, high in told.values():
        assert low <= high
        assert np.isfinite([value, low, high]).all()
    value, low, high = told["auc"]
    assert low < value < high
    assert judging.intervals(result(SHARP.iloc[:10])) == {}


def test_a_figure_that_the_question_gives_bounds_of_is_told_with_the_same() -> None:
    measured = {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}}
    made = result(SHARP)
    mine = replace(made, card=dict(made.card) | {"candidates": {made.served: measured, "another": {}}})
    assert judging.intervals(mine) == {"auc": [0.7, 0.6, 0.8]}
    groups = replace(made, card=dict(made.card) | {"candidates": [{"k": 4}]})
    assert judging.intervals(groups) == judging.intervals(made)


def test_the_calibration_groups_hold_every_customer_and_lie_on_the_diagonal_of_a_true_model() -> None:
    people = outcomes(8_000)
    groups = judging.calibration(result(foreseen(people, blur=0.0)))
    assert [group["customers"] for group in groups] == [800.0] * 10
    means = [group["predicted"] for group in groups]
    assert means == sorted(means)
    for group in groups:
        assert group["actual"] == pytest.approx(group["predicted"], abs=0.06)
    assert np.mean([group["actual"] for group in groups]) == pytest.approx(people["actual"].mean())
