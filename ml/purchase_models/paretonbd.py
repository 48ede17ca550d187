"""Pareto/NBD: customers buy at a rate of their own and leave at a time of their own, at any moment.

Schmittlein, Morrison, Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do Next?",
Management Science 33(1): lambda ~ Gamma(r, alpha), lifetime ~ Exponential(mu), mu ~ Gamma(s, beta).
Expectations and probabilities after Fader, Hardie (2005), "A Note on Deriving the Pareto/NBD Model and Related
Expressions".

The difference of two 2F1 in its likelihood is the integral over when the customer may have left, and is computed as
that: Gauss-Legendre in the log of time, all terms positive, in logs. So nothing overflows or cancels, whichever of alpha
and beta is larger, and the derivatives come from the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from ml.purchase_models.counting import CountModel, Floats, Histories

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
MANY_NODES, MANY_WEIGHTS = np.polynomial.legendre.leggauss(100)  # for NBD counts, whose peak may be narrow
DECAYED = 40.0  # beyond exp(-40) of its start the integrand is nothing
CHUNK = 4_000  # histories integrated at a time, so that all of it stays in the cache


@dataclass(frozen=True)
class _Integral:
    """Log of I = int (alpha + u)^-(r + x) (beta + u)^-(s + 1) du, and means under its integrand, shape (n,) each."""

    log: Floats
    log_alpha: Floats
    log_beta: Floats
    by_alpha: Floats
    by_beta: Floats


class _Nodes(NamedTuple):
    """The integral's log, shape (n,), and at its nodes, shape (n, nodes), shares of it, alpha + u, beta + u, logs."""

    log_total: Floats
    share: Floats
    alpha: Floats
    beta: Floats
    log_alpha: Floats
    log_beta: Floats


class ParetoNBD(CountModel):
    """Pareto/NBD: r_, alpha_, s_ and beta_, of which alpha_ and beta_ are times."""

    title = "Pareto/NBD"
    names = ("r", "alpha", "s", "beta")
    times = (False, True, False, True)
    bounds = np.log([(1e-4, 100.0), (1e-5, 1000.0), (1e-4, 100.0), (1e-5, 1000.0)])
    starts = ((0.5, 0.3, 0.5, 0.3), (1.0, 1.0, 1.0, 1.0))

    r_: float
    alpha_: float
    s_: float
    beta_: float

    def p_alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(alive at T | x, t_x, T), shape (n,). What the model believes of the past, and no churn score."""
        r, alpha, s, beta = self.parameters
        x, recency, age = (np.asarray(part, dtype=np.float64) for part in (frequency, recency, age))
        log_alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        log_gone = np.log(s) + _log_integral(self.parameters, x, recency, age)
        return np.asarray(special.expit(log_alive - log_gone))

    def expected_if_alive(self, t: float, frequency: Floats, age: Floats) -> Floats:
        """E[Y(t) | x, T, alive at T], the purchases expected in (T, T + t] of who is alive, shape (n,)."""
        r, alpha, s, beta = self.parameters
        return np.asarray(_lived(t, s, beta + age) * (r + frequency) / (alpha + age))

    def expected_purchases_of_new(self, t: Floats) -> Floats:
        """E[X(t)]: repeat purchases of a random customer in the ``t`` after the first purchase; shape of ``t``."""
        r, alpha, s, beta = self.parameters
        return np.asarray(r / alpha * _lived(np.asarray(t, dtype=np.float64), s, beta))

    def p_no_purchase(self, t: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(Y(t) = 0 | x, t_x, T), shape (n,): gone already, or silent for ``t``, having left in it or not."""
        r, alpha, s, beta = self.parameters
        x, age = np.asarray(frequency, dtype=np.float64), np.asarray(age, dtype=np.float64)
        log_now = (r + x) * np.log(alpha + age) + s * np.log(beta + age)
        stays = np.exp(log_now - (r + x) * np.log(alpha + age + t) - s * np.log(beta + age + t))
        leaves = np.exp(log_now + np.log(s) + _log_integral(self.parameters, x, age, age + t))
        return np.asarray(1 - self.p_alive(x, recency, age) * (1 - np.minimum(stays + leaves, 1.0)))

    def p_count(self, n: int, t: float) -> float:
        """P(X(t) = n): a random customer makes ``n`` repeat purchases in the ``t`` after the first.

        NBD counts over a lifetime that is Pareto and cut at ``t``.
        """
        r, alpha, s, beta = self.parameters
        if t == 0:
            return float(n == 0)
        floor = min(alpha, beta)
        span = np.log1p(t / floor)
        until = floor * np.expm1((MANY_NODES + 1) / 2 * span)
        log_lives = np.log(s) + s * np.log(beta) - (s + 1) * np.log(beta + until) + np.log(floor + until)
        leaving = MANY_WEIGHTS * span / 2 @ np.exp(log_lives + _log_nbd(n, until, r, alpha))
        staying = np.exp(_log_nbd(n, np.array([t]), r, alpha) + s * (np.log(beta) - np.log(beta + t)))
        return float(leaving + staying[0])

    def simulated(
        self, rng: np.random.Generator, t: float, frequency: Floats, recency: Floats, age: Floats, draws: int
    ) -> Floats:
        """Drawn numbers of purchases in (T, T + t] given each history, shape (n, draws).

        Alive ~ Bernoulli(P(alive)), lambda ~ Gamma(r + x, alpha + T), mu ~ Gamma(s, beta + T), the life left is
        Exponential(mu); the number is Poisson over the life left or ``t``, whichever ends first.
        """
        r, alpha, s, beta = self.parameters
        size = (frequency.size, draws)
        rate = rng.standard_gamma(np.broadcast_to((r + frequency)[:, None], size)) / (alpha + age)[:, None]
        leaving = rng.standard_gamma(s, size) / (beta + age)[:, None]
        left = rng.standard_exponential(size) / np.maximum(leaving, 1e-300)
        alive = rng.random(size) < self.p_alive(frequency, recency, age)[:, None]
        return np.where(alive, rng.poisson(rate * np.minimum(left, t)), 0).astype(np.float64)

    def _likelihood_and_slope(self, parameters: Floats, histories: Histories) -> tuple[float, Floats]:
        value, slope = _of_counts(parameters, histories)
        for start in range(0, histories.weight.size, CHUNK):
            part = slice(start, start + CHUNK)
            x = histories.counts[histories.which[part]]
            chunk_value, chunk_slope = _of_times(parameters, x, histories.recency[part], histories.age[part])
            value += float(histories.weight[part] @ chunk_value)
            slope += chunk_slope @ histories.weight[part]
        return value, slope


