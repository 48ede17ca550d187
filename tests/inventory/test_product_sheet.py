"""The product sheet: what goes out comes back as it was, and what is wrong is told row by row."""

import json

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartshop.catalog.models import Product, Variant
from smartshop.catalog.operations import listing
from smartshop.catalog.queries import search
from smartshop.catalog.queries import sheet as queries
from smartshop.catalog.rules import sheet
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import goods
from smartshop.kernel import sheets
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.sheets import Report
from smartshop.kernel.uow import unit_of_work
from tests.factories import make_category, make_product, make_variant
from tests.query_count import counted_queries
from tests.row_counts import nothing_changes

HEAD = "sku,product_code,name,category,status,price,attribute:Material,option:Colour\n"


def look(text: str, currency: str = "GBP") -> Report:
    db.session.rollback()
    return goods.look(sheets.read(text.encode()), currency=currency)


def take(text: str, seen: str | None = None) -> Report:
    db.session.rollback()
    return goods.import_sheet(sheets.read(text.encode()), currency="GBP", seen=seen, actor=SYSTEM)


def exported() -> str:
    db.session.rollback()
    header = queries.header()
    return "".join(sheets.written(header, queries.rows(header, "GBP")))


def problems(report: Report) -> list[tuple[int, str]]:
    return [(found.row.number, found.column) for found in report.rejected]


def variant(sku: str) -> Variant:
    db.session.rollback()
    return db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one()


def test_a_row_cut_short_takes_nothing_away(any_app: Flask) -> None:
    make_category(name="Kitchen")
    take(HEAD + "M-1,,Stone mug,Kitchen,published,12.50,Clay,Red\n")
    seen = look(HEAD + "M-1,,Stone mug\n")
    assert (seen.changed, seen.unchanged, problems(seen)) == (0, 1, [])
    take(HEAD + "M-1,,Stone mug,Kitchen,published,13.00\n")
    red = variant("M-1")
    assert (red.price_minor, red.options) == (1300, {"Colour": "Red"})
    assert db.session.get_one(Product, red.product_id).attributes == {"Material": "Clay"}


def test_new_products_come_with_their_variants_and_are_found(any_app: Flask) -> None:
    make_category(name="Kitchen")
    text = (
        HEAD
        + 'M-1,MUG,Stone mug,kitchen,published,"12,50",Stone | Clay,Red\nM-2,MUG,Stone mug,Kitchen,published,13.5,Stone | Clay,Blue\n'
        + "K-1,,Kettle,Kitchen,,40,,\n"
    )
    seen = look(text)
    assert (seen.added, seen.changed, seen.unchanged, problems(seen)) == (3, 0, 0, [])
    take(text, seen.seen)
    red = variant("M-1")
    product = db.session.get_one(Product, red.product_id)
    assert (red.price_minor, red.options, variant("M-2").position) == (1250, {"Colour": "Red"}, 1)
    assert (product.slug, product.attributes) == ("stone-mug", {"Material": ["Stone", "Clay"]})
    assert db.session.get_one(Product, variant("K-1").product_id).status == "draft"
    assert (product.price_low_minor, product.is_in_stock) == (1250, False)
    assert {card.name for card in search.suggestions(["stone"])} == {"Stone mug"}
    levels = db.session.execute(sa.select(StockLevel.on_hand, StockLevel.is_tracked)).all()
    assert [tuple(row) for row in levels] == [(0, True)] * 3
    assert look(text).unchanged == 3
    actions = db.session.scalars(
        sa.select(AuditRecord.action).where(AuditRecord.subject.like("product:%"))
    ).all()
    assert actions == ["product.created"] * 2


