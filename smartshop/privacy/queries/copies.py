"""A copy of everything that is held of a person, table by table."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.cart.models import Cart, CartLine, SavedLine
from smartshop.catalog.models import Review, Wish
from smartshop.identity.models import (
    Consent,
    Invitation,
    KnownDevice,
    Person,
    SavedAddress,
    SignIn,
    TwoFactor,
)
from smartshop.insights.models import ChurnScore, ClusterScore, LiveRun, SegmentMove, SegmentScore, ValueScore
from smartshop.inventory.models import StockWish
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import (
    Invoice,
    Order,
    OrderLine,
    OrderPromotion,
    OrderReturn,
    Shipment,
)
from smartshop.orders.queries import holding
from smartshop.payments.models import PaymentAttempt, Refund
from smartshop.pricing.models.promotions import AudienceMember, PromotionUse
from smartshop.privacy.rules.holdings import HOLDINGS

Row = dict[str, Any]
SECRETS = frozenset(
    {"password_hash", "token_fingerprint", "fingerprint", "salt", "last_step", "idempotency_key", "page_url"}
)
"""Columns that would let somebody in, or mean nothing outside."""

AT_ONCE = 500


def parts(person_id: int) -> Iterator[tuple[str, Iterator[Row]]]:
    """Name and rows of each part of the copy, in a fixed order; rows are read as they are asked for."""
    for model, condition in _where(person_id).items():
        yield HOLDINGS[model.__tablename__].exported_as, _rows(model, condition)


def _rows(model: type[Base], condition: sa.ColumnElement[bool]) -> Iterator[Row]:
    columns = [column for column in model.__table__.columns if column.name not in SECRETS]
    statement = sa.select(*columns).where(condition).order_by(*model.__table__.primary_key)
    for row in db.session.execute(statement, execution_options={"yield_per": AT_ONCE}).mappings():
        yield {str(name): value for name, value in row.items()}


def _where(person_id: int) -> Mapping[type[Base], sa.ColumnElement[bool]]:
    """Which rows of which table are this person's."""
    email = db.session.scalar(sa.select(Person.email).where(Person.id == person_id)) or ""
    orders = sa.select(Order.id).where(holding.is_of(person_id, email))
    numbers = sa.select(Order.number).where(holding.is_of(person_id, email))
    lines = sa.select(OrderLine.id).where(OrderLine.order_id.in_(orders))
    attempts = sa.select(PaymentAttempt.id).where(PaymentAttempt.reference.in_(numbers))
    carts = sa.select(Cart.id).where(Cart.person_id == person_id)
    live = sa.select(LiveRun.run_id)
    return {
        Person: Person.id == person_id,
        SavedAddress: SavedAddress.person_id == person_id,
        Order: Order.id.in_(orders),
        OrderLine: OrderLine.order_id.in_(orders),
        OrderPromotion: OrderPromotion.order_id.in_(orders),
        OrderReturn: OrderReturn.order_line_id.in_(lines),
        Shipment: Shipment.order_id.in_(orders),
        Invoice: Invoice.order_id.in_(orders),
        PaymentAttempt: PaymentAttempt.reference.in_(numbers),
        Refund: Refund.attempt_id.in_(attempts),
        PromotionUse: sa.or_(PromotionUse.person_id == person_id, PromotionUse.reference.in_(numbers)),
        Review: Review.person_id == person_id,
        Wish: Wish.person_id == person_id,
        StockWish: StockWish.email == email,
        Cart: Cart.person_id == person_id,
        CartLine: CartLine.cart_id.in_(carts),
        SavedLine: SavedLine.cart_id.in_(carts),
        Event: Event.person_id == person_id,
        Consent: Consent.person_id == person_id,
        Invitation: Invitation.email == email,
        SignIn: SignIn.person_id == person_id,
        KnownDevice: KnownDevice.person_id == person_id,
        TwoFactor: TwoFactor.person_id == person_id,
        Email: sa.or_(Email.person_id == person_id, sa.func.lower(Email.recipient) == email),
        AudienceMember: AudienceMember.person_id == person_id,
        SegmentScore: sa.and_(SegmentScore.person_id == person_id, SegmentScore.run_id.in_(live)),
        ChurnScore: sa.and_(ChurnScore.person_id == person_id, ChurnScore.run_id.in_(live)),
        ValueScore: sa.and_(ValueScore.person_id == person_id, ValueScore.run_id.in_(live)),
        SegmentMove: SegmentMove.person_id == person_id,
        ClusterScore: sa.and_(ClusterScore.person_id == person_id, ClusterScore.run_id.in_(live)),
        AuditRecord: sa.or_(AuditRecord.actor_id == person_id, AuditRecord.subject == f"person:{person_id}"),
    }
