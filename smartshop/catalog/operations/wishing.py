"""Products that people save for later, and the link by which others read the list."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.catalog.models import Product, Wish, WishListLink
from smartshop.catalog.queries.browsing import SHOWN
from smartshop.kernel import clock, codes
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def add(*, person_id: int, product_id: int) -> None:
    """Save a product with the price it has now; one that is saved already keeps the price it was saved at.

    Raises NotFound (the shop does not show it).
    """
    with unit_of_work():
        price = db.session.scalar(sa.select(Product.price_low_minor).where(Product.id == product_id, *SHOWN))
        if price is None:
            raise NotFound("We do not sell this any more. The search finds what we have.")
        db.session.execute(
            _insert(Wish)
            .values(person_id=person_id, product_id=product_id, price_minor=price, saved_at=clock.now())
            .on_conflict_do_nothing(index_elements=["person_id", "product_id"])
        )


def remove(*, person_id: int, product_id: int) -> None:
    """Take a product off somebody's list; nothing happens when it is not on it."""
    with unit_of_work():
        mine = (Wish.person_id == person_id, Wish.product_id == product_id)
        db.session.execute(sa.delete(Wish).where(*mine))


def share(*, person_id: int) -> None:
    """Make the list readable by whoever has its link; a list that is shared already keeps its link."""
    with unit_of_work():
        link = _insert(WishListLink).values(person_id=person_id, token=codes.token(), made_at=clock.now())
        db.session.execute(link.on_conflict_do_nothing(index_elements=["person_id"]))


def stop_sharing(*, person_id: int) -> None:
    """Take the link back; sharing again makes another one."""
    with unit_of_work():
        db.session.execute(sa.delete(WishListLink).where(WishListLink.person_id == person_id))


def _insert(table: type[Wish | WishListLink]) -> Any:
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
