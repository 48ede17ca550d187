"""How many will stay away in all: the level that every method's probabilities are moved to.

The level a model learned belongs to the windows it was trained on, and the next window is another season: on real
order history the mean prediction drifts by ten points. So the level is foreseen apart from the order of customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DRIFT = 0.25
"""Of what the last window's error goes beyond what was expected of it so much is taken to stay."""


@dataclass(frozen=True)
class Level:
    """The share foreseen to stay away, and which errors of BG/NBD were carried over to it."""

    share: float
    is_carried: bool
    is_of_year_before: bool = False


def foreseen(
    rows: pd.DataFrame,
    at: datetime,
    horizon_days: int,
    missed: Mapping[datetime, float] = MappingProxyType({}),
) -> Level:
    """The share of those active at ``at`` who will stay away, from BG/NBD in season and what it missed before.

    ``rows`` hold the moment ``at`` and earlier ones whose windows are over; ``missed`` what
    `ml.churn_models.year_before.errors` expects again. Where it knows that of ``at`` and of the last complete window, the
    former is added, and `DRIFT` of what the last window missed beyond the latter: a seasonal naive forecast of the
    error with a damped level. The share is fixed beforehand, since the few windows that are over lie in other seasons
    and would choose worse. With a shorter history the error of the last window, in log-odds, is carried over only if
    carrying the error of the window before would have brought the earlier windows closer to what came.
    """
    now = float(rows.loc[rows["as_of"] == at, "in_season"].mean())
    horizon = timedelta(days=horizon_days)
    is_over = rows["as_of"] + horizon <= at
    means = rows[is_over].groupby("as_of")[["churned", "in_season"]].mean().clip(0.01, 0.99)
    error = special.logit(means["churned"]) - special.logit(means["in_season"])
    is_twofold = {at, at - horizon} <= set(missed)
    if is_twofold:
        drift = float(error.iloc[-1]) - missed[at - horizon]
        shift, is_carried = missed[at] + DRIFT * drift, False
    else:
        is_carried = _would_have_helped(error, horizon)
        shift = float(error.iloc[-1]) if is_carried else 0.0
    share = float(special.expit(special.logit(np.clip(now, 0.001, 0.999)) + shift))
    return Level(share, is_carried, is_twofold)


def _would_have_helped(error: pd.Series, horizon: timedelta) -> bool:
    """Whether the errors of the windows that are over are nearer to those a ``horizon`` before them than to 0."""
    before = error.reindex(pd.DatetimeIndex(error.index) - horizon).to_numpy()
    is_paired = ~np.isnan(before)
    alone, carried = error.to_numpy()[is_paired], (error.to_numpy() - before)[is_paired]
    return bool(is_paired.any() and np.mean(carried**2) < np.mean(alone**2))
