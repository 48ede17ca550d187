"""How much livelier some weeks of the year are than others, learned from who could have come back and who did.

A plain count of orders would call the growth of a young shop a season, and so would any count of purchases a customer
in a history that begins in the middle of things. Here every week's repeat purchases are set beside what the customers
at hand would have made in an average week, given the days since each one's last purchase (indirect standardisation,
as in epidemiology). Weeks that were never seen are read off between their neighbours round the year when the gap is at
most a quarter long, and are taken to be average otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ml.churn_models.purchase_days import PurchaseDays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEEKS = 52
LONGEST_GAP = 13
SEEN_DAYS = 4
PRIOR = 20.0
"""Purchases of an average week that every week is credited with, so that a small shop has little season."""
ROUNDS = 50
WAITS = np.array([1, 2, 4, 8, 15, 22, 31, 46, 61, 76, 91, 121, 151, 181, 241, 301, 366, 100_000])


@dataclass(frozen=True)
class Season:
    """The index of each week of the year; 1 is the average of the days the history has seen, by customers at hand."""

    index: Floats

    def ahead(self, day: int, horizon_days: int) -> float:
        """The mean index of the ``horizon_days`` from ``day`` (since 1970-01-01) on."""
        return float(self.index[week_of(day + np.arange(horizon_days))].mean())


def week_of(day: Ints) -> Ints:
    """The week of the year, 0 to 51, of days since 1970-01-01; the 52nd has eight or nine days."""
    dates = day.astype("datetime64[D]")
    since = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    return np.asarray(np.minimum(since // 7, WEEKS - 1))


def learn(days: PurchaseDays, until: int) -> Season:
    """The season known before the day ``until``: a multiplicative model of week by wait, fitted in turns.

    Repeat purchases of a week ~ Poisson(index of the week x sum over waits of exposure x hazard of the wait).
    """
    known = days.before(until)
    exposure, bought = _at_risk(known, until)
    if not bought.any():
        return Season(np.ones(WEEKS))
    first = int(known.day.min())
    seen = np.bincount(week_of(np.arange(first, until)), minlength=WEEKS) >= SEEN_DAYS
    index = np.ones(WEEKS)
    for _ in range(ROUNDS):
        hazard = bought.sum(axis=0) / np.maximum(index @ exposure, 1e-9)
        expected = exposure @ hazard
        index = (_around(bought.sum(axis=1)) + PRIOR) / (_around(expected) + PRIOR)
        index /= (index * expected).sum() / expected.sum()
    return Season(_filled(index, seen))


def _at_risk(known: PurchaseDays, until: int) -> tuple[Floats, Floats]:
    """Customer-days at risk and repeat purchases, both of shape (weeks, waits)."""
    start = int(known.day.min()) if known.day.size else until
    span = until - start
    day = known.day - start
    is_followed = np.append(known.customer_id[1:] == known.customer_id[:-1], False)[: day.size]
    following = np.where(is_followed, np.append(day[1:], 0)[: day.size], span - 1)
    open_days = np.zeros((span + 1, WAITS.size - 1))
    for wait in range(WAITS.size - 1):
        begin = day + WAITS[wait]
        end = np.minimum(day + WAITS[wait + 1] - 1, following)
        is_open = begin <= end
        np.add.at(open_days[:, wait], begin[is_open], 1.0)
        np.add.at(open_days[:, wait], end[is_open] + 1, -1.0)
    week = week_of(start + np.arange(span))
    exposure = np.zeros((WEEKS, WAITS.size - 1))
    np.add.at(exposure, week, open_days.cumsum(axis=0)[:span])
    bought = np.zeros_like(exposure)
    gap = (following - day)[is_followed]
    np.add.at(bought, (week[following[is_followed]], np.searchsorted(WAITS, gap, side="right") - 1), 1.0)
    return exposure, bought


def _around(values: Floats) -> Floats:
    """Each week with the one before and the one after, round the year."""
    return values + np.roll(values, 1) + np.roll(values, -1)


def _filled(index: Floats, seen: npt.NDArray[np.bool_]) -> Floats:
    at = np.flatnonzero(seen)
    around = np.concatenate([at - WEEKS, at, at + WEEKS])
    values = np.tile(index[at], 3)
    filled = np.interp(np.arange(WEEKS), around, values)
    after = np.searchsorted(around, np.arange(WEEKS), side="left")
    gap = around[np.minimum(after, around.size - 1)] - around[np.maximum(after - 1, 0)] - 1
    return np.where(seen, index, np.where(gap <= LONGEST_GAP, filled, 1.0))
