"""How orders are taxed."""

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base


class TaxRate(Base):
    """The tax of one country, in basis points (2000 is 20 %); inclusive when shown prices contain it."""

    __tablename__ = "tax_rates"
    __table_args__ = (sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="rate_is_a_share"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    country: so.Mapped[str] = so.mapped_column(sa.String(2), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(40))
    basis_points: so.Mapped[int]
    is_inclusive: so.Mapped[bool] = so.mapped_column(default=True)