def test_a_file_of_codes_and_prices_changes_prices_only(any_app: Flask) -> None:
    mug = make_product(name="Mug", price_minor=1000, on_hand=3)
    sku = db.session.scalars(sa.select(Variant.sku)).one()
    before = db.session.get_one(Product, mug.product_id).updated_at
    report = take(f'sku;price\n{sku};"1.234,50"\n')
    assert report.examples == ((sku, "price", "10.00", "1234.50"),)
    row = db.session.get_one(Product, mug.product_id, populate_existing=True)
    assert (row.price_low_minor, row.name, row.is_in_stock, row.updated_at > before) == (
        123450,
        "Mug",
        True,
        True,
    )
    record = db.session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "product.changed")).one()
    assert record.after == {f"{sku} price_minor": 123450}


WORDS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), max_size=9
)
NASTY = WORDS | st.sampled_from(["=1+1", "'=x", "-7", " lead", "a | b", "|", "x\ny", "[1]", '"q"'])


@given(
    name=NASTY.filter(str.strip), description=NASTY, values=st.lists(NASTY, min_size=1, max_size=3),
    labels=st.lists(WORDS.map(str.strip).filter(bool), min_size=1, max_size=2, unique=True),
    price=st.integers(1, 10**6), weight_and_active=st.tuples(st.integers(0, 9999), st.booleans()),
)  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_exported_changes_nothing_when_it_comes_back(
    app: Flask,
    name: str,
    description: str,
    values: list[str],
    labels: list[str],
    price: int,
    weight_and_active: tuple[int, bool],
) -> None:
    made = make_product()
    blue = make_variant(product_id=made.product_id, position=1)
    with unit_of_work():
        attributes = {label: values if len(values) > 1 else values[0] for label in labels}
        row = db.session.get_one(Product, made.product_id)
        row.name, row.description, row.attributes, row.status = name, description, attributes, "draft"
        second = db.session.get_one(Variant, blue)
        second.name, second.options, second.price_minor = name[:9], {labels[0]: values[0]}, price
        second.weight_grams, second.is_active = weight_and_active
        listing.refresh([made.product_id])
    text = exported()
    with nothing_changes():
        report = take(text)
    assert (report.added, report.changed, report.rejected) == (0, 0, ())
    assert report.unchanged == report.rows


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("M 1,,Mug,Kitchen,draft,1,,", [(2, "sku")]),
        ("M-1,,Mug,Kitchen,draft,1,,\nM-1,,Mug,Kitchen,draft,2,,", [(3, "sku")]),
        ("M-1,,Mug,Kitchne,draft,1,,", [(2, "category")]),
        ("M-1,,Mug,Kitchen,shown,1,,", [(2, "status")]),
        ("M-1,,Mug,Kitchen,draft,1.234,,", [(2, "price")]),
        ("M-1,,Mug,Kitchen,draft,,,", [(2, "price")]),
        ('M-1,,Mug,Kitchen,draft,"1,234",,', [(2, "price")]),
        ("M-1,,,Kitchen,draft,1,,", [(2, "name")]),
        ("M-1,,Mug,,draft,1,,", [(2, "category")]),
        ("M-1,,Mug,Kitchen,published,0,,", [(2, "price")]),
        ("M-1,C,Mug,Kitchen,draft,1,,\nM-2,C,Cup,Kitchen,draft,1,,", [(3, "name")]),
        ("OWN,C,Mug,Kitchen,draft,1,,", [(2, "sku")]),
        ("M-1,,Mug,Kitchen,draft,1,,,,,extra", [(2, "")]),
        (f"M-1,,{'x' * 201},Kitchen,draft,1,,", [(2, "name")]),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_and_left_out(app: Flask, rows: str, wrong: list[tuple[int, str]]) -> None:
    kitchen = make_category(name="Kitchen")
    with unit_of_work():
        own = db.session.get_one(Variant, make_product(name="Own", category_id=kitchen).variant_id)
        own.sku = "OWN"
        db.session.get_one(Product, make_product(name="Coded").product_id).external_code = "C"
        db.session.flush()
    if "OWN" not in rows:
        with unit_of_work():
            db.session.execute(sa.update(Product).values(external_code=None))
    report = look(HEAD + rows + "\nGOOD,,Good,Kitchen,draft,5,,\n")
    assert problems(report) == wrong
    assert all(found.reason.endswith((".", ")")) for found in report.rejected)
    take(HEAD + rows + "\nGOOD,,Good,Kitchen,draft,5,,\n")
    assert variant("GOOD").price_minor == 500


