"""Products made and changed, together with what that means for whether they are in stock."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from smartshop.catalog.operations import editing, sheet, slugs
from smartshop.catalog.operations import variants as making
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import shelves
from smartshop.kernel import sheets
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import db
from smartshop.kernel.sheets import Report, Sheet
from smartshop.kernel.uow import unit_of_work


def create(*, facts: ProductFacts, sku: str, variant: VariantFacts, actor: Actor) -> int:
    """A new product with one variant, of which nothing is on hand; returns the product's id.

    Raises Invalid.
    """
    with unit_of_work():
        product_id, variant_id = editing.create(facts=facts, sku=sku, variant=variant, actor=actor)
        db.session.add(StockLevel(variant_id=variant_id, on_hand=0, is_tracked=True))
        shelves.refresh_products(product_ids=[product_id])
    return product_id


def change(
    *,
    product_id: int,
    seen: datetime,
    facts: ProductFacts,
    variants: Mapping[int, VariantFacts],
    order: Sequence[int] = (),
    slug: str | None = None,
    actor: Actor,
) -> None:
    """Change a product, its address unless None, and all of its variants; ``order`` is that of `editing.change`.

    Raises Invalid, NotFound, OutOfDate.
    """
    with unit_of_work():
        editing.change(
            product_id=product_id, seen=seen, facts=facts, variants=variants, order=order, actor=actor
        )
        if slug is not None:
            slugs.rename_product(product_id=product_id, slug=slug, actor=actor)
        shelves.refresh_products(product_ids=[product_id])


def add_variants(
    *, product_id: int, rows: Sequence[tuple[str, str]], stem: str, variant: VariantFacts, actor: Actor
) -> int:
    """The variants that `variants.add` makes, of which nothing is on hand; returns how many.

    Raises Invalid, NotFound, Conflict.
    """
    with unit_of_work():
        made = making.add(product_id=product_id, rows=rows, stem=stem, variant=variant, actor=actor)
        _begin_counting(made, product_id)
    return len(made)


def duplicate(*, product_id: int, actor: Actor) -> int:
    """A draft like a product, of which nothing is on hand; returns its id.

    Raises NotFound, Conflict.
    """
    with unit_of_work():
        copy_id, made = making.duplicate(product_id=product_id, actor=actor)
        _begin_counting(made, copy_id)
    return copy_id


def _begin_counting(variant_ids: Sequence[int], product_id: int) -> None:
    db.session.add_all(StockLevel(variant_id=new, on_hand=0, is_tracked=True) for new in variant_ids)
    shelves.refresh_products(product_ids=[product_id])


def look(table: Sheet, *, currency: str) -> Report:
    """What a product sheet would do now.

    Raises UnreadableSheet.
    """
    return sheet.plan(table, currency=currency).report


def import_sheet(table: Sheet, *, currency: str, seen: str | None, actor: Actor) -> Report:
    """Write what a product sheet says; new variants begin with nothing on hand. Returns what it did.

    ``seen`` is the mark of the report somebody agreed to; None takes the sheet as it comes.

    Raises UnreadableSheet, Conflict, and sheets.Moved when it would do something else by now.
    """
    with unit_of_work():
        planned = sheet.plan(table, currency=currency, is_held=True)
        sheets.check_seen(planned.report, seen)
        written = sheet.write(planned, actor=actor)
        if written.new_variant_ids:
            rows = [{"variant_id": new, "on_hand": 0, "is_tracked": True} for new in written.new_variant_ids]
            db.session.execute(sa.insert(StockLevel), rows)
        shelves.refresh_products(product_ids=written.product_ids)
    return planned.report
