"""Churn: whether a customer who bought in the last year will buy nothing in the next ninety days.

P(alive) of BG/NBD is not the answer (it is 1 for every one-time buyer), nor is recency by today's date; the label is
always the silence of a later window.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import artifact, baselines, features, frames, metrics, splits
from ml.purchase_models.betageo import BetaGeo
from ml.purchase_models.summary import summarise
from ml.results import Baseline, Need, TrainingResult, judged, not_enough_data, shortfall
from ml.risk_models import ChurnForest, SigmoidCalibration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

Floats = npt.NDArray[np.float64]

COLUMNS = ["customer_id", "churn_probability", "churn_risk"]
INPUTS = (*features.NAMES, "overdue", "expected_purchases", "p_no_purchase")
"""What the forest reads: behaviour, days since the last order over the usual gap, and what BG/NBD foresees."""
ACTIVE_DAYS = 365
LEAD_DAYS = 30
MAX_WINDOWS = 4
MIN_CUSTOMERS, MIN_REPEAT, MIN_EACH = 100, 20, 20
FOREST, BASE_RATE, RECENCY, BETA_GEO = "random forest", "base rate", "recency alone", "BG/NBD alone"


def train(
    frame: pd.DataFrame,
    as_of: datetime,
    *,
    seed: int = 0,
    horizon_days: int = 90,
    high_above: float = 0.66,
    medium_from: float = 0.33,
) -> TrainingResult:
    """Probability of no order in the ``horizon_days`` after ``as_of`` for everyone with one in the 365 before it.

    Up to four windows train, the last complete one tests; the forest is judged by AUC beside recency alone, BG/NBD
    alone and the base rate, and the winner, refitted up to ``as_of``, makes the scores. With three training windows
    or more every method is calibrated on the last of them.
    """
    frames.validate(frame, frames.ORDER_LINES)
    end = frames.moment(as_of)
    known = frames.known_before(frame, end)
    split = _split(known, end, horizon_days)
    card = artifact.new_card(
        question="churn", as_of=as_of, frame=known, seed=seed,
        parameters={"horizon_days": horizon_days, "high_above": high_above, "medium_from": medium_from,
                    "inputs": list(INPUTS), "active_days": ACTIVE_DAYS},
        window=_described(split),
    )  # fmt: skip
    needs = _history_needs(known, split, horizon_days)
    rows = pd.DataFrame()
    if split is not None and not shortfall(needs):
        rows = rows_at(known, [*(window.cutoff for window in (*split.train, split.test)), end], horizon_days)
        needs += _outcome_needs(rows, split)
    if split is None or shortfall(needs):
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    measured, rival, rivals, is_calibrated = _judge(rows, split, seed)
    is_better = measured["auc"] > rival.metrics["auc"]
    served = FOREST if is_better else rival.name
    labelled = [window.cutoff for window in (*split.train, split.test)][-MAX_WINDOWS:]
    methods, forest = _fit(rows[rows["as_of"].isin(labelled)], is_calibrated=is_calibrated, seed=seed)
    current = rows[rows["as_of"] == end]
    scores = pd.DataFrame(
        {"customer_id": current["customer_id"], "churn_probability": methods[served](current)}
    ).reset_index(drop=True)
    scores["churn_risk"] = risk_of(
        scores["churn_probability"].to_numpy(), high_above=high_above, medium_from=medium_from
    )
    return judged(
        card | {"rivals": rivals, "is_calibrated": is_calibrated},
        as_of=as_of, is_better=is_better, metrics=measured, baseline=rival, needs=needs,
        scores=scores, served=served, estimator=forest,
    )  # fmt: skip


def rows_at(lines: pd.DataFrame, moments: Sequence[datetime], horizon_days: int) -> pd.DataFrame:
    """One row a (moment, customer active in the 365 days before): as_of, customer_id, `INPUTS` and ``churned``.

    The inputs know lines strictly before the moment; ``churned`` is 1 when there is no order in the ``horizon_days``
    from the moment on (and means nothing yet where that window is not over).
    """
    behaviour = features.behaviour(lines, moments)
    parts = [_with_outlook(lines, part, horizon_days) for _, part in behaviour.groupby("as_of", sort=True)]
    return pd.concat(parts, ignore_index=True)


def risk_of(
    probability: Floats, *, high_above: float = 0.66, medium_from: float = 0.33
) -> npt.NDArray[np.str_]:
    """The band of each probability: high above ``high_above``, medium from ``medium_from`` on, low below."""
    bands = np.where(probability >= medium_from, "medium", "low")
    return np.where(probability > high_above, "high", bands)


def _with_outlook(lines: pd.DataFrame, part: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    at = part["as_of"].iloc[0]
    summary = summarise(lines, at)
    history = summary.column("frequency"), summary.column("recency"), summary.column("age")
    model = BetaGeo().fit(*history)
    people = summary.frame["customer_id"]
    rows = part.assign(
        overdue=part["recency_days"]
        / (part["gap_mean_days"].where(part["gap_mean_days"] > 0, part["tenure_days"]) + 1),
        expected_purchases=_aligned(model.expected_purchases(horizon_days, *history), people, part),
        p_no_purchase=_aligned(model.p_no_purchase(horizon_days, *history), people, part),
    )
    is_later = (lines["ordered_at"] >= at) & (lines["ordered_at"] < at + timedelta(days=horizon_days))
    rows["churned"] = (~part["customer_id"].isin(lines.loc[is_later, "customer_id"])).astype("float64")
    return rows[rows["recency_days"] <= ACTIVE_DAYS]


def _aligned(values: Floats, people: pd.Series, part: pd.DataFrame) -> Floats:
    return np.asarray(part["customer_id"].map(pd.Series(values, index=people)), dtype=np.float64)


def _split(known: pd.DataFrame, end: pd.Timestamp, horizon_days: int) -> splits.TimeSplit | None:
    if known.empty:
        return None
    return splits.last_window(
        known_from=known["ordered_at"].min().floor("D"), as_of=end, horizon=timedelta(days=horizon_days),
        count=MAX_WINDOWS, lead=timedelta(days=LEAD_DAYS),
    )  # fmt: skip


def _described(split: splits.TimeSplit | None) -> dict[str, str]:
    if split is None:
        return {}
    cutoffs = ", ".join(f"{window.cutoff:%Y-%m-%d}" for window in split.train)
    return {
        "train_cutoffs": cutoffs,
        "test_from": str(split.test.cutoff),
        "test_until": str(split.test.end),
    }


def _history_needs(known: pd.DataFrame, split: splits.TimeSplit | None, horizon_days: int) -> list[Need]:
    span = (known["ordered_at"].max() - known["ordered_at"].min()).days + 1 if len(known) else 0
    needs = [
        Need("days of history", 2 * horizon_days + LEAD_DAYS, float(span)),
        Need("customers", MIN_CUSTOMERS, float(known["customer_id"].nunique())),
    ]
    if split is not None:
        before = summarise(known, split.train[0].cutoff).frame
        repeat = float((before["frequency"] > 0).sum())
        needs.append(Need("customers with a repeat purchase before the first window", MIN_REPEAT, repeat))
    return needs


def _outcome_needs(rows: pd.DataFrame, split: splits.TimeSplit) -> list[Need]:
    trained = rows.loc[rows["as_of"].isin([window.cutoff for window in split.train]), "churned"]
    tested = rows.loc[rows["as_of"] == split.test.cutoff, "churned"]
    return [
        Need("customers active before the test window", MIN_CUSTOMERS, float(tested.size)),
        Need("customers who came back", MIN_EACH, float(min((trained == 0).sum(), (tested == 0).sum()))),
        Need("customers who stayed away", MIN_EACH, float(min((trained == 1).sum(), (tested == 1).sum()))),
    ]


def _fit(
    rows: pd.DataFrame, *, is_calibrated: bool, seed: int
) -> tuple[dict[str, Callable[[pd.DataFrame], Floats]], ChurnForest]:
    """Every method by name as rows -> P(churn), fitted on ``rows``, the last moment kept back to calibrate on."""
    is_last = rows["as_of"] == rows["as_of"].max()
    later = rows[is_last] if is_calibrated else None
    fitted = rows[~is_last] if is_calibrated else rows
    forest = ChurnForest(random_state=seed).fit(_inputs(fitted), _outcome(fitted))
    base = baselines.BaseRate().fit(_days(rows), _outcome(rows))
    recency = baselines.RecencyAlone().fit(_days(fitted), _outcome(fitted))
    if later is not None:
        forest.calibrate(_inputs(later), _outcome(later))
    methods: dict[str, Callable[[pd.DataFrame], Floats]] = {
        FOREST: lambda part: forest.probability(_inputs(part)),
        BASE_RATE: lambda part: base.probability(_days(part)),
        RECENCY: _calibrated(lambda part: recency.probability(_days(part)), later),
        BETA_GEO: _calibrated(lambda part: part["p_no_purchase"].to_numpy(dtype=float), later),
    }
    return methods, forest


def _calibrated(
    method: Callable[[pd.DataFrame], Floats], later: pd.DataFrame | None
) -> Callable[[pd.DataFrame], Floats]:
    if later is None:
        return method
    calibration = SigmoidCalibration().fit(method(later), _outcome(later))
    return lambda part: calibration.probability(method(part))


def _judge(
    rows: pd.DataFrame, split: splits.TimeSplit, seed: int
) -> tuple[dict[str, float], Baseline, dict[str, dict[str, float]], bool]:
    """The forest's metrics, the best rival, all rivals by name, and whether there was enough to calibrate on."""
    cutoffs = [window.cutoff for window in split.train]
    fitted, test = rows[rows["as_of"].isin(cutoffs)], rows[rows["as_of"] == split.test.cutoff]
    last = _outcome(fitted[fitted["as_of"] == cutoffs[-1]])
    is_calibrated = len(cutoffs) > 2 and MIN_EACH <= last.sum() <= last.size - MIN_EACH
    methods, _ = _fit(fitted, is_calibrated=is_calibrated, seed=seed)
    actual = _outcome(test)
    predicted = {name: method(test) for name, method in methods.items()}
    rivals = {name: _metrics(actual, each) for name, each in predicted.items() if name != FOREST}
    best = max(rivals, key=lambda name: rivals[name]["auc"])
    gain, low, high = metrics.paired_difference(
        metrics.auc, actual, predicted[FOREST], predicted[best], seed=seed
    )
    measured = _metrics(actual, predicted[FOREST]) | {
        "churned_share": float(actual.mean()),
        "test_customers": float(actual.size),
        "auc_gain": gain,
        "auc_gain_low": low,
        "auc_gain_high": high,
    }
    return measured, Baseline(best, rivals[best]), rivals, bool(is_calibrated)


def _metrics(actual: Floats, probability: Floats) -> dict[str, float]:
    return {
        "auc": metrics.auc(actual, probability),
        "brier": metrics.brier(actual, probability),
        "calibration_error": metrics.calibration_error(actual, probability),
        "top_decile_lift": metrics.top_decile_lift(actual, probability),
        "mean_probability": float(probability.mean()),
    }


def _inputs(rows: pd.DataFrame) -> Floats:
    return rows[list(INPUTS)].to_numpy(dtype=float)


def _days(rows: pd.DataFrame) -> Floats:
    return rows["recency_days"].to_numpy(dtype=float)


def _outcome(rows: pd.DataFrame) -> Floats:
    return rows["churned"].to_numpy(dtype=float)
