"""Staff in front of a shop."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from smartshop.identity.rules.roles import Role
from tests import factories
from tests.browser_client import ShopClient, forms_of
from tests.insights import scored_shop

Enter = Callable[[Role], ShopClient]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(scored_shop.TODAY, tick=False):
        yield


@pytest.fixture
def enter(app: Flask) -> Enter:
    """A browser in which somebody of that role has signed in."""

    def sign_in(role: Role) -> ShopClient:
        email = f"{role.value}@example.org"
        factories.make_person(email=email, name=f"The {role.value}", role=role)
        client = ShopClient(app)
        assert client.sign_in(email, factories.PASSWORD).status_code in {200, 403}
        return client

    return sign_in


@pytest.fixture
def admin(enter: Enter) -> ShopClient:
    return enter(Role.ADMIN)


@pytest.fixture
def people(app: Flask) -> list[int]:
    """The customers of a shop with orders and scores."""
    return scored_shop.fill()


def seen_in(page: TestResponse) -> str:
    """What the forms of a page that say what they were made from say, all the same."""
    [seen] = {form.fields["seen"] for form in forms_of(page.text) if "seen" in form.names}
    return seen
