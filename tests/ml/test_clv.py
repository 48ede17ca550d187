from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml import artifact, clv, frames, metrics
from ml.purchase_models.betageo import BetaGeo
from ml.purchase_models.history import OrderHistory
from ml.results import TrainingResult
from ml.value_models import judging, scoring
from ml.value_models.judging import Resampled
from ml.value_models.outlook import FOREST, Outlook
from tests.ml import simulated

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone


@pytest.fixture(scope="module")
def result(shop: pd.DataFrame) -> TrainingResult:
    return clv.train(shop, T, seed=3)


def test_every_customer_gets_one_ordered_interval(result: TrainingResult, shop: pd.DataFrame) -> None:
    scores = result.scores
    assert list(scores.columns) == clv.COLUMNS
    assert sorted(scores["customer_id"]) == sorted(shop["customer_id"].unique())
    assert (scores["clv_12m_low"] >= 0).all()
    assert (scores["clv_12m_low"] <= scores["clv_12m"]).all()
    assert (scores["clv_12m"] <= scores["clv_12m_high"]).all()
    assert scores["p_alive"].between(0, 1).all()
    assert scores.drop(columns="next_order_at").notna().all(axis=None)


def test_the_next_order_is_always_ahead_and_within_two_years(result: TrainingResult) -> None:
    due = result.scores["next_order_at"].dropna()
    assert str(due.dtype) == "datetime64[us]"
    assert (due > pd.Timestamp(T)).all()
    assert (due <= pd.Timestamp(T) + pd.Timedelta(days=731)).all()
    assert len(due) > 0


def steady_shop(customers: int = 800) -> pd.DataFrame:
    """Customers who never leave and buy at random, each at a rate of their own, for 300 days before `T` and 500 after."""
    rng = np.random.default_rng(11)
    gaps = rng.exponential(1 / rng.gamma(2.0, 1 / 60, (customers, 1)), (customers, 200))
    at = rng.uniform(0, 300, (customers, 1)) + np.cumsum(gaps, axis=1) - gaps
    who, _ = np.nonzero(at < 800)
    ordered = pd.Timestamp(T) + pd.to_timedelta(((at[at < 800] - 300) * 86_400).astype("int64"), unit="s")
    spent = np.round(rng.gamma(4.0, 10.0, who.size), 2) + 0.01
    lines = {
        "customer_id": who + 1,
        "order_id": np.arange(1, who.size + 1),
        "ordered_at": ordered,
        "quantity": 1,
    }
    return frames.order_lines(pd.DataFrame({**lines, "unit_price": spent, "revenue": spent}))


def test_half_of_those_who_stay_have_ordered_by_the_date_they_are_expected() -> None:
    lines = steady_shop()
    due = clv.train(lines, T).scores.set_index("customer_id")["next_order_at"].dropna()
    later = lines[lines["ordered_at"] >= pd.Timestamp(T)]
    came = later.groupby("customer_id")["ordered_at"].min().reindex(due.index)
    assert len(due) > 700
    assert (came <= due).mean() == pytest.approx(0.5, abs=0.06)
    assert (due - pd.Timestamp(T)).dt.days.quantile([0.1, 0.9]).diff().iloc[-1] > 15


def test_the_interval_is_discounted_as_its_value_is() -> None:
    outlook = Outlook.of(OrderHistory.of(steady_shop(), T), T, (BetaGeo,))
    plain, discounted = (
        np.array(scoring._by_counts(outlook, BetaGeo.title, rate, seed=0)) for rate in (0.0, 0.05)
    )
    is_open = plain.min(axis=0) > 0
    assert is_open.sum() > 300
    left = discounted[:, is_open] / plain[:, is_open]
    np.testing.assert_allclose(left, np.broadcast_to(left[0], left.shape), rtol=1e-9)
    year = np.mean(1.05 ** -np.arange(1.0, 13.0))
    np.testing.assert_allclose(left[0], year, atol=0.03)


def test_later_orders_change_nothing(result: TrainingResult, shop: pd.DataFrame) -> None:
    known = shop[shop["ordered_at"] < pd.Timestamp(T)]
    again = clv.train(known, T, seed=3)
    pd.testing.assert_frame_equal(again.scores, result.scores)
    assert again.metrics == result.metrics


def test_the_judged_window_cannot_be_seen_by_the_models_judged(
    result: TrainingResult, shop: pd.DataFrame
) -> None:
    """Ten times the revenue in the window: predictions for it, and so the ratio to it, stay what they were."""
    window = shop["ordered_at"] >= pd.Timestamp(result.card["window"]["test_from"])
    richer = shop.copy()
    richer.loc[window, "revenue"] *= 10
    found = clv.train(richer, T, seed=3)
    assert found.metrics["mean_ratio"] == pytest.approx(result.metrics["mean_ratio"] / 10)
    assert found.metrics["spearman"] == pytest.approx(result.metrics["spearman"])


