"""The process that makes the history, with every customer's true parameters.

Each customer i joins with a first order at time J_i, whose density grows exponentially over the history
and follows the season. From then on, while alive, orders are an inhomogeneous Poisson process

    intensity_i(t) = lambda_i * m(t),   lambda_i ~ Gamma(R, 1 / ALPHA) a day
    m(t) = S(month) * W(weekday) * H(hour),   each of mean 1

and the lifetime after joining is exponential with rate mu_i ~ Gamma(S_, 1 / BETA) a day: the Pareto/NBD
model (Schmittlein, Morrison & Colombo 1987) with a season. Orders are drawn by thinning a homogeneous
process of rate lambda_i * max(m).

An order holds 1 + Poisson(b_i) lines, b_i ~ Gamma. A line's shelf has probability proportional to
pref_ik * season_k(month), pref_i ~ Dirichlet; its product, within the shelf, is proportional to
share_p * exp(theta_i * z_p) where z_p is the standardised log price and theta_i ~ Normal: a customer's
appetite for the dearer things. Some products bring a companion along.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smartshop.demo.goods import Goods, goods

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = NDArray[np.datetime64]

R, ALPHA = 1.1, 62.0
S_, BETA = 1.25, 300.0
GROWTH = 1.9
GUEST_SHARE = 0.09
COMPANION = 0.3
CANCELLED = 0.02
RETURNED = 0.035
DISCOUNTED_FIRST, DISCOUNTED_LATER = 0.22, 0.07
DAYS_A_MONTH = 365.25 / 12

SEASON = np.array([0.86, 0.84, 0.92, 0.96, 0.97, 0.9, 0.86, 0.86, 0.98, 1.06, 1.38, 1.41])
WEEKDAY = np.array([1.06, 1.0, 1.0, 1.02, 0.94, 0.86, 1.12])
HOUR = np.array(
    [
        *(0.2, 0.1, 0.05, 0.05, 0.05, 0.15, 0.45, 0.8, 1.0, 1.15, 1.25, 1.3),
        *(1.4, 1.3, 1.15, 1.1, 1.1, 1.15, 1.3, 1.65, 2.0, 1.95, 1.35, 0.65),
    ]
)
SEASON, WEEKDAY, HOUR = SEASON / SEASON.mean(), WEEKDAY / WEEKDAY.mean(), HOUR / HOUR.mean()


@dataclass(frozen=True)
class Truth:
    """What is true of each customer; times are days since ``start``, rates are per day, money is pence."""

    start: np.datetime64
    days: float
    joined: Floats
    dropout: Floats
    rate: Floats
    dropout_rate: Floats
    spend_mean: Floats

    def day_of(self, moment: date) -> float:
        """Return a moment as days since the start of the history."""
        return float((np.datetime64(moment, "s") - self.start) / np.timedelta64(1, "D"))


@dataclass(frozen=True)
class History:
    """Orders by time, lines by order. ``customer`` counts on past the customers for guests, one each."""

    truth: Truth
    customer: Ints
    at: Times
    is_first: Flags
    is_cancelled: Flags
    discount_percent: Ints
    order: Ints
    product: Ints
    variant: Ints
    quantity: Ints
    returned_quantity: Ints
    returned_at: Times

    @cached_property
    def is_guest(self) -> Flags:
        """Whether an order was placed without an account."""
        return self.customer >= len(self.truth.joined)

    @cached_property
    def customers(self) -> int:
        """How many customers have an account."""
        return len(self.truth.joined)


@dataclass(frozen=True)
class _Tastes:
    basket: Floats
    appetite: Floats
    shelves: Floats


def modulation(at: Times) -> Floats:
    """Return m(t) at each moment: demand relative to the average hour of the year."""
    day = at.astype("datetime64[D]")
    month = at.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (day.astype(np.int64) + 3) % 7
    hour = (at - day).astype("timedelta64[h]").astype(np.int64)
    product: Floats = SEASON[month] * WEEKDAY[weekday] * HOUR[hour]
    return product


def simulate(customers: int, months: int, seed: int, end: date) -> History:
    """Draw the whole history that ends on the day before ``end``; equal arguments give equal histories."""
    rng = np.random.default_rng([seed, 1])
    stock = goods()
    days = float(round(months * DAYS_A_MONTH))
    start = np.datetime64(end, "s") - np.timedelta64(int(days), "D")
    guests = round(customers * GUEST_SHARE * 4)
    joined = _join_times(rng, customers + guests, start, days)
    rate = rng.gamma(R, 1 / ALPHA, customers)
    dropout_rate = rng.gamma(S_, 1 / BETA, customers)
    dropout = joined[:customers] + rng.exponential(1 / np.maximum(dropout_rate, 1e-9))
    tastes = _tastes(rng, customers + guests, len(stock.season))
    spend = _spend_mean(stock, tastes)[:customers]
    truth = Truth(start, days, joined[:customers], dropout, rate, dropout_rate, spend)
    return _history(rng, truth, joined, tastes, stock)


def _join_times(rng: np.random.Generator, count: int, start: np.datetime64, days: float) -> Floats:
    top = GROWTH * SEASON.max() * WEEKDAY.max() * HOUR.max()
    kept = np.empty(0)
    while len(kept) < count:
        drawn = rng.uniform(0, days, 4 * count)
        wanted = GROWTH ** (drawn / days) * modulation(_moments(start, drawn))
        kept = np.concatenate([kept, drawn[rng.uniform(0, top, 4 * count) < wanted]])
    return kept[:count]


def _moments(start: np.datetime64, days: Floats) -> Times:
    moments: Times = start + np.floor(days * 86400).astype("timedelta64[s]")
    return moments


def _tastes(rng: np.random.Generator, count: int, shelves: int) -> _Tastes:
    return _Tastes(
        basket=rng.gamma(1.6, 0.62, count),
        appetite=rng.normal(0.0, 0.6, count),
        shelves=rng.dirichlet(np.full(shelves, 0.8), count),
    )


def _repeat_orders(rng: np.random.Generator, truth: Truth) -> tuple[Ints, Floats]:
    top = float(SEASON.max() * WEEKDAY.max() * HOUR.max())
    until = np.minimum(truth.dropout, truth.days)
    span = np.maximum(until - truth.joined, 0)
    counts = rng.poisson(truth.rate * top * span)
    who = np.repeat(np.arange(len(counts)), counts)
    days = truth.joined[who] + rng.uniform(0, 1, len(who)) * span[who]
    kept = rng.uniform(0, top, len(who)) < modulation(_moments(truth.start, days))
    return who[kept], days[kept]


def _history(
    rng: np.random.Generator, truth: Truth, joined: Floats, tastes: _Tastes, stock: Goods
) -> History:
    again, later = _repeat_orders(rng, truth)
    customer = np.concatenate([np.arange(len(joined)), again])
    days = np.concatenate([joined, later])
    is_first = np.arange(len(customer)) < len(joined)
    by_time = np.argsort(days, kind="stable")
    customer, days, is_first = customer[by_time], days[by_time], is_first[by_time]
    at = _moments(truth.start, days)
    order, product = _lines(rng, customer, at, tastes, stock)
    variant = np.floor(rng.uniform(0, 1, len(product)) * stock.variant_count[product]).astype(np.int64)
    quantity = _quantities(rng, len(product))
    is_cancelled = rng.uniform(0, 1, len(customer)) < CANCELLED
    discounted = rng.uniform(0, 1, len(customer)) < np.where(is_first, DISCOUNTED_FIRST, DISCOUNTED_LATER)
    wait = rng.integers(4 * 86400, 24 * 86400, len(order)).astype("timedelta64[s]")
    returned_at = at[order] + wait
    is_back = (rng.uniform(0, 1, len(order)) < RETURNED) & ~is_cancelled[order]
    is_back &= returned_at < _moments(truth.start, np.array([truth.days]))[0]
    back = np.where(is_back, np.ceil(quantity * rng.uniform(0.3, 1, len(order))), 0).astype(np.int64)
    discount = np.where(discounted, np.where(is_first, 10, 15), 0)
    return History(
        truth, customer, at, is_first, is_cancelled, discount,
        order, product, variant, quantity, back, returned_at,
    )  # fmt: skip


def _quantities(rng: np.random.Generator, count: int) -> Ints:
    return rng.choice(np.array(QUANTITIES), count, p=QUANTITY_SHARES)


QUANTITIES, QUANTITY_SHARES = (1, 2, 3, 4, 6), (0.7, 0.18, 0.05, 0.05, 0.02)
MEAN_QUANTITY = sum(n * share for n, share in zip(QUANTITIES, QUANTITY_SHARES, strict=True))


def _lines(
    rng: np.random.Generator, customer: Ints, at: Times, tastes: _Tastes, stock: Goods
) -> tuple[Ints, Ints]:
    counts = 1 + rng.poisson(tastes.basket[customer])
    order = np.repeat(np.arange(len(customer)), counts)
    who = customer[order]
    month = at.astype("datetime64[M]").astype(np.int64)[order] % 12
    shelf = _pick(rng, tastes.shelves[who] * stock.season[:, month].T)
    weight = stock.share[shelf] * np.exp(tastes.appetite[who][:, None] * stock.dearness[shelf])
    product = stock.on_shelf[shelf, _pick(rng, weight)]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    friend = stock.companion[product[first]]
    joins = (friend >= 0) & (rng.uniform(0, 1, len(friend)) < COMPANION)
    order = np.concatenate([order, np.flatnonzero(joins)])
    product = np.concatenate([product, friend[joins]])
    pairs = np.unique(order * len(stock.price) + product)
    return pairs // len(stock.price), pairs % len(stock.price)


def _pick(rng: np.random.Generator, weight: Floats) -> Ints:
    edges = np.cumsum(weight, axis=1)
    drawn = rng.uniform(0, 1, len(weight)) * edges[:, -1]
    index: Ints = np.minimum((edges < drawn[:, None]).sum(axis=1), weight.shape[1] - 1)
    return index


def _spend_mean(stock: Goods, tastes: _Tastes) -> Floats:
    """Return each customer's expected goods value of an order in pence.

    (1 + b) E[price] E[quantity] + COMPANION E[companion's price] E[quantity], expected over the months
    by their demand; a product drawn twice for one order counts once, which this leaves out (about 2 %).
    """
    count = len(tastes.basket)
    value, beside = np.zeros((count, len(stock.season))), np.zeros((count, len(stock.season)))
    companion = np.where(stock.companion >= 0, stock.price[stock.companion], 0)
    for shelf, row in enumerate(stock.on_shelf):
        weight = stock.share[shelf] * np.exp(tastes.appetite[:, None] * stock.dearness[shelf])
        weight /= weight.sum(axis=1, keepdims=True)
        value[:, shelf], beside[:, shelf] = weight @ stock.price[row], weight @ companion[row]
    total = np.zeros(count)
    for month in range(12):
        mix = tastes.shelves * stock.season[:, month]
        mix *= SEASON[month] / 12 / mix.sum(axis=1, keepdims=True)
        total += (mix * ((1 + tastes.basket)[:, None] * value + COMPANION * beside)).sum(axis=1)
    return total * MEAN_QUANTITY


def _ahead(truth: Truth, as_of: date, horizon_days: int) -> tuple[Flags, Floats, Floats]:
    begin = truth.day_of(as_of)
    hours = begin + (np.arange(horizon_days * 24) + 0.5) / 24
    by_hour = modulation(_moments(truth.start, hours)).reshape(horizon_days, 24)
    demand: Floats = by_hour.mean(axis=1)
    is_alive = (truth.joined <= begin) & (truth.dropout > begin)
    middles = np.arange(horizon_days, dtype=np.float64) + 0.5
    return is_alive, demand, middles


def oracle_churn(truth: Truth, as_of: date, horizon_days: int) -> Floats:
    """Return P(no order in the horizon | the true rates, alive or not at ``as_of``), one per customer.

    1 - integral of lambda m(t) exp(-mu t - lambda M(t)) dt over the horizon, M the integral of m, by day;
    1 for who has dropped out already.
    """
    is_alive, demand, t = _ahead(truth, as_of, horizon_days)
    passed = np.cumsum(demand) - demand
    rate, dropout_rate = truth.rate[:, None], truth.dropout_rate[:, None]
    in_day = -np.expm1(-rate * demand) * np.exp(-dropout_rate * t - rate * passed)
    return np.where(is_alive, 1 - in_day.sum(axis=1), 1.0)


def oracle_orders(truth: Truth, as_of: date, horizon_days: int) -> Floats:
    """Return the expected orders in the horizon: the integral of lambda m(t) exp(-mu t), 0 after dropout."""
    is_alive, demand, t = _ahead(truth, as_of, horizon_days)
    mass = (demand * np.exp(-truth.dropout_rate[:, None] * t)).sum(axis=1)
    return np.where(is_alive, truth.rate * mass, 0.0)


def oracle_value(truth: Truth, as_of: date, horizon_days: int) -> Floats:
    """Return the expected goods value of the horizon in pence: expected orders x the mean order."""
    return oracle_orders(truth, as_of, horizon_days) * truth.spend_mean
