from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import ProductImage, Review, Variant
from smartshop.catalog.operations import listing
from smartshop.catalog.queries import browsing, reviews, search
from smartshop.catalog.queries.browsing import ProductCard
from smartshop.catalog.queries.search import Sort, Wanted
from smartshop.catalog.rules import searching
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.kernel.uow import unit_of_work
from tests.factories import make_category, make_person, make_product, make_variant

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def names(sort: Sort = Sort.FEATURED, *words: str) -> list[str]:
    asked = Wanted(words=tuple(searching.words(" ".join(words))))
    return [card.name for card in search.listing(asked, sort=sort).items]


def listed(category_id: int | None = None, page: int = 1, size: int = 24) -> Page[ProductCard]:
    asked = Wanted(category_ids=frozenset([category_id] if category_id else []))
    return search.listing(asked, page=page, size=size)


def add_picture(product_id: int, path: str, position: int, variant_id: int | None = None) -> None:
    with unit_of_work():
        db.session.add(
            ProductImage(
                product_id=product_id, variant_id=variant_id, path=path, alt=path.upper(), position=position
            )
        )
        listing.refresh([product_id])


def add_review(product_id: int, state: str, author: str, days: int) -> None:
    with unit_of_work():
        db.session.add(
            Review(
                product_id=product_id,
                person_id=make_person(),
                author=author,
                rating=4,
                state=state,
                created_at=DAY + timedelta(days=days),
            )
        )


def test_categories_show_when_something_is_published_in_them_in_the_shops_order(any_app: Flask) -> None:
    last, first, hidden = (
        make_category(name="Zinc", position=2),
        make_category(name="Brass", position=1),
        make_category(name="Hidden"),
    )
    make_product(category_id=last)
    make_product(category_id=first)
    make_product(category_id=hidden, status="draft")
    make_category(name="Empty")
    assert [category.name for category in browsing.categories()] == ["Brass", "Zinc"]


def test_a_card_shows_the_cheapest_active_price_and_the_first_picture(any_app: Flask) -> None:
    mug = make_product(name="Mug", price_minor=900, rating_sum=9, rating_count=2)
    make_variant(product_id=mug.product_id, price_minor=700, position=1)
    make_variant(product_id=mug.product_id, price_minor=100, position=2, is_active=False)
    add_picture(mug.product_id, "second.jpg", 2)
    add_picture(mug.product_id, "first.jpg", 1)
    assert listed().items == [
        ProductCard(mug.product_id, mug.slug, "Mug", "Things", 700, True, "first.jpg", 4.5, 2, True)
    ]


def test_drafts_and_products_without_an_active_variant_are_not_shown(any_app: Flask) -> None:
    draft, retired, shown = make_product(status="draft"), make_product(), make_product()
    with unit_of_work():
        db.session.execute(sa.update(Variant).where(Variant.id == retired.variant_id).values(is_active=False))
        listing.refresh([retired.product_id])
    assert [card.id for card in listed().items] == [shown.product_id]
    assert [card.id for card in browsing.newest(10)] == [shown.product_id]
    wanted = [retired.product_id, shown.product_id, draft.product_id, 4711]
    assert [card.id for card in browsing.cards(wanted)] == [shown.product_id]
    with pytest.raises(NotFound):
        browsing.product(draft.slug)


def test_lists_come_in_the_order_asked_for(any_app: Flask) -> None:
    make_product(name="Old", price_minor=300, rating_sum=10, rating_count=2, created_at=DAY)
    make_product(
        name="New", price_minor=100, rating_sum=9, rating_count=3, created_at=DAY + timedelta(days=2)
    )
    make_product(name="Unrated", price_minor=200, created_at=DAY + timedelta(days=1))
    assert names(Sort.NEWEST) == ["New", "Unrated", "Old"]
    assert names(Sort.CHEAPEST) == ["New", "Unrated", "Old"]
    assert names(Sort.DEAREST) == ["Old", "Unrated", "New"]
    assert names(Sort.BEST_RATED) == ["Old", "New", "Unrated"]
    assert names(Sort.FEATURED) == ["New", "Old", "Unrated"]


