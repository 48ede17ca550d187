"""A customer's history as the three numbers the purchase models read, in a unit of time that is always stated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml import frames

if TYPE_CHECKING:
    from datetime import datetime

SECONDS_A_DAY = 86_400


class TimeUnit(Enum):
    """A unit of time by its length in days; a month is a twelfth of 365 days."""

    DAY = 1.0
    WEEK = 7.0
    MONTH = 365 / 12

    @property
    def per_month(self) -> float:
        return TimeUnit.MONTH.value / self.value

    @property
    def per_year(self) -> float:
        return 365 / self.value

    def of_days(self, days: float) -> float:
        return days / self.value


@dataclass(frozen=True)
class PurchaseSummary:
    """One row a customer: customer_id, frequency, recency, age, valued, value; times are in ``unit``.

    frequency is the number of repeat purchase days (x), recency the time from the first purchase to the last (t_x),
    age the time from the first to the moment of summary (T), value the mean revenue of a purchase day and valued
    the number of days behind that mean.
    """

    frame: pd.DataFrame
    unit: TimeUnit

    def column(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.asarray(self.frame[name], dtype=np.float64)


def summarise(lines: pd.DataFrame, as_of: datetime, unit: TimeUnit = TimeUnit.DAY) -> PurchaseSummary:
    """The summary of order lines as known strictly before ``as_of``; several orders of one day are one purchase.

    ``value`` is over all purchase days that brought revenue, the first included: leaving the first out, as the
    paper's data do, would make everyone who bought once worth the same.
    """
    known = frames.known_before(lines, as_of)
    day = known["ordered_at"].dt.floor("D")
    days = known.groupby(["customer_id", day], sort=True)["revenue"].sum().reset_index()
    bounds = days.groupby("customer_id")["ordered_at"].agg(["min", "max", "size"])
    end = frames.moment(as_of).floor("D")
    paid = days[days["revenue"] > 0].groupby("customer_id")["revenue"].agg(["mean", "size"])
    paid = paid.reindex(bounds.index).fillna(0.0)
    recency = (bounds["max"] - bounds["min"]).dt.total_seconds() / SECONDS_A_DAY
    age = (end - bounds["min"]).dt.total_seconds() / SECONDS_A_DAY
    frame = pd.DataFrame(
        {
            "customer_id": bounds.index.to_numpy(),
            "frequency": (bounds["size"] - 1).to_numpy(dtype=float),
            "recency": (recency / unit.value).to_numpy(dtype=float),
            "age": (age / unit.value).to_numpy(dtype=float),
            "valued": paid["size"].to_numpy(dtype=float),
            "value": paid["mean"].to_numpy(dtype=float),
        }
    )
    return PurchaseSummary(frame, unit)
