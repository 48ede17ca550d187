"""Find words without their accents on both databases: what is kept for searching has none from now on."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ACCENTS = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        found = bind.execute(sa.text("SELECT product_id AS id, CAST(document AS text) AS document FROM product_search"))
        changed = [{"id": row.id, "document": _plain(row.document)} for row in found if not row.document.isascii()]
        if changed:
            update = "UPDATE product_search SET document = CAST(:document AS tsvector) WHERE product_id = :id"
            bind.execute(sa.text(update), changed)
    accented = [word for word in bind.scalars(sa.text("SELECT word FROM search_words")) if word != _plain(word)]
    if accented:
        bind.execute(sa.text("DELETE FROM search_words WHERE word = :word"), [{"word": word} for word in accented])
        bind.execute(
            sa.text("INSERT INTO search_words (word) VALUES (:word) ON CONFLICT DO NOTHING"),
            [{"word": _plain(word)} for word in accented],
        )


def _plain(text):
    return unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def downgrade() -> None:
    """Words without accents are found before this as after it."""
