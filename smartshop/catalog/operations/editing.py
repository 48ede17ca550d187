"""Products that staff makes and changes, with what lists and searches know of them.

``inventory.operations.goods`` calls these, because a variant that is no longer sold changes what is in stock.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.models import Category, Product, TaxClass, Variant
from smartshop.catalog.operations import listing
from smartshop.catalog.rules import editing, wording
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


class OutOfDate(Conflict):
    """Somebody else saved the product meanwhile."""

    code = "out_of_date"


def create(*, facts: ProductFacts, sku: str, variant: VariantFacts, actor: audit.Actor) -> tuple[int, int]:
    """A new product with one variant; returns their ids.

    Raises Invalid, with the variant's problems named as those of variant 0; Conflict.
    """
    code = editing.checked_sku(sku)
    facts, variants = editing.checked(facts, {0: variant})
    now = clock.now()
    with unit_of_work():
        _check_category(facts.category_id)
        _check_tax_class(facts.tax_class)
        if db.session.scalar(sa.select(Variant.id).where(Variant.sku == code)) is not None:
            text = "Another variant has this code already."
            raise Invalid(text, {"sku": text})
        taken = set(db.session.scalars(sa.select(Product.slug)))
        product = Product(
            slug=wording.unique_slug(facts.name, "", taken), **vars(facts), created_at=now, updated_at=now
        )
        try:
            db.session.add(product)
            db.session.flush()
            made = Variant(product_id=product.id, sku=code, **vars(variants[0]))
            db.session.add(made)
            db.session.flush()
        except IntegrityError as error:
            raise Conflict("Somebody made such a product at the same moment. Send it again.") from error
        listing.refresh([product.id])
        after = {**vars(facts), "sku": code, "variant": vars(variants[0])}
        audit.record(actor=actor, action="product.created", subject=f"product:{product.id}", after=after)
        return product.id, made.id


def change(
    *,
    product_id: int,
    seen: datetime,
    facts: ProductFacts,
    variants: Mapping[int, VariantFacts],
    order: Sequence[int] = (),
    actor: audit.Actor,
) -> None:
    """Change a product and all of its variants; its address stays. ``seen`` is the ``updated_at`` of the form.

    ``order`` holds the ids of the variants as they are to stand; without it they stay where they are.

    Raises Invalid, NotFound, OutOfDate.
    """
    facts, wanted = editing.checked(facts, variants)
    with unit_of_work():
        product = _locked(product_id)
        rows = db.session.scalars(sa.select(Variant).where(Variant.product_id == product_id)).all()
        if product.updated_at != seen or {row.id for row in rows} != wanted.keys():
            raise OutOfDate(
                "Somebody else saved this product since you opened it. Your answers are still here: compare them, "
                "and save again to keep them."
            )
        _check_category(facts.category_id)
        _check_tax_class(facts.tax_class)
        before, after = editing.changes(_facts_of(product), facts)
        old, new = _changed(rows, wanted)
        before, after = before | old, after | new
        if order and (moved := _placed(rows, order)):
            before["order"], after["order"] = moved
        if not after:
            return
        _set(product, vars(facts))
        product.updated_at = max(clock.now(), product.updated_at + timedelta(microseconds=1))
        listing.refresh([product_id])
        audit.record(
            actor=actor,
            action="product.changed",
            subject=f"product:{product_id}",
            before=before,
            after=after,
        )


def _facts_of(product: Product) -> ProductFacts:
    return ProductFacts(
        product.name,
        product.description,
        product.category_id,
        product.status,
        product.tax_class,
        product.attributes,
    )


def _changed(
    rows: Sequence[Variant], wanted: Mapping[int, VariantFacts]
) -> tuple[dict[str, object], dict[str, object]]:
    """Change the variants; what differs of them before and after, by code and field."""
    before, after = dict[str, object](), dict[str, object]()
    for row in rows:
        now = VariantFacts(row.name, row.price_minor, row.is_active, row.weight_grams, row.options)
        old, new = editing.changes(now, wanted[row.id])
        before |= {f"{row.sku} {name}": value for name, value in old.items()}
        after |= {f"{row.sku} {name}": value for name, value in new.items()}
        _set(row, new)
    return before, after


def _placed(rows: Sequence[Variant], order: Sequence[int]) -> tuple[list[str], list[str]] | None:
    """Put the variants in this order; the codes in the order before and after, None when it is the same."""
    before = sorted(rows, key=lambda row: row.position)
    after = sorted(rows, key=lambda row: order.index(row.id))
    if before == after:
        return None
    first = before[-1].position + 1
    for base in (first, 0):
        for place, row in enumerate(after, start=base):
            row.position = place
        db.session.flush()
    return [row.sku for row in before], [row.sku for row in after]


def _locked(product_id: int) -> Product:
    found = db.session.scalar(
        sa.select(Product)
        .where(Product.id == product_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such product.")
    return found


def _check_category(category_id: int) -> None:
    if db.session.get(Category, category_id) is None:
        text = "Choose one of the categories."
        raise Invalid(text, {"category": text})


def _check_tax_class(code: str) -> None:
    """Refuse a class that there is not; the one there is stays until the commit."""
    kept = sa.select(TaxClass.code).where(TaxClass.code == code).with_for_update(read=True)
    if db.session.scalar(kept) is None:
        text = "Choose one of the tax classes."
        raise Invalid(text, {"tax_class": text})


def _set(row: Product | Variant, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
