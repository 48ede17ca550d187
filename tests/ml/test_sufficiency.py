"""Every question abstains below its thresholds and says what is missing in the same words."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pandas as pd
import pytest

from ml import churn, clusters, clv, frames, rfm, sufficiency
from ml.results import TrainingResult
from ml.sufficiency import Enough

AS_OF = datetime(2025, 1, 1)  # noqa: DTZ001 - frames hold UTC without a zone
QUESTIONS: dict[str, tuple[Callable[..., TrainingResult], Enough]] = {
    "rfm": (rfm.train, sufficiency.RFM),
    "churn": (churn.train, sufficiency.CHURN),
    "clv": (clv.train, sufficiency.VALUE),
    "clusters": (clusters.train, sufficiency.CLUSTERS),
}


def shop(customers: int, days: int) -> pd.DataFrame:
    """Customers who order every forty days from ``days`` ago on, one line an order."""
    at = [
        (customer, AS_OF - timedelta(days=back, hours=customer % 24))
        for customer in range(1, customers + 1)
        for back in range(1 + customer % 40, days + 1, 40)
    ]
    lines = pd.DataFrame(at, columns=["customer_id", "ordered_at"])
    price = 2.0 + lines["customer_id"] % 7
    named = lines.assign(order_id=range(1, len(lines) + 1), quantity=1, unit_price=price, revenue=price)
    return frames.order_lines(named)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_shop_that_is_too_small_is_told_how_many_customers_it_needs(question: str) -> None:
    train, enough = QUESTIONS[question]
    few = enough.customers - 1
    result = train(shop(few, 500), AS_OF)
    assert result.verdict == "not enough data"
    assert result.scores.empty
    assert f"{enough.customers} customers" in result.shortfall
    assert f"(has {few})" in result.shortfall


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_shop_that_is_too_young_is_told_how_many_days_it_needs(question: str) -> None:
    train, _ = QUESTIONS[question]
    result = train(shop(300, 95), AS_OF)
    assert result.verdict == "not enough data"
    assert "days of history (has 9" in result.shortfall


@pytest.mark.parametrize(("question", "days"), [("rfm", 90), ("clv", 180), ("clusters", 90)])
@pytest.mark.parametrize("returning", [0, 9])
def test_a_window_that_hardly_anybody_paid_in_judges_nothing(
    question: str, days: int, returning: int
) -> None:
    """Orders there are in it: first ones of others, and free ones."""
    train, _ = QUESTIONS[question]
    every = shop(300, 700)
    is_late = every["ordered_at"] >= AS_OF - timedelta(days=days)
    is_stranger, is_early = every["customer_id"] > 200, every["customer_id"] <= returning + 20
    is_free = is_late & is_early & (every["customer_id"] > returning)
    lines = every.assign(revenue=every["revenue"].where(~is_free, 0.0))
    lines = lines[(is_late & (is_stranger | is_early)) | ~(is_late | is_stranger)].reset_index(drop=True)
    result = train(lines, AS_OF)
    assert result.verdict == "not enough data"
    needed = f"10 customers who came back and paid in the last {days} days (has {returning})"
    assert result.shortfall == f"needs {needed}"


def test_where_nobody_comes_back_or_everybody_does_there_is_nothing_to_tell_apart() -> None:
    everybody = shop(300, 500)
    assert churn.train(everybody, AS_OF).shortfall == "needs 20 customers who stayed away (has 0)"
    is_early = everybody["ordered_at"] < AS_OF - timedelta(days=200)
    has_left = is_early | (everybody["customer_id"] > 281)
    nearly_nobody = everybody[has_left].reset_index(drop=True)
    assert churn.train(nearly_nobody, AS_OF).shortfall == "needs 20 customers who came back (has 19)"


@pytest.mark.parametrize(
    ("train", "needed"),
    [
        (churn.train, "20 customers with a repeat purchase before the first window (has 19)"),
        (clv.train, "30 customers with a repeat purchase 180 days ago (has 29)"),
    ],
)
def test_repeat_purchases_are_learned_from_repeat_buyers_only(
    train: Callable[..., TrainingResult], needed: str
) -> None:
    repeaters = 19 if train is churn.train else 29
    every = shop(300, 700)
    first = every.groupby("customer_id")["ordered_at"].transform("min")
    is_recent = every["ordered_at"] >= AS_OF - timedelta(days=180)
    is_kept = (every["ordered_at"] == first) | (every["customer_id"] <= repeaters) | is_recent
    lines = every[is_kept].reset_index(drop=True)
    assert train(lines, AS_OF).shortfall == f"needs {needed}"


@pytest.mark.parametrize("enough", [each for _, each in QUESTIONS.values()])
def test_no_threshold_is_beyond_what_a_shop_of_500_customers_and_half_a_year_has(enough: Enough) -> None:
    assert 50 <= enough.customers <= 500
    assert enough.days <= 90
    assert 1 <= enough.returning <= 20
