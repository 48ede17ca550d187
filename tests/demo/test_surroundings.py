"""Browsing, people and reviews around the simulated orders."""

from datetime import date

import numpy as np
import pytest

from smartshop.demo import browsing, people, reviews
from smartshop.demo.assortment import products
from smartshop.demo.browsing import Events
from smartshop.demo.process import History, simulate

END = date(2026, 11, 20)


@pytest.fixture(scope="module")
def history() -> History:
    return simulate(3000, 24, 0, END)


@pytest.fixture(scope="module")
def events(history: History) -> Events:
    return browsing.browse(history, 0)


def test_browsing_is_bounded_ordered_and_ends_yesterday(events: Events) -> None:
    assert 80_000 < len(events.at) <= 150_000
    assert (np.diff(events.at.astype(np.int64)) >= 0).all()
    assert events.at.max() < np.datetime64(END)


def test_browsing_is_the_same_for_the_same_seed(history: History, events: Events) -> None:
    again = browsing.browse(history, 0)
    assert np.array_equal(events.at, again.at)
    assert np.array_equal(events.visitor, again.visitor)


def test_every_order_has_one_event_at_its_time(history: History, events: Events) -> None:
    placed = events.kind == browsing.ORDER
    assert np.array_equal(np.sort(events.order[placed]), np.arange(len(history.at)))
    assert np.array_equal(events.at[placed], history.at[events.order[placed]])


def test_a_session_begins_with_a_visit_and_belongs_to_one_visitor(events: Events) -> None:
    by_session = np.argsort(events.session, kind="stable")
    session, visitor = events.session[by_session], events.visitor[by_session]
    starts = np.flatnonzero(np.diff(session, prepend=-1))
    assert (events.kind[by_session][starts] == browsing.VISIT).all()
    assert (np.diff(visitor)[np.diff(session) == 0] == 0).all()


def test_known_visitors_browse_only_while_they_are_customers(history: History, events: Events) -> None:
    late = events.session >= len(history.at)
    known = late & (events.customer >= 0) & (events.kind == browsing.VISIT)
    day = (events.at[known] - history.truth.start) / np.timedelta64(1, "D")
    who = events.customer[known]
    assert known.sum() > 300
    assert (day >= history.truth.joined[who] - 1e-4).all()
    assert (day <= history.truth.dropout[who] + 1e-4).all()


def test_the_log_keeps_what_customers_did_when_strangers_are_long_forgotten(
    history: History, events: Events
) -> None:
    day = (events.at - history.truth.start) / np.timedelta64(1, "D")
    looking = events.session >= len(history.at)
    detail, kept = (history.truth.days - length for length in (browsing.DETAIL_DAYS, browsing.KEPT_DAYS))
    assert (events.customer[looking & (day < detail)] >= 0).all()
    assert day[looking].min() == pytest.approx(kept, abs=5)
    visits = looking & (events.customer >= 0) & (events.kind == browsing.VISIT)
    truth, rates = history.truth, []
    for since, until in ((kept, detail), (detail, truth.days)):
        there = np.minimum(truth.dropout, until) - np.maximum(truth.joined, since)
        seen = (visits & (day >= since) & (day < until)).sum()
        rates.append(seen / (np.maximum(there, 0) * truth.rate).sum())
    assert rates[0] == pytest.approx(rates[1], rel=0.1)


def test_a_visit_says_nothing_of_the_next_order_beyond_who_and_whether_they_are_there(
    history: History, events: Events
) -> None:
    """Of customers who are there a month on, those with a visit last month order as often as their rate says."""
    end = history.truth.days
    seen = (events.session >= len(history.at)) & (events.kind == browsing.VISIT) & (events.customer >= 0)
    ratios = []
    for begin in np.arange(end - browsing.KEPT_DAYS + 30, end - 30, 30.0):
        day = (events.at[seen] - history.truth.start) / np.timedelta64(1, "D")
        looked = np.unique(events.customer[seen][(day >= begin - 30) & (day < begin)])
        is_there = (history.truth.joined < begin - 30) & (history.truth.dropout > begin + 30)
        ordered = (history.at - history.truth.start) / np.timedelta64(1, "D")
        in_month = (ordered >= begin) & (ordered < begin + 30) & ~history.is_guest
        orders = np.bincount(history.customer[in_month], minlength=history.customers)
        groups = [
            np.intersect1d(looked, np.flatnonzero(is_there)),
            np.setdiff1d(np.flatnonzero(is_there), looked),
        ]
        ratios.append([orders[each].sum() / history.truth.rate[each].sum() for each in groups])
    with_visit, without = np.mean(ratios, axis=0)
    assert with_visit == pytest.approx(without, rel=0.1)


def test_more_carts_are_left_behind_than_ordered(history: History, events: Events) -> None:
    carts = np.unique(events.session[events.kind == browsing.CART_ADD])
    ordered = np.isin(carts, events.session[events.kind == browsing.ORDER])
    assert 0.45 < 1 - ordered.mean() < 0.75


def test_searches_report_how_many_products_have_the_word(events: Events) -> None:
    searches = np.flatnonzero(events.kind == browsing.SEARCH)
    assert len(searches) > 500
    for index in searches[:50]:
        query = browsing.QUERIES[events.fact[index]]
        assert events.value[index] == sum(query in plan.name.lower() for plan in products())


def test_people_have_distinct_reserved_addresses() -> None:
    crowd = people.invent(4000, 0)
    assert crowd == people.invent(4000, 0)
    assert len({person.email for person in crowd}) == 4000
    assert all(person.email.split("@")[1] in people.DOMAINS for person in crowd)
    assert all(person.email == person.email.lower() and person.email.isascii() for person in crowd)
    assert 0.85 < np.mean([person.country == "GB" for person in crowd]) < 0.95


def test_reviews_come_from_buyers_after_they_bought(history: History) -> None:
    plans = reviews.write(history, [plan.shelf for plan in products()], 0)
    first: dict[tuple[int, int], np.datetime64] = {}
    for order, product in zip(history.order, history.product, strict=True):
        if not history.is_cancelled[order]:
            first.setdefault((int(history.customer[order]), int(product)), history.at[order])
    assert len(plans) > 1000
    assert len({(plan.customer, plan.product) for plan in plans}) == len(plans)
    for plan in plans:
        assert first[plan.customer, plan.product] < plan.at < np.datetime64(END)


def test_reviews_lean_to_the_good_and_vary(history: History) -> None:
    plans = reviews.write(history, [plan.shelf for plan in products()], 0)
    stars = np.array([plan.rating for plan in plans])
    assert 3.8 < stars.mean() < 4.5
    assert set(stars) == {1, 2, 3, 4, 5}
    assert len({plan.body for plan in plans}) > 0.3 * len(plans)
    assert plans == reviews.write(history, [plan.shelf for plan in products()], 0)
