"""Clusters in words: their names, what sets each apart, and what changed since the training before."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from smartshop.insights.queries.clusters import ClusterRow, Clusters
from smartshop.kernel.money import to_minor
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.presenting import money, number, percent, settings

CLEAR = 0.4
"""What differs by fewer standard deviations from the mean of all customers is not worth a word."""
FAR = 1.0


def names() -> dict[str, str]:
    """The name of every cluster there can be, by its code."""
    return {
        "frequent-big-spenders": _("Frequent big spenders"),
        "long-standing-regulars": _("Long-standing regulars"),
        "regulars": _("Regulars"),
        "regulars-of-few-products": _("Regulars of few products"),
        "established-buyers": _("Established buyers"),
        "frequent-small-spenders": _("Frequent small spenders"),
        "big-seldom-orders": _("Big orders, seldom"),
        "newcomers": _("Newcomers"),
        "newcomers-who-spend-well": _("Newcomers who spend well"),
        "recent-small-spenders": _("Recent small spenders"),
        "wide-range-shoppers": _("Shoppers of the wide range"),
        "few-orders-wide-baskets": _("Few orders, wide baskets"),
        "long-standing-occasional-buyers": _("Long-standing occasional buyers"),
        "fading-regulars": _("Fading regulars"),
        "lapsed-big-spenders": _("Lapsed big spenders"),
        "lapsed-one-time-buyers": _("Lapsed one-time buyers"),
        "lapsed-occasional-buyers": _("Lapsed occasional buyers"),
        "lapsed-long-ago": _("Lapsed long ago"),
        "lapsed-soon-after-joining": _("Lapsed soon after joining"),
        "average-customers": _("Average customers"),
    }


def name(code: str) -> str:
    """The name of a cluster; one that no name is true of has a number."""
    known = names().get(code)
    return known or _("Group %(number)s", number=code.removeprefix("group-"))


def apart(row: ClusterRow) -> str:
    """What sets a cluster apart from all customers, the most telling first."""
    told = sorted(
        ((way, phrase) for measure, way in row.distances.items() if (phrase := _phrase(measure, way))),
        key=lambda each: -abs(each[0]),
    )
    if not told:
        return _("Like all customers in everything.")
    text = "; ".join(phrase for _way, phrase in told)
    return f"{text[0].upper()}{text[1:]}."


def _phrase(measure: str, way: float) -> str:
    if abs(way) < CLEAR or measure not in PHRASES:
        return ""
    more, much_more, less, much_less = PHRASES[measure]()
    if way > 0:
        return much_more if way >= FAR else more
    return much_less if way <= -FAR else less


PHRASES: Mapping[str, Callable[[], tuple[str, str, str, str]]] = {
    "recency_days": lambda: (
        _("bought longer ago than most"), _("bought long ago"), _("bought more lately than most"), _("bought just now"),
    ),
    "orders": lambda: (
        _("order more often than most"), _("order very often"), _("order less often than most"), _("order very seldom"),
    ),
    "revenue": lambda: (
        _("spend more than most"), _("spend far more than most"), _("spend less than most"), _("spend far less than most"),
    ),
    "tenure_days": lambda: (
        _("customers for longer than most"), _("customers for very long"), _("customers for less long than most"), _("customers since lately"),
    ),
    "product_count": lambda: (
        _("buy more different products"), _("buy a very wide range"), _("buy fewer different products"), _("buy a very narrow range"),
    ),
}  # fmt: skip
"""For each measure: more, far more, less and far less than the mean."""


def spent(row: ClusterRow) -> str:
    """What the middle customer of a cluster has spent."""
    if "revenue" not in row.medians:
        return "–"
    return money(to_minor(Decimal(repr(row.medians["revenue"])), settings().currency))


def finding(found: Clusters) -> str:
    """The page's headline."""
    if not found.rows:
        return _("No groups yet")
    best = found.rows[0]
    return _(
        "%(name)s: %(customers)s of customers, %(revenue)s of revenue",
        name=name(best.code),
        customers=percent(best.customer_share),
        revenue=percent(best.revenue_share),
    )


def verdict(found: Clusters) -> str:
    """How well the clusters of the test window's beginning told what followed, beside the baseline; empty without."""
    ours = found.metrics.get("separation")
    rival = (found.baseline.get("metrics") or {}).get("separation")
    if ours is None or rival is None:
        return ""
    days = found.parameters.get("horizon_days", 90)
    return _(
        "Judged on the last %(days)s days: the group somebody was in before explains %(ours)s of the differences in"
        " what customers went on to spend; fifths by recency explain %(rival)s, the segments %(segments)s.",
        days=days,
        ours=percent(ours),
        rival=percent(rival),
        segments=percent(found.metrics.get("separation_of_segments")),
    )


def choice(found: Clusters) -> str:
    """Why there are so many clusters."""
    tried = next((each for each in found.candidates if each.k == found.k), None)
    if tried is None:
        return ""
    return _(
        "Chosen: %(k)s, the elbow among the numbers that are stable (%(least)s or more) and leave no group below"
        " %(share)s of customers. Its stability is %(stability)s, its smallest group %(smallest)s.",
        k=tried.k,
        least=number(found.parameters.get("least_stability"), 2),
        share=percent(found.parameters.get("least_share")),
        stability=number(tried.stability, 2),
        smallest=percent(tried.smallest_share),
    )


def changes(found: Clusters) -> list[str]:
    """What became of the groups of the training before, a sentence each; empty when they are all as they were."""
    told = found.changes

    def listed(key: str) -> str:
        return ", ".join(name(code) for code in told.get(key, ()))

    said = [
        (_("New: %(names)s.", names=listed("new")), told.get("new")),
        (_("Not found again: %(names)s.", names=listed("gone")), told.get("gone")),
        (
            _("Behave otherwise than before, but are the same group: %(names)s.", names=listed("moved")),
            told.get("moved"),
        ),
    ]
    renamed = [
        _(
            "%(old)s are now called %(new)s, as the old name is no longer true.",
            old=name(each["from"]),
            new=name(each["to"]),
        )
        for each in told.get("renamed", ())
    ]
    return [text for text, has_any in said if has_any] + renamed


def count(found: Clusters) -> str:
    """``4 groups``."""
    return ngettext("%(num)s group", "%(num)s groups", len(found.rows))
