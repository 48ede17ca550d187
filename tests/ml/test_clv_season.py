"""The season is learned from what is known, is right where the truth is known, and is left out where it is not."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from benchmarks import simulated_shop
from ml import clv
from ml.purchase_models.betageo import BetaGeo
from ml.purchase_models.history import OrderHistory
from ml.purchase_models.summary import PurchaseSummary, TimeUnit, summary_of
from ml.results import TrainingResult
from ml.value_models import scoring, season
from ml.value_models.outlook import Outlook
from ml.value_models.season import Season
from smartshop.demo import process, truth

END = date(2026, 1, 1)
T = datetime(2026, 1, 1)  # noqa: DTZ001 - frames hold UTC without a zone


@pytest.fixture(scope="module")
def history() -> process.History:
    return process.simulate(8_000, 24, 6, END)


@pytest.fixture(scope="module")
def lines(history: process.History) -> pd.DataFrame:
    return simulated_shop.lines_of(history)


@pytest.fixture(scope="module")
def result(lines: pd.DataFrame) -> TrainingResult:
    return clv.train(lines, T, monthly_discount=0.0)


def learned(lines: pd.DataFrame, moment: datetime) -> Season:
    orders = OrderHistory.of(lines, moment)
    summary = summary_of(orders, moment)
    model = BetaGeo().fit(*(summary.column(name) for name in ("frequency", "recency", "age")))
    return season.learned(orders, moment, model, summary)


def test_the_season_of_the_simulated_shop_is_found(lines: pd.DataFrame) -> None:
    found = learned(lines, T)
    assert found.is_learned
    np.testing.assert_allclose(found.multipliers, process.SEASON, atol=0.09)
    assert found.ahead(T, 365) == pytest.approx(365, rel=1e-6)


def test_the_season_knows_nothing_that_came_after_the_moment(lines: pd.DataFrame) -> None:
    moment = datetime(2025, 7, 1)  # noqa: DTZ001
    before = learned(lines[lines["ordered_at"] < pd.Timestamp(moment)], moment)
    assert learned(lines, moment) == before


def test_without_a_full_year_every_month_counts_the_same(lines: pd.DataFrame) -> None:
    found = learned(lines, datetime(2024, 12, 20))  # noqa: DTZ001 - the history begins with 2024
    assert not found.is_learned
    assert set(found.multipliers) == {1.0}
    assert found.ahead(T, 90) == 90


def test_the_seasonal_clock_adds_up_month_by_month() -> None:
    clock = Season(tuple(np.arange(1.0, 13.0)), 400)
    january, march = (season.day_of(datetime(2025, month, 1)) for month in (1, 3))  # noqa: DTZ001
    assert clock.passed(np.array([january]), np.array([march]))[0] == 31 * 1 + 28 * 2
    summary = PurchaseSummary(
        pd.DataFrame({"customer_id": [1], "frequency": [1.0], "recency": [31.0], "age": [59.0]}), TimeUnit.DAY
    )
    retimed = clock.retimed(summary, datetime(2025, 3, 1)).frame.iloc[0]  # noqa: DTZ001
    assert (retimed["recency"], retimed["age"]) == (31, 31 + 56)


def test_the_next_order_is_waited_for_by_the_clock_of_the_season(lines: pd.DataFrame) -> None:
    """In a season at half the speed everybody is waited for twice as long, in one that begins slowly longer at first."""
    outlook = replace(
        Outlook.of(OrderHistory.of(lines, T), T, (BetaGeo,)), season=Season((1.0,) * 12, known_days=400)
    )

    def waits(multipliers: tuple[float, ...]) -> pd.Series:
        dates = scoring._next_order(replace(outlook, season=Season(multipliers, 400)), BetaGeo.title)
        return (dates - pd.Timestamp(T)).dt.days

    plain, half, late = waits((1.0,) * 12), waits((0.5,) * 12), waits((0.1, *(1.0,) * 11))
    both = plain.notna() & half.notna() & (plain > 1)
    assert both.sum() > 1_000
    assert (half[both] - 2 * plain[both]).abs().max() <= 2
    is_soon = both & (plain > 4) & (plain < 100)
    np.testing.assert_allclose(late[is_soon] - plain[is_soon], 0.9 * 31, atol=2)


@pytest.mark.slow
def test_totals_are_within_five_percent_of_what_the_true_parameters_say(
    result: TrainingResult, history: process.History
) -> None:
    expected = truth.expected_spending(history.truth, END, 365)
    assert result.scores["clv_12m"].sum() == pytest.approx(expected.sum(), rel=0.05)


@pytest.mark.slow
def test_totals_are_within_five_percent_in_summer_too() -> None:
    """With two Christmases in the history and one in the year to come, unlike at New Year after the second."""
    end = date(2025, 8, 1)
    summer = process.simulate(8_000, 24, 7, end)
    scores = clv.train(simulated_shop.lines_of(summer), datetime(2025, 8, 1), monthly_discount=0.0).scores  # noqa: DTZ001
    expected = truth.expected_spending(summer.truth, end, 365)
    assert scores["clv_12m"].sum() == pytest.approx(expected.sum(), rel=0.05)


@pytest.mark.slow
def test_each_value_is_ranked_nearly_as_the_true_parameters_rank_it(
    result: TrainingResult, history: process.History
) -> None:
    """The oracle knows who has left, which no model can: so beside the truth, not equal to it."""
    expected = truth.expected_spending(history.truth, END, 365)
    found = result.scores.set_index("customer_id")["clv_12m"]
    known = expected[found.index.to_numpy() - 1]
    assert pd.Series(known).corr(pd.Series(found.to_numpy()), method="spearman") > 0.6
    assert result.card["season"]["was_judged"]
    assert 0.78 <= result.metrics["interval_coverage"] <= 0.92
    assert result.metrics["mean_ratio"] == pytest.approx(1, abs=0.1)
