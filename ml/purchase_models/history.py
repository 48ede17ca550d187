"""Who ordered when and for how much, read from the lines once and then known as of any earlier moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import frames

if TYPE_CHECKING:
    from datetime import datetime

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAY = 86_400_000_000  # microseconds
NEVER = np.iinfo(np.int64).max


class Purchases(NamedTuple):
    """One row a customer and a day with orders, sorted by both: index of the customer, day since 1970, revenue."""

    customer: Ints
    day: Ints
    revenue: Floats


@dataclass(frozen=True)
class OrderHistory:
    """Orders of `frames.ORDER_LINES`, one row an order of a day, sorted by customer and day.

    ``customers`` are the distinct customer_id, sorted; ``who`` is each row's place among them. ``half`` counts half
    days since 1970, the earlier half of a day ending at ``time_of_day``, so that any moment at that time of day falls
    between two of them. ``refunds`` are (row, when, how much), to be given back to moments that do not know of them yet.
    """

    customers: Ints
    time_of_day: int
    who: Ints
    order: Ints
    half: Ints
    first_at: Ints
    last_at: Ints
    cancelled_at: Ints
    revenue: Floats
    refunds: tuple[Ints, Ints, Floats]

    @classmethod
    def of(cls, lines: pd.DataFrame, as_of: datetime) -> OrderHistory:
        """The orders of ``lines`` placed strictly before ``as_of``; the order of rows does not matter."""
        end = _micros(as_of)
        at = lines["ordered_at"].to_numpy().astype("datetime64[us]").astype(np.int64)
        kept = slice(None) if not at.size or at.max() < end else np.flatnonzero(at < end)
        at, time_of_day = at[kept], end % DAY
        half = at // DAY * 2 + (at % DAY >= time_of_day)
        customer, order = (lines[name].to_numpy()[kept] for name in ("customer_id", "order_id"))
        customers, who = _distinct(customer)
        runs = _starts(customer, order, half)
        by = np.lexsort((order[runs], half[runs], who[runs]))
        groups = _starts(*(part[runs][by] for part in (who, half, order)))
        place = np.empty(runs.size, dtype=np.int64)
        place[by] = np.repeat(np.arange(groups.size), np.diff(np.append(groups, by.size)))
        row = np.repeat(place, np.diff(np.append(runs, at.size)))
        firsts = runs[by][groups]
        revenue = _summed(row, lines["revenue"].to_numpy()[kept], groups.size).round(6)
        return cls(
            customers, time_of_day, who[firsts], order[firsts], half[firsts],
            _extreme(np.minimum, at, runs, by, groups), _extreme(np.maximum, at, runs, by, groups),
            _cancelled(lines, kept)[firsts], revenue, _refunds(lines, kept, row),
        )  # fmt: skip

    def purchases(self, as_of: datetime, *, since: datetime | None = None) -> Purchases:
        """The purchases in [``since``, ``as_of``), as known at ``as_of``; several orders of one day are one purchase.

        Raises ValueError for moments at another time of day than that of the history.
        """
        is_known, revenue = self._known(as_of)
        if since is not None:
            is_known &= self.half >= self._half(since)
        who, day = self.who[is_known], self.half[is_known] // 2
        starts = _starts(who, day)
        total = np.add.reduceat(revenue[is_known], starts) if starts.size else np.empty(0)
        return Purchases(who[starts], day[starts], total.round(6))

    def spending(self, as_of: datetime, *, since: datetime) -> tuple[Floats, Floats]:
        """Purchase days and revenue in [``since``, ``as_of``) of each of ``customers``, shape (n,) each."""
        found = self.purchases(as_of, since=since)
        size = self.customers.size
        days = np.bincount(found.customer, minlength=size).astype(np.float64)
        return days, _summed(found.customer, found.revenue, size)

    def lifetimes(self, as_of: datetime) -> pd.DataFrame:
        """Per customer with an order before ``as_of``: customer_id, orders, revenue, and days lived and aged.

        ``lived`` is from the first order to the last, ``age`` from the first to ``as_of``.
        """
        is_known, revenue = self._known(as_of)
        who, order = self.who[is_known], self.order[is_known]
        starts = _starts(who)
        if not starts.size:
            return pd.DataFrame(columns=["customer_id", "orders", "revenue", "lived", "age"])
        by_order = np.lexsort((order, who))
        orders = who[by_order][_starts(who[by_order], order[by_order])]
        first = np.minimum.reduceat(self.first_at[is_known], starts)
        last = np.maximum.reduceat(self.last_at[is_known], starts)
        return pd.DataFrame(
            {
                "customer_id": self.customers[who[starts]],
                "orders": np.bincount(orders)[who[starts]].astype(np.float64),
                "revenue": np.add.reduceat(revenue[is_known], starts),
                "lived": (last - first) / DAY,
                "age": (_micros(as_of) - first) / DAY,
            }
        )

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last day with an order, in days since 1970; (0, -1) without any."""
        return (int(self.half.min()) // 2, int(self.half.max()) // 2) if self.half.size else (0, -1)

    def _known(self, as_of: datetime) -> tuple[npt.NDArray[np.bool_], Floats]:
        is_known = (self.half < self._half(as_of)) & (self.cancelled_at >= _micros(as_of))
        row, at, amount = self.refunds
        is_later = at >= _micros(as_of)
        return is_known, self.revenue + np.bincount(row[is_later], amount[is_later], self.revenue.size)

    def _half(self, moment: datetime) -> int:
        """The first half day that is not before ``moment``."""
        at = _micros(moment)
        if at % DAY != self.time_of_day:
            raise ValueError("this history can be cut only at the time of day it was read for")
        return at // DAY * 2 + 1


def _micros(moment: datetime) -> int:
    return int(frames.moment(moment).to_datetime64().astype("datetime64[us]").astype(np.int64))


def _summed(place: Ints, values: Floats, size: int) -> Floats:
    return np.bincount(place, values, size).astype(np.float64)


def _distinct(values: Ints) -> tuple[Ints, Ints]:
    codes, found = pd.factorize(values, sort=True)
    return np.asarray(found, dtype=np.int64), codes.astype(np.int64)


def _starts(*columns: npt.NDArray[np.int64]) -> Ints:
    """Where a run of equal rows begins."""
    if not columns[0].size:
        return np.empty(0, dtype=np.int64)
    is_new = np.ones(columns[0].size, dtype=bool)
    is_new[1:] = columns[0][1:] != columns[0][:-1]
    for column in columns[1:]:
        is_new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_new)


def _extreme(of: np.ufunc, at: Ints, runs: Ints, by: Ints, groups: Ints) -> Ints:
    return np.asarray(of.reduceat(of.reduceat(at, runs)[by], groups)) if groups.size else at


def _cancelled(lines: pd.DataFrame, kept: slice | Ints) -> Ints:
    if "cancelled_at" not in lines.columns:
        return np.full(len(lines), NEVER)[kept]
    return _moments(lines["cancelled_at"])[kept]


def _refunds(lines: pd.DataFrame, kept: slice | Ints, row: Ints) -> tuple[Ints, Ints, Floats]:
    if not {"returned_revenue", "returned_at"} <= set(lines.columns):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    amount, at = lines["returned_revenue"].to_numpy()[kept], _moments(lines["returned_at"])[kept]
    is_back = (amount > 0) & (at < NEVER)
    return row[is_back], at[is_back], amount[is_back]


def _moments(values: pd.Series) -> Ints:
    """Microseconds since 1970; `NEVER` where empty."""
    raw = values.to_numpy().astype("datetime64[us]")
    return np.where(np.isnat(raw), NEVER, raw.astype(np.int64))
