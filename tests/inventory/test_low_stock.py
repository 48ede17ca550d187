"""What is low, and who hears of it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product
from smartshop.identity.rules.roles import Role
from smartshop.inventory.operations import notices, stock
from smartshop.inventory.queries import low
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from tests.competing import together
from tests.factories import Goods, make_person, make_product, make_variant
from tests.row_counts import nothing_changes


def mark(goods: Goods, low_at: int | None) -> None:
    notices.mark_low(product_id=goods.product_id, variant_id=goods.variant_id, low_at=low_at, actor=SYSTEM)


def letters() -> list[Email]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Email).where(Email.kind == "stock_low").order_by(Email.id)))


def test_low_is_what_is_for_sale_and_at_its_mark_or_below(any_app: Flask) -> None:
    few, none = make_product(name="Few", on_hand=3), make_product(name="None", on_hand=0)
    marked, fine = make_product(name="Marked", on_hand=9), make_product(name="Fine", on_hand=2)
    make_product(name="Uncounted", on_hand=None)
    make_product(name="Draft", on_hand=1, status="draft")
    make_variant(product_id=few.product_id, position=1, on_hand=0, is_active=False)
    mark(marked, 9)
    mark(fine, 1)
    assert [row.product_name for row in low.low(3)] == ["None", "Few", "Marked"]
    assert low.low_count(3) == 3
    page = low.page_of_stock(3, view="low", text="f")
    assert [(row.product_name, row.mark, row.is_low) for row in page.items] == [("Few", 3, True)]
    assert [row.product_name for row in low.page_of_stock(3, view="uncounted").items] == ["Uncounted"]
    assert low.page_of_stock(3, view="none").total == 2
    assert low.page_of_stock(3).total == 7
    mark(marked, None)
    assert low.low_count(3) == 2
    assert none.variant_id in {row.variant_id for row in low.low(0)}
    records = db.session.scalars(sa.select(AuditRecord.after).where(AuditRecord.action == "stock.marked"))
    assert list(records) == [{"low_at": 9}, {"low_at": 1}, {"low_at": None}]


def test_a_mark_that_makes_no_sense_is_refused(app: Flask) -> None:
    mug = make_product()
    with nothing_changes(), pytest.raises(Invalid):
        mark(mug, -1)
    with nothing_changes(), pytest.raises(NotFound):
        notices.mark_low(product_id=mug.product_id, variant_id=4711, low_at=1, actor=SYSTEM)


def test_keepers_hear_once_of_what_became_low_and_again_when_it_does_again(any_app: Flask) -> None:
    make_person(email="keeper@example.com", role=Role.CATALOG_MANAGER)
    make_person(email="support@example.com", role=Role.SUPPORT)
    mug, bowl = make_product(name="Mug", on_hand=2), make_product(name="Bowl", on_hand=9)
    assert notices.tell_low(low_stock=3) == (1, 1)
    assert notices.tell_low(low_stock=3) == (0, 0)
    stock.take(lines=[(bowl.variant_id, 8)], reference="order")
    assert notices.tell_low(low_stock=3) == (1, 1)
    first, second = letters()
    assert (first.recipient, [item["name"] for item in first.facts["items"]]) == (
        "keeper@example.com",
        ["Mug"],
    )
    assert [(item["name"], item["is_new"]) for item in second.facts["items"]] == [
        ("Bowl", True),
        ("Mug", False),
    ]
    stock.receive(variant_id=mug.variant_id, quantity=9, reference="DN")
    assert notices.tell_low(low_stock=3) == (0, 0)
    stock.take(lines=[(mug.variant_id, 10)], reference="order")
    assert notices.tell_low(low_stock=3) == (1, 1)


def test_two_workers_tell_it_once(any_app: Flask) -> None:
    make_person(email="keeper@example.com", role=Role.ADMIN)
    make_product(on_hand=1)
    done = together(any_app, [lambda: notices.tell_low(low_stock=3)] * 2)
    assert sorted(done, key=repr) == [(0, 0), (1, 1)]
    assert len(letters()) == 1


def test_a_draft_is_not_worth_a_letter(app: Flask) -> None:
    make_person(email="keeper@example.com", role=Role.ADMIN)
    mug = make_product(on_hand=1)
    with unit_of_work():
        db.session.get_one(Product, mug.product_id).status = "draft"
    assert notices.tell_low(low_stock=3) == (0, 0)
