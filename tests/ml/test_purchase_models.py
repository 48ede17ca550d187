from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special

from ml import metrics
from ml.purchase_models.betageo import BetaGeo
from ml.purchase_models.gammagamma import GammaGamma
from ml.purchase_models.summary import PurchaseSummary, TimeUnit, summarise
from ml.purchase_models.valuation import discounted_value, spending_interval
from tests.ml import simulated

PUBLISHED = BetaGeo.of(0.243, 4.414, 0.793, 2.426)
CALIBRATED = datetime(1997, 10, 1)  # noqa: DTZ001 - frames hold UTC without a zone


def history(x: float, tx: float, age: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([x]), np.array([tx]), np.array([age])


@pytest.fixture(scope="module")
def cdnow(cdnow_summary: pd.DataFrame) -> PurchaseSummary:
    return PurchaseSummary(cdnow_summary, TimeUnit.WEEK)


@pytest.fixture(scope="module")
def counts(cdnow: PurchaseSummary) -> BetaGeo:
    return BetaGeo().fit(cdnow.column("frequency"), cdnow.column("recency"), cdnow.column("age"))


@pytest.fixture(scope="module")
def values(cdnow: PurchaseSummary) -> GammaGamma:
    return GammaGamma().fit(cdnow.column("valued"), cdnow.column("value"))


def test_bg_nbd_reproduces_the_published_parameters(counts: BetaGeo) -> None:
    found = [counts.r_, counts.alpha_, counts.a_, counts.b_]
    np.testing.assert_allclose(found, [0.243, 4.414, 0.793, 2.426], atol=0.0006)
    assert counts.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)
    assert counts.n_customers_ == 2_357


def test_bg_nbd_reproduces_the_published_expectations(counts: BetaGeo) -> None:
    assert counts.expected_purchases(39, *history(2, 30.43, 38.86))[0] == pytest.approx(1.226, abs=0.0005)
    at = np.array([0.1429, 1, 3, 31.8571, 32, 78])
    expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8580]
    np.testing.assert_allclose(counts.expected_purchases_of_new(at), expected, atol=0.0001)


def test_bg_nbd_reproduces_the_published_count_probabilities() -> None:
    assert PUBLISHED.p_count(10, 2) == pytest.approx(1.07869e-07, rel=1e-5)
    assert PUBLISHED.p_count(0, 39) == pytest.approx(0.5737864, abs=1e-7)
    found = [PUBLISHED.p_count(n, 30) for n in (11, 12, 13)]
    np.testing.assert_allclose(found, [0.0019995214, 0.0015170236, 0.0011633150], rtol=1e-7)
    assert sum(PUBLISHED.p_count(n, 30) for n in range(400)) == pytest.approx(1, abs=1e-6)


def test_the_likelihood_is_stable_for_frequent_buyers() -> None:
    model = BetaGeo.of(0.25, 4, 0.8, 2.5)
    assert model.log_likelihood(*history(0, 0, 40)) == pytest.approx(-0.59947382, abs=1e-8)
    assert model.log_likelihood(*history(200, 38, 40)) == pytest.approx(100.7957, abs=5e-5)


@pytest.mark.parametrize("a", [0.4, 0.999999999, 1.0, 1.7])
def test_expectations_equal_the_integral_of_the_rate_of_purchases_still_made(a: float) -> None:
    model = BetaGeo.of(0.6, 5.0, a, 2.0)

    def rate(t: float) -> float:
        """E[lambda exp(-lambda p t)] over both priors: over lambda in closed form, over p by quadrature."""

        def at(p: float) -> float:
            density = p ** (a - 1) * (1 - p) / special.beta(a, 2.0)
            return float(0.6 * 5.0**0.6 / (5.0 + p * t) ** 1.6 * density)

        return float(integrate.quad(at, 0, 1)[0])

    expected = integrate.quad(rate, 0, 20, epsabs=1e-7)[0]
    assert model.expected_purchases_of_new(np.array([20.0]))[0] == pytest.approx(expected, rel=1e-4)


