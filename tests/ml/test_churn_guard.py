"""Each of the usual leaks, planted, and refused by name."""

from datetime import datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest

from ml import churn, frames, metrics
from ml.churn_models import guard
from ml.churn_models.guard import LeakyTraining
from ml.churn_models.rows import rows_at

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone
AT = datetime(2025, 2, 1)  # noqa: DTZ001


def with_columns_at_the_end_of_the_window(
    names: list[str],
    lines: pd.DataFrame,
    moments: list[datetime],
    horizon_days: int,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The rows, but ``names`` count up to the day the label ends, where the history reaches that far."""
    rows = rows_at(lines, moments, horizon_days, events)
    for at in moments:
        end = frames.moment(at) + timedelta(days=horizon_days)
        later = rows_at(lines, [end], horizon_days, events).set_index("customer_id")
        is_now = rows["as_of"] == frames.moment(at)
        known = later.reindex(rows.loc[is_now, "customer_id"])
        for name in names:
            rows.loc[is_now, name] = known[name].fillna(0.0).to_numpy()
    return rows


def refusal(shop: pd.DataFrame, build: guard.Builder) -> LeakyTraining:
    with pytest.raises(LeakyTraining) as found:
        guard.inspect(shop, build(shop, [AT], 90, None), at=AT, horizon_days=90, build=build)
    return found.value


@pytest.mark.parametrize(
    "names",
    [["orders_30", "orders_90"], ["orders", "revenue", "average_order_value"]],
    ids=["counts of 30 and 90 days", "frequency and money"],
)
def test_inputs_counted_to_the_end_of_the_window_are_refused_by_name(
    names: list[str], shop: pd.DataFrame
) -> None:
    found = refusal(shop, partial(with_columns_at_the_end_of_the_window, names))
    assert found.leak == "inputs know the window"
    assert set(found.columns) == set(names)
    assert f"{names[0]}, {names[1]}" in str(found)


def labelled_by_recency(
    lines: pd.DataFrame, moments: list[datetime], horizon_days: int, events: pd.DataFrame | None
) -> pd.DataFrame:
    rows = rows_at(lines, moments, horizon_days, events)
    return rows.assign(churned=(rows["recency_days"] > 90).astype(float))


def test_a_label_made_from_the_days_since_the_last_order_is_refused_by_name(shop: pd.DataFrame) -> None:
    found = refusal(shop, labelled_by_recency)
    assert found.leak == "label is an input"
    assert found.columns == ["recency_days"]


def test_every_training_passes_the_guard(shop: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(churn, "rows_at", labelled_by_recency)
    with pytest.raises(LeakyTraining, match="'recency_days' alone tells who churned with an AUC of 1"):
        churn.train(shop, T)


def test_a_label_that_begins_before_the_cutoff_is_refused(shop: pd.DataFrame) -> None:
    def labelled(
        lines: pd.DataFrame, moments: list[datetime], horizon_days: int, events: pd.DataFrame | None
    ) -> pd.DataFrame:
        rows = rows_at(lines, moments, horizon_days, events)
        earlier = rows_at(lines, [each - timedelta(days=10) for each in moments], horizon_days)
        known = earlier.set_index("customer_id")["churned"]
        return rows.assign(churned=rows["customer_id"].map(known).fillna(1.0))

    found = refusal(shop, labelled)
    assert found.leak == "label looks back"
    assert "not the silence of the 90 days from 2025-02-01 on" in str(found)


def test_customers_who_are_there_only_because_they_came_later_are_refused(shop: pd.DataFrame) -> None:
    rows = rows_at(shop, [AT], 90)
    extra = rows.head(1).assign(customer_id=10_000_000)
    with pytest.raises(LeakyTraining, match="only because of what came later"):
        guard.inspect(shop, pd.concat([rows, extra]), at=AT, horizon_days=90, build=rows_at)


def test_a_wonder_is_refused() -> None:
    guard.refuse_wonders(0.97)
    with pytest.raises(LeakyTraining, match=r"AUC of 0\.980"):
        guard.refuse_wonders(0.98)


def test_honest_rows_pass_and_the_card_says_what_was_looked_at(shop: pd.DataFrame) -> None:
    rows = rows_at(shop, [AT], 90)
    facts = guard.inspect(shop, rows, at=AT, horizon_days=90, build=rows_at)
    name, auc = facts["strongest_input"], facts["its_auc"]
    found = metrics.auc(rows["churned"].to_numpy(), rows[name].to_numpy())
    assert facts["checked_at"] == "2025-02-01"
    assert facts["rows"] == len(rows)
    assert auc == max(found, 1 - found)
    assert 0.5 < auc < 0.97


def test_the_strongest_input_of_few_rows_is_not_asked_for(shop: pd.DataFrame) -> None:
    rows = rows_at(shop, [AT], 90).head(40)
    assert guard.strongest_input(rows.assign(churned=np.arange(40) % 2 * 1.0))[1] == 0.5
