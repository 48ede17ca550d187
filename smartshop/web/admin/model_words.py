"""What the page of a training run says: its finding, what it was held against, what drifted, what was missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from smartshop.insights.queries.runs import Run, Standing
from smartshop.insights.rules import DEFINITIONS, is_of_another_time
from smartshop.web.admin.column_words import column
from smartshop.web.admin.run_words import method, need, on
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.admin.wording import metrics, questions
from smartshop.web.presenting import moment, number, percent

LARGE, MIDDLING, SMALL = 1000, 100, 10
ARROWS = (" ↑", " ↓")
LEAST_SHIFT = 0.05
"""A median that moved by less is called level."""


def finding(run: Run, *, is_live: bool) -> str:
    """The headline of a run."""
    name = questions().get(run.question, (run.question, ""))[0]
    unserved = {
        "insufficient": _("%(name)s: there is not enough to learn from yet", name=name),
        "failed": _("%(name)s: this training failed", name=name),
        "running": _("%(name)s: this training is running", name=name),
        "refused": _("%(name)s: not served, because the live run is held", name=name)
        if run.card.get("held")
        else _("%(name)s: not served, because the live run does better", name=name),
    }
    if run.state in unserved:
        return unserved[run.state]
    served = method(run.card.get("served")) or _("the model")
    if run.verdict == "baseline wins" and run.question in DEFINITIONS:
        rival = method(run.baseline.get("name"))
        return _("%(name)s: a definition, served although “%(rival)s” does better", name=name, rival=rival)
    if run.verdict == "baseline wins":
        return _("%(name)s: no model beats “%(served)s”, so it answers", name=name, served=served)
    if is_live:
        return _("%(name)s: “%(served)s” beats the baseline and is live", name=name, served=served)
    return _("%(name)s: “%(served)s” beat its baseline then; another run is live", name=name, served=served)


def why(run: Run) -> str:
    """Why a run is served or is not, in sentences."""
    beside = comparison(run.card)
    refused = _held_back(run) or beside
    if run.state == "refused" and refused:
        return refused
    if run.state == "promoted" and run.verdict == "baseline wins" and run.question in DEFINITIONS:
        return _("It is a definition, which is served whenever the data suffice.")
    if run.state == "promoted" and run.verdict == "baseline wins":
        return f"{_('No model did better than the baseline on a later window, so the baseline answers.')} {beside}"
    if run.state == "promoted":
        return f"{_('It does better than its baseline on a later window.')} {beside}"
    if run.state == "insufficient" and run.card.get("sufficiency"):
        return f"{needs_finding(run.card)}. {_ended_early(run)}".rstrip()
    return f"{run.reason[:1].upper()}{run.reason[1:]}" or _("No reason was recorded.")


def _ended_early(run: Run) -> str:
    """That the history is of another time, where it is."""
    last = run.card.get("last_order_at")
    if not last or not is_of_another_time(datetime.fromisoformat(last), run.as_of):
        return ""
    return _(
        "The last order was placed on %(day)s: a history of another time can be moved up to today when it is imported.",
        day=on(last),
    )


def _held_back(run: Run) -> str:
    """That it passed while the live run was held, where it did."""
    held = run.card.get("held")
    if not held:
        return ""
    return _(
        "It passed, but %(run)s is held since %(since)s UTC and serves. This run does not replace it.",
        run=held["run"],
        since=moment(datetime.fromisoformat(held["since"])),
    )


def hold(standing: Standing) -> str:
    """That no training replaces what is served, since when, and who went back to it; empty where nothing is held."""
    if standing.hold is None or standing.live is None:
        return ""
    facts = {"run": standing.live.code, "since": moment(standing.hold.since), "who": standing.hold.by}
    if not standing.hold.by:
        return _("%(run)s is held since %(since)s UTC. New runs are recorded and do not replace it.", **facts)
    return _(
        "%(run)s is held by %(who)s since %(since)s UTC. New runs are recorded and do not replace it.",
        **facts,
    )


def explained(run: Run) -> str | None:
    """For how many of those scored it was worked out what moves their probability; None where nothing is."""
    count = run.card.get("explained")
    if count is None or not run.rows:
        return None
    if count >= run.rows:
        return _("for everyone scored")
    return _("for %(count)s of them, the most revenue at risk first", count=number(count))


def figure(value: object) -> str:
    """A metric: whole from a thousand up, one decimal from a hundred, else three; a dash for what is no number."""
    if not isinstance(value, int | float):
        return "–"
    return number(value, 0 if abs(value) >= LARGE else 1 if abs(value) >= MIDDLING else 3)


def interval(bounds: Sequence[float] | None) -> str:
    """``0.712 to 0.741``; empty without one."""
    if not bounds:
        return ""
    return _("%(low)s to %(high)s", low=figure(bounds[-2]), high=figure(bounds[-1]))


def metric(name: str) -> str:
    """What a metric is called; the arrow that says which way is better stays on the line of its last word."""
    called = metrics().get(name, name.replace("_", " "))
    return f"{called[:-2]}\u00a0{called[-1]}" if called.endswith(ARROWS) else called


def comparison(card: Mapping[str, Any]) -> str:
    """How the run did beside the one that was live, in a sentence; empty where nothing was live."""
    found = card.get("comparison") or {}
    if "why" in found:
        return _("It could not be compared with the live run: %(why)s.", why=found["why"])
    if not found:
        return ""
    told = {
        "live": found["live"],
        "metric": metric(found["metric"]).rstrip("\u00a0↑↓"),
        "value": number(found["value"], 3),
        "rival": number(found["live_value"], 3),
        "low": signed(found["low"]),
        "high": signed(found["high"]),
        "customers": number(found["customers"]),
    }
    if found["high"] < 0:
        return _(
            "Worse than %(live)s on the same %(customers)s customers: %(metric)s %(value)s against %(rival)s"
            " (difference between %(low)s and %(high)s, 95 in 100 times).",
            **told,
        )
    if found["low"] > 0:
        return _(
            "Better than %(live)s on the same %(customers)s customers: %(metric)s %(value)s against %(rival)s"
            " (difference between %(low)s and %(high)s, 95 in 100 times).",
            **told,
        )
    return _(
        "As good as %(live)s on the same %(customers)s customers, as far as can be told: %(metric)s %(value)s against"
        " %(rival)s (difference between %(low)s and %(high)s, 95 in 100 times).",
        **told,
    )


def signed(value: float) -> str:
    """A difference with its sign, three decimals."""
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value), 3)


def needs_finding(card: Mapping[str, Any]) -> str:
    """Whether the data suffice, and what they lack."""
    short = [
        _(
            "%(need)s %(what)s (has %(have)s)",
            need=number(each["need"]),
            what=need(what),
            have=number(each["have"]),
        )
        for what, each in (card.get("sufficiency") or {}).items()
        if each["have"] < each["need"]
    ]
    if not short:
        return _("There is enough data to judge it")
    return _("It still needs %(needs)s", needs=", ".join(short))


def drift_finding(card: Mapping[str, Any]) -> str:
    """The headline of what drifted."""
    found = card.get("drift") or {}
    if not found:
        return _("No earlier run to hold this one against")
    moved = [each for each in found["columns"] if each["is_drifted"]]
    if not moved:
        return _("Nothing has drifted")
    names = ", ".join(column(each["name"]) for each in moved[:3])
    more = len(moved) - 3
    if more > 0:
        return ngettext(
            "%(names)s and %(num)s more have drifted",
            "%(names)s and %(num)s more have drifted",
            more,
            names=names,
        )
    return ngettext("%(names)s has drifted", "%(names)s have drifted", len(moved), names=names)


def kinds() -> dict[str, str]:
    """What is watched."""
    return {"inputs": _("Customers"), "scores": _("Scores"), "outcome": _("Outcome")}


def shift(facts: Mapping[str, Any]) -> str:
    """What a column was and is: its median; its mean or spread where the median does not show the change."""
    told = {
        _("median"): (facts["median_before"], facts["median_now"]),
        _("mean"): (facts["mean_before"], facts["mean_now"]),
        _("spread"): (facts["spread_before"], facts["spread_now"]),
    }
    name = next(iter(told))
    is_flag = {*told[name]} <= {0, 1}
    if facts["is_drifted"] and not is_flag and abs(_change(*told[name]) or 0) < LEAST_SHIFT:
        name = max(told, key=lambda each: abs(_change(*told[each]) or 0))
    elif is_flag or told[name][0] == told[name][1]:
        name = _("mean")
    before, now = told[name]
    change = _change(before, now)
    words = _("%(name)s %(before)s → %(now)s", name=name, before=_plain(before), now=_plain(now))
    if change is None or abs(change) < LEAST_SHIFT:
        return words
    return f"{words} ({'+' if change > 0 else '−'}{percent(abs(change))})"


def _change(before: float, now: float) -> float | None:
    """Growth as a share of what was; None where that says nothing."""
    return (now - before) / before if before and before * now > 0 else None


def candidates(card: Mapping[str, Any]) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """By method and metric: value, low and high; empty where a question has no rival methods."""
    found = card.get("candidates")
    return found if isinstance(found, Mapping) else {}


def told_metrics(run: Run) -> list[tuple[str, object, object]]:
    """Every metric that the baseline has too, without the bounds: name, the model's, the baseline's."""
    rivals = run.baseline.get("metrics") or {}
    names = [name for name in run.metrics if name in rivals and not name.endswith(("_low", "_high"))]
    return [(name, run.metrics[name], rivals[name]) for name in names]


def _plain(value: float) -> str:
    """As few decimals as tell it apart."""
    if value == int(value):
        return number(value)
    return number(value, 0 if abs(value) >= MIDDLING else 1 if abs(value) >= SMALL else 3)
