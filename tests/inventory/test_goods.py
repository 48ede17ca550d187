from datetime import datetime

import pytest
from flask import Flask

from smartshop.catalog.queries import editing, search
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.inventory.operations import goods, stock
from smartshop.inventory.queries import stock as queries
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from tests.competing import together
from tests.factories import make_category, make_product
from tests.row_counts import nothing_changes

SOLD = VariantFacts("", 1250, is_active=True)


def change(product_id: int, name: str, seen: datetime) -> str:
    kept = editing.product(product_id)
    goods.change(
        product_id=product_id,
        seen=seen,
        facts=ProductFacts(name, "", kept.category_id, "published"),
        variants={variant.id: SOLD for variant in kept.variants},
        actor=SYSTEM,
    )
    return name


def test_of_two_who_save_at_once_one_is_told(any_app: Flask) -> None:
    product_id = make_product().product_id
    seen = editing.product(product_id).updated_at
    done = together(
        any_app, [lambda: change(product_id, "Cup", seen), lambda: change(product_id, "Bowl", seen)]
    )
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    db.session.rollback()
    assert editing.product(product_id).name in done


def test_a_new_product_has_a_counted_stock_of_nothing_and_its_own_address(any_app: Flask) -> None:
    category_id = make_category()
    facts = ProductFacts("Tin box", "", category_id, "published")
    made = [goods.create(facts=facts, sku=sku, variant=SOLD, actor=SYSTEM) for sku in ("T-1", "T-2")]
    assert [editing.product(product_id).slug for product_id in made] == ["tin-box", "tin-box-2"]
    variant = editing.product(made[0]).variants[0]
    assert queries.availability([variant.id])[variant.id].quantity == 0
    stock.receive(variant_id=variant.id, quantity=1, reference="DN-7")
    assert queries.products_on_sale(made) == {made[0]}
    assert {card.name for card in search.suggestions(["tin"])} == {"Tin box"}
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        goods.create(facts=facts, sku="T-1", variant=SOLD, actor=SYSTEM)
    assert set(refusal.value.fields) == {"sku"}


def test_a_product_that_is_not_there_cannot_be_changed(app: Flask) -> None:
    seen = editing.product(make_product().product_id).updated_at
    with nothing_changes(), pytest.raises(NotFound):
        change(4711, "Cup", seen)
