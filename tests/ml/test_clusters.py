from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_score

from ml import archetypes, artifact, clusters, partitions
from ml.partitions import Candidate, Scale
from ml.results import TrainingResult
from tests.ml.conftest import AS_OF

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone
SILHOUETTES = (0.434, 0.338, 0.336, 0.317, 0.314)
AGREEMENTS = (0.97, 0.96, 0.90, 0.88, 0.84)
Tried = Mapping[str, tuple[Candidate, ...]]


@pytest.fixture(scope="session")
def trained(shop: pd.DataFrame) -> TrainingResult:
    return clusters.train(shop, T)


@pytest.fixture(scope="session")
def published(online_retail: pd.DataFrame) -> Tried:
    """K-Means on recency, frequency and money of Online Retail: as they are, and logged."""
    groups = online_retail.groupby("customer_id")
    days = (pd.Timestamp(AS_OF) - groups["ordered_at"].max()).dt.days
    rfm = np.column_stack([days, groups["order_id"].nunique(), groups["revenue"].sum()]).astype(float)

    def tried(values: Any, ks: range) -> tuple[Candidate, ...]:
        return partitions.candidates(Scale.of(values).apply(values), ks, seed=0, resamples=20, starts=10)

    return {"raw": tried(rfm, range(2, 3)), "logged": tried(np.log1p(rfm), range(2, 7))}


@pytest.mark.data
def test_two_outliers_groups_of_raw_figures_are_applauded_by_the_silhouette_and_rejected(
    published: Tried,
) -> None:
    (two,) = published["raw"]
    assert two.sizes == (4_312, 26)
    assert two.silhouette == pytest.approx(0.896, abs=0.0005)
    assert two.stability == pytest.approx(0.379, abs=0.25), "so unstable that 20 resamples tell it roughly"
    assert not two.is_acceptable
    assert not replace(two, stability=1.0).is_acceptable, "its size alone rejects it"
    assert not replace(two, sizes=(2_169, 2_169)).is_acceptable, "and so does its stability"
    assert partitions.chosen(published["raw"]) is None
    both = (two, *published["logged"])
    assert partitions.chosen(both) != two


@pytest.mark.data
def test_logged_figures_have_the_published_silhouettes_and_agreements(published: Tried) -> None:
    logged = published["logged"]
    assert [each.k for each in logged] == [2, 3, 4, 5, 6]
    assert [each.silhouette for each in logged] == [pytest.approx(value, abs=0.004) for value in SILHOUETTES]
    assert [each.stability for each in logged] == [pytest.approx(value, abs=0.08) for value in AGREEMENTS]
    best = partitions.chosen(logged)
    assert best is not None
    assert best.k > max(logged, key=lambda each: each.silhouette).k == 2, "not chosen by the silhouette alone"


@pytest.mark.data
def test_online_retail_falls_into_stable_groups_that_tell_what_follows(
    retail_results: dict[str, TrainingResult],
) -> None:
    result = retail_results["clusters"]
    assert result.verdict == "beats baseline"
    assert result.baseline is not None
    assert result.metrics["separation"] == pytest.approx(0.272, abs=0.01)
    assert result.baseline.metrics["separation"] == pytest.approx(0.134, abs=0.002)
    assert result.metrics["separation_gain_low"] > 0.1
    assert result.metrics["clusters"] == 4
    assert result.metrics["stability"] > 0.9
    assert {each["code"] for each in result.card["clusters"]} == {
        "frequent-big-spenders", "established-buyers", "newcomers", "lapsed-occasional-buyers",
    }  # fmt: skip
    assert len(result.scores) == 4_338


def candidate(
    k: int, inertia: float, *, stability: float = 0.9, share: float = 0.1, silhouette: float = 0.3
) -> Candidate:
    small = round(1_000 * share)
    return Candidate(k, inertia, silhouette, stability, (1_000 - small, small))


def test_the_elbow_is_chosen_among_what_is_acceptable() -> None:
    tried = [candidate(2, 100), candidate(3, 50), candidate(4, 40), candidate(5, 30)]
    best = partitions.chosen(tried)
    assert best is not None
    assert best.k == 3
    for worse in ({"stability": 0.79}, {"share": 0.02}):
        second = partitions.chosen([tried[0], candidate(3, 50, **worse), *tried[2:]])
        assert second is not None
        assert second.k == 4


def test_equal_depths_are_decided_by_the_silhouette_and_nothing_acceptable_is_nothing() -> None:
    straight = [candidate(2, 30, silhouette=0.2), candidate(3, 20, silhouette=0.5), candidate(4, 10)]
    best = partitions.chosen(straight)
    assert best is not None
    assert best.k == 3
    assert partitions.chosen([candidate(2, 30, stability=0.1)]) is None
    assert partitions.chosen([]) is None


