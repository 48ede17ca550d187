"""What staff does to an order, in words short enough for tests."""

from collections.abc import Mapping

import sqlalchemy as sa

from smartshop.inventory.models import StockLevel
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.orders.operations import fulfilling, placing, returning
from smartshop.orders.operations.returning import Settled
from smartshop.orders.queries import aftercare
from smartshop.orders.queries.aftercare import Aftercare
from smartshop.orders.rules.invoices import Seller
from smartshop.payments.rules.gateways import CASH, INVOICE
from tests.factories import Goods, make_cart, make_command

STAFF = Actor(None, "Grace of Support")
SELLER = Seller("Ada & Sons Ltd", ("1 Engine Street", "London"), "GB 123 4567 89", "shop@example.com")
WHY = "because the customer asked"


def bought(*lines: tuple[Goods, int], payment: str = "test_card") -> str:
    """An order that went through the checkout; returns its number."""
    goods = sum(product.price_minor * quantity for product, quantity in lines)
    total = goods + (395 if goods < 5000 else 0)
    card: dict[str, str] | None = {} if payment in {INVOICE.code, CASH.code} else None
    command = make_command(expected_total_minor=total, payment_code=payment, card=card)
    return placing.place(command=command, key=make_cart(*lines), currency="GBP")


def after(number: str) -> Aftercare:
    """What happened to the order, as committed by now."""
    db.session.rollback()
    return aftercare.of(number)


def state_of(number: str) -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Order.state).where(Order.number == number)).one()


def left_of(goods: Goods) -> int:
    """How many pieces are in stock."""
    db.session.rollback()
    return db.session.scalars(
        sa.select(StockLevel.on_hand).where(StockLevel.variant_id == goods.variant_id)
    ).one()


def revision_of(number: str) -> int:
    return after(number).revision


def ship(number: str, quantities: Mapping[int, int], tracking: str = "AB123") -> bool:
    return fulfilling.ship(
        number=number,
        revision=revision_of(number),
        quantities=quantities,
        carrier="royal_mail",
        tracking_number=tracking,
        seller=SELLER,
        actor=STAFF,
    )


def capture(number: str) -> int:
    return fulfilling.capture(
        number=number, revision=revision_of(number), reason=WHY, seller=SELLER, actor=STAFF
    )


def cancel(number: str) -> Settled:
    return returning.cancel(
        number=number, revision=revision_of(number), reason=WHY, seller=SELLER, actor=STAFF
    )


def take_back(number: str, quantities: Mapping[int, int], *, is_restocked: bool = True) -> Settled:
    return returning.take_back(
        number=number,
        revision=revision_of(number),
        quantities=quantities,
        is_restocked=is_restocked,
        reason=WHY,
        seller=SELLER,
        actor=STAFF,
    )


def let_go(number: str, amount_minor: int) -> Settled:
    return returning.let_go(
        number=number,
        revision=revision_of(number),
        amount_minor=amount_minor,
        reason=WHY,
        seller=SELLER,
        actor=STAFF,
    )
