"""The order history and what people did in the shop as the frames the models read, as known at a moment."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ml.frames import EVENTS, ORDER_LINES, Traces, moment, validate
from smartshop.activity.models import Event
from smartshop.identity.models import Person
from smartshop.identity.queries.choices import refuses_visits
from smartshop.insights import reading
from smartshop.insights.reading import Statement
from smartshop.kernel import money
from smartshop.orders.models import Order, OrderLine, OrderReturn

Ints = npt.NDArray[np.int64]
NUMBER, TIME, NAME = pa.int64(), pa.timestamp("us"), pa.dictionary(pa.int32(), pa.string())
ORDERS = {
    "order_id": NUMBER,
    "customer_id": NUMBER,
    "ordered_at": TIME,
    "country": NAME,
    "total": NUMBER,
    "is_off": NUMBER,
    "off_at": TIME,
}
LINES = {
    "line_id": NUMBER,
    "order_id": NUMBER,
    "place": NUMBER,
    "product_id": NUMBER,
    "category": NAME,
    "quantity": NUMBER,
    "unit": NUMBER,
    "total": NUMBER,
    "discount": NUMBER,
}
RETURNS = {"line_id": NUMBER, "returned": NUMBER, "returned_at": TIME}
BROWSED = {
    "visitor_id": NAME,
    "customer_id": NUMBER,
    "session_id": NAME,
    "at": TIME,
    "kind": NAME,
    "product_id": NUMBER,
    "value": NUMBER,
}


@dataclass(frozen=True)
class History:
    """Lines of the orders that stand, and beside them the cancelled ones and the events."""

    lines: pd.DataFrame
    traces: Traces


def order_lines(as_of: datetime, *, currency: str) -> pd.DataFrame:
    """The ``lines`` of `history`."""
    return history(as_of, currency=currency).lines


def history(as_of: datetime, *, currency: str) -> History:
    """What was known of customers strictly before ``as_of``.

    ``lines`` are those of known customers' orders, as `ml.frames.ORDER_LINES`, by order and place. Every line counts with
    its money, postage and fees as well; only product lines carry a product and a category. What an order charged beyond
    its lines (delivery, added tax) is one more line without a product, so that the revenue of an order is always its
    total less what came back.

    ``revenue`` is net of what had come back strictly before ``as_of`` (``returned_revenue``); later returns are not
    known yet, and ``returned_at`` tells an earlier cutoff which of them it may not know. Orders cancelled by then are in
    ``traces.cancelled``, with the moment their last part was let go; a cancelled order without such a moment, such as
    one that was never paid, was none. Events of people who refuse to have their visits noted are left out, also those
    from before they refused. Amounts are major units of ``currency``; orders in another currency are left out.
    """
    orders, lines, returns, events = reading.read(
        [
            (_orders(as_of, currency), ORDERS),
            (_lines(), LINES),
            (_returns(as_of), RETURNS),
            (_events(as_of), BROWSED),
        ]
    )
    every = _assembled(orders, lines, returns, money.exponent(currency))
    is_off = (every["cancelled_at"] < moment(as_of)).to_numpy()
    standing, cancelled = every.drop(columns="cancelled_at"), None
    if is_off.any():
        standing, cancelled = standing[~is_off].reset_index(drop=True), every[is_off].reset_index(drop=True)
    validate(standing, ORDER_LINES)
    return History(standing, Traces(cancelled, _browsing(events)))


def _orders(as_of: datetime, currency: str) -> Statement:
    off = (
        sa.select(OrderLine.order_id, sa.func.max(OrderReturn.at).label("last"))
        .join(OrderReturn, OrderReturn.order_line_id == OrderLine.id)
        .where(OrderLine.order_id.in_(sa.select(Order.id).where(Order.state == "cancelled")))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    is_off = Order.state == "cancelled"
    return (
        sa.select(
            Order.id.label("order_id"),
            Order.person_id.label("customer_id"),
            Order.placed_at.label("ordered_at"),
            Order.country.label("country"),
            Order.total_minor.label("total"),
            sa.case((is_off, 1), else_=0).label("is_off"),
            sa.func.coalesce(off.c.last, Order.placed_at).label("off_at"),
        )
        .outerjoin(off, off.c.order_id == Order.id)
        .where(
            Order.person_id.is_not(None),
            Order.placed_at < as_of,
            Order.currency == currency,
            sa.or_(sa.not_(is_off), off.c.last.is_not(None)),
        )
    )


def _lines() -> Statement:
    is_product = OrderLine.kind == "product"
    return sa.select(
        OrderLine.id.label("line_id"),
        OrderLine.order_id.label("order_id"),
        (OrderLine.position + 1).label("place"),
        sa.case((is_product, sa.func.coalesce(OrderLine.product_id, -1)), else_=-1).label("product_id"),
        sa.case((is_product, OrderLine.category_name), else_="").label("category"),
        OrderLine.quantity.label("quantity"),
        OrderLine.unit_price_minor.label("unit"),
        OrderLine.total_minor.label("total"),
        OrderLine.discount_minor.label("discount"),
    )


def _returns(as_of: datetime) -> Statement:
    return (
        sa.select(
            OrderReturn.order_line_id.label("line_id"),
            sa.cast(sa.func.sum(OrderReturn.amount_minor), sa.BigInteger).label("returned"),
            sa.func.max(OrderReturn.at).label("returned_at"),
        )
        .where(OrderReturn.at < as_of)
        .group_by(OrderReturn.order_line_id)
    )


def _events(as_of: datetime) -> Statement:
    return sa.select(
        Event.visitor_id.label("visitor_id"),
        Event.person_id.label("customer_id"),
        Event.session_id.label("session_id"),
        Event.at.label("at"),
        Event.kind.label("kind"),
        sa.func.coalesce(Event.product_id, -1).label("product_id"),
        sa.func.coalesce(Event.value, -1).label("value"),
    ).where(
        Event.person_id.is_not(None),
        Event.at < as_of,
        Event.person_id.not_in(sa.select(Person.id).where(refuses_visits)),
    )


def _assembled(orders: pa.Table, lines: pa.Table, returns: pa.Table, exponent: int) -> pd.DataFrame:
    """Lines with what their orders and returns say, by order and place; ``cancelled_at`` is empty where the order stands."""
    orders = orders.sort_by("order_id")
    order_ids = _numbers(orders, "order_id")
    of_order, is_known = _places(order_ids, _numbers(lines, "order_id"))
    if not is_known.all():
        lines, of_order = lines.filter(pa.array(is_known)), of_order[is_known]
    lines, of_order = _with_charges(orders, lines, of_order)
    returned, returned_at = _returned(_numbers(lines, "line_id"), returns)
    product, scale = _numbers(lines, "product_id"), float(10**exponent)
    off_at = np.where(_numbers(orders, "is_off") > 0, orders["off_at"].to_numpy(), np.datetime64("NaT"))
    columns = {
        "customer_id": _numbers(orders, "customer_id")[of_order],
        "order_id": order_ids[of_order],
        "ordered_at": orders["ordered_at"].to_numpy()[of_order],
        "product_id": pd.arrays.IntegerArray(product, product < 0),
        "category": _names(lines["category"]),
        "quantity": _numbers(lines, "quantity"),
        "unit_price": _numbers(lines, "unit") / scale,
        "revenue": (_numbers(lines, "total") - returned) / scale,
        "returned_revenue": returned / scale,
        "returned_at": returned_at,
        "discount": _numbers(lines, "discount") / scale,
        "country": _names(orders["country"]).take(of_order),
        "cancelled_at": off_at[of_order],
    }
    return pd.DataFrame(columns, copy=False)


def _with_charges(orders: pa.Table, lines: pa.Table, of_order: Ints) -> tuple[pa.Table, Ints]:
    """Lines by order and place, and the place of each in ``orders``; what an order charged beyond them comes first."""
    on_lines = np.zeros(len(orders), dtype=np.int64)
    np.add.at(on_lines, of_order, _numbers(lines, "total"))
    rest = _numbers(orders, "total") - on_lines
    charged = np.flatnonzero(rest)
    fixed = {"line_id": -1, "place": 0, "product_id": -1, "quantity": 1, "discount": 0}
    values = {name: np.full(len(charged), number) for name, number in fixed.items()} | {
        "order_id": _numbers(orders, "order_id")[charged],
        "category": pa.array([""] * len(charged), pa.string()).dictionary_encode(),
        "unit": np.maximum(rest[charged], 0),
        "total": rest[charged],
    }
    table = pa.concat_tables([lines, pa.table(values).select(lines.column_names)])
    of_order = np.concatenate([of_order, charged])
    place = _numbers(table, "place")
    turn = np.argsort(of_order * (place.max(initial=0) + 1) + place, kind="stable")
    return table.take(pa.array(turn)), of_order[turn]


def _returned(line_ids: Ints, returns: pa.Table) -> tuple[Ints, npt.NDArray[np.datetime64]]:
    """What came back of each line in minor units, and when last."""
    returns = returns.sort_by("line_id")
    place, is_back = _places(_numbers(returns, "line_id"), line_ids)
    returned = np.zeros(len(line_ids), dtype=np.int64)
    at = np.full(len(line_ids), np.datetime64("NaT"), dtype="datetime64[us]")
    returned[is_back] = _numbers(returns, "returned")[place[is_back]]
    at[is_back] = returns["returned_at"].to_numpy()[place[is_back]]
    at[returned <= 0] = np.datetime64("NaT")
    return returned, at


def _browsing(events: pa.Table) -> pd.DataFrame | None:
    if not len(events):
        return None
    names = {name: _names(events[name], empty="") for name in ("visitor_id", "session_id", "kind")}
    numbers = {name: _numbers(events, name) for name in ("product_id", "value")}
    columns = {"customer_id": _numbers(events, "customer_id"), "at": events["at"].to_numpy(), **names} | {
        name: pd.arrays.IntegerArray(values, values < 0) for name, values in numbers.items()
    }
    frame = pd.DataFrame({name: columns[name] for name in BROWSED}, copy=False)
    validate(frame, EVENTS)
    return frame


def _numbers(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].to_numpy(), dtype=np.int64)


def _places(ids: Ints, wanted: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where each wanted number lies in the sorted ``ids``, and whether it does."""
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, ids[place] == wanted


def _names(values: pa.ChunkedArray, *, empty: str | None = None) -> pd.Categorical:
    """Names as categories in their own order, so that two databases agree; "" is ``empty``."""
    encoded = values.unify_dictionaries().combine_chunks()
    names = np.asarray(encoded.dictionary.to_pylist(), dtype=object)
    kept = sorted(name for name in names if name or empty is not None)
    place = {name: code for code, name in enumerate(kept)}
    codes = np.array([place.get(name, -1) for name in names], dtype=np.int32)
    return pd.Categorical.from_codes(
        codes[encoded.indices.to_numpy()], categories=pd.Index(kept, dtype="str")
    )
