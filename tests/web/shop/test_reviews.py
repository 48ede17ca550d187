"""A buyer reviews what they bought, from the product and from the order; nobody else does."""

import json

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Review
from smartshop.catalog.operations import reviewing
from smartshop.catalog.rules.reviews import Opinion
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import OrderLine
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_order, make_person, make_product
from tests.row_counts import nothing_changes

ADA = "ada@example.com"


@pytest.fixture
def goods(app: Flask) -> Goods:
    return make_product(name="Blue mug")


@pytest.fixture
def ada(visitor: ShopClient) -> int:
    """Somebody who has signed in."""
    person_id = make_person(email=ADA, name="Ada Lovelace")
    visitor.sign_in(ADA, PASSWORD)
    return person_id


def form_of(goods: Goods) -> str:
    return f"/p/{goods.slug}/review"


def test_a_buyer_writes_reads_that_it_waits_and_changes_it(
    visitor: ShopClient, goods: Goods, ada: int
) -> None:
    number = make_order(lines=[(goods, 1)], person_id=ada, state="paid")
    assert form_of(goods) in visitor.get(f"/orders/{number}").text
    assert form_of(goods) in visitor.get(f"/p/{goods.slug}").text
    visitor.get(form_of(goods))
    page = visitor.submit(form_of(goods), {"rating": "4", "title": "Good", "body": "Holds <b>tea</b>."}).text
    assert "We read it before it shows here" in page
    assert "Holds" not in ShopClient(visitor._browser.application).get(f"/p/{goods.slug}").text
    assert "Holds &lt;b&gt;tea" in visitor.get(form_of(goods)).text
    visitor.submit(form_of(goods), {"rating": "2"})
    rows = db.session.execute(sa.select(Review.rating, Review.state, Review.is_verified)).all()
    assert [tuple(row) for row in rows] == [(2, "pending", True)]
    assert "Change your review" in visitor.get(f"/orders/{number}").text


def test_a_title_may_hold_emoji_that_are_made_of_several(visitor: ShopClient, goods: Goods, ada: int) -> None:
    make_order(lines=[(goods, 1)], person_id=ada, state="paid")
    visitor.get(form_of(goods))
    visitor.submit(form_of(goods), {"rating": "5", "title": "Great 👩\u200d🍳", "body": "خوب می\u200cشود"})
    assert db.session.scalars(sa.select(Review.title)).one() == "Great 👩\u200d🍳"


def test_whoever_did_not_buy_it_is_told(visitor: ShopClient, goods: Goods, ada: int) -> None:
    make_order(lines=[(goods, 1)], person_id=ada, state="cancelled")
    make_order(lines=[(goods, 1)], person_id=ada, state="confirmed")
    make_order(lines=[(goods, 1)], person_id=make_person(), state="paid")
    make_order(lines=[(make_product(), 1)], person_id=ada, state="paid")
    with nothing_changes():
        for answer in (visitor.get(form_of(goods)), visitor.post(form_of(goods), {"rating": "5"})):
            assert (answer.status_code, "by those who bought" in answer.text) == (403, True)


def test_what_went_back_whole_is_not_reviewed(visitor: ShopClient, goods: Goods, ada: int) -> None:
    number = make_order(lines=[(goods, 2)], person_id=ada, state="fulfilled")
    for returned, status in ((1, 200), (2, 403)):
        with unit_of_work():
            db.session.execute(sa.update(OrderLine).values(returned_quantity=returned))
        assert visitor.get(form_of(goods)).status_code == status
        assert (form_of(goods) in visitor.get(f"/orders/{number}").text) == (status == 200)


@pytest.mark.parametrize(
    "answers", [{}, {"rating": "0"}, {"rating": "9"}, {"rating": "five"}, {"rating": "5", "title": "x" * 121}]
)
def test_bad_answers_are_refused_and_kept(
    visitor: ShopClient, goods: Goods, ada: int, answers: dict[str, str]
) -> None:
    make_order(lines=[(goods, 1)], person_id=ada)
    with nothing_changes():
        answer = visitor.post(form_of(goods), {"body": "Typed long", **answers})
    assert (answer.status_code, "Typed long" in answer.text) == (422, True)


def test_a_guest_signs_in_first(visitor: ShopClient, goods: Goods) -> None:
    answer = visitor.get(form_of(goods), follow=False)
    assert answer.location == f"/sign-in?next=/p/{goods.slug}/review"


def test_the_page_counts_sorts_and_pages_what_is_published(visitor: ShopClient, goods: Goods) -> None:
    for number in range(12):
        reviewing.write(
            product_id=goods.product_id,
            person_id=make_person(),
            name=f"Buyer{number}",
            opinion=Opinion(1 + number % 5, "", ""),
            is_verified=True,
            is_published=True,
        )
    page = visitor.get(f"/p/{goods.slug}").text
    facts = json.loads(page.split('type="application/ld+json"')[1].split(">", 1)[1].split("</script>")[0])
    assert facts["aggregateRating"] == {"@type": "AggregateRating", "ratingValue": 2.75, "reviewCount": 12}
    assert ("From 12 reviews" in page, page.count("Verified buyer")) == (True, 10)
    assert f"/p/{goods.slug}?page=2#reviews" in page
    second = visitor.get(f"/p/{goods.slug}?page=2&reviews=highest").text
    assert second.count("Verified buyer") == 2
    assert f'rel="canonical" href="http://127.0.0.1:5000/p/{goods.slug}"' in second
    assert visitor.get(f"/p/{goods.slug}?reviews=loudest").status_code == 400
