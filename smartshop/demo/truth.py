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


def expected_silence(
    start: np.datetime64, first: Floats, last: Floats, repeats: Floats, as_of: date, horizon_days: int
) -> Floats:
    """P(no order in the horizon | the orders before it), shape (n,): the best answer anyone without the truth can give.

    It knows the process and how its parameters are spread over customers (`process.R` to `process.BETA`, the season),
    and of each customer the times of the ``first`` and ``last`` order, in days since ``start``, and the orders after
    the first; neither their own rates nor whether they have gone. With lambda ~ Gamma(R, ALPHA) and the lifetime u
    from the first order on Pareto(S_, BETA), Bayes' theorem gives

        A(T + H) / A(T),   A(t) = integral from last to t of g(u) (ALPHA + M(u))^-(R + x) du + G(t) (ALPHA + M(t))^-(R + x)

    where g and G are the density and the survival of the lifetime and M(u) the demand since the first order.
    """
    begin = int((np.datetime64(as_of, "s") - start) / np.timedelta64(1, "D"))
    edges = np.arange(begin + horizon_days + 1, dtype=np.float64)
    demand = _demand_by(start, edges)
    at_first = np.interp(first, edges, demand)
    power = process.R + repeats

    def silent(day: Floats) -> Floats:
        since = np.interp(day, edges, demand) - at_first
        return np.asarray((process.ALPHA + np.maximum(since, 0.0)) ** -power)

    def lives(day: Floats) -> Floats:
        return np.asarray((process.BETA / (process.BETA + np.maximum(day - first, 0.0))) ** process.S_)

    gone = np.zeros_like(first)
    totals = {}
    for day in edges[1:]:
        since, until = np.maximum(day - 1, last), np.maximum(day, last)
        gone += (lives(since) - lives(until)) * silent((since + until) / 2)
        if day in {begin, begin + horizon_days}:
            end = np.full_like(first, day)
            totals[int(day)] = gone + lives(end) * silent(end)
    return np.asarray(totals[begin + horizon_days] / totals[begin])


def _demand_by(start: np.datetime64, edges: Floats) -> Floats:
    """The demand from ``start`` to each day: the integral of the season over weekdays and hours."""
    hours = start + (np.arange(24 * (edges.size - 1)) * 3600 + 1800).astype("timedelta64[s]")
    by_day = process.modulation(hours).reshape(-1, 24).mean(axis=1)
    return np.concatenate([[0.0], np.cumsum(by_day)])