def test_points_in_three_heaps_are_three_parts_whichever_way_they_are_counted() -> None:
    rng = np.random.default_rng(3)
    heaps = np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]])
    points = heaps[np.repeat([0, 1, 2], [500, 300, 200])] + rng.normal(size=(1_000, 2))
    tried = partitions.candidates(points, range(2, 6), seed=0)
    best = partitions.chosen(tried)
    assert best is not None
    assert (best.k, best.sizes) == (3, (500, 300, 200))
    assert best.stability == pytest.approx(1.0)
    many = partitions.fitted(np.tile(points, (60, 1)), 3, seed=0)
    assert many.sizes.tolist() == [30_000, 18_000, 12_000], "on mini-batches too"


def test_silhouettes_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(8)
    points = rng.normal(size=(1_203, 3))
    labelings = [rng.integers(0, k, 1_203) for k in (2, 5)]
    expected = [silhouette_score(points, labels) for labels in labelings]
    assert partitions.silhouettes(points, labelings) == pytest.approx(expected, abs=1e-12)
    alone = np.array([0, 0, 1])
    few = np.array([[0.0], [1.0], [5.0]])
    assert partitions.silhouettes(few, [alone]) == [pytest.approx(silhouette_score(few, alone))]
    assert partitions.silhouettes(np.zeros((4, 1)), [np.array([0, 0, 1, 1])]) == [0.0]


