"""Where a category stands in the tree, for statements that read something of it."""

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.catalog.models import Category

DEEPEST = 50
"""Steps after which a ring of parents is given up."""


def path_of(category_id: so.InstrumentedAttribute[int]) -> sa.ScalarSelect[str | None]:
    """The ids from the root down to a category of the statement around it, for `steps` to read.

    A category in a ring of parents has none.
    """
    own, above = so.aliased(Category), so.aliased(Category)
    start = sa.select(
        sa.cast(own.id, sa.Text).label("path"), own.parent_id.label("parent_id"), sa.literal(1).label("depth")
    ).where(own.id == category_id)
    found = start.correlate(category_id.parent).cte("above", recursive=True, nesting=True)
    step = sa.select(
        sa.cast(above.id, sa.Text).concat("/").concat(found.c.path), above.parent_id, found.c.depth + 1
    ).join(found, found.c.parent_id == above.id)
    whole = found.union_all(step.where(found.c.depth < DEEPEST))
    return sa.select(whole.c.path).where(whole.c.parent_id.is_(None)).scalar_subquery()


def steps(path: str | None) -> tuple[int, ...]:
    """The ids of a path, from the root."""
    return tuple(int(step) for step in path.split("/")) if path else ()
