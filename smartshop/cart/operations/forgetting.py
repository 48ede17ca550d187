"""Forgetting what a person had in their carts."""

import sqlalchemy as sa

from smartshop.cart.models import Cart
from smartshop.kernel.extensions import db


def forget(*, person_id: int) -> None:
    """Delete every cart of a person, inside the caller's unit of work; orders keep their lines."""
    db.session.execute(sa.delete(Cart).where(Cart.person_id == person_id))
