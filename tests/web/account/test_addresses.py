import pytest
from flask import Flask

from smartshop.identity.operations import addresses as operations
from smartshop.identity.queries import addresses
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import HOME, PASSWORD, make_person
from tests.row_counts import nothing_changes

PLACE = {"name": "Ada", "line1": "1 Row", "city": "London", "postcode": "N1 9GU", "country": "GB"}


@pytest.fixture
def ada(visitor: ShopClient) -> int:
    person_id = make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    return person_id


def book(person_id: int) -> list[tuple[str, bool]]:
    db.session.rollback()
    return [(kept.address.line1, kept.is_default) for kept in addresses.book(person_id)]


def test_addresses_are_kept_changed_and_deleted(visitor: ShopClient, ada: int) -> None:
    visitor.get("/account/addresses/new")
    visitor.submit("/account/addresses/new", PLACE)
    visitor.get("/account/addresses/new")
    page = visitor.submit("/account/addresses/new", {**PLACE, "line1": "2 Row", "is_default": "y"}).text
    assert "2 Row" in page
    assert book(ada) == [("2 Row", True), ("1 Row", False)]
    kept = addresses.book(ada)
    db.session.rollback()
    visitor.get(f"/account/addresses/{kept[1].id}")
    visitor.submit(f"/account/addresses/{kept[1].id}", {"line1": "3 Row"})
    assert book(ada) == [("2 Row", True), ("3 Row", False)]
    visitor.submit(f"/account/addresses/{kept[0].id}/delete")
    assert book(ada) == [("3 Row", True)]


def test_a_wrong_address_is_explained_and_not_kept(visitor: ShopClient, ada: int) -> None:
    visitor.get("/account/addresses/new")
    with nothing_changes():
        answer = visitor.submit("/account/addresses/new", {**PLACE, "postcode": "", "phone": "call me"})
    assert answer.status_code == 422
    assert "Enter the postcode." in answer.text
    assert 'value="1 Row"' in answer.text


def test_the_book_of_another_is_closed(app: Flask, visitor: ShopClient, ada: int) -> None:
    other = operations.keep(person_id=make_person(), address=HOME, is_default=True)
    with nothing_changes():
        for path in (f"/account/addresses/{other}", f"/account/addresses/{other}/delete"):
            assert visitor.post(path, PLACE).status_code == 404
    assert visitor.get(f"/account/addresses/{other}").status_code == 404


def test_a_book_holds_twenty_and_one_default(any_app: Flask) -> None:
    person_id = make_person()
    for _ in range(operations.MOST):
        operations.keep(person_id=person_id, address=HOME, is_default=True)
    with pytest.raises(Conflict, match="20 addresses"):
        operations.keep(person_id=person_id, address=HOME, is_default=False)
    assert sum(is_default for _line, is_default in book(person_id)) == 1
