"""Stripe that does not take the shop's key: nobody waits for it, nothing is lost, and staff is told what to do."""

import pytest
from flask import Flask

from smartshop.cart import queries as cart_queries
from smartshop.cart.queries import CartKey
from smartshop.identity.rules.roles import Role
from smartshop.messaging.models import Email
from smartshop.orders.operations import placing, recovering
from smartshop.orders.operations.recovering import Swept
from smartshop.orders.queries import aftercare
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import KeyRefused
from tests import factories
from tests.browser_client import ShopClient
from tests.factories import Goods
from tests.orders.acting import cancel
from tests.payments.paying import COMPLETED, FAILED, ONE_MUG, count, left, place, report, state, sweep_after
from tests.payments.stripe_double import StripeDouble
from tests.web.shop.checkouts import PLACE, orders

WRONG = "sk_test_long_gone"
BY_STRIPE = {**PLACE, "email": "ada@example.com", "shipping": "standard", "payment": "stripe"}
SORRY = "this way to pay does not work at the moment. Nothing was charged"
NOBODY_CAN_PAY = "refuses the shop's key: nobody can pay with it"
NO_REFUNDS = "refuses the shop's key for refunds"


@pytest.fixture
def wrong(stripe: StripeDouble, monkeypatch: pytest.MonkeyPatch) -> StripeDouble:
    use(monkeypatch, stripe, WRONG)
    return stripe


def use(monkeypatch: pytest.MonkeyPatch, stripe: StripeDouble, key: str | None = None) -> None:
    """Start the shop again with this key, or the right one."""
    way = stripe.gateway(key=key) if key else stripe.gateway()
    monkeypatch.setitem(gateways.GATEWAYS, "stripe", way)


def paid(key: CartKey, stripe: StripeDouble) -> str:
    number = place(key)
    stripe.pay(number)
    recovering.look_up(number=number, ways=gateways.GATEWAYS)
    return number


def staff(app: Flask) -> ShopClient:
    factories.make_person(email="eve@example.org", role=Role.ADMIN)
    client = ShopClient(app)
    client.sign_in("eve@example.org", factories.PASSWORD)
    return client


def refused() -> list[tuple[str, str, bool]]:
    return [(key.asked, key.key_ending, key.is_known) for key in payments.refused_keys()]


