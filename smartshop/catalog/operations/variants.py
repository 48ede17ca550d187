"""Variants that staff adds, and whole products that it copies. ``inventory.operations.goods`` gives them a stock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.models import Product, ProductImage, Variant
from smartshop.catalog.operations import listing
from smartshop.catalog.rules import editing, traits, wording
from smartshop.catalog.rules.editing import VariantFacts
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def add(
    *, product_id: int, rows: Sequence[tuple[str, str]], stem: str, variant: VariantFacts, actor: audit.Actor
) -> list[int]:
    """A variant for each combination of these options (name, values parted by bars) that there is none of yet.

    Their codes begin with the stem; price, weight and whether they are sold are those of ``variant``, their
    names those of their values. Returns their ids.

    Raises Invalid (fields options, sku, price, weight), NotFound, Conflict.
    """
    stem = editing.checked_sku(stem)
    with unit_of_work():
        product = _held(product_id)
        known = db.session.scalars(sa.select(Variant).where(Variant.product_id == product_id)).all()
        combinations = traits.combinations(rows, [row.options for row in known])
        if problems := editing.variant_problems(variant, product.status):
            raise Invalid("Something is not right yet. Nothing was saved.", problems)
        skus = editing.skus_of(stem, combinations)
        _check_free(skus)
        first = max((row.position for row in known), default=-1) + 1
        new = [
            {
                **vars(replace(variant, name=_name(options), options=options)),
                "product_id": product_id,
                "sku": sku,
                "position": place,
            }
            for place, (options, sku) in enumerate(zip(combinations, skus, strict=True), start=first)
        ]
        made = _inserted(new)
        product.updated_at = max(clock.now(), product.updated_at + timedelta(microseconds=1))
        listing.refresh([product_id])
        audit.record(
            actor=actor,
            action="product.variants_added",
            subject=f"product:{product_id}",
            after={"codes": skus, "price_minor": variant.price_minor},
        )
    return made


def duplicate(*, product_id: int, actor: audit.Actor) -> tuple[int, list[int]]:
    """A draft like a product, with its variants and pictures, an address and codes of its own; their ids.

    Raises NotFound, Conflict.
    """
    with unit_of_work():
        source, now = _held(product_id), clock.now()
        name = f"{source.name[: editing.LONGEST_NAME - 7]} (copy)"
        made = Product(
            slug=wording.unique_slug(name, "", set(db.session.scalars(sa.select(Product.slug)))),
            name=name,
            description=source.description,
            category_id=source.category_id,
            status="draft",
            tax_class=source.tax_class,
            attributes=source.attributes,
            created_at=now,
            updated_at=now,
        )
        db.session.add(made)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise _at_the_same_moment() from error
        copies = _copied_variants(product_id, made.id)
        _copy_pictures(product_id, made.id, copies)
        listing.refresh([made.id])
        audit.record(
            actor=actor, action="product.created", subject=f"product:{made.id}", after={"copy_of": product_id}
        )
        return made.id, list(copies.values())


def _copied_variants(product_id: int, copy_id: int) -> dict[int, int]:
    """Variants of the copy by those they are copies of."""
    rows = db.session.scalars(
        sa.select(Variant).where(Variant.product_id == product_id).order_by(Variant.position)
    ).all()
    taken = set(db.session.scalars(sa.select(Variant.sku)))
    new = [
        {
            "product_id": copy_id,
            "sku": editing.copied_sku(row.sku, taken),
            "name": row.name,
            "options": row.options,
            "price_minor": row.price_minor,
            "weight_grams": row.weight_grams,
            "is_active": row.is_active,
            "position": row.position,
        }
        for row in rows
    ]
    return dict(zip((row.id for row in rows), _inserted(new), strict=True))


def _copy_pictures(product_id: int, copy_id: int, copies: Mapping[int, int]) -> None:
    """The files tell their content and are shared."""
    images = db.session.scalars(sa.select(ProductImage).where(ProductImage.product_id == product_id)).all()
    db.session.add_all(
        ProductImage(
            product_id=copy_id,
            variant_id=copies.get(image.variant_id or 0),
            path=image.path,
            alt=image.alt,
            position=image.position,
        )
        for image in images
    )


def _inserted(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids of these variants, made in this order."""
    if not rows:
        return []
    statement = sa.insert(Variant).returning(Variant.id, sort_by_parameter_order=True)
    try:
        return list(db.session.scalars(statement, [dict(row) for row in rows]))
    except IntegrityError as error:
        raise _at_the_same_moment() from error


def _check_free(skus: Sequence[str]) -> None:
    taken = db.session.scalar(sa.select(Variant.sku).where(Variant.sku.in_(skus)).limit(1))
    if taken is not None:
        text = f"Another variant has the code {taken} already. Begin the codes otherwise."
        raise Invalid(text, {"sku": text})


def _name(options: Mapping[str, str]) -> str:
    return " / ".join(options.values())[: editing.LONGEST_VARIANT_NAME]


def _held(product_id: int) -> Product:
    found = db.session.scalar(
        sa.select(Product)
        .where(Product.id == product_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such product.")
    return found


def _at_the_same_moment() -> Conflict:
    return Conflict("Somebody took one of these codes at the same moment. Send it again.")
