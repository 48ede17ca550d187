"""The guard every training passes: no input may know the window it is to foretell, and no label may be an input.

On real order history the usual leaks score an AUC of 1.000 (label = days since the last order > 90, with those days
among the inputs), .988 (counts of the last 30 and 90 days up to the end of the window) and .900 (orders, revenue and
tenure up to the same date), where an honest model reaches about .76.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ml import frames, metrics
from ml.churn_models import visits
from ml.churn_models.rows import INPUTS, outcome

Builder = Callable[[pd.DataFrame, list[datetime], int, pd.DataFrame | None], pd.DataFrame]
"""What makes rows of order lines, moments, the horizon in days, and the events if visits are read."""

PLAUSIBLE_AUC = 0.97
ENOUGH = 30


class LeakyTraining(ValueError):
    """A training set that knows what it is to foretell.

    Attributes
    ----------
    leak : "label is an input", "inputs know the window", "label looks back" or "too good to be true"
    columns : the inputs at fault
    """

    def __init__(self, leak: str, columns: list[str], problem: str) -> None:
        self.leak = leak
        self.columns = columns
        super().__init__(f"{leak}: {problem}")


def inspect(
    lines: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    at: datetime,
    horizon_days: int,
    build: Builder,
    events: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Look for the usual leaks in the window of ``rows`` that began at ``at``; facts for the card if there are none.

    ``build`` is what made the rows, of ``lines`` and of ``events`` if visits are read. Raises `LeakyTraining`.
    """
    window = rows[rows["as_of"] == at].sort_values("customer_id")
    refuse_inputs_of_the_window(lines, window, at=at, horizon_days=horizon_days, build=build, events=events)
    refuse_label_as_input(window)
    refuse_label_that_looks_back(lines, window, at=at, horizon_days=horizon_days)
    name, value = strongest_input(window)
    return {"checked_at": f"{at:%Y-%m-%d}", "rows": len(window), "strongest_input": name, "its_auc": value}


def refuse_label_as_input(window: pd.DataFrame) -> None:
    """Raise when one input alone gives the label away."""
    name, value = strongest_input(window)
    if value > PLAUSIBLE_AUC:
        raise LeakyTraining(
            "label is an input", [name],
            f"'{name}' alone tells who churned with an AUC of {value:.3f}. Define churn by what happens after the"
            " cutoff, never by a number that is known at it.",
        )  # fmt: skip


def refuse_inputs_of_the_window(
    lines: pd.DataFrame,
    window: pd.DataFrame,
    *,
    at: datetime,
    horizon_days: int,
    build: Builder,
    events: pd.DataFrame | None = None,
) -> None:
    """Raise when an input changes once everything from the cutoff on is deleted."""
    known = frames.known_before(lines, at)
    seen = None if events is None else events[events["at"] < frames.moment(at)]
    honest = build(known, [at], horizon_days, seen).sort_values("customer_id")
    missing = set(window["customer_id"]) ^ set(honest["customer_id"])
    if missing:
        raise LeakyTraining(
            "inputs know the window", ["customer_id"],
            f"{len(missing)} customers are in the rows of {at:%Y-%m-%d} only because of what came later.",
        )  # fmt: skip
    moved = [
        name
        for name in _inputs(window)
        if not np.allclose(window[name].to_numpy(), honest[name].to_numpy(), rtol=1e-9, atol=1e-9)
    ]
    if moved:
        raise LeakyTraining(
            "inputs know the window", moved,
            f"{', '.join(moved)} of {at:%Y-%m-%d} change when the orders{'' if events is None else ' and events'} from that"
            " day on are deleted. Compute them from what was strictly before the cutoff.",
        )  # fmt: skip


def refuse_label_that_looks_back(
    lines: pd.DataFrame, window: pd.DataFrame, *, at: datetime, horizon_days: int
) -> None:
    """Raise when the label is not the silence of [cutoff, cutoff + horizon), as it was known at its end."""
    begin = frames.moment(at)
    known = frames.known_before(frames.bought(lines), begin + timedelta(days=horizon_days))
    silent = ~window["customer_id"].isin(known.loc[known["ordered_at"] >= begin, "customer_id"].unique())
    wrong = int((silent.to_numpy() != (outcome(window) == 1)).sum())
    if wrong:
        raise LeakyTraining(
            "label looks back", ["churned"],
            f"the label of {wrong} of {len(window)} customers is not the silence of the {horizon_days} days from"
            f" {at:%Y-%m-%d} on.",
        )  # fmt: skip


def refuse_wonders(auc: float) -> None:
    """Raise for a model better than order history can tell: look for the leak before it is believed."""
    if auc > PLAUSIBLE_AUC:
        raise LeakyTraining(
            "too good to be true", [],
            f"an AUC of {auc:.3f} on a later window is beyond what order history can tell (above"
            f" {PLAUSIBLE_AUC}). Look for an input that knows the window.",
        )  # fmt: skip


def strongest_input(window: pd.DataFrame) -> tuple[str, float]:
    """The input that alone tells the two outcomes apart best, either way round, and its AUC; .5 for few rows."""
    actual = outcome(window)
    if min(actual.sum(), actual.size - actual.sum()) < ENOUGH:
        return INPUTS[0], 0.5
    found = {name: metrics.auc(actual, window[name].to_numpy(dtype=float)) for name in _inputs(window)}
    name = max(found, key=lambda each: abs(found[each] - 0.5))
    return name, max(found[name], 1 - found[name])


def _inputs(window: pd.DataFrame) -> list[str]:
    return [name for name in (*INPUTS, *visits.INPUTS) if name in window.columns]
