from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ml import artifact, churn, metrics
from ml.churn_models import candidates, judging, reasons, visits
from ml.churn_models.candidates import Method
from ml.churn_models.rows import INPUTS, matrix, rows_at
from ml.results import TrainingResult
from tests.ml import simulated

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone
CUTOFF = datetime(2025, 3, 1)  # noqa: DTZ001


@pytest.fixture(scope="module")
def result(shop: pd.DataFrame) -> TrainingResult:
    return churn.train(shop, T, seed=3)


def test_everyone_active_in_the_last_year_is_scored_and_nobody_else(
    result: TrainingResult, shop: pd.DataFrame
) -> None:
    last = shop[shop["ordered_at"] < pd.Timestamp(T)].groupby("customer_id")["ordered_at"].max()
    active = last[(pd.Timestamp(T) - last).dt.days <= 365].index
    assert list(result.scores.columns) == churn.COLUMNS
    assert result.scores["customer_id"].tolist() == sorted(active)
    assert len(active) < len(last)
    assert result.scores["churn_probability"].between(0, 1).all()


def test_the_future_moves_no_input_but_only_the_label(shop: pd.DataFrame) -> None:
    """Orders from the cutoff on are dealt out to other customers at other times: only ``churned`` may move."""
    rng = np.random.default_rng(8)
    shuffled = shop.copy()
    later = shuffled["ordered_at"] >= pd.Timestamp(CUTOFF)
    for column in ("customer_id", "ordered_at", "revenue", "product_id", "quantity"):
        shuffled.loc[later, column] = rng.permutation(shuffled.loc[later, column].to_numpy())
    before, after = (rows_at(lines, [CUTOFF], 90) for lines in (shop, shuffled))
    names = ["as_of", "customer_id", *INPUTS]
    pd.testing.assert_frame_equal(before[names], after[names])
    assert (before["churned"] != after["churned"]).any()


def test_the_label_is_the_silence_of_the_window() -> None:
    lines = pd.concat(
        [
            simulated.line(1, 1, "2025-02-01"),
            simulated.line(1, 2, "2025-02-05"),
            simulated.line(2, 3, "2025-02-01"),
            simulated.line(2, 4, "2025-03-01 00:00:00"),
            simulated.line(3, 5, "2025-02-01"),
            simulated.line(3, 6, "2025-05-30 00:00:00"),
            simulated.line(4, 7, "2025-02-01"),
            simulated.line(4, 8, "2025-05-29 23:59:59"),
            simulated.line(5, 9, "2023-02-01"),
        ],
        ignore_index=True,
    )
    rows = rows_at(lines, [CUTOFF], 90).set_index("customer_id")
    assert rows["churned"].to_dict() == {1: 1.0, 2: 0.0, 3: 1.0, 4: 0.0}


def test_the_scores_repeat_with_the_seed_and_ignore_later_orders(
    result: TrainingResult, shop: pd.DataFrame
) -> None:
    known = shop[shop["ordered_at"] < pd.Timestamp(T)]
    again = churn.train(known, T, seed=3)
    pd.testing.assert_frame_equal(again.scores, result.scores)
    assert again.metrics == result.metrics


def test_training_windows_end_before_the_test_window(result: TrainingResult) -> None:
    window = result.card["window"]
    test_from = pd.Timestamp(window["test_from"])
    cutoffs = [pd.Timestamp(each) for each in window["train_cutoffs"].split(", ")]
    assert pd.Timestamp(window["test_until"]) == pd.Timestamp(T)
    assert test_from == pd.Timestamp(T - timedelta(days=90))
    assert all(cutoff + pd.Timedelta(days=90) <= test_from for cutoff in cutoffs)
    assert [(later - earlier).days for earlier, later in pairwise(cutoffs[1:])] == [30] * 5
    assert (test_from - cutoffs[0]).days == 364


