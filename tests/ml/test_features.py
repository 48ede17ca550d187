from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from ml import features
from tests.ml import simulated

T = datetime(2025, 4, 1)  # noqa: DTZ001 - frames hold UTC without a zone
EARLIER = datetime(2024, 12, 1)  # noqa: DTZ001


def at(lines: pd.DataFrame, when: datetime = T) -> pd.DataFrame:
    return features.behaviour(lines, [when])


def test_planting_purchases_at_and_after_the_moment_moves_no_feature(shop: pd.DataFrame) -> None:
    customer = int(at(shop)["customer_id"].iloc[0])
    order = int(shop.loc[shop["customer_id"] == customer, "order_id"].iloc[0])
    future = [
        simulated.line(customer, order, "2025-04-01 00:00:00", 9_999.0, "Garden"),
        simulated.line(customer, 900_001, "2025-04-01 00:00:01", 9_999.0, "Moon"),
        simulated.line(900_002, 900_002, "2025-06-01", 5.0),
    ]
    pd.testing.assert_frame_equal(at(pd.concat([shop, *future], ignore_index=True)), at(shop))


def test_a_refund_is_unknown_until_it_is_made(shop: pd.DataFrame) -> None:
    """A third of the revenue comes back a month after T: at T nothing moves, two months later it does."""
    refunded = shop.assign(
        revenue=shop["revenue"] * 2 / 3,
        returned_revenue=shop["revenue"] / 3,
        returned_at=pd.Timestamp("2025-05-01"),
    )
    refunded["returned_at"] = refunded["returned_at"].astype("datetime64[us]")
    pd.testing.assert_frame_equal(at(refunded), at(shop))
    later = at(refunded, datetime(2025, 5, 2))  # noqa: DTZ001
    assert later["returned_share"].to_numpy() == pytest.approx(1 / 3)
    assert later["revenue"].sum() == pytest.approx(at(shop, datetime(2025, 5, 2))["revenue"].sum() * 2 / 3)  # noqa: DTZ001


def test_a_purchase_a_second_before_the_moment_counts(shop: pd.DataFrame) -> None:
    customer = int(at(shop)["customer_id"].iloc[0])
    planted = pd.concat([shop, simulated.line(customer, 900_001, "2025-03-31 23:59:59")], ignore_index=True)
    before, after = at(shop).iloc[0], at(planted).iloc[0]
    assert after["orders"] == before["orders"] + 1
    assert after["revenue"] == pytest.approx(before["revenue"] + 10)
    assert after["recency_days"] == 0


def test_several_moments_at_once_equal_each_alone(shop: pd.DataFrame) -> None:
    both = features.behaviour(shop, [T, EARLIER])
    apart = pd.concat([at(shop, EARLIER), at(shop)], ignore_index=True)
    pd.testing.assert_frame_equal(both, apart)


def test_the_order_of_the_lines_does_not_matter_to_the_last_bit(shop: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(at(shop.sample(frac=1, random_state=3)), at(shop), check_exact=True)


def test_every_feature_of_one_small_history_is_as_computed_by_hand() -> None:
    lines = pd.concat(
        [
            simulated.line(1, 1, "2024-12-02 10:00", 60.0, "Toys"),  # a Monday
            simulated.line(1, 2, "2025-01-01 10:00", 20.0, "Garden"),
            simulated.line(1, 2, "2025-01-01 10:00", 20.0, "Toys"),
            simulated.line(1, 3, "2025-03-02 10:00", 100.0),  # a Sunday, category unknown
        ],
        ignore_index=True,
    )
    lines["returned_revenue"] = [0.0, 0.0, 0.0, 50.0]
    row = at(lines).iloc[0]
    expected = {
        "recency_days": 29, "orders": 3, "revenue": 200, "tenure_days": 119, "gap_mean_days": 45, "gap_sd_days": 15,
        "gap_trend": 30, "spend_trend": (140 - 60) / 200, "items_per_order": 4 / 3, "average_order_value": 200 / 3,
        "product_count": 1, "category_count": 2, "favourite_share": 0.8, "returned_share": 0.2, "orders_30": 1,
        "orders_90": 2, "orders_180": 3, "weekday_share": 2 / 3,
    }  # fmt: skip
    assert tuple(expected) == features.NAMES[: len(expected)]
    for name, value in expected.items():
        assert row[name] == pytest.approx(value), name


def test_a_single_purchase_has_no_gaps_and_no_undefined_value() -> None:
    row = at(simulated.line(7, 1, "2025-03-01")).iloc[0]
    assert np.isfinite(row[list(features.NAMES)].to_numpy(dtype=float)).all()
    assert row["gap_mean_days"] == row["gap_trend"] == row["favourite_share"] == 0


def test_nobody_before_the_first_order_gives_an_empty_table(shop: pd.DataFrame) -> None:
    empty = at(shop, datetime(2020, 1, 1))  # noqa: DTZ001
    assert empty.empty
    assert list(empty.columns) == ["as_of", "customer_id", *features.NAMES]
