"""The report with one row a cohort and month."""

from collections.abc import Iterator
from typing import NamedTuple

from smartshop.insights.queries import cohorts
from smartshop.insights.queries.cohorts import Cell, Cohort
from smartshop.insights.queries.reports.declared import Column, Report, Wanted, money


class MonthOfCohort(NamedTuple):
    cohort: Cohort
    cell: Cell


def _each(wanted: Wanted) -> Iterator[MonthOfCohort]:
    for cohort in cohorts.table(wanted.currency).cohorts:
        yield from (MonthOfCohort(cohort, cell) for cell in cohort.cells)


def _columns(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    return (
        Column("first_order_month", lambda row: row.cohort.month),
        Column("cohort_customers", lambda row: row.cohort.customers),
        Column("months_since", lambda row: row.cell.months_since),
        Column("month", lambda row: row.cell.month),
        Column("customers", lambda row: row.cell.customers),
        Column("retention", lambda row: row.cell.retention),
        Column("orders", lambda row: row.cell.orders),
        Column("revenue", lambda row: money(unit, row.cell.revenue_minor)),
        Column("currency", lambda _: unit),
        Column("is_complete", lambda row: int(row.cell.is_complete)),
    )


COHORTS = Report("cohorts", _columns, _each)
