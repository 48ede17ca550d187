"""The log of e-mails, sending one again, and the words they use."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.kernel.config import ROOT
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.messaging.operations import delivery, outbox
from tests.browser_client import ShopClient
from tests.joining import finish_account
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

WORDS = "/admin/emails/words/welcome"


@pytest.fixture
def marketer(enter: Enter) -> ShopClient:
    return enter(Role.MARKETER)


def rows() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(row.kind, row.state) for row in db.session.scalars(sa.select(Email).order_by(Email.id))]


def sent(app: Flask) -> str:
    """Every e-mail that was written to the outbox folder."""
    return "".join(path.read_text() for path in (Path(app.instance_path) / "outbox").iterdir())


def deliver() -> None:
    delivery.deliver_due(
        templates=Path(ROOT / "templates" / "email"),
        sender="shop@example.com",
        shop_name="Ada & Sons",
        base_url="https://shop.example",
        seal=Seal("a key"),
    )


def test_the_log_shows_what_was_sent_and_sends_it_again(marketer: ShopClient) -> None:
    outbox.welcome(recipient="ada@example.com", name="Ada", person_id=1)
    with unit_of_work():
        db.session.execute(sa.update(Email).values(state="failed", attempts=8, last_error="no such host"))
    page = marketer.get("/admin/emails?state=failed").text
    for part in ("1 e-mail could not be sent", "ada@example.com", "no such host", "Given up"):
        assert part in page
    email_id = db.session.scalars(sa.select(Email.id)).one()
    db.session.rollback()
    marketer.submit(f"/admin/emails/{email_id}/resend")
    assert rows() == [("welcome", "failed"), ("welcome", "queued")]
    with nothing_changes():
        assert "queued already" in marketer.post(f"/admin/emails/{email_id + 1}/resend").text
        assert marketer.post("/admin/emails/99/resend").status_code == 404


def test_own_words_are_previewed_used_and_taken_back(app: Flask, marketer: ShopClient) -> None:
    marketer.get(WORDS)
    answers = {
        "subject": "Good to see you, {{ name }}",
        "text": "Hello {{ name }}",
        "html": "<p>{{ name }}</p>",
    }
    with nothing_changes():
        page = marketer.submit(WORDS, answers, button="preview").text
    assert "Good to see you, Ada" in page
    marketer.submit(WORDS, answers)
    outbox.welcome(recipient="eve@example.com", name="Eve", person_id=1)
    deliver()
    assert "Subject: Good to see you, Eve" in sent(app)
    marketer.get(WORDS)
    marketer.submit(f"{WORDS}/reset")
    outbox.welcome(recipient="eve@example.com", name="Eve", person_id=1)
    deliver()
    assert "Subject: Welcome to Ada & Sons" in sent(app)


def test_words_that_make_no_letter_are_refused_with_what_was_typed(marketer: ShopClient) -> None:
    marketer.get(WORDS)
    with nothing_changes():
        answer = marketer.submit(WORDS, {"text": "Hello {{ nobody }}"})
    assert answer.status_code == 422
    assert "Hello {{ nobody }}" in answer.text
    assert "nobody" in answer.text.split("form-problems")[1]


def test_a_kind_that_does_not_exist_is_not_found(marketer: ShopClient) -> None:
    assert marketer.get("/admin/emails/words/no-such").status_code == 404
    assert marketer.post("/admin/emails/words/..", {}).status_code == 404


def test_signing_up_queues_a_welcome(visitor: ShopClient) -> None:
    visitor.get("/sign-up")
    visitor.submit(
        "/sign-up", {"name": "Ada", "email": "Ada@example.com", "password": "correct horse battery"}
    )
    finish_account(visitor, "ada@example.com")
    assert rows() == [("sign_up_code", "queued"), ("welcome", "queued")]
