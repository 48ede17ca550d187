"""How many will stay away in all: the level that every method's probabilities are moved to.

The level a model learned belongs to the windows it was trained on, and the next window is another season: on real
order history the mean prediction drifts by ten points. So the level is foreseen apart from the order of customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd


@dataclass(frozen=True)
class Level:
    """The share foreseen to stay away, and whether the last window's error was carried over to it."""

    share: float
    is_carried: bool


def foreseen(rows: pd.DataFrame, at: datetime, horizon_days: int) -> Level:
    """The share of those active at ``at`` who will stay away, from BG/NBD in season.

    ``rows`` hold the moment ``at`` and earlier ones whose windows are over. BG/NBD's error of the last of these, in
    log-odds, is carried over only if carrying the error of the window before would have brought the earlier windows
    closer to what came.
    """
    now = float(rows.loc[rows["as_of"] == at, "in_season"].mean())
    horizon = timedelta(days=horizon_days)
    is_over = rows["as_of"] + horizon <= at
    means = rows[is_over].groupby("as_of")[["churned", "in_season"]].mean().clip(0.01, 0.99)
    error = special.logit(means["churned"]) - special.logit(means["in_season"])
    before = error.reindex(error.index - horizon).to_numpy()
    is_paired = ~np.isnan(before)
    alone, carried = error.to_numpy()[is_paired], (error.to_numpy() - before)[is_paired]
    is_carried = bool(is_paired.any() and np.mean(carried**2) < np.mean(alone**2))
    shift = float(error.iloc[-1]) if is_carried else 0.0
    return Level(float(special.expit(special.logit(np.clip(now, 0.001, 0.999)) + shift)), is_carried)
