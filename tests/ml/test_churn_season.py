from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.churn_models import level, season
from ml.churn_models.purchase_days import PurchaseDays, day_of
from ml.purchase_models.summary import summarise

START = day_of(datetime(2024, 1, 1))  # noqa: DTZ001 - frames hold UTC without a zone


def history(strength: float, *, first: int = START, span: int = 720, customers: int = 1500) -> PurchaseDays:
    """Customers who join all the time and buy at a steady rate, ``strength`` times as often from October on."""
    rng = np.random.default_rng(4)
    day = np.arange(first, first + span)
    is_late = season.week_of(day) >= 39
    pace = np.where(is_late, strength, 1.0) / 60
    joined = rng.integers(0, span, customers)
    is_bought = rng.random((customers, span)) < pace
    is_bought &= np.arange(span) >= joined[:, None]
    is_bought[np.arange(customers), joined] = True
    who, when = np.nonzero(is_bought)
    return PurchaseDays(who.astype(np.int64), day[when])


def test_the_season_of_a_growing_shop_is_found_and_its_growth_is_not_taken_for_one() -> None:
    found = season.learn(history(2.0), START + 720).index
    assert found[41:51].mean() / found[2:37].mean() == pytest.approx(2.0, rel=0.08)
    flat = season.learn(history(1.0), START + 720).index
    assert np.abs(flat - 1).max() < 0.2


def test_weeks_never_seen_are_read_off_between_their_neighbours_when_the_gap_is_short() -> None:
    short = season.learn(history(1.8, first=START + 320, span=300), START + 620).index
    unseen = [week for week in range(52) if week not in season.week_of(np.arange(START + 320, START + 620))]
    assert 0 < len(unseen) <= season.LONGEST_GAP
    edges = short[unseen[0] - 1], short[(unseen[-1] + 1) % 52]
    assert min(edges) <= short[unseen].min() <= short[unseen].max() <= max(edges)
    brief = season.learn(history(1.8, span=120), START + 120).index
    assert (brief[30:] == 1).all()


def test_a_shop_where_nobody_came_back_has_no_season() -> None:
    once = PurchaseDays(np.arange(30), START + np.arange(30))
    assert (season.learn(once, START + 100).index == 1).all()


def test_the_future_does_not_move_the_season() -> None:
    days = history(2.0)
    until = START + 400
    np.testing.assert_array_equal(
        season.learn(days, until).index, season.learn(days.before(until), until).index
    )


def test_the_year_has_52_weeks_and_days_ahead_are_averaged() -> None:
    weeks = season.week_of(np.arange(START, START + 366))
    assert weeks[0] == 0
    assert weeks[-1] == 51
    assert np.bincount(weeks)[:51].tolist() == [7] * 51
    found = season.Season(np.arange(52.0))
    assert found.ahead(START + 5, 4) == pytest.approx((0 + 0 + 1 + 1) / 4)


def test_histories_are_those_of_the_purchase_models(shop: pd.DataFrame) -> None:
    at = datetime(2025, 2, 1)  # noqa: DTZ001
    found = PurchaseDays.of(shop).histories(day_of(at))
    expected = summarise(shop, at)
    assert found.customer_id.tolist() == expected.frame["customer_id"].tolist()
    for name in ("frequency", "recency", "age"):
        np.testing.assert_array_equal(getattr(found, name), expected.column(name))


def rows_of(errors: list[float], now: float) -> pd.DataFrame:
    """Monthly windows of 30 days in which BG/NBD foresaw .5 and ``.5 + error`` stayed away; the last is not over."""
    parts = []
    for number, error in enumerate([*errors, 0.0]):
        at = datetime(2025, 1, 1) + number * timedelta(days=30)  # noqa: DTZ001
        churned = (np.arange(100) < round(100 * (0.5 + error))).astype(float)
        in_season = 0.5 if number < len(errors) else now
        parts.append(pd.DataFrame({"as_of": at, "churned": churned, "in_season": in_season}))
    return pd.concat(parts)


def test_an_error_that_stays_is_carried_over_and_one_that_turns_is_not() -> None:
    end = datetime(2025, 1, 1) + 4 * timedelta(days=30)  # noqa: DTZ001
    steady = level.foreseen(rows_of([0.1, 0.1, 0.1, 0.1], 0.5), end, 30)
    assert steady.is_carried
    assert steady.share == pytest.approx(0.6, abs=1e-9)
    turning = level.foreseen(rows_of([0.1, -0.1, 0.1, -0.1], 0.5), end, 30)
    assert not turning.is_carried
    assert turning.share == pytest.approx(0.5, abs=1e-9)
