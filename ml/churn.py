"""Churn: whether a customer who bought in the last year will buy nothing in the next ninety days.

P(alive) of BG/NBD is not the answer (it is 1 for every one-time buyer), nor is recency by today's date; the label is
always the silence of a later window.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from ml import artifact, frames, splits
from ml.churn_models import candidates, guard, judging, reasons, visits, year_before
from ml.churn_models.purchase_days import PurchaseDays, day_of
from ml.churn_models.rows import ACTIVE_DAYS, INPUTS, OVERDUE_AFTER, rows_at
from ml.results import Need, TrainingResult, judged, not_enough_data, shortfall
from ml.sufficiency import CHURN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

Floats = npt.NDArray[np.float64]

COLUMNS = [
    "customer_id",
    "churn_probability",
    "churn_risk",
    "recency_days",
    "usual_gap_days",
    "is_overdue",
    "reasons",
]
MAX_WINDOWS = 6
MANY_CUSTOMERS = 20_000


def train(
    frame: pd.DataFrame,
    as_of: datetime,
    *,
    seed: int = 0,
    horizon_days: int = 90,
    high_above: float = 0.66,
    medium_from: float = 0.33,
    traces: frames.Traces | None = None,
) -> TrainingResult:
    """Probability of no order in the ``horizon_days`` after ``as_of`` for everyone with one in the 365 before it.

    Windows that overlap, a third of the horizon apart, train, and the one a year before where the history reaches so far
    back; the last complete one, which begins when all their labels are over, tests. Which model is judged is chosen on
    windows before the test; it serves if BG/NBD did not beat it there and it is not below the best rival in the test,
    else that rival does. Everything is fitted again up to ``as_of`` for the scores. Raises
    `ml.churn_models.guard.LeakyTraining` when an input knows the window it is to foretell.

    ``traces`` holds the orders cancelled by now, which stood at every cutoff before they were cancelled; a window's
    label is what stood at its end (`ml.churn_models.rows.rows_at`). Its events are read where they cover every cutoff
    (`ml.churn_models.visits.coverage`): models that are given the visits stand for election beside those that are not.
    """
    frames.validate(frame, frames.ORDER_LINES)
    recorded = frames.recorded_before(frame, as_of, traces)
    with threadpool_limits(1):  # on small matrices the threads of BLAS and OpenMP only wait for each other
        return _train(recorded, _events(traces), as_of, seed, horizon_days, (high_above, medium_from))


def _train(
    recorded: pd.DataFrame,
    events: pd.DataFrame | None,
    as_of: datetime,
    seed: int,
    horizon_days: int,
    bands: tuple[float, float],
) -> TrainingResult:
    end = frames.moment(as_of)
    split = _split(recorded, end, horizon_days)
    card = artifact.new_card(
        question="churn", as_of=as_of, frame=recorded, seed=seed,
        parameters={"horizon_days": horizon_days, "high_above": bands[0], "medium_from": bands[1],
                    "inputs": list(INPUTS), "active_days": ACTIVE_DAYS, "overdue_after_gaps": OVERDUE_AFTER},
        window=_described(split),
    )  # fmt: skip
    needs = _history_needs(recorded, split, end, horizon_days)
    rows, covered = pd.DataFrame(), visits.NO_EVENTS
    if split is not None and not shortfall(needs):
        rows, covered = _rows(recorded, events, (split.test.cutoff, end), horizon_days)
        needs += _outcome_needs(rows, split)
    if split is None or shortfall(needs):
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    checked = guard.inspect(
        recorded, rows, at=split.train[-1].cutoff, horizon_days=horizon_days, build=rows_at,
        events=events if covered.is_read else None,
    )  # fmt: skip
    cutoff = split.test.cutoff
    test = rows[rows["as_of"] == cutoff]
    names = candidates.EVERY if covered.is_read else candidates.WITHOUT_VISITS
    seen = _seen_from(rows, recorded, cutoff, horizon_days)
    card["window"]["train_cutoffs"] = _listed(each for each in seen["as_of"].unique() if each != cutoff)
    learned = _learned(recorded, seen, cutoff, horizon_days, seed, names)
    findings = judging.judge(learned, test, seed)
    served = findings.served
    card["parameters"]["inputs"] = list(learned.methods[served].inputs)
    now = _learned(recorded, _seen_from(rows, recorded, end, horizon_days), end, horizon_days, seed, [served])
    current = rows[rows["as_of"] == end].reset_index(drop=True)
    probability = now.methods[served].probability(current)
    visited = covered.facts(is_served=now.methods[served].is_visiting)
    told = reasons.explained(now.methods[served], current, probability, seed)
    why = {"importance": told.importance, "importance_unit": told.unit, "explained": len(told.reasons)}
    return judged(
        card | findings.card | {"guard": checked, "level": asdict(now.level), "visits": visited} | why,
        as_of=as_of, is_better=candidates.is_model(served), metrics=findings.measured, baseline=findings.baseline, needs=needs,
        scores=_scores(current, probability, told, bands),
        served=served, estimator=now.methods[served].kept, judged_estimator=learned.methods[served].kept,
        tested=_tested(test, learned.methods[served].probability(test)), inputs=current[["customer_id", *now.methods[served].inputs]],
    )  # fmt: skip


def predict(
    kept: artifact.Artifact, frame: pd.DataFrame, cutoff: datetime, *, traces: frames.Traces | None = None
) -> pd.DataFrame:
    """What the method that an earlier run served foresees at a later ``cutoff``: customer_id and predicted.

    It is the method as that run judged it, on what ``frame`` holds from before the cutoff.
    """
    horizon_days = int(kept.card["parameters"]["horizon_days"])
    known = frames.known_before(frames.recorded_before(frame, cutoff, traces), cutoff)
    method = candidates.kept_method(str(kept.card["served"]), kept.judged_estimator)
    events = _events(traces) if method.is_visiting else None
    if method.is_visiting and events is None:
        raise ValueError(f"{method.name} reads visits; give it the events in traces")
    rows = rows_at(known, [cutoff], horizon_days, events).reset_index(drop=True)
    return pd.DataFrame({"customer_id": rows["customer_id"], "predicted": method.probability(rows)})


def _events(traces: frames.Traces | None) -> pd.DataFrame | None:
    """The events there are; None for none at all."""
    if traces is None or traces.events is None or traces.events.empty:
        return None
    frames.validate(traces.events, frames.EVENTS)
    return traces.events


def _rows(
    recorded: pd.DataFrame, events: pd.DataFrame | None, ats: Collection[datetime], horizon_days: int
) -> tuple[pd.DataFrame, visits.Coverage]:
    """The rows of all moments needed to foretell from ``ats``, with visits only if the events cover every one.

    Those a year before may lie before the first event: there the visits are empty.
    """
    rows = rows_at(recorded, _moments(recorded, ats, horizon_days), horizon_days, events)
    if events is None:
        return rows, visits.NO_EVENTS
    is_early = rows["as_of"].isin([year_before.before(at) for at in ats])
    covered, lately = visits.coverage(rows), visits.coverage(rows[~is_early])
    if covered.is_read:
        return rows, covered
    if lately.is_read:
        return rows.assign(**{name: rows[name].mask(is_early) for name in visits.COLUMNS}), lately
    return rows.drop(columns=list(visits.COLUMNS)), lately


def _learned(
    recorded: pd.DataFrame,
    seen: pd.DataFrame,
    at: datetime,
    horizon_days: int,
    seed: int,
    names: Sequence[str],
) -> candidates.Learned:
    """The methods named, fitted to what was seen by ``at`` and moved to the level foreseen for the window from it on."""
    missed = year_before.errors(recorded, (at, at - timedelta(days=horizon_days)), horizon_days)
    return candidates.learn(seen, at, horizon_days, seed, names, missed=missed)


def risk_of(
    probability: Floats, *, high_above: float = 0.66, medium_from: float = 0.33
) -> npt.NDArray[np.str_]:
    """The band of each probability: high above ``high_above``, medium from ``medium_from`` on, low below."""
    bands = np.where(probability >= medium_from, "medium", "low")
    return np.where(probability > high_above, "high", bands)


def _scores(
    current: pd.DataFrame, probability: Floats, told: reasons.Explained, bands: tuple[float, float]
) -> pd.DataFrame:
    gap = current["gap_mean_days"]
    scores = pd.DataFrame(
        {
            "customer_id": current["customer_id"],
            "churn_probability": probability,
            "churn_risk": risk_of(probability, high_above=bands[0], medium_from=bands[1]),
            "recency_days": current["recency_days"],
            "usual_gap_days": gap.where(gap > 0),
            "is_overdue": (gap > 0) & (current["recency_days"] > OVERDUE_AFTER * gap),
            "reasons": pd.Series([told.reasons.get(number) for number in range(len(current))], dtype=object),
        }
    )
    return scores[COLUMNS]


def _tested(test: pd.DataFrame, probability: Floats) -> pd.DataFrame:
    columns = {"customer_id": test["customer_id"], "actual": test["churned"], "predicted": probability}
    return pd.DataFrame(columns).reset_index(drop=True)


def _split(known: pd.DataFrame, end: pd.Timestamp, horizon_days: int) -> splits.TimeSplit | None:
    """The last complete window, and the overlapping ones before it; None when there is none to train on."""
    begin = end - timedelta(days=horizon_days)
    train = _windows(known, begin, horizon_days)
    return splits.TimeSplit(train, splits.Window(begin, timedelta(days=horizon_days))) if train else None


def _windows(known: pd.DataFrame, until: pd.Timestamp, horizon_days: int) -> tuple[splits.Window, ...]:
    if known.empty:
        return ()
    is_many = known["customer_id"].nunique() > MANY_CUSTOMERS
    return splits.overlapping(
        known_from=known["ordered_at"].min().floor("D"), known_until=until,
        horizon=timedelta(days=horizon_days), lead=timedelta(days=CHURN.days), count=MAX_WINDOWS,
        step=timedelta(days=horizon_days if is_many else max(horizon_days // 3, 1)),
    )  # fmt: skip


def _learned_from(known: pd.DataFrame, at: datetime, horizon_days: int) -> list[datetime]:
    """The moments of the latest windows that are over at ``at``, and of the same weeks a year before if known."""
    opened = known["ordered_at"].min().floor("D")
    before = year_before.same_weeks(opened, at, horizon_days)
    latest = {window.cutoff for window in _windows(known, frames.moment(at), horizon_days)}
    return sorted(latest | ({before} if before else set()))


def _moments(known: pd.DataFrame, ats: Collection[datetime], horizon_days: int) -> list[datetime]:
    """Every moment that rows are needed of: those that are foretold from, and what is learned from for each."""
    return sorted({*ats, *(each for at in ats for each in _learned_from(known, at, horizon_days))})


def _seen_from(rows: pd.DataFrame, known: pd.DataFrame, at: datetime, horizon_days: int) -> pd.DataFrame:
    """The rows of ``at`` and of what is learned from for it."""
    return rows[rows["as_of"].isin([*_learned_from(known, at, horizon_days), at])]


def _described(split: splits.TimeSplit | None) -> dict[str, str]:
    if split is None:
        return {}
    return {
        "train_cutoffs": _listed(window.cutoff for window in split.train),
        "test_from": str(split.test.cutoff),
        "test_until": str(split.test.end),
    }


def _listed(cutoffs: Iterable[datetime]) -> str:
    return ", ".join(f"{cutoff:%Y-%m-%d}" for cutoff in sorted(cutoffs))


def _history_needs(
    recorded: pd.DataFrame, split: splits.TimeSplit | None, end: pd.Timestamp, horizon_days: int
) -> list[Need]:
    bought = frames.bought(recorded)
    known = frames.known_before(bought, end)
    span = (known["ordered_at"].max() - known["ordered_at"].min()).days + 1 if len(known) else 0
    needs = [
        Need("days of history", 2 * horizon_days + CHURN.days, float(span)),
        Need("customers", CHURN.customers, float(known["customer_id"].nunique())),
    ]
    if split is not None:
        first = split.train[0].cutoff
        before = PurchaseDays.of(frames.known_before(bought, first)).histories(day_of(first))
        repeat = float((before.frequency > 0).sum())
        needs.append(Need("customers with a repeat purchase before the first window", CHURN.repeat, repeat))
    return needs


def _outcome_needs(rows: pd.DataFrame, split: splits.TimeSplit) -> list[Need]:
    trained = rows.loc[rows["as_of"].isin([window.cutoff for window in split.train]), "churned"]
    tested = rows.loc[rows["as_of"] == split.test.cutoff, "churned"]
    return [
        Need("customers active before the test window", CHURN.customers, float(tested.size)),
        Need("customers who came back", CHURN.each, float(min((trained == 0).sum(), (tested == 0).sum()))),
        Need("customers who stayed away", CHURN.each, float(min((trained == 1).sum(), (tested == 1).sum()))),
    ]
