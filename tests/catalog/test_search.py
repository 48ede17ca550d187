"""Full text, misspellings, filters and their counts, on both databases."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from smartshop.catalog.models import Product, SearchMiss, SearchWord, Variant
from smartshop.catalog.operations import listing, misses
from smartshop.catalog.queries import misses as missed
from smartshop.catalog.queries import search
from smartshop.catalog.queries.search import Wanted
from smartshop.catalog.rules import bands, searching
from smartshop.inventory.operations import stock
from smartshop.kernel.config import ROOT
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.factories import make_category, make_product, make_variant
from tests.query_count import counted_queries

BANDS = bands.bands(2)
FOLDER = str(ROOT / "migrations")


def found(text: str) -> list[str]:
    return [card.name for card in search.listing(Wanted(words=tuple(searching.words(text)))).items]


def describe(product_id: int, attributes: dict[str, object]) -> None:
    with unit_of_work():
        product = db.session.get_one(Product, product_id)
        product.attributes = attributes
        listing.refresh([product_id])


@pytest.mark.parametrize("text", ["lanterns", "lant", "LANTERN", "the lantern", "light-weight lantern"])
def test_words_are_found_whatever_their_ending_beginning_or_case(any_app: Flask, text: str) -> None:
    make_product(name="Coach lantern", description="A light weight thing")
    make_product(name="Mug")
    assert found(text) == ["Coach lantern"]


@pytest.mark.parametrize("text", ["creme brulee", "crème brûlée", "CRÈME", "cremé", "brule", "crèmes"])
def test_accents_make_no_difference(any_app: Flask, text: str) -> None:
    make_product(name="Crème brûlée dish")
    make_product(name="Mug")
    assert found(text) == ["Crème brûlée dish"]


def test_what_was_indexed_with_accents_is_found_without_them_after_an_upgrade(any_app: Flask) -> None:
    goods = make_product(name="Creme brulee dish")
    db.session.remove()
    downgrade(directory=FOLDER, revision="0029")
    _index_with_accents(goods.product_id)
    upgrade(directory=FOLDER)
    assert found("creme brulee") == found("Crème brûlée") == ["Creme brulee dish"]
    assert sorted(db.session.scalars(sa.select(SearchWord.word))) == ["brulee", "creme", "dish", "things"]


def _index_with_accents(product_id: int) -> None:
    """As it was indexed before words lost their accents."""
    with unit_of_work():
        if db.engine.dialect.name == "postgresql":
            vector = sa.func.to_tsvector("english", "Crème brûlée dish")
            index = sa.table("product_search", sa.column("product_id"), sa.column("document"))
            is_this = index.c.product_id == product_id
            db.session.execute(sa.update(index).where(is_this).values(document=vector))
        db.session.execute(sa.update(SearchWord).where(SearchWord.word == "creme").values(word="crème"))
    assert db.engine.dialect.name == "sqlite" or found("creme brulee") == []


def test_marks_that_tell_words_apart_stay(any_app: Flask) -> None:
    make_product(name="Чайник белый")
    make_product(name="ガラス")
    assert (found("белый"), found("ガラス"), found("カラス")) == (["Чайник белый"], ["ガラス"], [])


def test_a_misspelled_word_with_accents_is_taken_for_the_nearest(any_app: Flask) -> None:
    make_product(name="Smörgås board")
    assert search.closest(searching.words("smorgos")) == ("smorgas",)


def test_a_name_counts_more_than_a_description(any_app: Flask) -> None:
    make_product(name="Plate", description="Goes with the mug", rating_count=9, rating_sum=45)
    make_product(name="Mug")
    assert found("mug") == ["Mug", "Plate"]


def test_attributes_categories_and_item_numbers_are_found(any_app: Flask) -> None:
    mug = make_product(name="Mug", category_id=make_category(name="Crockery"))
    make_product(name="Plate", category_id=make_category(name="Other"))
    describe(mug.product_id, {"Material": "Stoneware"})
    sku = db.session.scalar(sa.select(Variant.sku).where(Variant.id == mug.variant_id))
    for text in ("stoneware", "crockery", sku or "?"):
        assert found(text) == ["Mug"]


def test_what_a_product_is_called_now_is_found_and_what_it_was_called_is_not(any_app: Flask) -> None:
    goods = make_product(name="Kettle")
    with unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == goods.product_id).values(name="Teapot"))
        listing.refresh([goods.product_id])
    assert (found("teapot"), found("kettle")) == (["Teapot"], [])


def test_an_undone_change_is_not_found(any_app: Flask) -> None:
    goods = make_product(name="Kettle")
    with pytest.raises(RuntimeError), unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == goods.product_id).values(name="Teapot"))
        listing.refresh([goods.product_id])
        raise RuntimeError("the rest of the unit went wrong")
    assert (found("teapot"), found("kettle")) == ([], ["Kettle"])


@pytest.mark.parametrize(
    "text",
    ['"', "'", "mug OR *", "NEAR(mug)", "mug AND", "-mug", "mug:*", "name:mug", "& | !", "(", "🫖", "ø", "²", "x" * 10_000, "a " * 9000, "茶碗", "\x00", "mug\x00"],
)  # fmt: skip
def test_no_input_is_an_error(any_app: Flask, text: str) -> None:
    make_product(name="Mug")
    asked = Wanted(words=tuple(searching.words(text)), is_unreadable=not searching.words(text))
    search.listing(asked)
    search.facets(asked, BANDS)
    search.closest(asked.words)
    search.suggestions(asked.words)
    misses.note(query=text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("lantren", "lantern"), ("lanten", "lantern"), ("lanternn", "lantern"), ("kantern", "lantern"), ("wolen", "woolen")],
)  # fmt: skip
def test_a_misspelled_word_is_taken_for_the_nearest(any_app: Flask, typed: str, meant: str) -> None:
    make_product(name="Brass lantern")
    make_product(name="Woolen throw")
    assert search.closest([typed]) == (meant,)


def test_what_is_like_nothing_stays_unfound(any_app: Flask) -> None:
    make_product(name="Brass lantern")
    assert search.closest(["bicycle"]) is None
    assert search.closest(["mgu"]) is None
    assert search.closest(["lantern"]) is None


def test_filters_of_one_kind_widen_and_kinds_narrow(any_app: Flask) -> None:
    cheap, middle, dear = (
        make_product(name=name, price_minor=price) for name, price in (("A", 500), ("B", 1500), ("C", 20_000))
    )
    for goods, colour in ((cheap, "Red"), (middle, "Blue"), (dear, "Red")):
        describe(goods.product_id, {"Colour": colour})

    def names(**wanted: object) -> list[str]:
        return sorted(card.name for card in search.listing(Wanted(**wanted)).items)  # type: ignore[arg-type]

    assert names(bands=(BANDS[0], BANDS[1])) == ["A", "B"]
    assert names(bands=(BANDS[0],), options=(("Colour", "Red"),)) == ["A"]
    assert names(options=(("Colour", "Red"), ("Colour", "Blue"))) == ["A", "B", "C"]
    assert names(options=(("Colour", "Red"), ("Size", "Large"))) == []


def test_each_count_is_what_its_filter_would_leave(any_app: Flask) -> None:
    kitchen, living = make_category(name="Kitchen"), make_category(name="Living")
    colours = ("Red", "Blue", "Red", "Green", "Red")
    for number, colour in enumerate(colours):
        goods = make_product(
            name=f"Thing {number}",
            price_minor=700 * (number + 1),
            on_hand=number,
            category_id=kitchen if number % 2 else living,
            rating_sum=number + 1,
            rating_count=1,
        )
        describe(goods.product_id, {"Colour": colour, "Made of": ["Clay", "Wood"][number % 2]})
    asked = Wanted(bands=BANDS[:2], options=(("Colour", "Red"),))
    counts = search.facets(asked, BANDS)

    def total(**changes: object) -> int:
        shape: dict[str, object] = {"bands": asked.bands, "options": asked.options, **changes}
        return search.listing(Wanted(**shape)).total  # type: ignore[arg-type]

    assert {name: count for _, name, count in counts.categories} == {"Living": 2}
    assert list(counts.bands) == [total(bands=(band,)) for band in BANDS]
    assert counts.stars == tuple((stars, total(least_stars=stars)) for stars in search.STARS)
    assert counts.in_stock == total(is_in_stock=True)
    for name, values in counts.options:
        for value, count in values:
            kept = tuple(pair for pair in asked.options if pair[0] != name)
            assert count == total(options=(*kept, (name, value))), (name, value)
    assert dict(counts.options).keys() == {"Colour"} | ({"Made of"} & dict(counts.options).keys())


def test_counting_asks_three_questions_however_many_filters(any_app: Flask) -> None:
    for _ in range(12):
        describe(make_product().product_id, {"Colour": "Red", "Size": "Large"})
    for asked in (
        Wanted(),
        Wanted(words=("mug",), options=(("Colour", "Red"), ("Size", "Large")), least_stars=2),
    ):
        with counted_queries() as asked_of:
            search.facets(asked, BANDS)
        assert len(asked_of) == 3


def test_the_last_piece_sold_takes_a_product_off_sale_and_one_back_puts_it_on(any_app: Flask) -> None:
    goods = make_product(on_hand=2)
    other = make_variant(product_id=goods.product_id, on_hand=1, position=1)

    def is_in_stock() -> bool:
        return search.listing(Wanted()).items[0].is_in_stock

    stock.take(lines=[(goods.variant_id, 2)], reference="A")
    assert is_in_stock()
    stock.take(lines=[(other, 1)], reference="B")
    assert not is_in_stock()
    assert search.listing(Wanted(is_in_stock=True)).total == 0
    stock.give_back(lines=[(other, 1)], reference="B")
    assert is_in_stock()
    stock.take(lines=[(other, 1)], reference="C")
    stock.receive(variant_id=goods.variant_id, quantity=5, reference="D")
    assert is_in_stock()


def test_a_parent_category_lists_what_is_below_it(any_app: Flask) -> None:
    from smartshop.catalog.models import Category
    from smartshop.catalog.queries import browsing

    home = make_category(name="Home", slug="home")
    kitchen = make_category(name="Kitchen", slug="kitchen")
    mugs = make_category(name="Mugs", slug="mugs")
    with unit_of_work():
        for child, parent in ((kitchen, home), (mugs, kitchen)):
            db.session.execute(sa.update(Category).where(Category.id == child).values(parent_id=parent))
    mug = make_product(name="Mug", category_id=mugs)
    assert [link.name for link in browsing.categories()] == ["Home"]
    top, bottom = browsing.category("home"), browsing.category("mugs")
    assert [card.name for card in search.listing(Wanted(category_ids=top.ids)).items] == ["Mug"]
    assert [link.name for link in top.children] == ["Kitchen"]
    assert [link.name for link in bottom.above] == ["Home", "Kitchen"]
    assert [link.name for link in browsing.product(mug.slug).above] == ["Home", "Kitchen"]


def test_searches_that_find_nothing_are_counted_in_one_spelling(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("Blue Bicycle", "blue  bicycle!", "scooter", "..."):
        misses.note(query=text)
    assert [(miss.asked, miss.times) for miss in missed.page_of_misses().items] == [
        ("blue bicycle", 2),
        ("scooter", 1),
    ]
    monkeypatch.setattr(misses, "MOST_KEPT", 2)
    misses.note(query="unicycle")
    assert set(db.session.scalars(sa.select(SearchMiss.asked))) == {"scooter", "unicycle"}
