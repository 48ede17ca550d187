"""The worker is killed at every step of an order that is paid with Stripe, or refunded; it ends in one charge or none."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.inventory.models import StockMovement
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import recovering
from smartshop.payments import queries as payments
from smartshop.payments.models import WebhookEvent
from smartshop.payments.rules import gateways
from tests.factories import PASSWORD, Goods, make_person, make_product
from tests.faults.dying import STRIPE_POINTS
from tests.faults.till import at_the_till, left
from tests.faults.wire import Answer, Browser, served, until_it_is_back
from tests.payments.stripe_double import KEY, SECRET, StripeDouble, running
from tests.web.shop.checkouts import ANSWERS

pytestmark = pytest.mark.slow
STOCK = 5
TOTAL = 1395
NOW = timedelta(0)
A_WHILE = timedelta(minutes=45)
COMPLETED = "checkout.session.completed"
Report = tuple[bytes, dict[str, str]]


class Till:
    """A served shop that offers Stripe, whose worker can be shot."""

    def __init__(self, app: Flask, stripe: StripeDouble, folder: Path) -> None:
        self.app, self.stripe, self.log = app, stripe, folder / "gunicorn.log"
        self.bullet = folder / "bullet"
        self.mug: Goods = make_product(on_hand=STOCK)
        self.port = 0

    def deadly(self, point: str) -> dict[str, str]:
        return {
            "SMARTSHOP_TEST_DIES": point,
            "SMARTSHOP_TEST_BULLET": str(self.bullet),
            "SMARTSHOP_STRIPE_KEY": KEY,
            "SMARTSHOP_STRIPE_WEBHOOK_SECRET": SECRET,
            "SMARTSHOP_STRIPE_API_BASE": f"http://127.0.0.1:{self.stripe.port}",
        }

    def form(self) -> tuple[Browser, dict[str, str]]:
        buyer = at_the_till(self.port, self.mug)
        answers = {**ANSWERS, "payment": "stripe", "card_number": ""}
        return buyer, {**buyer.form("/checkout").fields, **answers}

    def placed(self) -> tuple[Browser, str]:
        """A browser at the page of Stripe, and the number of its order."""
        buyer, form = self.form()
        assert buyer.send("/checkout", form).location == self.page()
        return buyer, self.number()

    def page(self) -> str:
        (session,) = self.stripe.sessions.values()
        return str(session["url"])

    def shot(self, act: Callable[[], Answer]) -> None:
        """Do it, and lose the worker on the way."""
        self.bullet.touch()
        with pytest.raises((ConnectionError, HTTPException)):
            act()
        assert not self.bullet.exists()

    @staticmethod
    def number() -> str:
        db.session.rollback()
        return db.session.scalars(sa.select(Order.number)).one()

    def ends(self, state: str, *, letters: int, sold: int) -> None:
        """The order stands so, and goods and money agree with it."""
        db.session.rollback()
        assert db.session.scalars(sa.select(Order.state)).all() == [state]
        assert len(self.stripe.sessions) <= 1
        moved = db.session.scalar(sa.select(sa.func.sum(StockMovement.quantity)))
        assert left(self.mug) == STOCK - sold == moved
        told = sa.select(sa.func.count()).where(Email.kind == "order_confirmation")
        assert db.session.scalar(told) == letters


@pytest.fixture
def till(any_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    with running() as stripe:
        monkeypatch.setitem(gateways.GATEWAYS, "stripe", stripe.gateway())
        yield Till(any_app, stripe, tmp_path)


@pytest.fixture
def open_till(till: Till, request: pytest.FixtureRequest) -> Iterator[Till]:
    """The till whose worker dies at the point that the test names."""
    point = request.node.callspec.params["point"]
    environment = till.deadly(point)
    with served(
        till.app, till.log, workers=1, door="tests.faults.dying:app", environment=environment
    ) as server:
        till.port = server.port
        yield till
    assert "Traceback" not in till.log.read_text(encoding="utf-8")


def sweep(patience: timedelta = A_WHILE) -> None:
    recovering.sweep(ways=gateways.GATEWAYS, patience=patience, grace=NOW)
    recovering.send_back()


def money(number: str) -> tuple[int, int]:
    db.session.rollback()
    balance = payments.balance(number)
    return balance.captured_minor, balance.refunded_minor


@pytest.mark.parametrize("point", STRIPE_POINTS["checkout"])
def test_killed_on_the_way_to_stripe_and_sent_again_it_is_one_page_and_one_payment(
    open_till: Till, point: str
) -> None:
    buyer, form = open_till.form()
    open_till.shot(lambda: buyer.send("/checkout", form))
    again = until_it_is_back(lambda: buyer.send("/checkout", form))
    assert (again.status, again.location) == (303, open_till.page())
    number = open_till.number()
    open_till.stripe.pay(number)
    sweep()
    sweep()
    open_till.ends("paid", letters=1, sold=1)
    assert money(number) == (TOTAL, 0)


@pytest.mark.parametrize("point", STRIPE_POINTS["checkout"])
def test_killed_on_the_way_to_stripe_and_left_alone_it_is_given_up(open_till: Till, point: str) -> None:
    buyer, form = open_till.form()
    open_till.shot(lambda: buyer.send("/checkout", form))
    number = open_till.number()
    sweep()
    sweep(patience=NOW)
    open_till.ends("cancelled", letters=0, sold=0)
    assert money(number) == (0, 0)
    assert until_it_is_back(lambda: buyer.get("/checkout")).status == 200


@pytest.mark.parametrize("point", STRIPE_POINTS["return"])
def test_killed_when_the_customer_comes_back_it_is_paid_once(open_till: Till, point: str) -> None:
    buyer, number = open_till.placed()
    open_till.stripe.pay(number)
    open_till.shot(lambda: buyer.get(f"/checkout/paid/{number}"))
    sweep()
    assert until_it_is_back(lambda: buyer.get(f"/checkout/paid/{number}")).status == 302
    open_till.ends("paid", letters=1, sold=1)
    assert money(number) == (TOTAL, 0)


@pytest.mark.parametrize("is_sent_again", [True, False], ids=["sent again", "looked up"])
@pytest.mark.parametrize("point", STRIPE_POINTS["report"])
def test_killed_while_stripe_reports_it_is_paid_once(
    open_till: Till, point: str, *, is_sent_again: bool
) -> None:
    _buyer, number = open_till.placed()
    open_till.stripe.pay(number)
    body, headers = open_till.stripe.event(number, COMPLETED, "evt_1")
    stripe = Browser(open_till.port)
    open_till.shot(lambda: stripe.post("/webhooks/stripe", body, headers))
    if is_sent_again:
        for _ in range(2):
            assert until_it_is_back(lambda: stripe.post("/webhooks/stripe", body, headers)).status == 200
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(WebhookEvent)) == 1
    sweep()
    open_till.ends("paid", letters=1, sold=1)
    assert money(number) == (TOTAL, 0)


@pytest.mark.parametrize("point", STRIPE_POINTS["refund"])
def test_killed_while_money_goes_back_it_goes_back_once(open_till: Till, point: str) -> None:
    _buyer, number = open_till.placed()
    open_till.stripe.pay(number)
    sweep()
    staff = support(open_till.port)
    at = f"/admin/orders/{number}"
    staff.get(at)
    cancel = {**staff.form(f"{at}/cancel").fields, "reason": "the customer asked"}
    open_till.shot(lambda: staff.send(f"{at}/cancel", cancel))
    is_undone = point == "the cause is written but not committed"
    sweep()
    open_till.ends("paid" if is_undone else "cancelled", letters=1, sold=1 if is_undone else 0)
    again = until_it_is_back(lambda: staff.send(f"{at}/cancel", cancel))
    assert again.status == (303 if is_undone else 409)
    sweep()
    open_till.ends("cancelled", letters=1, sold=0)
    assert money(number) == (TOTAL, TOTAL)
    assert [refund["amount"] for refund in open_till.stripe.refunds.values()] == [TOTAL]
    told = db.session.scalars(sa.select(Email.kind).where(Email.kind == "order_refunded")).all()
    assert told == ["order_refunded"]


def support(port: int) -> Browser:
    make_person(email="grace@example.com", role=Role.SUPPORT)
    staff = Browser(port)
    staff.get("/sign-in")
    assert staff.submit("/sign-in", email="grace@example.com", password=PASSWORD).status == 303
    return staff
