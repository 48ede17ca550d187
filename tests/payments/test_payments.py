import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.payments import queries
from smartshop.payments.models import PaymentAttempt
from smartshop.payments.operations import attempts as operations
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import CASH, INVOICE, DemoCard, Offline, Outcome, Result
from tests.row_counts import row_counts

CARD = DemoCard()
TEN_POUNDS = Money(1000, "GBP")


@pytest.mark.parametrize("number", ["4242 4242 4242 4242", "4242424242424242", "4242-4242-4242-4242"])
def test_the_test_card_that_pays_captures(number: str) -> None:
    CARD.check({"card_number": number})
    outcome = CARD.charge(TEN_POUNDS, reference="A-1", details={"card_number": number})
    assert outcome == Outcome(Result.CAPTURED, "test_card:A-1")


def test_the_test_card_that_is_declined_says_what_to_do() -> None:
    details = {"card_number": "4000 0000 0000 0002"}
    CARD.check(details)
    outcome = CARD.charge(TEN_POUNDS, reference="A-1", details=details)
    assert outcome.result is Result.DECLINED
    assert outcome.message == "The card was declined. You can try another one or choose another way to pay."


@pytest.mark.parametrize(
    "number", ["", "5555 5555 5555 4444", "4242", "4242 4242 4242 42424", "no digits", "４２４２"]
)
def test_no_other_card_is_accepted_and_its_number_is_not_repeated(number: str) -> None:
    with pytest.raises(Invalid) as refusal:
        CARD.check({"card_number": number})
    assert list(refusal.value.fields) == ["card_number"]
    assert "5555" not in repr((refusal.value.message, refusal.value.fields, refusal.value.facts))


def test_a_missing_card_number_is_refused() -> None:
    with pytest.raises(Invalid):
        CARD.check({})


@pytest.mark.parametrize("way", [INVOICE, CASH])
def test_what_is_paid_outside_is_waited_for(way: Offline) -> None:
    way.check({})
    assert way.charge(TEN_POUNDS, reference="A-1", details={}) == Outcome(Result.PENDING, f"{way.code}:A-1")


def test_the_ways_to_pay_are_found_by_code_and_others_refused() -> None:
    assert list(gateways.GATEWAYS) == ["invoice", "cash_on_delivery", "test_card"]
    assert all(gateways.gateway(code).code == code for code in gateways.GATEWAYS)
    for code in ("", "paypal"):
        with pytest.raises(Invalid) as refusal:
            gateways.gateway(code)
        assert list(refusal.value.fields) == ["payment"]


def test_an_attempt_is_open_until_the_gateway_answers(any_app: Flask) -> None:
    attempt_id = operations.open_attempt(reference="A-1", gateway="test_card", amount=TEN_POUNDS)
    row = db.session.get(PaymentAttempt, attempt_id)
    assert row is not None
    assert (row.state, row.amount_minor, row.currency, row.settled_at) == ("pending", 1000, "GBP", None)


def test_an_attempt_is_settled_once_whatever_is_said_later(any_app: Flask) -> None:
    attempt_id = operations.open_attempt(reference="A-1", gateway="test_card", amount=TEN_POUNDS)
    assert operations.settle(attempt_id=attempt_id, outcome=Outcome(Result.CAPTURED, "test_card:A-1")) is True
    late = Outcome(Result.DECLINED, "test_card:A-1", "no")
    assert operations.settle(attempt_id=attempt_id, outcome=late) is False
    assert operations.settle(attempt_id=4711, outcome=late) is False
    (attempt,) = queries.attempts("A-1")
    assert (attempt.state, attempt.message, attempt.amount_minor) == ("captured", "", 1000)


def test_attempts_come_oldest_first_and_only_of_their_reference(any_app: Flask) -> None:
    for reference, gateway in (("A-1", "test_card"), ("B-2", "invoice"), ("A-1", "invoice")):
        operations.open_attempt(reference=reference, gateway=gateway, amount=TEN_POUNDS)
    assert [attempt.gateway for attempt in queries.attempts("A-1")] == ["test_card", "invoice"]
    assert queries.attempts("C-3") == []


def test_one_reference_of_a_provider_settles_one_attempt(any_app: Flask) -> None:
    one, other = (
        operations.open_attempt(reference="A-1", gateway="test_card", amount=TEN_POUNDS) for _ in range(2)
    )
    outcome = Outcome(Result.CAPTURED, "test_card:A-1")
    operations.settle(attempt_id=one, outcome=outcome)
    before = row_counts()
    with pytest.raises(IntegrityError):
        operations.settle(attempt_id=other, outcome=outcome)
    assert row_counts() == before
    assert [attempt.state for attempt in queries.attempts("A-1")] == ["captured", "pending"]


def test_a_long_message_is_cut_to_what_can_be_kept(any_app: Flask) -> None:
    attempt_id = operations.open_attempt(reference="A-1", gateway="test_card", amount=TEN_POUNDS)
    operations.settle(attempt_id=attempt_id, outcome=Outcome(Result.DECLINED, None, "x" * 1000))
    assert len(queries.attempts("A-1")[0].message) == 255


def test_an_amount_below_nothing_cannot_be_asked_for(any_app: Flask) -> None:
    with pytest.raises(IntegrityError):
        operations.open_attempt(reference="A-1", gateway="test_card", amount=Money(-1, "GBP"))
    with pytest.raises(IntegrityError), unit_of_work():
        operations.open_attempt(reference="A-1", gateway="test_card", amount=TEN_POUNDS)
        db.session.execute(sa.update(PaymentAttempt).values(state="stolen"))
    assert queries.attempts("A-1") == []
