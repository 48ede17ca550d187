"""Customers who cancel their own orders, and what happens when the parcel leaves at the same moment."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.kernel.audit import Actor, AuditRecord
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.operations import fulfilling, moving, recovering, withdrawing
from smartshop.orders.operations.moving import OutOfDate
from smartshop.orders.operations.returning import Settled
from smartshop.orders.rules.states import State
from smartshop.orders.rules.withdrawing import TooLateToCancel, may_withdraw
from smartshop.payments.rules.gateways import GATEWAYS, DemoCard, GatewayAway
from tests.competing import elsewhere, together
from tests.factories import Goods, make_order, make_person, make_product
from tests.orders.acting import SELLER, STAFF, after, bought, cancel, left_of, ship, state_of
from tests.row_counts import nothing_changes

GUEST = Actor(None, "anonymous", "192.0.2.7")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def withdraw(
    number: str,
    *,
    revision: int | None = None,
    cause: str = "",
    hours: int | None = None,
    seen_by: int | None = None,
) -> Settled:
    return withdrawing.withdraw(
        number=number,
        seen_by=seen_by,
        revision=after(number).revision if revision is None else revision,
        cause=cause,
        hours=hours,
        seller=SELLER,
        ways=GATEWAYS,
        actor=GUEST,
    )


def send(number: str, revision: int) -> bool:
    return fulfilling.ship(
        number=number,
        revision=revision,
        quantities={1: 2},
        carrier="dhl",
        tracking_number="",
        seller=SELLER,
        actor=STAFF,
    )


def test_a_paid_order_comes_back_whole_and_the_log_says_who_and_why(any_app: Flask) -> None:
    mug = make_product(on_hand=5, price_minor=3000)
    number = bought((mug, 2))
    assert left_of(mug) == 3
    assert withdraw(number, cause="mistake") == Settled(6000, 6000)
    assert (state_of(number), left_of(mug)) == ("cancelled", 5)
    standing = after(number).standing
    assert (standing.refunded_minor, standing.to_refund_minor, standing.to_pay_minor) == (6000, 0, 0)
    why = "At the customer's request: ordered by mistake"
    entries = db.session.scalars(sa.select(AuditRecord).where(AuditRecord.actor_label == GUEST.label)).all()
    assert {(entry.action, entry.address) for entry in entries} == {
        (action, GUEST.address) for action in ("order.moved", "order.cancelled", "order.refunded")
    }
    assert {entry.reason for entry in entries if entry.action != "order.refunded"} == {why}
    letter = db.session.scalars(sa.select(Email).where(Email.kind == "order_cancelled")).one()
    assert (letter.facts["reason"], letter.facts["is_whole"]) == (why, True)


def test_an_order_that_was_to_be_paid_later_owes_nothing_any_more(any_app: Flask) -> None:
    number = bought((make_product(price_minor=6000), 1), payment="invoice")
    assert withdraw(number) == Settled(6000, 0)
    assert (state_of(number), after(number).standing.to_pay_minor) == ("cancelled", 0)


def test_a_refund_that_nobody_answers_stays_owed_and_is_made_once(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bought((make_product(price_minor=6000), 1))

    def silent(*_args: object, **_facts: object) -> None:
        raise GatewayAway("silence")

    with monkeypatch.context() as patch:
        patch.setattr(DemoCard, "refund", silent)
        with pytest.raises(GatewayAway):
            withdraw(number)
    assert (state_of(number), after(number).has_pending_refund) == ("cancelled", True)
    recovering.send_back()
    recovering.send_back()
    assert after(number).standing.refunded_minor == 6000


def shipped_in_part() -> str:
    number = bought((make_product(on_hand=5), 2))
    ship(number, {1: 1})
    return number


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (shipped_in_part, "on its way already"),
        (lambda: make_order(state=State.FULFILLED), "on its way already"),
        (lambda: make_order(state=State.CANCELLED), "cancelled already"),
    ],
)
def test_what_cannot_be_cancelled_any_more_stays_as_it_is(
    any_app: Flask, prepare: Callable[[], str], said: str
) -> None:
    number = prepare()
    with nothing_changes(), pytest.raises(TooLateToCancel, match=said):
        withdraw(number)


def test_an_order_of_somebody_else_is_not_found(any_app: Flask) -> None:
    number = make_order(person_id=make_person(), state=State.CONFIRMED)
    with nothing_changes(), pytest.raises(NotFound):
        withdraw(number, seen_by=None)


def test_a_cause_that_the_form_does_not_offer_changes_nothing(any_app: Flask) -> None:
    number = bought((make_product(), 1))
    with nothing_changes(), pytest.raises(Invalid):
        withdraw(number, cause="<b>")


@pytest.mark.parametrize(
    ("hours", "minutes_ago", "may"),
    [(None, 10**6, True), (2, 119, True), (2, 120, False), (0, 0, False)],
)
def test_the_hours_of_the_setting_count_from_placing_it(
    hours: int | None, minutes_ago: int, *, may: bool
) -> None:
    placed_at = NOON - timedelta(minutes=minutes_ago)
    answer = may_withdraw(State.PAID, is_begun=False, placed_at=placed_at, now=NOON, hours=hours)
    assert answer is may


def test_an_order_whose_hours_are_over_is_left_to_the_shop(any_app: Flask) -> None:
    number = bought((make_product(), 1))
    with nothing_changes(), pytest.raises(TooLateToCancel, match="Write to us"):
        withdraw(number, hours=0)
    waiting = make_order(state=State.PENDING)
    with nothing_changes(), pytest.raises(TooLateToCancel, match="given up by itself"):
        withdraw(waiting, hours=0)
    cancel(number)
    assert state_of(number) == "cancelled"


def shop_with_an_order() -> tuple[Goods, str, int]:
    mug = make_product(on_hand=5)
    number = bought((mug, 2))
    return mug, number, after(number).revision


def goods_of(number: str) -> tuple[int, int]:
    """How many pieces of the first line were sent, and how many cancelled."""
    db.session.rollback()
    sent, cancelled = db.session.execute(
        sa.select(OrderLine.shipped_quantity, OrderLine.cancelled_quantity)
        .join(Order)
        .where(Order.number == number, OrderLine.position == 1)
    ).one()
    return sent, cancelled


def test_cancelling_and_sending_at_once_is_one_of_the_two(any_app: Flask) -> None:
    for _ in range(4):
        mug, number, revision = shop_with_an_order()
        works: list[Callable[[], object]] = [
            partial(withdraw, number, revision=revision),
            partial(send, number, revision),
        ]
        outcomes = together(any_app, works)
        assert [type(outcome) for outcome in outcomes] in (
            [Settled, OutOfDate],
            [OutOfDate, bool],
        )
        is_sent = isinstance(outcomes[1], bool)
        assert goods_of(number) == ((2, 0) if is_sent else (0, 2))
        assert (state_of(number), left_of(mug)) == (("fulfilled", 3) if is_sent else ("cancelled", 5))
        assert after(number).standing.refunded_minor == (0 if is_sent else 2395)


def send_after_the_look(app: Flask, monkeypatch: pytest.MonkeyPatch, number: str, revision: int) -> None:
    """Take the lock away, and let the parcel leave once the lines of the order were read to cancel them."""
    locked, lines_of = moving.locked, moving.lines_of
    looks = iter((False, True))

    def unlocked(*, number: str, revision: int | None) -> Order:
        assert revision is not None
        return db.session.scalars(sa.select(Order).where(Order.number == number)).one()

    def read(order: Order) -> Sequence[OrderLine]:
        seen = lines_of(order)
        if next(looks):
            monkeypatch.setattr(moving, "locked", locked)
            monkeypatch.setattr(moving, "lines_of", lines_of)
            elsewhere(app, partial(send, number, revision))
        return seen

    monkeypatch.setattr(moving, "locked", unlocked)
    monkeypatch.setattr(moving, "lines_of", read)
    withdraw(number, revision=revision)


def test_without_the_lock_the_count_of_pieces_still_refuses(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, number, revision = shop_with_an_order()
    with pytest.raises(IntegrityError, match="ck_order_lines_sent_within_quantity"):
        send_after_the_look(postgres_app, monkeypatch, number, revision)
    assert (goods_of(number), state_of(number), left_of(mug)) == ((2, 0), "fulfilled", 3)


def test_without_both_walls_what_was_sent_is_refunded_and_counted_into_stock(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, number, revision = shop_with_an_order()
    with unit_of_work():
        db.session.execute(
            sa.text("ALTER TABLE order_lines DROP CONSTRAINT ck_order_lines_sent_within_quantity")
        )
    send_after_the_look(postgres_app, monkeypatch, number, revision)
    assert (goods_of(number), state_of(number), left_of(mug)) == ((2, 2), "cancelled", 5)
