from datetime import datetime
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml import rfm
from ml.results import TrainingResult
from tests.ml.conftest import AS_OF

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone


def test_inputs_equal_an_independent_computation_on_online_retail(
    online_retail: pd.DataFrame, retail_results: dict[str, TrainingResult]
) -> None:
    scores = retail_results["rfm"].scores.set_index("customer_id")
    groups = online_retail.groupby("customer_id")
    recency = (pd.Timestamp(AS_OF) - groups["ordered_at"].max()).dt.days
    assert (scores["recency_days"] == recency).all()
    assert (scores["orders"] == groups["order_id"].nunique()).all()
    np.testing.assert_allclose(scores["revenue"], groups["revenue"].sum(), rtol=0, atol=1e-6)
    assert len(scores) == len(recency) == 4_338
    assert scores["recency_days"].mean() == pytest.approx(92.1, abs=0.05)
    assert scores["revenue"].median() == pytest.approx(674.5, abs=0.05)


def test_inputs_have_the_published_shape_on_online_retail(
    online_retail: pd.DataFrame, retail_results: dict[str, TrainingResult]
) -> None:
    scores = retail_results["rfm"].scores
    assert (len(online_retail), online_retail["order_id"].nunique()) == (397_884, 18_532)
    assert online_retail["product_id"].nunique() == 3_665
    assert scores["revenue"].sum() == pytest.approx(8_911_407.90, abs=0.005)
    means, medians = (scores[["recency_days", "orders", "revenue"]].agg(how) for how in ("mean", "median"))
    assert means.round(1).tolist() == [92.1, 4.3, 2054.3]
    assert medians.tolist() == [50.0, 2.0, pytest.approx(674.5, abs=0.05)]
    assert (scores["orders"] == 1).mean() == pytest.approx(0.344, abs=0.0005)
    assert scores["orders"].quantile([0.2, 0.4, 0.6, 0.8]).tolist() == [1.0, 2.0, 3.0, 6.0]


def test_the_usual_ways_of_scoring_fail_where_mid_ranks_do_not(
    retail_results: dict[str, TrainingResult],
) -> None:
    orders = retail_results["rfm"].scores["orders"]
    with pytest.raises(ValueError, match="Bin edges must be unique"):
        pd.qcut(orders, 5)
    first_come = pd.qcut(orders.rank(method="first"), 5, labels=False) + 1
    assert first_come[orders == 1].value_counts().to_dict() == {1: 868, 2: 625}, "identical customers, split"
    assert set(rfm.scores_of(orders.to_numpy(dtype=float))[orders == 1]) == {1}


def test_refunds_are_netted_and_the_reference_date_is_stated(shop: pd.DataFrame) -> None:
    plain = rfm.train(shop, T)
    assert plain.card["window"]["reference_date"] == "2025-08-01 00:00:00"
    refunded = shop.assign(revenue=shop["revenue"].where(shop["customer_id"] != 1, 0.0))
    scores = rfm.train(refunded, T).scores.set_index("customer_id")
    assert scores.loc[1, "revenue"] == 0
    assert scores.loc[1, "m"] == 1


def test_another_table_names_the_same_scores_otherwise(shop: pd.DataFrame) -> None:
    table = dict.fromkeys(range(1, 5), ("Lost",) * 5) | {5: ("New", "New", "New", "Loyal", "Champions")}
    result = rfm.train(shop, T, table=table)
    usual = rfm.train(shop, T)
    pd.testing.assert_frame_equal(result.scores[["r", "f", "m"]], usual.scores[["r", "f", "m"]])
    assert set(result.scores.loc[result.scores["r"] < 5, "segment"]) == {"Lost"}
    assert result.card["table"]["5"] == ["New", "New", "New", "Loyal", "Champions"]


def test_identical_inputs_get_identical_scores_on_online_retail(
    retail_results: dict[str, TrainingResult],
) -> None:
    scores = retail_results["rfm"].scores
    for source, score in (("recency_days", "r"), ("orders", "f"), ("revenue", "m")):
        assert len(scores[[source, score]].drop_duplicates()) == scores[source].nunique()
    assert set(scores.loc[scores["orders"] == 1, "f"]) == {1}
    assert (scores["orders"] == 1).sum() == 1_493


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200))
def test_scores_follow_the_values_and_never_split_ties(values: list[int]) -> None:
    given_values = np.asarray(values, dtype=float)
    scores = rfm.scores_of(given_values)
    assert scores.min() >= 1
    assert scores.max() <= 5
    order = np.argsort(given_values, kind="stable")
    assert (np.diff(scores[order]) >= 0).all()
    assert all(np.unique(scores[given_values == value]).size == 1 for value in given_values)


def test_distinct_values_fall_into_five_equal_parts() -> None:
    assert np.bincount(rfm.scores_of(np.arange(100.0)))[1:].tolist() == [20] * 5


def test_every_triple_of_scores_has_exactly_one_segment_and_every_segment_is_used() -> None:
    found = {rfm.segment(r, f, m) for r, f, m in product(range(1, 6), repeat=3)}
    assert found == set(rfm.SEGMENTS)


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ((5, 5, 5), "Champions"),
        ((5, 1, 1), "New"),
        ((4, 1, 2), "Promising"),
        ((3, 3, 3), "Needs Attention"),
        ((2, 4, 4), "At Risk"),
        ((1, 5, 5), "Can't Lose"),
        ((1, 1, 1), "Lost"),
    ],
)
def test_well_known_corners_have_their_names(scores: tuple[int, int, int], name: str) -> None:
    assert rfm.segment(*scores) == name


def test_the_most_recent_customer_scores_five_for_recency(shop: pd.DataFrame) -> None:
    scores = rfm.train(shop, T).scores.sort_values("recency_days")
    assert scores["r"].iloc[0] == 5
    assert scores["r"].iloc[-1] == 1


def test_best_segments_are_judged_beside_recency_on_online_retail(
    retail_results: dict[str, TrainingResult],
) -> None:
    result = retail_results["rfm"]
    assert result.baseline is not None
    assert result.metrics["captured_share"] == pytest.approx(0.7254, abs=0.0005)
    assert result.baseline.metrics["captured_share"] == pytest.approx(0.6739, abs=0.0005)
    assert result.verdict == "beats baseline"


def test_later_orders_change_no_score(shop: pd.DataFrame) -> None:
    cut = shop[shop["ordered_at"] < pd.Timestamp(T)]
    pd.testing.assert_frame_equal(rfm.train(shop, T).scores, rfm.train(cut, T).scores)


def test_a_young_shop_is_told_what_is_missing(shop: pd.DataFrame) -> None:
    result = rfm.train(shop, datetime(2024, 2, 15))  # noqa: DTZ001
    assert result.verdict == "not enough data"
    assert result.scores.empty
    assert list(result.scores.columns) == rfm.COLUMNS
    assert "180 days of history (has 4" in result.shortfall


def test_an_empty_frame_is_not_enough_data(shop: pd.DataFrame) -> None:
    assert rfm.train(shop.head(0), T).verdict == "not enough data"
