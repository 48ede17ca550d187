"""Every report there is, by name."""

from smartshop.insights.queries.reports import cohorts, people, trade
from smartshop.insights.queries.reports.declared import Report
from smartshop.kernel.errors import NotFound

REPORTS: tuple[Report, ...] = (
    people.CUSTOMERS,
    people.SEGMENTS,
    people.CHURN,
    people.CLV,
    cohorts.COHORTS,
    trade.REVENUE,
    trade.ORDERS,
    trade.PRODUCTS,
    trade.ACTIVITY,
)
NAMES = tuple(report.name for report in REPORTS)


def report(name: str) -> Report:
    """The report of that name.

    Raises NotFound with the names there are.
    """
    for each in REPORTS:
        if each.name == name:
            return each
    raise NotFound(f"There is no report '{name}'. The reports: {', '.join(NAMES)}.")
