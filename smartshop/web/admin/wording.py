"""What the admin says about its numbers: findings, definitions, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_compact_currency
from flask_babel import get_locale

from smartshop.insights.queries.customers import CustomerRow
from smartshop.insights.queries.dashboard import Day, Totals
from smartshop.insights.queries.freshness import Freshness
from smartshop.insights.queries.periods import Period
from smartshop.kernel.money import exponent, to_major
from smartshop.web.admin.charts import LONGEST_BY_DAY
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.presenting import day, money, number, percent, settings

QUESTION_COMMAND = "flask ml train"
SMALLEST_CHANGE = 0.005
LARGEST_CHANGE = 10


@dataclass(frozen=True)
class Meaning:
    """What a segment is, and what to do about it."""

    is_what: str
    do_what: str


def share_of_change(now: int, before: int) -> float | None:
    """Growth as a share of what was before; None when nothing was."""
    return (now - before) / before if before > 0 else None


def brief(minor: int, currency: str) -> str:
    """An amount that fits a tile: whole units from a thousand up, ``£1.12M`` from a million up."""
    if abs(minor) < 10 ** (6 + exponent(currency)):
        return money(minor, currency, short=True)
    return format_compact_currency(
        to_major(minor, currency), currency, locale=str(get_locale() or "en_GB"), fraction_digits=2
    )


def change_in_words(change: float | None) -> str | None:
    """``×12`` for growth too large to be told in percent, else None."""
    return None if change is None or change < LARGEST_CHANGE else f"×{number(change + 1)}"


def chart_note(days: Sequence[Day], period: Period) -> str | None:
    """What of the period the revenue chart leaves out; None when it shows it all."""
    is_by_week, leaves_out_today = len(days) > LONGEST_BY_DAY, len(days) < period.days
    if is_by_week:
        return _("By whole week; the days left over are not drawn.")
    return _("Today is drawn when it is over; the figures above count it.") if leaves_out_today else None


def revenue_finding(now: Totals, before: Totals, days: int) -> str:
    """The dashboard's headline."""
    change = share_of_change(now.revenue_minor, before.revenue_minor)
    if not now.orders:
        return _("No orders in these %(days)s days", days=days)
    if change is None:
        return _(
            "First revenue: %(amount)s in %(days)s days",
            amount=money(now.revenue_minor, short=True),
            days=days,
        )
    if abs(change) < SMALLEST_CHANGE:
        return _("Revenue is level with the %(days)s days before", days=days)
    if change >= LARGEST_CHANGE:
        return _(
            "Revenue is %(times)s times that of the %(days)s days before", times=number(change + 1), days=days
        )
    if change > 0:
        return _("Revenue is up %(change)s on the %(days)s days before", change=percent(change), days=days)
    return _("Revenue is down %(change)s on the %(days)s days before", change=percent(-change), days=days)


def missing(freshness: Freshness) -> str:
    """Why there are no predictions and what to run; empty when there are some."""
    if freshness.is_available:
        return ""
    command = f"{QUESTION_COMMAND} {freshness.question}"
    if not freshness.last_state:
        return _(
            "No model has been trained yet. Run '%(command)s', or leave it to the nightly job.",
            command=command,
        )
    if freshness.last_state == "running":
        return _("The first training is running. Reload this page in a minute.")
    if freshness.last_state == "insufficient":
        return _(
            "The history is too short to tell: it %(reason)s. The nightly job tries again as orders come in.",
            reason=freshness.problem,
        )
    return _(
        "The last training did not end well: %(reason)s. Put that right and run '%(command)s'.",
        reason=freshness.problem or _("no reason was recorded"),
        command=command,
    )


def as_of(freshness: Freshness) -> str:
    """When the predictions were true; empty when there are none."""
    if not freshness.as_of:
        return ""
    return _("As of %(day)s, run %(run)s.", day=day(freshness.as_of), run=freshness.run_code)


def stale(freshness: Freshness) -> str:
    """A warning when the shop has gone on selling without its predictions knowing; else empty."""
    if not freshness.is_stale:
        return ""
    if freshness.is_held:
        return _(
            "These predictions know the shop only up to %(day)s, and it has sold since. Somebody went back to them, and no"
            " training replaces them until they are released on the page of models.",
            day=day(freshness.as_of),
        )
    return _(
        "These predictions know the shop only up to %(day)s, and it has sold since. Run '%(command)s'.",
        day=day(freshness.as_of),
        command=QUESTION_COMMAND,
    )


def customer_finding(row: CustomerRow) -> str:
    """A customer's headline: what they are, what they will bring, and whether they are about to go."""
    if not row.orders:
        return _("Has not bought anything yet")
    if row.clv_12m_minor is None:
        return ngettext(
            "%(num)s order worth %(amount)s so far",
            "%(num)s orders worth %(amount)s so far",
            row.orders,
            amount=money(row.revenue_minor),
        )
    worth = money(row.clv_12m_minor, short=True)
    if row.risk == "high":
        return _("Likely to leave, and %(worth)s of the next 12 months with them", worth=worth)
    if row.risk == "low":
        return _("Here to stay: %(worth)s expected in the next 12 months", worth=worth)
    return _("%(worth)s expected in the next 12 months", worth=worth)


