"""What is foreseen at a moment: by the probability models, by the forest, and by going on as before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ml import features, splits
from ml.purchase_models.betageo import BetaGeo, ModifiedBetaGeo
from ml.purchase_models.counting import CountModel
from ml.purchase_models.forest import SpendingForest
from ml.purchase_models.gammagamma import GammaGamma
from ml.purchase_models.paretonbd import ParetoNBD
from ml.purchase_models.summary import PurchaseSummary, summary_of
from ml.purchase_models.valuation import discounted_purchases, spending_interval
from ml.value_models import season
from ml.value_models.season import Season

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ml.purchase_models.history import Floats, Ints, OrderHistory

COUNT_MODELS: tuple[type[CountModel], ...] = (BetaGeo, ModifiedBetaGeo, ParetoNBD)
FOREST = "random forest"
INPUTS = (*features.NAMES, "expected_purchases", "expected_spending")
READ = ModifiedBetaGeo
"""What the forest reads: behaviour, and what this count model foresees."""
LEAD_DAYS, MOST_WINDOWS, MOST_CUSTOMERS = 60, 2, 15_000
MONTHS = 12
YEAR_DAYS = 365


@dataclass(frozen=True)
class Outlook:
    """Count models by title and Gamma-Gamma, fitted to what was known at ``moment``; times are seasonal days.

    ``summary`` is in calendar days, ``retimed`` the same by the season's clock; rows are customers in one order.
    """

    moment: datetime
    summary: PurchaseSummary
    retimed: PurchaseSummary
    season: Season
    counts: Mapping[str, CountModel]
    worth: GammaGamma

    @classmethod
    def of(
        cls, history: OrderHistory, moment: datetime, models: tuple[type[CountModel], ...] = COUNT_MODELS
    ) -> Outlook:
        """Fit ``models`` to ``history`` before ``moment``. Raises ValueError when nobody has come back."""
        summary = summary_of(history, moment)
        plain = BetaGeo().fit(*_times(summary))
        known = season.learned(history, moment, plain, summary)
        retimed = known.retimed(summary, moment)
        counts = {model.title: model().fit(*_times(retimed)) for model in models}
        worth = GammaGamma().fit(summary.column("valued"), summary.column("value"))
        return cls(moment, summary, retimed, known, counts, worth)

    @property
    def likeliest(self) -> str:
        """The count model of the highest likelihood; all have four parameters, so AIC would choose the same."""
        return max(self.counts, key=lambda title: self.counts[title].log_likelihood_)

    @property
    def times(self) -> tuple[Floats, Floats, Floats]:
        """Frequency, recency and age, by the seasonal clock."""
        return _times(self.retimed)

    @cached_property
    def purchase_value(self) -> Floats:
        """The expected value of a purchase of each customer."""
        return self.worth.expected_value(self.summary.column("valued"), self.summary.column("value"))

    def orders(self, title: str, days: int) -> Floats:
        """Expected purchases of each customer in the ``days`` from the moment on."""
        return self.ahead(title, self.season.ahead(self.moment, days))

    def ahead(self, title: str, seasonal_days: float) -> Floats:
        """Expected purchases of each customer in so many days of the season's clock."""
        frequency, _, age = self.times
        ahead = self.counts[title].expected_if_alive(seasonal_days, frequency, age)
        return ahead * self.alive[title]

    @cached_property
    def alive(self) -> dict[str, Floats]:
        """P(alive) of each customer by each count model."""
        return {title: model.p_alive(*self.times) for title, model in self.counts.items()}

    def spending(self, title: str, days: int) -> Floats:
        """Expected spending of each customer in the ``days`` from the moment on."""
        return self.orders(title, days) * self.purchase_value

    def discounted(self, title: str, monthly_discount: float) -> Floats:
        """Expected spending of the next twelve months, discounted a month at a time."""
        ends = [
            self.season.ahead(self.moment, round(month * YEAR_DAYS / MONTHS))
            for month in range(1, MONTHS + 1)
        ]
        purchases = discounted_purchases(self.counts[title], self.retimed, ends, monthly_discount)
        return purchases * self.purchase_value

    def interval(
        self, title: str, days: int, *, seed: int, level: float, rows: Ints | None = None
    ) -> tuple[Floats, Floats]:
        """Interval of the spending in the ``days`` from the moment on, of the customers in ``rows`` (all)."""
        frame = self.retimed.frame if rows is None else self.retimed.frame.iloc[rows]
        return spending_interval(
            self.counts[title], self.worth, PurchaseSummary(frame, self.retimed.unit),
            t=self.season.ahead(self.moment, days), seed=seed, level=level,
        )  # fmt: skip


