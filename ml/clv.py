"""CLV: what a customer will spend in the next twelve months, with an interval, and when the next order is due.

A run reads the orders once, judges every method on the last complete window, and scores by the winner.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ml import artifact, baselines, features, frames, metrics
from ml.purchase_models.gammagamma import GammaGamma
from ml.purchase_models.history import OrderHistory
from ml.purchase_models.summary import summary_of
from ml.results import Baseline, Need, TrainingResult, judged, not_enough_data, shortfall
from ml.sufficiency import VALUE
from ml.value_models import judging
from ml.value_models.judging import BASELINE, LEVEL, Judgement
from ml.value_models.outlook import COUNT_MODELS, FOREST, READ, Forest, Outlook, forest_before, inputs_of
from ml.value_models.scoring import COLUMNS, historic_value, scored
from ml.value_models.season import Season

if TYPE_CHECKING:
    from ml.purchase_models.counting import CountModel

__all__ = ["COLUMNS", "historic_value", "predict", "train"]

HORIZONS = (180, 90)
INDEPENDENT_BELOW = 0.3
SUMMARISED = ("frequency", "recency", "age", "valued", "value")


def train(
    frame: pd.DataFrame,
    as_of: datetime,
    *,
    seed: int = 0,
    horizon_days: int | None = None,
    monthly_discount: float = 0.01,
    traces: frames.Traces | None = None,
) -> TrainingResult:
    """Value every customer with an order before ``as_of``, time in days, money undiscounted where not said otherwise.

    Judged on the last complete ``horizon_days`` (180 if as long a history lies before them, else 90), of which the
    models judged saw nothing: BG/NBD, MBG/NBD and Pareto/NBD with Gamma-Gamma, of which the likeliest before the
    window stands for all, the forest, and the historical rate going on. The rank correlation with the revenue that
    came decides; absolute errors and totals are reported beside it. The interval holds the spending with 80%
    probability under the model, and always the mean. A season is learned once a full year is known.

    ``traces`` holds the orders cancelled by now: every earlier moment sees those as standing that were cancelled after
    it. What a window brought is what stood at its end: an order placed and cancelled within it is nothing.
    """
    frames.validate(frame, frames.ORDER_LINES)
    end = frames.moment(as_of)
    recorded = frames.recorded_before(frame, end, traces)
    history = OrderHistory.of(recorded, end)
    horizon_days = horizon_days or _longest_horizon(history, end)
    cutoff = end - timedelta(days=horizon_days)
    card = artifact.new_card(
        question="clv", as_of=as_of, frame=recorded, seed=seed,
        parameters={"horizon_days": horizon_days, "monthly_discount": monthly_discount, "interval_level": LEVEL},
        window={"test_from": str(cutoff), "test_until": str(end)},
    )  # fmt: skip
    needs = _needs(history, cutoff, end)
    if shortfall(needs):
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    found = judging.judge(recorded, history, cutoff, end, horizons=HORIZONS, seed=seed)
    return _answered(card, found, needs, recorded, history, monthly_discount=monthly_discount)


def _answered(
    card: dict[str, Any],
    found: Judgement,
    needs: list[Need],
    recorded: pd.DataFrame,
    history: OrderHistory,
    *,
    monthly_discount: float,
) -> TrainingResult:
    """The result: every customer scored by what won, refitted to all that is known."""
    as_of, seed = datetime.fromisoformat(card["as_of"]), int(card["seed"])
    outlook, title = Outlook.of(history, frames.moment(as_of)), found.outlook.likeliest
    is_forest = found.served == FOREST
    forest = forest_before(recorded, history, outlook, horizons=HORIZONS, seed=seed) if is_forest else None
    scores = scored(
        recorded, history, outlook, served=found.served, title=title, forest=forest,
        monthly_discount=monthly_discount, seed=seed,
    )  # fmt: skip
    tested = {
        "customer_id": found.customers,
        "actual": found.actual,
        "predicted": found.predicted[found.served],
    }
    return judged(
        card | _described(found, outlook, title),
        as_of=as_of, is_better=found.is_better, needs=needs, scores=scores, served=_named(found.served),
        metrics=found.metrics[found.chosen] | dict(found.notes),
        baseline=Baseline(BASELINE, found.metrics[BASELINE]),
        arrays=_kept("now", outlook, title) | _kept("judged", found.outlook, title),
        estimator=forest.model if forest else None,
        judged_estimator=found.forest.model if is_forest and found.forest else None,
        tested=pd.DataFrame(tested), inputs=outlook.summary.frame[["customer_id", *SUMMARISED]],
    )  # fmt: skip


def predict(
    kept: artifact.Artifact, frame: pd.DataFrame, cutoff: datetime, *, traces: frames.Traces | None = None
) -> pd.DataFrame:
    """What the run ``kept`` foresees of its horizon from ``cutoff`` on, by the method it served, as it was judged.

    ``customer_id`` and ``predicted`` (spending, undiscounted) of every customer with an order before ``cutoff``.
    """
    recorded = frames.recorded_before(frame, cutoff, traces)
    history, days = OrderHistory.of(recorded, cutoff), int(kept.card["parameters"]["horizon_days"])
    outlook = _outlook_of(kept, history, frames.moment(cutoff))
    title, served = kept.card["count_model"], kept.card["method"]
    predicted = outlook.spending(title, days)
    if served == BASELINE:
        predicted = baselines.historical_spending(outlook.summary, days)
    elif served == FOREST:
        forest = Forest(kept.judged_estimator, int(kept.card["forest"]["days"]), ())
        rows, table = inputs_of(features.behaviour(recorded, [cutoff]), outlook, forest.days)
        predicted = forest.spending(outlook, table, days, rows)
    return pd.DataFrame({"customer_id": outlook.summary.frame["customer_id"], "predicted": predicted})


def _longest_horizon(history: OrderHistory, end: pd.Timestamp) -> int:
    """The longest of `HORIZONS` that leaves as long a history before it, else the shortest."""
    first = pd.Timestamp(np.datetime64(history.span[0], "D"))
    days = (end - first).days if history.customers.size else 0
    return next((horizon for horizon in HORIZONS if days >= 2 * horizon), HORIZONS[-1])


def _needs(history: OrderHistory, cutoff: pd.Timestamp, end: pd.Timestamp) -> list[Need]:
    horizon_days = (end - cutoff).days
    before = summary_of(history, cutoff).frame
    repeat = float(((before["frequency"] > 0) & (before["value"] > 0)).sum())
    first, last = history.span
    people = np.searchsorted(history.customers, before["customer_id"].to_numpy())
    returning = float((history.spending(end, since=cutoff)[1][people] > 0).sum())
    return [
        Need("days of history", VALUE.days + horizon_days, float(last - first + 1)),
        Need(f"customers {horizon_days} days ago", VALUE.customers, float(len(before))),
        Need(f"customers with a repeat purchase {horizon_days} days ago", VALUE.repeat, repeat),
        Need(f"customers who came back and paid in the last {horizon_days} days", VALUE.returning, returning),
    ]


def _named(served: str) -> str:
    return served if served in {BASELINE, FOREST} else f"{served} and Gamma-Gamma"


def _kept(when: str, outlook: Outlook, title: str) -> dict[str, Any]:
    return {
        f"{when}_counts": outlook.counts[title].parameters,
        f"{when}_read": outlook.counts[READ.title].parameters,
        f"{when}_values": outlook.worth.parameters,
        f"{when}_season": np.array([outlook.season.known_days, *outlook.season.multipliers]),
    }


def _outlook_of(kept: artifact.Artifact, history: OrderHistory, moment: pd.Timestamp) -> Outlook:
    """The outlook of a later moment by the parameters an earlier run was judged with."""
    title = kept.card["count_model"]
    model = next(each for each in COUNT_MODELS if each.title == title)
    days, *multipliers = kept.arrays["judged_season"].tolist()
    season = Season(tuple(multipliers), int(days))
    summary = summary_of(history, moment)
    counts: dict[str, CountModel] = {
        READ.title: READ.of(*kept.arrays["judged_read"]),
        title: model.of(*kept.arrays["judged_counts"]),
    }
    worth = GammaGamma.of(*kept.arrays["judged_values"])
    return Outlook(moment, summary, season.retimed(summary, moment), season, counts, worth)


def _described(found: Judgement, outlook: Outlook, title: str) -> dict[str, Any]:
    repeat = outlook.summary.column("frequency") > 0
    correlation = metrics.correlation(
        outlook.summary.column("frequency")[repeat], outlook.summary.column("value")[repeat]
    )
    return {
        "method": found.served,
        "count_model": title,
        "rivals": {name: values for name, values in found.metrics.items() if name != found.chosen},
        "model": {
            "time_unit": outlook.summary.unit.name.lower(),
            "counts": {
                each: dict(zip(model.names, model.parameters.tolist(), strict=True))
                | {"log_likelihood": model.log_likelihood_}
                for each, model in outlook.counts.items()
            },
            "gammagamma": dict(zip("pqv", outlook.worth.parameters.tolist(), strict=True)),
            "frequency_value_correlation": correlation,
            "is_value_independent": bool(abs(correlation) < INDEPENDENT_BELOW),
        },
        "season": {
            "is_learned": outlook.season.is_learned,
            "known_days": outlook.season.known_days,
            "multipliers": list(outlook.season.multipliers),
            "was_judged": found.outlook.season.is_learned,
        },
        "forest": None
        if found.forest is None
        else {"days": found.forest.days, "windows": [str(window) for window in found.forest.windows]},
    }
