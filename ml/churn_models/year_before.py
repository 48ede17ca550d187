"""The same weeks a year before: who came back then, and what BG/NBD missed, as part of it comes back with the season.

A season that makes everyone buy more is in the forecast already. What is missed all the same, every year, is what one
rate a customer cannot tell: people who buy each autumn only look lost in summer. So the error of the window a year
before is looked at with everything known now, the season and the parameters of BG/NBD as fitted now. A young shop's
ignorance is not carried over with it; only what each customer had bought is cut off at that moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from ml.churn_models import season
from ml.churn_models.purchase_days import day_of
from ml.churn_models.rows import ACTIVE_DAYS, DaysKnown
from ml.purchase_models.betageo import BetaGeo
from ml.sufficiency import CHURN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from ml.churn_models.purchase_days import PurchaseDays

YEAR_DAYS = 364
"""Fifty-two weeks: a shop that is closed on Saturdays is closed as often in both windows. That they begin a day apart in
the calendar is the season's affair, which knows the week of every day."""
VARIES = 0.05
"""By so much in log-odds, about a point of the share, one year's weeks are taken to differ from the next without reason."""


def same_weeks(opened: datetime, at: datetime, horizon_days: int) -> datetime | None:
    """The moment a year before ``at``, if the window from it is over and the last one's year before lies in the history.

    That is, if from the day the shop ``opened`` on there is the least history and a horizon before it; with less the
    forecasts of back then tell of a young shop, not of the season.
    """
    is_known = before(at) - opened >= timedelta(days=CHURN.days + horizon_days)
    return before(at) if is_known and horizon_days <= YEAR_DAYS else None


def before(at: datetime) -> datetime:
    """The moment a year before another."""
    return at - timedelta(days=YEAR_DAYS)


def errors(lines: pd.DataFrame, moments: Iterable[datetime], horizon_days: int) -> dict[datetime, float]:
    """What is to be expected again of the error of the share silent for ``horizon_days`` from a year before each moment on.

    In log-odds: what came less what BG/NBD in season foresees, positive when more stayed away; shrunk towards 0 by
    what chance makes of so many customers and by `VARIES` (positive-part James-Stein). Moments are left out whose
    window a year before is not over or has less than `ml.sufficiency.CHURN` behind it.
    """
    if lines.empty or horizon_days > YEAR_DAYS:
        return {}
    opened = lines["ordered_at"].min().floor("D") + timedelta(days=YEAR_DAYS + CHURN.days)
    late = [moment for moment in moments if moment >= opened]
    if not late:
        return {}
    every = DaysKnown.of(lines)
    found = {moment: _error(every.at(moment), day_of(moment), horizon_days) for moment in late}
    return {moment: error for moment, error in found.items() if error is not None}


def _error(days: PurchaseDays, until: int, horizon_days: int) -> float | None:
    """The error of the window 364 days before ``until``, of which nothing from ``until`` on is known."""
    model = BetaGeo().fit(*days.histories(until).arrays)
    begin = until - YEAR_DAYS
    known = days.histories(begin)
    is_active = known.age - known.recency <= ACTIVE_DAYS
    if is_active.sum() < CHURN.customers:
        return None
    stretched = horizon_days * season.learn(days, until).ahead(begin, horizon_days)
    foreseen = model.p_no_purchase(stretched, *known.arrays)[is_active].mean()
    is_later = (days.day >= begin) & (days.day < begin + horizon_days)
    came = np.isin(known.customer_id[is_active], days.customer_id[is_later], invert=True).mean()
    came, foreseen = np.clip([came, foreseen], 0.01, 0.99)
    chance = 1 / (is_active.sum() * came * (1 - came)) + VARIES**2
    return _shrunk(float(special.logit(came) - special.logit(foreseen)), float(chance))


def _shrunk(error: float, variance: float) -> float:
    """The positive-part James-Stein estimate of what an error measured with that variance will be again."""
    return error * max(0.0, 1 - variance / error**2) if error else 0.0
