"""Why a customer is thought likely to leave or to come back: what each side of their history added, with its numbers.

Codes and numbers only; the words are the shop's. Contributions are exact (`ml.explain`), and those of one subject's
inputs are added up, so that two inputs that say the same do not compete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ml import explain
from ml.churn_models import visits
from ml.churn_models.candidates import BOOSTING, FOREST, LOGISTIC, Method, is_model
from ml.churn_models.rows import matrix

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

SUBJECTS = {
    "waiting": ("recency_days", "overdue"),
    "rhythm": ("gap_mean_days", "gap_sd_days"),
    "frequency": (
        "orders", "tenure_days", "orders_30", "orders_90", "expected_purchases", "p_no_purchase",
    ),
    "spend": ("revenue", "average_order_value"),
    "range": ("product_count", "items_per_order"),
    "visits": visits.INPUTS,
}  # fmt: skip
NAMED = {
    "waiting": {"recency_days": "days", "gap_mean_days": "gap"},
    "rhythm": {"gap_mean_days": "gap", "gap_sd_days": "spread"},
    "frequency": {"orders": "orders", "tenure_days": "days", "orders_90": "recent"},
    "spend": {"average_order_value": "average", "revenue": "revenue"},
    "range": {"product_count": "products", "items_per_order": "items"},
    "visits": {
        "visit_days": "days",
        "visits_30": "visits",
        "searches_90": "searches",
        "carts_left_90": "carts",
    },
}
"""The inputs that are told with each subject, and as what. The days are None for who was never seen."""
CODES = tuple(SUBJECTS)
"""The last is there only where a method reads visits."""
FACTS = tuple(dict.fromkeys([*(name for names in NAMED.values() for name in names), "is_seen"]))
TOLD = 3
SMALLEST = 0.05
"""A subject that moved the answer by less than this share of the largest is left out."""
MOST_EXPLAINED = 20_000
"""What trees take a second or two to explain; of more customers those with most at stake."""
SAMPLE = 2_000
"""How many customers, drawn at random, the importance is measured on."""


@dataclass(frozen=True)
class Explained:
    """Reasons by position in the rows, and how much each subject moves answers: mean |contribution|.

    ``unit`` says what contributions are measured in: "probability" or "log-odds".
    """

    reasons: dict[int, list[dict[str, Any]]]
    importance: dict[str, float]
    unit: str


def contributions(method: Method, X: Floats) -> tuple[Floats, float, str]:
    """What each input adds to the method's answer before calibration: values, the base they add to, and the unit."""
    if method.kind == FOREST:
        ensemble = explain.of_forest(method.model.forest_)
        return ensemble.contributions(X), ensemble.base, "probability"
    if method.kind == BOOSTING:
        ensemble = explain.of_boosting(method.model.boosting_)
        return ensemble.contributions(X), ensemble.base, "log-odds"
    if method.kind == LOGISTIC:
        return method.model.contributions(X), float(method.model.level_), "log-odds"
    return np.zeros(X.shape), 0.0, ""


def explained(method: Method, rows: pd.DataFrame, probability: Floats, seed: int) -> Explained:
    """Reasons for everyone, or for those with most to lose (probability x revenue) and some at random.

    A method that only reads one number has no contributions to tell apart: everyone's reasons are the waiting and the
    frequency it rests on, without effects.
    """
    at_stake = probability * rows["revenue"].to_numpy(dtype=float)
    first = np.argsort(-at_stake, kind="stable")[:MOST_EXPLAINED]
    drawn = np.random.default_rng(seed).permutation(len(rows))[:SAMPLE]
    chosen = np.unique(np.concatenate([first, drawn])) if is_model(method.name) else np.arange(len(rows))
    values, _, unit = contributions(method, matrix(rows.iloc[chosen], method.inputs))
    by_subject = {
        code: values[:, [method.inputs.index(name) for name in names]].sum(axis=1)
        for code, names in SUBJECTS.items()
        if set(names) <= set(method.inputs)
    }
    is_drawn = np.isin(chosen, drawn)
    importance = (
        {code: float(np.abs(each[is_drawn]).mean()) for code, each in by_subject.items()} if unit else {}
    )
    table = rows[[name for name in FACTS if name in rows.columns]].iloc[chosen].to_dict("records")
    if not unit:
        told = [[_reason(code, row, None) for code in ("waiting", "frequency")] for row in table]
        return Explained(dict(zip(chosen.tolist(), told, strict=True)), {}, unit)
    effects = np.column_stack(list(by_subject.values()))
    ordered = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :TOLD].tolist()
    told = [_told(*each) for each in zip(table, effects.tolist(), ordered, strict=True)]
    return Explained(dict(zip(chosen.tolist(), told, strict=True)), importance, unit)


def _told(row: dict[Any, Any], effects: list[float], ordered: list[int]) -> list[dict[str, Any]]:
    least = SMALLEST * abs(effects[ordered[0]])
    return [_reason(CODES[each], row, effects[each]) for each in ordered if abs(effects[each]) > least]


def _reason(code: str, row: dict[Any, Any], effect: float | None) -> dict[str, Any]:
    """``effect`` is above 0 when the subject speaks for leaving."""
    facts: dict[str, float | None] = {fact: float(row[name]) for name, fact in NAMED[code].items()}
    if code == "visits" and not row["is_seen"]:
        facts["days"] = None
    return {"code": code, "effect": effect, **facts}
