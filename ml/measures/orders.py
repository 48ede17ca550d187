"""When, how often and for how much a customer ordered, as known at each moment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from ml.measures.timing import MICROS, SECONDS_A_DAY, days, opened, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = ["at", "customer_id"]
YEAR_SECONDS = 365.2425 * SECONDS_A_DAY


def orders_known(movements: Any, at: Sequence[int]) -> Any:
    """One row a (moment, order that stood then): second, net and back (millionths), items, discount, country."""
    return (
        opened(movements, at)
        .group_by("at", "customer_id", "order_id")
        .agg(
            second=_.second.min(),
            net=whole(_.net.sum()),
            back=whole(_.back.sum()),
            discount=whole(_.discount.sum()),
            items=whole(_["items"].sum()),
            country=_.country.max(),
            is_year_end=_.is_year_end.max(),
        )
    )


def totals(orders: Any) -> Any:
    """Recency, frequency, money, basket, weekday and season: one row a (moment, customer)."""
    age = _["at"] - _.second
    weekday = (_.second // SECONDS_A_DAY + 3) % 7  # the epoch began on a Thursday; Monday is 0

    def recent(length: int) -> Any:
        return whole((age <= days(length)).cast("int64").sum())

    def spent(since: int, until: int) -> Any:
        return whole(((age > days(since)) & (age <= days(until))).ifelse(_.net, 0).sum())

    sums = orders.group_by(KEY).agg(
        first=_.second.min(), last=_.second.max(), orders=_.count(), net=whole(_.net.sum()), back=whole(_.back.sum()),
        discount=whole(_.discount.sum()), items=whole(_["items"].sum()),
        weekdays=whole((weekday < 5).cast("int64").sum()), year_ends=whole(_.is_year_end.sum()),
        orders_30=recent(30), orders_90=recent(90), orders_180=recent(180), late=spent(-1, 90), early=spent(90, 180),
    )  # fmt: skip
    season = (_["last"] % YEAR_SECONDS) * (2 * math.pi / YEAR_SECONDS)
    return sums.mutate(
        recency_days=(_["at"] - _["last"]) // SECONDS_A_DAY,
        tenure_days=(_["at"] - _["first"]) // SECONDS_A_DAY,
        revenue=_.net / MICROS,
        items_per_order=_["items"] / _.orders,
        average_order_value=_.net / (MICROS * _.orders),
        returned_share=_share(_.back, _.back + _.net),
        discount_share=_share(_.discount, _.discount + _.net + _.back),
        weekday_share=_.weekdays / _.orders,
        year_end_share=_.year_ends / _.orders,
        last_season_sin=season.sin(),
        last_season_cos=season.cos(),
        spend_trend=_share(_.late - _.early, _.late + _.early),
    )


def gaps(orders: Any) -> Any:
    """The days between purchase days: mean, standard deviation and slope; several orders of a day are one purchase."""
    bought = orders.select(*KEY, day=_.second // SECONDS_A_DAY).distinct()
    in_time = ibis.window(group_by=KEY, order_by="day")
    steps = bought.mutate(
        gap=_.day - _.day.lag().over(in_time), index=ibis.row_number().over(in_time).cast("int64")
    ).filter(_["index"] > 0)
    sums = steps.group_by(KEY).agg(
        count=_.count(), gap=whole(_.gap.sum()), square=whole((_.gap * _.gap).sum()),
        product=whole((_.gap * _["index"]).sum()),
    )  # fmt: skip
    n, steps_before = _["count"], (_["count"] + 1) / 2
    variance = (_["count"] * _["count"] - 1) / 12
    return sums.select(
        *KEY,
        gap_mean_days=_.gap / n,
        gap_sd_days=((_.square * n - _.gap * _.gap) / (n * n)).sqrt(),
        gap_trend=(n > 1).ifelse((_.product / n - (_.gap / n) * steps_before) / variance, 0.0),
    )


def home(orders: Any) -> Any:
    """The share of a customer's orders that went to the country most orders known at the moment went to."""
    placed = orders.filter(_.country.notnull())
    counted = placed.group_by("at", "country").agg(orders=_.count())
    rank = ibis.row_number().over(group_by="at", order_by=[ibis.desc(counted.orders), counted.country])
    most = counted.mutate(rank=rank).filter(_.rank == 0).select("at", home=_.country)
    beside = placed.join(most, "at")
    return beside.group_by(KEY).agg(home_share=(_.country == _.home).cast("int64").mean())


def cancellations(movements: Any, at: Sequence[int]) -> Any:
    """How many orders of a customer had been cancelled by the moment."""
    cancelled = movements.filter(_.gone.notnull()).select("customer_id", "order_id", known=_.gone).distinct()
    return opened(cancelled, at).group_by(KEY).agg(cancelled=_.count())


def _share(part: Any, whole_of_it: Any) -> Any:
    return (whole_of_it > 0).ifelse(part / whole_of_it, 0.0)
