"""The tables a feature expression reads, and order lines summed up once, before any moment is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from ml.measures.timing import first_moment, micros, second, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    "discount": "float64",
    "country": "string",
    "cancelled_at": "timestamp",
}
EVENTS = {"customer_id": "int64", "session_id": "string", "at": "timestamp", "kind": "string"}
ABSENT = {
    "returned_revenue": ibis.literal(0.0),
    "returned_at": ibis.null("timestamp"),
    "discount": ibis.literal(0.0),
    "country": ibis.null("string"),
    "cancelled_at": ibis.null("timestamp"),
}
"""What a line without an optional column is taken to say."""
NONE, ONE = ibis.literal(0, type="int64"), ibis.literal(1, type="int64")


def lines_table(columns: Iterable[str]) -> Any:
    """The table ``lines`` with those of `LINES` that there are, the absent ones filled in."""
    there = set(columns)
    table = ibis.table({name: kind for name, kind in LINES.items() if name in there}, name="lines")
    return table.mutate({name: value for name, value in ABSENT.items() if name not in there})


def events_table() -> Any:
    """The table ``events``."""
    return ibis.table(EVENTS, name="events")


def order_movements(lines: Any) -> Any:
    """Orders as what was known when: a row for what was placed, one for each day's refund of it.

    customer_id, order_id, second (placed), known, gone (cancelled, or null), net, back, discount (millionths), items,
    country, is_year_end.
    """
    placed = lines.group_by("customer_id", "order_id", "ordered_at", "cancelled_at").agg(
        net=whole(_gross(lines).sum()), discount=whole(micros(_.discount).sum()), items=whole(_.quantity.sum()),
        country=_.country.max(),
    )  # fmt: skip
    placed = placed.select(
        "customer_id", "order_id", second=second(_.ordered_at), known=second(_.ordered_at), gone=_gone(placed),
        net=_.net, back=NONE, discount=_.discount, items=_.items, country=_.country, is_year_end=_is_year_end(placed),
    )  # fmt: skip
    refunds = _refunds(lines)
    back = refunds.group_by("customer_id", "order_id", "second", "known", "gone", "is_year_end").agg(
        back=whole(_.amount.sum())
    )
    back = back.select(
        "customer_id", "order_id", "second", "known", "gone", net=-back.back, back=back.back, discount=NONE, items=NONE,
        country=ibis.null("string"), is_year_end=back.is_year_end,
    )  # fmt: skip
    return placed.union(back)


def category_movements(lines: Any, at: Sequence[int]) -> Any:
    """Net revenue of customers' known categories by the first of the moments ``at`` that knows it.

    customer_id, category, first_at, net (millionths), lines: what was bought adds, refunds and cancellations take off.
    """
    named = lines.filter(_.category.notnull())
    bought = named.select("customer_id", "category", known=second(_.ordered_at), net=_gross(named), lines=ONE)
    refunds = _refunds(named).filter(_.gone.isnull() | (_.known < _.gone))
    taken = refunds.select("customer_id", "category", "known", net=-refunds.amount, lines=NONE)
    cancelled = named.filter(named.cancelled_at.notnull())
    refunded = (_refunded(cancelled) < _gone(cancelled)).ifelse(micros(cancelled.returned_revenue), 0)
    left = cancelled.select(
        "customer_id", "category", known=_gone(cancelled), net=refunded - _gross(cancelled), lines=-ONE
    )
    parts = [
        part.mutate(first_at=first_moment(part.known, at)).filter(_.first_at.notnull())
        .group_by("customer_id", "category", "first_at").agg(net=whole(_.net.sum()), lines=whole(_.lines.sum()))
        for part in (bought, taken, left)
    ]  # fmt: skip
    return ibis.union(*parts)


def products_bought(lines: Any) -> Any:
    """customer_id, product_id, known (the second it was first bought) of orders that were never cancelled."""
    standing = lines.filter(_.product_id.notnull() & _.cancelled_at.isnull())
    first = standing.group_by("customer_id", "product_id").agg(ordered_at=_.ordered_at.min())
    return first.select("customer_id", "product_id", known=second(first.ordered_at))


def products_cancelled(lines: Any) -> Any:
    """customer_id, product_id, known (bought), gone (cancelled)."""
    off = lines.filter(_.product_id.notnull() & _.cancelled_at.notnull())
    return off.select("customer_id", "product_id", known=second(off.ordered_at), gone=_gone(off))


def _refunds(lines: Any) -> Any:
    back = lines.filter(lines.returned_revenue > 0)
    return back.select(
        "customer_id", "order_id", "category", second=second(back.ordered_at), known=_refunded(back), gone=_gone(back),
        amount=micros(back.returned_revenue), is_year_end=_is_year_end(back),
    )  # fmt: skip


def _gross(lines: Any) -> Any:
    return micros(lines.revenue) + micros(lines.returned_revenue)


def _refunded(lines: Any) -> Any:
    """The second a refund was made; with the order where nobody says when."""
    return ibis.greatest(second(ibis.coalesce(lines.returned_at, lines.ordered_at)), second(lines.ordered_at))


def _gone(lines: Any) -> Any:
    """The second an order was cancelled, or null."""
    is_gone = lines.cancelled_at.notnull()
    return is_gone.ifelse(
        ibis.greatest(second(lines.cancelled_at), second(lines.ordered_at)), ibis.null("int64")
    )


def _is_year_end(lines: Any) -> Any:
    return (lines.ordered_at.month() >= 10).cast("int64")