def test_on_a_shop_that_follows_the_process_the_total_is_right(result: TrainingResult) -> None:
    assert result.metrics["mean_ratio"] == pytest.approx(1, abs=0.25)
    assert (
        0.78 <= result.metrics["interval_coverage"] <= 0.92
    )  # above, since nothing at all is an interval too


def test_every_method_is_judged_on_the_same_window_and_the_winner_is_recorded_with_its_bounds(
    result: TrainingResult,
) -> None:
    judged = {**result.card["rivals"], "chosen": result.metrics}
    assert set(judged) > {"historical rate", "random forest", "chosen"}
    assert len(judged) == 5
    for found in judged.values():
        for name in ("spearman", "mae", "rmse", "mean_ratio", "top_decile_lift"):
            assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"]
    likelihoods = {title: model["log_likelihood"] for title, model in result.card["model"]["counts"].items()}
    assert set(likelihoods) == {"BG/NBD", "MBG/NBD", "Pareto/NBD"}
    assert result.card["count_model"] in likelihoods
    assert result.metrics["spearman_gain_low"] <= result.metrics["spearman_gain"]


def test_bounds_by_resampling_agree_with_a_plain_bootstrap() -> None:
    rng = np.random.default_rng(6)
    actual = np.where(rng.random(300) < 0.4, 0.0, rng.gamma(1.0, 50.0, 300))
    guess = np.round(actual * rng.gamma(2.0, 0.5, 300) + rng.gamma(1.0, 10.0, 300))
    found = Resampled(actual, {"model": guess}, seed=1).metrics("model")
    plain = {
        "spearman": metrics.spearman, "mae": metrics.mae, "rmse": metrics.rmse,
        "mean_ratio": metrics.mean_ratio, "top_decile_lift": metrics.top_decile_lift,
    }  # fmt: skip
    for name, metric in plain.items():
        low, high = metrics.bootstrap_interval(metric, actual, guess, seed=2, resamples=400)
        assert found[name] == pytest.approx(metric(actual, guess), rel=0.005)
        width = high - low
        assert found[f"{name}_low"] == pytest.approx(low, abs=0.25 * width)
        assert found[f"{name}_high"] == pytest.approx(high, abs=0.25 * width)


def test_the_tested_window_holds_what_came_and_what_was_foreseen(
    result: TrainingResult, shop: pd.DataFrame
) -> None:
    tested = result.tested
    since, until = (pd.Timestamp(result.card["window"][edge]) for edge in ("test_from", "test_until"))
    window = shop[(shop["ordered_at"] >= since) & (shop["ordered_at"] < until)]
    spent = tested["customer_id"].map(window.groupby("customer_id")["revenue"].sum()).fillna(0)
    np.testing.assert_allclose(tested["actual"], spent, atol=1e-6)
    assert metrics.spearman(spent.to_numpy(), tested["predicted"].to_numpy()) == pytest.approx(
        result.metrics["spearman"], abs=1e-6
    )
    assert list(result.inputs["customer_id"]) == list(result.scores["customer_id"])


def test_a_kept_run_foresees_a_window_as_it_was_judged(
    result: TrainingResult, shop: pd.DataFrame, tmp_path: Path
) -> None:
    artifact.save(
        tmp_path / "run", result.card, arrays=result.kept_arrays,
        estimator=result.estimator, judged_estimator=result.judged_estimator,
    )  # fmt: skip
    kept = artifact.load(tmp_path / "run")
    cutoff = pd.Timestamp(result.card["window"]["test_from"]).to_pydatetime()
    again = clv.predict(kept, shop, cutoff).set_index("customer_id")["predicted"]
    tested = result.tested.set_index("customer_id")["predicted"]
    np.testing.assert_allclose(again.loc[tested.index], tested, rtol=1e-9)


def test_a_forest_that_wins_makes_the_scores_and_is_kept(
    shop: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ml.value_models.judging._chosen", lambda *_, has_forest: FOREST if has_forest else ""
    )
    result = clv.train(shop, T, seed=3, monthly_discount=0.0)
    assert result.served == FOREST
    scores = result.scores
    assert (scores["clv_12m_low"] <= scores["clv_12m"]).all()
    assert (scores["clv_12m"] <= scores["clv_12m_high"]).all()
    assert scores["clv_12m"].gt(0).any()
    cheaper = clv.train(shop, T, seed=3, monthly_discount=0.01).scores["clv_12m"].sum()
    assert 0.9 < cheaper / scores["clv_12m"].sum() < 0.99
    artifact.save(
        tmp_path / "run", result.card, arrays=result.kept_arrays,
        estimator=result.estimator, judged_estimator=result.judged_estimator,
    )  # fmt: skip
    cutoff = pd.Timestamp(result.card["window"]["test_from"]).to_pydatetime()
    again = clv.predict(artifact.load(tmp_path / "run"), shop, cutoff).set_index("customer_id")["predicted"]
    tested = result.tested.set_index("customer_id")["predicted"]
    np.testing.assert_allclose(again.loc[tested.index], tested, rtol=1e-9)


