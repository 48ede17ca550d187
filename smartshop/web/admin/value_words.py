"""How lifetime values were made, in words and as a chart of the season."""

from datetime import date
from typing import Any

from babel.dates import format_date

from smartshop.insights.queries.value import Method
from smartshop.web.admin.speaking import _
from smartshop.web.drawing import locale_name
from smartshop.web.presenting import number, percent

Spec = dict[str, Any]
FULL_YEAR_DAYS = 365


def facts(method: Method) -> list[tuple[str, str]]:
    """Unit, method, test and interval of the values, as terms and their explanations."""
    return [
        (_("Method"), served(method.served)),
        (_("Unit"), _unit(method)),
        (_("Tested"), _tested(method)),
        (_("Interval"), _interval(method)),
        (_("Season"), _season(method)),
    ] + ([(_("Assumes"), _assumption(method))] if _is_assuming(method) else [])


def _is_assuming(method: Method) -> bool:
    """Whether the values rest on Gamma-Gamma, whose assumption was measured."""
    return method.served.endswith("Gamma-Gamma") and method.value_correlation is not None


def served(name: str) -> str:
    """A method in words."""
    if name == "historical rate":
        return _("Historical rate: everyone goes on buying as they have so far.")
    if name == "random forest":
        return _("Random forest: trees over behaviour, stretched to twelve months by a purchase model.")
    return _(
        "%(name)s: how often each customer buys and when they leave, times what their purchases are worth.",
        name=name,
    )


def alive_note(method: Method | None) -> str:
    """What P(alive) is, and what it is not."""
    by = (method and method.count_model) or _("the purchase model")
    return _(
        "Alive is what %(model)s makes of the past: how likely it is that they have not left already."
        " It does not say when, or whether, they buy again; for that there is the risk of leaving.",
        model=by,
    )


def interval_note(method: Method | None) -> str:
    """What the interval around a value is meant to hold."""
    if method is None or method.level is None:
        return ""
    return _("The interval is meant to hold what %(level)s of customers spend.", level=percent(method.level))


def season_title(method: Method) -> str:
    """The finding of the season's chart."""
    if not method.months:
        return _("No season known yet")
    best = max(range(len(method.months)), key=method.months.__getitem__)
    return _(
        "%(month)s brings %(share)s of an average month",
        month=_month(best, "LLLL"),
        share=percent(method.months[best]),
    )


def season_missing(method: Method) -> str:
    """Why there is no season to show."""
    return _(
        "A season is learned once a full year of orders is known; so far there are %(days)s days. Until then every"
        " month counts the same.",
        days=number(min(method.known_days, FULL_YEAR_DAYS - 1)),
    )


def season(method: Method) -> Spec | None:
    """Repeat purchases by month of the year as shares of an average month; None when no season was learned."""
    if not method.months:
        return None
    return {
        "kind": "bar",
        "labels": [_month(place, "LLL") for place in range(len(method.months))],
        "series": [{"name": _("Of an average month"), "values": list(method.months), "color": "series-1"}],
        "unit": "percent",
        "legend": False,
        "x_label": _("Month"),
    }


def _month(place: int, pattern: str) -> str:
    return format_date(date(2026, place + 1, 1), pattern, locale=locale_name())


def _unit(method: Method) -> str:
    if not method.monthly_discount:
        return _("Money of the next 12 months, net of returns.")
    return _(
        "Money of the next 12 months, net of returns, as worth today: discounted by %(rate)s a month.",
        rate=percent(method.monthly_discount),
    )


def _tested(method: Method) -> str:
    if method.ranks is None or method.horizon_days is None:
        return _("Not recorded for this run.")
    told = _(
        "On the last %(days)s days, of which it knew nothing: rank correlation with what customers spent %(ranks)s",
        days=number(method.horizon_days),
        ranks=number(method.ranks, 2),
    )
    if method.low is not None and method.high is not None:
        told += " " + _("(%(low)s to %(high)s)", low=number(method.low, 2), high=number(method.high, 2))
    if method.rival_ranks is not None and method.rival != method.served:
        return told + _("; by their historical rate %(rival)s.", rival=number(method.rival_ranks, 2))
    return told + "."


def _interval(method: Method) -> str:
    if method.level is None or method.held is None:
        return _("Not recorded for this run.")
    return _(
        "Meant to hold what %(level)s of customers spend; in the test it held %(held)s.",
        level=percent(method.level),
        held=percent(method.held),
    )


def _assumption(method: Method) -> str:
    known = number(method.value_correlation or 0.0, 2)
    if method.is_value_independent:
        return _(
            "That how much an order is worth has little to do with how often somebody orders: their correlation is"
            " %(correlation)s.",
            correlation=known,
        )
    return _(
        "That how much an order is worth has little to do with how often somebody orders, which is not so here: their"
        " correlation is %(correlation)s. Read single values with care; the test above holds all the same.",
        correlation=known,
    )


def _season(method: Method) -> str:
    if not method.months:
        return _("Not known yet: every month counts the same.")
    if method.is_season_judged:
        return _("Learned from %(days)s days of orders.", days=number(method.known_days))
    return _(
        "Learned from %(days)s days of orders; not tested yet, as less than a year was known before the test.",
        days=number(method.known_days),
    )
