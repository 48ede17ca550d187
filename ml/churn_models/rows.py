"""One row a customer and moment: what was known, what BG/NBD foresees, and whether nothing came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import features, frames
from ml.churn_models import season, visits
from ml.churn_models.purchase_days import PurchaseDays, day_of
from ml.purchase_models.betageo import BetaGeo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Floats = npt.NDArray[np.float64]

ACTIVE_DAYS = 365
OVERDUE_AFTER = 2.0
"""Who has waited longer than so many usual gaps is overdue; at a steady rate 14 in 100 waits are that long."""
BEHAVIOUR = (
    "recency_days",
    "orders",
    "revenue",
    "tenure_days",
    "gap_mean_days",
    "gap_sd_days",
    "average_order_value",
    "product_count",
    "items_per_order",
    "orders_30",
    "orders_90",
)
INPUTS = (*BEHAVIOUR, "overdue", "expected_purchases", "p_no_purchase")
"""What the models read: behaviour that means the same in every shop and season, the days since the last order over
the usual gap, and the purchases and the silence that BG/NBD foresees."""


def rows_at(
    lines: pd.DataFrame, moments: Sequence[datetime], horizon_days: int, events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a (moment, customer active in the 365 days before): as_of, customer_id, `INPUTS`, and two more.

    With ``events`` (`ml.frames.EVENTS`) there are the columns of `ml.churn_models.visits` too.

    The inputs know lines strictly before the moment: an order cancelled later (``cancelled_at``) stood then, and whoever
    had no other was a customer. ``in_season`` is the silence BG/NBD foresees when the horizon is stretched by the
    season; ``churned`` is 1 when there is no order in the ``horizon_days`` from the moment on that stood at the end of
    them: the only order of a window makes no difference if it was cancelled before the window ended, and counts if it
    was cancelled after (the label means nothing yet where the window is not over).
    """
    names = BEHAVIOUR if events is None else (*BEHAVIOUR, *visits.READ)
    behaviour = features.behaviour(lines, moments, frames.Traces(events=events), names)
    days = DaysKnown.of(lines)
    parts = [_with_outlook(lines, days, part, horizon_days) for _, part in behaviour.groupby("as_of")]
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class DaysKnown:
    """Purchase days of what was never cancelled, counted once, and the lines that were, looked at by every moment."""

    standing: PurchaseDays
    cancelled: pd.DataFrame

    @classmethod
    def of(cls, lines: pd.DataFrame) -> DaysKnown:
        if "cancelled_at" not in lines.columns:
            return cls(PurchaseDays.of(lines), lines.iloc[:0])
        is_off = lines["cancelled_at"].notna()
        return cls(PurchaseDays.of(lines[~is_off]), lines[is_off])

    def at(self, moment: datetime) -> PurchaseDays:
        """The purchase days as ``moment`` knows them, and those after it that were never cancelled."""
        return self.standing.with_others(PurchaseDays.of(frames.known_before(self.cancelled, moment)))


def matrix(rows: pd.DataFrame, names: Sequence[str] = INPUTS) -> Floats:
    """The inputs ``names`` of rows, shape (n, len(names))."""
    return rows[list(names)].to_numpy(dtype=float)


def outcome(rows: pd.DataFrame) -> Floats:
    """The label of rows, 0/1, shape (n,)."""
    return rows["churned"].to_numpy(dtype=float)


def overdue(recency_days: Floats, gap_mean_days: Floats, tenure_days: Floats) -> Floats:
    """Days since the last order over the usual gap, or over the tenure of who has no gap yet."""
    return np.asarray(recency_days / (np.where(gap_mean_days > 0, gap_mean_days, tenure_days) + 1))


def _with_outlook(
    lines: pd.DataFrame, every: DaysKnown, part: pd.DataFrame, horizon_days: int
) -> pd.DataFrame:
    at = part["as_of"].iloc[0]
    days, until = every.at(at), day_of(at)
    if at != at.floor("D"):
        days, until = PurchaseDays.of(frames.known_before(lines, at)), until + 1
    known = days.histories(until)
    model = BetaGeo().fit(*known.arrays)
    stretched = horizon_days * season.learn(days, until).ahead(until, horizon_days)
    place = np.searchsorted(known.customer_id, part["customer_id"].to_numpy(dtype=np.int64))
    facts = {
        name: part[name].to_numpy(dtype=float) for name in ("recency_days", "gap_mean_days", "tenure_days")
    }
    rows = part[["as_of", "customer_id", *BEHAVIOUR]].assign(
        overdue=overdue(**facts),
        expected_purchases=model.expected_purchases(horizon_days, *known.arrays)[place],
        p_no_purchase=model.p_no_purchase(horizon_days, *known.arrays)[place],
        in_season=model.p_no_purchase(stretched, *known.arrays)[place],
    )
    if "looks_90" in part.columns:
        rows[list(visits.COLUMNS)] = visits.told(part)
    end = at + timedelta(days=horizon_days)
    is_later = (lines["ordered_at"] >= at) & (lines["ordered_at"] < end)
    if "cancelled_at" in lines.columns:
        is_later &= ~(lines["cancelled_at"] < end)
    rows["churned"] = (~part["customer_id"].isin(lines.loc[is_later, "customer_id"])).astype("float64")
    return rows[rows["recency_days"] <= ACTIVE_DAYS]
