"""What becomes of an order when the gateway breaks, or the process ends before it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.cart import queries as cart_queries
from smartshop.cart.queries import CartKey
from smartshop.inventory.queries import stock as inventory
from smartshop.jobs import schedule, scheduler
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import letting_off, placing, recovering
from smartshop.orders.operations.placing import PaymentDeclined
from smartshop.orders.operations.recovering import Swept
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import DemoCard, Gateway, GatewayAway, Outcome, Result
from tests.factories import IS_DECLINED, Goods, make_cart, make_command, make_product

PATIENCE = timedelta(minutes=45)
ONE_MUG = 1395


@dataclass(frozen=True)
class Broken(DemoCard):
    """A card reader whose line is cut; ``found`` is what it knows later."""

    found: Outcome | None = None
    is_away: bool = False

    def charge(self, amount: Money, *, reference: str, details: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        raise ConnectionResetError("the line was cut")

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None:  # noqa: ARG002
        if self.is_away:
            raise GatewayAway("no answer")
        return self.found


def place(command: PlaceOrder, key: CartKey) -> str:
    return placing.place(command=command, key=key, currency="GBP")


def use(monkeypatch: pytest.MonkeyPatch, way: Gateway) -> dict[str, Gateway]:
    ways = dict(gateways.GATEWAYS) | {way.code: way}
    monkeypatch.setattr(gateways, "GATEWAYS", ways)
    return ways


def left(goods: Goods) -> int | None:
    return inventory.availability([goods.variant_id])[goods.variant_id].quantity


def states(number: str) -> tuple[str | None, list[str], int]:
    """The order's state, its attempts' states, and how many letters there are."""
    db.session.rollback()
    state = db.session.scalar(sa.select(Order.state).where(Order.number == number))
    letters = db.session.scalar(sa.select(sa.func.count()).select_from(Email)) or 0
    return state, [attempt.state for attempt in payments.attempts(number)], letters


def sweep_after(minutes: int, ways: Mapping[str, Gateway] = gateways.GATEWAYS) -> Swept:
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=True):
        return recovering.sweep(ways=ways, patience=PATIENCE)


def broken_off(
    key: CartKey, monkeypatch: pytest.MonkeyPatch, code: str = "test_card"
) -> tuple[PlaceOrder, str]:
    """An order whose process ended between its commit and the gateway's answer."""
    command = make_command(expected_total_minor=ONE_MUG, payment_code=code)
    with monkeypatch.context() as patch:
        patch.setattr(placing, "charge", lambda number, *_: number)
        number = place(command, key)
    assert states(number) == ("pending", ["pending"], 0)
    return command, number


