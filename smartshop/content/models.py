"""Pages of text."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base


class TextPage(Base):
    """A page in Markdown; drafts are seen by staff only."""

    __tablename__ = "text_pages"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    slug: so.Mapped[str] = so.mapped_column(sa.String(120), unique=True)
    title: so.Mapped[str] = so.mapped_column(sa.String(120))
    body: so.Mapped[str] = so.mapped_column(sa.Text)
    is_published: so.Mapped[bool] = so.mapped_column(default=False)
    is_in_footer: so.Mapped[bool] = so.mapped_column(default=False)
    position: so.Mapped[int]
    updated_at: so.Mapped[datetime]
