"""The tree of categories as those see it who keep it: empty ones too."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.catalog.models import STATUSES, Category, Product
from smartshop.catalog.rules import shelving, tree
from smartshop.catalog.rules.shelving import CategoryFacts
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db

COPIED = ("id", "parent_id", "slug", "name", "description", "image_path")


@dataclass(frozen=True)
class CategoryKept:
    """A category in its place; ``published`` and ``drafts`` count its own products, ``in_all`` those below it too."""

    id: int
    parent_id: int | None
    slug: str
    name: str
    description: str
    image_path: str
    depth: int
    is_first: bool
    is_last: bool
    has_children: bool
    published: int
    drafts: int
    in_all: int

    @property
    def mark(self) -> str:
        """Tells two states of it apart."""
        facts = CategoryFacts(self.name, self.description, self.parent_id)
        return shelving.mark(facts, self.slug, self.image_path)


def all_in_order() -> list[CategoryKept]:
    """Every category, each followed by what stands under it; two queries."""
    ordered = sa.select(Category).order_by(Category.position, Category.name, Category.id)
    rows = {row.id: row for row in db.session.scalars(ordered)}
    own = _counts()
    parents = {row.id: row.parent_id for row in rows.values()}
    children: dict[int | None, list[int]] = defaultdict(list)
    for row in rows.values():
        children[row.parent_id].append(row.id)
    found: list[CategoryKept] = []
    waiting = [(top, 0) for top in reversed(children[None])]
    while waiting:
        node, depth = waiting.pop()
        row, siblings = rows[node], children[parents[node]]
        found.append(
            CategoryKept(
                **{name: getattr(row, name) for name in COPIED},
                depth=depth,
                is_first=node == siblings[0],
                is_last=node == siblings[-1],
                has_children=bool(children[node]),
                published=own[node, "published"],
                drafts=own[node, "draft"],
                in_all=sum(own[each, status] for each in tree.below(parents, node) for status in STATUSES),
            )
        )
        waiting += [(child, depth + 1) for child in reversed(children[node])]
    return found


def _counts() -> Counter[tuple[int, str]]:
    """How many products there are, by category and status."""
    columns = (Product.category_id, Product.status)
    rows = db.session.execute(sa.select(*columns, sa.func.count()).group_by(*columns))
    return Counter({(category_id, status): count for category_id, status, count in rows})


def one(category_id: int) -> CategoryKept:
    """One category.

    Raises NotFound.
    """
    found = next((row for row in all_in_order() if row.id == category_id), None)
    if found is None:
        raise NotFound("There is no such category. Somebody may have taken it away.")
    return found
