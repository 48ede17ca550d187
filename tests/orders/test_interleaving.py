"""A competitor comes between the steps of a checkout. Each guard is also taken away, to see which wall is behind it."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError

from smartshop.cart import queries as cart_queries
from smartshop.cart.models import Cart, CartLine
from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey, CartSnapshot
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import stock
from smartshop.inventory.queries import stock as inventory
from smartshop.kernel import db as kernel_db
from smartshop.kernel import turns
from smartshop.kernel.errors import DomainError, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import placing
from smartshop.orders.operations.placing import CartShort
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.payments.models import PaymentAttempt
from smartshop.payments.rules.gateways import Outcome, Result
from tests.competing import begin, elsewhere, together
from tests.factories import Goods, make_cart, make_command, make_person, make_product

if TYPE_CHECKING:
    from concurrent.futures import Future

ONE_MUG = 1395
WHILE_SECONDS = 0.4


def place(command: PlaceOrder, key: CartKey) -> str:
    return placing.place(command=command, key=key, currency="GBP")


def left(goods: Goods) -> int | None:
    return inventory.availability([goods.variant_id])[goods.variant_id].quantity


def count(table: type[Order | PaymentAttempt | Email | Cart]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def after_the_snapshot(monkeypatch: pytest.MonkeyPatch, intrude: Callable[[], None]) -> None:
    """Let the intruder in once, after the first checkout has read its cart and before it takes the stock."""
    real = cart_queries.snapshot
    waiting = [intrude]

    def snapshot(key: CartKey) -> CartSnapshot:
        seen = real(key)
        if waiting:
            waiting.pop()()
        return seen

    monkeypatch.setattr(cart_queries, "snapshot", snapshot)


def rival(app: Flask, key: CartKey) -> Callable[[], None]:
    """Somebody else who buys their own cart of one mug, to the end."""
    command = make_command(expected_total_minor=ONE_MUG)
    return lambda: forget(elsewhere(app, partial(place, command, key)))


def forget(_result: object) -> None:
    """What somebody else got is none of ours."""


def take_without_looking(*, lines: Iterable[tuple[int, int]], reference: str) -> None:
    """``stock.take`` with its guard removed: what was read is believed."""
    with unit_of_work():
        for variant_id, quantity in lines:
            db.session.execute(
                sa.update(StockLevel)
                .where(StockLevel.variant_id == variant_id)
                .values(on_hand=StockLevel.on_hand - quantity)
            )


def last_mug_and_two_buyers() -> tuple[Goods, CartKey, CartKey]:
    mug = make_product(on_hand=1)
    return mug, make_cart((mug, 1)), make_cart((mug, 1))


def test_who_loses_the_last_one_between_looking_and_taking_gets_no_order(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, mine, theirs = last_mug_and_two_buyers()
    after_the_snapshot(monkeypatch, rival(postgres_app, theirs))
    with pytest.raises(CartShort):
        place(make_command(expected_total_minor=ONE_MUG), mine)
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 0)
    assert cart_queries.snapshot(mine).quantity == 1


def test_without_the_conditional_update_the_check_constraint_still_refuses(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, mine, theirs = last_mug_and_two_buyers()
    monkeypatch.setattr(stock, "take", take_without_looking)
    after_the_snapshot(monkeypatch, rival(postgres_app, theirs))
    with pytest.raises(Invalid, match="has just left the shop") as refused:
        place(make_command(expected_total_minor=ONE_MUG), mine)
    assert isinstance(refused.value.__cause__, IntegrityError)
    assert "ck_stock_levels_on_hand_not_negative" in str(refused.value.__cause__)
    assert (count(Order), count(PaymentAttempt), left(mug)) == (1, 1, 0)


def test_without_both_walls_the_last_one_is_sold_twice(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, mine, theirs = last_mug_and_two_buyers()
    monkeypatch.setattr(stock, "take", take_without_looking)
    with unit_of_work():
        for name in ("on_hand_not_negative", "reserved_within_on_hand"):
            db.session.execute(sa.text(f"ALTER TABLE stock_levels DROP CONSTRAINT ck_stock_levels_{name}"))
    after_the_snapshot(monkeypatch, rival(postgres_app, theirs))
    place(make_command(expected_total_minor=ONE_MUG), mine)
    assert (count(Order), left(mug)) == (2, -1)


def test_on_sqlite_nobody_comes_in_between_looking_and_taking(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, mine, theirs = last_mug_and_two_buyers()
    command = make_command(expected_total_minor=ONE_MUG)
    queued: list[Future[str]] = []

    def intrude() -> None:
        queued.append(begin(app, partial(place, command, theirs)))
        with pytest.raises(TimeoutError):
            queued[0].result(WHILE_SECONDS)

    after_the_snapshot(monkeypatch, intrude)
    place(make_command(expected_total_minor=ONE_MUG), mine)
    with pytest.raises(CartShort):
        queued[0].result(30)
    assert (count(Order), count(PaymentAttempt), left(mug)) == (1, 1, 0)


def test_on_sqlite_without_the_lock_at_begin_the_loser_fails_instead_of_queueing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, mine, theirs = last_mug_and_two_buyers()
    monkeypatch.setattr(turns.writers, "turn", lambda *_: nullcontext())  # as if they never queued
    monkeypatch.setattr(kernel_db, "is_writing", ContextVar("never", default=False))
    after_the_snapshot(monkeypatch, rival(app, theirs))
    with pytest.raises(OperationalError, match="database is locked"):
        place(make_command(expected_total_minor=ONE_MUG), mine)
    assert (count(Order), left(mug)) == (1, 0)


def test_the_same_form_sent_twice_is_one_order_even_when_the_second_overtakes(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 1))
    command = make_command(expected_total_minor=ONE_MUG)
    numbers: list[str] = []
    real = placing._write

    def overtaken(*args: Any) -> Any:
        monkeypatch.setattr(placing, "_write", real)
        numbers.append(elsewhere(any_app, partial(place, command, key)))
        return real(*args)

    monkeypatch.setattr(placing, "_write", overtaken)
    numbers.append(place(command, key))
    assert len(set(numbers)) == 1
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 4)


def test_a_form_sent_eight_times_at_once_is_one_order(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 1))
    command = make_command(expected_total_minor=ONE_MUG)
    numbers = together(any_app, [partial(place, command, key)] * 8)
    assert len(set(numbers)) == 1
    assert isinstance(numbers[0], str)
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 4)


def test_two_forms_of_one_cart_at_once_are_one_order_and_one_refusal(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 1))
    commands = [make_command(expected_total_minor=ONE_MUG) for _ in range(2)]
    outcomes = together(any_app, [partial(place, command, key) for command in commands])
    assert sorted(isinstance(outcome, str) for outcome in outcomes) == [False, True]
    assert all(isinstance(outcome, str | DomainError) for outcome in outcomes)
    assert (count(Order), count(PaymentAttempt), left(mug)) == (1, 1, 4)


def test_twelve_buyers_of_the_last_three_get_three_orders(any_app: Flask) -> None:
    mug = make_product(on_hand=3)
    keys = [make_cart((mug, 1)) for _ in range(12)]
    outcomes = together(
        any_app, [partial(place, make_command(expected_total_minor=ONE_MUG), key) for key in keys]
    )
    assert len([outcome for outcome in outcomes if isinstance(outcome, str)]) == 3
    assert len([outcome for outcome in outcomes if isinstance(outcome, CartShort)]) == 9
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (3, 3, 3, 0)


def test_carts_with_the_same_things_in_another_order_never_wait_in_a_circle(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=20), make_product(name="Lamp", on_hand=20)
    keys = [make_cart((mug, 1), (lamp, 1)) if n % 2 else make_cart((lamp, 1), (mug, 1)) for n in range(8)]
    outcomes = together(
        any_app, [partial(place, make_command(expected_total_minor=2395), key) for key in keys]
    )
    assert [outcome for outcome in outcomes if not isinstance(outcome, str)] == []
    assert (count(Order), left(mug), left(lamp)) == (8, 12, 12)


def test_what_is_added_while_the_cart_is_being_ordered_goes_into_the_next_cart(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, lamp = make_product(on_hand=5), make_product(name="Lamp", on_hand=5)
    key = make_cart((mug, 1))
    queued: list[Future[carts.Added]] = []

    def intrude() -> None:
        queued.append(begin(any_app, partial(carts.add, key=key, variant_id=lamp.variant_id, quantity=1)))
        with pytest.raises(TimeoutError):
            queued[0].result(WHILE_SECONDS)

    after_the_snapshot(monkeypatch, intrude)
    place(make_command(expected_total_minor=ONE_MUG), key)
    token = queued[0].result(30).token
    assert token is not None
    assert [item.name for item in cart_queries.snapshot(CartKey(token=token)).items] == ["Lamp"]
    assert things_in_ordered_carts() == [mug.variant_id]


def test_without_the_lock_on_the_cart_it_would_be_lost_in_the_ordered_one(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, lamp = make_product(on_hand=5), make_product(name="Lamp", on_hand=5)
    key = make_cart((mug, 1))
    adding = partial(carts.add, key=key, variant_id=lamp.variant_id, quantity=1)
    after_the_snapshot(monkeypatch, lambda: forget(elsewhere(postgres_app, adding)))
    monkeypatch.setattr(
        carts,
        "hold",
        lambda key: db.session.scalar(
            sa.select(Cart.id).where(cart_queries.is_owned(by_guest=True)), cart_queries.owner(key)
        ),
    )
    place(make_command(expected_total_minor=ONE_MUG), key)
    assert things_in_ordered_carts() == [mug.variant_id, lamp.variant_id]


def things_in_ordered_carts() -> list[int]:
    lines = (
        sa.select(CartLine.variant_id).join(Cart, Cart.id == CartLine.cart_id).where(Cart.state == "ordered")
    )
    return list(db.session.scalars(lines.order_by(CartLine.variant_id)))


def test_first_things_added_at_once_go_into_one_cart_of_a_signed_in_person(any_app: Flask) -> None:
    goods = [make_product(name=f"Thing {number}", on_hand=5) for number in range(6)]
    key = CartKey(person_id=make_person())
    added = together(
        any_app, [partial(carts.add, key=key, variant_id=item.variant_id, quantity=1) for item in goods]
    )
    assert [outcome for outcome in added if isinstance(outcome, Exception)] == []
    assert count(Cart) == 1
    assert cart_queries.snapshot(key).quantity == 6


def test_a_guests_cart_merged_twice_at_once_comes_along_once(any_app: Flask) -> None:
    mug = make_product(on_hand=9)
    ada, guest = make_person(), make_cart((mug, 2))
    merged = together(any_app, [partial(carts.merge, token=guest.token, person_id=ada)] * 4)
    assert sorted(result.lines for result in merged if isinstance(result, carts.Merged)) == [0, 0, 0, 1]
    assert cart_queries.snapshot(CartKey(person_id=ada)).quantity == 2


def test_a_gateway_that_answers_several_times_at_once_is_heard_once(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 1))
    with monkeypatch.context() as patch:
        patch.setattr(placing, "settle", lambda **_: None)
        number = place(make_command(expected_total_minor=ONE_MUG), key)
    attempt_id = db.session.scalars(sa.select(PaymentAttempt.id)).one()
    answers = [
        Outcome(Result.CAPTURED, "A"),
        Outcome(Result.DECLINED, "A", "no"),
        Outcome(Result.PENDING, "A"),
    ] * 2
    heard = together(
        any_app,
        [partial(placing.settle, number=number, attempt_id=attempt_id, outcome=answer) for answer in answers],
    )
    assert heard == [None] * 6
    db.session.rollback()
    state = db.session.scalars(sa.select(Order.state)).one()
    assert (state, count(Email), left(mug)) in {("paid", 1, 4), ("confirmed", 1, 4), ("cancelled", 0, 5)}
