from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests import factories
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.shop.checkouts import ANSWERS, put

if TYPE_CHECKING:
    from smartshop.kernel.config import Settings

PRODUCTION = {"env": "production", "password_cost": 32768}


def with_settings(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    made_with: Settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", made_with.model_copy(update=changes))


def test_production_takes_no_test_card_unless_told_to(app: Flask) -> None:
    made_with: Settings = app.config["SETTINGS"]
    live = made_with.model_copy(update=PRODUCTION)
    assert made_with.offers_test_card
    assert not live.offers_test_card
    assert live.model_copy(update={"test_card": True}).offers_test_card


def test_a_test_card_that_is_not_offered_is_neither_shown_nor_taken(
    app: Flask, visitor: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = factories.make_product()
    put(visitor, goods)
    assert "4242 4242" in visitor.get("/checkout").text
    with_settings(app, monkeypatch, test_card=False)
    page = visitor.get("/checkout")
    assert "4242 4242 4242 4242 pays" not in page.text
    with nothing_changes():
        refused = visitor.post(
            "/checkout", {**ANSWERS, "payment": "test_card", "card_number": "4242424242424242"}
        )
    assert refused.status_code == 422
    assert "Choose one of the ways to pay shown." in refused.text
