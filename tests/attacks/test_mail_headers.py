"""Line breaks in whatever goes into a letter: no header and no recipient comes of them."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.jobs import schedule
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.attacks.stocked import ADMIN, Stock, fill
from tests.factories import PASSWORD, make_person

BREAKS = ("\r\n", "\n", "\r", "\x0b", "\u2028", "%0d%0a", "=0D=0A", "\r\n ")
FORGED = "Bcc: evil@example.com"
OWN = {
    "content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted",
    "content-transfer-encoding", "reply-to", "x-auto-response-suppress",
}  # fmt: skip


def _letters(app: Flask) -> list[EmailMessage]:
    db.session.remove()
    schedule.deliver_email(app.config["SETTINGS"])
    folder = app.config["SETTINGS"].instance / "outbox"
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            parsed = message_from_bytes(file.read_bytes(), policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            found.append(parsed)
    return found


def _check(letter: EmailMessage) -> None:
    assert {name.lower() for name in letter} <= OWN, list(letter)
    assert len(letter.get_all("to", [])) == 1
    assert "evil@example.com" not in str(letter["to"])


@pytest.mark.parametrize("broken", BREAKS)
def test_names_and_words_of_letters_begin_no_header(app: Flask, broken: str) -> None:
    stock = Stock(fill(app), app)
    named = make_person(email="named@example.com")
    with unit_of_work():  # as one that was stored before names were looked at
        db.session.execute(sa.update(Person).where(Person.id == named).values(name=f"Ada{broken}{FORGED}"))
    visitor = stock.visitor()
    visitor.get("/sign-in")
    visitor.post("/forgot", {"email": "named@example.com"})
    visitor.post("/sign-up", {"email": "new@example.com", "name": f"N{broken}{FORGED}", "password": PASSWORD})
    admin = stock.signed_in(ADMIN)
    admin.get("/admin/emails/words/no_account")
    admin.submit("/admin/emails/words/no_account", {"subject": f"Hello{broken}{FORGED}"})
    visitor.post("/forgot", {"email": "nobody@example.com"})
    letters = _letters(app)
    assert {"named@example.com", "nobody@example.com"} <= {str(letter["to"]) for letter in letters}
    for letter in letters:
        _check(letter)


@pytest.mark.parametrize("broken", BREAKS)
def test_no_address_names_a_second_recipient(app: Flask, broken: str) -> None:
    stock = Stock(fill(app), app)
    before = len(_letters(app))
    for address in (
        f"a@example.com{broken}{FORGED}",
        f"a{broken}@example.com",
        "a@example.com,evil@example.com",
    ):
        visitor = stock.visitor()
        visitor.get("/sign-in")
        visitor.post("/forgot", {"email": address})
        visitor.post("/sign-up", {"email": address, "name": "N", "password": PASSWORD})
    for letter in _letters(app)[before:]:
        _check(letter)
