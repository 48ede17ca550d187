"""Any sequence of placing, paying, declining, giving up, sending, cancelling, returning, refunding and letting time
pass: after every step no stock is lost or made, no more goes back than came in, and a code is used by the orders that
hold it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from smartshop.cart import queries as cart_queries
from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey
from smartshop.inventory.models import Reservation, StockLevel, StockMovement
from smartshop.inventory.operations import holds, stock
from smartshop.kernel import clock
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.errors import DomainError
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.orders.models import Order, OrderLine, OrderPromotion
from smartshop.orders.operations import hearing, placing, recovering, refunding
from smartshop.orders.queries import aftercare, quotes
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import GatewayAway, Outcome, Result
from smartshop.payments.rules.reports import Report
from smartshop.pricing.models.promotions import Promotion, PromotionCode, PromotionUse
from smartshop.pricing.rules.eligibility import Buyer
from tests.factories import IS_DECLINED, Goods, make_cart, make_command, make_product, make_promotion
from tests.orders.acting import STAFF, cancel, capture, let_go, ship, take_back
from tests.orders.pay_page import CODE, PayPage

PATIENCE = timedelta(minutes=45)
HOLD_MINUTES = 15
OPENING = 6
_coupons = count(1)
USES = 3
FEW = st.integers(0, 3)
WAYS = {
    "pays": ("test_card", None),
    "is declined": ("test_card", IS_DECLINED),
    "invoice": ("invoice", {}),
    "cash": ("cash_on_delivery", {}),
    "pay page": (CODE, {}),
}
CALM = (DomainError, GatewayAway)
"""What a step may be refused with: it must then have changed nothing that is counted here."""


class Books(RuleBasedStateMachine):
    """A shop with two things to sell, its customers, its staff, and a payment provider that may be away."""

    baskets: Bundle[CartKey] = Bundle("baskets")
    orders: Bundle[str] = Bundle("orders")

    @initialize()
    def open_the_shop(self) -> None:
        self.travel = time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False)
        self.time = self.travel.start()
        self.page = PayPage()
        gateways.GATEWAYS[CODE] = self.page
        self.goods = [make_product(price_minor=price, on_hand=OPENING) for price in (1333, 777)]
        self.received = {goods.variant_id: OPENING for goods in self.goods}
        self.lost = dict.fromkeys(self.received, 0)
        self.coupon = f"TENTH{next(_coupons)}"
        self.promotion_id = make_promotion(code=self.coupon, limit_total=USES)
        self.numbers: list[str] = []
        self.events = 0

    @rule(target=baskets, first=st.integers(0, 3), second=st.integers(1, 3))
    def fill_a_basket(self, first: int, second: int) -> CartKey | MultipleResults[CartKey]:
        lines = [(goods, n) for goods, n in zip(self.goods, (first, second), strict=True) if n]
        try:
            return make_cart(*lines)
        except DomainError:
            return multiple()

    @rule(basket=baskets)
    def type_the_code(self, basket: CartKey) -> None:
        with suppress(*CALM):
            carts.keep_code(key=basket, code=self.coupon)

    @rule(basket=baskets)
    def open_the_checkout(self, basket: CartKey) -> None:
        with suppress(*CALM):
            carts.reserve(key=basket, minutes=HOLD_MINUTES)

    @rule(
        target=orders,
        first=st.integers(0, 3),
        second=st.integers(1, 3),
        way=st.sampled_from([*WAYS, "pay page", "pay page"]),
        has_code=st.booleans(),
    )
    def buy(self, first: int, second: int, way: str, *, has_code: bool) -> str | MultipleResults[str]:
        basket = self.fill_a_basket(first, second)
        if has_code and isinstance(basket, CartKey):
            self.type_the_code(basket)
        return self.place(basket, way) if isinstance(basket, CartKey) else multiple()

    @rule(target=orders, basket=baskets, way=st.sampled_from([*WAYS, "pay page", "pay page"]))
    def place(self, basket: CartKey, way: str) -> str | MultipleResults[str]:
        code, card = WAYS[way]
        try:
            snapshot = cart_queries.snapshot(basket)
            quote = quotes.quote_for(
                snapshot,
                shipping_code="standard",
                country="GB",
                currency="GBP",
                on_offer=quotes.on_offer(snapshot, Buyer(None, "ada@example.com")),
            )
            command = make_command(expected_total_minor=quote.total_minor, payment_code=code, card=card)
            number = placing.place(command=command, key=basket, currency="GBP")
        except DomainError as refusal:
            self.numbers += [str(refusal.facts["number"])] if "number" in refusal.facts else []
            return multiple()
        self.numbers.append(number)
        return number

    @rule(order=orders, is_reported=st.booleans())
    def pay_on_the_page(self, order: str, *, is_reported: bool) -> None:
        self.page.pay(order)
        if is_reported:
            self.hear_a_report(order, times=1, says_failed=False)

    @rule(order=orders, gives_up=st.booleans())
    def come_back_from_the_page(self, order: str, *, gives_up: bool) -> None:
        recovering.look_up(number=order, ways=gateways.GATEWAYS, gives_up=gives_up)

    @rule(order=orders, times=st.integers(1, 2), says_failed=st.booleans())
    def hear_a_report(self, order: str, times: int, *, says_failed: bool) -> None:
        """Reports of success are true, reports of failure may be early; either may come at any time and again."""
        if says_failed:
            self.hear(order, Outcome(Result.DECLINED, f"{CODE}:{order}"), times)
        elif order in self.page.paid:
            self.hear(order, Outcome(Result.CAPTURED, f"{CODE}:{order}"), times)

    def hear(self, order: str, outcome: Outcome, times: int) -> None:
        total = db.session.scalars(sa.select(Order.total_minor).where(Order.number == order)).one()
        self.events += 1
        heard = Report(CODE, f"{order}:{self.events}", "report", order, Money(total, "GBP"), outcome)
        for _ in range(times):
            with suppress(GatewayAway):
                hearing.hear(report=heard)

    @rule(minutes=st.sampled_from([1, 10, 20, 50]))
    def time_passes(self, minutes: int) -> None:
        self.time.shift(timedelta(minutes=minutes))

    @rule()
    def the_jobs_run(self) -> None:
        recovering.sweep(ways=gateways.GATEWAYS, patience=PATIENCE)
        recovering.send_back()
        holds.expire()
        now = clock.now()
        assert not db.session.scalars(sa.select(Reservation.id).where(Reservation.expires_at <= now)).all()

    @rule()
    def the_provider_goes_or_comes_back(self) -> None:
        self.page.is_away = not self.page.is_away

    @rule(order=orders, first=FEW, second=FEW)
    def send(self, order: str, first: int, second: int, *_none: int) -> None:
        self.try_to(lambda: ship(order, self.picked(order, first, second)))

    @rule(order=orders)
    def send_all(self, order: str) -> None:
        self.send(order, *[line.to_send for line in aftercare.of(order).lines], *[0] * 2)

    @rule(order=orders)
    def cancel(self, order: str) -> None:
        self.try_to(lambda: cancel(order))

    @rule(order=orders, first=FEW, second=FEW, is_restocked=st.booleans())
    def goods_come_back(self, order: str, first: int, second: int, *_none: int, is_restocked: bool) -> None:
        before = self.came_back(order)
        picked = self.picked(order, first, second)
        self.try_to(lambda: take_back(order, picked, is_restocked=is_restocked))
        if not is_restocked:
            for variant_id, quantity in self.came_back(order).items():
                self.lost[variant_id] += quantity - before[variant_id]

    @rule(order=orders, is_restocked=st.booleans())
    def everything_is_sent_and_comes_back(self, order: str, *, is_restocked: bool) -> None:
        self.send_all(order)
        returnable = [line.returnable for line in aftercare.of(order).lines]
        self.goods_come_back(order, *returnable, *[0] * 2, is_restocked=is_restocked)

    @rule(order=orders, amount=st.integers(1, 3000))
    def reduce_the_price(self, order: str, amount: int) -> None:
        self.try_to(lambda: let_go(order, amount))

    @rule(order=orders)
    def note_the_money(self, order: str) -> None:
        self.try_to(lambda: capture(order))

    @rule(order=orders)
    def pay_back(self, order: str) -> None:
        self.try_to(lambda: refunding.pay_back(number=order, actor=STAFF))

    @rule(quantity=st.integers(1, 3))
    def more_is_delivered(self, quantity: int) -> None:
        variant_id = self.goods[0].variant_id
        stock.receive(variant_id=variant_id, quantity=quantity, reference="delivery")
        self.received[variant_id] += quantity

    @staticmethod
    def try_to(act: Callable[[], object]) -> None:
        with suppress(*CALM):
            act()

    @staticmethod
    def picked(number: str, first: int, second: int) -> dict[int, int]:
        """Quantities for the lines that the order has."""
        positions = (line.position for line in aftercare.of(number).lines)
        return dict(zip(positions, (first, second), strict=False))

    @staticmethod
    def came_back(number: str) -> dict[int, int]:
        """By variant, how many pieces of an order came back after they were sent."""
        db.session.rollback()
        lines = sa.select(OrderLine).join(Order, Order.id == OrderLine.order_id).where(Order.number == number)
        return {
            line.variant_id: line.returned_quantity - line.cancelled_quantity
            for line in db.session.scalars(lines)
            if line.variant_id is not None
        }

    @invariant()
    def no_stock_is_lost_or_made(self) -> None:
        db.session.rollback()
        for goods in self.goods:
            level = db.session.scalars(
                sa.select(StockLevel).where(StockLevel.variant_id == goods.variant_id)
            ).one()
            assert level.on_hand == total_of(StockMovement, goods)
            assert level.reserved == total_of(Reservation, goods)
            with_customers = db.session.scalar(
                sa.select(sa.func.coalesce(sa.func.sum(OrderLine.quantity - OrderLine.returned_quantity), 0))
                .join(Order, Order.id == OrderLine.order_id)
                .where(OrderLine.variant_id == goods.variant_id, sa.not_(Order.is_given_up))
            )
            kept = level.on_hand + (with_customers or 0) + self.lost[goods.variant_id]
            assert kept == self.received[goods.variant_id]

    @invariant()
    def a_code_is_used_by_the_orders_that_hold_it(self) -> None:
        db.session.rollback()
        holding = sa.select(Order.number).join(OrderPromotion, Order.id == OrderPromotion.order_id)
        is_ours = OrderPromotion.promotion_id == self.promotion_id
        standing = db.session.scalars(holding.where(is_ours, Order.state != "cancelled")).all()
        uses = sa.select(PromotionUse.reference).where(PromotionUse.promotion_id == self.promotion_id)
        assert sorted(db.session.scalars(uses)) == sorted(standing)
        for counted in (
            sa.select(Promotion.used).where(Promotion.id == self.promotion_id),
            sa.select(PromotionCode.used).where(PromotionCode.code == self.coupon),
        ):
            assert db.session.scalar(counted) == len(standing) <= USES

    @invariant()
    def no_more_goes_back_than_came_in(self) -> None:
        for number in self.numbers:
            order = db.session.scalars(sa.select(Order).where(Order.number == number)).one()
            lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).all()
            assert sum(line.total_minor for line in lines) == order.goods_minor - order.discount_minor
            assert 0 <= order.returned_minor <= order.total_minor
            money = payments.balance(number)
            assert 0 <= money.refunded_minor <= money.captured_minor <= order.total_minor
            assert aftercare.standing(order).to_refund_minor == 0
            if order.payment_method == CODE:
                assert 0 <= self.page.kept(number) <= order.total_minor
            if order.state == "paid":
                assert money.captured_minor - money.refunded_minor == order.total_minor - order.returned_minor

    def teardown(self) -> None:
        """In the end nothing waits, nothing is held, and the provider has kept what the orders cost."""
        if not hasattr(self, "page"):
            return
        try:
            self.page.is_away = False
            self.time.shift(timedelta(hours=2))
            for number in self.page.paid:
                self.hear(number, Outcome(Result.CAPTURED, f"{CODE}:{number}"), times=1)
            self.the_jobs_run()
            self.no_stock_is_lost_or_made()
            self.no_more_goes_back_than_came_in()
            self.a_code_is_used_by_the_orders_that_hold_it()
            for number in self.numbers:
                order = db.session.scalars(sa.select(Order).where(Order.number == number)).one()
                assert order.state != "pending"
                costs = 0 if order.is_given_up else order.total_minor - order.returned_minor
                assert order.payment_method != CODE or self.page.kept(number) == costs
            assert [total_of(Reservation, goods) for goods in self.goods] == [0, 0]
            moved = sa.select(AuditRecord).where(AuditRecord.action == "order.moved")
            assert all(move.actor_label and move.reason for move in db.session.scalars(moved))
        finally:
            self.travel.stop()
            del gateways.GATEWAYS[CODE]


def total_of(table: type[StockMovement | Reservation], goods: Goods) -> int:
    summed = sa.select(sa.func.coalesce(sa.func.sum(table.quantity), 0))
    return db.session.scalar(summed.where(table.variant_id == goods.variant_id)) or 0


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_sequence_of_steps_loses_goods_or_money(app: Flask) -> None:
    run(examples=12, steps=40)


@pytest.mark.postgres
def test_nor_on_the_larger_database(postgres_app: Flask) -> None:
    run(examples=2, steps=40)
