"""Every route × every role, against the literal table; and the start-up gate itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from smartshop.identity.operations import addresses, custom_roles, sign_ins
from smartshop.identity.queries import sign_ins as open_sign_ins
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.roles import ROLE_GRANTS, Role
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.web.guards import EXEMPT, PUBLIC, UndeclaredRoutes, install_gate, rule_of
from tests import factories
from tests.house.access_table import EVERYBODY, ROUTES, Route
from tests.row_counts import nothing_changes

CASES = [
    pytest.param(endpoint, route, who, id=f"{endpoint}-{route.method}-{who}-{index}")
    for endpoint, routes in ROUTES.items()
    for index, route in enumerate(routes)
    for who in sorted(EVERYBODY)
]


@dataclass(frozen=True)
class Shop:
    """A shop with an order of a customer, one of a guest, and somebody in every role."""

    app: Flask
    tokens: dict[str, str]
    names: dict[str, object]


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    goods = factories.make_product(on_hand=50)
    people = {who: factories.make_person(role=_role(who)) for who in EVERYBODY - {"anonymous"}}
    tokens = {
        who: sign_ins.open_sign_in(person_id=person_id, door=Door()) for who, person_id in people.items()
    }
    order = factories.make_order(lines=[(goods, 1)], person_id=people["customer"])
    guest_order = factories.make_order(lines=[(goods, 1)])
    picture = Path(app.instance_path) / "uploads" / "mug.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    category = db.session.scalar(sa.text("SELECT slug FROM categories"))
    names: dict[str, object] = {
        "category": category,
        "product": goods.slug,
        "product_id": goods.product_id,
        "variant": goods.variant_id,
        "picture": "mug.svg",
        "person": people["customer"],
        "order": order,
        "guest_order": guest_order,
    }
    [customers] = open_sign_ins.open_of(people["customer"], token="")
    names["sign_in"] = customers.id
    names["address"] = addresses.keep(person_id=people["customer"], address=factories.HOME, is_default=True)
    names["role"] = custom_roles.make(label="Night shift", permissions=[], actor=SYSTEM)
    db.session.rollback()
    app.config["WTF_CSRF_ENABLED"] = False
    yield Shop(app, tokens, names)
    app.config["WTF_CSRF_ENABLED"] = True


def _role(who: str) -> Role:
    return Role(who) if who in set(Role) else Role.CUSTOMER


def client_of(shop: Shop, who: str) -> FlaskClient:
    client = shop.app.test_client()
    if who != "anonymous":
        with client.session_transaction() as session:
            session["_user_id"] = shop.tokens[who]
            session["_fresh"] = True
    return client


@pytest.mark.parametrize(("endpoint", "route", "who"), CASES)
def test_the_table_says_who_gets_in(shop: Shop, endpoint: str, route: Route, who: str) -> None:
    client = client_of(shop, who)
    address = route.address.format(**shop.names)
    form = {name: value.format(**shop.names) for name, value in route.form.items()}
    send = client.get if route.method == "GET" else client.post
    arguments = {} if route.method == "GET" else {"data": form}
    if who in route.who:
        response = send(address, **arguments)
        response.close()
        assert response.status_code not in {401, 403, 405, 500}
        assert "/sign-in?next=" not in response.headers.get("Location", "")
        return
    with nothing_changes():
        response = send(address, **arguments)
    if who == "anonymous" and rule_of(shop.app, endpoint) is not PUBLIC:
        assert response.status_code == (302 if route.method == "GET" else 403)
        assert route.method != "GET" or response.headers["Location"].startswith("/sign-in?next=")
    else:
        assert response.status_code == route.refusal


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
