"""What customers did in the shop beside ordering, as inputs of churn, where the events cover every cutoff alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ml.sufficiency import LEAST_EVEN, VISITS

if TYPE_CHECKING:
    import pandas as pd

READ = ("visit_days", "visits_30", "searches_90", "carts_left_90", "looks_90")
"""What is asked of `ml.features.behaviour`."""
INPUTS = ("visit_days", "visit_ratio", "is_seen", "visits_30", "searches_90", "carts_left_90")
"""What the models read: days since the last visit, at most `LONGEST_DAYS`; the logarithm of these over the days since the
last order, one added to each, which is 0 for who was not seen since; whether there is any event of the customer (0 tells
who was never seen from who was seen long ago); visits of the last 30 days, and searches and carts left of the last 90."""
CURVED = INPUTS[1:]
"""What a logistic curve reads. Given the days themselves beside those since the last order, of which they mostly are a
copy, it would hold a recent order against a customer, and the reasons would say so."""
COLUMNS = (*INPUTS, "looks_90")
LONGEST_DAYS = 365.0

Why = Literal["no events", "too few", "too uneven", "covered"]


@dataclass(frozen=True)
class Coverage:
    """Whether visits may be read, why (not), and the numbers behind it.

    ``customers`` had looked around without ordering at the cutoff where fewest had; ``evenness`` is the lowest share of
    such customers at any cutoff over the highest, from 0 to 1.
    """

    why: Why
    customers: int = 0
    evenness: float = 0.0

    @property
    def is_read(self) -> bool:
        return self.why == "covered"

    def facts(self, *, is_served: bool) -> dict[str, Any]:
        """The coverage and whether what serves reads visits, as plain data for the card."""
        needs = {
            "customers": {"need": VISITS.customers, "have": self.customers},
            "evenness": {"need": LEAST_EVEN, "have": self.evenness},
        }
        return {"is_served": is_served, "why": self.why} | (needs if self.why != "no events" else {})


NO_EVENTS = Coverage("no events")


def told(behaviour: pd.DataFrame) -> pd.DataFrame:
    """`COLUMNS` of rows of `ml.features.behaviour` with `READ` and recency_days: who was never seen has 365 days and ``is_seen`` 0."""
    known = behaviour["visit_days"]
    days = known.fillna(LONGEST_DAYS).clip(upper=LONGEST_DAYS)
    ratio = np.minimum(np.log((days + 1) / (behaviour["recency_days"] + 1)), 0.0)
    return behaviour[list(READ)].assign(
        visit_days=days, visit_ratio=ratio, is_seen=known.notna().astype("float64")
    )[list(COLUMNS)]


def coverage(rows: pd.DataFrame) -> Coverage:
    """Whether the events behind rows with `COLUMNS` cover every moment that is trained on, tested on or scored at.

    Enough customers looked around without ordering in the 90 days before each (`ml.sufficiency.VISITS`), and nowhere
    less than half as large a share of them as elsewhere.
    """
    looked = (rows["looks_90"] > 0).groupby(rows["as_of"])
    customers, shares = int(looked.sum().min()), looked.mean()
    evenness = float(shares.min() / shares.max()) if shares.max() > 0 else 0.0
    enough: Why = "too uneven" if evenness < LEAST_EVEN else "covered"
    return Coverage("too few" if customers < VISITS.customers else enough, customers, evenness)
