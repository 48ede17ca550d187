"""Lists of products: one query for words, category and filters on either database, with counts for the filters.

SQLite answers words from an FTS5 table, PostgreSQL from a tsvector with a GIN index; both stem English and
match beginnings of words. A word nothing was described with is compared to those that were: by shared pairs
of letters in SQLite, by trigrams in PostgreSQL, and by the number of slips in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.catalog.models import Category, Product, ProductFacet, SearchWord
from smartshop.catalog.queries import browsing
from smartshop.catalog.queries.browsing import SHOWN, ProductCard
from smartshop.catalog.rules import searching
from smartshop.catalog.rules.bands import Band
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page

CANDIDATES = 40
STARS = (4, 3, 2)
MOST_VALUES = 12
MOST_NAMES = 8

Condition = sa.ColumnElement[bool]


class Sort(StrEnum):
    FEATURED = "featured"
    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "price-down"
    BEST_RATED = "rating"


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; what is empty narrows nothing. Values of one kind widen, kinds narrow each other."""

    words: tuple[str, ...] = ()
    category_ids: frozenset[int] = frozenset()
    """The category whose page it is, with all below it."""
    chosen_ids: frozenset[int] = frozenset()
    """Categories ticked among the filters."""
    bands: tuple[Band, ...] = ()
    least_stars: int = 0
    options: tuple[tuple[str, str], ...] = ()
    """(name, value) pairs of attributes and options."""
    is_in_stock: bool = False
    is_unreadable: bool = False
    """Something was asked in signs that are no words: nothing fits."""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen_ids or self.bands or self.least_stars or self.options or self.is_in_stock)


@dataclass(frozen=True)
class Facets:
    """How many products each filter would leave, given the filters of the other kinds."""

    categories: tuple[tuple[int, str, int], ...]
    """(id, name, count), most first."""
    bands: tuple[int, ...]
    """A count for each band asked about."""
    stars: tuple[tuple[int, int], ...]
    """(at least so many stars, count)."""
    in_stock: int
    options: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    """(name, ((value, count), …)), the widest spread names first."""


def listing(
    wanted: Wanted, *, sort: Sort = Sort.FEATURED, page: int = 1, size: int = 24
) -> Page[ProductCard]:
    """The products that are wanted; two queries."""
    conditions = [*_base(wanted), *_narrowing(wanted).values()]
    count = sa.select(sa.func.count()).select_from(Product).where(*SHOWN, *conditions)
    total = db.session.scalar(count) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    if total == 0:
        return Page([], number, size, total)
    statement = browsing.card_columns().where(*conditions)
    if wanted.words and sort is Sort.FEATURED:
        statement = _by_relevance(statement, wanted.words)
    ordered = statement.order_by(*_order(sort)).limit(size).offset((number - 1) * size)
    return Page([browsing.card(row) for row in db.session.execute(ordered)], number, size, total)


def facets(wanted: Wanted, bands: Sequence[Band]) -> Facets:
    """Counts for every filter; three queries however much there is."""
    base, narrowing = [*SHOWN, *_base(wanted)], _narrowing(wanted)
    summed = db.session.execute(_sums(base, narrowing, bands)).one()
    return Facets(
        categories=_category_counts(base, narrowing),
        bands=tuple(int(count or 0) for count in summed[: len(bands)]),
        stars=tuple(
            (stars, int(count or 0)) for stars, count in zip(STARS, summed[len(bands) : -1], strict=True)
        ),
        in_stock=int(summed[-1] or 0),
        options=_option_counts(base, narrowing, wanted),
    )


def closest(words: Sequence[str]) -> tuple[str, ...] | None:
    """The words most likely meant where some match nothing; None when nothing is near."""
    found = [word if _is_known(word) else _nearest(word) for word in words]
    near = tuple(word for word in found if word)
    return near if len(near) == len(words) and near != tuple(words) else None


def suggestions(words: Sequence[str], limit: int = 6) -> list[ProductCard]:
    """The few products that fit best so far, while somebody types; one query."""
    if not words:
        return []
    statement = browsing.card_columns().where(*_base(Wanted(words=tuple(words))))
    ordered = _by_relevance(statement, words).order_by(*_order(Sort.FEATURED)).limit(limit)
    return [browsing.card(row) for row in db.session.execute(ordered)]


def _is_postgres() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _matching(words: Sequence[str]) -> sa.TextClause:
    """Ids and relevance (lower is better) of the products that match every word."""
    if _is_postgres():
        return sa.text(
            "SELECT product_id, -ts_rank(document, to_tsquery('english', :match)) AS relevance "
            "FROM product_search WHERE document @@ to_tsquery('english', :match) "
            "OR document @@ to_tsquery('simple', :match)"
        ).bindparams(match=searching.postgres_match(words))
    return sa.text(
        "SELECT rowid AS product_id, bm25(product_search, 10.0, 10.0, 4.0, 1.0) AS relevance "
        "FROM product_search WHERE product_search MATCH :match"
    ).bindparams(match=searching.sqlite_match(words))


def _matches(words: Sequence[str]) -> sa.Subquery:
    columns = (sa.column("product_id", sa.Integer), sa.column("relevance", sa.Float))
    return _matching(words).columns(*columns).subquery("matches")


def _by_relevance(
    statement: sa.Select[*tuple[Any, ...]], words: Sequence[str]
) -> sa.Select[*tuple[Any, ...]]:
    matches = _matches(words)
    return statement.join(matches, matches.c.product_id == Product.id).order_by(matches.c.relevance)