def test_expectations_of_very_frequent_buyers_are_finite_and_grow_with_time() -> None:
    x, tx, age = np.full(3, 5_000.0), np.full(3, 380.0), np.full(3, 381.0)
    found = [PUBLISHED.expected_purchases(t, x, tx, age)[0] for t in (1.0, 30.0, 365.0)]
    assert np.isfinite(found).all()
    assert 0 < found[0] < found[1] < found[2]


def test_alive_is_certain_for_everyone_who_bought_once_and_so_no_churn_score() -> None:
    assert PUBLISHED.p_alive(*history(0, 0, 38))[0] == 1
    assert PUBLISHED.p_no_purchase(39, *history(0, 0, 38.86))[0] > 0.5


def test_no_purchase_of_a_new_customer_agrees_with_the_count_distribution() -> None:
    found = PUBLISHED.p_no_purchase(39, *history(0, 0, 0))[0]
    assert found == pytest.approx(PUBLISHED.p_count(0, 39), abs=1e-12)


def test_the_median_wait_is_where_half_of_the_living_have_bought() -> None:
    wait = PUBLISHED.median_wait(np.array([3.0]), np.array([30.0]))[0]
    silent = ((4.414 + 30) / (4.414 + 30 + wait)) ** (0.243 + 3)
    assert silent == pytest.approx(0.5)


def test_gamma_gamma_reproduces_the_published_parameters(values: GammaGamma) -> None:
    assert values.p_ == pytest.approx(6.25, abs=0.005)
    assert values.q_ == pytest.approx(3.74, abs=0.005)
    assert values.v_ == pytest.approx(15.45, abs=0.005)
    assert values.n_customers_ == 946


def test_gamma_gamma_reproduces_the_published_means(values: GammaGamma, cdnow: PurchaseSummary) -> None:
    found = values.expected_value(cdnow.column("valued"), cdnow.column("value"))[:6]
    np.testing.assert_allclose(found, [24.6586, 18.9115, 35.1710, 35.1710, 35.1710, 71.4628], atol=0.0001)


def test_weeks_are_weeks_in_the_discounted_value(
    counts: BetaGeo, values: GammaGamma, cdnow: PurchaseSummary
) -> None:
    found = discounted_value(counts, values, cdnow, months=12, monthly_discount=0.01)[:3]
    np.testing.assert_allclose(found, [36.28, 4.64, 8.34], atol=0.006)


def test_the_same_history_in_days_is_worth_the_same(cdnow_lines: pd.DataFrame) -> None:
    worth = []
    for unit in (TimeUnit.DAY, TimeUnit.WEEK, TimeUnit.MONTH):
        summary = summarise(cdnow_lines, CALIBRATED, unit)
        columns = [summary.column(name) for name in ("frequency", "recency", "age")]
        model = BetaGeo().fit(*columns)
        worth.append(
            discounted_value(
                model, GammaGamma().fit(summary.column("valued"), summary.column("value")), summary
            )
        )
    np.testing.assert_allclose(worth[0], worth[1], rtol=1e-3)
    np.testing.assert_allclose(worth[0], worth[2], rtol=1e-3)


def test_the_holdout_of_cdnow_is_foreseen_as_well_as_published(
    counts: BetaGeo, cdnow: PurchaseSummary, cdnow_lines: pd.DataFrame
) -> None:
    later = cdnow_lines[cdnow_lines["ordered_at"] >= pd.Timestamp(CALIBRATED)]
    days = later.drop_duplicates(["customer_id", "ordered_at"]).groupby("customer_id").size()
    actual = np.asarray(cdnow.frame["customer_id"].map(days).fillna(0), dtype=np.float64)
    found = counts.expected_purchases(39, *(cdnow.column(name) for name in ("frequency", "recency", "age")))
    assert actual.sum() == 1_882
    assert found.sum() == pytest.approx(1_653, abs=1)
    assert metrics.correlation(actual, found) >= 0.6256
    assert metrics.mae(actual, found) <= 0.7855


