"""How orders travel."""

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base


class ShippingMethod(Base):
    """A way to send an order; free from ``free_over_minor`` of goods when that is set."""

    __tablename__ = "shipping_methods"
    __table_args__ = (sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    code: so.Mapped[str] = so.mapped_column(sa.String(40), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    description: so.Mapped[str] = so.mapped_column(sa.String(255), default="")
    price_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    free_over_minor: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    is_active: so.Mapped[bool] = so.mapped_column(default=True)
    position: so.Mapped[int] = so.mapped_column(default=0)
