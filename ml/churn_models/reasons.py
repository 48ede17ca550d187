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
from ml.churn_models.candidates import BOOSTING, FOREST, LOGISTIC, MODELS, Method
from ml.churn_models.rows import INPUTS, matrix

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
}  # fmt: skip
TOLD = 3
SMALLEST = 0.05
"""A subject that moved the answer by less than this share of the largest is left out."""
MOST_EXPLAINED = 300
SAMPLE = 150


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
    if method.name == FOREST:
        ensemble = explain.of_forest(method.model.forest_)
        return ensemble.contributions(X), ensemble.base, "probability"
    if method.name == BOOSTING:
        ensemble = explain.of_boosting(method.model.boosting_)
        return ensemble.contributions(X), ensemble.base, "log-odds"
    if method.name == LOGISTIC:
        return method.model.contributions(X), float(method.model.level_), "log-odds"
    return np.zeros((len(X), len(INPUTS))), 0.0, ""


def explained(method: Method, rows: pd.DataFrame, probability: Floats, seed: int) -> Explained:
    """Reasons for those with most to lose (probability x revenue) and, for the importance, for some at random.

    A method that only reads one number has no contributions to tell apart: everyone's reasons are the waiting and the
    frequency it rests on, without effects.
    """
    at_stake = probability * rows["revenue"].to_numpy(dtype=float)
    first = np.argsort(-at_stake, kind="stable")[:MOST_EXPLAINED]
    drawn = np.random.default_rng(seed).permutation(len(rows))[:SAMPLE]
    chosen = np.unique(np.concatenate([first, drawn])) if method.name in MODELS else np.arange(len(rows))
    values, _, unit = contributions(method, matrix(rows.iloc[chosen]))
    by_subject = {
        code: values[:, [INPUTS.index(name) for name in names]].sum(axis=1)
        for code, names in SUBJECTS.items()
    }
    is_drawn = np.isin(chosen, drawn)
    importance = (
        {code: float(np.abs(each[is_drawn]).mean()) for code, each in by_subject.items()} if unit else {}
    )
    table = rows.iloc[chosen].to_dict("records")
    told = {
        int(position): _told(table[number], {code: float(each[number]) for code, each in by_subject.items()})
        if unit
        else [_reason(code, table[number], None) for code in ("waiting", "frequency")]
        for number, position in enumerate(chosen)
    }
    return Explained(told, importance, unit)


def _told(row: dict[Any, Any], effects: dict[str, float]) -> list[dict[str, Any]]:
    ordered = sorted(effects, key=lambda code: -abs(effects[code]))[:TOLD]
    least = SMALLEST * abs(effects[ordered[0]])
    return [_reason(code, row, effects[code]) for code in ordered if abs(effects[code]) > least]


def _reason(code: str, row: dict[Any, Any], effect: float | None) -> dict[str, Any]:
    """``effect`` is above 0 when the subject speaks for leaving."""
    gap = float(row["gap_mean_days"])
    facts = {
        "waiting": {"days": float(row["recency_days"]), "gap": gap},
        "rhythm": {"gap": gap, "spread": float(row["gap_sd_days"])},
        "frequency": {
            "orders": float(row["orders"]),
            "days": float(row["tenure_days"]),
            "recent": float(row["orders_90"]),
        },
        "spend": {"average": float(row["average_order_value"]), "revenue": float(row["revenue"])},
        "range": {"products": float(row["product_count"]), "items": float(row["items_per_order"])},
    }
    return {"code": code, "effect": effect, **facts[code]}
