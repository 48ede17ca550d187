from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.factory import create_app
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.messaging.operations import delivery, outbox
from smartshop.messaging.operations.delivery import Delivery
from tests.competing import together
from tests.messaging.smtp_sink import Sink, smtp_sink
from tests.messaging.test_letters import FACTS, TEMPLATES

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOBODY_LISTENS = "smtp://127.0.0.1:25"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as running:
        yield running


@contextmanager
def with_mail(app: Flask, url: str) -> Iterator[Flask]:
    """The same shop, sending through this server."""
    sending = create_app(app.config["SETTINGS"].model_copy(update={"mail_url": url}))
    with sending.app_context():
        yield sending
        db.session.remove()
        db.engine.dispose()


def enqueue(recipient: str, kind: str = "order_confirmation") -> None:
    outbox.enqueue(kind=kind, recipient=recipient, facts=FACTS["order_confirmation"])


def deliver(limit: int = 200) -> Delivery:
    return delivery.deliver_due(
        templates=TEMPLATES,
        sender="shop@example.com",
        shop_name="Ada & Sons",
        base_url="https://shop.example/",
        seal=Seal("a key"),
        limit=limit,
    )


def deliver_through(app: Flask, url: str) -> Delivery:
    with with_mail(app, url):
        return deliver()


def emails() -> list[Email]:
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Email).order_by(Email.id).execution_options(populate_existing=True))
    )


def test_a_letter_queued_by_what_did_not_happen_is_never_sent(any_app: Flask) -> None:
    with pytest.raises(KeyError), unit_of_work():
        enqueue("ada@example.com")
        raise KeyError
    assert emails() == []
    assert deliver() == Delivery(0, 0)


def test_a_letter_arrives_whole_at_a_real_mail_server(any_app: Flask, sink: Sink) -> None:
    enqueue("ada@example.com")
    assert deliver_through(any_app, sink.url) == Delivery(sent=1, failed=0)
    (letter,) = sink.letters
    assert (letter["From"], letter["To"]) == ("shop@example.com", "ada@example.com")
    assert letter["Subject"] == "Your Ada & Sons order 7KQ2-M9XB-4TRD"
    text, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "Total: £1,111.10" in text.get_content()
    assert "https://shop.example/orders/7KQ2-M9XB-4TRD" in page.get_content()
    (email,) = emails()
    assert (email.state, email.attempts, email.last_error) == ("sent", 1, "")
    assert email.sent_at is not None
    assert deliver_through(any_app, sink.url) == Delivery(0, 0)
    assert len(sink.letters) == 1


def test_without_a_mail_server_letters_are_files_in_the_instance(app: Flask) -> None:
    enqueue("ada@example.com")
    assert deliver() == Delivery(1, 0)
    (file,) = (app.config["SETTINGS"].instance / "outbox").iterdir()
    assert "To: ada@example.com" in file.read_text(encoding="utf-8")


def test_a_server_that_is_down_is_tried_again_later_each_time_and_given_up_after_eight(
    any_app: Flask,
) -> None:
    waits = []
    with time_machine.travel(NOON, tick=False) as time:
        enqueue("ada@example.com")
        for attempt in range(1, 9):
            assert deliver_through(any_app, NOBODY_LISTENS) == Delivery(0, 1)
            (email,) = emails()
            assert email.attempts == attempt
            assert "ConnectionRefusedError" in email.last_error
            assert email.sent_at is None
            waits.append((email.next_attempt_at - datetime.now(UTC)) // timedelta(minutes=1))
            assert email.state == ("queued" if attempt < 8 else "failed")
            time.move_to(email.next_attempt_at - timedelta(seconds=1))
            assert deliver_through(any_app, NOBODY_LISTENS) == Delivery(0, 0)
            time.move_to(email.next_attempt_at)
        assert deliver_through(any_app, NOBODY_LISTENS) == Delivery(0, 0)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128]


def test_a_letter_that_failed_arrives_once_the_server_is_back(any_app: Flask, sink: Sink) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        enqueue("ada@example.com")
        deliver_through(any_app, NOBODY_LISTENS)
        time.shift(timedelta(minutes=1))
        assert deliver_through(any_app, sink.url) == Delivery(1, 0)
    (email,) = emails()
    assert (email.state, email.attempts, email.last_error) == ("sent", 2, "")
    assert sink.recipients == ["ada@example.com"]


def test_one_bad_letter_holds_up_no_other(any_app: Flask, sink: Sink) -> None:
    sink.refused.add("gone@example.com")
    enqueue("gone@example.com")
    enqueue("nobody@example.com", kind="no_such_kind")
    enqueue("ada@example.com")
    assert deliver_through(any_app, sink.url) == Delivery(sent=1, failed=2)
    assert sink.recipients == ["ada@example.com"]
    errors = [email.last_error for email in emails()]
    assert "no such mailbox" in errors[0]
    assert "TemplateNotFound" in errors[1]


def test_letters_leave_in_the_order_they_were_queued_and_no_more_than_asked(
    any_app: Flask, sink: Sink
) -> None:
    for number in range(5):
        enqueue(f"buyer{number}@example.com")
    with with_mail(any_app, sink.url):
        assert deliver(limit=3) == Delivery(3, 0)
    assert sink.recipients == [f"buyer{number}@example.com" for number in range(3)]


def test_several_deliverers_at_once_send_each_letter_once(any_app: Flask, sink: Sink) -> None:
    for number in range(20):
        enqueue(f"buyer{number}@example.com")
    with with_mail(any_app, sink.url) as sending:
        results = together(sending, [deliver] * 4)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(result.sent for result in results if isinstance(result, Delivery)) == 20
    assert set(Counter(sink.recipients).values()) == {1}
    assert len(sink.letters) == 20
    assert {(email.state, email.attempts) for email in emails()} == {("sent", 1)}


def test_without_the_claim_letters_would_go_out_twice(
    any_app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue("ada@example.com")
    both_have_looked, real = Barrier(2), delivery._due

    def due(limit: int) -> list[int]:
        found = real(limit)
        both_have_looked.wait(10)
        return found

    monkeypatch.setattr(delivery, "_due", due)
    monkeypatch.setattr(delivery, "_claim", partial(db.session.get, Email))
    with with_mail(any_app, sink.url) as sending:
        together(sending, [deliver] * 2)
    assert sink.recipients == ["ada@example.com"] * 2


def test_a_deliverer_that_died_with_a_letter_in_hand_frees_it_after_five_minutes(
    any_app: Flask, sink: Sink
) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        enqueue("ada@example.com")
        assert delivery._claim(emails()[0].id) is not None
        assert deliver_through(any_app, sink.url) == Delivery(0, 0)
        time.shift(timedelta(minutes=5))
        assert deliver_through(any_app, sink.url) == Delivery(1, 0)


def test_nothing_is_open_in_the_database_while_a_letter_is_on_its_way(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue("ada@example.com")
    seen: list[bool] = []
    monkeypatch.setattr(delivery, "_send", lambda *_: seen.append(db.session().in_transaction()))
    deliver()
    assert seen == [False]
