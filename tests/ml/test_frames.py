from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml import frames
from ml.frames import ORDER_LINES, FrameRefused


def test_a_frame_that_keeps_the_contract_passes_unchanged(shop: pd.DataFrame) -> None:
    before = shop.copy()
    frames.validate(shop, ORDER_LINES)
    pd.testing.assert_frame_equal(shop, before)


@pytest.mark.parametrize("name", [column.name for column in ORDER_LINES.columns if column.required])
def test_a_missing_column_is_refused_by_name(shop: pd.DataFrame, name: str) -> None:
    with pytest.raises(FrameRefused, match=f"column '{name}' is missing") as refusal:
        frames.validate(shop.drop(columns=name), ORDER_LINES)
    assert refusal.value.column == name


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("quantity", 0, "must be above 0"),
        ("unit_price", -0.01, "must be at least 0"),
        ("unit_price", np.nan, "has empty values"),
        ("revenue", np.inf, "has infinite values"),
        ("ordered_at", pd.NaT, "has empty values"),
    ],
)
def test_a_bad_value_is_refused_with_its_row(shop: pd.DataFrame, name: str, value: Any, problem: str) -> None:
    bad = shop.head(20).copy()
    bad[name] = bad[name].where(bad.index != 7, other=value)
    with pytest.raises(FrameRefused, match=problem) as refusal:
        frames.validate(bad, ORDER_LINES)
    assert refusal.value.column == name
    assert refusal.value.rows == (7,)
    assert "first rows: 7" in str(refusal.value)


def test_a_wrong_type_is_refused_with_both_types(shop: pd.DataFrame) -> None:
    with pytest.raises(FrameRefused, match="'customer_id' is float64, expected int64"):
        frames.validate(shop.astype({"customer_id": "float64"}), ORDER_LINES)


def test_a_time_with_a_zone_is_refused_as_it_stands_and_converted_on_request(shop: pd.DataFrame) -> None:
    zoned = shop.head(3).copy()
    zoned["ordered_at"] = zoned["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    with pytest.raises(FrameRefused, match="ordered_at"):
        frames.validate(zoned, ORDER_LINES)
    pd.testing.assert_frame_equal(frames.order_lines(zoned), shop.head(3))


def test_letters_in_a_number_are_refused_by_column(shop: pd.DataFrame) -> None:
    bad = shop.head(3).astype({"customer_id": "object"})
    bad.loc[1, "customer_id"] = "anna"
    with pytest.raises(FrameRefused, match="'customer_id' cannot become int64"):
        frames.order_lines(bad)


def test_a_frame_without_products_and_categories_gets_unknown_ones(shop: pd.DataFrame) -> None:
    bare = frames.order_lines(shop.drop(columns=["product_id", "category"]))
    assert bare["product_id"].isna().all()
    assert bare["category"].isna().all()
    frames.validate(bare, ORDER_LINES)


def test_what_is_known_before_a_moment_has_no_later_order_and_no_later_refund(shop: pd.DataFrame) -> None:
    lines = shop.head(4).assign(returned_revenue=1.0)
    lines["ordered_at"] = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-01-01", "2025-02-01"]).as_unit(
        "us"
    )
    lines["returned_at"] = pd.Series(["2025-01-20", "2025-02-01", "NaT", "NaT"]).astype("datetime64[us]")
    frames.validate(lines, ORDER_LINES)
    known = frames.known_before(lines, datetime(2025, 2, 1, tzinfo=UTC))
    assert known["returned_revenue"].tolist() == [1.0, 0.0, 1.0]
    assert (known["revenue"] - lines["revenue"].head(3)).tolist() == pytest.approx([0.0, 1.0, 0.0])
