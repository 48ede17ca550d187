"""How orders are taxed: by the country they go to and the class of what is in them."""

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

EVERYWHERE_ELSE = ""


class TaxArea(Base):
    """A country with taxes of its own, or, without a code, every other one; inclusive when shown prices contain the tax."""

    __tablename__ = "tax_areas"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    country: so.Mapped[str] = so.mapped_column(sa.String(2), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(40))
    """What the tax is called there, such as VAT."""
    is_inclusive: so.Mapped[bool] = so.mapped_column(default=True)
    shipping_class: so.Mapped[str] = so.mapped_column(sa.ForeignKey("tax_classes.code"))
    revision: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """Counts how often it was saved, its rates included."""


class TaxRate(Base):
    """The rate of one class in one area, in basis points (2000 is 20 %)."""

    __tablename__ = "tax_rates"
    __table_args__ = (sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="rate_is_a_share"),)

    area_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("tax_areas.id", ondelete="CASCADE"), primary_key=True
    )
    tax_class: so.Mapped[str] = so.mapped_column(
        sa.ForeignKey("tax_classes.code", ondelete="CASCADE"), primary_key=True, index=True
    )
    basis_points: so.Mapped[int]
