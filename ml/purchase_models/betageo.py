"""BG/NBD and MBG/NBD: how often a customer buys while alive, and whether the customer still is.

While alive a customer buys as a Poisson process with rate lambda ~ Gamma(r, alpha); after every repeat purchase the
customer leaves with probability p ~ Beta(a, b). Fader, Hardie, Lee (2005), "Counting Your Customers the Easy Way",
Marketing Science 24(2). In MBG/NBD a customer may leave after the first purchase as well: Batislam, Denizel,
Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis", IJRM 24(3).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import special

from ml.purchase_models.counting import CountModel, Floats, Histories


class BetaGeo(CountModel):
    """BG/NBD: r_, alpha_, a_ and b_, of which alpha_ is a time. P(alive) is 1 for everyone who bought once.

    At the upper ends of the bounds customers no longer differ, and beyond them 2F1 overflows.
    """

    title = "BG/NBD"
    names = ("r", "alpha", "a", "b")
    times = (False, True, False, False)
    bounds = np.log([(1e-4, 100.0), (1e-5, 1000.0), (1e-6, 100.0), (1e-3, 1000.0)])
    starts = ((0.5, 0.2, 0.5, 2.0), (1.0, 1.0, 1.0, 1.0))
    _early: ClassVar[int] = 0
    """How many chances to leave there were before the first repeat purchase."""

    r_: float
    alpha_: float
    a_: float
    b_: float

    def p_alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(alive at T | x, t_x, T), shape (n,). What the model believes of the past, and no churn score."""
        r, alpha, a, b = self.parameters
        chances = frequency + self._early
        power = (r + frequency) * (np.log(alpha + age) - np.log(alpha + recency))
        odds_gone = np.log(a) - np.log(b + np.maximum(chances, 1) - 1) + power
        return np.where(chances > 0, special.expit(-odds_gone), 1.0)

    def expected_if_alive(self, t: float, frequency: Floats, age: Floats) -> Floats:
        """E[Y(t) | x, T, alive at T], the purchases expected in (T, T + t] of who is alive, shape (n,).

        Of equation 10 of the paper after Euler's transformation of its 2F1, which takes the power (r + x) out, so
        that it neither overflows nor cancels for frequent buyers.
        """
        distinct, which = np.unique(
            np.asarray(frequency, dtype=np.float64) + 1j * np.asarray(age), return_inverse=True
        )
        return self._if_alive(t, distinct.real, distinct.imag)[which.ravel()]

    def expected_purchases_of_new(self, t: Floats) -> Floats:
        """E[X(t)]: repeat purchases of a random customer in the ``t`` after the first purchase; shape of ``t``."""
        new = np.zeros(1)
        ahead = self._if_alive(np.asarray(t, dtype=np.float64), new, new)
        return np.asarray(ahead * self.p_alive(new, new, new))

    def _if_alive(self, t: float | Floats, x: Floats, age: Floats) -> Floats:
        r, alpha, a, b = self.parameters
        a = a if abs(a - 1) > 1e-6 else 1 + 1e-6  # off the removable singularity
        ahead = t / (alpha + age + t)
        c = a + b + x + self._early - 1
        hyper = special.hyp2f1(a + b + self._early - 1 - r, a - 1, c, ahead)
        return np.asarray(np.maximum(c / (a - 1) * (1 - (1 - ahead) ** (a - 1) * hyper), 0.0))

    def p_no_purchase(self, t: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(Y(t) = 0 | x, t_x, T), shape (n,): gone already, or alive and silent for ``t``."""
        r, alpha = self.parameters[:2]
        silent = ((alpha + age) / (alpha + age + t)) ** (r + frequency)
        return np.asarray(1 - self.p_alive(frequency, recency, age) * (1 - silent))

    def p_count(self, n: int, t: float) -> float:
        """P(X(t) = n): a random customer makes ``n`` repeat purchases in the ``t`` after the first (equation 8)."""
        r, alpha, a, b = self.parameters
        share, chances = t / (alpha + t), n + self._early
        log_stays = special.betaln(a, b + chances) - special.betaln(a, b)
        log_count = special.gammaln(r + n) - special.gammaln(r) - special.gammaln(n + 1)
        staying = np.exp(log_stays + log_count + r * np.log1p(-share) + special.xlogy(n, share))
        if chances == 0:
            return float(staying)
        log_leaves = special.betaln(a + 1, b + chances - 1) - special.betaln(a, b)
        reached = special.betainc(n, r, share) if n else 1.0
        return float(staying + np.exp(log_leaves) * reached)

    def simulated(
        self, rng: np.random.Generator, t: float, frequency: Floats, recency: Floats, age: Floats, draws: int
    ) -> Floats:
        """Drawn numbers of purchases in (T, T + t] given each history, shape (n, draws).

        Alive ~ Bernoulli(P(alive)), lambda ~ Gamma(r + x, alpha + T), p ~ Beta(a, b + x); the number is the lesser of
        a Poisson count and the geometric number until the customer leaves.
        """
        r, alpha, a, b = self.parameters
        size = (frequency.size, draws)
        rate = rng.standard_gamma(np.broadcast_to((r + frequency)[:, None], size)) / (alpha + age)[:, None]
        stays = np.broadcast_to((b + frequency + self._early)[:, None], size)
        bought = np.minimum(rng.poisson(rate * t), rng.geometric(np.clip(rng.beta(a, stays), 1e-12, 1.0)))
        alive = rng.random(size) < self.p_alive(frequency, recency, age)[:, None]
        return np.where(alive, bought, 0).astype(np.float64)

    def _likelihood_and_slope(self, parameters: Floats, histories: Histories) -> tuple[float, Floats]:
        """Weighted log-likelihood (equation 6) and its derivative by r, alpha, a, b."""
        r, alpha, a, b = parameters
        value, slope = self._of_counts(parameters, histories)
        chances = histories.counts + self._early
        later = b + np.maximum(chances, 1) - 1
        with np.errstate(divide="ignore"):
            odds = np.where(chances > 0, np.log(a) - np.log(later), -np.inf)
        power = (r + histories.counts)[histories.which]
        log_age, log_last = np.log(alpha + histories.age), np.log(alpha + histories.recency)
        odds_gone = odds[histories.which] + power * (log_age - log_last)
        gone = special.expit(odds_gone)
        value += float(histories.weight @ (np.logaddexp(0.0, odds_gone) - power * log_age))
        log_time = log_age + gone * (log_last - log_age)
        by_time = (1 - gone) / (alpha + histories.age) + gone / (alpha + histories.recency)
        gone_by_count = np.bincount(histories.which, histories.weight * gone, chances.size)
        slope += np.array(
            [
                -histories.weight @ log_time,
                -histories.weight @ (power * by_time),
                gone_by_count.sum() / a,
                -gone_by_count @ (1 / later),
            ]
        )
        return value, slope

    def _of_counts(self, parameters: Floats, histories: Histories) -> tuple[float, Floats]:
        """What of the likelihood depends on x alone."""
        r, alpha, a, b = parameters
        x, chances, weight = histories.counts, histories.counts + self._early, histories.count_weight
        bought = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        stays = special.betaln(a, b + chances) - special.betaln(a, b)
        total, stay_total = special.digamma(a + b + chances), special.digamma(a + b)
        slopes = np.stack(
            [
                special.digamma(r + x) - special.digamma(r) + np.log(alpha),
                np.full(x.size, r / alpha),
                stay_total - total,
                special.digamma(b + chances) - special.digamma(b) + stay_total - total,
            ]
        )
        return float(weight @ (bought + stays)), np.asarray(slopes @ weight)


class ModifiedBetaGeo(BetaGeo):
    """MBG/NBD: BG/NBD with one more chance to leave, right after the first purchase."""

    title = "MBG/NBD"
    _early = 1
