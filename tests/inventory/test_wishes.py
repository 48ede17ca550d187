"""Hearing when something is back: everybody who waits, once, who asked first first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.catalog.models import Variant
from smartshop.inventory.models import StockWish
from smartshop.inventory.operations import counting, holds, sheet_files, stock, wishes
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from tests.competing import together
from tests.factories import Goods, make_product
from tests.row_counts import nothing_changes


def wish(goods: Goods, email: str = "ada@example.com") -> None:
    wishes.wish(slug=goods.slug, variant_id=goods.variant_id, email=email)


def tell() -> int:
    db.session.rollback()
    return wishes.tell_returned(token_for=lambda email: f"token of {email}")


def told() -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(Email.recipient).where(Email.kind == "stock_back").order_by(Email.id))
    )


def by_sheet(goods: Goods) -> None:
    sku = db.session.scalars(sa.select(Variant.sku).where(Variant.id == goods.variant_id)).one()
    content = f"sku,change\n{sku},1\n".encode()
    sheet_files.apply_content(kind="stock", name="a.csv", content=content, currency="GBP", actor=SYSTEM)


def by_count(goods: Goods) -> None:
    counting.adjust(
        product_id=goods.product_id,
        variant_id=goods.variant_id,
        counted=1,
        seen=0,
        reason="found",
        actor=SYSTEM,
    )


def uncounted(goods: Goods) -> None:
    counting.stop_counting(
        product_id=goods.product_id, variant_id=goods.variant_id, reason="why", actor=SYSTEM
    )


WAYS: dict[str, Callable[[Goods], None]] = {
    "delivery": lambda goods: stock.receive(variant_id=goods.variant_id, quantity=1, reference="DN"),
    "cancelled": lambda goods: stock.give_back(lines=[(goods.variant_id, 1)], reference="order"),
    "count": by_count,
    "sheet": by_sheet,
    "uncounted": uncounted,
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_brings_it_back_everybody_hears_once_in_order(any_app: Flask, way: str) -> None:
    mug, other = make_product(name="Mug", on_hand=0), make_product(name="Other", on_hand=0)
    for email in ("zoe@example.com", "Ada@Example.com", "ada@example.com"):
        wish(mug, email)
    wish(other)
    assert tell() == 0
    WAYS[way](mug)
    assert tell() == 2
    assert told() == ["zoe@example.com", "ada@example.com"]
    assert tell() == 0
    facts = db.session.scalars(sa.select(Email.facts)).first()
    assert facts == {"slug": mug.slug, "name": "Mug", "variant": "", "token": "token of zoe@example.com"}


def test_what_open_checkouts_hold_is_not_back_until_they_let_go(any_app: Flask) -> None:
    mug = make_product(on_hand=1)
    holds.hold(reference="cart", lines=[(mug.variant_id, 1)], until=clock.now() + timedelta(hours=1))
    wish(mug)
    assert tell() == 0
    holds.release(reference="cart")
    assert tell() == 1


def test_several_workers_tell_each_once(any_app: Flask) -> None:
    mug = make_product(on_hand=0)
    for number in range(20):
        wish(mug, f"p{number}@example.com")
    stock.receive(variant_id=mug.variant_id, quantity=1, reference="DN")
    done = together(any_app, [lambda: wishes.tell_returned(token_for=str)] * 3)
    assert sum(count for count in done if isinstance(count, int)) == 20
    assert sorted(told()) == sorted(f"p{number}@example.com" for number in range(20))


def test_two_who_ask_at_once_for_one_address_wait_once(any_app: Flask) -> None:
    mug = make_product(on_hand=0)
    assert together(any_app, [lambda: wish(mug)] * 2) == [None, None]
    assert db.session.scalar(sa.select(sa.func.count(StockWish.id))) == 1


def test_nobody_waits_for_what_is_there_or_is_not_shown(app: Flask) -> None:
    mug, draft = make_product(), make_product(on_hand=0, status="draft")
    sold_out = make_product(on_hand=0)
    with nothing_changes():
        with pytest.raises(Conflict):
            wish(mug)
        with pytest.raises(NotFound):
            wish(draft)
        with pytest.raises(NotFound):
            wishes.wish(slug=mug.slug, variant_id=sold_out.variant_id, email="ada@example.com")
        with pytest.raises(Invalid):
            wish(sold_out, "nobody")


def test_a_wish_is_kept_for_180_days_and_can_be_asked_again(app: Flask) -> None:
    mug = make_product(on_hand=0)
    wish(mug)
    stock.receive(variant_id=mug.variant_id, quantity=1, reference="DN")
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        assert tell() == 0
        assert wishes.forget_old() == 1
        stock.take(lines=[(mug.variant_id, 1)], reference="order")
        wish(mug)
        assert wishes.forget_old() == 0


def test_an_old_wish_asked_again_counts_from_today(app: Flask) -> None:
    mug = make_product(on_hand=0)
    wish(mug)
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        wish(mug)
        assert wishes.forget_old() == 0


def test_who_wants_to_be_forgotten_is(app: Flask) -> None:
    mug, bowl = make_product(on_hand=0), make_product(on_hand=0)
    wish(mug)
    wish(bowl)
    wish(mug, "bob@example.com")
    assert wishes.forget(email="ada@example.com") == 2
    assert db.session.scalars(sa.select(StockWish.email)).all() == ["bob@example.com"]
