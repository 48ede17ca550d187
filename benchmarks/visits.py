"""What visitors of the shop do, whoever carries their requests."""

from collections.abc import Callable, Mapping
from typing import Protocol

PAGES: dict[str, str] = {
    "list": "/search",
    "category": "/c/shelf-3",
    "search": "/search?q=lantern",
    "product": "/p/p-100",
}
LOOKED_AT = 3000
"""How many products visitors look at in turn."""


class Asking(Protocol):
    """Somebody with cookies; `page` is what they saw last, empty at first."""

    page: bytes

    def get(self, path: str) -> int: ...
    def post(self, path: str, fields: Mapping[str, str]) -> int: ...
    def hidden(self) -> dict[str, str]: ...


Act = Callable[[Asking, int], None]


def get(path: str) -> Act:
    def act(visitor: Asking, _number: int) -> None:
        status = visitor.get(path)
        assert status == 200, (path, status, visitor.page[-1500:])

    return act


def get_with_cart(path: str) -> Act:
    """The page as somebody sees it who has put something into the cart."""

    def act(visitor: Asking, number: int) -> None:
        if not visitor.page:
            buy_one(visitor, number)
        assert visitor.get(path) == 200, path

    return act


def look(visitor: Asking, number: int) -> None:
    """Look at another product each time."""
    assert visitor.get(f"/p/p-{number % LOOKED_AT + 1}") == 200


def buy_one(visitor: Asking, number: int) -> None:
    """Look at a product, put it into the cart, see the cart: three requests."""
    look(visitor, number)
    fields = {**visitor.hidden(), "variant_id": str(number % LOOKED_AT + 1), "quantity": "1"}
    assert visitor.post("/cart/add", fields) == 303
    assert visitor.get("/cart") == 200


def check_out(visitor: Asking, number: int) -> None:
    """A guest's whole order: product, cart, checkout, paid with the test card: five requests."""
    buy_one(visitor, number)
    assert visitor.get("/checkout") == 200
    answers = {
        "email": "ada@example.com",
        "name": "Ada Buyer",
        "line1": "1 Analytical Row",
        "city": "London",
        "postcode": "N1 9GU",
        "country": "GB",
        "shipping": "standard",
        "payment": "test_card",
        "card_number": "4242 4242 4242 4242",
    }
    assert visitor.post("/checkout", {**visitor.hidden(), **answers}) == 303, visitor.page[:3000]
