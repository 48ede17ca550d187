"""Asking to hear when something is back, and to be forgotten."""

import sqlalchemy as sa
from flask import Flask

from smartshop.inventory.models import StockWish
from smartshop.kernel import codes
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person, make_product, make_variant
from tests.row_counts import nothing_changes


def waiting() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(StockWish.email).order_by(StockWish.id)))


def test_a_visitor_leaves_an_address_and_hears_the_same_twice(app: Flask) -> None:
    mug, client = make_product(on_hand=0), ShopClient(app)
    for _ in range(2):
        client.get(f"/p/{mug.slug}")
        answer = client.submit(f"/p/{mug.slug}/tell-me", {"email": "Ada@example.com"})
        assert "We will write to you once" in answer.text
    assert waiting() == ["ada@example.com"]


def test_who_has_signed_in_asks_with_one_click(app: Flask) -> None:
    make_person(email="ada@example.com")
    mug, client = make_product(on_hand=3), ShopClient(app)
    blue = make_variant(product_id=mug.product_id, name="Blue", position=1, on_hand=0)
    client.sign_in("ada@example.com", PASSWORD)
    client.get(f"/p/{mug.slug}")
    form = client.form(f"/p/{mug.slug}/tell-me")
    assert (form.fields["variant_id"], "email" in form.names) == (str(blue), False)
    client.submit(f"/p/{mug.slug}/tell-me")
    assert waiting() == ["ada@example.com"]


def test_nonsense_is_told_and_nobody_is_asked_where_something_is_left(app: Flask) -> None:
    gone, there, client = make_product(on_hand=0), make_product(on_hand=1), ShopClient(app)
    with nothing_changes():
        client.get(f"/p/{gone.slug}")
        assert "Give an e-mail address" in client.submit(f"/p/{gone.slug}/tell-me", {"email": "ada"}).text
        assert (
            client.post(f"/p/{gone.slug}/tell-me", {"variant_id": "x", "email": "a@b.co"}).status_code == 404
        )
        assert "Tell me when it is back" not in client.get(f"/p/{there.slug}").text
        answer = client.post(
            f"/p/{there.slug}/tell-me", {"variant_id": str(there.variant_id), "email": "a@b.co"}
        )
        assert "you can buy it now" in answer.text


def test_the_link_of_the_letter_forgets_the_address_and_no_other_link_does(app: Flask) -> None:
    mug, client = make_product(on_hand=0), ShopClient(app)
    client.get(f"/p/{mug.slug}")
    client.submit(f"/p/{mug.slug}/tell-me", {"email": "ada@example.com"})
    secret = app.config["SETTINGS"].secret
    token = codes.signed("ada@example.com", secret, "stock-wish")
    with nothing_changes():
        for wrong in ("", "x", token[:-1], codes.signed("ada@example.com", secret, "another purpose")):
            assert client.get(f"/stock-notices/forget?token={wrong}").status_code == 404
            assert client.post("/stock-notices/forget", {"token": wrong}).status_code == 404
        assert "ada@example.com" in client.get(f"/stock-notices/forget?token={token}").text
    assert "Done" in client.submit("/stock-notices/forget").text
    assert waiting() == []
