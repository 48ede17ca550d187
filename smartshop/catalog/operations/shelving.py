"""Categories that staff makes, changes, moves and takes away.

Whatever changes the tree holds all of its rows: two who move categories at once cannot close a ring together.
"""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.models import Category, Product
from smartshop.catalog.operations import listing, slugs
from smartshop.catalog.rules import editing, shelving, wording
from smartshop.catalog.rules.shelving import CategoryFacts
from smartshop.kernel import audit
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


class StillInUse(Conflict):
    """The category holds something; the message says what to do with it first."""

    code = "still_in_use"


class OutOfDate(Conflict):
    """Somebody else saved the category meanwhile."""

    code = "out_of_date"


def create(*, facts: CategoryFacts, slug: str, image_path: str, actor: audit.Actor) -> int:
    """A new category, last among its siblings; an empty slug is made from the name. Returns its id.

    Raises Invalid.
    """
    facts = shelving.checked(facts)
    with unit_of_work():
        rows = _held()
        shelving.check_place(_parents(rows), None, facts.parent_id)
        taken = {row.slug for row in rows.values()}
        address = (
            wording.checked_slug(slug) if slug.strip() else wording.unique_slug(facts.name, "", set(taken))
        )
        if address in taken:
            raise _address_is_taken()
        last = max((row.position for row in _siblings(rows, facts.parent_id)), default=0)
        made = Category(slug=address, **vars(facts), image_path=image_path, position=last + 1)
        db.session.add(made)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise _address_is_taken() from error
        audit.record(
            actor=actor,
            action="category.created",
            subject=f"category:{made.id}",
            after={**vars(facts), "slug": address},
        )
        return made.id


def change(
    *,
    category_id: int,
    seen: str,
    facts: CategoryFacts,
    slug: str,
    image_path: str | None,
    actor: audit.Actor,
) -> None:
    """Change a category; ``image_path`` None leaves its picture, an empty one takes it away.

    An address it had before goes on leading to it. ``seen`` is the mark of the form. Raises Invalid, NotFound,
    OutOfDate.
    """
    facts = shelving.checked(facts)
    with unit_of_work():
        rows = _held()
        row = _find(rows, category_id)
        kept = CategoryFacts(row.name, row.description, row.parent_id)
        if seen != shelving.mark(kept, row.slug, row.image_path):
            raise OutOfDate(
                "Somebody else saved this category since you opened it. Your answers are still here, but for a picture: "
                "compare them, and save again to keep them."
            )
        shelving.check_place(_parents(rows), category_id, facts.parent_id)
        slugs.rename_category(category_id=category_id, slug=slug, actor=actor)
        before, after = editing.changes(kept, facts)
        if image_path is not None and image_path != row.image_path:
            before["image_path"], after["image_path"] = row.image_path, image_path
        if not after:
            return
        if "parent_id" in after:
            row.position = max((s.position for s in _siblings(rows, facts.parent_id)), default=0) + 1
        for name, value in after.items():
            setattr(row, name, value)
        if "name" in after:
            listing.refresh(_products_of(category_id))
        audit.record(
            actor=actor,
            action="category.changed",
            subject=f"category:{category_id}",
            before=before,
            after=after,
        )


def move(*, category_id: int, is_up: bool, actor: audit.Actor) -> None:
    """Swap a category with the sibling before it, or behind it.

    Raises NotFound.
    """
    with unit_of_work():
        rows = _held()
        siblings = [row.id for row in _siblings(rows, _find(rows, category_id).parent_id)]
        order = shelving.swapped(siblings, category_id, is_up=is_up)
        if order == siblings:
            return
        for place, sibling in enumerate(order, 1):
            rows[sibling].position = place
        audit.record(
            actor=actor,
            action="category.ordered",
            subject=f"category:{category_id}",
            before={"order": siblings},
            after={"order": order},
        )


def remove(*, category_id: int, heir_id: int | None, actor: audit.Actor) -> None:
    """Take a category away; its products go to the heir, without one there may be none.

    Raises Invalid, NotFound, StillInUse.
    """
    with unit_of_work():
        rows = _held()
        row = _find(rows, category_id)
        if _siblings(rows, category_id):
            raise StillInUse("Other categories stand under it. Move or remove those first.")
        if heir_id is not None and (heir_id == category_id or heir_id not in rows):
            text = "Choose one of the other categories for its products."
            raise Invalid(text, {"heir": text})
        moved = _bequeath(category_id, heir_id)
        before = {"name": row.name, "slug": row.slug, "parent_id": row.parent_id}
        db.session.delete(row)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise StillInUse("Something still uses this category. Take that away first.") from error
        audit.record(
            actor=actor,
            action="category.removed",
            subject=f"category:{category_id}",
            before=before,
            after={"heir_id": heir_id, "products": moved},
        )


def _bequeath(category_id: int, heir_id: int | None) -> int:
    """Give the products to the heir; returns how many there were."""
    products = _products_of(category_id)
    if products and heir_id is None:
        raise StillInUse("It holds products, drafts perhaps. Choose the category that they move to.")
    if products:
        db.session.execute(
            sa.update(Product).where(Product.category_id == category_id).values(category_id=heir_id)
        )
        listing.refresh(products)
    return len(products)


def _held() -> dict[int, Category]:
    """Every category by id, in the shop's order; others who change one wait."""
    held = sa.select(Category).order_by(Category.id).with_for_update()
    found = db.session.scalars(held.execution_options(populate_existing=True)).all()
    return {row.id: row for row in sorted(found, key=lambda row: (row.position, row.name))}


def _parents(rows: dict[int, Category]) -> dict[int, int | None]:
    return {row.id: row.parent_id for row in rows.values()}


def _siblings(rows: dict[int, Category], parent_id: int | None) -> list[Category]:
    return [row for row in rows.values() if row.parent_id == parent_id]


def _find(rows: dict[int, Category], category_id: int) -> Category:
    if category_id not in rows:
        raise NotFound("There is no such category. Somebody may have taken it away.")
    return rows[category_id]


def _products_of(category_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(Product.id).where(Product.category_id == category_id)))


def _address_is_taken() -> Invalid:
    text = "Another category has this address already. Choose another."
    return Invalid(text, {"slug": text})
