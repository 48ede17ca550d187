"""A shop with somebody in every role, and the things that the addresses of its routes name."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from smartshop.identity.operations import addresses, custom_roles, sign_ins
from smartshop.identity.queries import sign_ins as open_sign_ins
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from tests import factories
from tests.house.access_table import EVERYBODY


@dataclass(frozen=True)
class Shop:
    """A shop with an order of a customer, one of a guest, and somebody in every role."""

    app: Flask
    tokens: dict[str, str]
    names: dict[str, object]


def inhabit(app: Flask) -> Shop:
    """Fill an empty shop."""
    goods = factories.make_product(on_hand=50)
    people = {
        who: factories.make_person(email=email_of(who), role=_role(who)) for who in EVERYBODY - {"anonymous"}
    }
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
    return Shop(app, tokens, names)


def email_of(who: str) -> str:
    """The address of somebody in the shop."""
    return f"{who.replace(' ', '-').replace('_', '-')}@example.com"


def _role(who: str) -> Role:
    return Role(who) if who in set(Role) else Role.CUSTOMER
