"""Addresses that change: the old ones lead on, never in a ring, and never to another thing's page."""

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartshop.catalog.models import FormerProductSlug, Product
from smartshop.catalog.operations import slugs
from smartshop.catalog.queries import addresses
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import Goods, make_category, make_product
from tests.row_counts import nothing_changes


def move(goods: Goods, slug: str) -> None:
    slugs.rename_product(product_id=goods.product_id, slug=slug, actor=SYSTEM)


def test_every_former_address_leads_straight_to_the_present_one(any_visitor: ShopClient) -> None:
    goods = make_product()
    for slug in ("one", "two", "three"):
        move(goods, slug)
    for former in (goods.slug, "one", "two"):
        answer = any_visitor.get(f"/p/{former}", follow=False)
        assert (answer.status_code, answer.location) == (301, "/p/three")
    assert any_visitor.get("/p/three", follow=False).status_code == 200


def test_going_back_to_a_former_address_makes_no_ring(any_visitor: ShopClient) -> None:
    goods = make_product()
    move(goods, "one")
    move(goods, goods.slug)
    assert any_visitor.get(f"/p/{goods.slug}", follow=False).status_code == 200
    assert any_visitor.get("/p/one", follow=False).location == f"/p/{goods.slug}"


def test_an_address_that_another_took_over_is_the_others(any_visitor: ShopClient) -> None:
    first, second = make_product(name="First"), make_product(name="Second")
    move(first, "away")
    move(second, first.slug)
    assert "Second" in any_visitor.get(f"/p/{first.slug}", follow=False).text
    assert any_visitor.get(f"/p/{second.slug}", follow=False).location == f"/p/{first.slug}"
    move(second, "gone-too")
    assert any_visitor.get(f"/p/{first.slug}", follow=False).location == "/p/gone-too"


def test_a_draft_that_took_an_address_over_leads_nowhere(any_visitor: ShopClient) -> None:
    first, second = make_product(), make_product(status="draft")
    former = first.slug
    move(first, "away")
    with unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == second.product_id).values(slug=former))
    assert any_visitor.get(f"/p/{former}").status_code == 404


def test_a_draft_or_a_deleted_product_is_gone_under_every_address(any_visitor: ShopClient) -> None:
    goods = make_product()
    move(goods, "one")
    with unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == goods.product_id).values(status="draft"))
    assert any_visitor.get(f"/p/{goods.slug}").status_code == 404
    with unit_of_work():
        for table in ("stock_movements", "stock_levels", "variants", "products"):
            db.session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
    assert any_visitor.get(f"/p/{goods.slug}").status_code == 404
    assert db.session.scalars(sa.select(FormerProductSlug.slug)).all() == []


def test_a_category_moves_too(any_visitor: ShopClient) -> None:
    category_id = make_category(slug="mugs")
    slugs.rename_category(category_id=category_id, slug="cups", actor=SYSTEM)
    answer = any_visitor.get("/c/mugs?sort=price", follow=False)
    assert (answer.status_code, answer.location) == (301, "/c/cups?sort=price")
    assert any_visitor.get("/c/bowls").status_code == 404


def test_an_address_that_is_taken_is_refused(any_app: Flask) -> None:
    first, second = make_product(), make_product()
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        move(first, second.slug)
    assert set(refusal.value.fields) == {"slug"}
    with nothing_changes(), pytest.raises(NotFound):
        slugs.rename_product(product_id=4711, slug="one", actor=SYSTEM)
    with nothing_changes():
        move(first, first.slug)


def test_two_who_want_the_same_address_do_not_share_it(any_app: Flask) -> None:
    first, second = make_product(), make_product()
    done = together(any_app, [lambda: move(first, "one"), lambda: move(second, "one")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["Invalid", "NoneType"]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abcd")), max_size=12))
def test_whatever_moves_an_address_leads_to_who_had_it_last(app: Flask, moves: list[tuple[int, str]]) -> None:
    goods = [make_product() for _ in range(3)]
    present = {one.product_id: one.slug for one in goods}
    last_had: dict[str, int] = {}
    prefix = f"x{goods[0].product_id}-"
    for which, letter in moves:
        mover, slug = goods[which], prefix + letter
        if slug in present.values():
            continue
        last_had[present[mover.product_id]] = mover.product_id
        present[mover.product_id] = slug
        move(mover, slug)
    for former, owner in last_had.items():
        expected = None if former in present.values() else present[owner]
        assert addresses.product_now_at(former) == expected
