from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Invoice
from smartshop.orders.operations import fulfilling, moving, recovering, refunding, returning
from smartshop.orders.rules.aftercare import TooMany
from smartshop.orders.rules.states import ImpossibleMove
from smartshop.payments.operations import refunding as payments
from smartshop.payments.rules.gateways import DemoCard
from tests.factories import make_order, make_product
from tests.orders.acting import (
    SELLER,
    STAFF,
    WHY,
    after,
    bought,
    cancel,
    capture,
    left_of,
    let_go,
    ship,
    state_of,
    take_back,
)
from tests.row_counts import nothing_changes


def letters(number: str) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Email).order_by(Email.id))
    return [row.kind for row in rows if row.facts["number"] == number]


def log(number: str) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(AuditRecord).where(AuditRecord.subject == f"order:{number}").order_by(AuditRecord.id)
    )
    return [row.action for row in rows if row.actor_label == STAFF.label]


def papers(number: str) -> list[tuple[str, int]]:
    return [(row.kind, row.amount_minor) for row in after(number).invoices]


def test_the_log_says_of_every_move_who_made_it_and_why(any_app: Flask) -> None:
    mug = make_product(on_hand=10)
    paid, later, back = bought((mug, 1)), bought((mug, 1), payment="invoice"), bought((mug, 2))
    ship(paid, {1: 1})
    capture(later)
    ship(back, {1: 1})
    cancel(back)
    db.session.rollback()
    moved = db.session.scalars(
        sa.select(AuditRecord).where(AuditRecord.action == "order.moved").order_by(AuditRecord.id)
    ).all()
    told = [(move.after["state"], move.actor_label, move.reason) for move in moved]
    assert told == [
        ("paid", "system", "The payment came in."),
        ("confirmed", "system", "It is paid after delivery."),
        ("paid", "system", "The payment came in."),
        ("fulfilled", STAFF.label, "All of it was sent."),
        ("paid", STAFF.label, WHY),
        ("fulfilled", STAFF.label, WHY),
    ]


def test_an_order_goes_out_in_two_parcels(any_app: Flask) -> None:
    mug, jug = make_product(price_minor=1000), make_product(price_minor=3000)
    number = bought((mug, 3), (jug, 1))
    assert ship(number, {1: 2, 2: 0}) is False
    assert (state_of(number), after(number).delivery) == ("paid", "part")
    assert [line.to_send for line in after(number).lines] == [1, 1]
    assert ship(number, {1: 1, 2: 1}, tracking="XY 9") is True
    found = after(number)
    assert (state_of(number), found.delivery) == ("fulfilled", "all")
    assert [parcel.lines for parcel in found.parcels] == [(("Mug", 2),), (("Mug", 1), ("Mug", 1))]
    assert found.parcels[1].tracking_url.endswith("/XY9")
    assert papers(number) == [("invoice", 6000)]
    assert letters(number) == ["order_confirmation", "order_shipped", "order_shipped"]
    assert log(number) == ["order.shipped", "order.invoiced", "order.shipped", "order.moved"]


def test_more_than_is_left_is_never_sent(app: Flask) -> None:
    number = bought((make_product(), 2))
    ship(number, {1: 1})
    with nothing_changes(), pytest.raises(TooMany, match="Only 1 of Mug are left for that, not 2"):
        ship(number, {1: 2})
    with nothing_changes(), pytest.raises(Invalid, match="at least one line"):
        ship(number, {1: 0})
    with nothing_changes(), pytest.raises(Invalid, match="whole number"):
        ship(number, {7: 1})
    ship(number, {1: 1})
    with nothing_changes(), pytest.raises(ImpossibleMove, match="fulfilled"):
        ship(number, {1: 1})


def test_the_same_form_sent_twice_does_it_once(any_app: Flask) -> None:
    number = bought((make_product(), 4))
    revision = after(number).revision

    def send() -> bool:
        return fulfilling.ship(
            number=number,
            revision=revision,
            quantities={1: 2},
            carrier="dhl",
            tracking_number="",
            seller=SELLER,
            actor=STAFF,
        )

    assert send() is False
    with nothing_changes(), pytest.raises(moving.OutOfDate):
        send()


def test_an_order_that_was_not_sent_is_cancelled_whole(any_app: Flask) -> None:
    goods = make_product(price_minor=1000, on_hand=5)
    number = bought((goods, 2))
    assert left_of(goods) == 3
    settled = cancel(number)
    assert (settled.credited_minor, settled.refunded_minor) == (2395, 2395)
    assert (state_of(number), left_of(goods)) == ("cancelled", 5)
    standing = after(number).standing
    assert (standing.status, standing.to_pay_minor, standing.to_refund_minor) == ("refunded", 0, 0)
    assert papers(number) == []
    assert letters(number) == ["order_confirmation", "order_cancelled", "order_refunded"]
    with nothing_changes(), pytest.raises(ImpossibleMove):
        cancel(number)
    with nothing_changes(), pytest.raises(ImpossibleMove):
        ship(number, {1: 1})


def test_the_rest_of_an_order_is_cancelled(any_app: Flask) -> None:
    goods = make_product(price_minor=3000, on_hand=5)
    number = bought((goods, 3))
    ship(number, {1: 1})
    settled = cancel(number)
    assert (settled.credited_minor, settled.refunded_minor) == (6000, 6000)
    assert (state_of(number), left_of(goods)) == ("fulfilled", 4)
    assert papers(number) == [("invoice", 9000), ("credit_note", 6000)]
    assert [line.returnable for line in after(number).lines] == [1]
    take_back(number, {1: 1})
    assert after(number).standing.status == "refunded"
    assert left_of(goods) == 5


