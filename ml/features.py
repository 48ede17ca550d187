"""What a customer's behaviour looked like at several moments at once, written once with Ibis.

`expression` is an unexecuted Ibis table: integer seconds and plain aggregates only, so that `sql` can write it for
any engine behind Ibis. `behaviour` runs it on DuckDB, inside this process. Features of a moment know only lines strictly before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
from ibis import _

from ml import frames

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SECONDS_A_DAY = 86_400
LINES = {
    "customer_id": "int64",
    "order_id": "int64",
    "ordered_at": "timestamp",
    "product_id": "int64",
    "category": "string",
    "quantity": "int64",
    "revenue": "float64",
    "returned_revenue": "float64",
    "returned_at": "timestamp",
}
NAMES = (
    "recency_days",
    "orders",
    "revenue",
    "tenure_days",
    "gap_mean_days",
    "gap_sd_days",
    "gap_trend",
    "spend_trend",
    "items_per_order",
    "average_order_value",
    "product_count",
    "category_count",
    "favourite_share",
    "returned_share",
    "orders_30",
    "orders_90",
    "orders_180",
    "weekday_share",
)
"""Columns of `behaviour` beside ``as_of`` and ``customer_id``.

recency_days, tenure_days  whole days from the last and from the first order to the moment
orders, revenue            distinct orders and their revenue
gap_mean_days, gap_sd_days mean and standard deviation of the days between purchase days; 0 with fewer than two gaps
gap_trend                  slope of those gaps, in days a purchase: above 0 the customer slows down
spend_trend                (last 90 days - the 90 before) / their sum, from -1 to 1; 0 when both are empty
items_per_order            units an order
average_order_value        revenue an order
product_count              distinct products
category_count             distinct known categories
favourite_share            share of the category with most revenue in that of all known categories, else 0
returned_share             refunded revenue / (refunded + kept revenue); 0 when the frame does not say
orders_30, _90, _180       orders in the last so many days
weekday_share              share of orders placed from Monday to Friday
"""


def behaviour(lines: pd.DataFrame, as_ofs: Sequence[datetime]) -> pd.DataFrame:
    """One row a (moment, customer with an order before it), sorted, with the columns `NAMES` as float64.

    ``lines`` meets `frames.ORDER_LINES`; the order of its rows does not matter.
    """
    seconds = [int(frames.moment(as_of).timestamp()) for as_of in as_ofs]
    with duckdb.connect() as connection:
        connection.register("lines", _arrow(lines))
        connection.register("moments", pa.table({"at": pa.array(seconds, pa.int64())}))
        result = connection.execute(sql("duckdb")).df()
    result["as_of"] = pd.to_datetime(result.pop("at"), unit="s").astype("datetime64[us]")
    features = result[list(NAMES)].astype("float64").fillna(0.0)
    keyed = pd.concat([result[["as_of", "customer_id"]], features], axis=1)
    return keyed.sort_values(["as_of", "customer_id"], ignore_index=True)


def sql(dialect: str) -> str:
    """The features as SQL of an engine that Ibis knows, over its tables ``lines`` and ``moments``."""
    lines = ibis.table(LINES, name="lines")
    moments = ibis.table({"at": "int64"}, name="moments")
    return str(ibis.to_sql(expression(lines, moments), dialect=dialect))


def expression(lines: Any, moments: Any) -> Any:
    """The features as an Ibis expression over a table of order lines and one of moments (``at``: epoch seconds)."""
    known = _known_before(lines, moments)
    orders = known.group_by("at", "customer_id", "order_id").agg(
        second=_.second.min(),
        revenue=_.revenue.sum(),
        items=_.quantity.sum(),
        returned=_.returned_revenue.sum(),
    )
    totals = _totals(orders)
    for part in (_gaps(orders), _range(known)):
        totals = totals.left_join(part, ["at", "customer_id"]).drop("at_right", "customer_id_right")
    return totals.select("at", "customer_id", *NAMES)


def _arrow(lines: pd.DataFrame) -> pa.Table:
    table = pa.Table.from_pandas(
        lines[[name for name in LINES if name in lines.columns]], preserve_index=False
    )
    if "returned_revenue" not in table.column_names:
        table = table.append_column("returned_revenue", pa.array([0.0] * len(lines), pa.float64()))
    if "returned_at" not in table.column_names:
        table = table.append_column("returned_at", pa.nulls(len(lines), pa.timestamp("us")))
    return table


def _known_before(lines: Any, moments: Any) -> Any:
    timed = lines.mutate(second=_.ordered_at.epoch_seconds().cast("int64"))
    known = timed.join(moments, timed.second < moments.at)
    is_back = (known.returned_at.epoch_seconds().cast("int64") < known.at).fill_null(True)
    later = is_back.ifelse(0.0, known.returned_revenue)
    return known.mutate(revenue=known.revenue + later, returned_revenue=known.returned_revenue - later)


def _exact(money: Any) -> Any:
    """A sum of money, rounded so that the order in which an engine adds cannot tell equal customers apart."""
    return money.round(6)


def _totals(orders: Any) -> Any:
    day = SECONDS_A_DAY
    age = _.at - _.second
    weekday = (_.second // day + 3) % 7  # the epoch began on a Thursday; Monday is 0

    def recent(days: int) -> Any:
        return (age <= days * day).cast("int64").sum()

    def spent(since: int, until: int) -> Any:
        return _exact(((age > since * day) & (age <= until * day)).ifelse(_.revenue, 0.0).sum())

    sums = orders.group_by("at", "customer_id").agg(
        first=_.second.min(), last=_.second.max(), orders=_.count(), revenue=_exact(_.revenue.sum()),
        items=_.items.sum(), returned=_exact(_.returned.sum()), weekdays=(weekday < 5).cast("int64").sum(),
        orders_30=recent(30), orders_90=recent(90), orders_180=recent(180), late=spent(-1, 90), early=spent(90, 180),
    )  # fmt: skip
    return sums.mutate(
        recency_days=(_.at - _.last) // day,
        tenure_days=(_.at - _.first) // day,
        items_per_order=_.items / _.orders,
        average_order_value=_.revenue / _.orders,
        returned_share=(_.returned + _.revenue > 0).ifelse(_.returned / (_.returned + _.revenue), 0.0),
        weekday_share=_.weekdays / _.orders,
        spend_trend=(_.late + _.early > 0).ifelse((_.late - _.early) / (_.late + _.early), 0.0),
    )


def _gaps(orders: Any) -> Any:
    days = orders.mutate(day=_.second // SECONDS_A_DAY).select("at", "customer_id", "day").distinct()
    by_customer = ibis.window(group_by=["at", "customer_id"], order_by="day")
    gaps = days.mutate(
        gap=(_.day - _.day.lag().over(by_customer)).cast("float64"),
        index=ibis.row_number().over(by_customer).cast("float64"),
    ).filter(_["index"] > 0)
    spread = gaps.mutate(product=_.gap * _.index, square=_.index * _.index).group_by("at", "customer_id").agg(
        gap_mean_days=_.gap.mean(), gap_square_mean=(_.gap * _.gap).mean(),
        index_mean=_["index"].mean(), product_mean=_["product"].mean(), square_mean=_.square.mean(),
    )  # fmt: skip
    variance = _.square_mean - _.index_mean * _.index_mean
    covariance = _.product_mean - _.gap_mean_days * _.index_mean
    gap_variance = _.gap_square_mean - _.gap_mean_days * _.gap_mean_days
    return spread.mutate(
        gap_sd_days=(gap_variance > 1e-9).ifelse(gap_variance, 0.0).sqrt(),
        gap_trend=(variance > 1e-9).ifelse(covariance / variance, 0.0),
    ).select("at", "customer_id", "gap_mean_days", "gap_sd_days", "gap_trend")


def _range(known: Any) -> Any:
    named = known.drop_null("category").group_by("at", "customer_id", "category")
    shares = (
        named.agg(spent=_exact(_.revenue.sum()))
        .group_by("at", "customer_id")
        .agg(category_count=_.count(), largest=_.spent.max(), spent=_exact(_.spent.sum()))
        .mutate(favourite_share=(_.spent > 0).ifelse(_.largest / _.spent, 0.0))
        .select("at", "customer_id", "category_count", "favourite_share")
    )
    products = known.group_by("at", "customer_id").agg(product_count=_.product_id.nunique())
    return products.left_join(shares, ["at", "customer_id"]).drop("at_right", "customer_id_right")