@pytest.mark.parametrize("forbidden", ["", "/v1/checkout"])
def test_a_checkout_is_declined_at_once_and_leaves_nothing_behind(
    stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    stripe.forbidden = forbidden
    if not forbidden:
        use(monkeypatch, stripe, WRONG)
    with pytest.raises(placing.PaymentDeclined, match=SORRY) as declined:
        place(key)
    assert state(str(declined.value.facts["number"])) == ("cancelled", ["declined"])
    assert (left(mug), cart_queries.snapshot(key).quantity, stripe.sessions, count(Email)) == (5, 1, {}, 0)
    assert sweep_after(60) == Swept(0, 0, 0)
    assert refused() == [("payment", "test" if forbidden else "gone", bool(forbidden))]


def test_the_buyer_pays_another_way_on_the_same_page(any_app: Flask, wrong: StripeDouble, mug: Goods) -> None:
    buyer = ShopClient(any_app)
    buyer.get(f"/p/{mug.slug}")
    buyer.submit("/cart/add")
    buyer.get("/checkout")
    answer = buyer.submit("/checkout", BY_STRIPE)
    assert (answer.status_code, SORRY in answer.text, left(mug)) == (409, True, 5)
    assert buyer.submit("/checkout", {**BY_STRIPE, "payment": "invoice"}).status_code == 200
    assert ([order.state for order in orders()], left(mug)) == (["cancelled", "confirmed"], 4)


def test_an_order_that_waited_for_its_page_is_declined_when_it_asks_again(
    stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe.mood = "down"
    number = place(key)
    use(monkeypatch, stripe, WRONG)
    with pytest.raises(placing.PaymentDeclined):
        recovering.page_to_pay(number=number, ways=gateways.GATEWAYS)
    assert (state(number), left(mug)) == (("cancelled", ["declined"]), 5)


def test_an_order_whose_page_is_open_waits_since_it_may_be_paid_there(
    stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = place(key, "one key of one checkout")
    use(monkeypatch, stripe, WRONG)
    assert place(CartKey(), "one key of one checkout") == number
    assert sweep_after(600) == Swept(0, 0, waiting=1)
    assert (state(number), left(mug)) == (("pending", ["pending"]), 4)
    stripe.pay(number)
    use(monkeypatch, stripe)
    assert sweep_after(600) == Swept(settled=1, given_up=0, waiting=0)
    assert (state(number), refused()) == (("paid", ["captured"]), [])


def test_a_report_of_money_counts_whatever_becomes_of_the_key(
    any_app: Flask, stripe: StripeDouble, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, client = place(key), any_app.test_client()
    failed = stripe.event(number, FAILED, "evt_1")
    stripe.pay(number)
    use(monkeypatch, stripe, WRONG)
    assert report(client, *failed)[0] == 503
    assert report(client, *stripe.event(number, COMPLETED, "evt_2")) == (200, "settled")
    assert state(number) == ("paid", ["captured"])


@pytest.mark.parametrize("forbidden", ["", "/v1/refunds"])
def test_refunds_stay_pending_and_go_out_once_the_key_is_put_right(
    stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    number = paid(key, stripe)
    stripe.forbidden = forbidden
    if not forbidden:
        use(monkeypatch, stripe, WRONG)
    with pytest.raises(KeyRefused):
        cancel(number)
    recovering.send_back()
    assert (state(number)[0], left(mug), stripe.refunds) == ("cancelled", 5, {})
    assert aftercare.of(number).has_pending_refund
    assert [asked for asked, _ending, _known in refused()] == ["refund"]
    stripe.forbidden = ""
    use(monkeypatch, stripe)
    recovering.send_back()
    recovering.send_back()
    assert [refund["amount"] for refund in stripe.refunds.values()] == [ONE_MUG]
    assert payments.balance(number) == payments.Balance(ONE_MUG, ONE_MUG)
    assert refused() == []


def test_a_key_that_may_take_payments_and_not_refund_them_stays_told(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = paid(key, stripe)
    stripe.forbidden = "/v1/refunds"
    with pytest.raises(KeyRefused):
        cancel(number)
    place(factories.make_cart((mug, 1)))
    assert refused() == [("refund", "test", True)]


def test_a_provider_that_is_away_is_not_said_to_refuse_the_key(
    wrong: StripeDouble, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, wrong)
    wrong.mood = "down"
    number = place(key)
    assert (state(number), refused()) == (("pending", ["pending"]), [])


def test_a_key_that_was_replaced_is_told_no_more_before_it_was_used(
    stripe: StripeDouble, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, stripe, WRONG)
    with pytest.raises(placing.PaymentDeclined):
        place(key)
    since = payments.refused_keys()[0].since
    with pytest.raises(placing.PaymentDeclined):
        place(key)
    assert [told.since for told in payments.refused_keys()] == [since]
    use(monkeypatch, stripe)
    assert refused() == []


def test_staff_reads_it_where_orders_are_looked_at(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    back, unconcerned, eve = paid(key, stripe), factories.make_order(state="paid"), staff(any_app)
    use(monkeypatch, stripe, WRONG)
    with pytest.raises(placing.PaymentDeclined) as declined:
        place(factories.make_cart((mug, 1)))
    number = declined.value.facts["number"]
    for address in ("/admin/", "/admin/orders", f"/admin/orders/{number}"):
        page = eve.get(address).text
        assert NOBODY_CAN_PAY in page
        assert "ends in gone" in page
        assert "SMARTSHOP_STRIPE_KEY" in page
    assert NOBODY_CAN_PAY not in eve.get(f"/admin/orders/{unconcerned}").text
    eve.get(f"/admin/orders/{back}")
    page = eve.submit(f"/admin/orders/{back}/cancel", {"reason": "asked for"}).text
    assert "goes out by itself once the key is put right" in page
    assert NO_REFUNDS in page
    use(monkeypatch, stripe)
    assert "refuses the shop" not in eve.get("/admin/").text
    eve.get(f"/admin/orders/{back}")
    assert "went back to the customer" in eve.submit(f"/admin/orders/{back}/refund").text
