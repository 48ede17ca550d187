from pathlib import Path

import pytest
from flask import Flask

from smartshop.factory import create_app
from tests.browser_client import ShopClient
from tests.databases import test_settings as settings_in
from tests.factories import PASSWORD, make_person


@pytest.mark.parametrize("path", ["/", "/account", "/cart", "/admin/", "/search?q=mug"])
def test_a_shop_without_its_database_says_sorry_to_people_it_cannot_recognise(
    app: Flask, tmp_path: Path, path: str
) -> None:
    make_person(email="ada@example.com")
    browser = ShopClient(app)
    browser.sign_in("ada@example.com", PASSWORD)
    nowhere = f"sqlite:///{tmp_path}/no/such/folder/shop.db"
    stranded = ShopClient(create_app(settings_in(tmp_path / "instance", nowhere)))
    stranded.cookies = browser.cookies

    answer = stranded.get(path)

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "sqlite" not in answer.text.lower()
