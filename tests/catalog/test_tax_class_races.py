"""A tax class that is removed while a product takes it: one comes after the other, and no product is left without."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product, TaxClass, Variant
from smartshop.catalog.operations import editing, tax_classes
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.kernel import audit
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.extensions import db
from tests.competing import begin
from tests.factories import make_product

WHILE_SECONDS = 0.4


def take_class(product_id: int) -> None:
    """Save the product with the reduced class."""
    product = db.session.get_one(Product, product_id)
    rows = db.session.scalars(sa.select(Variant).where(Variant.product_id == product_id)).all()
    kept = {row.id: VariantFacts(row.name, row.price_minor, is_active=row.is_active) for row in rows}
    facts = ProductFacts(
        product.name, product.description, product.category_id, product.status, tax_class="reduced"
    )
    seen = product.updated_at
    db.session.rollback()
    editing.change(product_id=product_id, seen=seen, facts=facts, variants=kept, actor=SYSTEM)


def remove_class() -> None:
    tax_classes.remove(code="reduced", seen="Reduced rate", actor=SYSTEM)


def just_before_the_commit(
    app: Flask, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
) -> list[Future[None]]:
    """Begin the work elsewhere when the first transaction has done all but commit, and let it go as far as it can."""
    real, begun = audit.record, list[Future[None]]()

    def record(**facts: Any) -> None:
        real(**facts)
        if not begun:
            db.session.flush()
            begun.append(begin(app, work))
            wait(begun, WHILE_SECONDS)

    monkeypatch.setattr(audit, "record", record)
    return begun


def classes_without_row() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Product.tax_class))) - set(
        db.session.scalars(sa.select(TaxClass.code))
    )


def test_a_class_that_a_product_is_just_taking_stays(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    mug = make_product()
    begun = just_before_the_commit(any_app, monkeypatch, remove_class)
    take_class(mug.product_id)
    with pytest.raises(Conflict, match="1 of the products"):
        begun[0].result(30)
    assert classes_without_row() == set()


def test_a_class_that_is_just_being_removed_cannot_be_taken(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product()
    begun = just_before_the_commit(any_app, monkeypatch, partial(take_class, mug.product_id))
    remove_class()
    with pytest.raises(Invalid, match="one of the tax classes"):
        begun[0].result(30)
    assert classes_without_row() == set()
