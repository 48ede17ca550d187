"""Which questions are asked of the history, and when an answer may replace the one that is served."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from smartshop.kernel.errors import Invalid

QUESTIONS = ("rfm", "churn", "clv", "clusters")
ENGINES = ("duckdb",)
"""What can compute the features of a training: only what does."""
LOWEST_BAND, HIGHEST_BAND = 0.02, 0.99
DEADLINE = timedelta(minutes=30)
"""A training that has not ended by then has died; another may begin."""

INSUFFICIENT = "not enough data"
BEATS_BASELINE = "beats baseline"


HEADLINES: Mapping[str, str] = {
    "rfm": "captured_share",
    "churn": "auc",
    "clv": "spearman",
    "clusters": "separation",
}
"""The one metric that decides a question's verdict, and is shown first."""

DEFINITIONS = frozenset({"rfm", "clusters"})
"""Questions whose answer is right by construction: no run of them can be worse than another."""

DRIFT_AFTER = timedelta(days=28)
"""A run is held against a promoted one this much older, so that what creeps from night to night is seen too."""

QUIET_AFTER = timedelta(days=30)
"""A history that ended so long before the moment to learn at is one of another time, not a shop that is short of orders."""


@dataclass(frozen=True)
class Comparison:
    """What a run and the live one foresaw for the same customers in the same window neither was fitted to.

    ``difference`` is the run's value of ``metric`` less the live run's, higher being better; ``low`` and ``high`` are
    its bounds at 95 % by resampling the customers, the same ones for both.
    """

    live: str
    metric: str
    value: float
    live_value: float
    difference: float
    low: float
    high: float
    customers: int

    @property
    def is_worse(self) -> bool:
        """Whether even the upper bound of the difference is below zero."""
        return self.high < 0

    @property
    def in_words(self) -> str:
        return (
            f"{self.metric} {self.value:.4f} against {self.live_value:.4f} on the same {self.customers} customers, a"
            f" difference of {self.difference:+.4f} (95 % interval {self.low:+.4f} to {self.high:+.4f})"
        )


@dataclass(frozen=True)
class Uncompared:
    """Why a run could not be held against the live one: the end of a sentence."""

    why: str


@dataclass(frozen=True)
class Promotion:
    """Whether a run may be served, and why (not)."""

    is_granted: bool
    reason: str


def may_promote(question: str, verdict: str, beside: Comparison | Uncompared | None) -> Promotion:
    """The gate: enough data, the better of model and baseline is what is served, and not worse than the live run.

    ``beside`` is None where nothing is live. A run that cannot be compared is let through, and says so: it has won
    against its baseline on its own, and a shop must not be left with a model that nobody can judge any more.
    """
    if verdict == INSUFFICIENT:
        return Promotion(is_granted=False, reason="there is not enough data to be judged")
    if question in DEFINITIONS:
        return Promotion(is_granted=True, reason="a definition; the data suffice")
    if isinstance(beside, Comparison) and beside.is_worse:
        return Promotion(is_granted=False, reason=f"worse than the live run {beside.live}: {beside.in_words}")
    won = "beats its baseline" if verdict == BEATS_BASELINE else "the baseline won, and its scores are served"
    if beside is None:
        return Promotion(is_granted=True, reason=won)
    if isinstance(beside, Uncompared):
        return Promotion(is_granted=True, reason=f"{won}; not compared with the live run: {beside.why}")
    figures = f"{beside.metric} {beside.value:.4f} against {beside.live_value:.4f}"
    return Promotion(is_granted=True, reason=f"{won}; not worse than the live run {beside.live} ({figures})")


HELD_BACK = "held back"
"""How the reason of a run begins that passed the gate while the live one was held."""


def held_back(live: str, since: datetime) -> str:
    """Why a run that passed the gate is not served."""
    return (
        f"{HELD_BACK}: {live}, gone back to on {since:%Y-%m-%d %H:%M} UTC, is held and serves; this run does not replace it,"
        " nor does any other until it is released"
    )


def start_of(day: date) -> datetime:
    """Midnight UTC at the start of a day: everything strictly before it is known."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def is_of_another_time(last_order_at: datetime | None, as_of: datetime) -> bool:
    """Whether nothing was sold for a month before ``as_of``."""
    return last_order_at is not None and as_of - last_order_at > QUIET_AFTER


def ended_early(last_order_at: datetime | None, as_of: datetime) -> str:
    """The end of a sentence that says so when a history is of another time; else empty.

    One that was imported as it is, years later, lacks nothing but the right moment to look back from.
    """
    if last_order_at is None or not is_of_another_time(last_order_at, as_of):
        return ""
    day_after = start_of(last_order_at.date() + timedelta(days=1))
    return (
        f"; the last order was placed on {last_order_at:%Y-%m-%d}: train with --as-of {day_after:%Y-%m-%d}, or import the"
        " history with --shift-dates"
    )


def is_abandoned(started_at: datetime, now: datetime) -> bool:
    """Whether a run still marked as running has outlived its deadline."""
    return now - started_at > DEADLINE


@dataclass(frozen=True)
class Bands:
    """High risk is above ``high_above``, medium from ``medium_from`` on, low below; the costs they came from, if any."""

    medium_from: float = 0.33
    high_above: float = 0.66
    offer_cost_minor: int | None = None
    value_lost_minor: int | None = None
    success_share: float | None = None

    def plain(self) -> dict[str, float | int | None]:
        """The bands by name, for a row or a record."""
        return asdict(self)


def bands_by_cost(*, offer_cost_minor: int, value_lost_minor: int, success_share: float) -> Bands:
    """The bands at which an offer pays.

    An offer costs ``offer_cost_minor`` whoever gets it, and keeps a customer who would have left, worth
    ``value_lost_minor``, with a chance of ``success_share``: it pays above probability = cost / (value x chance), from
    which on risk is high. From half of that on it is medium. Raises Invalid when it never or always pays.
    """
    fields = {}
    if offer_cost_minor <= 0:
        fields["offer_cost"] = "Give a cost above 0."
    if value_lost_minor <= 0:
        fields["value_lost"] = "Give an amount above 0."
    if not 0 < success_share <= 1:
        fields["success"] = "Give a share above 0 % and up to 100 %."
    if fields:
        raise Invalid("The costs do not make sense yet.", fields)
    pays_from = offer_cost_minor / (value_lost_minor * success_share)
    if pays_from >= HIGHEST_BAND:
        problem = "At this cost the offer never pays: it costs more than it keeps. Make it cheaper."
        raise Invalid(problem, {"offer_cost": problem})
    high = max(pays_from, LOWEST_BAND)
    return Bands(high / 2, high, offer_cost_minor, value_lost_minor, success_share)


def bands_by_hand(*, medium_from: float, high_above: float) -> Bands:
    """Bands as somebody set them, as shares. Raises Invalid."""
    fields = {}
    if not LOWEST_BAND / 2 <= medium_from < HIGHEST_BAND:
        fields["medium_from"] = "Give a probability between 1 % and 98 %."
    if not LOWEST_BAND <= high_above < HIGHEST_BAND:
        fields["high_above"] = "Give a probability between 2 % and 98 %."
    elif medium_from > high_above:
        fields["medium_from"] = "Medium must begin below high."
    if fields:
        raise Invalid("These bands cannot be.", fields)
    return Bands(medium_from, high_above)
