"""How orders travel: zones of countries, the ways to send there, and what they cost."""

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base
from smartshop.pricing.rules.shipping import ChargedBy

CHARGED_BY = tuple(way.value for way in ChargedBy)


class ShippingZone(Base):
    """Countries that are sent to alike; at most one zone is everywhere that no other zone names."""

    __tablename__ = "shipping_zones"
    __table_args__ = (
        sa.Index(
            "uq_shipping_zones_everywhere_else",
            "is_everywhere_else",
            unique=True,
            sqlite_where=sa.text("is_everywhere_else"),
            postgresql_where=sa.text("is_everywhere_else"),
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(80), unique=True)
    is_everywhere_else: so.Mapped[bool] = so.mapped_column(default=False)
    revision: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """Counts how often it was saved."""


class ZoneCountry(Base):
    """A country of a zone; no country is in two."""

    __tablename__ = "shipping_zone_countries"

    country: so.Mapped[str] = so.mapped_column(sa.String(2), primary_key=True)
    zone_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("shipping_zones.id", ondelete="CASCADE"), index=True
    )


class ShippingMethod(Base):
    """A way to send an order to a zone; free from ``free_over_minor`` of goods when that is set.

    ``price_minor`` is what a flat method costs; the others have bands. The description is the promise: how long it takes.
    """

    __tablename__ = "shipping_methods"
    __table_args__ = (
        sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),
        sa.CheckConstraint(f"charged_by IN {CHARGED_BY}", name="charged_by_is_known"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    zone_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("shipping_zones.id", ondelete="CASCADE"), index=True
    )
    code: so.Mapped[str] = so.mapped_column(sa.String(40), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    description: so.Mapped[str] = so.mapped_column(sa.String(255), default="")
    charged_by: so.Mapped[str] = so.mapped_column(
        sa.String(6), default=ChargedBy.FLAT.value, server_default=ChargedBy.FLAT.value
    )
    price_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    free_over_minor: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    is_active: so.Mapped[bool] = so.mapped_column(default=True)
    position: so.Mapped[int] = so.mapped_column(default=0)
    revision: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """Counts how often it was saved, its bands included."""


class ShippingBand(Base):
    """What a method costs up to a weight in grams or a value in minor units; without ``up_to``, from there on."""

    __tablename__ = "shipping_bands"
    __table_args__ = (
        sa.CheckConstraint("up_to > 0", name="up_to_positive"),
        sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),
        sa.UniqueConstraint("method_id", "up_to"),
        sa.Index(
            "uq_shipping_bands_open_method_id",
            "method_id",
            unique=True,
            sqlite_where=sa.text("up_to IS NULL"),
            postgresql_where=sa.text("up_to IS NULL"),
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    method_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("shipping_methods.id", ondelete="CASCADE"))
    up_to: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    price_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
