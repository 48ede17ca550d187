"""What a customer's behaviour looked like at several moments at once, written once with Ibis.

`expression` is an unexecuted Ibis table over order lines and events: whole numbers and plain aggregates only, so that
the values do not depend on the order they are added in. `behaviour` runs it on DuckDB, inside this process. Features of a moment know only what was strictly before it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
from ibis import _

from ml import frames
from ml.measures import assortment, browsing, orders, sources
from ml.measures.timing import SECONDS_A_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

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
    "discount_share",
    "cancelled_share",
    "home_share",
    "year_end_share",
    "last_season_sin",
    "last_season_cos",
    "visits_90",
    "views_90",
    "searches_90",
    "carts_left_90",
    "last_seen_days",
)
"""Columns of `behaviour` beside ``as_of`` and ``customer_id``. Shares run from 0 to 1; money is in major units.

recency_days, tenure_days  whole days from the last and from the first order to the moment
orders, revenue            distinct orders and their revenue, less what had come back
gap_mean_days, gap_sd_days mean and standard deviation of the days between purchase days; 0 without a second one
gap_trend                  slope of those gaps, in days a purchase: above 0 the customer slows down; 0 with one gap
spend_trend                (last 90 days - the 90 before) / their sum, from -1 to 1; 0 when both are empty
items_per_order            units an order
average_order_value        revenue an order
product_count              distinct products
category_count             distinct known categories
favourite_share            share of the category with most revenue in that of all known categories, else 0
returned_share             refunded revenue / (refunded + kept revenue); 0 when the frame does not say
orders_30, _90, _180       orders in the last so many days
weekday_share              share of orders placed from Monday to Friday
discount_share             what was taken off / revenue before that and before refunds; 0 when the frame does not say
cancelled_share            orders cancelled by then / all orders placed; 0 without the cancelled orders
home_share                 share of orders to the country that most orders known then went to; 1 when nobody says
year_end_share             share of orders placed from October to December
last_season_sin, _cos      the day of the year of the last order as a point on a circle
visits_90, views_90        sessions and product pages of the last 90 days; 0 without events, as the next two
searches_90                searches of the last 90 days
carts_left_90              sessions of the last 90 days where something went into the cart and no order followed
last_seen_days             whole days from the last event or order, whichever is later, to the moment
"""
VISITED = ("visit_days", "visits_30", "looks_90")
"""Columns that `behaviour` has on request only, for questions that ask whether events are there at all.