def test_an_invoice_is_paid_and_only_what_was_paid_goes_back(any_app: Flask) -> None:
    number = bought((make_product(price_minor=6000), 1), payment="invoice")
    assert (state_of(number), after(number).standing.status) == ("confirmed", "open")
    assert let_go(number, 1000).refunded_minor == 0
    assert capture(number) == 5000
    assert (state_of(number), after(number).standing.status) == ("paid", "paid")
    with nothing_changes(), pytest.raises(ImpossibleMove):
        capture(number)
    assert cancel(number).refunded_minor == 5000


def test_cash_is_received_after_the_goods_were_sent(app: Flask) -> None:
    number = bought((make_product(price_minor=6000), 1), payment="cash_on_delivery")
    ship(number, {1: 1})
    assert capture(number) == 6000
    assert (state_of(number), after(number).standing.status) == ("fulfilled", "paid")
    with nothing_changes(), pytest.raises(Conflict, match="Nothing is owed"):
        capture(number)


@pytest.mark.parametrize(("is_restocked", "left"), [(True, 9), (False, 7)])
def test_what_comes_back_is_refunded_and_goes_into_stock_if_it_may(
    app: Flask,
    is_restocked: bool,  # noqa: FBT001
    left: int,
) -> None:
    goods = make_product(price_minor=3333, on_hand=10)
    number = bought((goods, 3))
    ship(number, {1: 3})
    assert take_back(number, {1: 2}, is_restocked=is_restocked).refunded_minor == 6666
    assert left_of(goods) == left
    with nothing_changes(), pytest.raises(TooMany):
        take_back(number, {1: 2})
    assert papers(number) == [("invoice", 9999), ("credit_note", 6666)]


def test_nothing_is_let_go_or_refunded_beyond_the_price(any_app: Flask) -> None:
    number = bought((make_product(price_minor=6000), 1))
    ship(number, {1: 1})
    assert let_go(number, 5999).refunded_minor == 5999
    with nothing_changes(), pytest.raises(Invalid, match="more than the order still costs"):
        let_go(number, 2)
    assert take_back(number, {1: 1}).refunded_minor == 1
    assert refunding.pay_back(number=number, actor=STAFF) == 0
    assert after(number).standing.status == "refunded"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_staff_says_why(app: Flask, reason: str) -> None:
    number = bought((make_product(), 1))
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        returning.cancel(number=number, revision=0, reason=reason, seller=SELLER, actor=STAFF)
    assert set(refusal.value.fields) == {"reason"}


@pytest.mark.parametrize("state", ["pending", "cancelled"])
def test_nothing_is_done_to_an_order_that_is_undecided_or_over(app: Flask, state: str) -> None:
    number = make_order(state=state)
    for act in (lambda: cancel(number), lambda: ship(number, {1: 1}), lambda: capture(number)):
        with nothing_changes(), pytest.raises(Conflict):
            act()
    with nothing_changes(), pytest.raises(DomainError):
        take_back(number, {1: 1})
    with nothing_changes(), pytest.raises(Conflict):
        let_go(number, 1)


def test_a_gateway_that_breaks_off_leaves_a_refund_that_is_carried_out_later_once(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bought((make_product(price_minor=6000), 1))

    def break_off(*_anything: object, **_named: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(DemoCard, "refund", break_off)
        with pytest.raises(TimeoutError):
            cancel(number)
    found = after(number)
    assert (state_of(number), found.has_pending_refund) == ("cancelled", True)
    assert found.standing.to_refund_minor == 0
    assert refunding.pay_back(number=number, actor=STAFF) == 6000
    assert refunding.pay_back(number=number, actor=STAFF) == 0
    assert log(number)[-1] == "order.refunded"


@pytest.mark.parametrize("act", [cancel, lambda number: let_go(number, 6000)], ids=["cancelled", "let go"])
def test_what_is_owed_is_set_aside_with_its_cause_and_sent_even_if_nobody_goes_on(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], object]
) -> None:
    number = bought((make_product(price_minor=6000), 1))
    with monkeypatch.context() as broken:
        broken.setattr(refunding, "pay_back", lambda **_: pytest.fail("the process ends here"))
        with pytest.raises(pytest.fail.Exception):
            act(number)
    assert after(number).has_pending_refund
    recovering.send_back()
    assert after(number).standing.status == "refunded"
    assert letters(number)[-1] == "order_refunded"


def test_two_reservations_at_once_stay_within_what_was_captured(any_app: Flask) -> None:
    number = bought((make_product(price_minor=6000), 1))
    from smartshop.kernel.money import Money

    payments.reserve(reference=number, amount=Money(4000, "GBP"), key="a")
    payments.reserve(reference=number, amount=Money(4000, "GBP"), key="a")
    with nothing_changes(), pytest.raises(payments.TooMuch):
        payments.reserve(reference=number, amount=Money(2001, "GBP"), key="b")
    payments.reserve(reference=number, amount=Money(2000, "GBP"), key="b")
    assert after(number).standing.refunded_minor == 6000


def test_invoice_numbers_have_no_gap_even_when_a_move_fails(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [bought((make_product(), 1)) for _ in range(3)]
    ship(numbers[0], {1: 1})

    def break_off(*_anything: object, **_named: object) -> None:
        raise RuntimeError(WHY)

    with monkeypatch.context() as broken:
        broken.setattr("smartshop.orders.operations.letters.shipped", break_off)
        with pytest.raises(RuntimeError):
            ship(numbers[1], {1: 1})
    ship(numbers[2], {1: 1})
    ship(numbers[1], {1: 1})
    db.session.rollback()
    found = db.session.scalars(sa.select(Invoice.number).order_by(Invoice.id)).all()
    assert list(found) == ["INV-000001", "INV-000002", "INV-000003"]
