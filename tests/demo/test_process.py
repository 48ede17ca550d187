"""The simulated history against its own truth."""

from datetime import date

import numpy as np
import pytest

from smartshop.demo import process, truth
from smartshop.demo.goods import goods
from smartshop.demo.process import History, Truth, simulate

END = date(2026, 11, 20)


@pytest.fixture(scope="module")
def history() -> History:
    return simulate(3000, 24, 0, END)


def test_equal_seeds_give_equal_histories_and_others_do_not(history: History) -> None:
    again, other = simulate(3000, 24, 0, END), simulate(3000, 24, 1, END)
    assert np.array_equal(history.at, again.at)
    assert np.array_equal(history.product, again.product)
    assert np.array_equal(history.truth.rate, again.truth.rate)
    assert not np.array_equal(history.truth.rate, other.truth.rate)


def test_history_ends_yesterday_and_lasts_its_months(history: History) -> None:
    assert history.at.max() < np.datetime64(END)
    assert history.at.max() >= np.datetime64(END) - np.timedelta64(1, "D")
    assert history.at.min() >= history.truth.start
    assert history.truth.days == pytest.approx(730, abs=2)
    back = history.returned_quantity > 0
    assert back.any()
    assert (history.returned_at[back] < np.datetime64(END)).all()
    assert (history.returned_quantity <= history.quantity).all()


def test_nobody_orders_before_joining_or_after_dropping_out(history: History) -> None:
    mine = ~history.is_guest
    who = history.customer[mine]
    day = (history.at[mine] - history.truth.start) / np.timedelta64(1, "D")
    second = 1 / 86400
    assert (day >= history.truth.joined[who] - second).all()
    assert (day <= history.truth.dropout[who] + second).all()
    assert (np.bincount(who, minlength=history.customers) >= 1).all()


def test_every_order_has_lines_and_no_product_twice(history: History) -> None:
    assert (np.bincount(history.order, minlength=len(history.at)) >= 1).all()
    pairs = history.order * 1000 + history.product
    assert len(np.unique(pairs)) == len(pairs)
    assert (history.variant < goods().variant_count[history.product]).all()


def test_guests_order_once_and_make_a_modest_share(history: History) -> None:
    guests = history.customer[history.is_guest]
    assert len(np.unique(guests)) == len(guests)
    assert 0.04 < len(guests) / len(history.at) < 0.14


def test_seasons_weekdays_and_growth_can_be_seen(history: History) -> None:
    month = history.at.astype("datetime64[M]").astype(int) % 12
    by_month = np.bincount(month, minlength=12)
    assert by_month[[10, 11]].mean() > 1.2 * by_month[[5, 6, 7]].mean()
    weekday = (history.at.astype("datetime64[D]").astype(int) + 3) % 7
    by_weekday = np.bincount(weekday, minlength=7)
    assert by_weekday[6] > 1.1 * by_weekday[5]
    half = np.timedelta64(365, "D")
    assert (history.at >= np.datetime64(END) - half).sum() > 1.5 * (
        history.at < np.datetime64(END) - half
    ).sum()


def test_customers_differ(history: History) -> None:
    orders = np.bincount(history.customer[~history.is_guest])
    assert orders.var() > 3 * orders.mean()
    assert 0.2 < (orders == 1).mean() < 0.55


def test_christmas_things_sell_before_christmas(history: History) -> None:
    month = history.at[history.order].astype("datetime64[M]").astype(int) % 12
    festive = np.isin(history.product, goods().on_shelf[9])
    assert festive[month == 11].mean() > 0.2
    assert festive[month == 5].mean() < 0.03


def test_mean_spend_is_the_true_one(history: History) -> None:
    value = np.bincount(history.order, goods().price[history.product] * history.quantity)
    mine = ~history.is_guest
    expected = history.truth.spend_mean[history.customer[mine]].mean()
    assert value[mine].mean() == pytest.approx(expected, rel=0.04)


def test_modulation_averages_one_over_a_year() -> None:
    hours = np.datetime64("2025-01-01T00:30:00") + np.arange(365 * 24).astype("timedelta64[h]")
    assert process.modulation(hours).mean() == pytest.approx(1, abs=0.01)


AS_OF, HORIZON = date(2026, 8, 1), 90


def _orders_ahead(history: History) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    begin = np.datetime64(AS_OF)
    inside = (history.at >= begin) & (history.at < begin + np.timedelta64(HORIZON, "D")) & ~history.is_guest
    return np.bincount(history.customer[inside], minlength=history.customers)


def _joined(truth: Truth) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return truth.joined <= truth.day_of(AS_OF)


def test_oracle_churn_is_calibrated_against_what_happened() -> None:
    expected, happened = [], []
    for seed in range(6):
        history = simulate(3000, 24, seed, END)
        known = _joined(history.truth)
        expected.append(process.oracle_churn(history.truth, AS_OF, HORIZON)[known])
        happened.append(_orders_ahead(history)[known] == 0)
    p, y = np.concatenate(expected), np.concatenate(happened)
    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.999)):
        inside = (p >= low) & (p < high)
        spread = np.sqrt((p[inside] * (1 - p[inside])).sum()) / inside.sum()
        assert abs(y[inside].mean() - p[inside].mean()) < 4 * spread
    assert y[p == 1].all()


def test_oracle_orders_and_value_match_what_happened() -> None:
    expected = happened = 0.0
    for seed in range(6):
        history = simulate(3000, 24, seed, END)
        known = _joined(history.truth)
        orders = process.oracle_orders(history.truth, AS_OF, HORIZON)
        value = process.oracle_value(history.truth, AS_OF, HORIZON)
        assert np.allclose(value, orders * history.truth.spend_mean)
        expected += orders[known].sum()
        happened += _orders_ahead(history)[known].sum()
    assert abs(happened - expected) < 5 * np.sqrt(expected)


def test_a_customer_who_dropped_out_is_certain_to_stay_away(history: History) -> None:
    gone = history.truth.dropout <= history.truth.day_of(AS_OF)
    assert (process.oracle_churn(history.truth, AS_OF, HORIZON)[gone] == 1).all()
    assert (process.oracle_orders(history.truth, AS_OF, HORIZON)[gone] == 0).all()


def test_expected_spending_is_net_of_what_is_taken_off_cancelled_and_sent_back() -> None:
    """Beside what six histories went on to spend: sums over all customers, within what chance allows."""
    expected = happened = 0.0
    for seed in range(6):
        history = simulate(3000, 24, seed, END)
        known = _joined(history.truth)
        expected += truth.expected_spending(history.truth, AS_OF, HORIZON)[known].sum()
        begin = np.datetime64(AS_OF, "s")
        inside = (history.at >= begin) & (history.at < begin + np.timedelta64(HORIZON, "D"))
        inside &= ~history.is_guest & ~history.is_cancelled
        inside[inside] = known[history.customer[inside]]
        mine = inside[history.order]
        kept = history.quantity[mine] - history.returned_quantity[mine]
        paid = 1 - history.discount_percent[history.order[mine]] / 100
        happened += float((goods().price[history.product[mine]] * kept * paid).sum()) / 100
    assert happened == pytest.approx(expected, rel=0.04)