visit_days  whole days from the last event to the moment; NaN for who has none, which is not 0 days
visits_30   sessions of the last 30 days
looks_90    sessions of the last 90 days without an order
"""
NEUTRAL = {"home_share": 1.0}
"""What a feature is worth where nothing is known of it; 0 for the others."""
BROWSED = ("visits_90", "views_90", "searches_90", "carts_left_90", "visits_30", "looks_90")
SEEN = ("last_seen_days", "visit_days")
GAPS = ("gap_mean_days", "gap_sd_days", "gap_trend")
CATEGORIES = ("category_count", "favourite_share")


def behaviour(
    lines: pd.DataFrame,
    as_ofs: Sequence[datetime],
    traces: frames.Traces | None = None,
    names: Sequence[str] = NAMES,
) -> pd.DataFrame:
    """One row a (moment, customer with an order before it), sorted, with the columns ``names`` as float64.

    They are of `NAMES`, or of `VISITED`.

    ``lines`` meets `frames.ORDER_LINES`; ``traces`` are the cancelled orders and the events beside them, if there are
    any. The order of rows does not matter. Naming fewer features spares computing the others.
    """
    traces = traces or frames.Traces()
    at = sorted({int(frames.moment(as_of).timestamp()) for as_of in as_ofs})
    table = _arrow(lines, traces.cancelled)
    events = _events(traces.events)
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.register("lines", table)
        if events is not None:
            connection.register("events", events)
        columns, has_events = tuple(table.column_names), events is not None
        query = sql("duckdb", tuple(at), columns=columns, has_events=has_events, names=tuple(names))
        result = connection.sql(query).to_arrow_table()
    found = {name: result[name].to_numpy() for name in ("customer_id", *names)}
    as_of = pd.to_datetime(result["at"].to_numpy(), unit="s")
    return pd.DataFrame({"as_of": as_of.astype("datetime64[us]"), **found})


@lru_cache(maxsize=64)
def sql(
    dialect: str,
    at: tuple[int, ...],
    *,
    columns: tuple[str, ...] = tuple(sources.LINES),
    has_events: bool = True,
    names: tuple[str, ...] = NAMES,
) -> str:
    """The features as SQL of the engine that runs them, over its tables ``lines`` and ``events``.

    ``at``: moments in seconds since the epoch, sorted; ``columns``: those of `sources.LINES` that ``lines`` has.
    """
    events = sources.events_table() if has_events else None
    return str(ibis.to_sql(expression(sources.lines_table(columns), events, at, names), dialect=dialect))


def expression(lines: Any, events: Any, at: Sequence[int], names: Sequence[str] = NAMES) -> Any:
    """``names`` at the moments ``at`` as an Ibis expression over a table of order lines and one of events or None."""
    movements = sources.order_movements(lines)
    known = orders.orders_known(movements, at)
    table = orders.totals(known)
    for part in _parts(lines, events, movements, known, at, set(names)):
        table = table.left_join(part, orders.KEY).drop("at_right", "customer_id_right")
    absent = {*NAMES, *VISITED, "seen", "cancelled"}
    table = table.mutate({name: ibis.null("int64") for name in absent - set(table.columns)})
    table = table.mutate(
        cancelled_share=_.cancelled.fill_null(0) / (_.cancelled.fill_null(0) + _.orders),
        last_seen_days=(_["at"] - ibis.greatest(_["last"], _.seen.fill_null(_["last"]))) // SECONDS_A_DAY,
        visit_days=(_["at"] - _.seen) // SECONDS_A_DAY,
    )
    values = {name: table[name].cast("float64") for name in names}
    values |= {
        name: value.fill_null(NEUTRAL.get(name, 0.0))
        for name, value in values.items()
        if name != "visit_days"
    }
    return table.select("at", "customer_id", **values).order_by("at", "customer_id")


def _parts(
    lines: Any, events: Any, movements: Any, known: Any, at: Sequence[int], wanted: set[str]
) -> Iterator[Any]:
    """What is to be joined to the totals for the wanted features."""
    if wanted.intersection(GAPS):
        yield orders.gaps(known)
    if "home_share" in wanted:
        yield orders.home(known)
    if "cancelled_share" in wanted:
        yield orders.cancellations(movements, at)
    if "product_count" in wanted:
        yield assortment.products(sources.products_bought(lines), sources.products_cancelled(lines), at)
    if wanted.intersection(CATEGORIES):
        yield assortment.categories(sources.category_movements(lines, at), at)
    if events is not None and wanted.intersection(BROWSED):
        yield browsing.recent(events, at)
    if events is not None and wanted.intersection(SEEN):
        yield browsing.last_seen(events, at)


def _arrow(lines: pd.DataFrame, cancelled: pd.DataFrame | None) -> pa.Table:
    tables = [_table(lines)]
    if cancelled is not None and len(cancelled):
        tables.append(_table(cancelled))
    return pa.concat_tables(tables, promote_options="permissive")


def _table(lines: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(
        lines[[name for name in sources.LINES if name in lines.columns]], preserve_index=False
    ).replace_schema_metadata(None)


def _events(events: pd.DataFrame | None) -> pa.Table | None:
    if events is None or not len(events):
        return None
    named = events.loc[events["customer_id"].notna(), list(sources.EVENTS)]
    return pa.Table.from_pandas(named, preserve_index=False)