def test_pages_cover_the_list_without_gap_or_repetition_and_the_last_stands_for_those_beyond(
    any_app: Flask,
) -> None:
    made = [make_product(name="Same", price_minor=100).product_id for _ in range(7)]
    pages = [search.listing(Wanted(), sort=Sort.CHEAPEST, page=number, size=3) for number in (1, 2, 3)]
    assert [card.id for page in pages for card in page.items] == made
    assert {(page.total, page.count) for page in pages} == {(7, 3)}
    for number, shown in ((99, 3), (0, 1), (-5, 1)):
        assert listed(page=number, size=3).number == shown


def test_a_category_lists_its_own_products(any_app: Flask) -> None:
    lamps = make_category(name="Lamps", slug="lamps")
    make_product(name="Mug", category_id=make_category(name="Mugs"))
    make_product(name="Lamp", category_id=lamps)
    found = browsing.category("lamps")
    assert (found.id, found.name) == (lamps, "Lamps")
    assert [card.name for card in listed(found.id).items] == ["Lamp"]
    with pytest.raises(NotFound, match="The menu shows those we have"):
        browsing.category("nothing")


def test_search_finds_every_word_in_name_or_description_in_any_case(any_app: Flask) -> None:
    make_product(name="Red Mug", description="Stoneware", rating_count=0)
    make_product(name="Blue mug", description="Red inside", rating_count=0)
    make_product(name="Red lamp", description="Not for drinking")
    assert names(Sort.FEATURED, "RED", "mug") == ["Red Mug", "Blue mug"]
    assert names(Sort.FEATURED, "stone") == ["Red Mug"]
    assert names(Sort.FEATURED, "nothing") == []


def test_a_product_shows_its_active_variants_pictures_and_published_reviews(any_app: Flask) -> None:
    mug = make_product(name="Mug", description="Holds tea.", price_minor=900)
    small = make_variant(product_id=mug.product_id, name="Small", price_minor=700, position=1)
    make_variant(product_id=mug.product_id, name="Gone", position=2, is_active=False)
    add_picture(mug.product_id, "mug.jpg", 1)
    add_picture(mug.product_id, "small.jpg", 2, variant_id=small)
    for state, author, days in (
        ("published", "Early", 1),
        ("pending", "Waiting", 2),
        ("published", "Late", 3),
        ("rejected", "Rude", 4),
    ):
        add_review(mug.product_id, state, author, days)
    found = browsing.product(mug.slug)
    assert (found.id, found.name, found.description, found.category.name) == (
        mug.product_id,
        "Mug",
        "Holds tea.",
        "Things",
    )
    assert [(v.id, v.name, v.price_minor, v.image_path) for v in found.variants] == [
        (mug.variant_id, "", 900, "mug.jpg"),
        (small, "Small", 700, "small.jpg"),
    ]
    assert found.images == (("mug.jpg", "MUG.JPG"), ("small.jpg", "SMALL.JPG"))
    said = reviews.of_product(mug.product_id)
    assert [review.author for review in said.page.items] == ["Late", "Early"]
    assert (found.rating, found.rating_count) == (None, 0)


def test_reviews_come_ten_at_a_time(any_app: Flask) -> None:
    mug = make_product()
    for day in range(22):
        add_review(mug.product_id, "published", f"Buyer {day}", day)
    last = reviews.of_product(mug.product_id, page=99)
    assert [review.author for review in last.page.items] == ["Buyer 1", "Buyer 0"]
    assert (last.page.number, last.page.total, sum(last.by_stars.values())) == (3, 22, 22)


def test_cards_come_in_the_order_asked_for(any_app: Flask) -> None:
    one, two, three = (make_product() for _ in range(3))
    wanted = [three.product_id, one.product_id, two.product_id]
    assert [card.id for card in browsing.cards(wanted)] == wanted
    assert browsing.cards([]) == []


def test_the_newest_come_first(any_app: Flask) -> None:
    made = [make_product(created_at=DAY + timedelta(days=day)).product_id for day in (2, 0, 1)]
    assert [card.id for card in browsing.newest(2)] == [made[0], made[2]]
