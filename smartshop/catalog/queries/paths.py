"""Where categories stand in their tree, for joining."""

import sqlalchemy as sa

from smartshop.catalog.models import Category


def category_paths() -> sa.CTE:
    """Every category's id with its ``path``: the ids from the root down to it, for `steps` to read.

    A category in a ring of parents has none.
    """
    top = sa.select(Category.id, sa.cast(Category.id, sa.Text).label("path")).where(
        Category.parent_id.is_(None)
    )
    found = top.cte("category_paths", recursive=True)
    step = found.c.path.concat("/").concat(sa.cast(Category.id, sa.Text))
    return found.union_all(sa.select(Category.id, step).join(found, Category.parent_id == found.c.id))


def steps(path: str | None) -> tuple[int, ...]:
    """The ids of a path, from the root."""
    return tuple(int(step) for step in path.split("/")) if path else ()
