"""Whose things are: every identifier in an address or a hidden field, and the traces that staff leave."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Role as RoleRow
from smartshop.identity.models import RoleAssignment
from smartshop.identity.operations import sign_ins
from smartshop.identity.rules.doors import Door
from smartshop.kernel import clock
from smartshop.kernel.config import ROOT
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests import factories
from tests.house.access_table import OWNER, ROUTES
from tests.house.audited import AUDITED, NOTHING_TO_RECORD
from tests.house.inhabited import Shop, inhabit
from tests.row_counts import nothing_changes

OWNED = frozenset(
    {
        "account.address",
        "account.change_address",
        "account.remove_address",
        "account.end_sign_in",
        "shop.order",
        "shop.order_document",
        "shop.pay",
        "shop.paid",
        "shop.left",
        "shop.reorder",
        "shop.confirm_withdrawal",
        "shop.withdraw",
    }
)
"""Others get 404: the owner is part of the question."""
NOBODYS = {
    "shop.category": "the catalogue is for everybody",
    "shop.product": "the catalogue is for everybody",
    "shop.review": "a product; the review is found by who is signed in",
    "shop.write_review": "a product; the review is found by who is signed in",
    "shop.tell_me": "a product",
    "shop.wish_later": "a product; the list is found by who is signed in",
    "shop.media": "pictures of the catalogue",
    "shop.change_cart": "a variant; the cart is found by who asks",
    "shop.save_for_later": "a variant; the cart is found by who asks",
    "shop.take_back": "a variant; the cart is found by who asks",
    "shop.forget_saved": "a variant; the cart is found by who asks",
    "shop.sitemap_part": "a part of the site map",
    "shop.text_page": "pages of text are for everybody",
    "shop.shared_wishlist": "256 random bits that the owner gave away",
    "account.wish_to_cart": "a product; the list is found by who is signed in",
    "account.undo_email": "256 bits from an e-mail",
    "account.confirm_undo_email": "256 bits from an e-mail",
    "account.invitation": "256 bits from an e-mail",
    "account.accept_invitation": "256 bits from an e-mail",
    "account.join_team": "256 bits from an e-mail, and the address it went to",
}
HIDDEN = {("shop", "variant_id"): "a variant", ("shop", "product_id"): "a product"}


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    inhabited = inhabit(app)
    app.config["WTF_CSRF_ENABLED"] = False
    yield inhabited
    app.config["WTF_CSRF_ENABLED"] = True


def test_every_identifier_in_an_address_is_somebodys_or_says_why_not(app: Flask) -> None:
    named = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments}
    named -= {endpoint for endpoint in named if endpoint.startswith("admin.") or endpoint == "static"}
    assert named == OWNED | NOBODYS.keys()


def test_what_is_somebodys_is_tried_by_others_in_the_table() -> None:
    tried = {
        endpoint
        for endpoint in OWNED
        if any(route.who == OWNER and route.refusal == 404 for route in ROUTES[endpoint])
    }
    assert tried == OWNED


def test_hidden_fields_name_only_what_is_for_everybody() -> None:
    found = {
        (folder, name)
        for folder in ("shop", "account")
        for path in (ROOT / "templates" / folder).glob("*.html")
        for name in re.findall(r'type="hidden" name="(\w*_id)"', path.read_text(encoding="utf-8"))
    }
    assert found <= HIDDEN.keys()


def test_a_role_without_permissions_opens_nothing_of_the_admin(shop: Shop) -> None:
    person_id = factories.make_person()
    with unit_of_work():
        role_id = db.session.scalar(sa.select(RoleRow.id).where(RoleRow.id == shop.names["role"]))
        db.session.add(RoleAssignment(person_id=person_id, role_id=role_id, granted_at=clock.now()))
    token = sign_ins.open_sign_in(person_id=person_id, door=Door())
    client = shop.app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    got_in = []
    with nothing_changes():
        for endpoint, routes in ROUTES.items():
            for route in routes if endpoint.startswith("admin.") else ():
                answer = client.open(route.address.format(**shop.names), method=route.method)
                if answer.status_code != 403:
                    got_in.append((endpoint, answer.status_code))
    assert got_in == []


def test_every_change_by_staff_says_what_it_leaves_in_the_audit_log(app: Flask) -> None:
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ())
    }
    assert changing == AUDITED.keys() | NOTHING_TO_RECORD.keys()


def test_what_the_audit_log_is_said_to_hold_is_written_somewhere() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "smartshop").rglob("*.py"))
    assert {action for action in AUDITED.values() if f'"{action}' not in code} == set()
