"""What goes well with a product: picked by staff, else what sells best beside it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product
from smartshop.catalog.operations import popularity, relating
from smartshop.catalog.queries import related
from smartshop.catalog.rules import related as rules
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.competing import together
from tests.factories import Goods, make_category, make_product
from tests.row_counts import nothing_changes


def change(goods: Goods, step: str, other: Goods) -> None:
    relating.change(product_id=goods.product_id, step=step, related_id=other.product_id, actor=SYSTEM)


def shown(goods: Goods, category_id: int) -> list[int]:
    db.session.rollback()
    return [card.id for card in related.goes_with(product_id=goods.product_id, category_id=category_id)]


def test_picks_come_in_their_order_and_what_is_not_shown_is_left_out(any_app: Flask) -> None:
    category_id = make_category()
    mug, pot, jug, draft, extra = (make_product(category_id=category_id) for _ in range(5))
    for other in (pot, draft, jug):
        change(mug, "add", other)
    change(mug, "up", jug)
    change(mug, "up", jug)
    change(mug, "down", pot)
    with unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == draft.product_id).values(status="draft"))
    assert shown(mug, category_id) == [jug.product_id, pot.product_id]
    assert related.picks(mug.product_id) == [jug.product_id, draft.product_id, pot.product_id]
    change(mug, "remove", jug)
    assert shown(mug, category_id) == [pot.product_id]
    actions = db.session.scalars(sa.select(AuditRecord.action)).all()
    assert set(actions) == {"product.related"}
    assert extra.product_id in shown(jug, category_id)


def test_without_picks_the_best_sellers_of_the_category_stand_there(any_app: Flask) -> None:
    category_id, elsewhere = make_category(), make_category(name="Else")
    goods = [make_product(category_id=category_id) for _ in range(6)]
    other = make_product(category_id=elsewhere)
    sold = {goods[4].product_id: 7, goods[2].product_id: 9, goods[0].product_id: 99, other.product_id: 50}
    popularity.keep(orders=sold)
    expected = [goods[2], goods[4], goods[5], goods[3]]
    assert shown(goods[0], category_id) == [each.product_id for each in expected]


def test_what_makes_no_sense_is_refused(any_app: Flask) -> None:
    mug, pot = make_product(), make_product()
    with nothing_changes():
        with pytest.raises(Invalid):
            change(mug, "add", mug)
        with pytest.raises(NotFound):
            relating.change(product_id=mug.product_id, step="add", related_id=4711, actor=SYSTEM)
        for step in ("remove", "up", "down"):
            change(mug, step, pot)
    with pytest.raises(Invalid):
        rules.added(range(1, rules.MOST + 1), 99)


def test_two_who_pick_at_once_both_count(any_app: Flask) -> None:
    mug, pot, jug = make_product(), make_product(), make_product()
    assert together(any_app, [lambda: change(mug, "add", pot), lambda: change(mug, "add", jug)]) == [None] * 2
    db.session.rollback()
    assert set(related.picks(mug.product_id)) == {pot.product_id, jug.product_id}