def test_every_candidate_is_judged_on_the_test_window_with_intervals(result: TrainingResult) -> None:
    assert set(result.card["candidates"]) == {*candidates.MODELS, *candidates.RIVALS}
    for figures in result.card["candidates"].values():
        assert set(figures) == {"auc", "brier", "calibration_error", "top_decile_lift"}
        assert all(each["low"] <= each["high"] for each in figures.values())
    assert result.card["rivals"]["base rate"]["auc"] == 0.5
    judged = result.card["candidates"][result.card["judged_model"]]
    assert judged["auc"]["value"] == result.metrics["auc"]
    assert judged["auc"]["low"] < result.metrics["auc"] < judged["auc"]["high"]


def test_the_model_is_chosen_before_the_test_window_and_the_winner_makes_the_scores(
    result: TrainingResult,
) -> None:
    assert result.baseline is not None
    folds = {name: np.mean(found) for name, found in result.card["fold_auc"].items()}
    assert result.card["judged_model"] == max(candidates.MODELS, key=lambda name: folds[name])
    is_better = (
        result.card["preferred_in_folds"] == result.card["judged_model"]
        and result.metrics["auc"] >= result.baseline.metrics["auc"]
    )
    assert result.verdict == ("beats baseline" if is_better else "baseline wins")
    assert result.served == (result.card["judged_model"] if is_better else result.baseline.name)


def test_a_model_serves_only_if_bg_nbd_did_not_beat_it_in_earlier_windows(shop: pd.DataFrame) -> None:
    """In the test the forest is far the best; what the windows before it said decides all the same."""
    rows = rows_at(shop, [CUTOFF - timedelta(days=90), CUTOFF], 90)
    names = (candidates.FOREST, *candidates.RIVALS)
    learned = candidates.learn(rows, CUTOFF, 90, 0, names)
    test = rows[rows["as_of"] == CUTOFF].reset_index(drop=True)
    forest, rival = (
        stats.rankdata(learned.methods[name].probability(test))
        for name in (candidates.FOREST, candidates.BETA_GEO)
    )
    apart = forest - 0.7 * rival + 0.2 * len(test) * np.random.default_rng(0).random(len(test))
    test = test.assign(churned=(apart > np.median(apart)).astype(float))

    def served(best: str | None) -> str:
        folds = {name: [0.8 if name == best else 0.6] if best else [] for name in names}
        found = judging.judge(replace(learned, fold_auc=folds), test, seed=0)
        assert found.measured["auc_gain_low"] > 0
        return found.served

    assert served(candidates.FOREST) == served(None) == candidates.FOREST
    assert served(candidates.BETA_GEO) in candidates.RIVALS


def test_when_behaviour_says_nothing_beyond_recency_the_baseline_is_served(
    monkeypatch: pytest.MonkeyPatch, shop: pd.DataFrame
) -> None:
    """The models are given constant columns, so they cannot rank anybody."""
    monkeypatch.setattr(
        candidates, "matrix", lambda rows, names=INPUTS: np.full((len(rows), len(names)), 0.5)
    )
    result = churn.train(shop, T)
    assert result.baseline is not None
    assert result.verdict == "baseline wins"
    assert result.served == result.baseline.name
    assert result.scores["churn_probability"].nunique() > 10


def test_probabilities_are_calibrated_on_a_steady_shop(result: TrainingResult) -> None:
    assert result.metrics["mean_probability"] == pytest.approx(result.metrics["churned_share"], abs=0.1)
    assert result.metrics["auc"] > 0.7
    assert result.metrics["brier"] < result.card["rivals"]["base rate"]["brier"]