def _of_counts(parameters: Floats, histories: Histories) -> tuple[float, Floats]:
    """What of the likelihood depends on x alone."""
    r, alpha, s, beta = parameters
    x, weight = histories.counts, histories.count_weight
    value = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    by_r = special.digamma(r + x) - special.digamma(r) + np.log(alpha)
    customers = weight.sum()
    return float(weight @ value), np.array(
        [weight @ by_r, customers * r / alpha, customers * np.log(beta), customers * s / beta]
    )


def _of_times(parameters: Floats, x: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Log of (alive term + gone term) and its slopes, shapes (n,) and (4, n)."""
    r, alpha, s, beta = parameters
    log_alpha, log_beta = np.log(alpha + age), np.log(beta + age)
    log_alive = -(r + x) * log_alpha - s * log_beta
    past = _integral(parameters, x, recency, age)
    log_gone = np.log(s) + past.log
    gone = special.expit(log_gone - log_alive)
    slopes = np.stack(
        [
            -(1 - gone) * log_alpha - gone * past.log_alpha,
            -(r + x) * ((1 - gone) / (alpha + age) + gone * past.by_alpha),
            -(1 - gone) * log_beta + gone * (1 / s - past.log_beta),
            -(1 - gone) * s / (beta + age) - gone * (s + 1) * past.by_beta,
        ]
    )
    return np.logaddexp(log_alive, log_gone), slopes


def _integral(parameters: Floats, x: Floats, since: Floats, until: Floats) -> _Integral:
    nodes = _nodes(parameters, x, since, until)
    means = ((nodes.share * part).sum(axis=1) for part in (nodes.log_alpha, nodes.log_beta))
    inverse = ((nodes.share / part).sum(axis=1) for part in (nodes.alpha, nodes.beta))
    return _Integral(nodes.log_total, *means, *inverse)


def _log_integral(parameters: Floats, x: Floats, since: Floats, until: Floats) -> Floats:
    parts = [slice(start, start + CHUNK) for start in range(0, x.size, CHUNK)]
    found = [_nodes(parameters, x[part], since[part], until[part]).log_total for part in parts]
    return np.concatenate(found) if found else np.empty(0)


def _nodes(parameters: Floats, x: Floats, since: Floats, until: Floats) -> _Nodes:
    """I over [since, until], in v = log(floor + u) with ``floor`` the lesser of alpha and beta.

    In v the integrand changes by no more than its powers; it is followed until it has decayed.
    """
    r, alpha, s, beta = parameters
    floor = min(alpha, beta)
    power = r + x
    start = floor + since
    decay = power * start / (alpha + since) + (s + 1) * start / (beta + since) - 1
    span = np.minimum(np.log((floor + until) / start), DECAYED / np.maximum(decay, 1e-9))
    log_at = np.log(start)[:, None] + (NODES + 1) / 2 * span[:, None]
    at = np.exp(log_at)
    to_alpha, to_beta = at + (alpha - floor), at + (beta - floor)
    log_alpha, log_beta = (log_at, np.log(to_beta)) if alpha <= beta else (np.log(to_alpha), log_at)
    log_each = log_at - power[:, None] * log_alpha - (s + 1) * log_beta
    top = log_each.max(axis=1, keepdims=True)
    each = np.exp(log_each - top) * WEIGHTS
    total = each.sum(axis=1)
    with np.errstate(divide="ignore"):
        log_total = top[:, 0] + np.log(total) + np.log(span / 2)
    return _Nodes(log_total, each / total[:, None], to_alpha, to_beta, log_alpha, log_beta)


def _lived(t: float | Floats, s: float, beta: float | Floats) -> Floats:
    """Expected life in the next ``t`` of somebody alive: int_0^t (beta / (beta + u))^s du; a logarithm at s = 1."""
    log_ratio = np.log(beta) - np.log(beta + t)
    return np.asarray(-beta * log_ratio * special.exprel((s - 1) * log_ratio))


def _log_nbd(n: int, t: Floats, r: float, alpha: float) -> Floats:
    """Log P(n purchases in a life of ``t``)."""
    log_count = special.gammaln(r + n) - special.gammaln(r) - special.gammaln(n + 1)
    return np.asarray(log_count + r * np.log(alpha / (alpha + t)) + special.xlogy(n, t / (alpha + t)))
