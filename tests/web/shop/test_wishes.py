"""Saving for later: by heart, through the sign-in, with the price it had, and read by others while it is shared."""

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product, Variant, Wish
from smartshop.catalog.operations import listing, wishing
from smartshop.catalog.queries import wishes
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import PASSWORD, Goods, make_person, make_product, make_variant
from tests.query_count import counted_queries
from tests.row_counts import nothing_changes

ADA = "ada@example.com"
LIST = "/account/wishlist"


@pytest.fixture
def ada(visitor: ShopClient) -> int:
    """Somebody who has signed in."""
    person_id = make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    return person_id


def reprice(goods: Goods, price_minor: int) -> None:
    with unit_of_work():
        changed = sa.update(Variant).where(Variant.id == goods.variant_id).values(price_minor=price_minor)
        db.session.execute(changed)
        listing.refresh([goods.product_id])


def saved(person_id: int) -> set[int]:
    db.session.rollback()
    return set(wishes.saved_ids(person_id))


def link_of(person_id: int) -> str:
    db.session.rollback()
    token = wishes.link(person_id)
    assert token is not None
    return f"/wishlists/{token}"


def test_the_heart_saves_and_takes_off_again(visitor: ShopClient, ada: int) -> None:
    goods = make_product(name="Blue mug")
    page = visitor.get(f"/p/{goods.slug}").text
    assert f'form="wishes" name="save" value="{goods.product_id}"' in page
    assert visitor.form("/wishes").fields["back"] == f"/p/{goods.slug}?"
    answer = visitor.post("/wishes", {"save": str(goods.product_id), "back": "/search?"}, follow=False)
    assert (answer.status_code, answer.location, saved(ada)) == (303, "/search", {goods.product_id})
    assert f'name="drop" value="{goods.product_id}"' in visitor.get("/search").text
    visitor.post("/wishes", {"drop": str(goods.product_id), "back": "//elsewhere.example"})
    assert saved(ada) == set()


def test_a_guests_wish_waits_for_the_sign_in(visitor: ShopClient) -> None:
    ada, goods = make_person(email=ADA), make_product(name="Blue mug")
    page = visitor.get("/search").text
    assert (f'href="/wishes/{goods.product_id}"' in page, 'id="wishes"' in page) == (True, False)
    with nothing_changes():
        visitor.get(f"/wishes/{goods.product_id}")
    page = visitor.submit("/sign-in", {"email": ADA, "password": PASSWORD}).text
    assert ("Saved to your wishlist" in page, saved(ada)) == (True, {goods.product_id})
    assert "Blue mug" in visitor.get(LIST).text


def test_the_list_tells_what_became_cheaper_and_what_is_gone(visitor: ShopClient, ada: int) -> None:
    cheap, same, gone = (make_product(name=name, price_minor=1000) for name in ("Cheap", "Same", "Gone"))
    out = make_product(name="Empty", on_hand=0)
    for goods in (cheap, same, gone, out):
        wishing.add(person_id=ada, product_id=goods.product_id)
    reprice(cheap, 750)
    reprice(same, 1200)
    wishing.add(person_id=ada, product_id=same.product_id)
    with unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == gone.product_id).values(status="draft"))
    page = visitor.get(LIST).text
    assert page.count("cheaper than when you saved it") == 1
    assert "£2.50 cheaper" in page
    assert "We do not sell this any more" in page
    assert "Out of stock" in page
    assert page.count("Move to cart") == 2


def test_moving_to_the_cart_takes_it_off_the_list(visitor: ShopClient, ada: int) -> None:
    goods, several = make_product(name="Blue mug"), make_product(name="Throw")
    make_variant(product_id=several.product_id, name="Grey", position=1)
    for each in (goods, several):
        wishing.add(person_id=ada, product_id=each.product_id)
    assert "Choose a variant" in visitor.get(LIST).text
    visitor.submit(f"{LIST}/{goods.product_id}/cart")
    assert saved(ada) == {several.product_id}
    assert "Blue mug" in visitor.get("/cart").text


def test_a_sold_out_wish_stays_on_the_list(visitor: ShopClient, ada: int) -> None:
    goods = make_product(on_hand=0)
    wishing.add(person_id=ada, product_id=goods.product_id)
    visitor.get(LIST)
    with nothing_changes(leaving_out={"events", "sign_ins", "carts"}):
        answer = visitor.post(f"{LIST}/{goods.product_id}/cart", {"variant_id": str(goods.variant_id)})
    assert (answer.status_code, saved(ada)) == (409, {goods.product_id})


def test_a_link_opens_the_list_until_it_is_taken_back(visitor: ShopClient, app: Flask, ada: int) -> None:
    goods = make_product(name="Blue mug")
    wishing.add(person_id=ada, product_id=goods.product_id)
    visitor.get(LIST)
    visitor.submit(f"{LIST}/link")
    link, stranger = link_of(ada), ShopClient(app)
    page = stranger.get(link)
    assert (page.status_code, "Blue mug" in page.text, page.headers["X-Robots-Tag"]) == (200, True, "noindex")
    for private in (ADA, "Ada", "Saved on", "Remove", "Move to cart"):
        assert private not in page.text
    assert link in visitor.get(LIST).text
    visitor.submit(f"{LIST}/link")
    assert stranger.get(link).status_code == 404
    visitor.post(f"{LIST}/link", {"share": "yes"})
    assert link_of(ada) != link


@pytest.mark.parametrize(
    ("answers", "status"), [({"save": "4711"}, 404), ({"save": "x"}, 404), ({"drop": "4711"}, 303), ({}, 303)]
)
def test_what_is_not_sold_is_not_saved(
    visitor: ShopClient, ada: int, answers: dict[str, str], status: int
) -> None:
    with nothing_changes():
        assert visitor.post("/wishes", answers, follow=False).status_code == status
        assert visitor.get("/wishes/4711").status_code == 404


def test_a_list_asks_no_more_for_ten_times_the_wishes(visitor: ShopClient, ada: int) -> None:
    def questions() -> int:
        visitor.get(LIST)
        with counted_queries() as asked:
            visitor.get(LIST)
        return len(asked)

    wishing.add(person_id=ada, product_id=make_product().product_id)
    few = questions()
    for _ in range(10):
        wishing.add(person_id=ada, product_id=make_product().product_id)
    assert questions() == few


def test_saving_twice_at_once_saves_once_and_a_draft_not_at_all(any_app: Flask) -> None:
    ada, goods = make_person(), make_product()
    add = [lambda: wishing.add(person_id=ada, product_id=goods.product_id)] * 3
    assert together(any_app, add) == [None] * 3
    share = [lambda: wishing.share(person_id=ada)] * 3
    assert together(any_app, share) == [None] * 3
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Wish)) == 1
    draft = make_product(status="draft")
    with nothing_changes(), pytest.raises(NotFound):
        wishing.add(person_id=ada, product_id=draft.product_id)