@pytest.mark.parametrize("known", [180, 450], ids=["of the last window", "and of the one a year before"])
def test_who_exaggerates_is_corrected_by_later_windows(shop: pd.DataFrame, known: int) -> None:
    """Log-odds that are half as wide again are brought back to exactly what they were: by their spread, and the level."""
    moments = [CUTOFF, *(CUTOFF - timedelta(days=days) for days in (90, 120, 180, 364) if days <= known)]
    rows = rows_at(shop, moments, 90)
    told = rows["p_no_purchase"].to_numpy()
    odds = (told / (1 - told)) ** 1.5
    loud = rows.assign(p_no_purchase=odds / (1 + odds))
    found = [
        candidates.learn(each, CUTOFF, 90, 0, [candidates.BETA_GEO]).methods[candidates.BETA_GEO]
        for each in (rows, loud)
    ]
    slopes = [each.calibration.slope_ for each in found if each.calibration is not None]
    assert slopes[1] == pytest.approx(slopes[0] / 1.5, rel=1e-3)
    now = [each[each["as_of"] == CUTOFF] for each in (rows, loud)]
    np.testing.assert_allclose(found[1].probability(now[1]), found[0].probability(now[0]), atol=1e-3)


def test_what_was_tested_can_be_judged_again(result: TrainingResult) -> None:
    judged = result.metrics if result.verdict == "beats baseline" else result.card["rivals"][result.served]
    actual, predicted = (result.tested[name].to_numpy(dtype=float) for name in ("actual", "predicted"))
    assert metrics.auc(actual, predicted) == judged["auc"]
    assert metrics.calibration_error(actual, predicted) == judged["calibration_error"]


def test_an_earlier_run_foretells_a_later_window_as_it_was_judged(
    result: TrainingResult, shop: pd.DataFrame, tmp_path: Path
) -> None:
    artifact.save(tmp_path / "run", result.card, judged_estimator=result.judged_estimator)
    kept = artifact.load(tmp_path / "run")
    again = churn.predict(kept, shop, pd.Timestamp(result.card["window"]["test_from"]).to_pydatetime())
    joined = again.merge(result.tested, on="customer_id", suffixes=("_again", ""))
    assert len(joined) == len(again) == len(result.tested)
    np.testing.assert_allclose(joined["predicted_again"], joined["predicted"], rtol=0, atol=1e-12)


def test_who_has_waited_for_twice_the_usual_gap_is_overdue(result: TrainingResult) -> None:
    scores = result.scores
    has_gap = scores["usual_gap_days"].notna()
    assert 0 < scores["is_overdue"].sum() < has_gap.sum() < len(scores)
    assert not scores.loc[~has_gap, "is_overdue"].any()
    ratio = scores["recency_days"] / scores["usual_gap_days"]
    assert (scores.loc[has_gap, "is_overdue"] == (ratio[has_gap] > 2)).all()


@pytest.mark.parametrize("name", candidates.MODELS)
def test_everybody_is_told_why_and_the_reasons_add_up(shop: pd.DataFrame, name: str) -> None:
    rows = rows_at(shop, [CUTOFF], 90).reset_index(drop=True)
    method = candidates.fit_all(rows, [name], seed=0)[name]
    added, base, unit = reasons.contributions(method, matrix(rows))
    raw = method.raw(rows)
    answer = raw if unit == "probability" else np.log(raw / (1 - raw))
    np.testing.assert_allclose(base + added.sum(axis=1), answer, rtol=0, atol=1e-6)
    found = reasons.explained(method, rows, raw, seed=0)
    assert list(found.reasons) == list(range(len(rows)))
    effects = pd.DataFrame(
        {
            code: added[:, [INPUTS.index(each) for each in names]].sum(axis=1)
            for code, names in reasons.SUBJECTS.items()
            if code != "visits"
        }
    )
    np.testing.assert_allclose(base + effects.sum(axis=1), answer, rtol=0, atol=1e-6)
    for number, told in found.reasons.items():
        mine = effects.loc[number]
        assert told[0]["code"] == mine.abs().idxmax()
        assert {each["code"]: each["effect"] for each in told} == pytest.approx(
            mine[[each["code"] for each in told]].to_dict()
        )
        weight = dict(zip(effects.columns, np.abs(mine.to_numpy(dtype=float)), strict=True))
        first = sorted(weight, key=lambda code: -weight[code])[:3]
        assert [each["code"] for each in told] == [
            code for code in first if weight[code] > 0.05 * weight[first[0]]
        ]
    assert found.importance == pytest.approx(effects.abs().mean().to_dict())


