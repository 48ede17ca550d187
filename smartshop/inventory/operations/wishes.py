"""Who waits for a variant to come back, and the one e-mail that tells them."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.catalog.models import Product, Variant
from smartshop.identity.rules.accounts import normal_email
from smartshop.inventory.models import Reservation, StockLevel, StockWish
from smartshop.kernel import clock
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox

KEPT_FOR = timedelta(days=180)
AT_ONCE = 500


def wish(*, slug: str, variant_id: int, email: str) -> None:
    """Remember that somebody wants to hear when a variant is back; saying it twice says it once.

    Raises Invalid (no address), NotFound, Conflict (there is some left).
    """
    address = normal_email(email)
    if address is None:
        text = "Give an e-mail address such as ada@example.com."
        raise Invalid(text, {"email": text})
    with unit_of_work():
        shown = sa.select(Variant.id).join(Product).where(*_is_shown(), Product.slug == slug)
        if db.session.scalar(shown.where(Variant.id == variant_id)) is None:
            raise NotFound("There is no such product.")
        if db.session.scalar(shown.where(Variant.id == variant_id, _is_available())) is not None:
            raise Conflict("Some are left: you can buy it now.")
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        now = clock.now()
        db.session.execute(
            dialect.insert(StockWish)
            .values(variant_id=variant_id, email=address, asked_at=now)
            .on_conflict_do_update(
                index_elements=["variant_id", "email"],
                set_={"asked_at": now},
                where=StockWish.asked_at < now - KEPT_FOR,
            )
        )


def tell_returned(*, token_for: Callable[[str], str]) -> int:
    """Queue one e-mail to everybody who waits for what is there again, who asked first first; returns how many.

    The wish goes in the same transaction as the e-mail, so however many processes do this, each is told once.
    ``token_for`` makes the token that an address is forgotten by.
    """
    told = 0
    while some := _tell_some(token_for):
        told += some
    return told


def _tell_some(token_for: Callable[[str], str]) -> int:
    with unit_of_work():
        rows = db.session.execute(
            sa.select(StockWish.id, StockWish.email, Product.slug, Product.name, Variant.name)
            .join(Variant, Variant.id == StockWish.variant_id)
            .join(Product, Product.id == Variant.product_id)
            .where(*_is_shown(), _is_available(), StockWish.asked_at >= clock.now() - KEPT_FOR)
            .order_by(StockWish.id)
            .limit(AT_ONCE)
            .with_for_update(of=StockWish, skip_locked=True)
        ).all()
        _drop([row[0] for row in rows])
        for _, email, slug, name, variant in rows:
            facts = {"slug": slug, "name": name, "variant": variant, "token": token_for(email)}
            outbox.enqueue(kind="stock_back", recipient=email, facts=facts)
    return len(rows)


def forget(*, email: str) -> int:
    """Drop everything an address waits for; returns how much that was."""
    with unit_of_work():
        gone = db.session.execute(sa.delete(StockWish).where(StockWish.email == email))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_old() -> int:
    """Drop wishes that have waited for too long; returns how many."""
    with unit_of_work():
        old = StockWish.asked_at < clock.now() - KEPT_FOR
        gone = db.session.execute(sa.delete(StockWish).where(old))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _drop(ids: Sequence[int]) -> None:
    db.session.execute(sa.delete(StockWish).where(StockWish.id.in_(ids)))


def _is_shown() -> tuple[sa.ColumnElement[bool], ...]:
    return Variant.is_active.is_(True), Product.status == "published"


def _is_available() -> sa.ColumnElement[bool]:
    """Whether somebody who holds nothing could buy one now."""
    held = (
        sa.select(sa.func.coalesce(sa.func.sum(Reservation.quantity), 0))
        .where(Reservation.variant_id == Variant.id, Reservation.expires_at > clock.now())
        .correlate(Variant)
        .scalar_subquery()
    )
    return (
        sa.select(StockLevel.variant_id)
        .where(
            StockLevel.variant_id == Variant.id,
            sa.or_(sa.not_(StockLevel.is_tracked), StockLevel.on_hand > held),
        )
        .correlate(Variant)
        .exists()
    )
