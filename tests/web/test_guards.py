import pytest
from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.web import guards
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person


def test_an_app_with_an_undeclared_route_does_not_start() -> None:
    app = Flask("undeclared")
    app.add_url_rule("/secret", endpoint="secret", view_func=lambda: "everything")
    with pytest.raises(guards.UndeclaredRoutes, match="secret"):
        guards.install_gate(app)


def test_every_route_of_the_shop_declares_who_may_open_it(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - guards.EXEMPT
    assert [endpoint for endpoint in sorted(endpoints) if guards.rule_of(app, endpoint) is None] == []


def test_a_guest_is_asked_to_sign_in_and_then_sees_what_they_wanted(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    asked = visitor.get("/account/orders?page=1", follow=False)
    assert (asked.status_code, asked.location) == (302, "/sign-in?next=/account/orders?page%3D1")
    visitor.get(asked.location)
    answer = visitor.submit("/sign-in", {"email": "ada@example.com", "password": PASSWORD})
    assert (answer.status_code, answer.request.full_path) == (200, "/account/orders?page=1")


def test_a_customer_does_not_see_the_admin_pages(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    answer = visitor.get("/admin/")
    assert (answer.status_code, "not for this account" in answer.text) == (403, True)


def test_who_is_signed_in_gets_out_of_a_page_that_is_not_for_their_account(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    page = visitor.get("/admin/").text
    assert 'action="/sign-out"' in page
    assert "/sign-in" not in page
    assert "You are signed out." in visitor.submit("/sign-out").text


def test_an_administrator_lands_on_the_dashboard(visitor: ShopClient) -> None:
    make_person(email="root@example.com", role=Role.ADMIN)
    answer = visitor.sign_in("root@example.com", PASSWORD)
    assert (answer.status_code, answer.request.path) == (200, "/admin/")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_machines_need_no_account(visitor: ShopClient, path: str) -> None:
    assert visitor.get(path).json == {"status": "ok"}
