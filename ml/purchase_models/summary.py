"""A customer's history as the three numbers the purchase models read, in a unit of time that is always stated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml import frames
from ml.purchase_models.history import OrderHistory

if TYPE_CHECKING:
    from datetime import datetime


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
    return summary_of(OrderHistory.of(lines, as_of), as_of, unit)


def summary_of(history: OrderHistory, as_of: datetime, unit: TimeUnit = TimeUnit.DAY) -> PurchaseSummary:
    """As `summarise`, of orders already read, at any moment that the history can be cut at."""
    who, day, revenue = history.purchases(as_of)
    people, starts, days = np.unique(who, return_index=True, return_counts=True)
    first, last = day[starts], day[starts + days - 1]
    end = int(frames.moment(as_of).to_datetime64().astype("datetime64[D]").astype(np.int64))
    is_paid = revenue > 0
    size = history.customers.size
    valued = np.bincount(who[is_paid], minlength=size)[people].astype(np.float64)
    spent = np.bincount(who[is_paid], revenue[is_paid], size)[people]
    frame = pd.DataFrame(
        {
            "customer_id": history.customers[people],
            "frequency": (days - 1).astype(np.float64),
            "recency": (last - first) / unit.value,
            "age": (end - first) / unit.value,
            "valued": valued,
            "value": np.divide(spent, valued, out=np.zeros(people.size), where=valued > 0).round(9),
        }
    )
    return PurchaseSummary(frame, unit)
