"""What customers see and do after an order: its course, its papers, ordering again, finding it."""

from dataclasses import replace

import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Variant
from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.orders.models import Invoice
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_order, make_person, make_product, make_variant
from tests.orders.acting import after, bought, cancel, left_of, ship, take_back


def test_the_page_of_an_order_tells_its_course(visitor: ShopClient) -> None:
    number = bought((make_product(name="Blue mug", price_minor=3000), 3))
    ship(number, {1: 2}, tracking="AB 123")
    take_back(number, {1: 1})
    cancel(number)
    page = visitor.get(f"/orders/{number}").text
    for part in (
        "Sent: 2 × Blue mug",
        "Follow parcel AB123",
        "Came back: 1 × Blue mug",
        "Cancelled: 1 × Blue mug",
    ):
        assert part in page
    assert "£60.00 went back to you" in page
    assert "Grace of Support" not in page
    invoice = visitor.get(f"/orders/{number}/documents/INV-000001.pdf")
    assert (invoice.status_code, invoice.data[:5]) == (200, b"%PDF-")


def test_the_papers_of_another_stay_closed(app: Flask, visitor: ShopClient) -> None:
    number = make_order(person_id=make_person(), lines=[(make_product(), 1)])
    ship(number, {1: 1})
    assert visitor.get(f"/orders/{number}/documents/INV-000001.pdf").status_code == 404
    mine = make_order(lines=[(make_product(), 1)])
    assert visitor.get(f"/orders/{mine}/documents/INV-000001.pdf").status_code == 404


def test_an_order_is_put_into_the_cart_again_as_far_as_it_can_be(visitor: ShopClient) -> None:
    plenty, few, gone = (make_product(name=name, on_hand=5) for name in ("Plenty", "Few", "Gone"))
    number = make_order(lines=[(plenty, 2), (few, 9), (gone, 1)])
    with unit_of_work():
        db.session.execute(
            db.text("UPDATE stock_levels SET on_hand = 0 WHERE variant_id = :id"), {"id": gone.variant_id}
        )
    visitor.get(f"/orders/{number}")
    page = visitor.submit(f"/orders/{number}/reorder").text
    assert "2 lines are in your cart" in page
    assert "Fewer than you ordered then went in: Few" in page
    assert "Not to be had at the moment: Gone" in page
    assert left_of(plenty) == 5


def test_an_order_of_more_than_a_cart_holds_goes_in_as_far_as_it_can(visitor: ShopClient) -> None:
    number = make_order(lines=[(make_product(name="Nails", on_hand=500), 150)])
    visitor.get(f"/orders/{number}")
    page = visitor.submit(f"/orders/{number}/reorder").text
    assert "Fewer than you ordered then went in: Nails" in page
    assert 'value="99"' in page


def test_variants_of_one_product_are_told_apart_wherever_an_order_goes(
    app: Flask, visitor: ShopClient
) -> None:
    number = bought_in_two_colours()
    make_person(email="grace@example.com", role=Role.SUPPORT)
    staff = ShopClient(app)
    staff.sign_in("grace@example.com", PASSWORD)
    form = staff.get(f"/admin/orders/{number}").text
    assert [f">{name}<" in form for name in ("Mug Red", "Mug Blue", "Mug")] == [True, True, False]
    ship(number, {1: 1})
    take_back(number, {1: 1})
    page = visitor.get(f"/orders/{number}").text
    assert ("Sent: 1 × Mug Red" in page, "Came back: 1 × Mug Red" in page) == (True, True)
    assert [line.name for line in after(number).lines] == ["Mug Red", "Mug Blue"]
    assert after(number).parcels[0].lines == (("Mug Red", 1),)
    papers = db.session.execute(sa.select(Invoice.kind, Invoice.facts).order_by(Invoice.id)).all()
    assert [(kind, [line["name"] for line in facts["lines"]]) for kind, facts in papers] == [
        ("invoice", ["Mug Red", "Mug Blue"]),
        ("credit_note", ["Mug Red"]),
    ]
    letter = db.session.scalars(sa.select(Email.facts).where(Email.kind == "order_shipped")).one()
    assert letter["lines"] == [{"name": "Mug Red", "quantity": 1}]


def bought_in_two_colours() -> str:
    """The number of an order of one product in two of its variants."""
    red = make_product(name="Mug")
    blue = replace(red, variant_id=make_variant(product_id=red.product_id, name="Blue", position=1))
    with unit_of_work():
        db.session.get_one(Variant, red.variant_id).name = "Red"
    return bought((red, 1), (blue, 1))


def test_an_order_of_which_nothing_is_left_stays_on_its_page(visitor: ShopClient) -> None:
    number = make_order(lines=[(make_product(on_hand=0), 1)])
    visitor.get(f"/orders/{number}")
    answer = visitor.submit(f"/orders/{number}/reorder", follow=False)
    assert answer.location == f"/orders/{number}"


def test_a_guest_finds_an_order_by_its_number_and_address(visitor: ShopClient) -> None:
    number = make_order(email="ada@example.com")
    visitor.get("/find-order")
    typed = {"number": f" {number.replace('-', '').lower()} ", "email": " ADA@example.com "}
    assert visitor.submit("/find-order", typed, follow=False).location == f"/orders/{number}"
    for wrong in ({"number": number, "email": "eve@example.com"}, {"number": "", "email": ""}):
        answer = visitor.post("/find-order", wrong)
        assert answer.status_code == 422
        assert "no order with this number" in answer.text


def test_finding_the_order_of_an_account_does_not_open_it(app: Flask, visitor: ShopClient) -> None:
    ada = make_person(email="ada@example.com", password=PASSWORD)
    number = make_order(person_id=ada, email="ada@example.com")
    answer = visitor.post("/find-order", {"number": number, "email": "ada@example.com"})
    assert answer.status_code == 404