def test_a_sample_holds_two_of_every_part_of_every_labelling() -> None:
    halves = np.repeat([0, 1], 20_000)
    outliers = (np.arange(40_000) < 3).astype(np.int64)
    rows = partitions._sample([outliers, halves], np.random.default_rng(0))
    assert partitions.SAMPLE <= rows.size <= partitions.SAMPLE + 8
    assert (outliers[rows] == 1).sum() >= 2
    assert abs(int((halves[rows] == 0).sum()) - partitions.SAMPLE // 2) <= 8


def test_a_shop_where_all_customers_are_the_same_has_no_candidates() -> None:
    assert partitions.candidates(np.zeros((500, 3)), range(2, 9), seed=0) == ()
    assert [each.k for each in partitions.candidates(np.eye(4)[np.arange(200) % 4], range(2, 9), seed=0)] == [
        2,
        3,
    ]


def test_separation_is_the_share_between_groups_corrected_for_their_number() -> None:
    value = np.array([1.0, 2.0, 3.0, 4.0])
    assert clusters.separation(value, np.array([0, 0, 1, 1])) == pytest.approx(1 - (1 - 0.8) * 3 / 2)
    rng = np.random.default_rng(1)
    noise = [clusters.separation(rng.normal(size=400), rng.integers(0, 12, 400)) for _ in range(200)]
    assert np.mean(noise) == pytest.approx(0.0, abs=0.01), "many groups that say nothing explain nothing"
    assert np.isnan(clusters.separation(np.zeros(4), np.array([0, 0, 1, 1])))


def test_everybody_is_in_one_cluster_of_the_card(trained: TrainingResult) -> None:
    assert list(trained.scores.columns) == clusters.COLUMNS
    assert trained.scores["customer_id"].is_unique
    counted = trained.scores["cluster"].value_counts().to_dict()
    assert counted == {each["code"]: each["customers"] for each in trained.card["clusters"]}


def test_what_customers_are_compared_by_is_handed_on_to_be_watched(trained: TrainingResult) -> None:
    assert list(trained.inputs) == ["customer_id", *clusters.INPUTS]
    assert set(trained.inputs["customer_id"]) == set(trained.scores["customer_id"])
    medians = {each["code"]: each["medians"]["revenue"] for each in trained.card["clusters"]}
    both = trained.inputs.merge(trained.scores, on="customer_id")
    assert both.groupby("cluster")["revenue"].median().to_dict() == pytest.approx(medians)


def test_neither_later_orders_nor_the_order_of_the_lines_changes_a_cluster(
    shop: pd.DataFrame, trained: TrainingResult
) -> None:
    cut = shop[shop["ordered_at"] < pd.Timestamp(T)].sample(frac=1.0, random_state=2)
    pd.testing.assert_frame_equal(clusters.train(cut, T).scores, trained.scores)


def test_names_stay_with_their_cluster_across_trainings(shop: pd.DataFrame, trained: TrainingResult) -> None:
    renamed = [{**each, "code": f"group-{n + 5}"} for n, each in enumerate(trained.card["clusters"])]
    served = artifact.Artifact({**trained.card, "clusters": renamed}, dict(trained.arrays))
    again = clusters.train(shop, T, previous=served)
    assert [each["code"] for each in again.card["clusters"]] == [each["code"] for each in renamed]
    assert again.card["changes"]["kept"] == [each["code"] for each in renamed]
    assert not any(again.card["changes"][key] for key in ("new", "gone", "moved", "renamed"))


def test_an_artifact_of_other_inputs_is_no_memory(trained: TrainingResult) -> None:
    now = pd.DataFrame({name: np.repeat([1.0, 9.0], 5) for name in clusters.INPUTS})
    scale = Scale.of(clusters._values(now))
    partition = partitions.fitted(scale.apply(clusters._values(now)), 2, seed=0)
    card = {**trained.card, "parameters": {**trained.card["parameters"], "inputs": ["orders"]}}
    other = artifact.Artifact(card, dict(trained.arrays))
    assert clusters._named(partition, scale, now, other).changes == {}
    same = artifact.Artifact(trained.card, dict(trained.arrays))
    assert clusters._named(partition, scale, now, same).changes != {}


def test_a_young_shop_is_told_what_is_missing(shop: pd.DataFrame) -> None:
    result = clusters.train(shop, datetime(2024, 2, 15))  # noqa: DTZ001
    assert result.verdict == "not enough data"
    assert list(result.scores.columns) == clusters.COLUMNS
    assert "180 days of history (has 4" in result.shortfall
    assert clusters.train(shop.head(0), T).verdict == "not enough data"


def profile(centres: list[list[float]], sizes: list[int], single: float = 0.0) -> archetypes.Profile:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return archetypes.Profile(clusters.INPUTS, np.array(centres), labels, np.full(len(sizes), single))


BEST = [-1.0, 1.5, 1.4, 0.5, 1.0]
GONE = [1.0, -0.7, -0.8, 0.3, -0.8]
YOUNG = [-0.4, -0.7, -0.6, -1.6, -0.4]


def test_names_say_what_sets_clusters_apart_and_none_is_given_twice() -> None:
    assert archetypes.named(profile([BEST, GONE, YOUNG], [5, 5, 5])).codes == (
        "frequent-big-spenders", "lapsed-occasional-buyers", "newcomers",
    )  # fmt: skip
    assert archetypes.named(profile([GONE], [5], single=0.9)).codes == ("lapsed-one-time-buyers",)
    twice = archetypes.named(profile([GONE, GONE, [1.1, -0.6, -0.9, 0.2, -0.7]], [5, 5, 5], single=0.9)).codes
    assert len(set(twice)) == 3


def test_no_name_claims_what_is_not_true() -> None:
    rng = np.random.default_rng(5)
    by_code = {each.code: each for each in archetypes.ARCHETYPES}
    for _ in range(200):
        centres = rng.normal(size=(8, 5))
        for centre, code in zip(
            centres, archetypes.named(profile(centres.tolist(), [2] * 8)).codes, strict=True
        ):
            claims = by_code[code].claims if code in by_code else {}
            assert all(centre[clusters.INPUTS.index(name)] * sign > 0 for name, sign in claims.items())
    assert archetypes.named(profile([[0.0] * 5], [3])).codes == ("average-customers",)


def test_what_is_new_gone_moved_and_no_longer_true_is_noted() -> None:
    before = archetypes.Before(
        ("lapsed-one-time-buyers", "frequent-big-spenders", "newcomers"),
        np.repeat([0, 1, 2, 0], [40, 30, 20, 10]),
        np.array([GONE, BEST, YOUNG]),
    )
    moved = [-0.2, 0.8, 0.9, 0.4, 0.3]
    now = replace(
        profile([GONE, moved, [0.0, 0.2, 0.3, 1.2, 0.1]], [40, 30, 30], single=0.2),
        labels=np.repeat([0, 1, 2], [40, 30, 30]),
    )
    named = archetypes.named(now, before)
    assert named.codes == ("lapsed-occasional-buyers", "frequent-big-spenders", named.codes[2])
    assert named.changes["kept"] == ["frequent-big-spenders"]
    assert named.changes["moved"] == ["frequent-big-spenders"]
    assert named.changes["renamed"] == [
        {"from": "lapsed-one-time-buyers", "to": "lapsed-occasional-buyers"},
        {"from": "newcomers", "to": named.codes[2]},
    ]


def test_a_cluster_that_shares_few_customers_with_any_before_is_new_and_the_old_one_gone() -> None:
    before = archetypes.Before(
        ("frequent-big-spenders", "newcomers"), np.repeat([0, 1], [50, 50]), np.array([BEST, YOUNG])
    )
    now = replace(profile([BEST, GONE], [90, 10]), labels=np.array([0] * 50 + [0, 0, 0, 0, 1] * 10))
    named = archetypes.named(now, before)
    assert named.codes == ("frequent-big-spenders", "lapsed-occasional-buyers")
    assert named.changes["new"] == ["lapsed-occasional-buyers"]
    assert named.changes["gone"] == ["newcomers"]
