"""Addresses of products and categories that change; the old ones go on leading to the thing."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.models import Category, FormerCategorySlug, FormerProductSlug, Product
from smartshop.catalog.rules import wording
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def rename_product(*, product_id: int, slug: str, actor: audit.Actor) -> None:
    """Give a product another address.

    Raises Invalid (field ``slug``), NotFound.
    """
    _rename("product", Product, FormerProductSlug.__table__, product_id, slug, actor)


def rename_category(*, category_id: int, slug: str, actor: audit.Actor) -> None:
    """Give a category another address.

    Raises Invalid (field ``slug``), NotFound.
    """
    _rename("category", Category, FormerCategorySlug.__table__, category_id, slug, actor)


def _rename(
    noun: str, table: type[Product | Category], former: Any, row_id: int, typed: str, actor: audit.Actor
) -> None:
    with unit_of_work():
        old = db.session.scalar(sa.select(table.slug).where(table.id == row_id).with_for_update())
        if old is None:
            raise NotFound(f"There is no such {noun}.")
        if typed.strip() == old:
            return
        new = wording.checked_slug(typed)
        _take(table, row_id, new)
        owner = former.c[f"{noun}_id"]
        db.session.execute(sa.delete(former).where(former.c.slug == new))
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        kept = dialect.insert(former).values({"slug": old, owner.name: row_id})
        db.session.execute(kept.on_conflict_do_update(index_elements=["slug"], set_={owner.name: row_id}))
        audit.record(
            actor=actor,
            action=f"{noun}.moved",
            subject=f"{noun}:{row_id}",
            before={"slug": old},
            after={"slug": new},
        )


def _take(table: type[Product | Category], row_id: int, slug: str) -> None:
    try:
        with db.session.begin_nested():
            row: Any = db.session.get_one(table, row_id)
            row.slug = slug
            if isinstance(row, Product):
                row.updated_at = max(clock.now(), row.updated_at + timedelta(microseconds=1))
    except IntegrityError as error:
        text = "Something else has this address already. Choose another."
        raise Invalid(text, {"slug": text}) from error
