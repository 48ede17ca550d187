"""Shops of several years whose customers are known: a steady clientele, and people who buy each autumn only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import frames
from ml.churn_models import season
from ml.churn_models.purchase_days import PurchaseDays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AUTUMN = (38, 50)
"""The weeks of the year, from 0, in which people who buy each autumn come, and demand is ``strength`` times as high."""
STAYS, COMES_TWICE = 0.8, 0.5


@dataclass(frozen=True)
class Shop:
    """What the customers of a shop are like. Times are days, ``end`` is the day after the last, since 1970-01-01.

    ``years`` of history are seen of a shop two years older, unless ``is_new``; it is ``growth`` times as large at the end
    as it was when it opened. ``returners`` is the share of people who buy each autumn only, and stop with a fifth.
    ``vary`` is by how much (sd of the logarithm) autumns differ from each other in demand.
    """

    end: int
    years: int = 2
    customers: int = 2_500
    strength: float = 1.0
    returners: float = 0.0
    growth: float = 1.0
    is_new: bool = False
    vary: float = 0.0

    def purchases(self, seed: int) -> PurchaseDays:
        """Draw the days on which each customer bought; equal arguments give equal histories."""
        rng = np.random.default_rng(seed)
        span = round(self.years * 365.25) + 8
        before = 0 if self.is_new else 730
        day = np.arange(self.end - before - span, self.end)
        year = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
        height = np.exp(rng.normal(0, self.vary, year.max() + 1))
        week = season.week_of(day)
        is_autumn = (week >= AUTUMN[0]) & (week < AUTUMN[1])
        pace = np.where(is_autumn, 1 + (self.strength - 1) * height[year], 1.0)
        steady = self._steady(rng, pace / pace.mean())
        autumn = self._autumn(rng, day, height)
        who = np.concatenate([steady[0], autumn[0] + self.customers])
        when = np.concatenate([steady[1], autumn[1]])
        is_seen = when >= before
        return _days(who[is_seen], day[0] + when[is_seen].astype(np.int64))

    def _steady(self, rng: np.random.Generator, pace: Floats) -> tuple[Ints, Floats]:
        """Customers with rates of their own (mean one in 70 days) who are gone after 500 days on average."""
        span, size = pace.size, self.customers
        weight = self.growth ** (np.arange(span) / span) * pace
        joined = rng.choice(span, size, p=weight / weight.sum()) + rng.random(size)
        gone = np.minimum(joined + rng.exponential(500, size), span)
        rate = rng.gamma(1.0, 1 / 70, size)
        who = np.repeat(np.arange(size), rng.poisson(rate * pace.max() * (gone - joined)))
        when = joined[who] + rng.random(who.size) * (gone - joined)[who]
        is_bought = rng.random(who.size) < pace[when.astype(int)] / pace.max()
        return np.concatenate([np.arange(size), who[is_bought]]), np.concatenate([joined, when[is_bought]])

    def _autumn(self, rng: np.random.Generator, day: Ints, height: Floats) -> tuple[Ints, Floats]:
        """People who come in the autumn of some year and in those after it until they stay away for good."""
        size = round(self.customers * self.returners)
        opened = day[0].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
        years = np.arange(
            opened, day[-1].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1
        )
        weight = self.growth ** (np.arange(years.size) / years.size)
        since = rng.choice(years.size, size, p=weight / weight.sum())
        lasts = rng.geometric(1 - STAYS, size)
        parts: list[tuple[Ints, Floats]] = []
        for number, year in enumerate(years):
            is_here = (since <= number) & (number < since + lasts)
            is_here &= rng.random(size) < (min(0.8 * height[year], 1.0) if self.vary else 1.0)
            times = 1 + rng.poisson(COMES_TWICE, int(is_here.sum()))
            who: Ints = np.repeat(np.flatnonzero(is_here), times)
            begin = int(np.datetime64(int(year), "Y").astype("datetime64[D]").astype(np.int64)) - day[0]
            first, last = (begin + 7 * week for week in AUTUMN)
            parts.append((who, rng.uniform(first, last, who.size)))
        who = np.concatenate([part[0] for part in parts])
        when = np.concatenate([part[1] for part in parts])
        is_in = (when >= 0) & (when < day.size)
        return who[is_in], when[is_in]


def lines_of(days: PurchaseDays, seed: int) -> pd.DataFrame:
    """One order line a purchase, of things and at prices that tell nothing."""
    rng = np.random.default_rng(seed)
    size = days.day.size
    hour = rng.integers(8, 20, size).astype("timedelta64[h]")
    price = np.round(rng.gamma(4, 10, size), 2) + 0.01
    return frames.order_lines(
        pd.DataFrame(
            {
                "customer_id": days.customer_id + 1,
                "order_id": np.arange(1, size + 1),
                "ordered_at": days.day.astype("datetime64[D]").astype("datetime64[s]") + hour,
                "product_id": rng.integers(1, 40, size),
                "quantity": np.ones(size, dtype=np.int64),
                "unit_price": price,
                "revenue": price,
            }
        )
    )


def _days(who: Ints, day: Ints) -> PurchaseDays:
    keys = np.unique(who * 100_000 + day)
    return PurchaseDays(keys // 100_000, keys % 100_000)
