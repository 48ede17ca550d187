"""What is to be expected of each simulated customer, from the true parameters alone."""

from datetime import date

import numpy as np

from smartshop.demo import process
from smartshop.demo.process import Floats, Truth

DISCOUNT = 0.15
"""What a discount takes off a repeat order."""
LEAST_BACK = 0.3
"""The least share of a line's quantity that a return sends back; the most is all of it."""


def expected_spending(truth: Truth, as_of: date, horizon_days: int) -> Floats:
    """What each customer will have paid for the goods of the horizon, in major units, net of what comes back.

    Expected orders x the mean order, less what is cancelled, discounted and returned; delivery is not in it.
    """
    value = process.oracle_value(truth, as_of, horizon_days) / 100
    discounted = 1 - process.DISCOUNTED_LATER * DISCOUNT
    return np.asarray(value * (1 - process.CANCELLED) * discounted * (1 - process.RETURNED * _share_back()))


def _share_back() -> float:
    """Share of a returned line's value that comes back: by quantity, as often as each is bought."""
    wanted = LEAST_BACK + (1 - LEAST_BACK) * (np.arange(1000) + 0.5) / 1000
    back = sum(
        share * float(np.ceil(quantity * wanted).mean())
        for quantity, share in zip(process.QUANTITIES, process.QUANTITY_SHARES, strict=True)
    )
    return back / process.MEAN_QUANTITY
