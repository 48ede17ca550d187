"""Pages of text as visitors and as staff see them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.content.models import TextPage
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db


@dataclass(frozen=True)
class PageLink:
    slug: str
    title: str


@dataclass(frozen=True)
class PageKept:
    """A page with everything about it; ``updated_at`` tells two states of it apart."""

    id: int
    slug: str
    title: str
    body: str
    is_published: bool
    is_in_footer: bool
    updated_at: datetime


_COLUMNS = tuple(getattr(TextPage, name) for name in PageKept.__dataclass_fields__)


def in_footer() -> tuple[PageLink, ...]:
    """The published pages that every page leads to, in order."""
    rows = db.session.execute(
        sa.select(TextPage.slug, TextPage.title)
        .where(TextPage.is_published, TextPage.is_in_footer)
        .order_by(TextPage.position, TextPage.id)
    )
    return tuple(PageLink(*row) for row in rows)


def published() -> list[PageKept]:
    """Every page that visitors may read."""
    return [page for page in every() if page.is_published]


def every() -> list[PageKept]:
    """Every page, drafts too, in order."""
    rows = db.session.execute(sa.select(*_COLUMNS).order_by(TextPage.position, TextPage.id))
    return [PageKept(*row) for row in rows]


def by_slug(slug: str, *, with_drafts: bool) -> PageKept:
    """The page at this address.

    Raises NotFound.
    """
    row = db.session.execute(sa.select(*_COLUMNS).where(TextPage.slug == slug)).one_or_none()
    if row is None or not (row.is_published or with_drafts):
        raise NotFound("There is no such page. The foot of every page lists those there are.")
    return PageKept(*row)


def one(page_id: int) -> PageKept:
    """One page, a draft too.

    Raises NotFound.
    """
    row = db.session.execute(sa.select(*_COLUMNS).where(TextPage.id == page_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such page. Somebody may have taken it away.")
    return PageKept(*row)
