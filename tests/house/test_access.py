"""Every route × every role, against the literal table; and the start-up gate itself."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartshop.identity.models import SignIn
from smartshop.identity.rules.lifetimes import CONFIRMED_FOR
from smartshop.identity.rules.roles import ROLE_GRANTS
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.kernel.uow import unit_of_work
from smartshop.web.guards import EXEMPT, PUBLIC, UndeclaredRoutes, fresh_of, install_gate, rule_of
from tests.house.access_table import EVERYBODY, FRESH, ROUTES, Route
from tests.house.inhabited import Shop, inhabit
from tests.row_counts import nothing_changes

CASES = [
    pytest.param(endpoint, route, id=f"{endpoint}-{route.method}-{index}")
    for endpoint, routes in ROUTES.items()
    for index, route in enumerate(routes)
]
LOOKS = [route for routes in ROUTES.values() for route in routes if route.method == "GET"]
ACTS = [
    pytest.param(route, who, id=f"{endpoint}-{index}-{who}")
    for endpoint, routes in ROUTES.items()
    for index, route in enumerate(routes)
    if route.method != "GET"
    for who in sorted(route.who)
]


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    inhabited = inhabit(app)
    app.config["WTF_CSRF_ENABLED"] = False
    yield inhabited
    app.config["WTF_CSRF_ENABLED"] = True


def client_of(shop: Shop, who: str) -> FlaskClient:
    client = shop.app.test_client()
    if who != "anonymous":
        with client.session_transaction() as session:
            session["_user_id"] = shop.tokens[who]
            session["_fresh"] = True
    return client


def answer_to(shop: Shop, who: str, route: Route) -> TestResponse:
    """What somebody gets; the context around a test outlives a request, and must not remember who it was."""
    client, address = client_of(shop, who), route.address.format(**shop.names)
    if route.method == "GET":
        response = client.get(address)
    else:
        response = client.post(
            address, data={name: value.format(**shop.names) for name, value in route.form.items()}
        )
    response.close()
    for name in list(g):
        g.pop(name)
    return response


def check_let_in(shop: Shop, who: str, route: Route) -> None:
    response = answer_to(shop, who, route)
    assert response.status_code not in {401, 403, 405, 500}, who
    assert "/sign-in?next=" not in response.headers.get("Location", ""), who


@pytest.mark.parametrize(("endpoint", "route"), CASES)
def test_the_table_says_who_is_kept_out_and_then_nothing_happens(
    shop: Shop, endpoint: str, route: Route
) -> None:
    for who in sorted(EVERYBODY - set(route.who)):
        with nothing_changes():
            response = answer_to(shop, who, route)
        if who == "anonymous" and rule_of(shop.app, endpoint) is not PUBLIC:
            assert response.status_code == (302 if route.method == "GET" else 403)
            assert route.method != "GET" or response.headers["Location"].startswith("/sign-in?next=")
        else:
            assert response.status_code == route.refusal, who


@pytest.mark.parametrize("route", LOOKS, ids=lambda route: route.address)
def test_the_table_says_who_may_look(shop: Shop, route: Route) -> None:
    for who in sorted(route.who):
        check_let_in(shop, who, route)


@pytest.mark.parametrize(("route", "who"), ACTS)
def test_the_table_says_who_may_act(shop: Shop, route: Route, who: str) -> None:
    check_let_in(shop, who, route)


def test_every_route_is_in_the_table(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - EXEMPT == set(ROUTES)


def test_the_table_reaches_the_endpoint_it_names(shop: Shop) -> None:
    adapter = shop.app.url_map.bind("localhost")
    for endpoint, routes in ROUTES.items():
        for route in routes:
            path = route.address.format(**shop.names).split("?")[0]
            assert adapter.match(path, method=route.method)[0] == endpoint


def test_every_permission_is_granted_to_a_role_and_used_by_a_route(app: Flask) -> None:
    granted = frozenset[Permission]().union(*ROLE_GRANTS.values())
    used = {rule_of(app, rule.endpoint) for rule in app.url_map.iter_rules() if rule.endpoint not in EXEMPT}
    beside_routes = {Permission.CUSTOMERS_PII}
    assert granted == frozenset(Permission)
    assert used - {PUBLIC} == frozenset(Permission) - beside_routes


def test_the_table_says_which_routes_ask_once_more_who_somebody_is(app: Flask) -> None:
    asking = {endpoint: fresh_of(app, endpoint) for endpoint in ROUTES}
    found = {name: "everybody" if fresh is True else str(fresh) for name, fresh in asking.items() if fresh}
    assert found == FRESH


@pytest.mark.parametrize("endpoint", FRESH)
def test_who_has_not_proven_lately_who_they_are_is_asked_and_nothing_happens(
    shop: Shop, endpoint: str
) -> None:
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(confirmed_at=clock.now() - CONFIRMED_FOR))
    [route] = ROUTES[endpoint]
    client, address = client_of(shop, "admin"), route.address.format(**shop.names)
    with nothing_changes():
        if route.method == "GET":
            assert client.get(address).headers["Location"].startswith("/confirm?next=")
        else:
            answer = client.post(address, data={"kept": "as it was"})
            assert (answer.status_code, 'value="as it was"' in answer.text) == (403, True)


def test_an_undeclared_route_stops_the_start() -> None:
    app = Flask(__name__)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(UndeclaredRoutes, match="routes without an access rule: forgotten"):
        install_gate(app)


def test_addresses_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in EXEMPT:
            fixed = "".join(part for is_argument, part in rule._trace if not is_argument)
            assert fixed == fixed.lower()
            assert "_" not in fixed, rule.rule