def page_moved(asked: int, shown: int) -> str:
    """Said when a page beyond the last was asked for; else empty."""
    return (
        "" if asked == shown else _("There is no page %(asked)s; this is the last one.", asked=number(asked))
    )


def meanings() -> dict[str, Meaning]:
    """What each segment is, and the next thing to do about it."""
    return {
        "Champions": Meaning(
            _("Bought just now, buy often, spend the most."),
            _("Thank them; show new things first; ask for reviews."),
        ),
        "Loyal": Meaning(
            _("Buy regularly and spend well."),
            _("Offer what goes with what they have; invite them to subscribe."),
        ),
        "Potential Loyalist": Meaning(
            _("Recent, with more than one or two good orders."),
            _("Make the next order easy: reorder, free delivery."),
        ),
        "New": Meaning(
            _("Bought for the first time, very recently."), _("Welcome them; help with the first order.")
        ),
        "Promising": Meaning(
            _("Recent, but few and small orders so far."), _("Show bestsellers; earn a second order.")
        ),
        "Needs Attention": Meaning(
            _("Middling in everything, and slipping."), _("A reason to come back now: limited offers.")
        ),
        "About to Sleep": Meaning(
            _("Few orders, and a while ago."), _("Remind them of what they looked at.")
        ),
        "At Risk": Meaning(
            _("Used to buy well; silent for long."), _("Write personally; offer to put things right.")
        ),
        "Can't Lose": Meaning(
            _("Were among the best; have not been seen for long."),
            _("Call or write in person; win them back first."),
        ),
        "Hibernating": Meaning(_("Bought little, long ago."), _("A light reminder, at low cost.")),
        "Lost": Meaning(
            _("The longest gone, and the least spent."), _("Spend nothing on them but a yearly letter.")
        ),
    }


def report_names() -> dict[str, str]:
    """What each report is called."""
    return {
        "customers": _("Customers"),
        "segments": _("Segments"),
        "churn": _("Churn risk"),
        "clv": _("Lifetime value"),
        "cohorts": _("Cohorts"),
        "revenue": _("Revenue"),
        "orders": _("Orders"),
        "products": _("Products"),
        "activity": _("Activity"),
    }


def report_descriptions(*, sees_changes: bool) -> dict[str, str]:
    """What each report tells, in one line."""
    return {
        "customers": _("One row a customer: what they bought, their scores and what is to come."),
        "segments": _("One row a segment: how many, what they bring, how many may leave."),
        "churn": _("One row a scored customer: how likely they are to leave, and what is at stake."),
        "clv": _("One row a scored customer: value so far, in the next 12 months, and how sure that is."),
        "cohorts": _(
            "One row a month of first orders and month since: who came back, and what they brought."
        ),
        "revenue": _("One row a day: orders, customers, gross, returned and net revenue."),
        "orders": _("One row an order: its state, its customer, and its money part by part."),
        "products": _("One row a product: price, stock, and what it has sold."),
        "activity": _("One row an event: what customers did, then what staff changed.")
        if sees_changes
        else _("One row an event: what customers did."),
    }


def questions() -> dict[str, tuple[str, str]]:
    """The name of each question and what it answers."""
    return {
        "rfm": (
            _("Segments"),
            _("How recent, how often and how much, as scores from 1 to 5 and a named segment."),
        ),
        "churn": (
            _("Churn risk"),
            _(
                "How likely a customer is not to buy within %(days)s days.",
                days=settings().churn_horizon_days,
            ),
        ),
        "clv": (_("Lifetime value"), _("What a customer will bring in the next 12 months.")),
        "clusters": (_("Groups"), _("Which customers behave alike, and what sets each group apart.")),
    }


def event_kinds() -> dict[str, str]:
    """What each kind of event is called."""
    return {
        "visit": _("Came to the shop"),
        "view": _("Looked at a product"),
        "search": _("Searched"),
        "cart_add": _("Put into the cart"),
        "cart_remove": _("Took out of the cart"),
        "checkout": _("Went to the checkout"),
        "order": _("Ordered"),
        "sign_up": _("Signed up"),
        "sign_in": _("Signed in"),
        "sign_in_failed": _("Failed to sign in"),
        "sign_out": _("Signed out"),
    }


def metrics() -> dict[str, str]:
    """What each metric is called, with an arrow that says which way is better."""
    return {
        "auc": _("Ranking (AUC) ↑"),
        "brier": _("Brier score ↓"),
        "calibration_error": _("Calibration error ↓"),
        "top_decile_lift": _("Lift in the top tenth ↑"),
        "mean_probability": _("Mean probability"),
        "churned_share": _("Share that left"),
        "test_customers": _("Customers judged on"),
        "mae": _("Mean absolute error ↓"),
        "rmse": _("Root mean square error ↓"),
        "spearman": _("Rank correlation ↑"),
        "mean_ratio": _("Predicted to actual (1 is right)"),
        "purchases_mae": _("Error in orders ↓"),
        "purchases_correlation": _("Correlation of orders ↑"),
        "captured_share": _("Revenue caught by the best ↑"),
        "separation": _("Differences in spending explained ↑"),
        "separation_of_segments": _("… by the segments"),
        "stability": _("Stability of the groups"),
        "interval_coverage": _("Inside the interval"),
    }
