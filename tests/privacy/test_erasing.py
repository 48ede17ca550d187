"""Erasing a person: nothing anywhere tells who they were, and the books are as they were."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart.models import Cart
from smartshop.catalog.models import Product, Review
from smartshop.catalog.operations import reviewing
from smartshop.catalog.rules.reviews import Opinion
from smartshop.identity.models import Person
from smartshop.identity.rules.roles import Role
from smartshop.jobs import schedule
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.orders.models import Invoice, Order, OrderLine
from smartshop.privacy.models import Erasure
from smartshop.privacy.operations import finishing
from smartshop.privacy.operations.erasing import THEMSELVES, OrdersAreOpen, erase
from smartshop.privacy.rules.holdings import HOLDINGS, NOBODY, Fate
from tests import factories
from tests.competing import together
from tests.privacy import somebody
from tests.row_counts import nothing_changes

BOOKS = (
    "number", "state", "placed_at", "currency", "goods_minor", "tax_minor", "total_minor", "returned_minor", "country", "taxes",
)  # fmt: skip


def _instance(app: Flask) -> Path:
    folder: Path = app.config["SETTINGS"].instance
    return folder


def _books() -> list[tuple[object, ...]]:
    db.session.rollback()
    orders = db.session.execute(sa.select(*(getattr(Order, name) for name in BOOKS))).all()
    lines = db.session.execute(sa.select(*OrderLine.__table__.columns)).all()
    papers = db.session.execute(
        sa.select(Invoice.number, Invoice.amount_minor, Invoice.issued_at, Invoice.facts)
    ).all()
    sums = [(row[0], row[1], row[2], row[3]["totals"], row[3]["lines"], row[3]["seller"]) for row in papers]
    return [tuple(row) for row in (*orders, *lines, *sums)]


def test_after_an_erasure_no_column_and_no_file_tells_who_it_was(any_app: Flask) -> None:
    person_id, browser, number = somebody.live(any_app)
    known = {place.split(".")[0] for place in somebody.traces()}
    assert known >= {
        "people", "addresses", "orders", "invoices", "reviews", "emails", "events", "search_misses", "stock_wishes",
        "audit_records", "one_time_codes",
    }, known  # fmt: skip
    assert known <= {name for name, held in HOLDINGS.items() if held.fate is not Fate.KEPT}
    assert somebody.files_that_tell(_instance(any_app))
    before = _books()

    browser.get("/account/privacy/erase")
    page = browser.submit(
        "/account/privacy/erase", {"present_password": factories.PASSWORD, "reviews": "keep"}
    )
    assert "Your account is erased" in page.text
    assert browser.get("/account", follow=False).status_code == 302
    assert somebody.traces() == set()
    assert db.session.get(Person, person_id) is None

    told = schedule.finish_erasures(any_app.config["SETTINGS"])
    assert told == "1 erasures finished"
    assert somebody.files_that_tell(_instance(any_app)) == []
    assert _books() == before
    order = db.session.scalars(sa.select(Order)).one()
    assert (order.number, order.person_id, order.email) == (number, None, None)
    assert order.address["country"] == "GB"
    review = db.session.scalars(sa.select(Review)).one()
    assert (review.author, review.title) == ("Former customer", "Love, [erased]")
    assert review.body == "Write to [erased] if you like it too. It is good."
    erasure = db.session.scalars(sa.select(Erasure)).one()
    assert (erasure.fingerprints, erasure.finished_at is not None) == ([], True)
    assert schedule.finish_erasures(any_app.config["SETTINGS"]) == "0 erasures finished"


def test_the_log_keeps_what_was_done_under_a_pseudonym(app: Flask) -> None:
    person_id, _, _ = somebody.live(app)
    before = len(db.session.scalars(sa.select(AuditRecord.id)).all())
    erase(person_id=person_id, keeps_reviews=False, actor=THEMSELVES, reason=somebody.WHY)
    records = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id)).all()
    assert len(records) == before + 1
    last = records[-1]
    assert (last.action, last.actor_label, last.subject) == (
        "person.erased", "the customer themselves", "person:erased-1",
    )  # fmt: skip
    assert last.reason == "[erased] of [erased] rang from [erased]"
    assert person_id not in {record.actor_id for record in records}
    assert {record.address for record in records if record.actor_label == "erased-1"} <= {""}


def test_reviews_go_with_their_author_when_asked_and_products_count_anew(app: Flask) -> None:
    goods = factories.make_product(rating_sum=0, rating_count=0)
    person_id = factories.make_person()
    factories.make_order(lines=[(goods, 1)], person_id=person_id, state="fulfilled")
    reviewing.write(
        product_id=goods.product_id,
        person_id=person_id,
        name="Ada Buyer",
        opinion=Opinion(4, "Good", "Very good."),
        is_verified=True,
        is_published=True,
    )
    assert db.session.scalar(sa.select(Product.rating_count)) == 1
    db.session.rollback()
    erase(person_id=person_id, keeps_reviews=False, actor=THEMSELVES)
    assert db.session.scalars(sa.select(Review.id)).all() == []
    assert db.session.execute(sa.select(Product.rating_sum, Product.rating_count)).one() == (0, 0)


@pytest.mark.parametrize("state", ["pending", "confirmed", "paid"])
def test_an_order_on_its_way_stands_against_it_and_is_named(app: Flask, state: str) -> None:
    person_id = factories.make_person(email="ada@example.com")
    number = factories.make_order(person_id=None, email="Ada@example.com", state=state)
    with nothing_changes(), pytest.raises(OrdersAreOpen, match=number):
        erase(person_id=person_id, keeps_reviews=True, actor=THEMSELVES)


def test_staff_leave_the_team_first(app: Flask) -> None:
    person_id = factories.make_person(role=Role.SUPPORT)
    with nothing_changes(), pytest.raises(Conflict, match="staff"):
        erase(person_id=person_id, keeps_reviews=True, actor=THEMSELVES)


def test_others_keep_what_is_theirs(any_app: Flask) -> None:
    ann, ben = factories.make_person(name="Ann Other"), factories.make_person(name="Ben Same")
    for person_id in (ann, ben):
        factories.make_cart((factories.make_product(), 1), person_id=person_id)
        factories.make_order(person_id=person_id, email=f"mail{person_id}@example.com", state="fulfilled")
    erase(person_id=ann, keeps_reviews=True, actor=THEMSELVES)
    assert db.session.scalars(sa.select(Cart.person_id)).all() == [ben]
    kept = db.session.execute(sa.select(Order.person_id, Order.email).order_by(Order.id)).all()
    assert [tuple(row) for row in kept] == [(None, None), (ben, f"mail{ben}@example.com")]


def test_two_who_erase_at_once_erase_once(any_app: Flask) -> None:
    person_id = factories.make_person()

    def attempt() -> str:
        try:
            return f"erasure {erase(person_id=person_id, keeps_reviews=True, actor=THEMSELVES)}"
        except NotFound:
            return "nobody"

    assert set(together(any_app, [attempt] * 2)) == {"erasure 1", "nobody"}


def test_a_finish_that_was_killed_is_done_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    person_id, _, _ = somebody.live(app)
    erase(person_id=person_id, keeps_reviews=True, actor=THEMSELVES)

    def dies() -> None:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(finishing, "_rewrite_file", dies)
        schedule.finish_erasures(app.config["SETTINGS"])
    assert somebody.files_that_tell(_instance(app)), "the deleted rows are still in the file"
    assert schedule.finish_erasures(app.config["SETTINGS"]) == "1 erasures finished"
    assert somebody.files_that_tell(_instance(app)) == []


def test_a_finish_waits_for_who_still_reads_the_old_rows_and_keeps_nobody_waiting(app: Flask) -> None:
    person_id, _, _ = somebody.live(app)
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        erase(person_id=person_id, keeps_reviews=True, actor=THEMSELVES)
        assert schedule.finish_erasures(app.config["SETTINGS"]) == "0 erasures finished"
        assert db.session.scalars(sa.select(Erasure)).one().finished_at is None
    assert schedule.finish_erasures(app.config["SETTINGS"]) == "1 erasures finished"
    assert somebody.files_that_tell(_instance(app)) == []


def test_every_table_that_comes_near_a_person_says_what_becomes_of_it(app: Flask) -> None:
    near = {"people"}
    telling = {
        "email",
        "recipient",
        "author",
        "address",
        "asked",
        "person_id",
        "visitor_id",
        "actor_id",
        "reference",
    }
    while True:
        more = {
            table.name
            for table in db.metadata.sorted_tables
            if {key.column.table.name for key in table.foreign_keys} & near
            or telling & set(table.columns.keys())
        }
        if more <= near:
            break
        near |= more
    assert near <= set(HOLDINGS) | set(NOBODY)
    assert set(HOLDINGS) | set(NOBODY) <= {table.name for table in db.metadata.sorted_tables}
    assert [name for name, held in HOLDINGS.items() if not held.exported_as and not held.why] == []
    assert [name for name, held in HOLDINGS.items() if held.fate is not Fate.DELETED and not held.why] == []
