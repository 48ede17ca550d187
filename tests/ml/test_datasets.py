import pandas as pd
import pytest

from ml import frames


def test_online_retail_keeps_the_lines_its_readme_counts(online_retail: pd.DataFrame) -> None:
    frames.validate(online_retail, frames.ORDER_LINES)
    assert len(online_retail) == 397_884
    assert online_retail["customer_id"].nunique() == 4_338
    assert online_retail["order_id"].nunique() == 18_532
    assert online_retail["product_id"].nunique() == 3_665
    assert online_retail["revenue"].sum() == pytest.approx(8_911_407.904, abs=0.001)


def test_cdnow_sample_holds_every_transaction(cdnow_lines: pd.DataFrame) -> None:
    frames.validate(cdnow_lines, frames.ORDER_LINES)
    assert len(cdnow_lines) == 6_919
    assert cdnow_lines["customer_id"].nunique() == 2_357
    assert cdnow_lines["quantity"].sum() == 16_479
    assert cdnow_lines["revenue"].sum() == pytest.approx(244_091.94, abs=0.001)


def test_cdnow_summary_has_the_published_counts(cdnow_summary: pd.DataFrame) -> None:
    repeat = cdnow_summary[cdnow_summary["frequency"] > 0]
    assert len(cdnow_summary) == 2_357
    assert len(repeat) == 946
    assert repeat["value"].mean() == pytest.approx(35.0786, abs=0.0001)
