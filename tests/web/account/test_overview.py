import pytest

from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_order, make_person


@pytest.fixture
def ada(visitor: ShopClient) -> int:
    """The id of the person who is signed in."""
    person_id = make_person(email="ada@example.com", name="Ada Buyer")
    visitor.sign_in("ada@example.com", PASSWORD)
    return person_id


def test_an_account_without_orders_says_where_to_begin(visitor: ShopClient, ada: int) -> None:
    for path in ("/account", "/account/orders"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "/orders/" not in answer.text.replace("/account/orders", "")


def test_an_account_shows_its_own_newest_orders(visitor: ShopClient, ada: int) -> None:
    own = [make_order(person_id=ada) for _ in range(6)]
    other = make_order(person_id=make_person())
    page = visitor.get("/account").text
    assert "Ada Buyer" in page
    assert [number in page for number in own] == [False, True, True, True, True, True]
    assert other not in page


def test_many_orders_have_pages(visitor: ShopClient, ada: int) -> None:
    own = [make_order(person_id=ada) for _ in range(21)]
    first, second = visitor.get("/account/orders").text, visitor.get("/account/orders?page=2").text
    assert sum(number in first for number in own) == 20
    assert [number in second for number in own] == [True] + [False] * 20


@pytest.mark.parametrize("page", ["abc", "0", "-1", "99999999999"])
def test_a_page_that_makes_no_sense_is_refused(visitor: ShopClient, ada: int, page: str) -> None:
    assert visitor.get(f"/account/orders?page={page}").status_code == 400


@pytest.mark.parametrize("path", ["/account", "/account/orders"])
def test_an_account_is_not_public(visitor: ShopClient, path: str) -> None:
    assert visitor.get(path, follow=False).location.startswith("/sign-in?next=")
    assert visitor.post(path).status_code == 405
