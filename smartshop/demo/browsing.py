"""What people did in the shop around and between their orders, as columns of events.

Within ``DETAIL_DAYS`` of the end every order has the session that led to it, and beside them come sessions
that led nowhere: glances, longer looks, and carts left behind, some at the checkout. Of the time before that, what
signed-in customers looked at, searched for and left behind is kept back to ``KEPT_DAYS``, and of orders only the visit
and the order, the way an old log is thinned.

Who looks around is drawn by the rate at which they buy and by the season, as long as they have not left: never by an
order to come. So a visit says that somebody is still there and how keen they are, and nothing else of the next order.
It says the first more surely than in life, where some go on looking who will not buy again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartshop.demo.assortment import products
from smartshop.demo.goods import goods
from smartshop.demo.process import Floats, History, Ints, Times, modulation

DETAIL_DAYS, KEPT_DAYS = 180, 450
GLANCES, LOOKS, LEFT_CARTS = 0.7, 0.8, 1.35
KNOWN, SEARCHED = 0.35, 0.3
KINDS = ("visit", "search", "view", "cart_add", "cart_remove", "checkout", "order")
VISIT, SEARCH, VIEW, CART_ADD, CART_REMOVE, CHECKOUT, ORDER = range(7)

TOUCHES: tuple[tuple[float, dict[str, str]], ...] = (
    (0.26, {}),
    (0.27, {"referrer": "https://www.google.com/"}),
    (0.1, {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "gifts"}),
    (0.13, {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "fortnightly"}),
    (0.11, {"utm_source": "instagram", "utm_medium": "social", "referrer": "https://www.instagram.com/"}),
    (0.08, {"utm_source": "pinterest", "utm_medium": "social", "referrer": "https://www.pinterest.com/"}),
    (0.05, {"referrer": "https://blog.example.org/"}),
)
QUERIES = (
    "mug", "candle", "cushion", "lamp", "teapot", "vase", "wool throw", "notebook", "bauble", "wreath",
    "basket", "print", "clock", "bunny", "soap", "planter", "umbrella", "tote", "gift wrap", "linen", "vegan leather",
)  # fmt: skip


@dataclass(frozen=True)
class Events:
    """Columns of equal length, by time. -1 means none; ``fact`` is an index of TOUCHES or QUERIES by kind."""

    at: Times
    kind: Ints
    visitor: Ints
    session: Ints
    customer: Ints
    product: Ints
    value: Ints
    fact: Ints
    order: Ints


@dataclass
class _Sessions:
    at: Times
    visitor: Ints
    customer: Ints
    number: Ints

    def known(self) -> "_Sessions":
        """Those of signed-in customers."""
        kept = self.customer >= 0
        return _Sessions(self.at[kept], self.visitor[kept], self.customer[kept], self.number[kept])


class _Log:
    """Collects columns of events, a session's steps some seconds apart."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.parts: list[tuple[Times, int, _Sessions, Ints, Ints, Ints, Ints, Ints]] = []

    def add(
        self, kind: int, sessions: _Sessions, of: Ints, seconds: Ints,
        product: Ints | None = None, value: Ints | None = None, fact: Ints | None = None, order: Ints | None = None,
    ) -> None:  # fmt: skip
        none = np.full(len(of), -1)
        at = sessions.at[of] + seconds.astype("timedelta64[s]")
        columns = [none if column is None else column for column in (product, value, fact, order)]
        self.parts.append((at, kind, sessions, of, columns[0], columns[1], columns[2], columns[3]))

    def events(self, end: np.datetime64) -> Events:
        at = np.concatenate([part[0] for part in self.parts])
        kind = np.concatenate([np.full(len(part[3]), part[1]) for part in self.parts])
        visitor = np.concatenate([part[2].visitor[part[3]] for part in self.parts])
        session = np.concatenate([part[2].number[part[3]] for part in self.parts])
        customer = np.concatenate([part[2].customer[part[3]] for part in self.parts])
        rest = [np.concatenate([part[i] for part in self.parts]) for i in (4, 5, 6, 7)]
        chosen = np.lexsort((kind, at))
        chosen = chosen[at[chosen] < end]
        columns = [column[chosen] for column in (at, kind, visitor, session, customer, *rest)]
        return Events(*columns)


def browse(history: History, seed: int) -> Events:
    """Return the events of the whole history; equal arguments give equal events."""
    rng = np.random.default_rng([seed, 4])
    log = _Log(rng)
    end = history.truth.start + np.timedelta64(int(history.truth.days), "D")
    detail = history.at >= end - np.timedelta64(DETAIL_DAYS, "D")
    buying = _Sessions(
        at=history.at - rng.integers(240, 1500, len(history.at)).astype("timedelta64[s]"),
        visitor=history.customer,
        customer=np.where(history.is_guest, -1, history.customer),
        number=np.arange(len(history.at)),
    )
    _visits(log, buying)
    _orders(log, buying, history, detail)
    count = int(detail.sum())
    days, total = history.truth.days, GLANCES + LOOKS + LEFT_CARTS
    looking = _looking(
        rng, history, round(count * total), len(history.at), since=days - DETAIL_DAYS, until=days
    )
    _visits(log, looking)
    _look_around(log, looking)
    since, until = max(0.0, days - KEPT_DAYS), days - DETAIL_DAYS
    if since < until:
        as_dense = round(len(looking.at) * (until - since) / DETAIL_DAYS)
        first = len(history.at) + len(looking.at)
        earlier = _looking(rng, history, as_dense, first, since=since, until=until).known()
        _visits(log, earlier)
        _look_around(log, earlier)
        kept = np.flatnonzero(~detail & (history.at >= end - np.timedelta64(KEPT_DAYS, "D")))
        _searches(log, buying, kept[rng.uniform(0, 1, kept.size) < SEARCHED])
    return log.events(end)