def test_an_order_whose_gateway_breaks_waits_and_is_not_lost(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    use(monkeypatch, Broken())
    number = place(make_command(expected_total_minor=ONE_MUG), make_cart((mug, 1)))
    assert states(number) == ("pending", ["pending"], 0)
    assert left(mug) == 4


def test_a_charge_that_went_through_unheard_pays_the_order(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    ways = use(monkeypatch, Broken(found=Outcome(Result.CAPTURED, "test_card:found")))
    number = place(make_command(expected_total_minor=ONE_MUG), make_cart((mug, 1)))
    assert sweep_after(3, ways) == Swept(settled=1, given_up=0, waiting=0)
    assert states(number) == ("paid", ["captured"], 1)
    assert sweep_after(6, ways) == Swept(0, 0, 0)
    assert left(mug) == 4


def test_while_the_provider_is_away_an_order_waits_for_as_long_as_it_takes(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    ways = use(monkeypatch, Broken(is_away=True))
    number = place(make_command(expected_total_minor=ONE_MUG), make_cart((mug, 1)))
    assert sweep_after(600, ways) == Swept(0, 0, waiting=1)
    assert sweep_after(600, {}) == Swept(0, 0, waiting=1)
    assert states(number) == ("pending", ["pending"], 0)
    assert left(mug) == 4


def test_an_order_that_is_still_being_paid_is_given_up_in_time(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    ways = use(monkeypatch, Broken(found=Outcome(Result.WAITING)))
    number = place(make_command(expected_total_minor=ONE_MUG), make_cart((mug, 1)))
    assert sweep_after(44, ways) == Swept(0, 0, waiting=1)
    assert states(number) == ("pending", ["pending"], 0)
    assert sweep_after(46, ways) == Swept(0, given_up=1, waiting=0)
    assert states(number) == ("cancelled", ["declined"], 0)
    assert left(mug) == 5


def test_an_order_nobody_asked_money_for_is_given_up_in_time_with_stock_and_cart_back(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 1))
    _command, number = broken_off(key, monkeypatch)
    assert sweep_after(1) == Swept(0, 0, 0)
    assert sweep_after(44) == Swept(0, 0, waiting=1)
    assert left(mug) == 4
    assert sweep_after(46) == Swept(0, given_up=1, waiting=0)
    assert states(number) == ("cancelled", ["declined"], 0)
    assert left(mug) == 5
    assert cart_queries.snapshot(key).quantity == 1


@pytest.mark.parametrize("code", ["invoice", "cash_on_delivery"])
def test_an_order_to_be_paid_outside_is_confirmed_by_the_next_sweep(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    mug = make_product(on_hand=5)
    _command, number = broken_off(make_cart((mug, 1)), monkeypatch, code)
    assert sweep_after(3) == Swept(settled=1, given_up=0, waiting=0)
    assert states(number) == ("confirmed", ["pending"], 1)
    assert left(mug) == 4


def test_the_form_sent_again_finishes_what_was_broken_off(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    command, number = broken_off(make_cart((mug, 1)), monkeypatch)
    assert place(command, CartKey()) == number
    assert states(number) == ("paid", ["captured"], 1)
    assert place(command, CartKey()) == number
    assert states(number) == ("paid", ["captured"], 1)
    assert left(mug) == 4


def test_a_broken_off_order_is_not_charged_another_way(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    command, number = broken_off(make_cart((mug, 1)), monkeypatch)
    other = make_command(
        idempotency_key=command.idempotency_key, expected_total_minor=ONE_MUG, payment_code="invoice"
    )
    assert place(other, CartKey()) == number
    assert states(number) == ("pending", ["pending"], 0)


def test_a_broken_off_order_that_is_then_declined_gives_everything_back(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 1))
    command, number = broken_off(key, monkeypatch)
    again = make_command(
        idempotency_key=command.idempotency_key, expected_total_minor=ONE_MUG, card=IS_DECLINED
    )
    with pytest.raises(PaymentDeclined):
        place(again, CartKey())
    assert states(number) == ("cancelled", ["declined"], 0)
    assert left(mug) == 5
    assert cart_queries.snapshot(key).quantity == 1


def test_the_job_gives_up_what_was_not_paid_and_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off(make_cart((make_product(), 1)), monkeypatch)
    settings = app.config["SETTINGS"]
    job = schedule.named("finish-orders", schedule.jobs(settings))
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        due_at = job.rhythm.last_due(clock.now())
        assert scheduler.run_due(job, due_at, settings)
        assert job.work(settings) == "0 settled, 0 given up, 0 waiting"
    assert db.session.scalars(sa.select(Order.state)).all() == ["cancelled"]


@dataclass(frozen=True)
class Puzzled(DemoCard):
    """A card reader that answers for one order what nobody understands."""

    puzzle: str = ""

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None:
        if reference == self.puzzle:
            raise KeyError("status")
        return super().find(amount, reference=reference, provider_reference=provider_reference)


def test_one_order_that_breaks_something_keeps_none_of_the_others_waiting(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [broken_off(make_cart((make_product(), 1)), monkeypatch)[1] for _ in range(3)]
    ways = use(monkeypatch, Puzzled(puzzle=numbers[0]))
    assert sweep_after(46, ways) == Swept(0, given_up=2, waiting=0, broken=1)
    assert [states(number)[0] for number in numbers] == ["pending", "cancelled", "cancelled"]


def test_nor_does_one_that_cannot_be_settled_and_nothing_of_it_is_kept(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mugs = [make_product(on_hand=5) for _ in range(2)]
    numbers = [broken_off(make_cart((mug, 1)), monkeypatch)[1] for mug in mugs]
    give_back = letting_off.give_back

    def fail_for_the_first(order: Order) -> None:
        if order.number == numbers[0]:
            raise RuntimeError("no way back")
        give_back(order)

    monkeypatch.setattr(letting_off, "give_back", fail_for_the_first)
    assert sweep_after(46) == Swept(0, given_up=1, waiting=0, broken=1)
    assert [states(number)[:2] for number in numbers] == [
        ("pending", ["pending"]),
        ("cancelled", ["declined"]),
    ]
    assert [left(mug) for mug in mugs] == [4, 5]


def test_the_job_fails_and_says_how_many_could_not_be_settled(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = broken_off(make_cart((make_product(), 1)), monkeypatch)[1]
    use(monkeypatch, Puzzled(puzzle=number))
    settings = app.config["SETTINGS"]
    job = schedule.named("finish-orders", schedule.jobs(settings))
    with (
        time_machine.travel(clock.now() + timedelta(hours=1), tick=True),
        pytest.raises(schedule.JobFailed, match="0 waiting, 1 could not be settled"),
    ):
        job.work(settings)
