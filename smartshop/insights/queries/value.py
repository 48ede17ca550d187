"""What customers are worth in the next 12 months, as a distribution."""

from dataclasses import dataclass
from math import ceil
from typing import Any

import sqlalchemy as sa

from smartshop.insights import rules
from smartshop.insights.models import ValueScore
from smartshop.insights.queries.counting import live_run
from smartshop.insights.queries.runs import Run
from smartshop.kernel.extensions import db
from smartshop.kernel.money import exponent

QUANTILES = (10, 25, 50, 75, 90, 99)
STEPS = (0, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)
"""Edges of the value bands, in major units; the last band is open."""


@dataclass(frozen=True)
class ValueBand:
    """Customers worth [low, high) in minor units; ``high`` None when the band is open."""

    low_minor: int
    high_minor: int | None
    customers: int
    clv_12m_minor: int


@dataclass(frozen=True)
class Values:
    """12-month CLV of the live run in minor units: how many customers, together, in bands, and quantiles by percent.

    ``top_tenth_minor`` is what the most valuable tenth of customers (rounded up) is worth together. A quantile is the smallest value that at least that share of customers does not exceed (nearest rank).
    """

    customers: int
    total_minor: int
    top_tenth_minor: int
    bands: tuple[ValueBand, ...]
    quantiles: dict[int, int]


@dataclass(frozen=True)
class Method:
    """How the values of a run were made, and how well that foresaw the last complete window; None where not recorded.

    ``ranks`` is the rank correlation of what was foreseen with what came, between ``low`` and ``high`` (95 %), and
    ``rival_ranks`` that of ``rival``. ``held`` is the share of customers whose spending lay in the interval, which was
    to hold ``level``. ``months`` are the multipliers from January to December, empty when no season was learned from
    the ``known_days``; ``is_season_judged`` says whether one was known in the test as well. ``value_correlation`` is
    that of how often and for how much an order repeat customers buy, which Gamma-Gamma takes to be none;
    ``is_value_independent`` says whether it is near enough.
    """

    served: str
    count_model: str | None
    horizon_days: int | None
    monthly_discount: float | None
    level: float | None
    ranks: float | None
    low: float | None
    high: float | None
    rival: str
    rival_ranks: float | None
    held: float | None
    months: tuple[float, ...]
    known_days: int
    is_season_judged: bool
    value_correlation: float | None = None
    is_value_independent: bool = True


def method(run: Run | None) -> Method | None:
    """How a run's values were made, read from its card; None without a run."""
    if run is None:
        return None
    card, asked = run.card, run.card.get("parameters", {})
    rival: dict[str, Any] = run.baseline.get("metrics", {})
    shown = run.metrics if run.verdict == rules.BEATS_BASELINE else rival
    season: dict[str, Any] = card.get("season") or {}
    model: dict[str, Any] = card.get("model") or {}
    is_learned = bool(season.get("is_learned"))
    return Method(
        served=str(card.get("served", "")),
        count_model=card.get("count_model"),
        horizon_days=asked.get("horizon_days"),
        monthly_discount=asked.get("monthly_discount"),
        level=asked.get("interval_level"),
        ranks=shown.get("spearman"),
        low=shown.get("spearman_low"),
        high=shown.get("spearman_high"),
        rival=str(run.baseline.get("name", "")),
        rival_ranks=rival.get("spearman"),
        held=shown.get("interval_coverage"),
        months=tuple(season.get("multipliers", ())) if is_learned else (),
        known_days=int(season.get("known_days", 0)),
        is_season_judged=bool(season.get("was_judged")),
        value_correlation=model.get("frequency_value_correlation"),
        is_value_independent=bool(model.get("is_value_independent", True)),
    )


def distribution(currency: str) -> Values:
    """Bands and quantiles of CLV; no customers when nothing is scored; three queries."""
    found = _counted(currency)
    customers = sum(count for count, _ in found.values())
    if not customers:
        return Values(0, 0, 0, (), {})
    unit = 10 ** exponent(currency)
    bands = [
        ValueBand(
            low * unit,
            STEPS[n + 1] * unit if n + 1 < len(STEPS) else None,
            *found.get(n, (0, 0)),
        )
        for n, low in enumerate(STEPS)
        if min(found) <= n <= max(found)
    ]
    total = sum(clv for _, clv in found.values())
    return Values(customers, total, _top(ceil(customers / 10)), tuple(bands), _quantiles(customers))


def _counted(currency: str) -> dict[int, tuple[int, int]]:
    unit = 10 ** exponent(currency)
    clv = ValueScore.clv_12m_minor
    band = sa.case(*[(clv < edge * unit, n) for n, edge in enumerate(STEPS[1:])], else_=len(STEPS) - 1)
    rows = db.session.execute(
        sa.select(band, sa.func.count(), sa.func.sum(clv))
        .where(ValueScore.run_id == live_run("clv"))
        .group_by(sa.text("1"))
    )
    return {int(row[0]): (int(row[1]), int(row[2])) for row in rows}


def _quantiles(customers: int) -> dict[int, int]:
    ranks = {percent: max(1, ceil(percent * customers / 100)) for percent in QUANTILES}
    ranked = (
        sa.select(
            ValueScore.clv_12m_minor.label("clv"),
            sa.func.row_number().over(order_by=ValueScore.clv_12m_minor).label("rank"),
        )
        .where(ValueScore.run_id == live_run("clv"))
        .subquery()
    )
    rows = db.session.execute(
        sa.select(ranked.c.rank, ranked.c.clv).where(ranked.c.rank.in_(set(ranks.values())))
    )
    at = {int(row[0]): int(row[1]) for row in rows}
    return {percent: at[rank] for percent, rank in ranks.items()}


def _top(count: int) -> int:
    best = (
        sa.select(ValueScore.clv_12m_minor.label("clv"))
        .where(ValueScore.run_id == live_run("clv"))
        .order_by(ValueScore.clv_12m_minor.desc())
        .limit(count)
        .subquery()
    )
    return int(db.session.scalar(sa.select(sa.func.sum(best.c.clv))) or 0)
