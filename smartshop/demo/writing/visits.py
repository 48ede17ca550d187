"""Events of visitors, and the carts that some left behind."""

import secrets

import numpy as np
import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.cart.models import Cart, CartLine
from smartshop.demo import browsing
from smartshop.demo.assortment import products
from smartshop.demo.browsing import Events
from smartshop.demo.process import History, Ints
from smartshop.demo.writing import rows
from smartshop.demo.writing.catalog import Sold
from smartshop.demo.writing.trade import Placed
from smartshop.kernel import codes
from smartshop.kernel.extensions import db

OPEN_CART_DAYS = 21


def write_events(events: Events, person_ids: Ints, sold: Sold, placed: Placed, scale: int) -> None:
    """Insert the events; an order's carries its total and number, a visit's where it came from."""
    visitors, sessions = _tokens(events.visitor), _tokens(events.session)
    person = [int(person_ids[who]) if who >= 0 else None for who in events.customer.tolist()]
    product = [int(sold.product_id[place]) if place >= 0 else None for place in events.product.tolist()]
    value = np.where(events.kind == browsing.CHECKOUT, events.value * scale, events.value)
    is_order = events.kind == browsing.ORDER
    value[is_order] = placed.total[events.order[is_order]]
    values = [amount if amount >= 0 else None for amount in value.tolist()]
    facts = [
        _facts(kind, fact, order, placed)
        for kind, fact, order in zip(
            events.kind.tolist(), events.fact.tolist(), events.order.tolist(), strict=True
        )
    ]
    names = [browsing.KINDS[kind] for kind in events.kind.tolist()]
    columns = zip(
        rows.moments(events.at), names, visitors, sessions, person, product, values, facts, strict=True
    )
    keys = ("at", "kind", "visitor_id", "session_id", "person_id", "product_id", "value", "facts")
    rows.insert(Event, [dict(zip(keys, column, strict=True)) for column in columns])


def _tokens(places: Ints) -> list[str]:
    """A random identifier for every visitor or session."""
    made = {place: secrets.token_hex(16) for place in np.unique(places).tolist()}
    return [made[place] for place in places.tolist()]


def _facts(kind: int, fact: int, order: int, placed: Placed) -> dict[str, str]:
    if kind == browsing.VISIT:
        return browsing.TOUCHES[fact][1]
    if kind == browsing.SEARCH:
        return {"query": browsing.QUERIES[fact]}
    return {"number": placed.number[order]} if kind == browsing.ORDER else {}


def write_carts(history: History, events: Events, person_ids: Ints, sold: Sold) -> None:
    """Insert the newest cart that each customer left behind lately, still open."""
    since = events.at.max() - np.timedelta64(OPEN_CART_DAYS, "D")
    is_left = (events.kind == browsing.CART_ADD) & (events.session >= len(history.at))
    left = np.flatnonzero(is_left & (events.customer >= 0) & (events.at >= since))
    last = {int(events.customer[i]): int(events.session[i]) for i in left}
    kept = [int(i) for i in left if last[int(events.customer[i])] == events.session[i]]
    token = {who: codes.fingerprint(codes.token()) for who in last}
    times = dict(zip(kept, rows.moments(events.at[kept]), strict=True))
    newest = {int(events.customer[i]): times[i] for i in kept}
    rows.insert(
        Cart,
        [
            {
                "token_fingerprint": token[who],
                "person_id": int(person_ids[who]),
                "created_at": at,
                "updated_at": at,
            }
            for who, at in newest.items()
        ],
    )
    ids = dict(db.session.execute(sa.select(Cart.person_id, Cart.id)).all())
    lines = {
        (
            int(person_ids[events.customer[i]]),
            int(sold.variant_id[sold.first_variant[events.product[i]]]),
        ): times[i]
        for i in kept
        if 0 <= events.product[i] < len(products())
    }
    rows.insert(
        CartLine,
        [
            {"cart_id": ids[person_id], "variant_id": variant_id, "quantity": 1, "added_at": at}
            for (person_id, variant_id), at in lines.items()
        ],
    )
