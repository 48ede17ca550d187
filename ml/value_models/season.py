"""The season: how much more or less is bought in each month of the year, and a clock that runs at that speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.purchase_models.summary import PurchaseSummary

if TYPE_CHECKING:
    from datetime import datetime

    from ml.purchase_models.counting import CountModel
    from ml.purchase_models.history import Floats, Ints, OrderHistory

FULL_YEAR_DAYS = 365
DOUBT = 25.0  # purchases, as expected, that every month is credited with: a month of few orders says little
YEAR_MONTHS = 12


@dataclass(frozen=True)
class Season:
    """Multipliers of the months January to December, of mean 1, learned from ``known_days`` days before a moment.

    All 1 when less than a full year was known.
    """

    multipliers: tuple[float, ...] = (1.0,) * YEAR_MONTHS
    known_days: int = 0

    @property
    def is_learned(self) -> bool:
        return self.known_days >= FULL_YEAR_DAYS

    def passed(self, since: Ints, until: Ints) -> Floats:
        """Seasonal days between days since 1970, of one shape: each counts as much as its month."""
        first = int(min(since.min(), until.min()))
        days = np.arange(first, int(max(since.max(), until.max())))
        clock = np.concatenate([[0.0], np.cumsum(np.array(self.multipliers)[month_of(days)])])
        return np.asarray(clock[until - first] - clock[since - first])

    def ahead(self, moment: datetime, days: int) -> float:
        """Seasonal days in the ``days`` from ``moment`` on."""
        start = day_of(moment)
        return float(self.passed(np.array([start]), np.array([start + days]))[0])

    def retimed(self, summary: PurchaseSummary, moment: datetime) -> PurchaseSummary:
        """The summary, in days as of ``moment``, by the seasonal clock."""
        if not summary.frame.size or not self.is_learned:
            return summary
        end = day_of(moment)
        first = end - summary.column("age").astype(np.int64)
        last = first + summary.column("recency").astype(np.int64)
        times = {"recency": self.passed(first, last), "age": self.passed(first, np.full_like(first, end))}
        return PurchaseSummary(summary.frame.assign(**times), summary.unit)


def learned(history: OrderHistory, moment: datetime, model: CountModel, summary: PurchaseSummary) -> Season:
    """Repeat purchases of each month of the year over those the model expects of the same customers at their ages.

    Only what was known at ``moment`` counts, by ``model`` fitted (in days) to ``summary`` of that moment. So a
    growing or ageing clientele is not taken for a season.
    """
    first_day, end = history.span[0], day_of(moment)
    if end - first_day < FULL_YEAR_DAYS or history.span[1] < 0:
        return Season(known_days=max(end - first_day, 0))
    days = np.arange(first_day, end)
    found = history.purchases(moment)
    is_repeat = np.concatenate([[False], found.customer[1:] == found.customer[:-1]])
    seen = np.bincount(found.day[is_repeat] - first_day, minlength=days.size)
    joined = np.bincount(end - summary.column("age").astype(np.int64) - first_day, minlength=days.size)
    ages = np.diff(model.expected_purchases_of_new(np.arange(days.size + 1.0)))
    expected = np.convolve(joined, ages)[: days.size]
    month = month_of(days)
    by_month = [np.bincount(month, part, YEAR_MONTHS) + DOUBT for part in (seen[: days.size], expected)]
    ratio = by_month[0] / by_month[1]
    usual = float(ratio[month_of(np.arange(end, end + FULL_YEAR_DAYS))].mean())
    return Season(tuple((ratio / usual).tolist()), end - first_day)


def day_of(moment: datetime) -> int:
    """Days from 1970 to the start of the day of ``moment``, UTC without a zone."""
    return int(np.datetime64(moment.replace(tzinfo=None), "D").astype(np.int64))


def month_of(days: Ints) -> Ints:
    """The month of the year, from 0, of days since 1970."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % YEAR_MONTHS)
