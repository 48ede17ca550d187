from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from ml import metrics
from ml.purchase_models.betageo import BetaGeo
from ml.purchase_models.gammagamma import GammaGamma
from ml.purchase_models.summary import PurchaseSummary, TimeUnit, summarise
from ml.purchase_models.valuation import discounted_value, spending_interval
from tests.ml import simulated

CALIBRATED = datetime(1997, 10, 1)  # noqa: DTZ001 - frames hold UTC without a zone


@pytest.fixture(scope="module")
def cdnow(cdnow_summary: pd.DataFrame) -> PurchaseSummary:
    return PurchaseSummary(cdnow_summary, TimeUnit.WEEK)


@pytest.fixture(scope="module")
def counts(cdnow: PurchaseSummary) -> BetaGeo:
    return BetaGeo().fit(cdnow.column("frequency"), cdnow.column("recency"), cdnow.column("age"))


@pytest.fixture(scope="module")
def values(cdnow: PurchaseSummary) -> GammaGamma:
    return GammaGamma().fit(cdnow.column("valued"), cdnow.column("value"))


def test_gamma_gamma_reproduces_the_published_parameters(values: GammaGamma) -> None:
    np.testing.assert_allclose(values.parameters, [6.2488, 3.7446, 15.4477], atol=0.0005)
    assert values.log_likelihood_ == pytest.approx(-4055.923, abs=0.0005)
    assert values.n_customers_ == 946


def test_gamma_gamma_reproduces_the_published_means(values: GammaGamma, cdnow: PurchaseSummary) -> None:
    found = values.expected_value(cdnow.column("valued"), cdnow.column("value"))[:6]
    np.testing.assert_allclose(found, [24.6586, 18.9115, 35.1710, 35.1710, 35.1710, 71.4628], atol=0.0001)


def test_frequency_and_value_are_as_independent_as_published(cdnow: PurchaseSummary) -> None:
    is_repeat = cdnow.column("frequency") > 0
    found = metrics.correlation(cdnow.column("frequency")[is_repeat], cdnow.column("value")[is_repeat])
    assert found == pytest.approx(0.113884, abs=5e-7)


def test_weeks_are_weeks_in_the_discounted_value(
    counts: BetaGeo, values: GammaGamma, cdnow: PurchaseSummary
) -> None:
    found = discounted_value(counts, values, cdnow, months=12, monthly_discount=0.01)[:3]
    np.testing.assert_allclose(found, [36.28, 4.64, 8.34], atol=0.005)
    np.testing.assert_allclose(found, [36.2784, 4.6375, 8.3440], rtol=1e-4)  # 4.345 weeks a month


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


@dataclass(frozen=True)
class Known:
    """Customers who follow BG/NBD and Gamma-Gamma: their histories, and what they go on to spend."""

    summary: PurchaseSummary
    spent: np.ndarray


def known_process(size: int, seed: int) -> Known:
    rng = np.random.default_rng(seed)
    age, ahead = 200.0, 180.0
    at = np.cumsum(rng.exponential(1 / rng.gamma(0.8, 1 / 30, size), (400, size)), axis=0)
    has_left = np.cumsum(rng.random((400, size)) < rng.beta(1.0, 6.0, size), axis=0) > 0
    is_made = ~np.vstack([np.zeros((1, size), dtype=bool), has_left[:-1]])
    money = rng.gamma(6.0, 1 / rng.gamma(4.0, 1 / 20, size), (400, size))
    is_seen = is_made & (at < age)
    x = is_seen.sum(axis=0).astype(float)
    value = (money * is_seen).sum(axis=0) / np.maximum(x, 1)
    recency = np.where(is_seen, at, 0).max(axis=0)
    frame = pd.DataFrame({"frequency": x, "recency": recency, "age": age, "valued": x, "value": value})
    spent = (money * (is_made & ~is_seen & (at < age + ahead))).sum(axis=0)
    return Known(PurchaseSummary(frame, TimeUnit.DAY), spent)


def test_the_interval_holds_what_a_known_process_goes_on_to_do() -> None:
    known = known_process(4_000, seed=4)
    history = [known.summary.column(name) for name in ("frequency", "recency", "age")]
    counts = BetaGeo().fit(*history)
    values = GammaGamma().fit(known.summary.column("valued"), known.summary.column("value"))
    low, high = spending_interval(counts, values, known.summary, t=180.0, seed=1, level=0.8)
    is_held = (known.spent >= low) & (known.spent <= high)
    is_open = counts.p_no_purchase(180.0, *history) < 0.8  # else nothing at all is the whole interval
    assert is_held[is_open].mean() == pytest.approx(0.8, abs=0.02)
    is_central = low > 0
    assert is_central.sum() > 100
    assert is_held[is_central].mean() == pytest.approx(0.8, abs=0.08)


def test_the_interval_is_wide_enough_without_the_uncertainty_of_the_parameters() -> None:
    """Twelve shops of eighty customers, where parameters are known worst: as often as stated on average."""
    held = []
    for seed in range(12):
        known = known_process(80, seed=seed)
        history = [known.summary.column(name) for name in ("frequency", "recency", "age")]
        counts = BetaGeo().fit(*history)
        values = GammaGamma().fit(known.summary.column("valued"), known.summary.column("value"))
        low, high = spending_interval(counts, values, known.summary, t=180.0, seed=seed)
        is_open = counts.p_no_purchase(180.0, *history) < 0.8
        held.append(float(((known.spent >= low) & (known.spent <= high))[is_open].mean()))
    assert np.mean(held) == pytest.approx(0.8, abs=0.03)


def test_spending_of_one_customer_alone_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="at least two customers"):
        GammaGamma().fit(np.array([0.0, 2.0]), np.array([0.0, 9.0]))
