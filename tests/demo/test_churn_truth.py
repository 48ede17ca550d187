"""On the simulated shop, whose truth is known: churn beside the best answer the orders allow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml import churn, frames, metrics
from ml.results import TrainingResult
from smartshop.demo import process, truth
from smartshop.demo.goods import goods
from smartshop.demo.process import History

END = date(2026, 11, 1)
TESTED = END - timedelta(days=90)
CUSTOMERS, MONTHS = 6_000, 30

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Judged:
    """A training on a simulated history, and what the oracle says of the customers it was tested on."""

    result: TrainingResult
    actual: Floats
    predicted: Floats
    oracle: Floats


def lines_of(history: History) -> pd.DataFrame:
    who = history.customer[history.order]
    is_known = who < history.customers
    price = goods().price[history.product] / 100
    return frames.order_lines(
        pd.DataFrame(
            {
                "customer_id": who + 1,
                "order_id": history.order + 1,
                "ordered_at": history.at[history.order],  # noqa: PD008 - no frame
                "product_id": history.product + 1,
                "quantity": history.quantity,
                "unit_price": price,
                "revenue": price * history.quantity,
            }
        )[is_known]
    )


def oracle(history: History, as_of: date) -> pd.Series:
    """The oracle's P(no order in 90 days) by customer id, from the orders before ``as_of``."""
    is_known = ~history.is_guest & (history.at < np.datetime64(as_of))
    days = (history.at[is_known] - history.truth.start) / np.timedelta64(1, "D")  # noqa: PD008 - no frame
    found = pd.Series(days).groupby(history.customer[is_known]).agg(["min", "max", "size"])
    silence = truth.expected_silence(
        history.truth.start,
        found["min"].to_numpy(),
        found["max"].to_numpy(),
        (found["size"] - 1).to_numpy(dtype=float),
        as_of,
        90,
    )
    return pd.Series(silence, index=found.index + 1)


@pytest.fixture(scope="module")
def judged() -> Judged:
    return judged_shop(5)


def judged_shop(seed: int) -> Judged:
    history = process.simulate(CUSTOMERS, MONTHS, seed, END)
    result = churn.train(lines_of(history), datetime(END.year, END.month, END.day))  # noqa: DTZ001
    tested = result.tested
    expected: Floats = oracle(history, TESTED).reindex(tested["customer_id"]).to_numpy(dtype=np.float64)
    return Judged(
        result,
        tested["actual"].to_numpy(dtype=np.float64),
        tested["predicted"].to_numpy(dtype=np.float64),
        expected,
    )


def test_the_oracle_of_the_orders_is_calibrated(judged: Judged) -> None:
    order = np.argsort(judged.oracle)
    for part in np.array_split(order, 5):
        p, y = judged.oracle[part], judged.actual[part]
        assert abs(y.mean() - p.mean()) < 4 * np.sqrt((p * (1 - p)).sum()) / part.size


def test_churn_is_told_within_two_hundredths_of_the_oracle_s_auc(judged: Judged) -> None:
    best = metrics.auc(judged.actual, judged.oracle)
    assert best > 0.7
    assert metrics.auc(judged.actual, judged.predicted) > best - 0.02


def test_the_calibration_curve_lies_on_the_diagonal(judged: Judged) -> None:
    """Every tenth within four standard errors of its share and three hundredths; two shops' mean error within .03."""
    order = np.argsort(judged.predicted)
    for part in np.array_split(order, 10):
        p, y = judged.predicted[part], judged.actual[part]
        assert abs(y.mean() - p.mean()) < 0.03 + 4 * np.sqrt((p * (1 - p)).sum()) / part.size
    shops = [judged, judged_shop(6)]
    assert np.mean([metrics.calibration_error(shop.actual, shop.predicted) for shop in shops]) < 0.03


def test_the_level_is_right_where_the_history_holds_the_same_weeks_a_year_before(judged: Judged) -> None:
    assert judged.result.card["level_when_tested"]["is_of_year_before"]
    assert abs(judged.actual.mean() - judged.predicted.mean()) < 0.015
