import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ml import drift
from ml.drift import Drift, Reference

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]
DISTRIBUTIONS: dict[str, tuple[Draw, int]] = {
    "log-normal": (lambda rng, n: rng.lognormal(5, 1.5, n), 4_000),
    "whole pounds": (lambda rng, n: np.round(rng.lognormal(2, 1, n)), 1_500),
    "number of orders": (lambda rng, n: rng.geometric(0.35, n).astype(float), 1_500),
    "mostly zero": (lambda rng, n: np.where(rng.random(n) < 0.6, 0, rng.lognormal(5, 1.5, n)), 1_500),
    "yes or no": (lambda rng, n: (rng.random(n) < 0.3).astype(float), 1_500),
    "some missing": (lambda rng, n: np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)), 1_500),
}
PUBLISHED = {100: (0.3615, 0.846), 200: (0.1675, 0.349), 500: (0.0701, 0.002), 1_000: (0.0344, 0.0), 5_000: (0.0071, 0.0)}  # fmt: skip
"""By sample size: the 95 % quantile of PSI over deciles without drift, and how often it exceeds 0.1."""


def one(before: Floats, now: Floats) -> Drift:
    return drift.compare({"x": drift.reference(before)}, {"x": now})[0]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_without_drift_at_most_5_5_percent_of_alarms_are_false_at_200_customers(name: str) -> None:
    draw, repetitions = DISTRIBUTIONS[name]
    rng = np.random.default_rng(20)
    alarms = [one(draw(rng, 200), draw(rng, 200)).is_drifted for _ in range(repetitions)]
    assert np.mean(alarms) <= 0.055


def test_without_drift_a_shop_with_many_columns_is_not_alarmed_more_often() -> None:
    rng = np.random.default_rng(21)
    alarms = 0
    for _ in range(600):
        shared = rng.normal(size=(2, 200, 1))
        before, now = np.exp(0.7 * shared + 0.7 * rng.normal(size=(2, 200, 12)))
        references = {str(column): drift.reference(before[:, column]) for column in range(12)}
        found = drift.compare(references, {str(column): now[:, column] for column in range(12)})
        alarms += found[0].is_drifted
    assert alarms / 600 <= 0.06


@pytest.mark.parametrize(("customers", "power"), [(200, 0.85), (300, 0.95), (500, 0.99)])
def test_revenue_that_doubled_is_caught(customers: int, power: float) -> None:
    rng = np.random.default_rng(22)
    caught = [
        one(rng.lognormal(5, 1.5, customers), 2 * rng.lognormal(5, 1.5, customers)).is_drifted
        for _ in range(400)
    ]
    assert np.mean(caught) >= power


def test_equal_widths_would_have_missed_it() -> None:
    rng = np.random.default_rng(23)
    before, now = rng.lognormal(5, 1.5, 100_000), 2 * rng.lognormal(5, 1.5, 100_000)
    edges = np.histogram_bin_edges(np.concatenate([before, now]), bins="sturges")
    equal_widths = drift.psi(*(np.histogram(each, edges)[0].astype(float) for each in (before, now)))
    deciles = one(before, now)
    assert equal_widths < 0.05
    assert deciles.psi == pytest.approx(0.2033, abs=0.01)  # ten bins of equal mass, shifted by ln 2 / 1.5
    assert deciles.is_drifted


@pytest.mark.parametrize("size", PUBLISHED)
def test_chance_alone_moves_the_index_as_far_as_published(size: int) -> None:
    rng = np.random.default_rng(24)
    quantile, beyond = PUBLISHED[size]
    index = np.array([one(rng.random(size), rng.random(size)).psi for _ in range(1_500)])
    assert np.quantile(index, 0.95) == pytest.approx(quantile, rel=0.08)
    assert np.mean(index > 0.1) == pytest.approx(beyond, abs=0.03)


def test_the_law_of_yurdakul_is_the_limit_of_large_samples() -> None:
    shares = np.full(10, 0.1)
    assert drift.spread_by_chance(shares, 10**6, 10**6) == pytest.approx(2e-6, rel=1e-4)
    assert drift.spread_by_chance(shares, 200, 200) == pytest.approx(0.01 * 1.05)
    assert drift.threshold(shares, 200, 200) == pytest.approx(16.919 * 0.01 * 1.05, rel=1e-4)
    assert drift.threshold(shares, 5_000, 5_000) == 0.1


@given(
    hnp.arrays(np.float64, st.integers(60, 200), elements=st.sampled_from([0.0, 1.0, 2.5, 7.0, np.nan])),
    st.integers(0, 2**32 - 1),
)
def test_the_same_values_in_another_order_have_not_drifted(values: Floats, seed: int) -> None:
    found = one(values, np.random.default_rng(seed).permutation(values))
    assert found.psi == 0
    assert not found.is_drifted


@given(hnp.arrays(np.float64, st.integers(50, 300), elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
def test_every_value_is_counted_once_and_ties_share_a_bin(values: Floats) -> None:
    kept = drift.reference(values)
    assert kept.size == values.size
    assert list(kept.edges) == sorted(set(kept.edges))
    assert set(kept.edges[1:]) <= set(values.tolist())


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (np.zeros(200), np.r_[np.zeros(140), np.full(60, 3.0)]),
        (np.ones(200), np.r_[np.ones(140), np.zeros(60)]),
        (np.arange(200.0), np.arange(200.0) + 1_000),
        (np.arange(200.0), np.r_[np.arange(140.0), np.full(60, np.nan)]),
        (np.r_[np.zeros(100), np.ones(100)], np.full(200, 0.5)),
    ],
    ids=["above a constant", "below a constant", "all beyond", "gone missing", "between two values"],
)
def test_what_was_never_seen_before_is_drift(before: Floats, now: Floats) -> None:
    assert one(before, now).is_drifted


def test_the_share_of_a_rare_event_that_tripled_is_caught() -> None:
    before, now = np.r_[np.zeros(950), np.ones(50)], np.r_[np.zeros(800), np.ones(200)]
    assert one(before, now).is_drifted


def test_what_is_kept_survives_json_and_says_what_changed() -> None:
    rng = np.random.default_rng(25)
    before = rng.lognormal(5, 1.5, 500)
    kept = Reference.from_dict(json.loads(json.dumps(drift.reference(before).to_dict())))
    found = drift.compare({"revenue": kept}, {"revenue": before * 2})[0]
    assert found.median_before == pytest.approx(np.median(before))
    assert found.median_now == pytest.approx(2 * found.median_before)
    assert found.spread_now == pytest.approx(2 * found.spread_before)


def test_what_drifted_comes_first_and_columns_that_are_gone_are_left_out() -> None:
    rng = np.random.default_rng(26)
    before = {name: rng.normal(size=300) for name in ("a", "b", "gone")}
    now = {"a": rng.normal(size=300), "b": rng.normal(size=300) + 1, "new": rng.normal(size=300)}
    found = drift.compare({name: drift.reference(values) for name, values in before.items()}, now)
    assert [each.name for each in found] == ["b", "a"]
    assert [each.is_drifted for each in found] == [True, False]


def test_too_few_values_say_nothing() -> None:
    assert drift.compare({"x": drift.reference(np.arange(49.0))}, {"x": np.arange(500.0)}) == []