def test_of_too_many_customers_those_with_most_at_stake_are_told_why(
    shop: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reasons, "MOST_EXPLAINED", 40)
    monkeypatch.setattr(reasons, "SAMPLE", 10)
    rows = rows_at(shop, [CUTOFF], 90).reset_index(drop=True)
    method = candidates.fit_all(rows, [candidates.LOGISTIC], seed=0)[candidates.LOGISTIC]
    probability = method.raw(rows)
    at_stake = pd.Series(probability * rows["revenue"])
    found = reasons.explained(method, rows, probability, seed=0)
    assert set(at_stake.nlargest(40).index) <= set(found.reasons)
    assert 40 <= len(found.reasons) <= 50 < len(rows)


def test_every_input_belongs_to_one_subject() -> None:
    assert sorted(name for names in reasons.SUBJECTS.values() for name in names) == sorted(
        (*INPUTS, *visits.INPUTS)
    )


def test_a_rival_that_serves_is_explained_by_what_it_rests_on(result: TrainingResult) -> None:
    rows = result.inputs.head(5)
    found = reasons.explained(Method(candidates.BETA_GEO, None), rows, np.full(5, 0.5), seed=0)
    assert found.importance == {}
    assert [[each["code"] for each in told] for told in found.reasons.values()] == [
        ["waiting", "frequency"]
    ] * 5
    assert found.reasons[0][0]["days"] == rows["recency_days"].iloc[0]
    assert found.reasons[0][0]["effect"] is None


def test_risk_bands_meet_at_their_thresholds() -> None:
    found = churn.risk_of(np.array([0.0, 0.3299, 0.33, 0.66, 0.6601, 1.0]))
    assert found.tolist() == ["low", "low", "medium", "medium", "high", "high"]
    assert churn.risk_of(np.array([0.5]), high_above=0.4, medium_from=0.2).tolist() == ["high"]


def test_the_model_chosen_before_christmas_holds_through_it_on_online_retail(
    retail_results: dict[str, TrainingResult],
) -> None:
    """The last 90 days of the year, of which nothing was used: no model, no season, no level."""
    result = retail_results["churn"]
    assert result.baseline is not None
    assert result.served == result.card["judged_model"] == "random forest"
    assert result.baseline.name == "BG/NBD alone"
    assert result.metrics["test_customers"] == 3_370
    assert result.metrics["auc"] == pytest.approx(0.7395, abs=0.002)
    assert result.baseline.metrics["auc"] == pytest.approx(0.7331, abs=0.0005)
    assert result.card["rivals"]["recency alone"]["auc"] == pytest.approx(0.6834, abs=0.0005)
    assert result.metrics["calibration_error"] < 0.045
    assert abs(result.metrics["mean_probability"] - result.metrics["churned_share"]) < 0.045
    assert len(result.scores) == 4_274


def test_a_young_shop_is_told_what_is_missing(shop: pd.DataFrame) -> None:
    result = churn.train(shop, datetime(2024, 6, 1))  # noqa: DTZ001
    assert result.verdict == "not enough data"
    assert result.scores.empty
    assert "210 days of history (has 1" in result.shortfall
    assert result.sufficiency["days of history"]["need"] == 210


def test_a_small_shop_is_told_what_is_missing() -> None:
    result = churn.train(simulated.shop(customers=60), T)
    assert result.verdict == "not enough data"
    assert "100 customers (has 60)" in result.shortfall


def test_an_empty_frame_is_not_enough_data(shop: pd.DataFrame) -> None:
    assert churn.train(shop.head(0), T).verdict == "not enough data"
