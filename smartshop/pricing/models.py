"""How orders travel and how they are taxed."""

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


class TaxRate(Base):
    """The tax of one country, in basis points (2000 is 20 %); inclusive when shown prices contain it."""

    __tablename__ = "tax_rates"
    __table_args__ = (sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="rate_is_a_share"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    country: so.Mapped[str] = so.mapped_column(sa.String(2), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(40))
    basis_points: so.Mapped[int]
    is_inclusive: so.Mapped[bool] = so.mapped_column(default=True)