@dataclass(frozen=True)
class Forest:
    """A forest that learned the spending of ``days`` days of the average season, from behaviour at earlier moments."""

    model: SpendingForest
    days: int
    windows: tuple[datetime, ...]

    def spending(self, outlook: Outlook, inputs: Floats, days: int, rows: Ints) -> Floats:
        """Expected spending in ``days``: its own window's, stretched as the count model it reads stretches it."""
        return self.model.predict(inputs) * self.stretch(outlook, days)[rows]

    def interval(
        self, outlook: Outlook, inputs: Floats, days: int, rows: Ints, level: float
    ) -> tuple[Floats, Floats]:
        low, high = self.model.interval(inputs, level)
        stretch = self.stretch(outlook, days)[rows]
        return low * stretch, high * stretch

    def stretch(self, outlook: Outlook, days: int) -> Floats:
        """Expected orders of each customer in the ``days`` to come over those in what the forest learned."""
        whole, own = outlook.orders(READ.title, days), outlook.ahead(READ.title, float(self.days))
        return np.divide(whole, own, out=np.full_like(own, days / self.days), where=own > 1e-9)


def forest_before(
    lines: pd.DataFrame, history: OrderHistory, known: Outlook, *, horizons: tuple[int, ...], seed: int
) -> Forest | None:
    """A forest trained on windows that end by the moment of ``known``; None when the history holds none, or nobody came back.

    The longest of ``horizons`` that leaves `LEAD_DAYS` of history before a window, up to `MOST_WINDOWS` of it, and at
    most `MOST_CUSTOMERS` customers drawn at random. What was spent in a window is brought to the average season.
    """
    until = known.moment
    opened = np.datetime64(history.span[0], "D").astype(object)
    known_from = until.replace(year=opened.year, month=opened.month, day=opened.day)
    for days in horizons:
        windows = splits.backwards(
            known_from=known_from, known_until=until, horizon=timedelta(days=days),
            count=MOST_WINDOWS, lead=timedelta(days=LEAD_DAYS),
        )  # fmt: skip
        if windows:
            break
    else:
        return None
    return _trained(lines, history, windows, known.season, days=days, seed=seed)


def _trained(
    lines: pd.DataFrame,
    history: OrderHistory,
    windows: Sequence[splits.Window],
    known: Season,
    *,
    days: int,
    seed: int,
) -> Forest | None:
    few = sampled(history.customers.size, MOST_CUSTOMERS, seed)
    mine = (
        lines
        if few.size == history.customers.size
        else lines[lines["customer_id"].isin(history.customers[few])]
    )
    behaviour = features.behaviour(mine, [window.cutoff for window in windows])
    tables, outcomes = [], []
    try:
        for window in windows:
            part = behaviour[behaviour["as_of"] == window.cutoff]
            outlook = Outlook.of(history, window.cutoff, (READ,))
            rows, table = inputs_of(part, outlook, days)
            spent = history.spending(window.end, since=window.cutoff)[1]
            people = np.searchsorted(history.customers, outlook.summary.frame["customer_id"].to_numpy()[rows])
            tables.append(table)
            outcomes.append(spent[people] * days / known.ahead(window.cutoff, days))
        model = SpendingForest(random_state=seed).fit(np.concatenate(tables), np.concatenate(outcomes))
    except ValueError:
        return None
    return Forest(model, days, tuple(window.cutoff for window in windows))


def inputs_of(behaviour: pd.DataFrame, outlook: Outlook, days: int) -> tuple[Ints, Floats]:
    """`INPUTS` of the customers in ``behaviour`` of the outlook's moment, and their rows in the outlook."""
    rows = np.searchsorted(
        outlook.summary.frame["customer_id"].to_numpy(), behaviour["customer_id"].to_numpy()
    )
    foreseen = [part[rows] for part in (outlook.orders(READ.title, days), outlook.spending(READ.title, days))]
    return rows, np.column_stack([behaviour[list(features.NAMES)].to_numpy(dtype=np.float64), *foreseen])


def sampled(size: int, most: int, seed: int) -> Ints:
    """Places of ``size`` things, all of them or ``most`` drawn at random, in order."""
    if size <= most:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, most, replace=False))


def _times(summary: PurchaseSummary) -> tuple[Floats, Floats, Floats]:
    return summary.column("frequency"), summary.column("recency"), summary.column("age")
