"""The parts of a run that are kept as codes, in words: methods, needs, days, and what became of it."""

import re
from datetime import date

from smartshop.insights.queries.ledger import RunRow
from smartshop.insights.rules import DEFINITIONS, HELD_BACK
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import day

NUMBER = re.compile(r"\d+")
WITH_VISITS = " with visits"
TAKEN_BACK = "rolled back by"
"""How the reason of a run begins that somebody took back; they wrote the rest of it."""


def method(name: str | None) -> str | None:
    """What a method is called; its own name where that says it, such as BG/NBD."""
    known = {
        "rfm": _("Scores from 1 to 5"),
        "k-means": _("K-Means"),
        "random forest": _("Random forest"),
        "logistic regression": _("Logistic regression"),
        "gradient boosting": _("Gradient boosting"),
        "base rate": _("Base rate"),
        "recency alone": _("Recency alone"),
        "historical rate": _("Historical rate"),
        "fifths by recency": _("Fifths by recency"),
        "BG/NBD alone": _("BG/NBD alone"),
    }
    if name and name.endswith(WITH_VISITS):
        without = name.removesuffix(WITH_VISITS)
        return _("%(method)s with visits", method=known.get(without, without))
    return known.get(name, name) if name else name


def need(what: str) -> str:
    """What a question needs of the data, in words; ``what`` with a number where it names days."""
    found = NUMBER.search(what)
    facts = {"days": found.group() if found else ""}
    known = {
        "customers": _("customers"),
        "days of history": _("days of history"),
        "customers active before the test window": _("customers active before the test window"),
        "customers who came back": _("customers who came back"),
        "customers who stayed away": _("customers who stayed away"),
        "customers with a repeat purchase before the first window": _(
            "customers with a repeat purchase before the first window"
        ),
        "stable numbers of clusters": _("stable numbers of groups"),
        "customers with a repeat purchase # days ago": _(
            "customers with a repeat purchase %(days)s days ago", **facts
        ),
        "customers # days ago": _("customers %(days)s days ago", **facts),
        "customers who came back and paid in the last # days": _(
            "customers who came back and paid in the last %(days)s days", **facts
        ),
    }
    return known.get(NUMBER.sub("#", what, count=1), what)


def span(first: str, last: str) -> str:
    """Two days of a card, which begin ISO dates: ``30 Aug 2026 to 28 Nov 2026``."""
    return _("%(since)s to %(until)s", since=on(first), until=on(last))


def on(moment: str) -> str:
    """A day of a card; as it stands where it is none."""
    try:
        return day(date.fromisoformat(moment[:10]))
    except ValueError:
        return moment


def days(listed: str) -> str:
    """Days of a card, separated by commas."""
    return ", ".join(on(each.strip()) for each in listed.split(","))


def brief(run: RunRow) -> str:
    """What became of a run, for a list; what a person or an error said stands as it was written."""
    if run.state == "promoted" and not run.reason.startswith(TAKEN_BACK):
        if run.question in DEFINITIONS:
            return _("A definition; the data suffice")
        if run.verdict == "baseline wins":
            return _("The baseline won, and its scores are served")
        return _("Beats its baseline")
    if run.state == "refused":
        is_held_back = run.reason.startswith(HELD_BACK)
        return (
            _("Passed, but the live run is held") if is_held_back else _("Worse than the run that was live")
        )
    if run.state == "insufficient":
        return _("The data do not suffice yet")
    return f"{run.reason[:1].upper()}{run.reason[1:]}" or "–"