def _visits(log: _Log, sessions: _Sessions) -> None:
    of = np.arange(len(sessions.at))
    shares = np.array([share for share, _ in TOUCHES])
    touch = log.rng.choice(len(TOUCHES), len(of), p=shares / shares.sum())
    log.add(VISIT, sessions, of, np.zeros(len(of), dtype=np.int64), fact=touch)


def _orders(log: _Log, sessions: _Sessions, history: History, detail: NDArray[np.bool_]) -> None:
    rng, all_orders = log.rng, np.arange(len(history.at))
    length = ((history.at - sessions.at) / np.timedelta64(1, "s")).astype(np.int64)
    paid = np.round(np.bincount(history.order, goods().price[history.product] * history.quantity)).astype(
        np.int64
    )
    log.add(ORDER, sessions, all_orders, length, value=paid, order=all_orders)
    recent = np.flatnonzero(detail)
    log.add(CHECKOUT, sessions, recent, (length[recent] * 0.8).astype(np.int64), value=paid[recent])
    lines = np.flatnonzero(detail[history.order])
    of, product = history.order[lines], history.product[lines]
    seen = length[of] * rng.uniform(0.1, 0.6, len(of))
    log.add(VIEW, sessions, of, seen.astype(np.int64), product=product)
    added = (seen + rng.uniform(5, 0.15 * length[of])).astype(np.int64)
    log.add(CART_ADD, sessions, of, added, product=product, value=history.quantity[lines])
    extra = np.repeat(recent, rng.poisson(1.3, len(recent)))
    when = (length[extra] * rng.uniform(0.05, 0.7, len(extra))).astype(np.int64)
    log.add(VIEW, sessions, extra, when, product=_wanted(rng, len(extra)))
    _searches(log, sessions, recent[rng.uniform(0, 1, len(recent)) < SEARCHED])


def _looking(
    rng: np.random.Generator, history: History, count: int, first_number: int, *, since: float, until: float
) -> _Sessions:
    truth = history.truth
    drawn: Floats = np.sort(rng.uniform(since, until, 6 * count))
    at = truth.start + np.floor(drawn * 86400).astype("timedelta64[s]")
    demand = modulation(at)
    chosen = np.sort(rng.choice(len(at), count, replace=False, p=demand / demand.sum()))
    at, drawn = at[chosen], drawn[chosen]
    who = rng.choice(history.customers, count, p=truth.rate / truth.rate.sum())
    alive = (truth.joined[who] <= drawn) & (truth.dropout[who] > drawn)
    is_known = alive & (rng.uniform(0, 1, count) < KNOWN)
    stranger = int(history.customer.max()) + 1 + rng.integers(0, max(1, round(count * 0.6)), count)
    return _Sessions(
        at=at,
        visitor=np.where(is_known, who, stranger),
        customer=np.where(is_known, who, -1),
        number=first_number + np.arange(count),
    )


def _look_around(log: _Log, sessions: _Sessions) -> None:
    rng = log.rng
    mixed = rng.permutation(len(sessions.at))
    glances, looks = (round(len(mixed) * part / (GLANCES + LOOKS + LEFT_CARTS)) for part in (GLANCES, LOOKS))
    glance, look, leave = np.split(mixed, [glances, glances + looks])
    for of, views in ((glance, 0.6), (look, 3.2), (leave, 1.6)):
        again = np.repeat(of, rng.poisson(views, len(of)))
        log.add(VIEW, sessions, again, rng.integers(5, 700, len(again)), product=_wanted(rng, len(again)))
    _searches(log, sessions, look[rng.uniform(0, 1, len(look)) < 0.35])
    into = np.repeat(leave, 1 + rng.poisson(0.5, len(leave)))
    wanted, seconds = _wanted(rng, len(into)), rng.integers(60, 700, len(into))
    log.add(VIEW, sessions, into, seconds - 40, product=wanted)
    log.add(CART_ADD, sessions, into, seconds, product=wanted, value=np.ones(len(into), dtype=np.int64))
    back = rng.uniform(0, 1, len(into)) < 0.16
    one = np.ones(int(back.sum()), dtype=np.int64)
    log.add(CART_REMOVE, sessions, into[back], seconds[back] + 90, product=wanted[back], value=one)
    worth = np.bincount(into, goods().price[wanted], len(sessions.at))
    paying = leave[rng.uniform(0, 1, len(leave)) < 0.3]
    log.add(
        CHECKOUT, sessions, paying, rng.integers(760, 900, len(paying)), value=worth[paying].astype(np.int64)
    )


def _searches(log: _Log, sessions: _Sessions, of: Ints) -> None:
    found = np.array([sum(query in plan.name.lower() for plan in products()) for query in QUERIES])
    query = log.rng.integers(0, len(QUERIES), len(of))
    log.add(SEARCH, sessions, of, log.rng.integers(3, 60, len(of)), value=found[query], fact=query)


def _wanted(rng: np.random.Generator, count: int) -> Ints:
    share = np.array([plan.share for plan in products()])
    return rng.choice(len(share), count, p=share / share.sum())
