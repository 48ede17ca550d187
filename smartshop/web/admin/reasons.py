"""Why a customer may leave, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smartshop.insights.queries import churn
from smartshop.insights.queries.churn import Why
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.presenting import money, number


@dataclass(frozen=True)
class Reason:
    """A sentence, and whether it speaks for leaving; None when it only says what is known."""

    text: str
    is_for_leaving: bool | None = None


@dataclass(frozen=True)
class Told:
    """The sentences of one customer, by weight, and the one about their own rhythm when they are overdue.

    ``note`` says why there is nothing to tell of what moves their probability.
    """

    reasons: tuple[Reason, ...]
    overdue: str = ""
    note: str = ""


def of(people: Sequence[int]) -> dict[int, Told]:
    """The sentences of these people, as far as they are scored; one query."""
    return {person_id: told(why) for person_id, why in churn.why(people).items()}


def told(why: Why) -> Told:
    """One customer's reasons as sentences."""
    found = tuple(_reason(each) for each in why.told)
    if found:
        return Told(found, _overdue(why))
    facts = {"days": why.recency_days, "gap": why.usual_gap_days or 0.0}
    return Told(
        (Reason(_waiting(facts)),) if why.recency_days is not None else (), _overdue(why), _left_out()
    )


def subjects() -> dict[str, str]:
    """The sides of a history that reasons are about."""
    return {
        "waiting": _("When they last ordered"),
        "rhythm": _("How regularly they order"),
        "frequency": _("How often they order"),
        "spend": _("What they spend"),
        "range": _("How widely they buy"),
        "visits": _("How they browse"),
    }


def _reason(reason: Mapping[str, Any]) -> Reason:
    say = {
        "waiting": _waiting,
        "rhythm": _rhythm,
        "frequency": _frequency,
        "spend": _spend,
        "range": _range,
        "visits": _visits,
    }
    effect = reason.get("effect")
    return Reason(say[reason["code"]](reason), None if effect is None else effect > 0)


def _left_out() -> str:
    return _(
        "What moves the probability was worked out for the customers with the most revenue at risk; this one is not"
        " among them."
    )


def _overdue(why: Why) -> str:
    if not why.is_overdue or why.recency_days is None or not why.usual_gap_days:
        return ""
    return _(
        "Overdue: %(times)s times their usual gap has passed.",
        times=number(why.recency_days / why.usual_gap_days, 1),
    )


def _days(value: float) -> str:
    return ngettext("%(shown)s day", "%(shown)s days", round(value), shown=number(round(value)))


def _waiting(facts: Mapping[str, Any]) -> str:
    if not facts["gap"]:
        return _("Last order %(days)s ago; has not come back yet", days=_days(facts["days"]))
    return _(
        "Last order %(days)s ago; usually orders every %(gap)s",
        days=_days(facts["days"]),
        gap=_days(max(facts["gap"], 1)),
    )


def _rhythm(facts: Mapping[str, Any]) -> str:
    if not facts["gap"]:
        return _("Has ordered on one day only")
    return _(
        "Orders every %(gap)s, give or take %(spread)s",
        gap=_days(max(facts["gap"], 1)),
        spread=_days(facts["spread"]),
    )


def _frequency(facts: Mapping[str, Any]) -> str:
    count, recent, days = round(facts["orders"]), round(facts["recent"]), _days(max(facts["days"], 1))
    if count == 1:
        return _("One order, %(days)s ago", days=days)
    told = {"orders": number(count), "days": days, "recent": number(recent)}
    if recent == 0:
        return _("%(orders)s orders in %(days)s, none in the last 90 days", **told)
    if recent >= count:
        return _("%(orders)s orders in %(days)s, all in the last 90 days", **told)
    return _("%(orders)s orders in %(days)s, %(recent)s in the last 90 days", **told)


def _spend(facts: Mapping[str, Any]) -> str:
    return _(
        "Spends %(average)s an order, %(revenue)s in all",
        average=money(int(facts["average"])),
        revenue=money(int(facts["revenue"])),
    )


def _range(facts: Mapping[str, Any]) -> str:
    products = ngettext(
        "%(shown)s different product", "%(shown)s different products", round(facts["products"]),
        shown=number(facts["products"]),
    )  # fmt: skip
    return _(
        "%(products)s so far, %(items)s pieces an order", products=products, items=number(facts["items"], 1)
    )


def _visits(facts: Mapping[str, Any]) -> str:
    if facts["days"] is None:
        return _("Has never been seen in the shop while signed in")
    days = round(facts["days"])
    told = [_("Last visited %(days)s ago", days=_days(days)) if days else _("Visited within the last day")]
    visits, carts, searches = (round(facts[name]) for name in ("visits", "carts", "searches"))
    if visits:
        told.append(
            ngettext(
                "%(shown)s visit in 30 days", "%(shown)s visits in 30 days", visits, shown=number(visits)
            )
        )
    if carts:
        told.append(ngettext("left a cart", "left %(shown)s carts", carts, shown=number(carts)))
    if searches:
        told.append(ngettext("searched once", "searched %(shown)s times", searches, shown=number(searches)))
    return ", ".join(told)
