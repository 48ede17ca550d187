"""Reports with one row a customer: customers, churn, CLV; and one row a segment."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from smartshop.insights.queries import customers, freshness, segments
from smartshop.insights.queries.customers import CustomerRow, Sought
from smartshop.insights.queries.freshness import Freshness
from smartshop.insights.queries.reports.declared import Column, Report, Value, Wanted, money, plain

Read = Callable[[CustomerRow], Value]


def _is_scored(row: CustomerRow) -> bool:
    return row.segment is not None or row.probability is not None or row.clv_12m_minor is not None


def _as_of(read: Read, *questions: str) -> tuple[Column, Column]:
    """When the scores of a row were true, and the runs they come from; empty for a row without scores.

    The live runs are asked for once, with the first row: naming a report's columns needs no database.
    """

    @cache
    def runs() -> list[Freshness]:
        known = freshness.all_questions()
        return [known[question] for question in questions]

    def as_of() -> Value:
        return min((run.as_of for run in runs() if run.as_of), default=None)

    def version() -> Value:
        return " ".join(run.run_code for run in runs() if run.run_code)

    return (
        Column("as_of", lambda row: as_of() if read(row) else None),
        Column("model_version", lambda row: version() if read(row) else None),
    )


def _amount(name: str, currency: str, field: str) -> Column:
    return Column(name, lambda row: money(currency, getattr(row, field)))


def _who() -> tuple[Column, ...]:
    return (
        Column("customer_id", lambda row: row.person_id),
        Column("email", lambda row: row.email, is_personal=True),
        Column("name", lambda row: row.name, is_personal=True),
    )


def _customers(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    return (
        *_who(),
        *plain("country", "first_order_at", "last_order_at", "orders"),
        _amount("revenue", unit, "revenue_minor"),
        Column("currency", lambda _: unit),
        *plain("recency_days", "r", "f", "m", "segment"),
        Column("churn_probability", lambda row: row.probability),
        Column("churn_risk", lambda row: row.risk),
        _amount("clv_12m", unit, "clv_12m_minor"),
        _amount("clv_12m_low", unit, "clv_12m_low_minor"),
        _amount("clv_12m_high", unit, "clv_12m_high_minor"),
        *plain("next_order_at"),
        *plain("cluster"),
        *_as_of(_is_scored, "rfm", "churn", "clv", "clusters"),
    )


def _churn(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    return (
        *_who(),
        *plain("segment"),
        Column("churn_probability", lambda row: row.probability),
        Column("churn_risk", lambda row: row.risk),
        *plain("last_order_at"),
        _amount("clv_12m", unit, "clv_12m_minor"),
        Column("currency", lambda _: unit),
        *_as_of(lambda _: True, "churn"),
    )


def _clv(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    amounts = ("clv_historic", "clv_12m", "clv_12m_low", "clv_12m_high")
    return (
        *_who(),
        *plain("segment"),
        *(_amount(name, unit, f"{name}_minor") for name in amounts),
        Column("currency", lambda _: unit),
        *plain("expected_orders_12m", "p_alive", "next_order_at"),
        *_as_of(lambda _: True, "clv"),
    )


def _segments(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    return (
        *plain("segment", "customers", "customer_share"),
        _amount("revenue", unit, "revenue_minor"),
        *plain("revenue_share"),
        _amount("average_revenue", unit, "average_revenue_minor"),
        _amount("average_clv_12m", unit, "average_clv_minor"),
        Column("currency", lambda _: unit),
        Column("average_churn_probability", lambda row: row.average_probability),
        Column("high_risk_customers", lambda row: row.high_risk),
        *_as_of(lambda _: True, "rfm"),
    )


def _rows(wanted: Wanted) -> Iterator[CustomerRow]:
    return customers.every_customer(wanted.currency, Sought(segment=wanted.segment, risk=wanted.risk))


def _judged(wanted: Wanted) -> Iterator[CustomerRow]:
    return (row for row in _rows(wanted) if row.probability is not None)


def _valued(wanted: Wanted) -> Iterator[CustomerRow]:
    return (row for row in _rows(wanted) if row.clv_12m_minor is not None)


def _each_segment(_wanted: Wanted) -> Iterator[Any]:
    return iter(segments.table())


BY_CUSTOMER = frozenset({"segment", "risk"})
CUSTOMERS = Report("customers", _customers, _rows, BY_CUSTOMER)
SEGMENTS = Report("segments", _segments, _each_segment)
CHURN = Report("churn", _churn, _judged, BY_CUSTOMER)
CLV = Report("clv", _clv, _valued, BY_CUSTOMER)