def _base(wanted: Wanted) -> list[Condition]:
    conditions: list[Condition] = [sa.false()] if wanted.is_unreadable else []
    if wanted.words:
        conditions.append(Product.id.in_(sa.select(_matches(wanted.words).c.product_id)))
    if wanted.category_ids:
        conditions.append(Product.category_id.in_(wanted.category_ids))
    return conditions


def _narrowing(wanted: Wanted) -> dict[str, Condition]:
    """One condition for each kind of filter that is set."""
    found: dict[str, Condition] = {}
    if wanted.chosen_ids:
        found["category"] = Product.category_id.in_(wanted.chosen_ids)
    if wanted.bands:
        found["price"] = sa.or_(*map(_in_band, wanted.bands))
    if wanted.least_stars:
        found["stars"] = _has_stars(wanted.least_stars)
    if wanted.is_in_stock:
        found["stock"] = Product.is_in_stock.is_(sa.true())
    for name in dict.fromkeys(name for name, _ in wanted.options):
        found[f"option {name}"] = _has_option(wanted, name)
    return found


def _in_band(band: Band) -> Condition:
    low = [Product.price_low_minor >= band.low_minor] if band.low_minor is not None else []
    high = [Product.price_low_minor < band.high_minor] if band.high_minor is not None else []
    return sa.and_(*low, *high)


def _has_stars(least: int) -> Condition:
    return sa.and_(Product.rating_count > 0, Product.rating_sum >= least * Product.rating_count)


def _has_option(wanted: Wanted, name: str) -> Condition:
    values = [value for other, value in wanted.options if other == name]
    facet = so.aliased(ProductFacet)
    return (
        sa.exists()
        .where(facet.product_id == Product.id, facet.name == name, facet.value.in_(values))
        .correlate(Product)
    )


def _sums(
    base: Sequence[Condition], narrowing: dict[str, Condition], bands: Sequence[Band]
) -> sa.Select[*tuple[Any, ...]]:
    def counted(kind: str, condition: Condition) -> sa.ColumnElement[Any]:
        others = [other for name, other in narrowing.items() if name != kind]
        return sa.func.sum(sa.case((sa.and_(condition, *others), 1), else_=0))

    return (
        sa.select(
            *(counted("price", _in_band(band)) for band in bands),
            *(counted("stars", _has_stars(stars)) for stars in STARS),
            counted("stock", Product.is_in_stock.is_(sa.true())),
        )
        .select_from(Product)
        .where(*base)
    )


def _category_counts(
    base: Sequence[Condition], narrowing: dict[str, Condition]
) -> tuple[tuple[int, str, int], ...]:
    others = [condition for kind, condition in narrowing.items() if kind != "category"]
    count = sa.func.count(Product.id)
    rows = db.session.execute(
        sa.select(Category.id, Category.name, count)
        .join(Product, Product.category_id == Category.id)
        .where(*base, *others)
        .group_by(Category.id, Category.name)
        .order_by(count.desc(), Category.name)
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def _option_counts(
    base: Sequence[Condition], narrowing: dict[str, Condition], wanted: Wanted
) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    others: list[Condition] = []
    for kind, condition in narrowing.items():
        is_option = kind.startswith("option ")
        others.append(
            sa.or_(ProductFacet.name == kind.removeprefix("option "), condition) if is_option else condition
        )
    count = sa.func.count()
    rows = db.session.execute(
        sa.select(ProductFacet.name, ProductFacet.value, count)
        .join(Product, Product.id == ProductFacet.product_id)
        .where(*base, *others)
        .group_by(ProductFacet.name, ProductFacet.value)
        .order_by(count.desc(), ProductFacet.value)
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for name, value, times in rows:
        found.setdefault(name, []).append((value, times))
    chosen = {name for name, _ in wanted.options}
    spread = sorted(
        (name for name, values in found.items() if name in chosen or len(values) > 1),
        key=lambda name: (name not in chosen, -sum(times for _, times in found[name]), name),
    )
    return tuple((name, tuple(found[name][:MOST_VALUES])) for name in spread[:MOST_NAMES])


def _order(sort: Sort) -> list[sa.ColumnElement[Any]]:
    mean = sa.cast(Product.rating_sum, sa.Float) / sa.func.nullif(Product.rating_count, 0)
    orders: dict[Sort, list[sa.ColumnElement[Any]]] = {
        Sort.FEATURED: [Product.rating_count.desc(), Product.id.desc()],
        Sort.NEWEST: [Product.created_at.desc(), Product.id.desc()],
        Sort.CHEAPEST: [Product.price_low_minor.asc(), Product.id.asc()],
        Sort.DEAREST: [Product.price_low_minor.desc(), Product.id.desc()],
        Sort.BEST_RATED: [sa.func.coalesce(mean, 0).desc(), Product.rating_count.desc(), Product.id.desc()],
    }
    return orders[sort]


def _is_known(word: str) -> bool:
    matches = _matches([word])
    return db.session.scalar(sa.select(matches.c.product_id).limit(1)) is not None


def _nearest(word: str) -> str | None:
    """The known word most like this one."""
    if searching.slips_allowed(word) == 0:
        return None
    known = SearchWord.word
    if _is_postgres():
        alike: sa.ColumnElement[Any] = sa.func.similarity(known, word)
        near: Condition = alike > 0.15
    else:
        parts = [sa.case((sa.func.instr(known, pair) > 0, 1), else_=0) for pair in searching.pairs(word)]
        alike = sum(parts[1:], start=parts[0])
        near = alike > 0
    length = sa.func.length(known)
    candidates = db.session.scalars(
        sa.select(known)
        .where(near, length.between(len(word) - 2, len(word) + 2))
        .order_by(alike.desc(), sa.func.abs(length - len(word)), known)
        .limit(CANDIDATES)
    ).all()
    return searching.nearest(word, candidates)