def test_transactions_summarise_to_the_published_histories(
    cdnow_lines: pd.DataFrame, cdnow_summary: pd.DataFrame
) -> None:
    found = summarise(cdnow_lines, CALIBRATED, TimeUnit.WEEK).frame
    assert (found["frequency"] == cdnow_summary["frequency"]).all()
    np.testing.assert_allclose(found["recency"], cdnow_summary["recency"], atol=0.005)
    # the published age ends with the last day, ours with the midnight after it
    np.testing.assert_allclose(found["age"], cdnow_summary["age"] + 1 / 7, atol=0.005)


def test_two_orders_of_one_day_are_one_purchase_and_the_future_is_unknown() -> None:
    lines = pd.concat(
        [
            simulated.line(1, 1, "2025-01-01 08:00", 10.0),
            simulated.line(1, 2, "2025-01-01 20:00", 30.0),
            simulated.line(1, 3, "2025-01-11 08:00", 60.0),
            simulated.line(1, 4, "2025-02-01 00:00", 99.0),
        ],
        ignore_index=True,
    )
    row = summarise(lines, datetime(2025, 2, 1)).frame.iloc[0]  # noqa: DTZ001
    expected = {"frequency": 1, "recency": 10, "age": 31, "valued": 2, "value": 50}
    assert {name: row[name] for name in expected} == expected


def test_the_interval_holds_what_a_known_process_goes_on_to_do() -> None:
    rng = np.random.default_rng(4)
    size, age, ahead = 4_000, 200.0, 180.0
    at = np.cumsum(rng.exponential(1 / rng.gamma(0.8, 1 / 30, size), (400, size)), axis=0)
    has_left = np.cumsum(rng.random((400, size)) < rng.beta(1.0, 6.0, size), axis=0) > 0
    is_made = ~np.vstack([np.zeros((1, size), dtype=bool), has_left[:-1]])
    money = rng.gamma(6.0, 1 / rng.gamma(4.0, 1 / 20, size), (400, size))
    is_seen = is_made & (at < age)
    x = is_seen.sum(axis=0).astype(float)
    value = (money * is_seen).sum(axis=0) / np.maximum(x, 1)
    recency = np.where(is_seen, at, 0).max(axis=0)
    frame = pd.DataFrame({"frequency": x, "recency": recency, "age": age, "valued": x, "value": value})
    counts, values = BetaGeo().fit(x, recency, np.full(size, age)), GammaGamma().fit(x, value)
    low, high = spending_interval(
        counts, values, PurchaseSummary(frame, TimeUnit.DAY), t=ahead, seed=1, level=0.8
    )
    spent = (money * (is_made & ~is_seen & (at < age + ahead))).sum(axis=0)
    regulars = x >= 5
    assert (spent > high)[regulars].mean() == pytest.approx(0.1, abs=0.02)
    assert (spent < low)[regulars].mean() <= 0.1
    assert ((spent >= low) & (spent <= high)).mean() >= 0.8


@pytest.mark.parametrize(
    ("x", "tx", "age", "problem"),
    [
        (1.5, 1, 2, "frequency must be a whole number"),
        (1, 3, 2, "recency must be between 0 and age"),
        (0, 1, 2, "recency must be 0 where frequency is 0"),
        (1, 1, np.inf, "must be finite"),
    ],
)
def test_an_impossible_history_is_refused(x: float, tx: float, age: float, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        BetaGeo().fit(*history(x, tx, age))


def test_a_shop_where_nobody_came_back_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="nobody bought twice"):
        BetaGeo().fit(np.zeros(5), np.zeros(5), np.arange(1.0, 6.0))
    with pytest.raises(ValueError, match="at least two customers"):
        GammaGamma().fit(np.array([0.0, 2.0]), np.array([0.0, 9.0]))
