"""The classes that products are taxed by."""

from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.catalog.models import Product, TaxClass
from smartshop.catalog.rules.tax_classes import STANDARD
from smartshop.kernel.extensions import db


@dataclass(frozen=True)
class ClassRow:
    """A class and how many products are of it."""

    code: str
    name: str
    products: int

    @property
    def is_standard(self) -> bool:
        return self.code == STANDARD


def classes() -> list[tuple[str, str]]:
    """(code, name) of every class, the standard one first."""
    rows = db.session.execute(
        sa.select(TaxClass.code, TaxClass.name).order_by(TaxClass.code != STANDARD, TaxClass.name)
    )
    return [(row.code, row.name) for row in rows]


def counted() -> list[ClassRow]:
    """Every class with the number of its products, the standard one first."""
    number = (
        sa.select(sa.func.count())
        .select_from(Product)
        .where(Product.tax_class == TaxClass.code)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(TaxClass.code, TaxClass.name, number).order_by(TaxClass.code != STANDARD, TaxClass.name)
    )
    return [ClassRow(*row) for row in rows]