def test_the_forest_is_chosen_only_when_it_ranks_surely_better_and_its_total_is_right() -> None:
    rng = np.random.default_rng(1)
    actual = rng.gamma(1.0, 50.0, 800)
    noise, better = actual * rng.gamma(1.0, 1.0, 800), actual * rng.gamma(8.0, 1 / 8, 800)
    for guess, expected in ((better, FOREST), (better * 0.6, "MBG/NBD"), (noise[::-1].copy(), "MBG/NBD")):
        rivals = {"MBG/NBD": noise * actual.sum() / noise.sum(), FOREST: guess * 1.0}
        found = judging._chosen("MBG/NBD", Resampled(actual, rivals, seed=0), has_forest=True)
        assert found == expected


def test_historic_value_is_order_value_times_frequency_times_lifespan() -> None:
    lines = pd.concat(
        [
            simulated.line(1, 1, "2025-01-01", 100.0),
            simulated.line(1, 2, "2025-07-20", 200.0),
            simulated.line(2, 3, "2025-07-31", 40.0),
        ],
        ignore_index=True,
    )
    found = clv.historic_value(lines, T)
    # 1: 212 days here, longer than the usual 200: what was spent. 2: one order in 90 days, kept up for 200.
    assert found == pytest.approx([300.0, 40 * (1 / 90) * 200])


def test_when_the_history_goes_on_unchanged_the_baseline_wins_and_makes_the_scores() -> None:
    """Clockwork customers: the historical rate is exact, so no model can do better."""
    rng = np.random.default_rng(2)
    parts = []
    for customer in range(1, 161):
        days = np.arange(rng.integers(0, 5), 400, 2 + customer % 40)
        parts.append(pd.DataFrame({"customer_id": customer, "day": days, "revenue": 5.0 + customer}))
    visits = pd.concat(parts, ignore_index=True)
    lines = pd.concat(
        [simulated.line(1, 1, "2024-06-27", 6.0).iloc[[0] * len(visits)].reset_index(drop=True)]
    ).assign(
        customer_id=visits["customer_id"].astype("int64"),
        order_id=np.arange(len(visits)),
        ordered_at=(pd.Timestamp("2024-06-27") + pd.to_timedelta(visits["day"], unit="D")).astype(
            "datetime64[us]"
        ),
        revenue=visits["revenue"],
    )
    result = clv.train(lines, T)
    assert result.verdict == "baseline wins"
    assert result.served == "historical rate"
    scores = result.scores.set_index("customer_id")
    expected = 365 / (2 + 5 % 40) * 10.0
    assert scores.loc[5, "clv_12m"] == pytest.approx(expected * 0.94, rel=0.03)
    low, high = (float(scores[name].loc[5]) for name in ("clv_12m_low", "clv_12m_high"))
    assert low < expected * 0.94 < high


def test_online_retail_is_ranked_better_than_by_its_historical_rate(
    retail_results: dict[str, TrainingResult],
) -> None:
    result = retail_results["clv"]
    assert result.baseline is not None
    assert len(result.scores) == 4_338
    assert result.metrics["spearman"] == pytest.approx(0.580, abs=0.002)
    assert result.baseline.metrics["spearman"] == pytest.approx(0.549, abs=0.002)
    assert result.metrics["spearman_gain_low"] > 0
    assert result.metrics["interval_coverage"] == pytest.approx(0.8, abs=0.05)
    assert result.verdict == "beats baseline"


def test_the_card_says_whether_order_values_depend_on_how_often_somebody_orders(
    result: TrainingResult, shop: pd.DataFrame
) -> None:
    size = shop.groupby("customer_id")["order_id"].transform("nunique").astype(float)
    dear = clv.train(shop.assign(revenue=size**3, unit_price=size**3), T).card["model"]
    assert dear["frequency_value_correlation"] > 0.5
    assert not dear["is_value_independent"]
    alike = result.card["model"]
    assert alike["is_value_independent"] == (abs(alike["frequency_value_correlation"]) < 0.3)


def test_a_young_shop_is_told_what_is_missing(shop: pd.DataFrame) -> None:
    result = clv.train(shop, datetime(2024, 5, 1))  # noqa: DTZ001
    assert result.verdict == "not enough data"
    assert result.scores.empty
    assert result.shortfall.startswith("needs 180 days of history (has 1")


def test_an_empty_frame_is_not_enough_data(shop: pd.DataFrame) -> None:
    assert clv.train(shop.head(0), T).verdict == "not enough data"
