from datetime import datetime

import pandas as pd
import pytest

from ml import cohorts, frames
from tests.ml import simulated
from tests.ml.conftest import AS_OF

SIZES = [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41]
FIRST = [1, 0.3661, 0.3232, 0.3842, 0.3627, 0.3977, 0.3627, 0.3492, 0.3537, 0.3955, 0.3740, 0.5028, 0.2655]


@pytest.fixture(scope="session")
def retail(online_retail: pd.DataFrame) -> pd.DataFrame:
    return cohorts.table(online_retail, AS_OF)


@pytest.mark.data
def test_sizes_and_retention_are_the_published_ones(retail: pd.DataFrame) -> None:
    assert retail.loc[retail["months_since"] == 0, "customers"].tolist() == SIZES
    december = retail[retail["cohort"] == "2010-12-01"]
    assert december["retention"].round(4).tolist() == FIRST
    assert len(retail) == 13 * 14 // 2


@pytest.mark.data
def test_the_month_that_was_not_over_is_marked_and_no_other(retail: pd.DataFrame) -> None:
    months = [
        cohort + pd.DateOffset(months=n)
        for cohort, n in zip(retail["cohort"], retail["months_since"], strict=True)
    ]
    is_last = pd.Series(months) == pd.Timestamp(2011, 12, 1)
    assert (retail["is_complete"] == ~is_last).all()
    assert is_last.sum() == 13


@pytest.mark.data
def test_every_pound_and_every_customer_is_in_one_cohort(
    retail: pd.DataFrame, online_retail: pd.DataFrame
) -> None:
    assert retail["revenue"].sum() == pytest.approx(8_911_407.90, abs=0.005)
    assert retail.loc[retail["months_since"] == 0, "customers"].sum() == 4_338
    monthly = online_retail.groupby([online_retail["ordered_at"].dt.to_period("M")])["revenue"].sum()
    month = retail["cohort"].dt.to_period("M") + retail["months_since"]
    pd.testing.assert_series_equal(
        retail.groupby(month)["revenue"].sum(), monthly, check_names=False, check_exact=False
    )


def test_a_month_in_which_nobody_came_back_is_a_zero() -> None:
    lines = pd.concat(
        [
            simulated.line(1, 1, "2025-01-31 23:59"),
            simulated.line(1, 2, "2025-03-01", 5.0),
            simulated.line(2, 3, "2025-03-09"),
        ]
    )
    found = cohorts.table(frames.order_lines(lines), datetime(2025, 3, 10))  # noqa: DTZ001
    assert found["customers"].tolist() == [1, 0, 1, 1]
    assert found["revenue"].tolist() == [10.0, 0.0, 5.0, 10.0]
    assert found["is_complete"].tolist() == [True, True, False, False]


def test_a_month_is_over_with_its_last_day() -> None:
    lines = simulated.line(1, 1, "2025-01-31 12:00")
    assert cohorts.table(lines, datetime(2025, 2, 1))["is_complete"].all()  # noqa: DTZ001
    assert not cohorts.table(lines, datetime(2025, 1, 31, 13))["is_complete"].any()  # noqa: DTZ001


def test_what_comes_later_and_an_empty_history_say_nothing() -> None:
    found = cohorts.table(simulated.line(1, 1, "2025-01-31"), datetime(2025, 1, 31))  # noqa: DTZ001
    assert found.empty
    assert list(found.columns) == cohorts.COLUMNS
