from datetime import datetime

import pytest
from flask import Flask

from smartshop.catalog.queries import editing, search
from smartshop.catalog.rules import editing as rules
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


def shelf(product_id: int) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(variant.sku, variant.name) for variant in editing.product(product_id).variants]


def test_each_new_combination_of_options_becomes_a_variant_with_a_stock_of_nothing(any_app: Flask) -> None:
    made = make_product(name="Shirt", price_minor=900)
    rows = [("Colour", "Blue | Green"), ("Size", "S|M")]
    count = goods.add_variants(
        product_id=made.product_id, rows=rows, stem="SHIRT", variant=SOLD, actor=SYSTEM
    )
    assert count == 4
    assert shelf(made.product_id)[1:] == [
        ("SHIRT-BLUE-S", "Blue / S"),
        ("SHIRT-BLUE-M", "Blue / M"),
        ("SHIRT-GREEN-S", "Green / S"),
        ("SHIRT-GREEN-M", "Green / M"),
    ]
    variants = editing.product(made.product_id).variants
    assert queries.availability([variants[1].id])[variants[1].id].quantity == 0
    more = [("Colour", "Blue | Red"), ("Size", "S")]
    goods.add_variants(product_id=made.product_id, rows=more, stem="SHIRT", variant=SOLD, actor=SYSTEM)
    assert shelf(made.product_id)[-1] == ("SHIRT-RED-S", "Red / S")
    assert len(shelf(made.product_id)) == 6


@pytest.mark.parametrize(
    ("rows", "stem", "field"),
    [
        ([], "SHIRT", "options"),
        ([("", "Blue")], "SHIRT", "options"),
        ([("Colour", "")], "SHIRT", "options"),
        ([("Colour", "x" * 121)], "SHIRT", "options"),
        ([("A", "|".join("abcdefghijk")), ("B", "|".join("abcdefghij"))], "SHIRT", "options"),
        ([("Colour", "Blue")], "two words", "sku"),
        ([("Colour", "Blue")], "TAKEN", "sku"),
    ],
)
def test_variants_that_cannot_be_are_refused(
    app: Flask, rows: list[tuple[str, str]], stem: str, field: str
) -> None:
    other, made = make_product(), make_product()
    goods.add_variants(
        product_id=other.product_id, rows=[("Colour", "Blue")], stem="TAKEN", variant=SOLD, actor=SYSTEM
    )
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        goods.add_variants(product_id=made.product_id, rows=rows, stem=stem, variant=SOLD, actor=SYSTEM)
    assert set(refusal.value.fields) == {field}


def test_the_same_combination_is_not_made_twice(app: Flask) -> None:
    made, rows = make_product(), [("Colour", "Blue")]
    goods.add_variants(product_id=made.product_id, rows=rows, stem="A", variant=SOLD, actor=SYSTEM)
    with nothing_changes(), pytest.raises(Invalid, match="each of these already"):
        goods.add_variants(product_id=made.product_id, rows=rows, stem="B", variant=SOLD, actor=SYSTEM)


def test_values_that_no_code_can_be_made_of_get_numbers(app: Flask) -> None:
    made = make_product()
    rows = [("Colour", "青 | 赤")]
    goods.add_variants(product_id=made.product_id, rows=rows, stem="CUP", variant=SOLD, actor=SYSTEM)
    assert shelf(made.product_id)[1:] == [("CUP-ITEM", "青"), ("CUP-ITEM-2", "赤")]


def test_of_two_who_add_the_same_variants_at_once_one_is_told(any_app: Flask) -> None:
    product_id = make_product().product_id

    def add() -> int:
        rows = [("Colour", "Blue | Green")]
        return goods.add_variants(product_id=product_id, rows=rows, stem="A", variant=SOLD, actor=SYSTEM)

    done = together(any_app, [add, add])
    assert sorted(type(outcome).__name__ for outcome in done) == ["Invalid", "int"]
    assert len(shelf(product_id)) == 3


def test_a_copy_is_a_draft_with_codes_of_its_own(any_app: Flask) -> None:
    made = make_product(name="Shirt", on_hand=5)
    sku = shelf(made.product_id)[0][0]
    copies = [goods.duplicate(product_id=made.product_id, actor=SYSTEM) for _ in range(2)]
    kept = [editing.product(copy_id) for copy_id in copies]
    assert [(one.name, one.slug, one.status) for one in kept] == [
        ("Shirt (copy)", "shirt-copy", "draft"),
        ("Shirt (copy)", "shirt-copy-2", "draft"),
    ]
    assert [one.variants[0].sku for one in kept] == [f"{sku}-COPY", f"{sku}-COPY2"]
    variant = kept[0].variants[0]
    assert variant.price_minor == made.price_minor
    assert queries.availability([variant.id])[variant.id].quantity == 0


def test_variants_stand_in_the_order_that_is_chosen(any_app: Flask) -> None:
    made = make_product()
    goods.add_variants(
        product_id=made.product_id, rows=[("Size", "S|M")], stem="A", variant=SOLD, actor=SYSTEM
    )
    kept = editing.product(made.product_id)
    first, small, medium = kept.variants
    goods.change(
        product_id=made.product_id,
        seen=kept.updated_at,
        facts=ProductFacts(kept.name, "", kept.category_id, "published"),
        variants={
            one.id: VariantFacts(one.name, 1250, is_active=True, options=one.options) for one in kept.variants
        },
        order=[medium.id, first.id, small.id],
        actor=SYSTEM,
    )
    assert [sku for sku, _name in shelf(made.product_id)] == [medium.sku, first.sku, small.sku]


@pytest.mark.parametrize(
    ("places", "after"),
    [
        ({}, [7, 8, 9]),
        ({9: 1}, [9, 7, 8]),
        ({7: 3}, [8, 9, 7]),
        ({7: 2}, [8, 7, 9]),
        ({7: 3, 9: 1}, [9, 8, 7]),
    ],
)
def test_who_is_moved_takes_the_place(places: dict[int, int], after: list[int]) -> None:
    assert rules.placed([7, 8, 9], places) == after
