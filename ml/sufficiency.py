"""How much of a history each question needs before it is answered: every threshold in one place, with its reason.

Below them a figure would say more about chance than about the shop, and none is shown. Commercial programs ask for
more (500 customers with orders, 180 days) because they show a score without saying how sure it is; here every score
has passed a test on a later window beside a naive baseline, and the page states the interval.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Enough:
    """The least a question needs. A field that does not apply is 0.

    customers   known before the window a question is judged on
    repeat      of those, customers who bought more than once, from whom rates and values are learned
    each        customers on either side of a yes or no, in training and in the test
    days        history before that window
    returning   of them, customers who paid for something in that window: what a question is judged by
    """

    customers: int
    repeat: int = 0
    each: int = 0
    days: int = 0
    returning: int = 10


RFM = Enough(customers=50)
"""Ten customers a score from 1 to 5; with fewer, one customer's order moves the bounds of the others. And of a window that
fewer than ten of them paid in, the share of revenue that the best bring hangs on one or two."""

CLUSTERS = Enough(customers=100)
"""A group must hold at least five in a hundred, which below this is fewer than five people."""

CHURN = Enough(customers=100, repeat=20, each=20, days=30)
"""With 20 on the smaller side the standard error of an AUC of .75 is about .06 (Hanley, McNeil 1982), the most with which
better than chance can be told at all. Thirty days before the first window give BG/NBD a second order to see."""

VISITS = Enough(customers=100, days=90)
"""So many customers must have looked around without ordering in the 90 days before every cutoff, or their visits tell too
few apart to be learned from, as few as are too few for churn itself."""
LEAST_EVEN = 0.5
"""Of the highest share of such customers among all cutoffs, so much at the lowest: visits that were logged twice as
densely at one time as at another, because the log began, was thinned or lost consent, mean another thing then."""

VALUE = Enough(customers=100, repeat=30, days=90)
"""Gamma-Gamma has three parameters, learned from repeat buyers only: ten of them each, the usual least."""