@pytest.mark.parametrize(
    ("text", "currency", "written"),
    [
        ("1,234", "KWD", "Write 1.234 or 1234.000."),
        ("12,500", "KWD", "Write 12.500 or 12500.000."),
        ("1,000", "GBP", "Write 1.00 or 1000.00."),
        ("1.000", "EUR", "Write 1.00 or 1000.00."),
        ("1.234", "GBP", "Write 1234.00."),
        ("12,000", "JPY", "Write 12 or 12000."),
    ],
)
def test_a_mark_that_may_part_thousands_is_refused_with_how_to_write_it(
    app: Flask, text: str, currency: str, written: str
) -> None:
    make_category(name="Kitchen")
    [refused] = look(HEAD + f'M-1,,Mug,Kitchen,draft,"{text}",,\n', currency).rejected
    assert (refused.column, written in refused.reason) == ("price", True)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.234", "KWD", 1234),
        ("1234.000", "KWD", 1_234_000),
        ("1.234,500", "KWD", 1_234_500),
        ("1,234.500", "KWD", 1_234_500),
        ("12,50", "KWD", 12_500),
        ("12,50", "GBP", 1250),
        ("1.234,50", "GBP", 123_450),
        ("0,500", "GBP", 50),
        ("1 234,000", "KWD", 1_234_000),
    ],
)
def test_a_price_is_read_as_its_currency_is_written(text: str, currency: str, minor: int) -> None:
    assert sheet.price(text, currency) == minor


def test_a_published_product_keeps_something_to_sell(app: Flask) -> None:
    mug = make_product(name="Mug")
    sku = db.session.scalars(sa.select(Variant.sku).where(Variant.id == mug.variant_id)).one()
    with nothing_changes():
        assert problems(take(f"sku,is_active\n{sku},no\n")) == [(2, "is_active")]
    assert take(f"sku,is_active,status\n{sku},no,draft\n").changed == 1


def test_what_changed_since_it_was_looked_at_is_not_written(any_app: Flask) -> None:
    mug = make_product(name="Mug", price_minor=1000)
    sku = db.session.scalars(sa.select(Variant.sku)).one()
    text = f"sku,price\n{sku},12\n"
    seen = look(text).seen
    with unit_of_work():
        db.session.get_one(Variant, mug.variant_id).price_minor = 1100
    with nothing_changes(), pytest.raises(sheets.Moved):
        take(text, seen)
    take(text, look(text).seen)
    assert variant(sku).price_minor == 1200


def test_an_address_does_not_change_by_file(app: Flask) -> None:
    make_product(name="Mug")
    sku = db.session.scalars(sa.select(Variant.sku)).one()
    assert problems(look(f"sku,slug\n{sku},another\n")) == [(2, "slug")]


def test_many_rows_take_few_statements(any_app: Flask) -> None:
    make_category(name="Kitchen")
    rows = "".join(
        f"S-{n},P-{n // 2},Thing {n // 2},Kitchen,published,{n % 9 + 1},Tin,\n" for n in range(1200)
    )
    few = "".join(f"T-{n},Q-{n},Thing {n},Kitchen,published,1,Tin,\n" for n in range(10))
    with counted_queries() as small:
        take(HEAD + few)
    with counted_queries() as large:
        assert take(HEAD + rows).added == 1200
    assert len(large) < len(small) + 40
    assert json.dumps(look(HEAD + rows).to_json())


def test_a_tax_class_is_one_there_is(app: Flask) -> None:
    mug = make_product(name="Mug")
    sku = db.session.scalars(sa.select(Variant.sku)).one()
    assert problems(look(f"sku,tax_class\n{sku},luxury\n")) == [(2, "tax_class")]
    assert take(f"sku,tax_class\n{sku},Reduced\n").changed == 1
    assert db.session.get_one(Product, mug.product_id, populate_existing=True).tax_class == "reduced"
