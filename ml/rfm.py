"""RFM: how recent, how often and how much, as scores from 1 to 5 and one of eleven named segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import stats

from ml import artifact, features, frames, metrics
from ml.results import Baseline, Need, TrainingResult, judged, not_enough_data, shortfall
from ml.sufficiency import RFM

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.int64]

COLUMNS = ["customer_id", "recency_days", "orders", "revenue", "r", "f", "m", "segment"]
SEGMENTS = (
    "Champions",
    "Loyal",
    "Potential Loyalist",
    "New",
    "Promising",
    "Needs Attention",
    "About to Sleep",
    "At Risk",
    "Can't Lose",
    "Hibernating",
    "Lost",
)
"""Every segment there is, from the best to the farthest gone."""
BEST_SEGMENTS = ("Champions", "Loyal")
Table = Mapping[int, Sequence[str]]
TABLE: Table = {
    5: ("New", "Potential Loyalist", "Potential Loyalist", "Champions", "Champions"),
    4: ("Promising", "Promising", "Potential Loyalist", "Loyal", "Champions"),
    3: ("About to Sleep", "About to Sleep", "Needs Attention", "Loyal", "Loyal"),
    2: ("Hibernating", "Hibernating", "At Risk", "At Risk", "Can't Lose"),
    1: ("Lost", "Lost", "At Risk", "Can't Lose", "Can't Lose"),
}
"""Segment by recency score (row) and by the mean of the frequency and monetary scores, halves up (column 1 to 5)."""


def train(
    frame: pd.DataFrame,
    as_of: datetime,
    *,
    seed: int = 0,
    horizon_days: int = 90,
    table: Table = TABLE,
    traces: frames.Traces | None = None,
) -> TrainingResult:
    """Score and segment every customer with an order before ``as_of``, which is the reference date.

    Judged on the last complete ``horizon_days``: the share of that window's revenue which the customers then in the
    best segments bring, beside the same number of customers taken by recency alone. ``seed`` drives the bootstrap.
    ``table`` names the segments (see `TABLE`); it stands in the card. ``traces`` holds the orders cancelled by now:
    those who were customers by one before the window are scored as they were known then; one placed in the window and
    cancelled before its end brings nothing.
    """
    frames.validate(frame, frames.ORDER_LINES)
    end = frames.moment(as_of)
    cutoff = end - timedelta(days=horizon_days)
    recorded = frames.recorded_before(frame, end, traces)
    known = frames.known_before(recorded, end)
    needs = _needs(recorded, known, cutoff, horizon_days)
    card = artifact.new_card(
        question="rfm", as_of=as_of, frame=recorded, parameters={"horizon_days": horizon_days}, seed=seed,
        window={"reference_date": str(end), "test_from": str(cutoff), "test_until": str(end)},
    )  # fmt: skip
    card["table"] = {str(recency): list(names) for recency, names in table.items()}
    if shortfall(needs):
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    inputs = features.behaviour(recorded, [cutoff, end], names=("recency_days", "orders", "revenue"))
    then, now = (inputs[inputs["as_of"] == at].reset_index(drop=True) for at in (cutoff, end))
    measured, rival = _judge(segmented(then, table), known[known["ordered_at"] >= cutoff], seed)
    gain = measured["captured_share"] - rival.metrics["captured_share"]
    scores = segmented(now, table)
    return judged(
        card, as_of=as_of, is_better=gain > 0, metrics=measured, baseline=rival, needs=needs,
        scores=scores, served="rfm",
        arrays={name: scores[name].to_numpy(dtype=float) for name in ("customer_id", "r", "f", "m")},
    )  # fmt: skip


def segmented(inputs: pd.DataFrame, table: Table = TABLE) -> pd.DataFrame:
    """`COLUMNS` for rows of customer_id, recency_days, orders, revenue; one row a customer, same order."""
    r = scores_of(-inputs["recency_days"].to_numpy(dtype=float))
    f = scores_of(inputs["orders"].to_numpy(dtype=float))
    m = scores_of(inputs["revenue"].to_numpy(dtype=float))
    result = inputs[["customer_id", "recency_days", "orders", "revenue"]].copy()
    result["recency_days"] = result["recency_days"].astype("int64")
    result["orders"] = result["orders"].astype("int64")
    result["r"], result["f"], result["m"] = r, f, m
    result["segment"] = [segment(*each, table) for each in zip(r, f, m, strict=True)]
    return result


def scores_of(values: Floats) -> Scores:
    """Scores 1 to 5 by mid-rank, the higher the better; equal values always get equal scores.

    score = 1 + floor(5 (rank - 1/2) / n), where tied values share the mean of their ranks. Quintile edges of heavily
    tied values coincide and first-come ranks split equal customers; mid-ranks do neither.
    """
    position = (stats.rankdata(values) - 0.5) / values.size
    return np.asarray(np.clip(1 + np.floor(5 * position), 1, 5), dtype=np.int64)


def segment(r: int, f: int, m: int, table: Table = TABLE) -> str:
    """The one segment of three scores from 1 to 5: ``table`` at r and at (f + m) / 2, halves up."""
    return table[int(r)][(int(f) + int(m) + 1) // 2 - 1]


def _needs(
    recorded: pd.DataFrame, known: pd.DataFrame, cutoff: pd.Timestamp, horizon_days: int
) -> list[Need]:
    before = frames.known_before(frames.bought(recorded), cutoff)
    customers = before["customer_id"].unique()
    returning = frames.paid_since(known, cutoff, customers)
    span = (known["ordered_at"].max() - known["ordered_at"].min()).days + 1 if len(known) else 0
    return [
        Need("days of history", 2 * horizon_days, float(span)),
        Need(f"customers {horizon_days} days ago", RFM.customers, float(customers.size)),
        Need(
            f"customers who came back and paid in the last {horizon_days} days",
            RFM.returning,
            float(returning),
        ),
    ]


def _judge(then: pd.DataFrame, window: pd.DataFrame, seed: int) -> tuple[dict[str, float], Baseline]:
    spent = window.groupby("customer_id")["revenue"].sum()
    value = then["customer_id"].map(spent).fillna(0.0).to_numpy(dtype=float)
    total = then[["r", "f", "m"]].sum(axis=1).to_numpy(dtype=float)
    recency = -then["recency_days"].to_numpy(dtype=float)
    is_best = np.asarray(then["segment"].isin(BEST_SEGMENTS), dtype=np.float64)
    share = float(is_best.mean())

    def captured(actual: Floats, score: Floats) -> float:
        return metrics.captured_share(actual, score, share)

    _, low, high = metrics.paired_difference(captured, value, is_best, recency, seed=seed)
    measured = {
        "best_segments_share": share,
        "captured_share": captured(value, is_best),
        "captured_gain_low": low,
        "captured_gain_high": high,
        "top_decile_lift": metrics.top_decile_lift(value, total),
        "spearman": metrics.spearman(value, total),
    }
    rival = {
        "captured_share": captured(value, recency),
        "top_decile_lift": metrics.top_decile_lift(value, recency),
        "spearman": metrics.spearman(value, recency),
    }
    return measured, Baseline("recency alone", rival)
