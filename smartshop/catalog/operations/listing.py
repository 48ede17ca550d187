"""What lists and searches read, kept true: prices, first picture, facets and the full-text index.

Whatever writes a product, its variants or its pictures calls ``refresh`` in the same unit of work.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.catalog.models import Category, Product, ProductFacet, ProductImage, SearchWord, Variant
from smartshop.catalog.rules import searching
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

BATCH = 1000
LONGEST_NAME = 60
LONGEST_VALUE = 120
INTO_SQLITE = sa.text(
    "INSERT INTO product_search (rowid, name, code, words, description) VALUES (:id, :name, :code, :words, :description)"
)
INTO_POSTGRES = sa.text(
    "INSERT INTO product_search (product_id, document) VALUES (:id, "
    "setweight(to_tsvector('english', :name), 'A') || setweight(to_tsvector('simple', :code), 'A') || "
    "setweight(to_tsvector('english', :words), 'B') || setweight(to_tsvector('english', :description), 'C'))"
)


def refresh(product_ids: Collection[int]) -> None:
    """Read these products again and rewrite what lists and searches know of them."""
    ordered = sorted(set(product_ids))
    with unit_of_work():
        db.session.flush()
        for start in range(0, len(ordered), BATCH):
            _refresh_batch(ordered[start : start + BATCH])


def hold(product_ids: Collection[int]) -> None:
    """Make other units that want to change whether these products are in stock wait for this one."""
    db.session.execute(
        sa.select(Product.id)
        .where(Product.id.in_(product_ids))
        .order_by(Product.id)
        .with_for_update(key_share=True)
    )


def set_in_stock(*, product_ids: Collection[int], on_sale: Collection[int]) -> None:
    """Say of these products which have something left to sell."""
    with unit_of_work():
        for is_in_stock in (True, False):
            which = sorted(
                set(product_ids) & set(on_sale) if is_in_stock else set(product_ids) - set(on_sale)
            )
            db.session.execute(
                sa.update(Product)
                .where(Product.id.in_(which), Product.is_in_stock != sa.literal(is_in_stock))
                .values(is_in_stock=is_in_stock)
            )


def _refresh_batch(ids: Sequence[int]) -> None:
    products = db.session.execute(
        sa.select(
            Product.id,
            Product.name,
            Product.external_code,
            Product.description,
            Product.attributes,
            Category.name.label("category"),
        )
        .join(Category, Category.id == Product.category_id)
        .where(Product.id.in_(ids))
    ).all()
    variants = _by_product(
        sa.select(Variant.product_id, Variant.sku, Variant.options, Variant.price_minor).where(
            Variant.product_id.in_(ids), Variant.is_active
        )
    )
    _write_columns(ids, variants)
    _write_facets(ids, products, variants)
    _write_index(ids, products, variants)


def _by_product(statement: sa.Select[*tuple[Any, ...]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(statement):
        found[row.product_id].append(row)
    return found


def _write_columns(ids: Sequence[int], variants: Mapping[int, list[Any]]) -> None:
    images = _by_product(
        sa.select(ProductImage.product_id, ProductImage.path)
        .where(ProductImage.product_id.in_(ids))
        .order_by(ProductImage.position)
    )
    prices = {product_id: [row.price_minor for row in rows] for product_id, rows in variants.items()}
    columns = ("price_low_minor", "price_high_minor", "image_path")
    table = sa.table("products", sa.column("id"), *map(sa.column, columns))
    statement = sa.update(table).where(table.c.id == sa.bindparam("product_id"))
    db.session.connection().execute(
        statement.values({name: sa.bindparam(name) for name in columns}),
        [
            {
                "product_id": product_id,
                "price_low_minor": min(prices.get(product_id, []), default=None),
                "price_high_minor": max(prices.get(product_id, []), default=None),
                "image_path": images[product_id][0].path if product_id in images else "",
            }
            for product_id in ids
        ],
    )


def _write_facets(ids: Sequence[int], products: Sequence[Any], variants: Mapping[int, list[Any]]) -> None:
    db.session.execute(sa.delete(ProductFacet).where(ProductFacet.product_id.in_(ids)))
    found = {
        (product.id, name[:LONGEST_NAME], value[:LONGEST_VALUE]): None
        for product in products
        for name, value in _named(product.attributes, *(v.options for v in variants.get(product.id, ())))
    }
    if found:
        rows = [{"product_id": key[0], "name": key[1], "value": key[2]} for key in found]
        db.session.execute(sa.insert(ProductFacet), rows)


def _named(*sources: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every (name, value) of these; a value that is a list counts as several."""
    for name, value in chain.from_iterable(source.items() for source in sources):
        for one in value if isinstance(value, list) else [value]:
            if str(one).strip():
                yield str(name).strip(), str(one).strip()


def _write_index(ids: Sequence[int], products: Sequence[Any], variants: Mapping[int, list[Any]]) -> None:
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    key = "product_id" if is_postgres else "rowid"
    documents = [_document(product, variants.get(product.id, ())) for product in products]
    connection = db.session.connection()
    connection.execute(sa.text(f"DELETE FROM product_search WHERE {key} = :id"), [{"id": i} for i in ids])  # noqa: S608 - one of two literals
    if documents:
        connection.execute(INTO_POSTGRES if is_postgres else INTO_SQLITE, documents)
        _learn(documents)


def _document(product: Any, variants: Sequence[Any]) -> dict[str, Any]:
    names = [
        product.category,
        *(value for _, value in _named(product.attributes, *(v.options for v in variants))),
    ]
    codes = [product.external_code or "", *(variant.sku for variant in variants)]
    texts = {
        "name": product.name,
        "code": " ".join(codes),
        "words": " ".join(dict.fromkeys(names)),
        "description": product.description,
    }
    return {"id": product.id, **{field: searching.indexable(text) for field, text in texts.items()}}


def _learn(documents: Sequence[Mapping[str, Any]]) -> None:
    """Add words that are new; a word no product uses any more does no harm."""
    texts = (f"{found['name']} {found['words']} {found['description']}" for found in documents)
    new = sorted({word for text in texts for word in searching.spellable(text)})
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    if new:
        statement = dialect.insert(SearchWord).on_conflict_do_nothing()
        db.session.connection().execute(statement, [{"word": word} for word in new])
