"""Keep what lists and searches read beside the products."""

import json
import re
import unicodedata
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORD = re.compile(r"[^\W_]+")
COUNTED = ("price_low_minor", "is_in_stock", "rating_count", "rating_sum")
INDEXES = (
    ("ix_products_counting", ["status", "category_id", *COUNTED]),
    ("ix_products_by_price", ["status", *COUNTED, "category_id"]),
    ("ix_products_by_reviews", ["status", "rating_count"]),
    ("ix_products_by_age", ["status", "created_at"]),
)
FILL = """
UPDATE products SET
  price_low_minor = (SELECT min(price_minor) FROM variants v WHERE v.product_id = products.id AND v.is_active),
  price_high_minor = (SELECT max(price_minor) FROM variants v WHERE v.product_id = products.id AND v.is_active),
  image_path = coalesce((SELECT path FROM product_images i WHERE i.product_id = products.id ORDER BY i.position LIMIT 1), ''),
  is_in_stock = EXISTS (SELECT 1 FROM variants v JOIN stock_levels s ON s.variant_id = v.id
    WHERE v.product_id = products.id AND v.is_active AND (NOT s.is_tracked OR s.on_hand > 0))
"""
INTO_SQLITE = (
    "INSERT INTO product_search (rowid, name, code, words, description) VALUES (:id, :name, :code, :words, :description)"
)
INTO_POSTGRES = (
    "INSERT INTO product_search (product_id, document) VALUES (:id, "
    "setweight(to_tsvector('english', :name), 'A') || setweight(to_tsvector('simple', :code), 'A') || "
    "setweight(to_tsvector('english', :words), 'B') || setweight(to_tsvector('english', :description), 'C'))"
)


def _columns():
    return (
        sa.Column("price_low_minor", sa.BigInteger(), nullable=True),
        sa.Column("price_high_minor", sa.BigInteger(), nullable=True),
        sa.Column("image_path", sa.String(255), nullable=False, server_default=""),
        sa.Column("is_in_stock", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column("products", column)
    for name, columns in INDEXES:
        op.create_index(name, "products", columns)
    op.create_table(
        "product_facets",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_facets_product_id_products", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "name", "value", name="pk_product_facets"),
    )
    op.create_index("ix_product_facets_name_value", "product_facets", ["name", "value", "product_id"])
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_words"),
    )
    op.create_table(
        "search_misses",
        sa.Column("asked", sa.String(340), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("times > 0", name="ck_search_misses_times_positive"),
        sa.PrimaryKeyConstraint("asked", name="pk_search_misses"),
    )
    op.create_index("ix_search_misses_times", "search_misses", ["times"])
    _make_index()
    op.execute(FILL)
    _fill()


def _make_index() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute(
            "CREATE TABLE product_search (product_id integer PRIMARY KEY REFERENCES products (id) ON DELETE CASCADE, "
            "document tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_product_search_document ON product_search USING gin (document)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE product_search USING fts5(name, code, words, description, "
            "tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')"
        )


def _fill() -> None:
    bind = op.get_bind()
    named, codes = defaultdict(dict), defaultdict(list)
    products = bind.execute(
        sa.text(
            "SELECT p.id, p.name, p.external_code, p.description, p.attributes, c.name AS category "
            "FROM products p JOIN categories c ON c.id = p.category_id"
        )
    ).all()
    for row in products:
        named[row.id].update(dict.fromkeys(_pairs(row.attributes)))
    for row in bind.execute(sa.text("SELECT product_id, sku, options FROM variants WHERE is_active")):
        named[row.product_id].update(dict.fromkeys(_pairs(row.options)))
        codes[row.product_id].append(row.sku)
    facets = [
        {"id": id_, "name": name[:60], "value": value[:120]} for id_, pairs in named.items() for name, value in pairs
    ]
    if facets:
        op.get_bind().execute(
            sa.text(
                "INSERT INTO product_facets (product_id, name, value) VALUES (:id, :name, :value) ON CONFLICT DO NOTHING"
            ),
            facets,
        )
    documents = [
        {
            "id": row.id,
            "name": _indexable(row.name),
            "code": _indexable(" ".join([row.external_code or "", *codes[row.id]])),
            "words": _indexable(" ".join(dict.fromkeys([row.category, *(value for _, value in named[row.id])]))),
            "description": _indexable(row.description),
        }
        for row in products
    ]
    if documents:
        bind.execute(sa.text(INTO_POSTGRES if bind.dialect.name == "postgresql" else INTO_SQLITE), documents)
        bind.execute(sa.text("INSERT INTO search_words (word) VALUES (:word)"), _words(documents))


def _pairs(held):
    found = json.loads(held) if isinstance(held, str) else held or {}
    return [
        (str(name).strip(), str(one).strip())
        for name, value in found.items()
        for one in (value if isinstance(value, list) else [value])
        if str(one).strip()
    ]


def _indexable(text):
    return " ".join(WORD.findall(unicodedata.normalize("NFKC", text)))


def _words(documents):
    text = " ".join(f"{found['name']} {found['words']} {found['description']}" for found in documents)
    plain = unicodedata.normalize("NFKC", text).lower()
    return [{"word": word} for word in {w for w in WORD.findall(plain) if 4 <= len(w) <= 40 and w.isalpha()}]


def downgrade() -> None:
    op.drop_table("product_search")
    for table in ("search_misses", "search_words", "product_facets"):
        op.drop_table(table)
    for name, _ in INDEXES:
        op.drop_index(name, "products")
    for column in _columns():
        op.drop_column("products", column.name)
