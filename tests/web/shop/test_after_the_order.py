"""What customers see and do after an order: its course, its papers, ordering again, finding it."""

from flask import Flask

from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_order, make_person, make_product
from tests.orders.acting import bought, cancel, left_of, ship, take_back


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
    assert "Fewer are left of: Few" in page
    assert "Not to be had at the moment: Gone" in page
    assert left_of(plenty) == 5


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
